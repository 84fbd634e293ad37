//! What asking a FHIR server brought, kept as bodies so that the record can borrow from them.

use super::{Query, Why};
use jiff::civil::Date;
use std::fmt;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// One of the reads.
    Query(Query),
    /// A Medication, by the reference an order has for it.
    Medication(String),
}

/// A question and the bodies that came.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What was asked.
    pub asked: Asked,
    /// The bodies, page by page.
    pub pages: Vec<String>,
    /// Why nothing, or nothing more, came; `None` if everything did.
    pub ended: Option<Why>,
    /// How many requests were sent for it: none where nobody may be asked.
    pub requests: usize,
}

impl Fetched {
    /// Everything that was asked for.
    pub fn complete(query: Query, pages: Vec<String>) -> Self {
        Self {
            asked: Asked::Query(query),
            requests: pages.len(),
            pages,
            ended: None,
        }
    }

    /// Nothing could be asked (a server that is not on the allow-list, no usable token).
    pub fn failed(query: Query, why: Why) -> Self {
        Self {
            asked: Asked::Query(query),
            pages: Vec::new(),
            ended: Some(why),
            requests: 0,
        }
    }

    /// Whether rows in it name Medications by reference. It may say yes where none does.
    pub(super) fn refers_to_medications(&self) -> bool {
        let is_of_medicines = matches!(
            self.asked,
            Asked::Query(Query::Medications | Query::Statements | Query::Dispenses)
        );
        is_of_medicines
            && self
                .pages
                .iter()
                .any(|page| page.contains("\"medicationReference\""))
    }
}

/// Bodies hold patient data and are not shown.
impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("asked", &self.asked)
            .field("pages", &self.pages.len())
            .field("ended", &self.ended)
            .field("requests", &self.requests)
            .finish()
    }
}

/// One read that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The read.
    pub query: Query,
    /// Where the client's own list goes on, if it sent a first page.
    pub next: Option<String>,
    /// The day of the call: a list that is sorted newest first need not go on for ever before it.
    pub as_of: Option<Date>,
}

impl From<Query> for Need {
    fn from(query: Query) -> Self {
        Self {
            query,
            next: None,
            as_of: None,
        }
    }
}
