//! `bowel-care`: a daily opioid without a laxative beside it (docs/sheets-l-rules.md).
//!
//! Knows where daily use begins or grows, and laxatives of any kind.
//! Refuses to speak alone, and to order a medicine: it is a line.

#[cfg(test)]
mod tests;

use super::naming::{slots, text};
use super::{Answer, Finding, course, named, raised};
use crate::fhir::Query;
use crate::patient::{Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use jiff::Unit;
use rust_decimal::Decimal;

/// From so many days on a scheduled opioid is a daily one (sheet).
const WEEK: Decimal = Decimal::from_parts(7, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = course::drafts(snapshot);
    if drafts.is_empty() {
        return course::none_drafted(snapshot);
    }
    let daily: Vec<_> = drafts.into_iter().filter(|row| is_daily(row)).collect();
    if daily.is_empty() {
        return Answer::silent("The opioid is taken as needed, or for less than 7 days.");
    }
    if let Some(laxative) = snapshot.after_in(ValueSet::Laxative).next() {
        return Answer::silent(format!("{} is a laxative.", laxative.medicine.name));
    }
    if let Some(doubt) = snapshot.unread(Query::Medications) {
        return Answer::CannotTell(vec![doubt]);
    }
    match begins_or_grows(snapshot, &daily) {
        Known::Yes(()) => Answer::Fires(vec![finding(&daily)]),
        Known::No => Answer::silent("An opioid was taken daily before, and none is raised."),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt]),
    }
}

fn finding(daily: &[&MedicineRow]) -> Finding {
    let medicine = named::once(daily.iter().map(|row| row.medicine.short_name.as_str()));
    let medicine = medicine.join(" + ");
    Finding {
        indicator: None,
        case: "none-found",
        slots: slots([("medicine", text(&medicine))]),
        facts: Vec::new(),
        doubts: Vec::new(),
        drafts: daily.iter().map(|row| row.reference.clone()).collect(),
        suggest: Vec::new(),
        because: vec![format!(
            "{medicine} daily, and no laxative in the data received."
        )],
    }
}

/// Daily use begins, or its amount rises: at an unchanged renewal the line would be noise.
fn begins_or_grows(snapshot: &Snapshot, daily: &[&MedicineRow]) -> Known<()> {
    let before = |row: &MedicineRow| course::is_for_pain(row) && !row.as_needed;
    if !snapshot.before().any(before) {
        return Known::Yes(());
    }
    let mut open = None;
    for row in daily {
        match raised::raised(snapshot, row) {
            Known::Yes(()) => return Known::Yes(()),
            Known::Unsure(doubt) => open = open.or(Some(doubt)),
            Known::No => {}
        }
    }
    open.map_or(Known::No, Known::Unsure)
}

/// On a schedule, for a week or more or without a stated length.
fn is_daily(row: &MedicineRow) -> bool {
    !row.as_needed && days(row).is_none_or(|days| days >= WEEK)
}

/// Days of supply with refills, else from the first to the last day that the order gives.
fn days(row: &MedicineRow) -> Option<Decimal> {
    row.supply_days.or_else(|| {
        let span = row.start?.until((Unit::Day, row.last_day?)).ok()?;
        Some(Decimal::from(span.get_days() + 1))
    })
}
