//! Borrowed views of R4 resources: only the elements that the rules read, named as FHIR names them.
//!
//! An element of the wrong shape is `None` or left out, and never costs the entry unless the entry is useless without it.

#![expect(missing_docs, reason = "elements are named and documented by FHIR R4")]

use super::When;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// Text borrowed from the body wherever it holds no escapes.
pub type Text<'a> = Cow<'a, str>;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coding<'a> {
    pub system: Option<Text<'a>>,
    pub code: Option<Text<'a>>,
    pub display: Option<Text<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodeableConcept<'a> {
    pub coding: Vec<Coding<'a>>,
    pub text: Option<Text<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reference<'a> {
    pub reference: Option<Text<'a>>,
    pub display: Option<Text<'a>>,
    /// `identifier.value`, for logical references.
    pub identifier: Option<Text<'a>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Period {
    pub start: Option<When>,
    pub end: Option<When>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quantity<'a> {
    pub value: Option<Decimal>,
    pub unit: Option<Text<'a>>,
    pub code: Option<Text<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ratio<'a> {
    pub numerator: Quantity<'a>,
    pub denominator: Quantity<'a>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patient<'a> {
    pub id: Option<Text<'a>>,
    pub birth_date: Option<When>,
    pub gender: Option<Text<'a>>,
    /// `communication.language`, preferred first.
    pub languages: Vec<CodeableConcept<'a>>,
    pub deceased: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimingRepeat<'a> {
    pub bounds_period: Option<Period>,
    pub bounds_duration: Option<Quantity<'a>>,
    pub frequency: Option<Decimal>,
    pub frequency_max: Option<Decimal>,
    pub period: Option<Decimal>,
    pub period_max: Option<Decimal>,
    pub period_unit: Option<Text<'a>>,
    pub day_of_week: Vec<Text<'a>>,
    pub time_of_day: Vec<Text<'a>>,
    pub when: Vec<Text<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timing<'a> {
    pub repeat: Option<TimingRepeat<'a>>,
    pub code: Option<CodeableConcept<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct DoseAndRate<'a> {
    pub kind: Option<CodeableConcept<'a>>,
    pub dose_quantity: Option<Quantity<'a>>,
    pub dose_range_low: Option<Quantity<'a>>,
    pub dose_range_high: Option<Quantity<'a>>,
    pub rate_quantity: Option<Quantity<'a>>,
    pub rate_ratio: Option<Ratio<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dosage<'a> {
    pub sequence: Option<i64>,
    pub text: Option<Text<'a>>,
    pub patient_instruction: Option<Text<'a>>,
    pub timing: Option<Timing<'a>>,
    /// `asNeededBoolean` true, or any `asNeededCodeableConcept`.
    pub as_needed: bool,
    pub route: Option<CodeableConcept<'a>>,
    /// All entries; a dose in the STU3 place is one entry of its own.
    pub dose_and_rate: Vec<DoseAndRate<'a>>,
    pub max_dose_per_period: Option<Ratio<'a>>,
    pub max_dose_per_administration: Option<Quantity<'a>>,
}

