//! `dose-increase`: the total rises by a fifth and by 10 MME a day or more (sheet 4.13).
//!
//! Knows the two tests, and which doubt leaves them met all the same.
//! Refuses to advise against the step, and to judge a start from no opioid: that is `mme-total`.

#[cfg(test)]
mod tests;

use super::mme_total::{Of, working};
use super::named::{self, slots, text};
use super::{Answer, Finding, Slot, Slots, drafted, share};
use crate::dose::{MmePerDay, Total};
use crate::fhir::Query;
use crate::patient::{Doubt, MedicineRow, Snapshot};
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// A rise of this share counts (percent).
const SHARE: u32 = 20;
/// And of this many MME a day.
const RISE: Decimal = Decimal::TEN;
/// From here on the rise warns (MME/day).
const MARK: Decimal = Decimal::from_parts(50, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = match drafted::opioids(snapshot) {
        Ok(drafts) => drafts,
        Err(answer) => return answer,
    };
    let (Some(before), Some(after)) = (&snapshot.mme.before, &snapshot.mme.after) else {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Medications)]);
    };
    if snapshot.history.naive.is_yes() {
        return Answer::silent(
            "No opioid was found in the last 90 days: a start, not an increase.",
        );
    }
    let was = match known(snapshot, before) {
        Ok(was) => was,
        Err(doubts) => return Answer::CannotTell(doubts),
    };
    if was == Decimal::ZERO {
        return Answer::silent("There is no total before that could rise.");
    }
    let Some(becomes) = number(after) else {
        return Answer::CannotTell(named::total_doubts(snapshot, after));
    };
    let rise = Rise {
        was,
        becomes,
        floor: after.floor,
    };
    if !rise.is_increase() {
        return if after.floor {
            Answer::CannotTell(named::total_doubts(snapshot, after))
        } else {
            Answer::silent(format!(
                "The total goes from {} to {} MME/day: less than a fifth or less than 10 more.",
                was.normalize(),
                becomes.normalize()
            ))
        };
    }
    if !after.floor && becomes < MARK && only_tramadol(snapshot) {
        return Answer::silent("Only tramadol, below 50 MME/day.");
    }
    Answer::Fires(vec![finding(snapshot, &rise, &drafts)])
}

/// Before and after signing, in MME a day.
struct Rise {
    was: Decimal,
    becomes: Decimal,
    /// "At least" after signing.
    floor: bool,
}

impl Rise {
    fn is_increase(&self) -> bool {
        share::rose_by_at_least(SHARE, self.was, self.becomes) && self.becomes - self.was >= RISE
    }
}

fn number(total: &Total) -> Option<Decimal> {
    total.mme_per_day.map(|mme| mme.value())
}

/// The number of an exact total.
fn known(snapshot: &Snapshot, total: &Total) -> Result<Decimal, Vec<Doubt>> {
    number(total)
        .filter(|_| !total.floor)
        .ok_or_else(|| named::total_doubts(snapshot, total))
}

fn only_tramadol(snapshot: &Snapshot) -> bool {
    let is_tramadol = |row: &MedicineRow| {
        let mut opioids = row.medicine.opioids.iter();
        opioids.all(|opioid| opioid.ingredient.name == "tramadol")
    };
    snapshot
        .after()
        .filter(|row| named::counts(row))
        .all(is_tramadol)
}

fn finding(snapshot: &Snapshot, rise: &Rise, drafts: &[&MedicineRow]) -> Finding {
    let warns = rise.becomes >= MARK;
    let unread = [Query::Medications, Query::Conditions]
        .into_iter()
        .filter_map(|query| snapshot.unread(query));
    let least = if rise.floor { "at least " } else { "" };
    Finding {
        indicator: Some(if warns {
            Indicator::Warning
        } else {
            Indicator::Info
        }),
        case: "raised",
        slots: card_slots(snapshot, rise, drafts),
        facts: working::facts(snapshot, Of::After),
        doubts: named::once(unread.chain(named::dose_doubts(snapshot))),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: working::suggestions(snapshot),
        because: vec![format!(
            "The total would rise from {} to {least}{} MME/day.",
            rise.was.normalize(),
            rise.becomes.normalize()
        )],
    }
}

fn card_slots(snapshot: &Snapshot, rise: &Rise, drafts: &[&MedicineRow]) -> Slots {
    let shown = |mme: Decimal| text(MmePerDay::new(mme).rounded());
    let up_to = snapshot
        .after()
        .filter(|row| named::counts(row))
        .any(|row| row.dose.up_to);
    slots([
        ("subject", text(named::subject(&drafted::together(drafts)))),
        ("before", shown(rise.was)),
        ("mme", shown(rise.becomes)),
        ("floor", Slot::Flag(rise.floor)),
        ("up_to", Slot::Flag(up_to)),
        ("high", Slot::Flag(rise.becomes >= MARK)),
    ])
}
