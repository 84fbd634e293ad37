//! `erla-naive`: a long-acting opioid for somebody whose body is not prepared for it (sheet 4.14).
//!
//! Knows which long-acting products ask for regular use first, and when use was regular.
//! Refuses to judge products that are for tolerant people only: that is `fentanyl-naive`.

#[cfg(test)]
mod tests;

use super::naming::{
    breathing, day, fact, has_id, note_doubt, slots, text, text_or_empty, unidentified,
};
use super::{Answer, Fact, Finding, Slot, Suggest, drafted, named};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Snapshot};
use crate::terminology::{StrengthUnit, ValueSet};
use crate::wire::Indicator;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A long-term supply that ended at most so many days ago is a late renewal (sheet 4.14).
const LATE_DAYS: i32 = 14;
/// The buccal film of 75 µg is the label's start for people new to opioids (BELB).
const STARTING_FILM: Decimal = Decimal::from_parts(75, 0, 0, false, 3);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts: Vec<&MedicineRow> = snapshot.drafts().filter(|row| asks_for_use(row)).collect();
    if drafts.is_empty() {
        let unidentified = unidentified(snapshot);
        return if unidentified.is_empty() {
            Answer::silent("No long-acting opioid is drafted that asks for regular use first.")
        } else {
            Answer::CannotTell(unidentified)
        };
    }
    if snapshot.age.is_none() {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]);
    }
    let case = match use_so_far(snapshot) {
        Use::Regular => return Answer::silent("Opioids covered each of the last seven days."),
        Use::LateRenewal => {
            return Answer::silent("Long-term use, and the supply ended at most 14 days ago.");
        }
        Use::Unknown(doubt @ Doubt::Unread(_)) => return Answer::CannotTell(vec![doubt]),
        Use::Unknown(_) => Case::Unsure,
        Use::NoneFound => Case::Naive,
        Use::Broken => Case::Broken,
    };
    Answer::Fires(vec![finding(snapshot, &drafts, case)])
}

/// The rows of the sheet that fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// P-NAIVE.
    Naive,
    /// A day of the last seven without any opioid.
    Broken,
    /// P-NAIVE unknown: a line.
    Unsure,
}

impl Case {
    fn word(self) -> &'static str {
        match self {
            Case::Naive => "naive",
            Case::Broken => "broken",
            Case::Unsure => "unsure",
        }
    }
}

/// ERLA with methadone, or a buprenorphine film for pain above the starting strength; not TOLERANT-ONLY.
fn asks_for_use(row: &MedicineRow) -> bool {
    let film = row.is(ValueSet::BuprenorphinePain)
        && !row.medicine.extended_release
        && !is_starting_film(row);
    row.is_pain_opioid()
        && !row.is(ValueSet::TolerantOnly)
        && (drafted::is_long_acting(row) && !is_starting_film(row) || film)
}

fn is_starting_film(row: &MedicineRow) -> bool {
    row.is(ValueSet::BuprenorphinePain)
        && row.medicine.opioids.iter().any(|content| {
            content.strength.is_some_and(|strength| {
                strength.unit == StrengthUnit::Mg && strength.value == STARTING_FILM
            })
        })
}

enum Use {
    NoneFound,
    Broken,
    LateRenewal,
    Regular,
    Unknown(Doubt),
}

fn use_so_far(snapshot: &Snapshot) -> Use {
    match &snapshot.history.naive {
        Known::Yes(_) => return Use::NoneFound,
        Known::Unsure(doubt) => return Use::Unknown(doubt.clone()),
        Known::No => {}
    }
    match &snapshot.dosing.opioid_free_day {
        Known::No => Use::Regular,
        _ if is_late_renewal(snapshot) => Use::LateRenewal,
        Known::Yes(_) => Use::Broken,
        Known::Unsure(doubt) => Use::Unknown(doubt.clone()),
    }
}

