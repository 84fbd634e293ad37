//! Which rows of the problem list may be used (catalogue section 2, P-CONDITION), and how they are named.

use super::coverage::minus_months;
use super::{ConditionFact, FactDate};
use crate::fhir::resources::{CodeableConcept, Condition, Reference};
use crate::fhir::{Record, When};
use crate::terminology::{CodingRef, Sets, Terminology, ValueSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// May a row be used as it stands?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// P-CONDITION.
    Usable,
    /// P-CONDITION-EVER only: resolved, in remission, inactive.
    Past,
    /// Unconfirmed, provisional or differential: never fires, may be named.
    Unconfirmed,
    /// An encounter diagnosis older than twelve months, or without a date.
    Stale,
}

/// One row with its sets.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) sets: Sets,
    pub(super) usage: Use,
    pub(super) fact: ConditionFact,
    /// Has an ICD-10-CM code.
    pub(super) has_icd: bool,
    /// Onset, else recorded, else the linked encounter's start, as a day.
    pub(super) dated: Option<Date>,
    /// clinicalStatus is remission.
    pub(super) in_remission: bool,
    /// Display and text, in lower case.
    pub(super) text: String,
}

/// All rows that are not entered in error or refuted.
pub(super) fn rows(
    record: &Record<'_>,
    terminology: &Terminology,
    as_of: Date,
    zone: &TimeZone,
) -> Vec<Row> {
    record
        .conditions
        .iter()
        .filter_map(|condition| row(condition, record, terminology, (as_of, zone)))
        .collect()
}

fn row(
    condition: &Condition<'_>,
    record: &Record<'_>,
    terminology: &Terminology,
    (as_of, zone): (Date, &TimeZone),
) -> Option<Row> {
    let verification = word(condition.verification_status.as_ref());
    if matches!(
        verification.as_deref(),
        Some("entered-in-error" | "refuted")
    ) {
        return None;
    }
    let code = condition.code.as_ref()?;
    let sets = sets_of(terminology, code);
    let encounter_start =
        encounter(record, condition.encounter.as_ref()).map(|when| fact_date(when, zone));
    let recorded = condition.recorded_date.map(|when| fact_date(when, zone));
    let onset = condition.onset.map(|when| fact_date(when, zone));
    let date = onset.or(recorded).or(encounter_start);
    let usage = if matches!(
        verification.as_deref(),
        Some("unconfirmed" | "provisional" | "differential")
    ) {
        Use::Unconfirmed
    } else if is_stale(condition, recorded.or(encounter_start), as_of) {
        Use::Stale
    } else if is_active(condition, as_of, zone) {
        Use::Usable
    } else {
        Use::Past
    };
    Some(Row {
        sets,
        usage,
        fact: ConditionFact {
            name: name(terminology, code, sets),
            date,
            reference: reference("Condition", condition.id.as_deref()),
        },
        has_icd: code.coding.iter().any(|c| {
            matches!(
                c.system
                    .as_deref()
                    .and_then(crate::terminology::System::read),
                Some(crate::terminology::System::Icd10Cm)
            )
        }),
        dated: date.map(|date| date.date),
        in_remission: word(condition.clinical_status.as_ref()).as_deref() == Some("remission"),
        text: words(terminology, code),
    })
}

/// An encounter diagnosis counts for twelve months from its recording, else from its encounter.
fn is_stale(condition: &Condition<'_>, recorded: Option<FactDate>, as_of: Date) -> bool {
    let categories: Vec<_> = condition
        .category
        .iter()
        .filter_map(|category| word(Some(category)))
        .collect();
    let is = |name: &str| categories.iter().any(|category| category == name);
    if !is("encounter-diagnosis") || is("problem-list-item") || is("health-concern") {
        return false;
    }
    recorded.is_none_or(|recorded| recorded.date < minus_months(as_of, 12))
}

fn is_active(condition: &Condition<'_>, as_of: Date, zone: &TimeZone) -> bool {
    match word(condition.clinical_status.as_ref()).as_deref() {
        Some("active" | "recurrence" | "relapse") => true,
        Some("resolved" | "remission" | "inactive") => false,
        _ => match condition.abatement {
            Some(abatement) => abatement.start(zone) > as_of,
            None => !condition.abated,
        },
    }
}

/// When the linked encounter began.
fn encounter(record: &Record<'_>, link: Option<&Reference<'_>>) -> Option<When> {
    let id = tail(link?.reference.as_deref()?);
    record
        .encounters
        .iter()
        .find(|e| e.id.as_deref() == Some(id))?
        .period?
        .start
}

