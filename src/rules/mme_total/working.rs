//! What stands behind a total: the arithmetic of each medicine, the last twelve months, and what it is for.
//!
//! Knows the facts that sheets 4.12 and 4.13 must name, and the steps that both offer: they share one card.
//! Refuses to know whether a card fires.

use super::Of;
use rust_decimal::Decimal;
use crate::patient::{MedicineRow, Snapshot, TrendPoint};
use crate::rules::named::{self, slots, text};
use crate::rules::{Fact, Proposal, Slot, Suggest};

/// Arithmetic, trend, start from nothing, goal and score.
pub(in crate::rules) fn facts(snapshot: &Snapshot, of: Of) -> Vec<Fact> {
    let mut facts = vec![arithmetic(snapshot)];
    facts.extend(naive(snapshot));
    facts.push(purpose(snapshot));
    facts.extend(trend(snapshot).filter(|_| of == Of::After));
    facts
}

fn arithmetic(snapshot: &Snapshot) -> Fact {
    let rows: Vec<&MedicineRow> = snapshot.after().filter(|row| named::counts(row)).collect();
    let list =
        |told: fn(&MedicineRow) -> String| Slot::List(rows.iter().map(|row| told(row)).collect());
    let filled = slots([
        ("medicines", list(|row| row.medicine.short_name.clone())),
        ("doses", list(named::daily_dose)),
        (
            "workings",
            list(|row| row.dose.working.clone().unwrap_or_default()),
        ),
        ("mmes", list(named::product)),
    ]);
    named::fact(
        "working",
        filled,
        rows.iter().map(|row| row.reference.clone()).collect(),
    )
}

fn naive(snapshot: &Snapshot) -> Option<Fact> {
    let naive = snapshot.history.naive.yes()?;
    let (name, date) = match &naive.last {
        Some((name, date)) => (name.clone(), date.day()),
        None => (String::new(), String::new()),
    };
    Some(named::fact(
        "naive",
        slots([("name", text(name)), ("date", text(date))]),
        Vec::new(),
    ))
}

/// The goal and the latest score, or that none was found.
fn purpose(snapshot: &Snapshot) -> Fact {
    let facts = &snapshot.facts;
    let goal = facts.goal.yes();
    let peg = facts.peg.yes();
    let words = goal.map(|goal| goal.words.clone()).unwrap_or_default();
    let score = peg
        .map(|peg| peg.value.normalize().to_string())
        .unwrap_or_default();
    let filled = slots([
        ("goal", text(words)),
        (
            "by_patient",
            Slot::Flag(goal.is_some_and(|goal| goal.by_patient)),
        ),
        (
            "goal_date",
            text(named::month(goal.and_then(|goal| goal.date))),
        ),
        ("peg", text(score)),
        (
            "peg_date",
            text(peg.map(|peg| peg.date.day()).unwrap_or_default()),
        ),
        ("goal_unread", Slot::Flag(facts.goal.doubt().is_some())),
        ("peg_unread", Slot::Flag(facts.peg.doubt().is_some())),
    ]);
    let rows = goal.map(|goal| goal.reference.clone()).into_iter();
    let rows = rows.chain(peg.map(|peg| peg.reference.clone()));
    named::fact("purpose", filled, rows.collect())
}

/// 12 and 6 months ago; a point that cannot be computed is an empty text.
fn trend(snapshot: &Snapshot) -> Option<Fact> {
    let point = |months: u32| {
        snapshot
            .mme
            .trend
            .iter()
            .find(|point| point.months_ago == months)
    };
    let mme = |point: Option<&TrendPoint>| {
        point
            .and_then(|point| point.mme_per_day)
            .map(|mme| mme.rounded())
    };
    let (year, half) = (point(12), point(6));
    let known = |point: Option<&TrendPoint>| point.is_some_and(|point| point.mme_per_day.is_some());
    (known(year) || known(half)).then(|| {
        let floor = |point: Option<&TrendPoint>| Slot::Flag(point.is_some_and(|point| point.floor));
        let filled = slots([
            ("year", text(mme(year).unwrap_or_default())),
            ("year_floor", floor(year)),
            ("half", text(mme(half).unwrap_or_default())),
            ("half_floor", floor(half)),
        ]);
        named::fact("trend", filled, Vec::new())
    })
}

/// From this total on the first check-in comes within two weeks (sheet 4.18).
const SOONER_FROM: Decimal = Decimal::from_parts(50, 0, 0, false, 0);
const SOONER_DAYS: u32 = 14;
const USUAL_DAYS: u32 = 28;

/// What the card about the dose offers.
pub(in crate::rules) fn suggestions(snapshot: &Snapshot) -> Vec<Suggest> {
    let (goal, proposal) = if snapshot.facts.goal.is_yes() {
        (
            "peg",
            Proposal::Task {
                due_days: Some(28),
                focus: None,
            },
        )
    } else {
        ("goal", Proposal::Goal)
    };
    let total = snapshot.mme.after.as_ref().or(Some(&snapshot.mme.drafts_alone));
    let total = total.and_then(|total| total.mme_per_day);
    let soon = total.is_some_and(|mme| mme.value() >= SOONER_FROM);
    let check_in = if soon { SOONER_DAYS } else { USUAL_DAYS };
    let days = slots([("days", text(check_in.to_string()))]);
    [
        (goal, slots([]), proposal),
        (
            "follow-up",
            days,
            Proposal::ServiceRequest {
                due_days: Some(check_in),
            },
        ),
        (
            "consult",
            slots([]),
            Proposal::ServiceRequest { due_days: Some(28) },
        ),
    ]
    .into_iter()
    .map(|(key, slots, proposal)| Suggest {
        key,
        slots,
        proposal,
        recommended: false,
    })
    .collect()
}
