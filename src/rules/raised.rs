//! Does a draft raise or lower the daily amount of a medicine that is current already?
//!
//! Knows amounts of one ingredient before and after signing.
//! Refuses to add different medicines up: totals of MME are another question.

use super::{named, share};
use crate::patient::{Doubt, Known, MedicineRow, Snapshot};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Does the daily amount of this ingredient rise by the site's share?
pub(super) fn raised(snapshot: &Snapshot, draft: &MedicineRow) -> Known<()> {
    let percent = snapshot.site.raised_percent;
    changes(snapshot, draft, |before, after| {
        share::rose_by_at_least(percent, before, after)
    })
}

/// Does the daily amount of this ingredient fall by more than this share (percent)?
pub(super) fn lowered(snapshot: &Snapshot, draft: &MedicineRow, percent: u32) -> Known<()> {
    changes(snapshot, draft, |before, after| {
        before > after && share::compare(before - after, percent, before) == Ordering::Greater
    })
}

fn changes(
    snapshot: &Snapshot,
    draft: &MedicineRow,
    so: impl Fn(Decimal, Decimal) -> bool,
) -> Known<()> {
    let sum = |mut rows: Vec<&MedicineRow>| {
        rows.retain(|row| row.same_ingredient(draft));
        daily_amount(&rows, draft)
    };
    let before = sum(snapshot.before().collect());
    let after = sum(snapshot.after().collect());
    match (before, after) {
        (Ok((before, unit)), Ok((after, same))) if unit == same => {
            if so(before, after) {
                Known::Yes(())
            } else {
                Known::No
            }
        }
        (Err(reference), _) | (_, Err(reference)) => Known::Unsure(unknown(snapshot, reference)),
        _ => Known::Unsure(unknown(snapshot, draft.reference.clone())),
    }
}

fn unknown(snapshot: &Snapshot, order: String) -> Doubt {
    let row = snapshot.row(&order);
    let because = row
        .and_then(|row| row.dose.because.clone())
        .unwrap_or_default();
    Doubt::Dose { order, because }
}

/// The rows' daily amount of the draft's ingredient with its unit, or the first row without a usable one.
fn daily_amount(rows: &[&MedicineRow], draft: &MedicineRow) -> Result<(Decimal, String), String> {
    let mut sum: Option<(Decimal, String)> = None;
    for row in rows {
        let unusable = || row.reference.clone();
        let (amount, unit) = amount(row, draft).ok_or_else(unusable)?;
        sum = Some(match sum {
            Some((_, other)) if other != unit => return Err(unusable()),
            Some((total, unit)) => (total.checked_add(amount).ok_or_else(unusable)?, unit),
            None => (amount, unit),
        });
    }
    sum.ok_or_else(|| draft.reference.clone())
}

/// Opioids by their ingredient; other medicines in milligrams where the name gives the strength, else in units of that product.
fn amount(row: &MedicineRow, draft: &MedicineRow) -> Option<(Decimal, String)> {
    let of_draft = |name: &str| {
        draft
            .medicine
            .ingredients
            .iter()
            .any(|one| one.name == name)
    };
    let amounts = row.reading.amounts();
    if let Some(opioid) = amounts.iter().find(|one| of_draft(&one.ingredient.name)) {
        return Some((opioid.amount, opioid.unit.as_str().to_owned()));
    }
    let milligrams = named::daily_milligrams(row).filter(|_| !row.medicine.is_opioid());
    if let Some(milligrams) = milligrams {
        return Some((milligrams, "mg".to_owned()));
    }
    Some((row.dose.units_per_day?, row.medicine.name.to_lowercase()))
}
