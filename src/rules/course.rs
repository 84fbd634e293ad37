//! What a drafted opioid begins: a short course, a long one, or more than before (P-ACUTE, P-CHRONIC, sheet 4.13).
//!
//! Knows drafts, supply and totals before and after signing.
//! Refuses to know what is said about it.

use super::{named, share};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// A supply of so many days is long (P-CHRONIC).
const LONG_SUPPLY: Decimal = Decimal::from_parts(28, 0, 0, false, 0);
/// The smallest rise that counts, in percent and in MME/day (sheet 4.13).
const RISE_PERCENT: u32 = 20;
const RISE: Decimal = Decimal::TEN;

/// An opioid for pain: no treatment of opioid use disorder, no cough product.
pub(super) fn is_for_pain(row: &MedicineRow) -> bool {
    let cough_only = row.is(ValueSet::OpioidCough) && !row.is(ValueSet::Opioid);
    row.is_pain_opioid() && !cough_only
}

/// Drafts of opioids for pain.
pub(super) fn drafts(snapshot: &Snapshot) -> Vec<&MedicineRow> {
    snapshot.drafts().filter(|row| is_for_pain(row)).collect()
}

/// The answer where no opioid for pain is drafted.
pub(super) fn none_drafted(snapshot: &Snapshot) -> super::Answer {
    let unidentified = super::naming::unidentified(snapshot);
    if unidentified.is_empty() {
        super::Answer::silent("No opioid for pain is drafted.")
    } else {
        super::Answer::CannotTell(unidentified)
    }
}

/// Is an opioid for pain in the regimen before signing?
pub(super) fn is_current(snapshot: &Snapshot) -> bool {
    snapshot.before().any(is_for_pain)
}

/// The answer where none is.
pub(super) fn none_current(snapshot: &Snapshot) -> super::Answer {
    match snapshot.unread(Query::Medications) {
        Some(doubt) => super::Answer::CannotTell(vec![doubt]),
        None => super::Answer::silent("No opioid for pain is current."),
    }
}

/// A supply of 28 days or more, refills counted.
pub(super) fn is_long_supply(row: &MedicineRow) -> bool {
    row.supply_days.is_some_and(|days| days >= LONG_SUPPLY)
}

/// P-CHRONIC for any of these drafts.
pub(super) fn is_long(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Known<()> {
    if drafts.iter().any(|row| is_long_supply(row)) {
        return Known::Yes(());
    }
    match &snapshot.history.long_term {
        Known::Yes(_) => Known::Yes(()),
        Known::No => Known::No,
        Known::Unsure(doubt) => Known::Unsure(doubt.clone()),
    }
}

/// The total before and after signing, where it rises by a fifth and by 10 MME a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rise {
    /// MME/day before.
    pub(super) before: Decimal,
    /// MME/day after, or at least so much.
    pub(super) after: Decimal,
    /// "at least".
    pub(super) floor: bool,
}

/// Does the total rise as sheet 4.13 has it? Not from nothing.
pub(super) fn rise(snapshot: &Snapshot) -> Known<Rise> {
    let (Some(before), Some(after)) = (&snapshot.mme.before, &snapshot.mme.after) else {
        return Known::Unsure(Doubt::Unread(Query::Medications));
    };
    let doubt = |total| {
        let first = named::total_doubts(snapshot, total).into_iter().next();
        Known::Unsure(first.unwrap_or(Doubt::Unread(Query::Medications)))
    };
    let Some(was) = before
        .mme_per_day
        .filter(|_| !before.floor)
        .map(|mme| mme.value())
    else {
        return doubt(before);
    };
    if was == Decimal::ZERO {
        return Known::No;
    }
    let Some(is) = after.mme_per_day.map(|mme| mme.value()) else {
        return doubt(after);
    };
    let enough = is >= was && is - was >= RISE && share::rose_by_at_least(RISE_PERCENT, was, is);
    match (enough, after.floor) {
        (true, floor) => Known::Yes(Rise {
            before: was,
            after: is,
            floor,
        }),
        (false, true) => doubt(after),
        (false, false) => Known::No,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_long, rise};
    use crate::patient::Known;
    use crate::rules::test_support::{draft, long_term, opioid_row, superseded, with};
    use rust_decimal::Decimal;

    #[test]
    fn a_supply_of_28_days_is_long_and_27_are_not() {
        for (days, long) in [(28, true), (27, false)] {
            let mut row = draft(opioid_row("d1", "oxycodone 5 mg", "30"));
            row.supply_days = Some(Decimal::from(days));
            let snapshot = with([row.clone()]);
            assert_eq!(is_long(&snapshot, &[&row]).is_yes(), long, "{days}");
            assert!(is_long(&long_term(snapshot, 90), &[&row]).is_yes());
        }
    }

    #[test]
    fn a_rise_is_a_fifth_and_ten_a_day_and_never_from_nothing() {
        for (before, after, rises) in [
            ("50", "60", true),
            ("50", "59.9", false),
            ("20", "29", false),
            ("60", "71", false),
        ] {
            let old = superseded(opioid_row("m1", "oxycodone 5 mg", before));
            let new = draft(opioid_row("d1", "oxycodone 5 mg", after));
            assert_eq!(
                rise(&with([old, new])).is_yes(),
                rises,
                "{before} to {after}"
            );
        }
        let new = draft(opioid_row("d1", "oxycodone 5 mg", "60"));
        assert_eq!(rise(&with([new])), Known::No);
    }
}
