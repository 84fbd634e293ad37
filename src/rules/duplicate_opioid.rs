//! `duplicate-opioid`: two opioids of one release class overlap, and this signing makes them (sheet 4.22).
//!
//! Knows which pair is new, which strengths are taken together on purpose, and which step tidies the list.
//! Refuses to judge a short-acting opioid beside a long-acting one: that is how they are used.

mod pairs;
#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::naming::{has_id, unidentified};
use super::{Answer, DraftChange, Fact, Finding, Proposal, Slot, Slots, Suggest, drafted};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, RowKind, Snapshot};
use crate::wire::Indicator;
use pairs::{Pair, Sameness};
use rust_decimal::Decimal;

/// From here on two different opioids warn (MME/day).
const MARK: Decimal = Decimal::from_parts(50, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if let Err(answer) = drafted::opioids(snapshot) {
        return answer;
    }
    let pairs = pairs::of(snapshot);
    let Some(first) = pairs.first() else {
        let unidentified = unidentified(snapshot);
        return match snapshot.unread(Query::Medications) {
            _ if !unidentified.is_empty() => Answer::CannotTell(unidentified),
            Some(doubt) => Answer::CannotTell(vec![doubt]),
            None => Answer::silent(
                "No two opioids of one release class newly overlap by more than ten days.",
            ),
        };
    };
    // The same product twice is a matter of the list, in every scope; the rest follows the guideline's.
    if first.sameness != Sameness::Product {
        if snapshot.scope.out.is_yes() {
            return Answer::Silent(snapshot.scope.because.clone());
        }
        if snapshot.age.is_none() {
            return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]);
        }
        if let Known::Unsure(doubt) = &snapshot.scope.out {
            return Answer::CannotTell(vec![doubt.clone()]);
        }
    }
    Answer::Fires(vec![finding(snapshot, &pairs)])
}

fn finding(snapshot: &Snapshot, pairs: &[Pair<'_>]) -> Finding {
    let first = &pairs[0];
    let reaches = drafted::reaches(Some(drafted::total(snapshot)), MARK);
    let warns = first.sameness != Sameness::Class || reaches == Some(true);
    let rows = named::once(
        pairs
            .iter()
            .flat_map(|pair| [pair.draft, pair.other])
            .map(ByReference),
    );
    let mut doubts: Vec<Doubt> = snapshot.unread(Query::Medications).into_iter().collect();
    if !warns && reaches.is_none() {
        doubts.extend(named::total_doubts(snapshot, drafted::total(snapshot)));
    }
    let mut facts: Vec<Fact> = rows.iter().map(|row| order(snapshot, row.0)).collect();
    facts.extend(named::mme_after(snapshot, drafted::total(snapshot), false));
    Finding {
        indicator: Some(if warns {
            Indicator::Warning
        } else {
            Indicator::Info
        }),
        case: first.sameness.word(),
        slots: card_slots(first),
        facts,
        doubts: named::once(doubts),
        drafts: rows
            .iter()
            .filter(|row| row.0.kind == RowKind::Draft)
            .map(|row| row.0.reference.clone())
            .collect(),
        suggest: suggestions(first),
        because: vec![because(first)],
    }
}

/// A row is itself, whatever another one says.
struct ByReference<'a>(&'a MedicineRow);

impl PartialEq for ByReference<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

fn card_slots(pair: &Pair<'_>) -> Slots {
    let ended = pair.other.end.filter(|_| pair.other.kind != RowKind::Draft);
    slots([
        ("medicine", text(pair.draft.medicine.short_name.clone())),
        (
            "subject",
            text(named::subject(&pair.draft.medicine.short_name)),
        ),
        ("other", text(pair.other.medicine.short_name.clone())),
        (
            "days",
            text(pair.days.map(|days| days.to_string()).unwrap_or_default()),
        ),
        (
            "until",
            text(
                ended
                    .map(|end| FactDate::day_of(end).day())
                    .unwrap_or_default(),
            ),
        ),
        ("in_drafts", Slot::Flag(pair.other.kind == RowKind::Draft)),
        (
            "same_start",
            Slot::Flag(pair.draft.start == pair.other.start),
        ),
        (
            "long_acting",
            Slot::Flag(pair.draft.medicine.extended_release),
        ),
    ])
}

/// An order with its dates and who wrote it.
fn order(snapshot: &Snapshot, row: &MedicineRow) -> Fact {
    let date = |date: Option<jiff::civil::Date>| date.map(|date| FactDate::day_of(date).day());
    let mut named = named::opioid(row);
    named.key = "order";
    let prescriber = named::other_prescriber(snapshot, row).or_else(|| {
        let requester = row.requester.as_ref()?;
        requester.display.clone()
    });
    named.slots.extend(slots([
        ("medicine", text(row.medicine.name.clone())),
        ("start", text(date(row.start).unwrap_or_default())),
        ("end", text(date(row.end).unwrap_or_default())),
        ("prescriber", text(prescriber.unwrap_or_default())),
    ]));
    named
}

/// The older order among the drafts is stopped; one of the record can only be named, or be somebody's task.
fn suggestions(pair: &Pair<'_>) -> Vec<Suggest> {
    let medicine = |row: &MedicineRow| slots([("medicine", text(row.medicine.short_name.clone()))]);
    let suggest = |key, slots, proposal| Suggest {
        key,
        slots,
        proposal,
        recommended: false,
    };
    if let Some(older) = pair.older_draft() {
        let proposal = Proposal::UpdateDraft {
            reference: older.reference.clone(),
            change: DraftChange::Stopped,
        };
        return vec![suggest("stop-older-draft", medicine(older), proposal)];
    }
    if pair.other.kind == RowKind::Draft {
        return Vec::new();
    }
    let mut list = Vec::new();
    let follows = pair.other.kind == RowKind::Request && pair.draft.prior.is_empty();
    if follows && has_id(&pair.other.reference) && has_id(&pair.draft.reference) {
        let proposal = Proposal::UpdateDraft {
            reference: pair.draft.reference.clone(),
            change: DraftChange::Follows {
                prior: pair.other.reference.clone(),
            },
        };
        list.push(suggest("follows", medicine(pair.other), proposal));
    }
    let task = Proposal::Task {
        due_days: Some(7),
        focus: Some(pair.other.reference.clone()),
    };
    list.push(suggest("stop-older", medicine(pair.other), task));
    list
}

fn because(pair: &Pair<'_>) -> String {
    let days = match pair.days {
        Some(days) => format!("{days} days"),
        None => "without an end on the record".to_owned(),
    };
    format!(
        "{} and {} are of one release class and overlap {days}.",
        named::subject(&pair.draft.medicine.short_name),
        pair.other.medicine.short_name
    )
}
