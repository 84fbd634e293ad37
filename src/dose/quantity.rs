//! What a fill's quantity tells: units a day over its days (R12), and how long it lasts.
//!
//! Knows counted units and millilitres.
//! Refuses refills: one fill is one fill.

use super::{
    Fraction, Instruction, Order, Quantity, ReadFrom,
    instruction::{Intake, as_needed},
    intake::{Daily, Supply, is_patch, usable},
    timing::times_per_day,
    units::{Measure, Unit, names_a_unit, unit_of},
};
use crate::terminology::Medicine;
use rust_decimal::Decimal;

/// Days that a quantity of counted units lasts; a quantity without a unit counts units.
pub fn supply_days(quantity: &Quantity, units_per_day: Decimal) -> Option<Decimal> {
    days(quantity, Supply::Units(Fraction::whole(units_per_day)?))
}

/// Days that a quantity lasts at this use.
pub(super) fn days(quantity: &Quantity, a_day: Supply) -> Option<Decimal> {
    let quantity = match (supply(quantity)?, a_day) {
        (Supply::Units(quantity), Supply::Units(_))
        | (Supply::Millilitres(quantity), Supply::Millilitres(_)) => quantity,
        _ => return None,
    };
    quantity.by(a_day.value().inverse())?.decimal()
}

fn supply(quantity: &Quantity) -> Option<Supply> {
    let value = Fraction::whole(quantity.value?)?;
    if !names_a_unit(quantity) {
        return Some(Supply::Units(value));
    }
    match unit_of(quantity)? {
        Unit::Counted => Some(Supply::Units(value)),
        Unit::Millilitre => Some(Supply::Millilitres(value)),
        _ => None,
    }
}

/// Quantity of one fill divided by its days.
pub(super) fn intake(order: &Order<'_>) -> Option<Intake> {
    let medicine = order.medicine;
    let a_day = |value: Fraction| value.over(order.supply_days?);
    let daily = match supply(order.quantity?)? {
        Supply::Units(units) if is_patch(medicine) => {
            worn(a_day(units)?, order.instructions, medicine)?
        }
        Supply::Units(units) => whole(Measure::Count(a_day(units)?), medicine)?,
        Supply::Millilitres(volume) => whole(Measure::Volume(a_day(volume)?), medicine)?,
    };
    let as_needed = order.instructions.iter().any(as_needed);
    Some(Intake {
        daily,
        as_needed,
        up_to: as_needed,
        from: ReadFrom::Quantity,
    })
}

fn whole(measure: Measure, medicine: &Medicine) -> Option<Daily> {
    usable(measure, medicine).then_some(Daily::Whole(measure))
}

/// Patches a day times the days that one is worn are the patches worn at one time.
fn worn(a_day: Fraction, instructions: &[Instruction], medicine: &Medicine) -> Option<Daily> {
    let told = match instructions {
        [instruction] => instruction.timing.as_ref().and_then(times_per_day),
        _ => None,
    };
    let changes = told.or_else(|| {
        let wear_days = medicine
            .opioids
            .iter()
            .find_map(|content| content.wear_days)?;
        Fraction::of(Decimal::ONE, wear_days.into())
    })?;
    let patches = a_day.by(changes.inverse())?;
    usable(Measure::Count(patches), medicine).then_some(Daily::Worn { patches, changes })
}