/// `medication[x]` as far as it is inside the resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MedicationChoice<'a> {
    pub concept: Option<CodeableConcept<'a>>,
    pub reference: Option<Reference<'a>>,
    /// Contained Medications, found by `#id`.
    pub contained: Vec<Medication<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Medication<'a> {
    pub id: Option<Text<'a>>,
    pub code: Option<CodeableConcept<'a>>,
    /// `ingredient.itemCodeableConcept`.
    pub ingredients: Vec<CodeableConcept<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct DispenseRequest<'a> {
    pub validity_period: Option<Period>,
    pub number_of_repeats_allowed: Option<u32>,
    pub quantity: Option<Quantity<'a>>,
    pub expected_supply_duration: Option<Quantity<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct MedicationRequest<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub intent: Option<Text<'a>>,
    pub do_not_perform: bool,
    pub reported_boolean: Option<bool>,
    pub reported_reference: Option<Reference<'a>>,
    pub category: Vec<CodeableConcept<'a>>,
    pub medication: MedicationChoice<'a>,
    pub subject: Option<Reference<'a>>,
    pub encounter: Option<Reference<'a>>,
    pub authored_on: Option<When>,
    pub requester: Option<Reference<'a>>,
    pub reason_code: Vec<CodeableConcept<'a>>,
    pub reason_reference: Vec<Reference<'a>>,
    pub dosage_instruction: Vec<Dosage<'a>>,
    pub dispense_request: Option<DispenseRequest<'a>>,
    pub prior_prescription: Option<Reference<'a>>,
    /// The `replaces` relation: the request-replaces extension's reference.
    pub replaces: Vec<Reference<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct MedicationStatement<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub medication: MedicationChoice<'a>,
    pub subject: Option<Reference<'a>>,
    pub effective: Option<Period>,
    pub date_asserted: Option<When>,
    pub information_source: Option<Reference<'a>>,
    pub reason_code: Vec<CodeableConcept<'a>>,
    pub reason_reference: Vec<Reference<'a>>,
    pub dosage: Vec<Dosage<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct MedicationDispense<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub medication: MedicationChoice<'a>,
    pub subject: Option<Reference<'a>>,
    pub authorizing_prescription: Vec<Reference<'a>>,
    pub quantity: Option<Quantity<'a>>,
    pub days_supply: Option<Quantity<'a>>,
    pub when_handed_over: Option<When>,
    pub when_prepared: Option<When>,
    pub dosage_instruction: Vec<Dosage<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition<'a> {
    pub id: Option<Text<'a>>,
    pub clinical_status: Option<CodeableConcept<'a>>,
    pub verification_status: Option<CodeableConcept<'a>>,
    pub category: Vec<CodeableConcept<'a>>,
    pub code: Option<CodeableConcept<'a>>,
    pub subject: Option<Reference<'a>>,
    pub encounter: Option<Reference<'a>>,
    pub onset: Option<When>,
    pub abatement: Option<When>,
    /// Any `abatement[x]` at all, also one that is no date (an age, a text, true).
    pub abated: bool,
    pub recorded_date: Option<When>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encounter<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub class: Option<Coding<'a>>,
    pub kind: Vec<CodeableConcept<'a>>,
    pub service_type: Option<CodeableConcept<'a>>,
    pub subject: Option<Reference<'a>>,
    pub participants: Vec<Reference<'a>>,
    pub period: Option<Period>,
    pub reason_code: Vec<CodeableConcept<'a>>,
    pub reason_reference: Vec<Reference<'a>>,
    /// `diagnosis.condition`.
    pub diagnosis: Vec<Reference<'a>>,
    pub discharge_disposition: Option<CodeableConcept<'a>>,
    pub service_provider: Option<Reference<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObservationValue<'a> {
    pub quantity: Option<Quantity<'a>>,
    pub concept: Option<CodeableConcept<'a>>,
    pub string: Option<Text<'a>>,
    pub integer: Option<i64>,
    pub boolean: Option<bool>,
    pub date_time: Option<When>,
    /// `valueQuantity.comparator`: the quantity is only a bound (`<`, `<=`, `>=`, `>`).
    pub comparator: Option<Text<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObservationComponent<'a> {
    pub code: Option<CodeableConcept<'a>>,
    pub value: ObservationValue<'a>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub category: Vec<CodeableConcept<'a>>,
    pub code: Option<CodeableConcept<'a>>,
    pub subject: Option<Reference<'a>>,
    pub effective: Option<When>,
    pub issued: Option<When>,
    pub value: ObservationValue<'a>,
    pub interpretation: Vec<CodeableConcept<'a>>,
    pub component: Vec<ObservationComponent<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Procedure<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub code: Option<CodeableConcept<'a>>,
    pub subject: Option<Reference<'a>>,
    /// `performedDateTime` as a one-day period, or `performedPeriod`.
    pub performed: Option<Period>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct CarePlan<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub category: Vec<CodeableConcept<'a>>,
    pub title: Option<Text<'a>>,
    pub description: Option<Text<'a>>,
    /// `text.div` with the markup taken out.
    pub text: Option<Text<'a>>,
    pub subject: Option<Reference<'a>>,
    pub period: Option<Period>,
    pub created: Option<When>,
    /// `meta.lastUpdated`.
    pub last_updated: Option<When>,
    pub addresses: Vec<Reference<'a>>,
    /// `activity.detail.code`.
    pub activity_codes: Vec<CodeableConcept<'a>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Goal<'a> {
    pub id: Option<Text<'a>>,
    pub lifecycle_status: Option<Text<'a>>,
    pub category: Vec<CodeableConcept<'a>>,
    pub description: Option<CodeableConcept<'a>>,
    pub subject: Option<Reference<'a>>,
    pub expressed_by: Option<Reference<'a>>,
    pub start_date: Option<When>,
    pub status_date: Option<When>,
    pub last_updated: Option<When>,
}

/// ServiceRequest, Task, Appointment and other request rows, as far as the rules read them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceRequest<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub intent: Option<Text<'a>>,
    pub code: Option<CodeableConcept<'a>>,
    pub subject: Option<Reference<'a>>,
    pub authored_on: Option<When>,
    pub occurrence: Option<Period>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Appointment<'a> {
    pub id: Option<Text<'a>>,
    pub status: Option<Text<'a>>,
    pub start: Option<When>,
    pub description: Option<Text<'a>>,
    pub participants: Vec<Reference<'a>>,
}
