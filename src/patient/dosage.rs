//! From FHIR dosages to the instructions that the dose arithmetic reads. No arithmetic here.

use crate::dose;
use crate::fhir::resources as fhir;

/// All instructions of an order, in order.
pub(super) fn instructions(dosages: &[fhir::Dosage<'_>]) -> Vec<dose::Instruction> {
    dosages.iter().map(instruction).collect()
}

fn instruction(dosage: &fhir::Dosage<'_>) -> dose::Instruction {
    dose::Instruction {
        sequence: dosage.sequence,
        text: dosage
            .text
            .as_ref()
            .or(dosage.patient_instruction.as_ref())
            .map(ToString::to_string),
        timing: dosage.timing.as_ref().map(timing),
        as_needed: dosage.as_needed,
        doses: dosage
            .dose_and_rate
            .iter()
            .filter_map(single_dose)
            .collect(),
        rate: dosage
            .dose_and_rate
            .iter()
            .find_map(|entry| entry.rate_quantity.as_ref())
            .map(quantity),
        max_dose_per_period: dosage
            .max_dose_per_period
            .as_ref()
            .map(|ratio| dose::Ratio {
                numerator: quantity(&ratio.numerator),
                denominator: quantity(&ratio.denominator),
            }),
        max_dose_per_administration: dosage.max_dose_per_administration.as_ref().map(quantity),
    }
}

fn single_dose(entry: &fhir::DoseAndRate<'_>) -> Option<dose::Dose> {
    let amount = entry
        .dose_range_high
        .as_ref()
        .or(entry.dose_quantity.as_ref())
        .or(entry.dose_range_low.as_ref())?;
    Some(dose::Dose {
        kind: kind(entry.kind.as_ref()),
        amount: quantity(amount),
    })
}

fn kind(concept: Option<&fhir::CodeableConcept<'_>>) -> dose::DoseKind {
    let named = |word: &str| {
        concept.is_some_and(|c| {
            c.coding
                .iter()
                .filter_map(|coding| coding.code.as_deref())
                .chain(c.text.as_deref())
                .any(|text| text.eq_ignore_ascii_case(word))
        })
    };
    if named("ordered") {
        dose::DoseKind::Ordered
    } else if named("calculated") {
        dose::DoseKind::Calculated
    } else if named("admin-amount") {
        dose::DoseKind::AdminAmount
    } else {
        dose::DoseKind::Other
    }
}

fn timing(timing: &fhir::Timing<'_>) -> dose::Timing {
    let repeat = timing.repeat.as_ref();
    let mut days: Vec<&str> = repeat.map_or(Vec::new(), |r| {
        r.day_of_week.iter().map(AsRef::as_ref).collect()
    });
    days.sort_unstable();
    days.dedup();
    dose::Timing {
        frequency: repeat.and_then(|r| r.frequency),
        frequency_max: repeat.and_then(|r| r.frequency_max),
        period: repeat.and_then(|r| r.period),
        period_unit: repeat
            .and_then(|r| r.period_unit.as_deref())
            .map(str::to_owned),
        times_of_day: count(repeat.map_or(0, |r| r.time_of_day.len())),
        when: count(repeat.map_or(0, |r| r.when.len())),
        days_of_week: count(days.len()),
        codes: timing.code.as_ref().map_or(Vec::new(), |concept| {
            concept
                .coding
                .iter()
                .filter_map(|coding| coding.code.as_deref().or(coding.display.as_deref()))
                .chain(concept.text.as_deref())
                .map(str::to_owned)
                .collect()
        }),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A quantity as the arithmetic reads it.
pub(super) fn quantity(quantity: &fhir::Quantity<'_>) -> dose::Quantity {
    dose::Quantity {
        value: quantity.value,
        unit: quantity.unit.as_deref().map(str::to_owned),
        code: quantity.code.as_deref().map(str::to_owned),
    }
}
