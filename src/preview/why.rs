//! Below the cards: why. Every rule's answer, the totals with their working, what was read and what was not.
//!
//! Knows how an explained call is laid out for a reader.
//! Refuses to explain anything itself: that is `explained` and `patient`.

use super::chart::Chart;
use crate::dose::Total;
use crate::explained::{Explained, Order, Rule};
use crate::fhir::Read;
use crate::patient::{Role, Snapshot, course};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the template shows.
#[derive(Debug, Serialize)]
pub(super) struct Why {
    as_of: String,
    fired: Vec<Rule>,
    unsure: Vec<Rule>,
    silent: Vec<Rule>,
    scope: &'static str,
    scope_because: Vec<String>,
    factor_set: String,
    before: String,
    after: String,
    /// Orders that are part of a total.
    orders: Vec<Order>,
    /// Orders that are in none.
    others: Vec<Order>,
    /// There are orders to sign.
    is_draft: bool,
    chart: Option<Chart>,
    /// Why there is no chart.
    no_chart: &'static str,
    reads: Vec<Reading>,
    /// What was not read, by the reason.
    unread: BTreeMap<String, Vec<String>>,
    /// Other gaps.
    gaps: Vec<String>,
    /// uuids of the cards, in order: a rule's card is told by its number.
    cards: Vec<String>,
}

/// How far one read got.
#[derive(Debug, Serialize)]
struct Reading {
    key: &'static str,
    answer: &'static str,
}

impl Why {
    pub(super) fn of(explained: Explained, snapshot: &Snapshot) -> Why {
        let course = course(snapshot);
        let after = snapshot.mme.after.as_ref();
        let after_number = after.and_then(|total| total.mme_per_day);
        let is_draft = snapshot.hook.is_order();
        let chart = course
            .as_ref()
            .ok()
            .and_then(|steps| Chart::of(steps, after_number.filter(|_| is_draft)));
        let no_chart = match &course {
            Err(_) => {
                "No chart: the medication history could not be read, and absence would look like zero."
            }
            Ok(_) => {
                "No chart: no daily dose above zero could be computed for the last twelve months."
            }
        };
        let (mut fired, mut unsure, mut silent) = (Vec::new(), Vec::new(), Vec::new());
        for rule in explained.rules {
            match rule.answer {
                "fires" => fired.push(rule),
                "cannot-tell" => unsure.push(rule),
                _ => silent.push(rule),
            }
        }
        let is_part = |order: &Order| order.role != Role::NotCurrent.as_str();
        let (orders, others) = explained.mme.orders.into_iter().partition(is_part);
        let (unread, gaps) = by_reason(explained.gaps, snapshot);
        Why {
            is_draft,
            as_of: explained.as_of,
            fired,
            unsure,
            silent,
            scope: match explained.scope.out {
                Some(true) => "outside the guideline's scope",
                Some(false) => "inside the guideline's scope",
                None => "cannot be told",
            },
            scope_because: explained.scope.because,
            factor_set: explained.mme.factor_set,
            before: total(snapshot.mme.before.as_ref()),
            after: total(after),
            orders,
            others,
            chart,
            no_chart,
            reads: snapshot
                .reads
                .iter()
                .map(|(query, read)| Reading {
                    key: query.key(),
                    answer: match read {
                        Read::Complete => "read",
                        Read::Partial(_) => "partly read",
                        Read::Failed(_) => "not read",
                        Read::NotAsked => "not needed",
                    },
                })
                .collect(),
            unread,
            gaps,
            cards: explained.cards.into_iter().map(|card| card.uuid).collect(),
        }
    }
}

/// Seven reads that nobody was there to ask are one reason.
fn by_reason(
    gaps: Vec<String>,
    snapshot: &Snapshot,
) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let mut unread: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut others = Vec::new();
    for gap in gaps {
        let is_read = |key: &str| snapshot.reads.keys().any(|query| query.key() == key);
        match gap.split_once(": ").filter(|(key, _)| is_read(key)) {
            Some((key, why)) => unread
                .entry(why.to_owned())
                .or_default()
                .push(key.to_owned()),
            None => others.push(gap),
        }
    }
    (unread, others)
}

fn total(total: Option<&Total>) -> String {
    let Some(total) = total else {
        return "not known".to_owned();
    };
    match total.mme_per_day {
        Some(mme) if total.floor => format!("at least {}", mme.rounded()),
        Some(mme) => mme.rounded(),
        None => "no number".to_owned(),
    }
}
