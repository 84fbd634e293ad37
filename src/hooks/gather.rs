//! What the prefetch lacks, asked for: all missing reads at once, then Medications by reference, in one deadline.

use super::call::source;
use crate::fhir::{self, Fetched, MemoryServer, Need, Query, Record, Source};
use crate::telemetry::{self, Stopwatch};
use crate::wire::Request;
use std::time::Duration;

/// Where the data come from that the prefetch lacks.
#[derive(Debug)]
pub enum Chart {
    /// Nobody is asked.
    Nowhere,
    /// Resources in memory answer, whatever server the call names: saved cases, `explain --fhir`.
    Memory(MemoryServer),
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
}

/// What did not come, and could be had.
pub(super) fn wanted(chart: &Chart, source: &Source<'_>, record: &Record<'_>, needs: &[Query]) -> Wanted {
    if matches!(chart, Chart::Nowhere) {
        return Wanted::default();
    }
    Wanted {
        reads: fhir::to_fetch(source, record, needs),
        medications: record.unresolved_medications(),
    }
}

/// Asks, and asks once more for the Medications that what came refers to.
pub(super) async fn gather(
    chart: &Chart,
    request: &Request<'_>,
    wanted: Wanted,
    needs: &[Query],
    left: Duration,
) -> Vec<Fetched> {
    let watch = Stopwatch::start();
    let known = wanted.medications.clone();
    let mut fetched = ask(chart, request, wanted, left).await;
    let medications = {
        let source = source(request, &fetched);
        let mut medications = fhir::read_record(&source, needs).unresolved_medications();
        medications.retain(|reference| !known.contains(reference));
        medications
    };
    if !medications.is_empty() {
        let wanted = Wanted { reads: Vec::new(), medications };
        fetched.extend(ask(chart, request, wanted, left.saturating_sub(watch.elapsed())).await);
    }
    fetched
}

async fn ask(chart: &Chart, request: &Request<'_>, wanted: Wanted, left: Duration) -> Vec<Fetched> {
    let _ = left;
    let fetched = match chart {
        Chart::Nowhere => Vec::new(),
        Chart::Memory(server) => {
            let encounter = request.encounter_id.as_deref();
            let mut fetched = fhir::fetch_from_memory(server, &request.patient_id, encounter, &wanted.reads);
            fetched.extend(fhir::fetch_medications_from_memory(server, &wanted.medications));
            fetched
        }
    };
    for answer in &fetched {
        telemetry::fhir_query(answer.ended.as_ref());
    }
    fetched
}
