//! A case through the same code as a call over HTTP, without a socket.

use super::files::{Case, CaseError};
use crate::advise::{Advice, Content};
use crate::auth::Caller;
use crate::cards::ClientOptions;
use crate::config::{Discovery, SiteError, site_from_table};
use crate::fhir::MemoryServer;
use crate::hooks::{self, Chart, Clock, HookError, SERVICES, Service, Shared, call};
use crate::telemetry::Stopwatch;
use jiff::Timestamp;
use serde_json::Value;
use tokio::runtime::Runtime;

/// What a case was answered.
#[derive(Debug)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Value,
    /// Every rule's answer, where the core was reached.
    pub rules: Vec<(&'static str, &'static str)>,
}

/// Runs one case after another over the same content.
#[derive(Debug)]
pub struct Runner {
    shared: Shared,
    site: toml::Table,
    runtime: Runtime,
}

/// A case that could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its files.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Its site settings.
    #[error(transparent)]
    Site(#[from] SiteError),
}

impl Runner {
    /// A runner over this content; `site` are the settings under those of each case.
    pub fn new(content: Content, site: toml::Table) -> std::io::Result<Runner> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let services = hooks::enabled(&[]);
        let mut shared = Shared::new(content, Chart::Nowhere, services, Discovery::V3);
        shared.options = ClientOptions::default();
        Ok(Runner {
            shared,
            site,
            runtime,
        })
    }

    /// Runs a case as it stands.
    pub fn run(&mut self, case: &Case) -> Result<Answered, RunError> {
        self.prepare(case, 0)?;
        Ok(self.answer(case, &case.request, case.as_of))
    }

    /// Takes over the case's settings and its FHIR server, whose chart moves by so many days.
    pub fn prepare(&mut self, case: &Case, days: i32) -> Result<(), RunError> {
        let mut site = self.site.clone();
        site.extend(case.site.clone());
        let file = case.folder.join("case.toml").display().to_string();
        self.shared.content.site = site_from_table(&file, site)?;
        self.shared.chart = chart_of(case.fhir_texts(days)?)?;
        Ok(())
    }

    /// Sends a body in the case's place, at this instant.
    pub fn answer(&mut self, case: &Case, body: &[u8], as_of: Timestamp) -> Answered {
        self.shared.clock = Clock::Fixed(as_of);
        let answered = service_of(case, body).and_then(|service| {
            let watch = Stopwatch::start();
            self.runtime.block_on(call::advise_on(
                &self.shared,
                service,
                &Caller::anybody(),
                body,
                watch,
            ))
        });
        let rules = answered
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
            .map(rules_of)
            .unwrap_or_default();
        let (status, body) = match answered.and_then(call::cards_of) {
            Ok(cards) => (200, call::write(&cards)),
            Err(error) => (error.status().0.as_u16(), error.body().into_bytes()),
        };
        Answered {
            status,
            body: serde_json::from_slice(&body).unwrap_or_default(),
            rules,
        }
    }
}

fn rules_of(advice: &Advice) -> Vec<(&'static str, &'static str)> {
    advice
        .rules
        .iter()
        .map(|rule| (rule.id, rule.answer.as_str()))
        .collect()
}

/// The service that a case is sent to: the one it names, else the one for its hook, else order-sign.
pub(crate) fn service_of(case: &Case, body: &[u8]) -> Result<&'static Service, HookError> {
    match &case.service {
        Some(id) => hooks::service(id).ok_or(HookError::UnknownService),
        None => Ok(service_for(body)),
    }
}

fn service_for(body: &[u8]) -> &'static Service {
    let hook = hooks::request::hook_of(body).unwrap_or_default();
    SERVICES
        .iter()
        .find(|service| service.hook.as_str() == hook)
        .unwrap_or(&SERVICES[0])
}

/// A FHIR server over these texts; nobody where there are none.
pub fn chart_of(texts: Vec<(String, String)>) -> Result<Chart, CaseError> {
    if texts.is_empty() {
        return Ok(Chart::Nowhere);
    }
    let (server, problems) = MemoryServer::from_texts(texts);
    match problems.into_iter().next() {
        Some(problem) => Err(CaseError {
            file: problem.name.into(),
            line: problem.line,
            message: problem.message,
        }),
        None => Ok(Chart::Memory(server)),
    }
}
