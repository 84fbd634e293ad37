//! `taper-safety`: an abrupt stop or a large step down for somebody who has relied on opioids.
//!
//! Knows the decision table of sheet 4.4.
//! Refuses to know doses to propose: it names the size of the step and never another dose.

mod change;

use super::clinics::clinic_slots;
use super::named;
use super::naming::{condition, day, fact, has_id, note_doubt, slots, text, text_or_empty};
use super::{Answer, Fact, Finding, Proposal, Reason, Slot, Suggest};
use crate::dose::MmePerDay;
use crate::patient::{Doubt, Known, LongTerm, Snapshot};
use crate::wire::Indicator;
pub(super) use change::Change;
use change::Step;
use rust_decimal::Decimal;

/// From here a full stop is critical (sheet 4.4).
const HIGH_MME: Decimal = Decimal::from_parts(90, 0, 0, false, 0);
/// A switch to another opioid may lower the total by so many percent (sheet 4.4).
const ROTATION_PERCENT: u32 = 60;
/// After a year the body has more to unlearn (sheet 4.4).
const YEAR_DAYS: i64 = 365;
/// First look after a stop, and after a step: days.
const AFTER_STOP_DAYS: u32 = 7;
const AFTER_STEP_DAYS: u32 = 28;
const MONTH_DAYS: i64 = 30;
/// The suggestion that refers.
const REFERRAL: &str = "behavioural-health";

/// The rows of the table that fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Stop,
    Fast,
    Pace,
}

impl Case {
    fn word(self) -> &'static str {
        match self {
            Case::Stop => "stop",
            Case::Fast => "fast",
            Case::Pace => "pace",
        }
    }
}

