//! From which day to which an order covers (catalogue section 2, P-RX-CURRENT).

use crate::dose::{self, Reading};
use crate::fhir::resources::{DispenseRequest, Dosage, Quantity};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Longest supply that is believed: beyond it a duration is taken for a mistake in the record.
const LONGEST_DAYS: i64 = 36_525;

/// The days that one order covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    /// First day.
    pub(super) start: Option<Date>,
    /// The day on which the supply runs out, or the last day where the record gives one.
    pub(super) end: Option<Date>,
    /// Last day covered.
    pub(super) last_day: Option<Date>,
    /// Days of supply with repeats.
    pub(super) supply_days: Option<Decimal>,
}

/// What an order says about its days.
pub(super) struct Stated<'a> {
    pub(super) dosages: &'a [Dosage<'a>],
    pub(super) dispense: Option<&'a DispenseRequest<'a>>,
    pub(super) reading: &'a Reading,
    /// `authoredOn`, or what stands for it.
    pub(super) written: Option<Date>,
}

/// Coverage of a request: start and end are each the first that can be had, in the catalogue's order.
pub(super) fn of_request(stated: &Stated<'_>, zone: &TimeZone) -> Coverage {
    let bounds: Vec<_> = stated
        .dosages
        .iter()
        .filter_map(|d| d.timing.as_ref()?.repeat.as_ref())
        .collect();
    let validity = stated.dispense.and_then(|d| d.validity_period);
    let start = bounds
        .iter()
        .filter_map(|repeat| repeat.bounds_period?.start)
        .map(|when| when.start(zone))
        .min()
        .or_else(|| {
            validity
                .and_then(|period| period.start)
                .map(|when| when.start(zone))
        })
        .or(stated.written);
    let bounds_end = bounds
        .iter()
        .filter_map(|repeat| repeat.bounds_period?.end)
        .map(|when| when.end(zone))
        .max();
    let supply = supply_days(stated);
    let bounds_days = bounds
        .iter()
        .filter_map(|repeat| days(repeat.bounds_duration.as_ref()?))
        .max();
    let last_valid = validity
        .and_then(|period| period.end)
        .map(|when| when.end(zone));

    let run_out =
        |days: Option<Decimal>| Some((start?, days?)).and_then(|(start, days)| plus(start, days));
    let (end, last_day) = if let Some(end) = bounds_end {
        (Some(end), Some(end))
    } else if let Some(end) = run_out(bounds_days).or_else(|| run_out(supply)) {
        (Some(end), end.checked_sub(1.day()).ok())
    } else {
        (last_valid, last_valid)
    };
    Coverage {
        start,
        end,
        last_day,
        supply_days: supply,
    }
}

/// Supply with repeats: the stated duration, else quantity over the most units a day.
fn supply_days(stated: &Stated<'_>) -> Option<Decimal> {
    let dispense = stated.dispense?;
    let fills =
        Decimal::from(dispense.number_of_repeats_allowed.unwrap_or(0)).checked_add(Decimal::ONE)?;
    let one_fill = dispense
        .expected_supply_duration
        .as_ref()
        .and_then(days)
        .or_else(|| {
            let quantity = super::dosage::quantity(dispense.quantity.as_ref()?);
            dose_supply(&quantity, stated.reading)
        })?;
    one_fill.checked_mul(fills)
}

fn dose_supply(quantity: &dose::Quantity, reading: &Reading) -> Option<Decimal> {
    reading
        .supply_days(quantity)
        .filter(|days| *days > Decimal::ZERO)
}

/// A duration in days (UCUM or words); months and years as in dose rule R1.
pub(super) fn days(duration: &Quantity<'_>) -> Option<Decimal> {
    let value = duration.value.filter(|value| *value > Decimal::ZERO)?;
    let unit = duration
        .code
        .as_deref()
        .or(duration.unit.as_deref())
        .unwrap_or("d");
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "d" | "day" | "days" => Decimal::ONE,
        "wk" | "week" | "weeks" => Decimal::from(7),
        "mo" | "month" | "months" => Decimal::from(30),
        "a" | "year" | "years" => Decimal::from(365),
        "h" | "hr" | "hour" | "hours" => return value.checked_div(Decimal::from(24)),
        _ => return None,
    };
    value.checked_mul(factor)
}

/// So many days later; a part of a day counts as a day.
pub(super) fn plus(start: Date, days: Decimal) -> Option<Date> {
    let days = days
        .ceil()
        .to_i64()
        .filter(|days| (0..=LONGEST_DAYS).contains(days))?;
    start.checked_add(days.days()).ok()
}

/// Whole days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.until((jiff::Unit::Day, to))
        .map_or(0, |span| i64::from(span.get_days()))
}

/// So many days before.
pub(super) fn minus(date: Date, days: i64) -> Date {
    date.saturating_sub(days.days())
}

/// So many months before.
pub(super) fn minus_months(date: Date, months: i64) -> Date {
    date.saturating_sub(months.months())
}
