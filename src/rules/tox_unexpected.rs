//! `tox-unexpected`: a urine drug test says something that the list of medicines does not (sheet 4.21).
//!
//! Knows what is expected, what has a possible innocent explanation, and what a quick test cannot settle.
//! Refuses to conclude anything about a person.

#[cfg(test)]
mod tests;

use super::naming::{day, fact, slots, text};
use super::surprise::{Outcome, concerns_opioids, surprises};
use super::{Answer, Fact, Finding, Proposal, Reason, Slot, Suggest, named};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, Snapshot, ToxResult, ToxSet};
use crate::terminology::TestMethod;
use crate::wire::Indicator;

/// The substance after which rescue naloxone is offered whatever else holds.
const FENTANYL: &str = "fentanyl";

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let set = match &snapshot.toxicology.newest {
        Known::Yes(set) => set,
        Known::No => {
            return Answer::silent("No final urine drug test result of the last 90 days.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    };
    if !concerns_opioids(snapshot) {
        return Answer::silent("No opioid, benzodiazepine or treatment is current or recent.");
    }
    if let Some(later) = &set.followed_by {
        return Answer::silent(format!("{} followed the test.", later.name));
    }
    let found = surprises(snapshot, set);
    if !found.is_empty() {
        return Answer::Fires(vec![finding(snapshot, set, &found)]);
    }
    if set.unreadable > 0 {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Laboratory)]);
    }
    Answer::silent(format!(
        "Every result of {} is explained by the list of medicines or cannot be seen by the test.",
        set.date.day()
    ))
}

fn finding(snapshot: &Snapshot, set: &ToxSet, found: &[(&ToxResult, Outcome)]) -> Finding {
    let (first, outcome) = &found[0];
    let conclusive = found
        .iter()
        .any(|(_, outcome)| *outcome == Outcome::Definitive);
    Finding {
        indicator: Some(Indicator::Info),
        case: outcome.case(),
        slots: slots([
            ("analyte", text(&first.analyte)),
            ("subject", text(named::subject(&first.analyte))),
            ("positive", Slot::Flag(first.positive)),
            ("date", text(set.date.day())),
            ("explanation", text(explanations(first).join(" or "))),
            (
                "poppy",
                Slot::Flag(found.iter().any(|(result, _)| may_be_poppy(result))),
            ),
        ]),
        facts: found
            .iter()
            .map(|(result, outcome)| result_fact(set, result, *outcome))
            .collect(),
        doubts: gaps(snapshot),
        drafts: Vec::new(),
        suggest: suggestions(snapshot, found, conclusive),
        because: found
            .iter()
            .map(|(result, outcome)| because(set, result, *outcome))
            .collect(),
    }
}

/// Poppy seeds are in no record: ask.
fn may_be_poppy(result: &ToxResult) -> bool {
    result.positive && matches!(result.analyte.as_str(), "opiates" | "morphine" | "codeine")
}

/// What of this person's list or week may stand behind a positive result.
fn explanations(result: &ToxResult) -> Vec<String> {
    let crossed = result.crossed_by.iter().map(|one| one.medicine.clone());
    let care = result.care_before.iter().map(|care| match care.date {
        Some(date) => format!("{} on {}", named::inline(&care.name), date.day()),
        None => named::inline(&care.name),
    });
    named::once(crossed.chain(care))
}

fn result_fact(set: &ToxSet, result: &ToxResult, outcome: Outcome) -> Fact {
    let missing: Vec<String> = result
        .missing
        .iter()
        .map(|one| one.medicine.clone())
        .collect();
    let since = result
        .missing
        .first()
        .or(result.crossed_by.first())
        .and_then(|one| one.since);
    let rows = result.missing.iter().chain(&result.crossed_by);
    let mut evidence = vec![result.reference.clone()];
    evidence.extend(rows.map(|one| one.reference.clone()));
    evidence.extend(result.care_before.iter().map(|care| care.reference.clone()));
    let filled = slots([
        ("analyte", text(named::subject(&result.analyte))),
        ("positive", Slot::Flag(result.positive)),
        ("date", text(set.date.day())),
        ("method", text(method(result.method))),
        ("explanations", Slot::List(explanations(result))),
        ("missing", Slot::List(missing)),
        ("since", day(since)),
        ("unexpected", Slot::Flag(outcome != Outcome::Explained)),
    ]);
    fact("result", filled, evidence)
}

fn method(method: TestMethod) -> &'static str {
    match method {
        TestMethod::Presumptive => "quick screen, presumptive",
        TestMethod::Definitive => "definitive test",
        TestMethod::Unstated => "method not stated, taken as presumptive",
    }
}

fn gaps(snapshot: &Snapshot) -> Vec<Doubt> {
    [Query::Encounters, Query::Procedures]
        .into_iter()
        .filter_map(|query| snapshot.unread(query))
        .collect()
}

fn suggestions(
    snapshot: &Snapshot,
    found: &[(&ToxResult, Outcome)],
    conclusive: bool,
) -> Vec<Suggest> {
    let suggest = |key, proposal| Suggest {
        key,
        slots: slots([]),
        proposal,
        recommended: false,
    };
    let mut suggested = Vec::new();
    let fentanyl = found
        .iter()
        .any(|(result, _)| result.positive && result.analyte == FENTANYL);
    if fentanyl && !snapshot.facts.naloxone.is_yes() {
        let reasons = vec![Reason {
            condition: None,
            text: "fentanyl in a urine drug test".to_owned(),
        }];
        suggested.push(suggest("naloxone", Proposal::Naloxone { reasons }));
    }
    let open = found
        .iter()
        .any(|(result, _)| result.method != TestMethod::Definitive);
    if open {
        let proposal = Proposal::ServiceRequest { due_days: Some(7) };
        suggested.push(suggest("definitive-test", proposal));
    }
    let not_prescribed = found
        .iter()
        .any(|(result, outcome)| result.positive && *outcome == Outcome::Definitive);
    if conclusive && not_prescribed {
        let proposal = Proposal::Task {
            due_days: Some(14),
            focus: None,
        };
        suggested.push(suggest("oud-assessment", proposal));
    }
    suggested
}

fn because(set: &ToxSet, result: &ToxResult, outcome: Outcome) -> String {
    let found = if result.positive { "positive" } else { "negative" };
    let why = match outcome {
        Outcome::Definitive => "no medicine of the list accounts for it",
        Outcome::Presumptive => "not accounted for, and not confirmed",
        Outcome::Explained => "with a possible explanation",
    };
    format!(
        "{} {found} on {} ({}): {why}.",
        named::subject(&result.analyte),
        set.date.day(),
        method(result.method)
    )
}
