//! `demo`: the main job on one machine, with nothing else installed.
//!
//! The patients are those of the fixtures, built into the binary: each case is a FHIR base of its own,
//! since cases share ids.

use super::runtime;
use crate::config::{DemoArguments, LogSettings, guide_links, load, load_guides};
use crate::ehr;
use crate::fhir::{Allowed, Client, Limits, MemoryServer};
use crate::hooks::{self, Chart, Clock, SERVICES, Servers, Shared};
use crate::server::{self, Layers, Listeners, Signals};
use crate::telemetry;
use anyhow::{Context, ensure};
use axum::Router;
use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

static FIXTURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fhir-fixtures");

/// The case that the printed `curl` sends, and where another is looked for.
const SHOWN: &str = "naloxone-offer/fires-sleep-apnea";
const SHOWN_GROUP: &str = "naloxone-offer";

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
    let layers = Layers {
        guides: load_guides(&arguments.content)?,
        ..Layers::default()
    };
    let metrics = telemetry::install()?;
    runtime()?.block_on(async {
        let listeners = Listeners::bind(arguments.listen, arguments.management_listen).await?;
        let address = format!("http://{}", listeners.service.local_addr()?);
        content
            .cards
            .link_guides(&address, guide_links(&layers.guides));
        let fhir = TcpListener::bind(arguments.fhir_listen)
            .await
            .with_context(|| format!("--fhir-listen {}", arguments.fhir_listen))?;
        let base = format!("http://{}", fhir.local_addr()?);
        let chart = Chart::Servers(Servers {
            client: Client::new(Limits::default())?,
            allowed: Allowed::parse(&[&base])?,
            by_client: BTreeMap::new(),
            open: true,
        });
        let services = hooks::enabled(&arguments.services.disable_service);
        let mut shared = Shared::new(content, chart, services, arguments.services.discovery);
        shared.clock = Clock::Fixed(arguments.as_of.map_or_else(as_of, Ok)?);
        let charts = charts(&FIXTURES)?;
        tokio::spawn(async move { axum::serve(fhir, charts).await });
        introduce(listeners.service.local_addr()?, &base, shared.clock)?;
        let signals = Signals {
            notice: Duration::ZERO,
        };
        server::run(Arc::new(shared), listeners, &layers, metrics, signals).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The clock of the fixtures.
fn as_of() -> anyhow::Result<Timestamp> {
    let text = FIXTURES
        .get_file("defaults.toml")
        .and_then(include_dir::File::contents_utf8)
        .unwrap_or_default();
    let defaults: toml::Table = text.parse()?;
    let as_of = defaults
        .get("as_of")
        .context("fhir-fixtures/defaults.toml has no as_of")?;
    let as_of = as_of
        .as_str()
        .map_or_else(|| as_of.to_string(), str::to_owned);
    as_of
        .parse()
        .context("as_of of fhir-fixtures/defaults.toml")
}

/// A FHIR base for every case.
fn charts(fixtures: &Dir<'_>) -> anyhow::Result<Router> {
    let mut app = Router::new();
    for case in fixtures.dirs().flat_map(Dir::dirs) {
        let Some(path) = case.path().to_str() else {
            continue;
        };
        let (server, _) = MemoryServer::from_texts(texts(case));
        app = app.nest(
            &format!("/{}", path.replace('\\', "/")),
            ehr::router(server),
        );
    }
    Ok(app)
}

/// What the case's client prefetched, and what its FHIR server holds beside that.
fn texts(case: &Dir<'_>) -> Vec<(String, String)> {
    let prefetch = request(case).and_then(|mut request| request.remove("prefetch"));
    let prefetch = prefetch.iter().filter_map(Value::as_object).flatten();
    let mut texts: Vec<(String, String)> = prefetch
        .filter(|(_, value)| value.is_object())
        .map(|(key, value)| (key.clone(), value.to_string()))
        .collect();
    if let Some(folder) = case.get_dir(case.path().join("fhir")) {
        for file in folder.files() {
            let text = file.contents_utf8().unwrap_or_default();
            texts.push((file.path().display().to_string(), text.to_owned()));
        }
    }
    texts
}

fn request(case: &Dir<'_>) -> Option<Map<String, Value>> {
    let file = case.get_file(case.path().join("request.json"))?;
    serde_json::from_str(file.contents_utf8()?).ok()
}

/// The addresses, and one call that returns cards.
fn introduce(service: SocketAddr, base: &str, clock: Clock) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "Demo: made-up patients, no authentication, this machine only. It is {} here.\n",
        clock.now()
    )?;
    writeln!(out, "CDS Hooks service  http://{service}/cds-services")?;
    let shown = FIXTURES
        .get_dir(SHOWN)
        .or_else(|| {
            let group = FIXTURES.get_dir(SHOWN_GROUP)?;
            group
                .dirs()
                .find(|case| case.path().to_string_lossy().contains("/fires-"))
        })
        .and_then(|case| Some((case.path().to_str()?, request(case)?)));
    if let Some((case, request)) = shown {
        writeln!(out, "FHIR server        {base}/{case}")?;
        writeln!(
            out,
            "\nAn order about to be signed; the service reads the chart itself:\n"
        )?;
        writeln!(
            out,
            "{}\n",
            curl(service, &format!("{base}/{case}"), request)
        )?;
    }
    writeln!(out, "Stop with Ctrl-C.")?;
    Ok(out.flush()?)
}

/// The case's call without what its client prefetched.
fn curl(service: SocketAddr, fhir_server: &str, mut request: Map<String, Value>) -> String {
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
    let body = Value::Object(request).to_string().replace('\'', r"'\''");
    format!(
        "curl -s http://{service}/cds-services/{id} -H 'content-type: application/json' -d '{body}'"
    )
}
