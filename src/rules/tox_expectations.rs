//! `tox-expectations`: a urine drug test is drafted: what to say before the cup (sheet 4.20).
//!
//! Knows whether it is the first one, and which medicines of this person a screen does not see or may mistake.
//! Refuses to ask for a test: that is a line at most, and the choice of two people.

#[cfg(test)]
mod tests;

use super::naming::{day, fact, slots};
use super::{Answer, Fact, Finding, Slot, course, named};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Snapshot};
use crate::wire::Indicator;
use jiff::ToSpan;

/// Months after which a test is named as one thing to weigh in long-term treatment.
const LINE_MONTHS: i64 = 12;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if !snapshot.toxicology.drafted.is_empty() {
        return Answer::Fires(vec![before_the_cup(snapshot)]);
    }
    match due(snapshot) {
        Ok(last) => Answer::Fires(vec![line(snapshot, last)]),
        Err(answer) => answer,
    }
}

fn before_the_cup(snapshot: &Snapshot) -> Finding {
    let tests = &snapshot.toxicology;
    let (case, last) = match &tests.last_test {
        Known::Yes(date) => ("again", Some(*date)),
        Known::No => ("first", None),
        Known::Unsure(_) => ("unknown", None),
    };
    Finding {
        indicator: Some(Indicator::Info),
        case,
        slots: slots([("date", day(last))]),
        facts: facts(snapshot, last),
        doubts: gaps(snapshot),
        drafts: tests
            .drafted
            .iter()
            .map(|test| test.reference.clone())
            .collect(),
        suggest: Vec::new(),
        because: vec![format!("{} is drafted.", tests.drafted[0].name)],
    }
}

fn facts(snapshot: &Snapshot, last: Option<FactDate>) -> Vec<Fact> {
    let tests = &snapshot.toxicology;
    let mut facts = Vec::new();
    // Not known is not none: then the gap stands in its place.
    if tests.last_test.doubt().is_none() {
        let filled = slots([("date", day(last))]);
        facts.push(fact("last-test", filled, Vec::new()));
    }
    let taken: Vec<&MedicineRow> = snapshot
        .after()
        .filter(|row| row.medicine.is_opioid() || named::is_benzodiazepine(row))
        .collect();
    facts.extend(taken.iter().map(|row| named::opioid(row)));
    if !tests.unseen.is_empty() {
        let medicines = Slot::List(tests.unseen.clone());
        facts.push(fact("unseen", slots([("medicines", medicines)]), Vec::new()));
    }
    if !tests.mistaken.is_empty() {
        let (medicines, substances): (Vec<_>, Vec<_>) = tests.mistaken.iter().cloned().unzip();
        let filled = slots([
            ("medicines", Slot::List(medicines)),
            ("substances", Slot::List(substances)),
        ]);
        facts.push(fact("mistaken", filled, Vec::new()));
    }
    facts
}

fn gaps(snapshot: &Snapshot) -> Vec<Doubt> {
    let medications = snapshot.unread(Query::Medications);
    let last = snapshot.toxicology.last_test.doubt().cloned();
    named::once(medications.into_iter().chain(last))
}

/// Long-term treatment goes on without a test in 12 months, and nothing speaks against naming one.
fn due(snapshot: &Snapshot) -> Result<Option<FactDate>, Answer> {
    if !snapshot.drafts().any(|row| row.is_pain_opioid()) {
        return Err(course::none_drafted(snapshot));
    }
    match &snapshot.history.long_term {
        Known::Yes(_) => {}
        Known::No => return Err(Answer::silent("No urine drug test is drafted, and use is not long-term.")),
        Known::Unsure(doubt) => return Err(Answer::CannotTell(vec![doubt.clone()])),
    }
    if snapshot.toxicology.cost_barrier {
        return Err(Answer::silent("Money is short on the record: no test is named."));
    }
    let since = snapshot.as_of.saturating_sub(LINE_MONTHS.months());
    match &snapshot.toxicology.last_test {
        Known::Yes(date) if date.date >= since => Err(Answer::silent(format!(
            "The last urine drug test was on {}.",
            date.day()
        ))),
        Known::Yes(date) => Ok(Some(*date)),
        Known::No => Ok(None),
        Known::Unsure(doubt) => Err(Answer::CannotTell(vec![doubt.clone()])),
    }
}

fn line(snapshot: &Snapshot, last: Option<FactDate>) -> Finding {
    let drafts = snapshot.drafts().filter(|row| row.is_pain_opioid());
    Finding {
        indicator: None,
        case: "line",
        slots: slots([("date", day(last))]),
        facts: Vec::new(),
        doubts: Vec::new(),
        drafts: drafts.map(|row| row.reference.clone()).collect(),
        suggest: Vec::new(),
        because: vec![format!(
            "Use is long-term, and no urine drug test was found in {LINE_MONTHS} months."
        )],
    }
}