/// P-LTOT, and the day on which the supply ran out lies at most 14 days back.
fn is_late_renewal(snapshot: &Snapshot) -> bool {
    let Some(long_term) = snapshot.history.long_term.yes() else {
        return false;
    };
    let run_out = long_term.since.saturating_add(long_term.ltot_days.days());
    let ago = snapshot.as_of.since((jiff::Unit::Day, run_out));
    ago.is_ok_and(|ago| ago.get_days() <= LATE_DAYS)
}

fn finding(snapshot: &Snapshot, drafts: &[&MedicineRow], case: Case) -> Finding {
    let mut doubts: Vec<Doubt> = Vec::new();
    note_doubt(&mut doubts, &snapshot.history.naive);
    note_doubt(&mut doubts, &snapshot.dosing.opioid_free_day);
    note_doubt(&mut doubts, &snapshot.scope.out);
    note_doubt(&mut doubts, &snapshot.facts.sleep_breathing);
    note_doubt(&mut doubts, &snapshot.facts.lung);
    let card = case != Case::Unsure;
    let mut facts = vec![history(snapshot, case)];
    facts.extend(breathing(snapshot));
    facts.extend(named::older(snapshot));
    Finding {
        indicator: Some(Indicator::Warning).filter(|_| card),
        case: case.word(),
        slots: slots([
            ("medicine", text(drafted::together(drafts))),
            ("subject", text(named::subject(&drafted::together(drafts)))),
            ("product", text(product(drafts))),
            ("ended", day(last_use(snapshot).map(|(_, date)| date))),
        ]),
        facts,
        doubts,
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: if card {
            suggest(snapshot, drafts)
        } else {
            Vec::new()
        },
        because: vec![because(snapshot, drafts, case)],
    }
}

/// The products as ordered, strength included.
fn product(drafts: &[&MedicineRow]) -> String {
    named::once(drafts.iter().map(|row| row.medicine.name.as_str())).join("; ")
}

/// The last opioid of the record: name and last day covered.
fn last_use(snapshot: &Snapshot) -> Option<(String, FactDate)> {
    if let Some(naive) = snapshot.history.naive.yes() {
        return naive.last.clone();
    }
    let last = snapshot.history.recent.first()?;
    Some((last.name.clone(), last.last_day?))
}

fn history(snapshot: &Snapshot, case: Case) -> Fact {
    let (name, date) = last_use(snapshot).unzip();
    let free: Option<&Date> = snapshot.dosing.opioid_free_day.yes();
    let filled = slots([
        ("name", text_or_empty(name)),
        ("date", day(date)),
        ("free", day(free.copied().map(FactDate::day_of))),
        ("naive", Slot::Flag(case == Case::Naive)),
        ("broken", Slot::Flag(case == Case::Broken)),
    ]);
    let evidence = snapshot
        .history
        .recent
        .first()
        .map(|row| row.reference.clone());
    fact("use-so-far", filled, evidence.into_iter().collect())
}

/// Nothing that goes on from a current order is offered for removal: one click would be an abrupt stop.
fn suggest(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Vec<Suggest> {
    let removable = drafts.iter().find(|row| {
        row.supersedes.is_empty() && has_id(&row.reference) && drafted::is_new(snapshot, row)
    });
    let Some(draft) = removable else {
        return Vec::new();
    };
    drafted::removal(snapshot, draft)
}

fn because(snapshot: &Snapshot, drafts: &[&MedicineRow], case: Case) -> String {
    let name = drafted::together(drafts);
    match case {
        Case::Naive => {
            format!("{name} is long-acting, and no opioid covered any of the last 90 days.")
        }
        Case::Unsure => format!("{name} is long-acting, and earlier use could not be told."),
        Case::Broken => {
            let free = snapshot.dosing.opioid_free_day.yes();
            let free = free.map(ToString::to_string).unwrap_or_default();
            format!("{name} is long-acting, and no opioid covered {free}.")
        }
    }
}
