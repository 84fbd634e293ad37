//! `coverage-gap`: a supply that somebody relies on ends soon and nothing follows (sheet 4.33).
//!
//! Knows long-term opioids and treatment of opioid use disorder; a short course may simply end.
//! Refuses to call a refill early.

#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Finding, Slot, course};
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Role, RowKind, Snapshot};
use jiff::ToSpan;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let soon = snapshot
        .as_of
        .saturating_add(i64::from(snapshot.site.coverage_gap_days).days());
    let relied_on = |row: &MedicineRow| match &snapshot.history.long_term {
        _ if row.moud => Known::Yes(()),
        Known::Yes(_) if course::is_for_pain(row) => Known::Yes(()),
        Known::Unsure(doubt) if course::is_for_pain(row) => Known::Unsure(doubt.clone()),
        _ => Known::No,
    };
    let ending = snapshot
        .before()
        .filter(|row| row.end.is_some_and(|end| end <= soon) && !is_followed(snapshot, row));
    let mut gaps: Vec<&MedicineRow> = Vec::new();
    let mut doubt: Option<Doubt> = None;
    for row in ending.filter(|row| row.medicine.is_opioid()) {
        match relied_on(row) {
            Known::Yes(()) => gaps.push(row),
            Known::Unsure(unknown) => doubt = doubt.or(Some(unknown)),
            Known::No => {}
        }
    }
    gaps.sort_by_key(|row| row.end);
    match (
        gaps.first(),
        doubt.or_else(|| snapshot.unread(crate::fhir::Query::Medications)),
    ) {
        (Some(first), _) => Answer::Fires(vec![line(snapshot, first, &gaps)]),
        (None, Some(doubt)) => Answer::CannotTell(vec![doubt]),
        (None, None) => Answer::silent(format!(
            "No supply of a long-term opioid or treatment ends within {} days without another to follow.",
            snapshot.site.coverage_gap_days
        )),
    }
}

/// Another order of the same kind goes on after this one ends.
fn is_followed(snapshot: &Snapshot, row: &MedicineRow) -> bool {
    snapshot.rows.iter().any(|other| {
        let stands = other.kind != RowKind::Request || other.status == "active";
        let ahead = other.before
            || (other.role == Role::NotCurrent
                && other.start.is_some_and(|start| start > snapshot.as_of));
        let later = match (row.end, other.end) {
            (Some(end), Some(other)) => other > end,
            _ => other.end.is_none(),
        };
        other.reference != row.reference
            && stands
            && ahead
            && later
            && other.order_like
            && other.moud == row.moud
            && other.renews_kind_of(row)
    })
}

fn line(snapshot: &Snapshot, first: &MedicineRow, gaps: &[&MedicineRow]) -> Finding {
    let end = first.end.map(FactDate::day_of);
    let ended = first.end.is_some_and(|end| end < snapshot.as_of);
    let medicine = first.medicine.short_name.clone();
    let day = end.map(FactDate::day).unwrap_or_default();
    let filled = slots([
        ("medicine", text(medicine.clone())),
        ("date", text(day.clone())),
        ("ended", Slot::Flag(ended)),
    ]);
    Finding {
        indicator: None,
        case: if first.moud { "treatment" } else { "opioid" },
        facts: vec![fact(
            "end",
            filled.clone(),
            gaps.iter().map(|row| row.reference.clone()).collect(),
        )],
        slots: filled,
        doubts: Vec::new(),
        drafts: Vec::new(),
        suggest: Vec::new(),
        because: vec![format!(
            "The supply of {medicine} ends on {day}, and nothing follows."
        )],
    }
}
