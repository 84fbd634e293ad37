//! What the prefetch lacks, asked for: all missing reads at once, Medications as soon as an order names them, in one deadline.

use super::call::source;
use crate::auth::Caller;
use crate::fhir::{
    self, Allowed, Base, Client, Fetched, MemoryServer, Need, Query, Record, Source, Why,
};
use crate::telemetry;
use crate::wire::Request;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Where the data come from that the prefetch lacks.
#[derive(Debug)]
pub enum Chart {
    /// Nobody is asked.
    Nowhere,
    /// Resources in memory answer, whatever server the call names: saved cases, `explain --fhir`.
    Memory(MemoryServer),
    /// The FHIR server that the call names, if it may be called.
    Servers(Servers),
}

/// FHIR servers that may be called.
#[derive(Debug)]
pub struct Servers {
    /// Pools connections.
    pub client: Client,
    /// The allow-list of clients that have none of their own.
    pub allowed: Allowed,
    /// Allow-lists of clients, by their `iss`.
    pub by_client: BTreeMap<String, Allowed>,
    /// Listed servers are asked without a token, too: development. Plain http is such a server anyway (contract R-058).
    pub open: bool,
}

/// A server that may be called now.
struct Access {
    base: Base,
    token: Option<SecretString>,
}

impl Servers {
    /// Contract: else nothing is opened.
    fn access(&self, caller: &Caller, request: &Request<'_>) -> Result<Access, Why> {
        let named = request.fhir_server.as_deref().ok_or(Why::NotSent)?;
        let base = self.allowed(caller).base(named).ok_or(Why::NotAllowed)?;
        match &request.fhir_authorization {
            Some(authorization) if authorization.expires_in.is_some_and(|seconds| seconds <= 0) => {
                Err(Why::Refused)
            }
            Some(authorization) => {
                let token = SecretString::from(authorization.access_token.to_string());
                Ok(Access {
                    base,
                    token: Some(token),
                })
            }
            None if self.open || named.starts_with("http:") => Ok(Access { base, token: None }),
            None => Err(Why::Refused),
        }
    }

    /// The bases that this caller may name.
    fn allowed(&self, caller: &Caller) -> &Allowed {
        let own = caller
            .client()
            .and_then(|client| self.by_client.get(&client.issuer));
        own.unwrap_or(&self.allowed)
    }

    async fn ask(&self, asking: &Asking<'_>, wanted: &Wanted) -> Vec<Fetched> {
        let Asking {
            caller,
            request,
            needs,
            left,
        } = *asking;
        let access = match self.access(caller, request) {
            Ok(access) => access,
            Err(why) => return wanted.failed(&why),
        };
        let call = fhir::Call {
            base: &access.base,
            token: access.token.as_ref(),
            patient_id: &request.patient_id,
            encounter_id: request.encounter_id.as_deref(),
            deadline: Instant::now() + left,
        };
        let named = |fetched: &[Fetched]| medications_named(request, fetched, needs);
        self.client
            .gather(&call, &wanted.reads, &wanted.medications, named)
            .await
    }
}

/// Who asks, about what, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'r> {
    pub(super) caller: &'r Caller,
    pub(super) request: &'r Request<'r>,
    pub(super) needs: &'r [Query],
    /// Until the answers have to be there.
    pub(super) left: Duration,
}

/// What is to be asked for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    reads: Vec<Need>,
    medications: Vec<String>,
}

impl Wanted {
    pub(super) fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.medications.is_empty()
    }

    fn failed(&self, why: &Why) -> Vec<Fetched> {
        self.reads
            .iter()
            .map(|need| Fetched::failed(need.query, why.clone()))
            .collect()
    }
}

/// What did not come, and could be had.
pub(super) fn wanted(
    chart: &Chart,
    source: &Source<'_>,
    request: &Request<'_>,
    record: &Record<'_>,
    needs: &[Query],
) -> Wanted {
    let nobody = match chart {
        Chart::Nowhere => true,
        Chart::Memory(_) => false,
        Chart::Servers(_) => request.fhir_server.is_none(),
    };
    if nobody {
        return Wanted::default();
    }
    Wanted {
        reads: fhir::to_fetch(source, record, needs),
        medications: record.unresolved_medications(),
    }
}

/// Asks; also for the Medications that what came refers to.
pub(super) async fn gather(chart: &Chart, asking: &Asking<'_>, wanted: Wanted) -> Vec<Fetched> {
    let fetched = match chart {
        Chart::Nowhere => Vec::new(),
        Chart::Memory(server) => from_memory(server, asking, &wanted),
        Chart::Servers(servers) => servers.ask(asking, &wanted).await,
    };
    for answer in &fetched {
        telemetry::fhir_query(answer.ended.as_ref(), answer.requests);
    }
    fetched
}

fn from_memory(server: &MemoryServer, asking: &Asking<'_>, wanted: &Wanted) -> Vec<Fetched> {
    let Asking { request, needs, .. } = *asking;
    let encounter = request.encounter_id.as_deref();
    let mut fetched =
        fhir::fetch_from_memory(server, &request.patient_id, encounter, &wanted.reads);
    let mut medications = wanted.medications.clone();
    medications.extend(medications_named(request, &fetched, needs));
    medications.sort();
    medications.dedup();
    fetched.extend(fhir::fetch_medications_from_memory(server, &medications));
    fetched
}

/// Medications that what came so far refers to, and that are nowhere in it.
fn medications_named(request: &Request<'_>, fetched: &[Fetched], needs: &[Query]) -> Vec<String> {
    fhir::read_record(&source(request, fetched, None), needs).unresolved_medications()
}
