//! `demo`: the main job on one machine, with nothing else installed.
//!
//! The patients are those of the fixtures, built into the binary: each case is a FHIR base of its own,
//! since cases share ids. With `--fhir-server` they are those of a server that is there already.

mod patients;

use super::runtime;
use crate::cases::{self, BuiltIn, days_between, moved};
use crate::config::{DemoArguments, LogSettings, guide_links, load, load_guides, overrides};
use crate::ehr;
use crate::fhir::{Allowed, Client, Limits, MemoryServer};
use crate::hooks::{self, Chart, Clock, SERVICES, Servers, Shared};
use crate::patient::Language;
use crate::preview::{Gallery, Preview};
use crate::server::{self, Layers, Listeners, Signals};
use crate::telemetry;
use anyhow::{Context, ensure};
use axum::Router;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The case that the printed `curl` sends.
const SHOWN: (&str, &str) = ("naloxone-offer", "fires-sleep-apnea");

/// Serves until interrupted.
pub(super) fn run(arguments: &DemoArguments, log: &LogSettings) -> anyhow::Result<ExitCode> {
    for (flag, address) in [
        ("--listen", arguments.listen),
        ("--fhir-listen", arguments.fhir_listen),
        ("--management-listen", arguments.management_listen),
    ] {
        ensure!(
            address.ip().is_loopback(),
            "{flag} {address}: the demo has no authentication and stays on this machine"
        );
    }
    telemetry::log(log).map_err(anyhow::Error::msg)?;
    telemetry::quiet_panics();
    let mut content = load(&arguments.content)?;
    if arguments.content.site.is_none() {
        // To be seen on the preview page; a site decides for itself.
        content.site.patient_languages = vec![Language::Spanish];
    }
    let guides = load_guides(&arguments.content)?;
    let metrics = telemetry::install()?;
    runtime()?.block_on(async {
        let listeners = Listeners::bind(arguments.listen, arguments.management_listen).await?;
        let address = format!("http://{}", listeners.service.local_addr()?);
        content.cards.link_guides(&address, guide_links(&guides));
        let ehr = Ehr::ready(arguments).await?;
        let chart = Chart::Servers(Servers {
            client: Client::new(Limits::default())?,
            allowed: Allowed::parse(&[&ehr.base])?,
            by_client: BTreeMap::new(),
            own_tokens: None,
            open: true,
        });
        let services = hooks::enabled(&arguments.services.disable_service);
        let mut shared = Shared::new(content, chart, services, arguments.services.discovery);
        shared.clock = ehr.clock;
        let layers = Layers {
            cors_origins: arguments.cors_origin.clone(),
            guides,
            preview: Some(Arc::new(Preview {
                gallery: ehr.gallery,
                words: overrides(arguments.content.cards.as_deref())?,
                reads_servers: true,
            })),
            ..Layers::default()
        };
        let service = listeners.service.local_addr()?;
        introduce(
            service,
            &ehr.base,
            arguments.fhir_server.is_none(),
            shared.clock,
        )?;
        let signals = Signals {
            notice: Duration::ZERO,
        };
        server::run(Arc::new(shared), listeners, &layers, metrics, signals).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The record that the demo reads.
struct Ehr {
    base: String,
    gallery: Gallery,
    clock: Clock,
}

impl Ehr {
    /// Asks the server that is named, or starts one over the fixtures.
    async fn ready(arguments: &DemoArguments) -> anyhow::Result<Ehr> {
        if let Some(server) = &arguments.fhir_server {
            let base = server.as_str().trim_end_matches('/').to_owned();
            let clock = Clock::fixed_at(arguments.as_of);
            let patients = patients::of(&base).await?;
            return Ok(Ehr {
                gallery: Gallery::of_server(&base, &patients, clock.now()),
                base,
                clock,
            });
        }
        let fhir = TcpListener::bind(arguments.fhir_listen)
            .await
            .with_context(|| format!("--fhir-listen {}", arguments.fhir_listen))?;
        let base = format!("http://{}", fhir.local_addr()?);
        let as_of = arguments.as_of.unwrap_or_else(cases::built_in_as_of);
        let charts = ehr::open_to(charts(as_of), &arguments.cors_origin);
        tokio::spawn(async move { axum::serve(fhir, charts).await });
        Ok(Ehr {
            gallery: Gallery::built_in(Some(&base)),
            base,
            clock: Clock::Fixed(as_of),
        })
    }
}

/// A FHIR base for every case, moved to the demo's day.
fn charts(as_of: Timestamp) -> Router {
    cases::built_in().iter().fold(Router::new(), |app, case| {
        let days = days_between(case.as_of(), as_of);
        let texts = texts(case)
            .into_iter()
            .map(|(name, text)| (name, moved(text.as_bytes(), days)))
            .map(|(name, text)| (name, String::from_utf8_lossy(&text).into_owned()));
        let (server, _) = MemoryServer::from_texts(texts);
        app.nest(
            &format!("/{}/{}", case.group, case.name),
            ehr::router(server),
        )
    })
}

/// What the case's client prefetched, and what its FHIR server holds beside that.
fn texts(case: &BuiltIn) -> Vec<(String, String)> {
    let prefetch = request(case).and_then(|mut request| request.remove("prefetch"));
    let prefetch = prefetch.iter().filter_map(Value::as_object).flatten();
    let prefetched = prefetch
        .filter(|(_, value)| value.is_object())
        .map(|(key, value)| (key.clone(), value.to_string()));
    let held = case.fhir().map(|(name, text)| (name, text.to_owned()));
    prefetched.chain(held).collect()
}

fn request(case: &BuiltIn) -> Option<Map<String, Value>> {
    serde_json::from_str(case.request).ok()
}

/// The addresses, and one call that returns cards.
fn introduce(
    service: SocketAddr,
    base: &str,
    is_built_in: bool,
    clock: Clock,
) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    let whose = if is_built_in {
        "made-up patients"
    } else {
        "the patients of a FHIR server"
    };
    writeln!(
        out,
        "Demo: {whose}, no authentication, this machine only. It is {} here.\n",
        clock.now().strftime("%-d %B %Y")
    )?;
    let shown = cases::built_in()
        .into_iter()
        .find(|case| (case.group, case.name) == SHOWN)
        .and_then(|case| {
            Some((
                format!("{}/{}", case.group, case.name),
                case.as_of(),
                request(&case)?,
            ))
        })
        .filter(|_| is_built_in);
    let chart = shown
        .as_ref()
        .map_or_else(|| base.to_owned(), |(case, ..)| format!("{base}/{case}"));
    writeln!(out, "Preview page       http://{service}/preview")?;
    writeln!(out, "CDS Hooks service  http://{service}/cds-services")?;
    writeln!(out, "FHIR server        {chart}")?;
    if let Some((_, as_of, request)) = shown {
        let days = days_between(as_of, clock.now());
        writeln!(
            out,
            "\nAn order about to be signed; the service reads the chart itself:\n"
        )?;
        writeln!(out, "{}\n", curl(service, &chart, request, days))?;
    }
    writeln!(out, "Stop with Ctrl-C.")?;
    Ok(out.flush()?)
}

/// The case's call without what its client prefetched, moved by so many days.
fn curl(
    service: SocketAddr,
    fhir_server: &str,
    mut request: Map<String, Value>,
    days: i32,
) -> String {
    let hook = request
        .get("hook")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let id = SERVICES
        .iter()
        .find(|service| service.hook.as_str() == hook)
        .map_or("", |service| service.id);
    request.remove("prefetch");
    request.remove("fhirAuthorization");
    request.insert("fhirServer".to_owned(), json!(fhir_server));
    let body = Value::Object(request).to_string();
    let body = String::from_utf8_lossy(&moved(body.as_bytes(), days)).replace('\'', r"'\''");
    format!(
        "curl -s http://{service}/cds-services/{id} -H 'content-type: application/json' -d '{body}'"
    )
}
