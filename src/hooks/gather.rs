//! What the prefetch lacks, asked for: all missing reads at once, then Medications by reference, in one deadline.

use crate::fhir::{Fetched, Need, Query, Record, Source, Why, to_fetch};
use crate::wire::Request;
use std::time::Duration;

/// Where the data come from that the prefetch lacks.
#[derive(Debug)]
pub enum Chart {
    /// Nobody is asked.
    Nowhere,
}

/// What is to be asked for.
#[derive(Debug, Default)]
pub struct Wanted {
    reads: Vec<Need>,
}

impl Wanted {
    /// Nothing?
    pub fn is_empty(&self) -> bool {
        self.reads.is_empty()
    }
}

/// What did not come, and could be had.
pub fn wanted(source: &Source<'_>, record: &Record<'_>, needs: &[Query]) -> Wanted {
    Wanted {
        reads: to_fetch(source, record, needs),
    }
}

/// Asks.
pub async fn gather(
    chart: &Chart,
    request: &Request<'_>,
    wanted: Wanted,
    needs: &[Query],
    left: Duration,
) -> Vec<Fetched> {
    let _ = (chart, request, needs, left);
    wanted
        .reads
        .into_iter()
        .map(|need| Fetched::failed(need.query, Why::NotSent))
        .collect()
}
