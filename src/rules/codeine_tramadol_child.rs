//! `codeine-tramadol-child`: codeine, tramadol or an opioid cough medicine for somebody under 18 (sheet 4.3).
//!
//! Knows the label's ages and which conditions count between 12 and 17.
//! Refuses to propose another medicine or a dose.

#[cfg(test)]
mod tests;

use super::codeine::{
    delete, holds, is_codeine_or_tramadol, is_cough_or_cold, is_hydrocodone_cough, medicine_fact,
};
use super::naming::{fact, note_doubt, slots, text, text_or_empty, unidentified};
use super::{Answer, Fact, Finding, Slot, drafted, named};
use crate::fhir::Query;
use crate::patient::{ConditionFact, Doubt, FactDate, Known, MedicineRow, Snapshot, Surgery};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

/// Labels: contraindicated below this age.
const CHILD: i64 = 12;
/// From here on labels speak of adults.
const ADULT: i64 = 18;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if snapshot.age.is_some_and(|age| age >= ADULT) {
        return Answer::silent("18 or older.");
    }
    let drafts: Vec<_> = snapshot
        .drafts()
        .filter(|row| is_codeine_or_tramadol(row) || is_hydrocodone_cough(row))
        .collect();
    if drafts.is_empty() {
        let unidentified = unidentified(snapshot);
        return if unidentified.is_empty() {
            Answer::silent("No codeine, tramadol or opioid cough medicine is drafted.")
        } else {
            Answer::CannotTell(unidentified)
        };
    }
    let Some(age) = snapshot.age else {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]);
    };
    let reasons = Reasons::of(snapshot);
    let findings: Vec<_> = drafts
        .iter()
        .filter_map(|draft| finding(snapshot, draft, age, &reasons))
        .collect();
    if !findings.is_empty() {
        return Answer::Fires(findings);
    }
    if !reasons.open.is_empty() {
        return Answer::CannotTell(reasons.open);
    }
    Answer::silent(format!(
        "Age {age}, and none of the conditions that labels name was found; single-ingredient use under 18 is off-label."
    ))
}

/// What counts between 12 and 17, as far as it could be read.
struct Reasons {
    surgery: Option<Surgery>,
    /// Conditions and sedatives.
    others: Vec<Fact>,
    /// How the first of them is called in a summary.
    first: Option<String>,
    open: Vec<Doubt>,
}

impl Reasons {
    fn of(snapshot: &Snapshot) -> Reasons {
        let found = &snapshot.precautions;
        let mut open = Vec::new();
        note_doubt(&mut open, &found.throat_surgery);
        let mut others = Vec::new();
        let mut first = None;
        let conditions: [(&'static str, &Known<ConditionFact>); 3] = [
            ("obesity", &found.obesity),
            ("sleep-breathing", &snapshot.facts.sleep_breathing),
            ("lung", &found.severe_lung),
        ];
        for (key, known) in conditions {
            note_doubt(&mut open, known);
            if let Some(row) = known.yes() {
                let name = if key == "obesity" {
                    // A percentile's display is longer than a summary.
                    key.to_owned()
                } else {
                    named::inline(&row.name)
                };
                first = first.or(Some(name));
                others.push(named::dated(key, row));
            }
        }
        for row in sedatives(snapshot) {
            first = first.or(Some(row.medicine.short_name.clone()));
            others.push(if row.is(ValueSet::Benzodiazepine) {
                named::benzodiazepine(snapshot, row)
            } else {
                named::sedative(row)
            });
        }
        let unread = snapshot.unread(Query::Medications);
        open.extend(unread.filter(|doubt| !open.contains(doubt)));
        Reasons {
            surgery: found.throat_surgery.yes().cloned(),
            others,
            first,
            open,
        }
    }
}

/// Current or drafted: one that this call stops still acts.
fn sedatives(snapshot: &Snapshot) -> impl Iterator<Item = &MedicineRow> {
    snapshot
        .rows
        .iter()
        .filter(|row| (row.before || row.after) && drafted::is_sedating(row))
}

/// The draft's own reason names tonsil or adenoid surgery.
fn surgery_by_reason(draft: &MedicineRow) -> Option<Surgery> {
    let words = draft.reason.as_deref().unwrap_or_default().to_lowercase();
    let named = ["tonsillectom", "adenoidectom", "adenotonsillectom"]
        .iter()
        .any(|word| words.contains(word))
        || (words.contains("surgery") && (words.contains("tonsil") || words.contains("adenoid")));
    (named || draft.reason_sets.has(ValueSet::ThroatSurgery)).then(|| Surgery {
        name: draft
            .reason
            .clone()
            .unwrap_or_else(|| "tonsil or adenoid surgery".to_owned()),
        date: None,
        planned: false,
        reference: draft.reference.clone(),
    })
}

fn finding(
    snapshot: &Snapshot,
    draft: &MedicineRow,
    age: i64,
    reasons: &Reasons,
) -> Option<Finding> {
    let risky = is_codeine_or_tramadol(draft);
    let surgery = surgery_by_reason(draft).or(reasons.surgery.clone());
    let cough = is_cough_or_cold(draft) && !holds(draft, "tramadol");
    let (case, indicator) = if risky && age < CHILD {
        ("under-12", Indicator::Critical)
    } else if risky && surgery.is_some() {
        ("surgery", Indicator::Critical)
    } else if risky && !reasons.others.is_empty() {
        ("condition", Indicator::Warning)
    } else if cough {
        ("cough", Indicator::Warning)
    } else {
        return None;
    };
    let young = age < CHILD;
    let mut facts = vec![age_fact(age), medicine_fact(draft)];
    facts.extend(surgery.as_ref().filter(|_| risky).map(surgery_fact));
    facts.extend(reasons.others.iter().filter(|_| risky).cloned());
    let because = because(draft, age, case);
    Some(Finding {
        indicator: Some(indicator),
        case,
        slots: slots([
            ("medicine", text(&draft.medicine.short_name)),
            ("subject", text(named::subject(&draft.medicine.short_name))),
            ("age", text(age.to_string())),
            ("name", text_or_empty(reasons.first.clone())),
            ("teen", Slot::Flag(!young)),
        ]),
        facts,
        // Under 12 nothing else decides.
        doubts: if young { Vec::new() } else { reasons.open.clone() },
        drafts: vec![draft.reference.clone()],
        suggest: delete(snapshot, draft),
        because,
    })
}

fn age_fact(age: i64) -> Fact {
    fact("age", slots([("age", text(age.to_string()))]), Vec::new())
}

fn surgery_fact(surgery: &Surgery) -> Fact {
    let filled = slots([
        ("name", text(named::inline(&surgery.name))),
        ("date", text_or_empty(surgery.date.map(FactDate::day))),
        ("planned", Slot::Flag(surgery.planned)),
    ]);
    fact("surgery", filled, vec![surgery.reference.clone()])
}

fn because(draft: &MedicineRow, age: i64, case: &str) -> Vec<String> {
    let why = match case {
        "under-12" => "under 12 the label says no",
        "surgery" => "after tonsil or adenoid surgery the label says no under 18",
        "condition" => "a condition or medicine that labels warn of is there",
        _ => "opioid cough and cold medicines are labelled for adults only",
    };
    vec![format!(
        "{} is drafted at age {age}: {why}.",
        draft.medicine.name
    )]
}
