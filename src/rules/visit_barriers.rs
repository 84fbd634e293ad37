//! `visit-barriers`: transport, distance or cost make visits hard (sheet 4.31).
//!
//! Knows the rows that say so.
//! Refuses to tie supply to visits.

#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Finding, Slot, named};
use crate::patient::{FactDate, Known, Snapshot};

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let rows = match &snapshot.care.barriers {
        Known::Yes(rows) => rows,
        Known::No => return Answer::silent("No barrier to visits in the data received."),
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    };
    let told = rows.iter().map(|row| {
        let name = named::inline(&row.name);
        let date = row.date.map(FactDate::month_year);
        date.map_or(name.clone(), |date| format!("{name} ({date})"))
    });
    let told = named::once(told);
    let evidence = rows.iter().map(|row| row.reference.clone()).collect();
    Answer::Fires(vec![Finding {
        indicator: None,
        case: "recorded",
        because: vec![format!("Recorded: {}.", told.join(", "))],
        slots: slots([("barriers", Slot::List(told.clone()))]),
        facts: vec![fact(
            "barrier",
            slots([("name", text(told.join(", ")))]),
            evidence,
        )],
        doubts: Vec::new(),
        drafts: Vec::new(),
        suggest: Vec::new(),
    }])
}
