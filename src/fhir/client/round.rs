//! One call's questions: lists page by page, Medications one by one, within one budget of bytes and entries.

use super::exchange::Exchange;
use super::{Call, Client};
use crate::fhir::bundle::{Opened, Shape};
use crate::fhir::newest_first::reaches_back;
use crate::fhir::resources::Reference;
use crate::fhir::views::json;
use crate::fhir::{Asked, Fetched, Need, Why};
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use url::Url;

/// What is asked.
#[derive(Debug)]
pub(super) enum Question<'q> {
    Read(&'q Need),
    /// By reference; not `within` the number that is read.
    Medication {
        reference: String,
        within: bool,
    },
}

/// All questions of a call.
pub(super) struct Round<'r> {
    client: &'r Client,
    call: &'r Call<'r>,
    /// Bytes that may still come.
    bytes: AtomicUsize,
    /// Entries that may still come.
    entries: AtomicUsize,
}

/// What a body turned out to be.
struct Page {
    entries: usize,
    next: Option<String>,
    /// Nobody asks for what comes after it.
    reaches_back: bool,
}

impl<'r> Round<'r> {
    pub(super) fn new(client: &'r Client, call: &'r Call<'r>) -> Self {
        Self {
            client,
            call,
            bytes: AtomicUsize::new(client.limits.total_bytes),
            entries: AtomicUsize::new(client.limits.entries),
        }
    }

    /// Those of the Medications that are not among those asked for, which they join.
    pub(super) fn unasked(
        &self,
        references: &[String],
        asked: &mut BTreeSet<String>,
    ) -> Vec<Question<'static>> {
        let mut questions = Vec::new();
        for reference in references {
            if asked.insert(reference.clone()) {
                questions.push(Question::Medication {
                    reference: reference.clone(),
                    within: asked.len() <= self.client.limits.medications,
                });
            }
        }
        questions
    }

    /// The answer, and the place that was given with the question.
    pub(super) async fn ask(&self, place: usize, question: Question<'_>) -> (usize, Fetched) {
        let fetched = match question {
            Question::Read(need) => self.read(need).await,
            Question::Medication { reference, within } => self.medication(reference, within).await,
        };
        (place, fetched)
    }

    fn exchange(&self) -> Exchange<'_> {
        Exchange::new(self.client, self.call, &self.bytes)
    }

    async fn read(&self, need: &Need) -> Fetched {
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
        let mut exchange = self.exchange();
        let mut pages = Vec::new();
        let ended = match first {
            Ok(first) => self
                .follow(need, first, &mut exchange, &mut pages)
                .await
                .err(),
            Err(why) => Some(why),
        };
        Fetched {
            asked: Asked::Query(need.query),
            pages,
            ended,
            requests: exchange.requests,
        }
    }

    /// Reads page after page; those that came stay in `pages` whatever happens then.
    async fn follow(
        &self,
        need: &Need,
        first: Url,
        exchange: &mut Exchange<'_>,
        pages: &mut Vec<String>,
    ) -> Result<(), Why> {
        let mut visited = BTreeSet::new();
        let mut url = first;
        loop {
            visited.insert(url.clone());
            let body = exchange.get(url).await?;
            let page = page(&body, need).ok_or(Why::Malformed)?;
            take(&self.entries, page.entries)?;
            pages.push(body);
            let Some(next) = page.next.filter(|_| !page.reaches_back) else {
                return Ok(());
            };
            let next = self.call.base.under(&next).ok_or(Why::MorePages)?;
            if visited.contains(&next) {
                return Err(Why::MorePages);
            }
            if pages.len() >= self.client.limits.pages {
                return Err(Why::TooMuch);
            }
            url = next;
        }
    }

    async fn medication(&self, reference: String, within: bool) -> Fetched {
        let mut exchange = self.exchange();
        let body = match self.medication_url(&reference) {
            Some(_) if !within => Err(Why::TooMuch),
            Some(url) => exchange.get(url).await,
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
            asked: Asked::Medication(reference),
            pages,
            ended,
            requests: exchange.requests,
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
        let url = format!("Medication/{}", crate::fhir::query::encoded(id)?);
        let expected = self.call.base.query(&url)?;
        let is_relative = reference.starts_with("Medication/");
        let is_ours = || {
            let named = self.call.base.under(reference)?;
            Some(named.path().starts_with(expected.path()))
        };
        (is_relative || is_ours()?).then_some(expected)
    }
}

/// Takes from a budget, if there is enough left.
pub(super) fn take(budget: &AtomicUsize, amount: usize) -> Result<(), Why> {
    budget
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(amount)
        })
        .map(drop)
        .map_err(|_| Why::TooMuch)
}

/// A body that answers the query; `None` if it does not.
fn page(body: &str, need: &Need) -> Option<Page> {
    let query = need.query;
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
        reaches_back: reaches_back(&opened.items, query, need.as_of),
        next: opened.next.map(String::from),
    })
}

fn kind(body: &str) -> Option<String> {
    let value: &RawValue = serde_json::from_str(body).ok()?;
    json::resource_type(value).map(String::from)
}
