//! What the sheets on starting, raising and supplying opioids ask beyond the shared definitions (catalogue 4.14, 4.15, 4.25).
//!
//! Knows days without an opioid, an old kidney value, and what a draft says of its own supply.
//! Refuses to know JSON: a draft's text as received is passed through unread, for `update` suggestions.

use super::coverage::{self, minus, minus_months};
use super::dosage;
use super::evidence::Sources;
use super::history::{ListState, Timeline};
use super::known::{Doubt, FactDate, Known};
use crate::dose;
use crate::fhir::{DraftOrder, Query};
use crate::terminology::{Medicine, ValueSet};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Days looked back for one without an opioid (sheet 4.14).
const DAYS_OF_USE: i64 = 7;
/// A kidney value counts for so many months (risk fact `kidney`).
const KIDNEY_MONTHS: i64 = 12;
/// Below this an eGFR is severe (risk fact `kidney`).
const SEVERE_EGFR: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
/// Places after which a computed quantity is taken for exact.
const PLACES: u32 = 4;

/// Facts of the record that only these sheets ask for.
#[derive(Debug, Clone)]
pub struct Dosing {
    /// The latest of the last seven days on which no opioid covered.
    pub opioid_free_day: Known<Date>,
    /// The newest eGFR, where it is below 30 and too old to count.
    pub old_egfr: Option<OldEgfr>,
}

/// An eGFR below 30 from more than 12 months ago, with none since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldEgfr {
    /// "28".
    pub value: String,
    /// When.
    pub date: FactDate,
    /// `Observation/…`.
    pub reference: String,
}

/// A draft as it was received, and what it says of its supply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The order's JSON, unread here.
    pub json: Box<str>,
    /// Quantity of one fill, with its unit.
    pub quantity: Option<dose::Quantity>,
    /// Days that one fill is said to last.
    pub stated_days: Option<Decimal>,
    /// Days that the quantity lasts at the most that the instruction allows; `None` for numbered steps, whose dose changes.
    pub days_by_instruction: Option<Decimal>,
}

impl Received {
    /// The quantity that lasts so many days by the instruction, in whole units, if it is less than what is ordered.
    pub fn quantity_for(&self, days: Decimal) -> Option<Decimal> {
        let ordered = self.quantity.as_ref()?.value?;
        let lasts = self
            .days_by_instruction
            .filter(|lasts| *lasts > Decimal::ZERO)?;
        let share = ordered.checked_mul(days)?.checked_div(lasts)?;
        let quantity = share.round_dp(PLACES).ceil();
        (quantity > Decimal::ZERO && quantity < ordered).then_some(quantity.normalize())
    }
}

/// What a draft says of its supply.
pub(super) fn received(draft: &DraftOrder<'_>, medicine: &Medicine) -> Received {
    let request = &draft.request;
    let dispense = request.dispense_request.as_ref();
    let quantity = dispense
        .and_then(|dispense| dispense.quantity.as_ref())
        .map(dosage::quantity);
    let instructions = dosage::instructions(&request.dosage_instruction);
    // By the instruction alone: beside a stated duration the dose rules show the higher of the two (R12).
    let reading = dose::read(&dose::Order {
        medicine,
        instructions: &instructions,
        quantity: None,
        supply_days: None,
    });
    let days_by_instruction = quantity
        .as_ref()
        .filter(|_| reading.steps().is_empty())
        .and_then(|quantity| reading.supply_days(quantity));
    Received {
        json: draft.raw.get().into(),
        stated_days: dispense
            .and_then(|dispense| dispense.expected_supply_duration.as_ref())
            .and_then(coverage::days),
        quantity,
        days_by_instruction,
    }
}

/// The latest of the last seven days without any opioid; a list with holes does not prove one.
pub(super) fn opioid_free_day(
    timeline: &Timeline<'_>,
    list: ListState,
    as_of: Date,
) -> Known<Date> {
    let free = (1..=DAYS_OF_USE)
        .map(|days| minus(as_of, days))
        .find(|day| !timeline.covers(*day));
    let Some(day) = free else {
        return Known::No;
    };
    if let Some(row) = timeline.undated() {
        Known::Unsure(Doubt::Undated(row.to_owned()))
    } else if !list.complete {
        Known::Unsure(Doubt::Unread(Query::Medications))
    } else if list.only_active {
        Known::Unsure(Doubt::ActiveRowsOnly)
    } else {
        Known::Yes(day)
    }
}

/// See [`OldEgfr`].
pub(super) fn old_egfr(sources: &Sources<'_>) -> Option<OldEgfr> {
    let (observation, value, date) =
        sources
            .observations(ValueSet::Egfr)
            .into_iter()
            .find_map(|(observation, date)| {
                let value = observation.value.quantity.as_ref()?.value?;
                Some((observation, value, date))
            })?;
    let is_old = date.date < minus_months(sources.as_of, KIDNEY_MONTHS);
    (is_old && value < SEVERE_EGFR).then(|| OldEgfr {
        value: value.round_dp(1).normalize().to_string(),
        date,
        reference: super::conditions::reference("Observation", observation.id.as_deref()),
    })
}
