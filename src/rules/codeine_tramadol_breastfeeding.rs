//! `codeine-tramadol-breastfeeding`: codeine or tramadol while breastfeeding (sheet 4.3).
//!
//! Knows which medicine reaches the infant in amounts that cannot be foreseen.
//! Refuses to propose another medicine, or to advise against breastfeeding.

#[cfg(test)]
mod tests;

use super::codeine::{delete, is_codeine_or_tramadol, medicine_fact};
use super::naming::{condition, slots, text, unidentified};
use super::{Answer, Finding, drafted, named};
use crate::patient::{ConditionFact, FactDate, Known, MedicineRow, Snapshot};
use crate::wire::Indicator;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts: Vec<_> = snapshot
        .drafts()
        .filter(|row| is_codeine_or_tramadol(row))
        .collect();
    if drafts.is_empty() {
        let unidentified = unidentified(snapshot);
        return if unidentified.is_empty() {
            Answer::silent("No codeine or tramadol is drafted.")
        } else {
            Answer::CannotTell(unidentified)
        };
    }
    match &snapshot.precautions.breastfeeding {
        Known::Yes(found) => Answer::Fires(vec![finding(snapshot, &drafts, found)]),
        Known::No => Answer::silent("Breastfeeding is not in the data received."),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt.clone()]),
    }
}

fn finding(snapshot: &Snapshot, drafts: &[&MedicineRow], found: &ConditionFact) -> Finding {
    let medicine = drafted::together(drafts);
    let mut facts = vec![condition("breastfeeding", found)];
    facts.extend(drafts.iter().map(|row| medicine_fact(row)));
    facts.extend(drafted::sedating(snapshot).into_iter().map(named::sedative));
    let suggest = drafts.iter().flat_map(|row| delete(snapshot, row));
    Finding {
        indicator: Some(Indicator::Warning),
        case: "breastfeeding",
        slots: slots([
            ("medicine", text(&medicine)),
            ("subject", text(named::subject(&medicine))),
            ("date", text(found.date.map(FactDate::month_year).unwrap_or_default())),
        ]),
        facts,
        doubts: Vec::new(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: suggest.collect(),
        because: vec![format!(
            "{medicine} is drafted, and breastfeeding is recorded ({}).",
            found.reference
        )],
    }
}
