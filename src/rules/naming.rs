//! Facts with the shared phrase keys of `cards/phrases.<language>.md`, filled from the snapshot.
//!
//! Knows which slots a shared phrase has.
//! Refuses to know when a rule fires and how a phrase reads.

use super::{Fact, Slot, Slots, named};
use crate::patient::{ConditionFact, Doubt, FactDate, Known, MedicineRow, Role, RowKind, Snapshot};
use crate::terminology::ValueSet;

/// A slot of text.
pub(super) fn text(value: impl Into<String>) -> Slot {
    Slot::Text(value.into())
}

/// A slot of text that is empty where nothing is known.
pub(super) fn text_or_empty(value: Option<impl Into<String>>) -> Slot {
    Slot::Text(value.map(Into::into).unwrap_or_default())
}

/// A date slot to the day.
pub(super) fn day(date: Option<FactDate>) -> Slot {
    text_or_empty(date.map(FactDate::day))
}

/// Slots from pairs.
pub(super) fn slots<const N: usize>(pairs: [(&'static str, Slot); N]) -> Slots {
    Slots::from(pairs)
}

/// A fact of a rule's own.
pub(super) fn fact(key: &'static str, slots: Slots, evidence: Vec<String>) -> Fact {
    Fact {
        key,
        slots,
        evidence,
    }
}

/// A row of the problem list under a shared key: `name`, `date`.
pub(super) fn condition(key: &'static str, row: &ConditionFact) -> Fact {
    let date = text_or_empty(row.date.map(FactDate::month_year));
    fact(
        key,
        slots([("name", text(named::spoken(&row.name))), ("date", date)]),
        vec![row.reference.clone()],
    )
}

/// Breathing risks of the record: `sleep-breathing`, `lung`.
pub(super) fn breathing(snapshot: &Snapshot) -> Vec<Fact> {
    let facts = &snapshot.facts;
    [
        ("sleep-breathing", &facts.sleep_breathing),
        ("lung", &facts.lung),
    ]
    .into_iter()
    .filter_map(|(key, known)| Some(condition(key, known.yes()?)))
    .collect()
}

/// Benzodiazepines and other triggering sedatives of the regimen after signing.
pub(super) fn sedatives(snapshot: &Snapshot) -> Vec<Fact> {
    snapshot
        .after()
        .filter_map(|row| {
            let common = [
                ("medicine", text(&row.medicine.short_name)),
                ("dose", text_or_empty(row.dose.daily_dose.clone())),
                ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
            ];
            if row.is(ValueSet::Benzodiazepine) {
                let mut slots = slots(common);
                slots.insert("prescriber", text_or_empty(prescriber(row)));
                return Some(fact("benzodiazepine", slots, vec![row.reference.clone()]));
            }
            row.is_sedative()
                .then(|| fact("sedative", slots(common), vec![row.reference.clone()]))
        })
        .collect()
}

fn prescriber(row: &MedicineRow) -> Option<String> {
    row.requester.as_ref()?.display.clone()
}

/// Adds the reason why something is not known, once.
pub(super) fn note_doubt<T>(doubts: &mut Vec<Doubt>, known: &Known<T>) {
    if let Some(doubt) = known.doubt()
        && !doubts.contains(doubt)
    {
        doubts.push(doubt.clone());
    }
}

/// Drafts that the rules look at and whose medicine could not be identified at all.
pub(super) fn unidentified(snapshot: &Snapshot) -> Vec<Doubt> {
    let looked_at = |reference: &&String| {
        snapshot
            .row(reference)
            .is_none_or(|row| row.in_focus && row.role == Role::Draft)
    };
    snapshot
        .unidentified_drafts
        .iter()
        .filter(looked_at)
        .cloned()
        .map(Doubt::Unidentified)
        .collect()
}

/// A draft can be named in a `delete` only if it has an id.
pub(super) fn has_id(reference: &str) -> bool {
    !reference.is_empty() && !reference.ends_with('/')
}
