//! Asking a FHIR server for what prefetch did not bring: all at once, within one deadline, under one base.
//!
//! Knows HTTP, paging and limits. It is the only place here that opens connections.
//! Refuses to know what the answers mean. Tokens and bodies are neither kept nor logged.

mod guard;

use super::allowed::Base;
use super::bundle::{Opened, Shape};
use super::resources::Reference;
use super::{Asked, Fetched, Need, Query, Why};
use futures_util::future::join_all;
use guard::Guard;
use reqwest::header::{ACCEPT, HeaderName};
use reqwest::{Certificate, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Asks that an unknown search parameter be an error: some servers answer with everybody's resources instead.
const PREFER: (HeaderName, &str) = (HeaderName::from_static("prefer"), "handling=strict");

/// How much is taken of a server's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pages of one list.
    pub pages: usize,
    /// Entries of one list.
    pub entries: usize,
    /// Bytes of one body, after decompression.
    pub body_bytes: usize,
    /// Bytes of all bodies of one round.
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
            total_bytes: 32 << 20,
            medications: 40,
            connect: Duration::from_millis(500),
        }
    }
}

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
        Self::trusting(limits, [])
    }

    /// The same, with authorities that are trusted beside those of the system.
    pub fn trusting(
        limits: Limits,
        authorities: impl IntoIterator<Item = Certificate>,
    ) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(Guard))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .tls_certs_merge(authorities)
            .connect_timeout(limits.connect)
            .pool_max_idle_per_host(32)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { http, limits })
    }

    /// Asks everything at once. Each need gets its answer, if only the reason why there is none.
    ///
    /// Dropping the future ends all of it.
    pub async fn gather(&self, call: &Call<'_>, needs: &[Need]) -> Vec<Fetched> {
        let budget = AtomicUsize::new(self.limits.total_bytes);
        let round = Round {
            client: self,
            call,
            budget: &budget,
        };
        join_all(needs.iter().map(|need| round.answer(need))).await
    }

    /// Reads the Medications that orders name by reference, up to the limit, all at once.
    pub async fn gather_medications(&self, call: &Call<'_>, references: &[String]) -> Vec<Fetched> {
        let budget = AtomicUsize::new(self.limits.total_bytes);
        let round = Round {
            client: self,
            call,
            budget: &budget,
        };
        let unique: BTreeSet<&String> = references.iter().collect();
        let reads = unique.into_iter().enumerate().map(|(index, reference)| {
            let within = index < self.limits.medications;
            round.medication(reference, within)
        });
        join_all(reads).await
    }
}

/// One round of questions.
#[derive(Clone, Copy)]
struct Round<'r> {
    client: &'r Client,
    call: &'r Call<'r>,
    /// Bytes that may still come.
    budget: &'r AtomicUsize,
}

/// What a body turned out to be.
struct Page {
    entries: usize,
    next: Option<String>,
}

