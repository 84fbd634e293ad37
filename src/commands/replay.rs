//! `replay`: every case through the core, or to a running service, and what differs.

use super::runtime;
use crate::cases::{Answered, Case, Difference, Runner, days_between, differences, find, moved};
use crate::config::{ContentSettings, LogSettings, ReplayArguments, load};
use crate::ehr;
use crate::fhir::MemoryServer;
use crate::hooks::Clock;
use anyhow::{Context, bail};
use axum::Router;
use jiff::Timestamp;
use report::{Outcome, Report};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use url::Url;

mod report;

/// A service that takes longer than this is not answering.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs all cases and prints the report.
pub(super) fn run(arguments: &ReplayArguments, log: &LogSettings) -> anyhow::Result<ExitCode> {
    crate::telemetry::log(log).map_err(anyhow::Error::msg)?;
    let mut cases = Vec::new();
    for path in &arguments.paths {
        cases.extend(find(path)?);
    }
    if cases.is_empty() {
        bail!(
            "no case under {}: a case is a folder with a request.json",
            arguments.paths[0].display()
        );
    }
    let mut runner = runner(&arguments.content)?;
    let outcomes = match &arguments.url {
        Some(base) => Remote::new(base, arguments)?.outcomes(&cases, &mut runner)?,
        None => outcomes(&cases, |case| {
            in_process(&mut runner, case, arguments.as_of)
        })?,
    };
    let report = Report {
        cases: &cases,
        outcomes: &outcomes,
    };
    report.write(arguments.format, &mut stdout().lock())?;
    Ok(ExitCode::from(u8::from(report.failed() > 0)))
}

/// The site file stands under the settings of each case.
fn runner(settings: &ContentSettings) -> anyhow::Result<Runner> {
    let site = match &settings.site {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| path.display().to_string())?
            .parse()
            .with_context(|| path.display().to_string())?,
        None => toml::Table::new(),
    };
    Ok(Runner::new(load(settings)?, site)?)
}

/// One after the other, with a counter for people who wait.
fn outcomes(
    cases: &[Case],
    mut outcome: impl FnMut(&Case) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Vec<Outcome>> {
    let is_watched = stderr().is_terminal();
    let mut outcomes = Vec::with_capacity(cases.len());
    for (at, case) in cases.iter().enumerate() {
        if is_watched {
            write!(stderr(), "\r{}/{}", at + 1, cases.len())?;
        }
        outcomes.push(outcome(case).with_context(|| case.folder.display().to_string())?);
    }
    if is_watched {
        write!(stderr(), "\r        \r")?;
    }
    Ok(outcomes)
}

fn in_process(
    runner: &mut Runner,
    case: &Case,
    as_of: Option<Timestamp>,
) -> anyhow::Result<Outcome> {
    runner.prepare(case, 0)?;
    let answered = runner.answer(case, &case.request, as_of.unwrap_or(case.as_of));
    let recorded: Value = match &case.response {
        Some(recorded) => serde_json::from_str(recorded).context("response.json")?,
        None => Value::String("no response.json".to_owned()),
    };
    let mut found = differences(&recorded, &answered.body);
    if answered.status != case.status {
        found.insert(0, status(case.status, answered.status));
    }
    if let Some((rule, expected)) = case.verdict() {
        let answer = answered
            .rules
            .iter()
            .find(|(id, _)| *id == rule)
            .map(|(_, answer)| *answer);
        if answer != Some(expected) {
            found.push(Difference {
                path: format!("rule {rule}"),
                expected: Some(json!(expected)),
                found: Some(json!(answer)),
            });
        }
    }
    Ok(Outcome::Compared(found))
}

fn status(expected: u16, found: u16) -> Difference {
    Difference {
        path: "status".to_owned(),
        expected: Some(json!(expected)),
        found: Some(json!(found)),
    }
}

/// A running service.
struct Remote<'a> {
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
    fn new(base: &'a Url, arguments: &ReplayArguments) -> anyhow::Result<Remote<'a>> {
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
    fn outcomes(mut self, cases: &[Case], runner: &mut Runner) -> anyhow::Result<Vec<Outcome>> {
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
