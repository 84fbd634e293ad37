//! The cases against a running service: what it answers, and what this binary's own core answers to the same request.

use super::report::Outcome;
use super::{outcomes, status};
use crate::cases::{Answered, Case, Runner, days_between, differences, moved};
use crate::commands::runtime;
use crate::config::ReplayArguments;
use crate::ehr;
use crate::fhir::MemoryServer;
use crate::hooks::Clock;
use anyhow::Context;
use axum::Router;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use url::Url;

/// A service that takes longer than this is not answering.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running service.
pub(super) struct Remote<'a> {
    client: reqwest::Client,
    base: &'a Url,
    as_of: Option<Timestamp>,
    /// Where the `fhir/` folders of cases are served, if anywhere.
    fhir: Option<Fhir>,
    runtime: Runtime,
}

/// A listener that serves the chart of each case under its number.
struct Fhir {
    base: String,
    listener: Option<TcpListener>,
}

impl<'a> Remote<'a> {
    pub(super) fn new(base: &'a Url, arguments: &ReplayArguments) -> anyhow::Result<Remote<'a>> {
        let runtime = runtime()?;
        let fhir = match arguments.fhir_listen {
            Some(address) => {
                let listener = runtime
                    .block_on(TcpListener::bind(address))
                    .with_context(|| format!("--fhir-listen {address}"))?;
                Some(Fhir {
                    base: format!("http://{}", listener.local_addr()?),
                    listener: Some(listener),
                })
            }
            None => None,
        };
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .build()?;
        Ok(Remote {
            client,
            base,
            as_of: arguments.as_of,
            fhir,
            runtime,
        })
    }

    /// What the service answers against what this binary's own core answers to the same request.
    pub(super) fn outcomes(
        mut self,
        cases: &[Case],
        runner: &mut Runner,
    ) -> anyhow::Result<Vec<Outcome>> {
        self.serve_charts(cases)?;
        let mut number = 0;
        outcomes(cases, |case| {
            number += 1;
            let texts = case.fhir_texts(0)?;
            if !texts.is_empty() && self.fhir.is_none() {
                return Ok(Outcome::Skipped(
                    "needs a FHIR server: --fhir-listen".to_owned(),
                ));
            }
            // The service has settings of its own, so both sides leave those of the case out.
            let case = Case {
                site: toml::Table::new(),
                ..case.clone()
            };
            let as_of = Clock::fixed_at(self.as_of).now();
            let days = days_between(case.as_of, as_of);
            let mut body = moved(&case.request, days);
            if let Some(fhir) = self.fhir.as_ref().filter(|_| !texts.is_empty()) {
                body = with_server(&body, &format!("{}/{}", fhir.base, number - 1));
            }
            runner.prepare(&case, days)?;
            let expected = runner.answer(&case, &body, as_of);
            let found = self.runtime.block_on(self.send(&case, &body))?;
            let mut differing = differences(&expected.body, &found.body);
            if expected.status != found.status {
                differing.insert(0, status(expected.status, found.status));
            }
            Ok(Outcome::Compared(differing))
        })
    }

    /// Each chart moves with its case.
    fn serve_charts(&mut self, cases: &[Case]) -> anyhow::Result<()> {
        let Some(listener) = self.fhir.as_mut().and_then(|fhir| fhir.listener.take()) else {
            return Ok(());
        };
        let as_of = Clock::fixed_at(self.as_of).now();
        let mut app = Router::new();
        for (at, case) in cases.iter().enumerate() {
            let days = days_between(case.as_of, as_of);
            let texts = case.fhir_texts(days)?;
            let (server, _) = MemoryServer::from_texts(texts);
            app = app.nest(&format!("/{at}"), ehr::router(server));
        }
        self.runtime
            .spawn(async move { axum::serve(listener, app).await });
        Ok(())
    }

    async fn send(&self, case: &Case, body: &[u8]) -> anyhow::Result<Answered> {
        let id = match crate::cases::service_of(case, body) {
            Ok(service) => service.id,
            Err(_) => case.service.as_deref().unwrap_or_default(),
        };
        let url = format!(
            "{}/cds-services/{id}",
            self.base.as_str().trim_end_matches('/')
        );
        let request = self
            .client
            .post(&url)
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body.to_owned());
        let response = request.send().await.with_context(|| url.clone())?;
        let status = response.status().as_u16();
        let text = response.text().await.with_context(|| url.clone())?;
        let mut body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        drop_guide_links(&mut body);
        Ok(Answered {
            status,
            body,
            rules: Vec::new(),
            shown: std::collections::BTreeSet::new(),
        })
    }
}

/// A service that knows its own address links to its guides; this binary's core does not know it.
fn drop_guide_links(body: &mut Value) {
    let cards = body.get_mut("cards").and_then(Value::as_array_mut);
    for card in cards.into_iter().flatten().filter_map(Value::as_object_mut) {
        let Some(links) = card.get_mut("links").and_then(Value::as_array_mut) else {
            continue;
        };
        links.retain(|link| {
            let url = link["url"].as_str().and_then(|url| Url::parse(url).ok());
            !url.is_some_and(|url| url.path().contains("/guides/"))
        });
        if links.is_empty() {
            card.remove("links");
        }
    }
}

/// The call names the server that holds its case's chart.
fn with_server(body: &[u8], base: &str) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut members)) => {
            members.insert("fhirServer".to_owned(), json!(base));
            Value::Object(members).to_string().into_bytes()
        }
        _ => body.to_owned(),
    }
}
