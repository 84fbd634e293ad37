//! `sedative-stop`: a benzodiazepine of months is stopped at once (docs/sheets-l-rules.md).
//!
//! Knows stop orders, and how long a benzodiazepine was taken on a schedule.
//! Refuses to know a pace: a smaller amount draws no card until one is decided.

#[cfg(test)]
mod tests;

use super::naming::{day, fact, has_id, slots, text, text_or_empty};
use super::{Answer, Fact, Finding, Proposal, Suggest, named};
use crate::fhir::Query;
use crate::patient::{FactDate, Known, LongTerm, MedicineRow, Snapshot};
use crate::wire::Indicator;

/// Somebody plans the step-down within so many days.
const PLAN_DAYS: u32 = 3;
const MONTH_DAYS: i64 = 30;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let stopped: Vec<&MedicineRow> = snapshot
        .stopped()
        .filter(|row| named::is_benzodiazepine(row))
        .collect();
    if stopped.is_empty() {
        return match snapshot.unread(Query::Medications) {
            Some(doubt) => Answer::CannotTell(vec![doubt]),
            None => Answer::silent("No current benzodiazepine is stopped."),
        };
    }
    if let Some(kept) = snapshot
        .after()
        .find(|row| named::is_benzodiazepine(row))
    {
        return Answer::silent(format!("{} goes on.", kept.medicine.short_name));
    }
    if stopped.iter().all(|row| row.as_needed) {
        return Answer::silent("The benzodiazepine is taken as needed.");
    }
    match &snapshot.history.long_term_benzodiazepine {
        Known::Yes(long) => Answer::Fires(vec![finding(snapshot, &stopped, long)]),
        Known::No => Answer::silent(
            "A scheduled benzodiazepine did not cover 60 of the last 90 days: not long-term.",
        ),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt.clone()]),
    }
}

fn finding(snapshot: &Snapshot, stopped: &[&MedicineRow], long: &LongTerm) -> Finding {
    let names = named::once(stopped.iter().map(|row| row.medicine.short_name.as_str()));
    let medicine = names.join(" + ");
    let months = long.ltot_days / MONTH_DAYS;
    let dose = match stopped {
        [one] => milligrams(one),
        _ => None,
    };
    let mut facts: Vec<Fact> = stopped.iter().map(|row| taken(snapshot, row)).collect();
    facts.push(since(long, &months.to_string()));
    facts.extend(
        snapshot
            .after()
            .filter(|row| row.medicine.is_opioid())
            .map(named::opioid),
    );
    Finding {
        indicator: Some(Indicator::Warning),
        case: "stop",
        slots: slots([
            ("medicine", text(medicine.clone())),
            ("dose", text_or_empty(dose)),
            ("months", text(months.to_string())),
        ]),
        facts,
        doubts: snapshot.unread(Query::Medications).into_iter().collect(),
        drafts: stopped
            .iter()
            .filter_map(|row| row.stopped_by.clone())
            .collect(),
        suggest: suggestions(stopped),
        because: vec![format!(
            "{medicine} is stopped, and no benzodiazepine goes on; taken for {} days.",
            long.ltot_days
        )],
    }
}

/// "2 mg/day" in a summary; an instruction in words is too long there.
fn milligrams(row: &MedicineRow) -> Option<String> {
    let amount = named::daily_milligrams(row)?;
    Some(format!("{} mg/day", amount.round_dp(2).normalize()))
}

fn taken(snapshot: &Snapshot, row: &MedicineRow) -> Fact {
    let filled = slots([
        ("medicine", text(&row.medicine.short_name)),
        ("dose", text(named::daily_dose(row))),
        ("reason", text(reason(row))),
        (
            "prescriber",
            text_or_empty(named::other_prescriber(snapshot, row)),
        ),
    ]);
    fact("taken", filled, vec![row.reference.clone()])
}

fn reason(row: &MedicineRow) -> String {
    row.reason.as_deref().map(named::inline).unwrap_or_default()
}

/// The run may have begun with another benzodiazepine.
fn since(long: &LongTerm, months: &str) -> Fact {
    let filled = slots([
        ("date", day(Some(FactDate::day_of(long.since)))),
        ("months", text(months)),
    ]);
    fact("since", filled, Vec::new())
}

fn suggestions(stopped: &[&MedicineRow]) -> Vec<Suggest> {
    let medicine = |row: &MedicineRow| slots([("medicine", text(&row.medicine.short_name))]);
    let mut suggest: Vec<Suggest> = stopped
        .first()
        .map(|row| Suggest {
            key: "plan-step-down",
            slots: medicine(row),
            proposal: Proposal::Task {
                due_days: Some(PLAN_DAYS),
                focus: Some(row.reference.clone()),
            },
            recommended: false,
        })
        .into_iter()
        .collect();
    let stop_order = |row: &&MedicineRow| {
        let reference = row.stopped_by.clone().filter(|stop| has_id(stop))?;
        Some(Suggest {
            key: "delete-stop",
            slots: medicine(row),
            proposal: Proposal::DeleteDraft { reference },
            recommended: false,
        })
    };
    suggest.extend(stopped.iter().filter_map(stop_order).take(2));
    suggest
}
