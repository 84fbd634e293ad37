//! `explain`: every rule's answer with the facts behind it, for requests, Bundles and resources.

use super::write_json;
use crate::advise::{self, Advice, Call, Outcome};
use crate::auth::Caller;
use crate::cards::ClientOptions;
use crate::cases::{CaseError, texts_in};
use crate::config::{Discovery, ExplainArguments, TextFormat, load};
use crate::explained::Explained;
use crate::fhir::{Allowed, Client, Limits, MemoryServer, patients_in, read_everything};
use crate::hooks::{self, Chart, Clock, SERVICES, Servers, Service, Shared, call};
use crate::patient::Hook;
use crate::telemetry::Stopwatch;
use anyhow::Context;
use jiff::Timestamp;
use refused::Refused;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;

mod refused;
mod text;

/// A file that holds no call is judged as if its chart was opened.
static CHART_OPENED: &Service = &SERVICES[1];

/// Whoever asks for an explanation waits longer for a FHIR server than a clinician does.
const PATIENCE: Duration = Duration::from_secs(30);

/// Prints one line or page for each call, or patient of a file.
pub(super) fn run(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let explainer = Explainer::new(arguments)?;
    let mut out = anstream::stdout().lock();
    let mut all_answered = true;
    for file in &arguments.files {
        let name = file.display().to_string();
        let explained = explainer.file(file);
        for one in explained {
            all_answered &= one.is_ok();
            match (one, arguments.format) {
                (Ok(explained), TextFormat::Json) => write_json(&mut out, &explained.named(&name))?,
                (Ok(explained), TextFormat::Text) => {
                    text::write(&mut out, &explained.named(&name))?
                }
                (Err(refused), TextFormat::Json) => write_json(&mut out, &refused.named(&name))?,
                (Err(refused), TextFormat::Text) => writeln!(out, "{name}: {}\n", refused.message)?,
            }
        }
    }
    Ok(ExitCode::from(if all_answered { 0 } else { 2 }))
}

/// Content, chart and clock for all files.
struct Explainer {
    shared: Shared,
    as_of: Timestamp,
    runtime: Runtime,
}

/// What a file seems to be.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow)]
    hook: Option<&'a RawValue>,
    #[serde(rename = "resourceType", borrow)]
    resource_type: Option<&'a RawValue>,
}

impl Explainer {
    fn new(arguments: &ExplainArguments) -> anyhow::Result<Explainer> {
        let content = load(&arguments.content)?;
        let chart = match (&arguments.fhir, &arguments.fhir_server) {
            (Some(folder), _) => chart(folder)?,
            (None, Some(base)) => server(base)?,
            (None, None) => Chart::Nowhere,
        };
        let mut shared = Shared::new(content, chart, hooks::enabled(&[]), Discovery::V3);
        shared.deadline = PATIENCE;
        Ok(Explainer {
            shared,
            as_of: Clock::fixed_at(arguments.as_of).now(),
            runtime: super::runtime()?,
        })
    }

    fn file(&self, file: &Path) -> Vec<Result<Explained, Refused>> {
        let body = match std::fs::read(file) {
            Ok(body) => body,
            Err(error) => return vec![Err(Refused::unreadable(error.to_string()))],
        };
        let Ok(text) = std::str::from_utf8(&body) else {
            return vec![self.call(&body)];
        };
        let outline: Option<Outline<'_>> =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
        match outline {
            Some(Outline {
                hook: None,
                resource_type: Some(_),
            }) => self.chart(text),
            None if text.lines().nth(1).is_some() && !patients_in(text).is_empty() => {
                self.chart(text)
            }
            _ => vec![self.call(&body)],
        }
    }

    /// A CDS Hooks request.
    fn call(&self, body: &[u8]) -> Result<Explained, Refused> {
        let hook = hooks::request::hook_of(body)?;
        let service = SERVICES
            .iter()
            .find(|service| service.hook.as_str() == hook)
            .ok_or_else(|| Refused::of_hook(&hook))?;
        let request = hooks::request::read(body, service)?;
        let anybody = Caller::anybody();
        let answering = call::advise_on_request(
            &self.shared,
            service,
            &anybody,
            &request,
            self.as_of,
            Stopwatch::start(),
        );
        let mut advice = self.runtime.block_on(answering);
        if !call::is_for_clinicians(&request) {
            withhold(&mut advice);
        }
        Ok(Explained::of(advice, service.hook, self.as_of))
    }

    /// A Bundle, a resource, or lines of them: each patient's chart is opened.
    fn chart(&self, text: &str) -> Vec<Result<Explained, Refused>> {
        let patients = patients_in(text);
        if patients.is_empty() {
            return vec![Err(Refused::unreadable(
                "no Patient in it, and no resource that names one as its subject".to_owned(),
            ))];
        }
        patients
            .iter()
            .map(|patient| Ok(self.patient(patient, text)))
            .collect()
    }

    fn patient(&self, patient_id: &str, text: &str) -> Explained {
        let record = read_everything(patient_id, text);
        let call = Call {
            hook: Hook::PatientView,
            service_id: CHART_OPENED.id,
            hook_instance: "explain",
            patient_id,
            user_id: "Practitioner/explain",
            encounter_id: None,
            selections: &[],
            options: &ClientOptions::default(),
            quiet: None,
        };
        let advice = advise::advise(&self.shared.content, &call, &record, self.as_of);
        Explained::of(advice, Hook::PatientView, self.as_of)
    }
}

/// Patients and their proxies are shown nothing (contract R-094).
fn withhold(advice: &mut Advice) {
    advice.outcome = Outcome::Cards(crate::wire::Response::default());
    for rule in &mut advice.rules {
        rule.shown_on = None;
    }
}

/// The server that requests may name, and no other.
fn server(base: &str) -> anyhow::Result<Chart> {
    Ok(Chart::Servers(Servers {
        own_tokens: None,
        client: Client::new(Limits::default())?,
        allowed: Allowed::parse(&[base]).context("--fhir-server")?,
        by_client: BTreeMap::new(),
        open: true,
    }))
}

/// What cannot be taken is told and left out.
fn chart(folder: &Path) -> anyhow::Result<Chart> {
    let mut texts = Vec::new();
    texts_in(folder, &mut texts)
        .map_err(|error: CaseError| anyhow::anyhow!(error))
        .context("--fhir")?;
    let (server, problems) = MemoryServer::from_texts(texts);
    for problem in problems {
        writeln!(io::stderr(), "{problem}")?;
    }
    Ok(Chart::Memory(server))
}
