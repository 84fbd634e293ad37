//! One result of a urine drug test: positive, negative, or neither.
//!
//! Knows codes, words and numbers that say so.
//! Refuses to know medicines.

use crate::fhir::resources::{CodeableConcept, ObservationValue};
use crate::patient::FactDate;
use crate::patient::conditions::{coding_ref, fact_date, reference, sets_of, text_of};
use crate::patient::evidence::Sources;
use crate::terminology::{Terminology, TestMethod, ValueSet};
use rust_decimal::Decimal;

/// A result as it stands in the record.
pub(super) struct Reading {
    pub(super) analyte: String,
    pub(super) method: TestMethod,
    /// `None`: it says neither.
    pub(super) positive: Option<bool>,
    pub(super) date: FactDate,
    pub(super) reference: String,
}

/// All final results that name a substance of the tables.
pub(super) fn readings(sources: &Sources<'_>) -> Vec<Reading> {
    let mut readings = Vec::new();
    for observation in &sources.record.observations {
        let is_final = matches!(
            observation.status.as_deref(),
            Some("final" | "amended" | "corrected")
        );
        let when = observation.effective.or(observation.issued);
        let Some(when) = when.filter(|_| is_final) else {
            continue;
        };
        let date = fact_date(when, sources.zone);
        if date.date > sources.as_of {
            continue;
        }
        let interpreted = observation
            .interpretation
            .iter()
            .find_map(|code| interpretation(sources.terminology, code));
        let mut take = |code: Option<&CodeableConcept<'_>>,
                        said: &ObservationValue<'_>,
                        interpreted: Option<bool>| {
            if let Some((analyte, method)) = code.and_then(|code| tested(sources.terminology, code))
            {
                let positive = value(sources, said, interpreted, method).or(interpreted);
                readings.push(Reading {
                    analyte,
                    method,
                    positive,
                    date,
                    reference: reference("Observation", observation.id.as_deref()),
                });
            }
        };
        take(observation.code.as_ref(), &observation.value, interpreted);
        for part in &observation.component {
            take(part.code.as_ref(), &part.value, None);
        }
    }
    readings
}

fn tested(terminology: &Terminology, code: &CodeableConcept<'_>) -> Option<(String, TestMethod)> {
    let table = terminology.toxicology();
    code.coding
        .iter()
        .find_map(|coding| table.test(coding_ref(coding)))
        .map(|(analyte, method)| (analyte.to_owned(), method))
}

/// POS, NEG, DET, ND, A, N of HL7's interpretation codes, else words.
fn interpretation(terminology: &Terminology, code: &CodeableConcept<'_>) -> Option<bool> {
    let by_code = code.coding.iter().find_map(|coding| {
        match coding.code.as_deref()?.trim().to_ascii_uppercase().as_str() {
            "POS" | "DET" | "A" | "AA" | "H" | "HH" => Some(true),
            "NEG" | "ND" | "N" => Some(false),
            _ => None,
        }
    });
    by_code.or_else(|| words(&text_of(terminology, code)?))
}

fn value(
    sources: &Sources<'_>,
    value: &ObservationValue<'_>,
    interpreted: Option<bool>,
    method: TestMethod,
) -> Option<bool> {
    if let Some(concept) = &value.concept {
        let sets = sets_of(sources.terminology, concept);
        if sets.has(ValueSet::ResultPositive) || sets.has(ValueSet::ResultNegative) {
            return Some(sets.has(ValueSet::ResultPositive));
        }
        return words(&text_of(sources.terminology, concept)?);
    }
    if let Some(said) = value.string.as_deref().and_then(words) {
        return Some(said);
    }
    if let Some(said) = value.boolean {
        return Some(said);
    }
    let number = value.quantity.as_ref()?.value?;
    match value.comparator.as_deref() {
        Some("<" | "<=") => Some(false),
        _ if number <= Decimal::ZERO => Some(false),
        // A confirmation prints an amount only where it passes the cut-off; a screen's number needs its cut-off beside it.
        _ => interpreted.or((method == TestMethod::Definitive).then_some(true)),
    }
}

/// "Not detected", "NEG", "Presumptive positive" …; anything else says nothing.
fn words(text: &str) -> Option<bool> {
    let text = text.trim().to_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
    if starts(&[
        "neg",
        "not det",
        "none det",
        "not pres",
        "absent",
        "undetected",
    ]) || text == "nd"
    {
        return Some(false);
    }
    let affirmed = text
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "pos" | "positive" | "detected" | "present"));
    let open = [
        "pending",
        "inconclusive",
        "not ",
        "cancel",
        "invalid",
        "quantity",
    ];
    (affirmed && !open.iter().any(|word| text.contains(word))).then_some(true)
}
