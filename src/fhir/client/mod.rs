//! Asking a FHIR server for what prefetch did not bring: all at once, within one deadline, under one base.
//!
//! Knows HTTP, paging, retries and limits. It is the only place here that opens connections.
//! Refuses to know what the answers mean. Tokens and bodies are neither kept nor logged.

mod exchange;
mod guard;
mod round;

use super::allowed::Base;
use super::{Asked, Fetched, Need};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use guard::Guard;
use reqwest::redirect;
use round::{Question, Round};
use secrecy::SecretString;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How much is taken of a server's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pages of one list.
    pub pages: usize,
    /// Entries of all lists of one call: reading them has to fit into what is left of it.
    pub entries: usize,
    /// Bytes of one body, after decompression.
    pub body_bytes: usize,
    /// Bytes of all bodies of one call.
    pub total_bytes: usize,
    /// Medications read one by one.
    pub medications: usize,
    /// For opening a connection.
    pub connect: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 20,
            entries: 5_000,
            body_bytes: 8 << 20,
            total_bytes: 16 << 20,
            medications: 40,
            connect: Duration::from_millis(500),
        }
    }
}

/// An idle connection is kept this long, so that a clinic's next call finds it open.
const IDLE: Duration = Duration::from_secs(300);
/// Idle connections are tried this often: what a firewall dropped is found before a call needs it.
const ALIVE: Duration = Duration::from_secs(30);

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for FHIR could not be set up")]
pub struct ClientError(#[from] reqwest::Error);

/// What all questions of one hook call have in common.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// From the allow-list.
    pub base: &'c Base,
    /// Bearer token; `None` asks anonymously.
    pub token: Option<&'c SecretString>,
    /// Bare id of the patient.
    pub patient_id: &'c str,
    /// Bare id of the encounter.
    pub encounter_id: Option<&'c str>,
    /// What has not arrived by then does not count.
    pub deadline: Instant,
}

/// Asks FHIR servers. Connections are pooled; a clone shares them.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    limits: Limits,
}

impl Client {
    /// Without redirects and proxies, and with names checked where they are resolved.
    pub fn new(limits: Limits) -> Result<Self, ClientError> {
        Self::resolving(limits, Guard::system())
    }

    fn resolving(limits: Limits, guard: Guard) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(guard))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(limits.connect)
            .pool_max_idle_per_host(64)
            .pool_idle_timeout(IDLE)
            .tcp_keepalive(ALIVE)
            .http2_keep_alive_interval(ALIVE)
            .http2_keep_alive_while_idle(true)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { http, limits })
    }

    /// Asks everything at once. Each question gets its answer, if only the reason why there is none.
    ///
    /// Whenever an answer comes that refers to Medications, `named` is asked which of them are nowhere among what came so
    /// far, and these are read at once, up to the limit, while the other answers are still on their way.
    /// The answers come in the order of the questions, then the Medications by reference: chance has no part in it.
    /// Dropping the future ends all of it.
    pub async fn gather(
        &self,
        call: &Call<'_>,
        needs: &[Need],
        medications: &[String],
        mut named: impl FnMut(&[Fetched]) -> Vec<String>,
    ) -> Vec<Fetched> {
        let round = Round::new(self, call);
        let mut asked = BTreeSet::new();
        let mut open = FuturesUnordered::new();
        for (at, need) in needs.iter().enumerate() {
            open.push(round.ask(at, Question::Read(need)));
        }
        for question in round.unasked(medications, &mut asked) {
            open.push(round.ask(needs.len(), question));
        }
        let mut fetched = Vec::new();
        let mut places = Vec::new();
        while let Some((place, answer)) = open.next().await {
            let refers = answer.refers_to_medications();
            fetched.push(answer);
            places.push(place);
            if refers {
                for question in round.unasked(&named(&fetched), &mut asked) {
                    open.push(round.ask(needs.len(), question));
                }
            }
        }
        in_order(places, fetched)
    }
}

/// By the place of the question; Medications have the last place in common, and stand by their references.
fn in_order(places: Vec<usize>, fetched: Vec<Fetched>) -> Vec<Fetched> {
    let mut both: Vec<(usize, Fetched)> = places.into_iter().zip(fetched).collect();
    both.sort_by(|(one, first), (other, second)| {
        one.cmp(other)
            .then_with(|| match (&first.asked, &second.asked) {
                (Asked::Medication(first), Asked::Medication(second)) => first.cmp(second),
                _ => Ordering::Equal,
            })
    });
    both.into_iter().map(|(_, fetched)| fetched).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests;
