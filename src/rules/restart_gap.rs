//! `restart-gap`: a high dose is drafted again after weeks without an opioid (docs/sheets-l-rules.md).
//!
//! Knows how long ago the earlier course ended and what the drafts come to.
//! Refuses to compute a dose to start with.

#[cfg(test)]
mod tests;

use super::naming::{day, fact, has_id, slots, text, text_or_empty};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, drafted, named};
use crate::fhir::Query;
use crate::patient::{FactDate, Known, MedicineRow, Snapshot};
use crate::wire::Indicator;
use jiff::Unit;
use rust_decimal::Decimal;

/// MME/day from which a dose counts as high, before and after the gap.
const HIGH: Decimal = Decimal::from_parts(50, 0, 0, false, 0);
/// First look after a restart (days).
const FOLLOW_UP_DAYS: u32 = 3;
const FOLLOW_UP: &str = "3";

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = match drafted::opioids(snapshot) {
        Ok(drafts) => drafts,
        Err(answer) => return answer,
    };
    if let Some(doubt) = snapshot.unread(Query::Medications) {
        return Answer::CannotTell(vec![doubt]);
    }
    let Some(ended) = snapshot.history.lost_tolerance else {
        return Answer::silent(
            "No course of 50 MME/day or more ended 14 to 180 days ago with nothing since.",
        );
    };
    match drafted::reaches(Some(drafted::total(snapshot)), HIGH) {
        Some(true) => Answer::Fires(vec![finding(snapshot, &drafts, ended)]),
        Some(false) => Answer::silent("The orders come to less than 50 MME/day."),
        None => Answer::CannotTell(named::total_doubts(snapshot, drafted::total(snapshot))),
    }
}

fn finding(snapshot: &Snapshot, drafts: &[&MedicineRow], ended: FactDate) -> Finding {
    let opioid = drafted::together(drafts);
    let total = drafted::total(snapshot);
    let mme = total.mme_per_day.map(|mme| mme.rounded());
    let gap = ended.date.until((Unit::Day, snapshot.as_of));
    let days = gap.map_or(0, |span| span.get_days());
    let mut facts = vec![ended_fact(snapshot, ended, days)];
    facts.extend(drafts.iter().map(|row| named::opioid(row)));
    facts.extend(super::naming::breathing(snapshot));
    facts.extend(drafted::sedating(snapshot).into_iter().map(named::sedative));
    Finding {
        indicator: Some(Indicator::Warning),
        case: "restart",
        slots: slots([
            ("subject", text(named::subject(&opioid))),
            ("mme", text_or_empty(mme)),
            ("floor", Slot::Flag(total.floor)),
            ("days", text(days.to_string())),
        ]),
        facts,
        doubts: Vec::new(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: suggestions(drafts),
        because: vec![format!(
            "The last day covered was {}, {days} days ago; {opioid} is drafted.",
            ended.day()
        )],
    }
}

fn ended_fact(snapshot: &Snapshot, ended: FactDate, days: i32) -> Fact {
    let last = match &snapshot.history.naive {
        Known::Yes(naive) => naive.last.as_ref().map(|(name, _)| name.clone()),
        _ => snapshot.history.recent.first().map(|row| row.name.clone()),
    };
    let filled = slots([
        ("medicine", text_or_empty(last)),
        ("date", day(Some(ended))),
        ("days", text(days.to_string())),
    ]);
    fact("ended", filled, Vec::new())
}

fn suggestions(drafts: &[&MedicineRow]) -> Vec<Suggest> {
    let mut suggest = vec![Suggest {
        key: "follow-up",
        slots: slots([("days", text(FOLLOW_UP))]),
        proposal: Proposal::ServiceRequest {
            due_days: Some(FOLLOW_UP_DAYS),
        },
        recommended: false,
    }];
    let first = drafts.first().filter(|draft| has_id(&draft.reference));
    suggest.extend(first.map(|draft| Suggest {
        key: "delete-draft",
        slots: slots([("medicine", text(&draft.medicine.short_name))]),
        proposal: Proposal::DeleteDraft {
            reference: draft.reference.clone(),
        },
        recommended: false,
    }));
    suggest
}
