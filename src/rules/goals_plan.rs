//! `goals-plan`: a longer course begins or grows, and no goal or shared plan is found (sheet 4.17).
//!
//! Knows start, increase and steady treatment, and what counts as a plan.
//! Refuses to speak at a plain renewal: nobody sets a goal there; the brief holds the line.

#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Finding, Proposal, Slot, Suggest, course, named};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Snapshot};
use crate::wire::Indicator;
use course::Rise;
use jiff::ToSpan;

/// Days until the PEG questions are asked.
const ASK_DAYS: u32 = 28;

/// Why a goal is a question now.
enum Occasion<'a> {
    Start(Vec<&'a MedicineRow>),
    Raised(Vec<&'a MedicineRow>, Rise),
    Steady,
}

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if let Known::Yes(plan) = &snapshot.care.plan {
        let date = plan.date.map(FactDate::month_year).unwrap_or_default();
        return Answer::silent(format!(
            "A goal or plan is recorded: {} {date}.",
            plan.reference
        ));
    }
    let occasion = if snapshot.hook.is_order() {
        drafted(snapshot)
    } else {
        steady(snapshot)
    };
    let occasion = match occasion {
        Ok(occasion) => occasion,
        Err(answer) => return answer,
    };
    match &snapshot.care.plan {
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt.clone()]),
        _ => Answer::Fires(vec![finding(snapshot, &occasion)]),
    }
}

fn drafted(snapshot: &Snapshot) -> Result<Occasion<'_>, Answer> {
    let drafts = course::drafts(snapshot);
    if drafts.is_empty() {
        return Err(course::none_drafted(snapshot));
    }
    match course::is_long(snapshot, &drafts) {
        Known::Yes(()) => {}
        Known::No => {
            return Err(Answer::silent(
                "A short course: less than 28 days, and no long-term treatment.",
            ));
        }
        Known::Unsure(doubt) => return Err(Answer::CannotTell(vec![doubt])),
    }
    match &snapshot.history.long_term {
        Known::No => return Ok(Occasion::Start(drafts)),
        Known::Unsure(doubt) => return Err(Answer::CannotTell(vec![doubt.clone()])),
        Known::Yes(_) => {}
    }
    match course::rise(snapshot) {
        Known::Yes(rise) => Ok(Occasion::Raised(drafts, rise)),
        Known::No => Err(Answer::silent(
            "Long-term treatment goes on without an increase: a line of the brief.",
        )),
        Known::Unsure(doubt) => Err(Answer::CannotTell(vec![doubt])),
    }
}

fn steady(snapshot: &Snapshot) -> Result<Occasion<'_>, Answer> {
    if !course::is_current(snapshot) {
        return Err(course::none_current(snapshot));
    }
    match &snapshot.history.long_term {
        Known::Yes(_) => Ok(Occasion::Steady),
        Known::No => Err(Answer::silent(
            "Opioids did not cover 60 of the last 90 days: not long-term.",
        )),
        Known::Unsure(doubt) => Err(Answer::CannotTell(vec![doubt.clone()])),
    }
}

fn finding(snapshot: &Snapshot, occasion: &Occasion<'_>) -> Finding {
    let (case, drafts, rise) = match occasion {
        Occasion::Start(drafts) => ("start", drafts.as_slice(), None),
        Occasion::Raised(drafts, rise) => ("raised", drafts.as_slice(), Some(*rise)),
        Occasion::Steady => ("steady", [].as_slice(), None),
    };
    let months = snapshot.site.goals_plan_months;
    let since = FactDate::day_of(snapshot.as_of.saturating_sub(i64::from(months).months()));
    let since = text(since.month_year());
    let medicine = drafts
        .first()
        .map(|row| row.medicine.short_name.clone())
        .unwrap_or_default();
    let shown = |value| crate::dose::MmePerDay::new(value).rounded();
    let days = drafts
        .iter()
        .filter_map(|row| row.supply_days)
        .max()
        .map(|days| days.normalize().to_string());
    // A raised total is told by its numbers alone.
    let begun = |value: String| if rise.is_none() { value } else { String::new() };
    let of_course = slots([
        ("medicine", text(begun(medicine.clone()))),
        ("days", text(begun(days.unwrap_or_default()))),
        (
            "before",
            text(rise.map(|rise| shown(rise.before)).unwrap_or_default()),
        ),
        (
            "after",
            text(rise.map(|rise| shown(rise.after)).unwrap_or_default()),
        ),
        ("floor", Slot::Flag(rise.is_some_and(|rise| rise.floor))),
    ]);
    let mut card = of_course.clone();
    card.insert("subject", text(named::subject(&medicine)));
    card.insert("since", since.clone());
    let references: Vec<String> = drafts.iter().map(|row| row.reference.clone()).collect();
    let mut facts = vec![fact("no-plan", slots([("since", since)]), Vec::new())];
    if !drafts.is_empty() {
        facts.insert(0, fact("course", of_course, references.clone()));
    }
    let card_of_its_own = case != "steady";
    Finding {
        indicator: card_of_its_own.then_some(Indicator::Info),
        case,
        slots: card,
        facts,
        doubts: snapshot
            .unread(Query::Medications)
            .into_iter()
            .collect::<Vec<Doubt>>(),
        drafts: references,
        suggest: if card_of_its_own {
            suggestions()
        } else {
            Vec::new()
        },
        because: vec![
            format!("No goal, plan, PEG score or pain management visit in {months} months."),
            format!("Case {case}."),
        ],
    }
}

fn suggestions() -> Vec<Suggest> {
    let peg = Proposal::Task {
        due_days: Some(ASK_DAYS),
        focus: None,
    };
    [("goal", Proposal::Goal), ("peg", peg)]
        .into_iter()
        .map(|(key, proposal)| Suggest {
            key,
            slots: slots([]),
            proposal,
            recommended: false,
        })
        .collect()
}
