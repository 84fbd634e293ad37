//! From the record's requests, statements, dispenses and drafts to rows of the medicine list.

use super::conditions::{self, coding_ref, reference, relative, tail};
use super::coverage::{self, Coverage, Stated};
use super::dosage;
use super::dosing;
use super::row::{MedicineRow, Person, Role, RowKind, Step};
use crate::dose::{self, Reading};
use crate::fhir::resources as fhir;
use crate::fhir::{DraftOrder, Record};
use crate::terminology::{CodingRef, FactorSet, Medicine, Recognised, Sets, Terminology, ValueSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What every row is read with.
pub(super) struct Reader<'r> {
    pub(super) record: &'r Record<'r>,
    pub(super) terminology: &'r Terminology,
    pub(super) factors: FactorSet,
    pub(super) zone: &'r TimeZone,
    pub(super) as_of: Date,
    /// Conditions by reference, for reasons.
    pub(super) conditions: &'r [conditions::Row],
    /// `oud` or `oud-remission` holds.
    pub(super) oud_or_remission: bool,
    /// `oud` holds.
    pub(super) oud: bool,
}

/// The order-like parts that requests, statements and dispenses share.
struct Parts<'a> {
    kind: RowKind,
    reference: String,
    status: Option<&'a str>,
    choice: &'a fhir::MedicationChoice<'a>,
    dosages: &'a [fhir::Dosage<'a>],
    dispense: Option<&'a fhir::DispenseRequest<'a>>,
    reason_code: &'a [fhir::CodeableConcept<'a>],
    reason_reference: &'a [fhir::Reference<'a>],
    requester: Option<&'a fhir::Reference<'a>>,
}

