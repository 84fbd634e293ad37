//! Urine drug test results against the list of medicines: the decision table of sheet 4.21.
//!
//! Knows what is expected, what has a possible explanation, and what a quick test cannot settle.
//! Refuses to know cards: the rule and the prompt of the brief both ask here.

use super::named;
use crate::patient::{Known, Snapshot, ToxResult, ToxSet};
use crate::terminology::TestMethod;

/// What a result comes to, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// Unexpected by a definitive test.
    Definitive,
    /// Unexpected by a quick test: unconfirmed.
    Presumptive,
    /// It has a possible explanation: ask, and confirm.
    Explained,
}

impl Outcome {
    /// The card text's case.
    pub(super) fn case(self) -> &'static str {
        match self {
            Outcome::Definitive => "definitive",
            Outcome::Presumptive => "presumptive",
            Outcome::Explained => "explained",
        }
    }
}

/// Results of the newest set that are not expected, the weightiest first.
pub(super) fn surprises<'a>(snapshot: &Snapshot, set: &'a ToxSet) -> Vec<(&'a ToxResult, Outcome)> {
    let mut found: Vec<_> = set
        .results
        .iter()
        .filter_map(|result| Some((result, outcome(snapshot, result)?)))
        .collect();
    found.sort_by_key(|(_, outcome)| *outcome);
    found
}

/// The sheet rests on a recommendation for people who are prescribed opioids.
pub(super) fn concerns_opioids(snapshot: &Snapshot) -> bool {
    let facts = &snapshot.facts;
    snapshot
        .before()
        .any(|row| row.medicine.is_opioid() || named::is_benzodiazepine(row))
        || !snapshot.history.recent.is_empty()
        || facts.oud.is_yes()
        || facts.moud.is_yes()
}

/// Is there a result that deserves a talk, with nothing about it since?
pub(super) fn is_surprised(snapshot: &Snapshot) -> bool {
    let Known::Yes(set) = &snapshot.toxicology.newest else {
        return false;
    };
    set.followed_by.is_none() && concerns_opioids(snapshot) && !surprises(snapshot, set).is_empty()
}

/// `None`: expected.
fn outcome(snapshot: &Snapshot, result: &ToxResult) -> Option<Outcome> {
    let unexpected = match result.method {
        TestMethod::Definitive => Outcome::Definitive,
        TestMethod::Presumptive | TestMethod::Unstated => Outcome::Presumptive,
    };
    if !result.positive {
        // As-needed medicines may not have been taken: ask, nothing more.
        let scheduled = result.missing.iter().any(|one| !one.as_needed);
        return scheduled.then_some(unexpected);
    }
    let off = result.analyte == "cannabinoids" && !snapshot.site.tox_cannabinoids;
    if off || !result.explained_by.is_empty() || is_treatment(snapshot, result) {
        return None;
    }
    if result.care_before.is_some() || !result.crossed_by.is_empty() {
        return Some(Outcome::Explained);
    }
    Some(unexpected)
}

/// Treatment from a programme or a depot is recorded as a condition or procedure, not as a medicine.
fn is_treatment(snapshot: &Snapshot, result: &ToxResult) -> bool {
    matches!(result.analyte.as_str(), "methadone" | "buprenorphine")
        && snapshot
            .facts
            .moud
            .yes()
            .is_some_and(|moud| snapshot.row(&moud.reference).is_none())
}