/// The sets of all codings together.
pub(super) fn sets_of(terminology: &Terminology, concept: &CodeableConcept<'_>) -> Sets {
    concept.coding.iter().fold(Sets::EMPTY, |sets, coding| {
        sets.union(terminology.sets_of(coding_ref(coding)))
    })
}

/// A coding as the terminology asks for it.
pub(super) fn coding_ref<'a>(coding: &'a crate::fhir::resources::Coding<'_>) -> CodingRef<'a> {
    CodingRef {
        system: coding.system.as_deref(),
        code: coding.code.as_deref(),
        display: coding.display.as_deref(),
    }
}

/// The first code, else the text, in lower case: for status and category words.
pub(super) fn word(concept: Option<&CodeableConcept<'_>>) -> Option<String> {
    let concept = concept?;
    let text = concept
        .coding
        .iter()
        .find_map(|coding| coding.code.as_deref())
        .or(concept.text.as_deref())?;
    Some(text.trim().to_ascii_lowercase())
}

/// Display or text, all of it, in lower case: for the few rules that look at words.
fn words(terminology: &Terminology, concept: &CodeableConcept<'_>) -> String {
    let mut all: Vec<&str> = concept.text.as_deref().into_iter().collect();
    for coding in &concept.coding {
        all.extend(
            coding
                .display
                .as_deref()
                .or_else(|| terminology.display(coding_ref(coding))),
        );
    }
    all.join(" | ").to_lowercase()
}

/// How a concept is shown; some displays are re-labelled (language guide section 5).
fn name(terminology: &Terminology, concept: &CodeableConcept<'_>, sets: Sets) -> String {
    use ValueSet::*;
    let shown =
        text_of(terminology, concept).unwrap_or_else(|| "a condition without a name".into());
    if sets.has(OpioidOverdose) {
        "opioid overdose".into()
    } else if sets.has(OpioidUseDisorderRemission) {
        "opioid use disorder, in remission".into()
    } else if sets.has(OpioidUseDisorder) {
        if concept.coding.iter().any(|c| {
            c.code
                .as_deref()
                .is_some_and(|code| code.starts_with("F11.1"))
        }) {
            "opioid use disorder, mild".into()
        } else if sets.has(OpioidDependenceCode) {
            "opioid use disorder (check: code may mean physical dependence)".into()
        } else {
            "opioid use disorder".into()
        }
    } else if sets.has(AlcoholUseDisorder) {
        "alcohol use disorder".into()
    } else if sets.has(OtherSubstanceUseDisorder) {
        "substance use disorder".into()
    } else {
        shown
    }
}

/// How a concept that is said to have a name is shown: re-labelled like a condition of the problem list.
pub(super) fn shown(terminology: &Terminology, concept: &CodeableConcept<'_>) -> Option<String> {
    text_of(terminology, concept)?;
    Some(name(terminology, concept, sets_of(terminology, concept)))
}

/// Text, else a display, else the tables' name; without SNOMED's tag in brackets.
pub(super) fn text_of(terminology: &Terminology, concept: &CodeableConcept<'_>) -> Option<String> {
    let shown = concept
        .text
        .as_deref()
        .or_else(|| {
            concept
                .coding
                .iter()
                .find_map(|coding| coding.display.as_deref())
        })
        .or_else(|| {
            concept
                .coding
                .iter()
                .find_map(|coding| terminology.display(coding_ref(coding)))
        })?
        .trim();
    let tags = [
        "(disorder)",
        "(finding)",
        "(situation)",
        "(procedure)",
        "(regime/therapy)",
        "(morphologic abnormality)",
    ];
    let cut = tags
        .iter()
        .find_map(|tag| shown.strip_suffix(tag))
        .unwrap_or(shown)
        .trim();
    (!cut.is_empty()).then(|| cut.to_owned())
}

/// `Type/id`.
pub(super) fn reference(kind: &str, id: Option<&str>) -> String {
    format!("{kind}/{}", id.unwrap_or_default())
}

/// The last segment of a reference: its id.
pub(super) fn tail(reference: &str) -> &str {
    let reference = reference.split("/_history/").next().unwrap_or(reference);
    reference.rsplit('/').next().unwrap_or(reference)
}

/// `Type/id` of a reference that may be absolute or versioned.
pub(super) fn relative(reference: &str) -> String {
    let reference = reference.split("/_history/").next().unwrap_or(reference);
    let mut parts = reference.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(id), Some(kind)) if !kind.is_empty() => format!("{kind}/{id}"),
        _ => reference.to_owned(),
    }
}

/// A date of the record in the site's zone.
pub(super) fn fact_date(when: When, zone: &TimeZone) -> FactDate {
    FactDate {
        date: when.start(zone),
        precision: when.precision,
    }
}