impl Reader<'_> {
    /// A prescription of the record.
    pub(super) fn request(&self, request: &fhir::MedicationRequest<'_>) -> MedicineRow {
        let parts = Parts {
            kind: RowKind::Request,
            reference: reference("MedicationRequest", request.id.as_deref()),
            status: request.status.as_deref(),
            choice: &request.medication,
            dosages: &request.dosage_instruction,
            dispense: request.dispense_request.as_ref(),
            reason_code: &request.reason_code,
            reason_reference: &request.reason_reference,
            requester: request.requester.as_ref(),
        };
        let (mut row, reading) = self.row(&parts);
        let written = request.authored_on.map(|when| when.start(self.zone));
        self.cover(&mut row, &parts, &reading, written);
        row.order_like = super::scope::is_order_like(request);
        row.prior = request
            .prior_prescription
            .iter()
            .chain(&request.replaces)
            .filter_map(linked)
            .collect();
        row.reading = reading;
        row
    }

    /// A new-medicine draft.
    pub(super) fn draft(&self, draft: &DraftOrder<'_>) -> MedicineRow {
        let mut row = self.request(&draft.request);
        row.kind = RowKind::Draft;
        row.received = Some(dosing::received(draft, &row.medicine));
        row.start = row.start.or(Some(self.as_of));
        if row.end.is_none() {
            // Without a date of its own a draft starts today, and its supply with it.
            row.end = row
                .supply_days
                .and_then(|days| coverage::plus(self.as_of, days));
        }
        row
    }

    /// A statement.
    pub(super) fn statement(&self, statement: &fhir::MedicationStatement<'_>) -> MedicineRow {
        let parts = Parts {
            kind: RowKind::Statement,
            reference: reference("MedicationStatement", statement.id.as_deref()),
            status: statement.status.as_deref(),
            choice: &statement.medication,
            dosages: &statement.dosage,
            dispense: None,
            reason_code: &statement.reason_code,
            reason_reference: &statement.reason_reference,
            requester: None,
        };
        let (mut row, reading) = self.row(&parts);
        let effective = statement.effective.unwrap_or_default();
        row.start = effective.start.map(|when| when.start(self.zone));
        row.end = effective.end.map(|when| when.end(self.zone));
        row.last_day = row.end;
        row.asserted = statement.date_asserted.map(|when| when.start(self.zone));
        if row.medicine.is(ValueSet::Methadone) && row.reason.is_none() && self.oud {
            row.moud = true;
        }
        row.reading = reading;
        row
    }

    /// A dispense.
    pub(super) fn dispense(&self, dispense: &fhir::MedicationDispense<'_>) -> MedicineRow {
        let parts = Parts {
            kind: RowKind::Dispense,
            reference: reference("MedicationDispense", dispense.id.as_deref()),
            status: dispense.status.as_deref(),
            choice: &dispense.medication,
            dosages: &dispense.dosage_instruction,
            dispense: None,
            reason_code: &[],
            reason_reference: &[],
            requester: None,
        };
        let (mut row, reading) = self.row(&parts);
        row.start = dispense
            .when_handed_over
            .or(dispense.when_prepared)
            .map(|when| when.start(self.zone));
        row.supply_days = dispense
            .days_supply
            .as_ref()
            .and_then(coverage::days)
            .or_else(|| reading.supply_days(&dosage::quantity(dispense.quantity.as_ref()?)));
        row.quantity = dispense
            .quantity
            .as_ref()
            .and_then(|quantity| quantity.value);
        row.end = row
            .start
            .zip(row.supply_days)
            .and_then(|(start, days)| coverage::plus(start, days));
        row.last_day = row.end.map(|end| coverage::minus(end, 1));
        row.prior = dispense
            .authorizing_prescription
            .iter()
            .filter_map(linked)
            .collect();
        row.reading = reading;
        row
    }

    fn row(&self, parts: &Parts<'_>) -> (MedicineRow, Reading) {
        let medicine = self.medicine(parts.choice);
        let instructions = dosage::instructions(parts.dosages);
        let quantity = parts
            .dispense
            .and_then(|d| d.quantity.as_ref())
            .map(dosage::quantity);
        let reading = dose::read(&dose::Order {
            medicine: &medicine,
            instructions: &instructions,
            quantity: quantity.as_ref(),
            supply_days: parts
                .dispense
                .and_then(|d| d.expected_supply_duration.as_ref())
                .and_then(coverage::days),
        });
        let dose = dose::convert(&reading, self.terminology.factors(), self.factors, None);
        let reason_sets = self.reason_sets(parts);
        let moud = medicine.is(ValueSet::BuprenorphineOud)
            || self.is_methadone_for_oud(&medicine, reason_sets);
        let reason = self.reason(parts);
        let depot_for_oud = medicine.is(ValueSet::NaltrexoneDepot)
            && (is_for_oud(reason_sets) || (reason.is_none() && self.oud));
        let steps = steps(parts.dosages, &dose, self.zone);
        let row = MedicineRow {
            reference: parts.reference.clone(),
            kind: parts.kind,
            role: Role::NotCurrent,
            status: parts.status.unwrap_or("").trim().to_ascii_lowercase(),
            dose,
            start: None,
            end: None,
            last_day: None,
            asserted: None,
            supply_days: None,
            quantity: quantity.as_ref().and_then(|quantity| quantity.value),
            repeats: parts
                .dispense
                .and_then(|d| d.number_of_repeats_allowed)
                .unwrap_or(0),
            before: false,
            after: false,
            counts_in_mme: false,
            moud,
            depot_for_oud,
            as_needed: reading.all_as_needed(),
            order_like: true,
            in_focus: true,
            supersedes: Vec::new(),
            prior: Vec::new(),
            requester: parts.requester.map(person),
            reason,
            reason_sets,
            instruction_text: instructions
                .iter()
                .find_map(|instruction| instruction.text.clone()),
            stopped_by: None,
            steps,
            reading: reading.clone(),
            received: None,
            medicine,
        };
        (row, reading)
    }

    fn cover(
        &self,
        row: &mut MedicineRow,
        parts: &Parts<'_>,
        reading: &Reading,
        written: Option<Date>,
    ) {
        let stated = Stated {
            dosages: parts.dosages,
            dispense: parts.dispense,
            reading,
            written,
        };
        let Coverage {
            start,
            end,
            last_day,
            supply_days,
        } = coverage::of_request(&stated, self.zone);
        row.start = start;
        row.end = end;
        row.last_day = last_day;
        row.supply_days = supply_days;
        row.asserted = written;
    }

    /// METHADONE-OUD, by reason or by a product restricted to it.
    fn is_methadone_for_oud(&self, medicine: &Medicine, reason: Sets) -> bool {
        medicine.is(ValueSet::Methadone)
            && (is_for_oud(reason)
                || (medicine.is(ValueSet::MethadoneOudRestricted) && self.oud_or_remission))
    }

    fn reason_sets(&self, parts: &Parts<'_>) -> Sets {
        let coded = parts.reason_code.iter().fold(Sets::EMPTY, |sets, code| {
            sets.union(conditions::sets_of(self.terminology, code))
        });
        self.reason_rows(parts)
            .fold(coded, |sets, row| sets.union(row.sets))
    }

    fn reason_rows<'s>(
        &'s self,
        parts: &'s Parts<'_>,
    ) -> impl Iterator<Item = &'s conditions::Row> {
        let named: Vec<String> = parts.reason_reference.iter().filter_map(linked).collect();
        self.conditions
            .iter()
            .filter(move |row| named.contains(&row.fact.reference))
    }

    fn reason(&self, parts: &Parts<'_>) -> Option<String> {
        parts
            .reason_code
            .iter()
            .find_map(|code| conditions::shown(self.terminology, code))
            .or_else(|| {
                self.reason_rows(parts)
                    .map(|row| row.fact.name.clone())
                    .next()
            })
            .or_else(|| {
                parts
                    .reason_reference
                    .iter()
                    .find_map(|r| r.display.as_deref().map(str::to_owned))
            })
    }

    /// The medicine, wherever the order keeps it (contract R-083).
    pub(super) fn medicine(&self, choice: &fhir::MedicationChoice<'_>) -> Medicine {
        if let Some(concept) = &choice.concept {
            return self.named(concept, &[]);
        }
        let Some(link) = &choice.reference else {
            return self.terminology.medicine(&[], None);
        };
        match self.record.medication_of(choice) {
            Some(medication) => {
                let empty = fhir::CodeableConcept::default();
                self.named(
                    medication.code.as_ref().unwrap_or(&empty),
                    &medication.ingredients,
                )
            }
            None => {
                // A name alone may show an opioid; it does not show that there is none.
                let mut medicine = self.terminology.medicine(&[], link.display.as_deref());
                if medicine.recognised == Recognised::Other {
                    medicine.recognised = Recognised::Unidentified;
                }
                medicine
            }
        }
    }

    fn named(
        &self,
        concept: &fhir::CodeableConcept<'_>,
        ingredients: &[fhir::CodeableConcept<'_>],
    ) -> Medicine {
        let own: Vec<CodingRef<'_>> = concept.coding.iter().map(coding_ref).collect();
        if own.is_empty() && concept.text.is_none() {
            let parts: Vec<CodingRef<'_>> = ingredients
                .iter()
                .flat_map(|ingredient| ingredient.coding.iter().map(coding_ref))
                .collect();
            return self
                .terminology
                .medicine(&parts, ingredients.iter().find_map(|i| i.text.as_deref()));
        }
        self.terminology.medicine(&own, concept.text.as_deref())
    }
}

