//! Medication for opioid use disorder in this call: what is current, what is drafted, and what stops.
//!
//! Knows starts, renewals, replacements and full agonists (sheets 4.5, 4.6, 4.24).
//! Refuses to know which of them is worth a card.

use super::named::{self, slots, text};
use super::{Fact, Slot};
use crate::patient::{FactDate, MedicineRow, RowKind, Snapshot};
use crate::terminology::ValueSet;

/// An opioid that treats no opioid use disorder and is no partial agonist.
pub(super) fn is_full_agonist(row: &MedicineRow) -> bool {
    row.is_pain_opioid() && !row.is(ValueSet::Buprenorphine)
}

/// Drafts that treat opioid use disorder and continue no treatment with the same medicine.
pub(super) fn started(snapshot: &Snapshot) -> impl Iterator<Item = &MedicineRow> {
    snapshot
        .drafts()
        .filter(|row| row.moud && !renews(snapshot, row))
}

/// Drafts that continue treatment with the same medicine.
pub(super) fn renewed(snapshot: &Snapshot) -> impl Iterator<Item = &MedicineRow> {
    snapshot
        .drafts()
        .filter(|row| row.moud && renews(snapshot, row))
}

fn renews(snapshot: &Snapshot, draft: &MedicineRow) -> bool {
    let mut current = snapshot.before().filter(|row| row.moud);
    current.any(|row| row.same_opioid(draft))
}

/// Treatment that a draft stops, where no other treatment goes on or takes its place.
pub(super) fn stopped(snapshot: &Snapshot) -> Vec<&MedicineRow> {
    if snapshot.after().any(MedicineRow::treats_opioid_use) {
        return Vec::new();
    }
    let stopped = snapshot.stopped();
    stopped.filter(|row| row.treats_opioid_use()).collect()
}

/// All that this call drafts for us is a renewal of treatment: no guideline rule has a card for it (sheet 4.5).
pub(super) fn is_renewal_only(snapshot: &Snapshot) -> bool {
    let looked_at = |row: &&MedicineRow| {
        row.medicine.is_opioid()
            || row.is(ValueSet::Benzodiazepine)
            || row.is(ValueSet::Naltrexone)
            || row.is_sedative()
    };
    let mut drafts = snapshot.drafts().filter(looked_at).peekable();
    drafts.peek().is_some()
        && drafts.all(|row| row.moud && renews(snapshot, row))
        && snapshot.stopped().next().is_none()
        && snapshot.unidentified_drafts.is_empty()
        && snapshot.toxicology.drafted.is_empty()
}

/// A row of treatment with its amount, and since when.
pub(super) fn row(key: &'static str, row: &MedicineRow, since: Option<FactDate>) -> Fact {
    let filled = slots([
        ("name", text(row.medicine.short_name.clone())),
        ("dose", text(named::daily_dose(row))),
        ("date", text(named::month(since))),
        ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
    ]);
    named::fact(key, filled, vec![row.reference.clone()])
}

/// The treatment of today with its amount and since when, wherever the record has it.
pub(super) fn current(snapshot: &Snapshot) -> Option<Fact> {
    let moud = snapshot.facts.moud.yes()?;
    let dose = snapshot.row(&moud.reference).map(named::daily_dose);
    let mut fact = named::moud(moud);
    fact.slots.insert("dose", text(dose.unwrap_or_default()));
    Some(fact)
}

/// What makes a gap in treatment more dangerous for this person: pregnancy, and an overdose that has no card of its own.
pub(super) fn danger(snapshot: &Snapshot) -> Vec<Fact> {
    let found = &snapshot.facts;
    let pregnant = found.pregnant.yes();
    let overdose = found.overdose.yes().filter(|row| !row.within_24_months);
    let pregnant = pregnant.map(|row| named::dated("pregnant", row));
    pregnant
        .into_iter()
        .chain(overdose.map(named::overdose))
        .collect()
}
