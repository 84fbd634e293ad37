//! `safe-storage`: the first opioid in a year comes into a home (sheet 4.29).
//!
//! Knows first supplies.
//! Refuses to speak alone: it is a line, with a text for the patient where another card is shown.

#[cfg(test)]
mod tests;

use super::naming::{slots, text};
use super::{Answer, Finding, Proposal, Suggest, course};
use crate::patient::{Known, Snapshot};
use jiff::ToSpan;
use rust_decimal::Decimal;

/// Months without an opioid that make one the first.
const FIRST_MONTHS: i64 = 12;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let opioids = snapshot.drafts().filter(|row| row.medicine.is_opioid());
    // An order without a quantity is filled at home all the same.
    let drafts: Vec<_> = opioids
        .filter(|row| row.quantity.is_none_or(|quantity| quantity > Decimal::ZERO))
        .collect();
    if drafts.is_empty() {
        return course::none_drafted(snapshot);
    }
    match &snapshot.history.naive {
        Known::Yes(naive) => {
            let since = snapshot.as_of.saturating_sub(FIRST_MONTHS.months());
            if let Some((name, last)) = naive.last.as_ref().filter(|(_, last)| last.date >= since) {
                return Answer::silent(format!("{name} was there until {}.", last.day()));
            }
        }
        Known::No => {
            return Answer::silent("An opioid covered part of the last 90 days: not a first one.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    }
    let medicine = drafts[0].medicine.short_name.clone();
    Answer::Fires(vec![Finding {
        indicator: None,
        case: "first",
        slots: slots([("medicine", text(medicine.clone()))]),
        facts: Vec::new(),
        doubts: Vec::new(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: vec![Suggest {
            key: "safe-storage",
            slots: slots([("medicine", text(medicine))]),
            proposal: Proposal::CommunicationRequest,
            recommended: false,
        }],
        because: vec![format!(
            "No opioid in the last {FIRST_MONTHS} months in the data received."
        )],
    }])
}