/// When each numbered step begins, counted from the first, and its MME.
fn steps(dosages: &[fhir::Dosage<'_>], dose: &dose::OrderDose, zone: &TimeZone) -> Vec<Step> {
    let mut numbered: Vec<&fhir::Dosage<'_>> =
        dosages.iter().filter(|d| d.sequence.is_some()).collect();
    numbered.sort_by_key(|d| d.sequence);
    let first = numbered.first().and_then(|d| begins(d, zone));
    let mut elapsed = Some(0);
    dose.steps
        .iter()
        .zip(&numbered)
        .map(|(step, dosage)| {
            let stated = first
                .zip(begins(dosage, zone))
                .map(|(first, own)| coverage::days_between(first, own));
            let begins_after_days = stated.or(elapsed);
            elapsed = begins_after_days
                .zip(lasts(dosage, zone))
                .map(|(begin, days)| begin + days);
            Step {
                mme_per_day: step.mme_per_day,
                begins_after_days,
            }
        })
        .collect()
}

fn begins(dosage: &fhir::Dosage<'_>, zone: &TimeZone) -> Option<Date> {
    Some(
        dosage
            .timing
            .as_ref()?
            .repeat
            .as_ref()?
            .bounds_period?
            .start?
            .start(zone),
    )
}

fn lasts(dosage: &fhir::Dosage<'_>, zone: &TimeZone) -> Option<i64> {
    let repeat = dosage.timing.as_ref()?.repeat.as_ref()?;
    if let Some(period) = repeat.bounds_period {
        return Some(coverage::days_between(period.start?.start(zone), period.end?.end(zone)) + 1);
    }
    use rust_decimal::prelude::ToPrimitive;
    coverage::days(repeat.bounds_duration.as_ref()?)?
        .ceil()
        .to_i64()
}

fn linked(link: &fhir::Reference<'_>) -> Option<String> {
    link.reference.as_deref().map(relative)
}

fn person(link: &fhir::Reference<'_>) -> Person {
    Person {
        reference: linked(link),
        display: link.display.as_deref().map(str::to_owned),
    }
}

/// The reference names this id.
pub(super) fn names(link: &str, reference: &str) -> bool {
    link == reference || tail(link) == tail(reference)
}

fn is_for_oud(reason: Sets) -> bool {
    reason.has(ValueSet::OpioidUseDisorder) || reason.has(ValueSet::OpioidUseDisorderRemission)
}
