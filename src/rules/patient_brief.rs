//! `patient-brief`: one card that says who this is, what the regimen is, and what to talk about (sheet 4.32).
//!
//! Knows which chart gets a brief, its lines 1 to 7 except what is due (other rules speak for that), and the prompt that is chosen.
//! Refuses to compute anything: every number stands in the snapshot.

mod lines;
#[cfg(test)]
mod tests;

use super::{Answer, Finding, care_coordination, named, surprise};
use crate::fhir::Query;
use crate::patient::{Doubt, Snapshot};
use crate::wire::Indicator;
use rust_decimal::Decimal;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if snapshot.inpatient_encounter {
        return Answer::silent("Inpatient encounter: no brief.");
    }
    let Some(because) = subject(snapshot) else {
        return absent(snapshot);
    };
    if !snapshot.is_partly_read(Query::Medications) {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Medications)]);
    }
    Answer::Fires(vec![finding(snapshot, because)])
}

/// Why this chart gets a brief.
fn subject(snapshot: &Snapshot) -> Option<&'static str> {
    let facts = &snapshot.facts;
    if snapshot.before().any(|row| row.moud) || facts.moud.is_yes() {
        return Some("Medication for opioid use disorder is current.");
    }
    if snapshot.before().any(|row| row.medicine.is_opioid()) {
        return Some("An opioid is current.");
    }
    if facts.oud.is_yes() {
        return Some("Opioid use disorder is on the problem list.");
    }
    (!snapshot.history.recent.is_empty()).then_some("An opioid covered part of the last 90 days.")
}

fn absent(snapshot: &Snapshot) -> Answer {
    let medications = snapshot.unread(Query::Medications);
    let facts = &snapshot.facts;
    let doubts = [facts.oud.doubt(), facts.moud.doubt()]
        .into_iter()
        .flatten()
        .cloned();
    let doubts: Vec<_> = medications.into_iter().chain(doubts).collect();
    if doubts.is_empty() {
        return Answer::silent("No opioid, treatment or opioid use disorder in the data received.");
    }
    Answer::CannotTell(named::once(doubts))
}

fn finding(snapshot: &Snapshot, because: &'static str) -> Finding {
    let mood = snapshot.facts.phq_item9.is_yes();
    let short = snapshot.scope.out.is_yes();
    let mut reasons = vec![because.to_owned()];
    if short {
        reasons.push("Short form: outside the scope of the guideline.".to_owned());
    }
    if mood {
        reasons.push("PHQ-9 item 9 was above 0 within 30 days.".to_owned());
    }
    Finding {
        indicator: Some(if mood {
            Indicator::Warning
        } else {
            Indicator::Info
        }),
        case: prompt(snapshot),
        slots: lines::slots(snapshot, short),
        // The lines are words of the card; the rows behind them belong to its evidence.
        facts: vec![named::fact(
            "regimen",
            named::slots([]),
            lines::evidence(snapshot),
        )],
        // Line 7 says what could not be read.
        doubts: Vec::new(),
        drafts: Vec::new(),
        suggest: Vec::new(),
        because: reasons,
    }
}

/// A score from which mood or anxiety is worth a conversation (sheet 4.30).
const SCORE: Decimal = Decimal::from_parts(10, 0, 0, false, 0);

/// The prompt, in the order of the sheet: a surprise in a test, change planned, new to the clinician, mood and daily life, goals, a check-in.
///
/// Thoughts of self-harm come before everything: the brief opens with them.
fn prompt(snapshot: &Snapshot) -> &'static str {
    let (facts, care) = (&snapshot.facts, &snapshot.care);
    let on_opioid = snapshot.before().any(|row| row.is_pain_opioid());
    let own_goal = facts.goal.yes().is_some_and(|goal| goal.by_patient);
    let scores = [&care.phq9, &care.gad7];
    let is_low = scores
        .into_iter()
        .flatten()
        .any(|score| score.value >= SCORE);
    let choices = [
        (facts.phq_item9.is_yes(), "mood"),
        (
            !snapshot.scope.out.is_yes() && surprise::is_surprised(snapshot),
            "surprise",
        ),
        (on_opioid && facts.taper_plan.is_yes(), "change"),
        (care_coordination::joins(snapshot).is_yes(), "new"),
        (is_low, "low"),
        (care.barriers.is_yes(), "visits"),
        (own_goal, "goal"),
        (on_opioid, "goals"),
    ];
    let chosen = choices.into_iter().find(|(holds, _)| *holds);
    chosen.map_or("check-in", |(_, case)| case)
}