impl Round<'_> {
    async fn answer(&self, need: &Need) -> Fetched {
        let Call {
            base,
            patient_id,
            encounter_id,
            ..
        } = self.call;
        let first = match &need.next {
            Some(next) => base.under(next).ok_or(Why::MorePages),
            None => need
                .query
                .url(patient_id, *encounter_id)
                .and_then(|relative| base.query(&relative))
                .ok_or(Why::Malformed),
        };
        let mut pages = Vec::new();
        let ended = match first {
            Ok(first) => self.follow(need.query, first, &mut pages).await.err(),
            Err(why) => Some(why),
        };
        Fetched {
            asked: Asked::Query(need.query),
            pages,
            ended,
        }
    }

    /// Reads page after page; those that came stay in `pages` whatever happens then.
    async fn follow(&self, query: Query, first: Url, pages: &mut Vec<String>) -> Result<(), Why> {
        let limits = &self.client.limits;
        let mut visited = BTreeSet::new();
        let mut entries = 0;
        let mut url = first;
        loop {
            visited.insert(url.clone());
            let body = self.body(url).await?;
            let page = page(&body, query).ok_or(Why::Malformed)?;
            entries += page.entries;
            if entries > limits.entries {
                return Err(Why::TooMuch);
            }
            pages.push(body);
            let Some(next) = page.next else {
                return Ok(());
            };
            let next = self.call.base.under(&next).ok_or(Why::MorePages)?;
            if visited.contains(&next) {
                return Err(Why::MorePages);
            }
            if pages.len() >= limits.pages {
                return Err(Why::TooMuch);
            }
            url = next;
        }
    }

    async fn medication(&self, reference: &str, within: bool) -> Fetched {
        let body = match self.medication_url(reference) {
            Some(_) if !within => Err(Why::TooMuch),
            Some(url) => self.body(url).await,
            None => Err(Why::NotAllowed),
        };
        let body = body.and_then(|body| {
            let is_medication = kind(&body).is_some_and(|kind| kind == "Medication");
            is_medication.then_some(body).ok_or(Why::Malformed)
        });
        let (pages, ended) = match body {
            Ok(body) => (vec![body], None),
            Err(why) => (Vec::new(), Some(why)),
        };
        Fetched {
            asked: Asked::Medication(reference.to_owned()),
            pages,
            ended,
        }
    }

    /// Relative, or absolute under the base. The URL is built anew from the id.
    fn medication_url(&self, reference: &str) -> Option<Url> {
        let parsed = Reference {
            reference: Some(reference.into()),
            ..Reference::default()
        };
        let ("Medication", id) = parsed.target()? else {
            return None;
        };
        let url = format!("Medication/{}", super::query::encoded(id)?);
        let expected = self.call.base.query(&url)?;
        let is_relative = reference.starts_with("Medication/");
        let is_ours = || {
            let named = self.call.base.under(reference)?;
            Some(named.path().starts_with(expected.path()))
        };
        (is_relative || is_ours()?).then_some(expected)
    }

    async fn body(&self, url: Url) -> Result<String, Why> {
        let request = self.client.http.get(url);
        let request = request.header(ACCEPT, "application/fhir+json");
        let (name, value) = PREFER;
        let mut request = request.header(name, value);
        if let Some(token) = self.call.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let answer = async {
            let response = request.send().await.map_err(|error| reason(&error))?;
            match response.status() {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Why::Refused),
                status if status.is_success() => self.text(response).await,
                status => Err(Why::Status(status.as_u16())),
            }
        };
        timeout_at(self.call.deadline, answer)
            .await
            .unwrap_or(Err(Why::Timeout))
    }

    async fn text(&self, mut response: Response) -> Result<String, Why> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
            let fits = body.len() + chunk.len() <= self.client.limits.body_bytes;
            let left = self
                .budget
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(chunk.len())
                });
            if !fits || left.is_err() {
                return Err(Why::TooMuch);
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body).map_err(|_| Why::Malformed)
    }
}

/// A body that answers the query; `None` if it does not.
fn page(body: &str, query: Query) -> Option<Page> {
    let opened = Opened::new(serde_json::from_str::<&RawValue>(body).ok()?);
    let answers = match opened.shape {
        Shape::Bundle => !query.is_read(),
        Shape::Single => {
            let kind = opened.items.first().map(|item| &*item.kind);
            query.is_read() && kind == Some(query.resource_type())
        }
        Shape::Failure | Shape::Unusable => false,
    };
    answers.then(|| Page {
        entries: opened.items.len() + opened.bad + opened.hollow,
        next: opened.next.map(String::from),
    })
}

fn kind(body: &str) -> Option<String> {
    let value: &RawValue = serde_json::from_str(body).ok()?;
    super::views::json::resource_type(value).map(String::from)
}

fn reason(error: &reqwest::Error) -> Why {
    if error.is_timeout() {
        Why::Timeout
    } else if error.is_builder() {
        // The URL is ours: it is the token that cannot be sent.
        Why::Refused
    } else if error.is_body() || error.is_decode() {
        Why::Malformed
    } else {
        Why::Unreachable
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests;