/// What the finding is made of.
struct Found<'a> {
    snapshot: &'a Snapshot,
    change: &'a Change<'a>,
    case: Case,
    step: Option<Step>,
    long_term: &'a LongTerm,
}

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let change = Change::of(snapshot);
    let unread = snapshot.unread(crate::fhir::Query::Medications);
    if snapshot.mme.before.is_none() || change.gone.is_empty() {
        return match unread {
            Some(doubt) => Answer::CannotTell(vec![doubt]),
            None if change.before.is_empty() => Answer::silent("No opioid is current."),
            None => Answer::silent("No current opioid is stopped, renewed or replaced."),
        };
    }
    let long_term = match &snapshot.history.long_term {
        Known::Yes(long_term) => long_term,
        Known::No => {
            return Answer::silent("Opioids did not cover 60 of the last 90 days: not long-term.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    };
    let step = change.step();
    if let Some(because) = why_not(snapshot, &change, step, long_term.ltot_days) {
        return Answer::Silent(vec![because]);
    }
    let found = |case| {
        Answer::Fires(vec![finding(&Found {
            snapshot,
            change: &change,
            case,
            step,
            long_term,
        })])
    };
    let fast = snapshot.site.taper_fast_percent;
    if change.leaves_nothing() {
        return found(Case::Stop);
    }
    let Some(step) = step else {
        return Answer::CannotTell(change.why_not());
    };
    if step.above(fast) {
        found(Case::Fast)
    } else if step.may_be_above(fast) || !step.above(snapshot.site.taper_check_percent) {
        Answer::CannotTell(change.undated_steps())
    } else {
        found(Case::Pace)
    }
}

/// The rows of the table that say no; they win over those that fire.
fn why_not(
    snapshot: &Snapshot,
    change: &Change<'_>,
    step: Option<Step>,
    ltot_days: i64,
) -> Option<String> {
    let site = &snapshot.site;
    if change.starts_buprenorphine() {
        return Some("Buprenorphine is started in its place.".to_owned());
    }
    if change.leaves_nothing() && change.keeps_with_buprenorphine_or_methadone() {
        return Some("Buprenorphine or methadone is drafted.".to_owned());
    }
    if change.rotates() && change.adds_methadone() {
        return Some(
            "A switch to methadone: it needs a lower start, whatever the MME say.".to_owned(),
        );
    }
    let step = step.filter(|_| !change.leaves_nothing())?;
    let told = told(step, ltot_days, site_thresholds(snapshot));
    if change.rotates() && !step.above(ROTATION_PERCENT) {
        return Some(format!("A switch to another opioid. {told}"));
    }
    if step.may_be_above(site.taper_fast_percent) {
        return None;
    }
    let plan = snapshot.facts.taper_plan.yes().filter(|plan| plan.fresh);
    if let Some(plan) = plan {
        let plan = &plan.reference;
        return Some(format!(
            "{plan} is a taper plan of the last 60 days. {told}"
        ));
    }
    let small = !step.may_be_above(site.taper_check_percent) || ltot_days < YEAR_DAYS;
    small.then_some(told)
}

fn told(step: Step, ltot_days: i64, thresholds: [u32; 2]) -> String {
    format!(
        "MME/day {} before and {} after: {} % less after {ltot_days} days of opioids.",
        MmePerDay::new(step.before),
        MmePerDay::new(step.after),
        step.percent(thresholds)
    )
}

fn site_thresholds(snapshot: &Snapshot) -> [u32; 2] {
    [
        snapshot.site.taper_check_percent,
        snapshot.site.taper_fast_percent,
    ]
}

fn finding(found: &Found<'_>) -> Finding {
    let snapshot = found.snapshot;
    let mut slots = dose_slots(found);
    let names: Vec<&str> = distinct(
        found
            .change
            .gone
            .iter()
            .map(|row| row.medicine.short_name.as_str()),
    );
    slots.insert("medicine", text(names.join(" + ")));
    slots.insert("rotation", Slot::Flag(found.change.rotates()));
    slots.insert("pregnant", Slot::Flag(snapshot.facts.pregnant.is_yes()));
    Finding {
        indicator: Some(indicator(found)),
        case: found.case.word(),
        slots,
        facts: facts(found),
        doubts: doubts(found),
        drafts: found.change.drafts(),
        suggest: suggest(found),
        because: vec![because(found)],
    }
}

/// Critical only for a full stop from a high dose or in pregnancy.
fn indicator(found: &Found<'_>) -> Indicator {
    let before = found.snapshot.mme.before.as_ref();
    let high = before
        .and_then(|total| total.mme_per_day)
        .is_some_and(|mme| mme.value() >= HIGH_MME);
    match found.case {
        Case::Stop if high || found.snapshot.facts.pregnant.is_yes() => Indicator::Critical,
        Case::Stop | Case::Fast => Indicator::Warning,
        Case::Pace => Indicator::Info,
    }
}

fn because(found: &Found<'_>) -> String {
    let days = found.long_term.ltot_days;
    if found.case != Case::Stop
        && let Some(step) = found.step
    {
        return told(step, days, site_thresholds(found.snapshot));
    }
    let before = found.snapshot.mme.before.as_ref();
    let total = before.and_then(|total| total.mme_per_day).map_or_else(
        || "an unknown total".to_owned(),
        |mme| format!("{mme} MME/day"),
    );
    let floor = if before.is_some_and(|total| total.floor) {
        "at least "
    } else {
        ""
    };
    let every = if found.change.after.is_empty() {
        "Every opioid"
    } else {
        "Every opioid that has MME"
    };
    format!("{every} is stopped, from {floor}{total}, after {days} days of opioids.")
}

fn dose_slots(found: &Found<'_>) -> super::Slots {
    let before = found.snapshot.mme.before.as_ref();
    let total = before.and_then(|total| total.mme_per_day);
    let step = found.step.filter(|_| found.case != Case::Stop);
    let thresholds = site_thresholds(found.snapshot);
    let days = found.long_term.ltot_days;
    slots([
        ("before", text_or_empty(total.map(MmePerDay::rounded))),
        ("floor", Slot::Flag(before.is_some_and(|total| total.floor))),
        (
            "after",
            text_or_empty(step.map(|step| MmePerDay::new(step.after).rounded())),
        ),
        (
            "percent",
            text_or_empty(step.map(|step| step.percent(thresholds))),
        ),
        ("months", text((days / MONTH_DAYS).to_string())),
        (
            "years",
            text_or_empty((days >= 2 * YEAR_DAYS).then(|| (days / YEAR_DAYS).to_string())),
        ),
        ("long", Slot::Flag(days >= YEAR_DAYS)),
        (
            "schedule",
            Slot::Flag(step.is_some_and(|step| step.comes_later)),
        ),
    ])
}

fn facts(found: &Found<'_>) -> Vec<Fact> {
    let facts = &found.snapshot.facts;
    let mut change = dose_slots(found);
    let names = distinct(
        found
            .change
            .before
            .iter()
            .map(|row| row.medicine.name.as_str()),
    );
    change.insert(
        "medicines",
        Slot::List(names.into_iter().map(str::to_owned).collect()),
    );
    change.insert("stop", Slot::Flag(found.case == Case::Stop));
    let rows = &found.change.before;
    let evidence = rows.iter().map(|row| row.reference.clone()).collect();
    let mut list = vec![fact("change", change, evidence)];
    list.extend(facts.pregnant.yes().map(|row| condition("pregnant", row)));
    list.extend(facts.overdose.yes().map(named::overdose));
    let oud = if facts.oud_code_only {
        "oud-code-only"
    } else {
        "oud"
    };
    list.extend(facts.oud.yes().map(|row| condition(oud, row)));
    list.extend(facts.mental_health.yes().map(|rows| {
        let names = distinct(rows.iter().map(|row| row.name.as_str()));
        let names = Slot::List(names.into_iter().map(str::to_owned).collect());
        let evidence = rows.iter().map(|row| row.reference.clone()).collect();
        fact("mental-health", slots([("names", names)]), evidence)
    }));
    list.extend(facts.phq_item9.yes().map(|score| {
        let slots = slots([("date", day(Some(score.date)))]);
        fact("phq-item9", slots, vec![score.reference.clone()])
    }));
    if found.change.as_needed_only() {
        list.push(fact("as-needed-only", slots([]), Vec::new()));
    }
    list
}

/// Each once, in order.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut list: Vec<&str> = Vec::new();
    for name in names {
        if !list.contains(&name) {
            list.push(name);
        }
    }
    list
}

fn doubts(found: &Found<'_>) -> Vec<Doubt> {
    let facts = &found.snapshot.facts;
    let mut doubts = Vec::new();
    note_doubt(&mut doubts, &facts.overdose);
    note_doubt(&mut doubts, &facts.oud);
    note_doubt(&mut doubts, &facts.mental_health);
    note_doubt(&mut doubts, &facts.pregnant);
    note_doubt(&mut doubts, &facts.phq_item9);
    if found.case == Case::Pace {
        note_doubt(&mut doubts, &facts.taper_plan);
    }
    if let Some(doubt) = found.snapshot.unread(crate::fhir::Query::Medications) {
        note_doubt(&mut doubts, &Known::<()>::Unsure(doubt));
    }
    doubts
}

fn suggest(found: &Found<'_>) -> Vec<Suggest> {
    let days = if found.case == Case::Stop {
        AFTER_STOP_DAYS
    } else {
        AFTER_STEP_DAYS
    };
    let mut list = vec![Suggest {
        key: "follow-up",
        slots: slots([("days", text(days.to_string()))]),
        proposal: Proposal::Task {
            due_days: Some(days),
            focus: None,
        },
        recommended: false,
    }];
    if !found.snapshot.facts.naloxone.is_yes() {
        list.push(Suggest {
            key: "naloxone",
            slots: slots([]),
            proposal: Proposal::Naloxone {
                reasons: naloxone_reasons(found),
            },
            recommended: false,
        });
    }
    list.push(Suggest {
        key: REFERRAL,
        slots: clinic_slots(&found.snapshot.site, REFERRAL),
        proposal: Proposal::ServiceRequest { due_days: None },
        recommended: false,
    });
    let stop = found
        .change
        .gone
        .iter()
        .find_map(|row| Some((row, row.stopped_by.as_ref()?)));
    if let Some((row, stop)) = stop.filter(|(_, stop)| has_id(stop)) {
        list.push(Suggest {
            key: "delete-stop",
            slots: slots([("medicine", text(&row.medicine.short_name))]),
            proposal: Proposal::DeleteDraft {
                reference: stop.clone(),
            },
            recommended: false,
        });
    }
    list
}

fn naloxone_reasons(found: &Found<'_>) -> Vec<Reason> {
    let facts = &found.snapshot.facts;
    let overdose = facts.overdose.yes().map(|row| &row.condition);
    let mut reasons: Vec<Reason> = overdose
        .into_iter()
        .chain(facts.oud.yes())
        .map(|row| Reason {
            condition: Some(row.reference.clone()),
            text: row.name.clone(),
        })
        .collect();
    reasons.push(Reason {
        condition: None,
        text: "Less opioid after long-term use".to_owned(),
    });
    reasons
}

#[cfg(test)]
mod tests;
