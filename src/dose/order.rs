//! What the arithmetic reads of an order: instructions, doses, timings, quantity.
//!
//! Knows the elements that rules R1 to R12 name.
//! Refuses to know where in FHIR they stood.

use crate::terminology::Medicine;
use rust_decimal::Decimal;

/// A quantity as the record gives it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quantity {
    /// The value; exact.
    pub value: Option<Decimal>,
    /// Unit for people.
    pub unit: Option<String>,
    /// Coded unit, UCUM or the v3 orderable drug form.
    pub code: Option<String>,
}

/// What kind of amount a `doseAndRate` entry states (its `type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoseKind {
    /// `ordered`.
    Ordered,
    /// `calculated`.
    Calculated,
    /// Epic's `admin-amount`: a count of units.
    AdminAmount,
    /// Another type, or none.
    Other,
}

/// One way in which an instruction tells its single dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dose {
    /// The entry's type.
    pub kind: DoseKind,
    /// `doseRange.high`, else `doseRange.low`, else `doseQuantity`.
    pub amount: Quantity,
}

/// `Timing` of an instruction, as far as the rules read it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timing {
    /// `repeat.frequency`.
    pub frequency: Option<Decimal>,
    /// `repeat.frequencyMax`.
    pub frequency_max: Option<Decimal>,
    /// `repeat.period`.
    pub period: Option<Decimal>,
    /// `repeat.periodUnit`: s, min, h, d, wk, mo, a.
    pub period_unit: Option<String>,
    /// How many `repeat.timeOfDay`.
    pub times_of_day: u32,
    /// How many `repeat.when`.
    pub when: u32,
    /// How many distinct `repeat.dayOfWeek`.
    pub days_of_week: u32,
    /// `timing.code`: its codes and text, in order.
    pub codes: Vec<String>,
}

/// A ratio such as `maxDosePerPeriod`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ratio {
    /// Amount.
    pub numerator: Quantity,
    /// Per.
    pub denominator: Quantity,
}

/// One `dosageInstruction`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instruction {
    /// `sequence`.
    pub sequence: Option<i64>,
    /// `text`, else `patientInstruction`.
    pub text: Option<String>,
    /// `timing`.
    pub timing: Option<Timing>,
    /// `asNeededBoolean` true or any `asNeededCodeableConcept`.
    pub as_needed: bool,
    /// The single dose, told in one or more ways.
    pub doses: Vec<Dose>,
    /// `rateQuantity` where no dose is given.
    pub rate: Option<Quantity>,
    /// `maxDosePerPeriod`.
    pub max_dose_per_period: Option<Ratio>,
    /// `maxDosePerAdministration`.
    pub max_dose_per_administration: Option<Quantity>,
}

/// An order as the arithmetic sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order<'a> {
    /// The medicine.
    pub medicine: &'a Medicine,
    /// All its instructions, in order.
    pub instructions: &'a [Instruction],
    /// `dispenseRequest.quantity` of one fill.
    pub quantity: Option<&'a Quantity>,
    /// `dispenseRequest.expectedSupplyDuration` in days.
    pub supply_days: Option<Decimal>,
}
