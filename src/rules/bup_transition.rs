//! `bup-transition`: buprenorphine as another way, at a high dose or where a reduction is hard (sheet 4.28).
//!
//! Knows when it is worth a line.
//! Refuses to say what is right for this person: it is their choice.

#[cfg(test)]
mod tests;

use super::naming::{slots, text};
use super::reduction::reduction;
use super::{Answer, Finding, Slot, named};
use crate::patient::{Doubt, Known, Snapshot};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// High enough to name it without a taper (MME/day).
const HIGH: Decimal = Decimal::from_parts(200, 0, 0, false, 0);
/// High enough to name it with a taper (MME/day).
const WITH_TAPER: Decimal = Decimal::from_parts(90, 0, 0, false, 0);
/// No reduction for so many months: the plan has stalled.
const STALLED_MONTHS: u32 = 6;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let mut rows = snapshot.rows.iter().filter(|row| row.before || row.after);
    if rows.any(|row| row.is(ValueSet::Buprenorphine)) || snapshot.facts.moud.is_yes() {
        return Answer::silent(
            "Buprenorphine, or other treatment of opioid use disorder, is there already.",
        );
    }
    let total = snapshot.mme.before.as_ref();
    let (Some(total), Some(mme)) = (total, total.and_then(|total| total.mme_per_day)) else {
        let doubts = total.map(|total| named::total_doubts(snapshot, total));
        let unread = vec![Doubt::Unread(crate::fhir::Query::Medications)];
        return Answer::CannotTell(doubts.unwrap_or(unread));
    };
    let needed = if snapshot.hook.is_order() || mme.value() >= WITH_TAPER {
        WITH_TAPER
    } else {
        HIGH
    };
    if mme.value() < needed {
        if total.floor {
            return Answer::CannotTell(named::total_doubts(snapshot, total));
        }
        return Answer::silent(format!("The total is {mme} MME/day."));
    }
    let case = if snapshot.hook.is_order() {
        tapered(snapshot)
    } else {
        in_chart(snapshot, mme.value())
    };
    match case {
        Known::Yes(case) => Answer::Fires(vec![line(case, mme.rounded(), total.floor)]),
        Known::No => Answer::silent(
            "No taper is drafted or stalled, and the total is below 200 MME/day or not long-term.",
        ),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt]),
    }
}

fn tapered(snapshot: &Snapshot) -> Known<&'static str> {
    match reduction(snapshot) {
        Known::Yes(()) => Known::Yes("taper"),
        Known::No => Known::No,
        Known::Unsure(doubt) => Known::Unsure(doubt),
    }
}

fn in_chart(snapshot: &Snapshot, mme: Decimal) -> Known<&'static str> {
    if mme >= HIGH {
        return match &snapshot.history.long_term {
            Known::Yes(_) => Known::Yes("high"),
            Known::No => Known::No,
            Known::Unsure(doubt) => Known::Unsure(doubt.clone()),
        };
    }
    match &snapshot.facts.taper_plan {
        Known::Yes(_) => {}
        Known::No => return Known::No,
        Known::Unsure(doubt) => return Known::Unsure(doubt.clone()),
    }
    let points = &snapshot.mme.trend;
    let then = points
        .iter()
        .find(|point| point.months_ago == STALLED_MONTHS);
    match then.and_then(|point| point.mme_per_day) {
        Some(then) if mme >= then.value() => Known::Yes("stalled"),
        Some(_) => Known::No,
        None => Known::Unsure(Doubt::Dose {
            order: String::new(),
            because: "The total of six months ago is not known.".to_owned(),
        }),
    }
}

fn line(case: &'static str, mme: String, floor: bool) -> Finding {
    Finding {
        indicator: None,
        case,
        because: vec![format!("The total is {mme} MME/day; case {case}.")],
        slots: slots([("mme", text(mme)), ("floor", Slot::Flag(floor))]),
        facts: Vec::new(),
        doubts: Vec::new(),
        drafts: Vec::new(),
        suggest: Vec::new(),
    }
}
