//! Acetaminophen in an order: whether there is any, and how much a day at the most that is allowed.
//!
//! Knows strengths and daily units.
//! Refuses to know how much is too much.

use crate::patient::MedicineRow;
use crate::terminology::{Strength, StrengthUnit};
use rust_decimal::Decimal;

/// Does the order hold acetaminophen?
pub(super) fn is_in(row: &MedicineRow) -> bool {
    row.medicine.holds_acetaminophen()
}

/// Milligrams of it a day at the most that the order allows; `None` where strength or dose do not say.
pub(super) fn milligrams(row: &MedicineRow) -> Option<Decimal> {
    if !is_in(row) {
        return None;
    }
    by_strength(row).or_else(|| {
        // A mass is that of acetaminophen only where there is nothing else in it.
        let alone = row.medicine.ingredients.len() == 1;
        row.reading.milligrams_per_day().filter(|_| alone)
    })
}

fn by_strength(row: &MedicineRow) -> Option<Decimal> {
    let Strength { value, unit } = row.medicine.acetaminophen?;
    let a_day = match unit {
        StrengthUnit::Mg => row.dose.units_per_day,
        StrengthUnit::MgPerMl => row.reading.millilitres_per_day(),
        StrengthUnit::MgPerHour | StrengthUnit::MgPerActuation => None,
    };
    a_day?.checked_mul(value)
}
