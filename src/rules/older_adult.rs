//! `older-adult`: what age adds when an opioid is started, raised or taken with a sedative (sheet 4.26).
//!
//! Knows when the line is worth its place on somebody else's card.
//! Refuses to make a card of its own: age alone is no reason against a medicine.

#[cfg(test)]
mod tests;

use super::increase::increase;
use super::named::{self, slots, text};
use super::naming::note_doubt;
use super::{Answer, Finding, drafted};
use crate::fhir::Query;
use crate::patient::{Doubt, MedicineRow, RowKind, Snapshot};

/// From this age on (risk fact `older`).
const OLDER: i64 = 65;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let Some(age) = snapshot.age else {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]);
    };
    if age < OLDER {
        return Answer::silent(format!("Age {age}: below 65."));
    }
    let opioids: Vec<&MedicineRow> = snapshot
        .drafts()
        .filter(|row| row.is_pain_opioid())
        .collect();
    let raised = increase(snapshot);
    let starts = !opioids.is_empty() && snapshot.history.naive.is_yes();
    let case = if pair(snapshot) {
        "pair"
    } else if starts {
        "start"
    } else if raised.is_yes() {
        "raised"
    } else {
        let mut doubts = Vec::new();
        note_doubt(&mut doubts, &raised);
        if !opioids.is_empty() {
            note_doubt(&mut doubts, &snapshot.history.naive);
        }
        // Half of a pair may be drafted, and the other half not read.
        if snapshot.drafts().any(drafted::is_sedating) {
            doubts.extend(snapshot.unread(Query::Medications));
        }
        return if doubts.is_empty() {
            Answer::silent("No opioid is started, raised or put beside a sedative.")
        } else {
            Answer::CannotTell(named::once(doubts))
        };
    };
    Answer::Fires(vec![finding(snapshot, age, case)])
}

/// An opioid and a sedative together, one of them in these drafts.
fn pair(snapshot: &Snapshot) -> bool {
    let drafted = |row: &MedicineRow| row.kind == RowKind::Draft && row.in_focus;
    let opioids: Vec<&MedicineRow> = snapshot
        .after()
        .filter(|row| row.medicine.is_opioid())
        .collect();
    let sedating = drafted::sedating(snapshot);
    !opioids.is_empty()
        && !sedating.is_empty()
        && opioids.iter().chain(&sedating).any(|row| drafted(row))
}

fn finding(snapshot: &Snapshot, age: i64, case: &'static str) -> Finding {
    let drafts = snapshot
        .drafts()
        .filter(|row| row.medicine.is_opioid() || drafted::is_sedating(row));
    Finding {
        indicator: None,
        case,
        slots: slots([("age", text(age.to_string()))]),
        facts: named::older(snapshot).into_iter().collect(),
        doubts: Vec::new(),
        drafts: drafts.map(|row| row.reference.clone()).collect(),
        suggest: Vec::new(),
        because: vec![format!("Age {age}; case {case}.")],
    }
}
