//! `followup-interval`: when to meet again after a start or an increase, after a month of short courses, and in steady treatment (sheet 4.18).
//!
//! Knows what is booked, and how soon each kind of start asks for a check-in.
//! Refuses to tie supply to visits: being late is no reason to give less.

#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, course, named};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// From here a first check-in comes sooner (MME/day, sheet 4.18).
const SOONER: Decimal = Decimal::from_parts(50, 0, 0, false, 0);
/// Days to the first check-in: methadone; long-acting or [`SOONER`]; everything else.
const METHADONE_DAYS: u32 = 3;
const SOONER_DAYS: u32 = 14;
const USUAL_DAYS: u32 = 28;
/// A course of so many days asks for a pause and a look (sheet 4.18).
const DRIFT_DAYS: i64 = 30;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if !snapshot.hook.is_order() {
        return steady(snapshot);
    }
    let drafts = course::drafts(snapshot);
    if drafts.is_empty() {
        return course::none_drafted(snapshot);
    }
    match begun(snapshot, &drafts) {
        Known::Yes(case) => match &snapshot.care.follow_up {
            Known::Yes(visit) if visit.date.date <= until(snapshot) => {
                let booked = format!(
                    "A check-in is planned for {}: {}.",
                    visit.date.day(),
                    visit.reference
                );
                drift(snapshot, &drafts).unwrap_or_else(|| Answer::silent(booked))
            }
            Known::Unsure(doubt) => {
                drift(snapshot, &drafts).unwrap_or_else(|| Answer::CannotTell(vec![doubt.clone()]))
            }
            _ => Answer::Fires(vec![after_start(snapshot, &drafts, case)]),
        },
        Known::No => drift(snapshot, &drafts).unwrap_or_else(|| {
            Answer::silent("Neither a longer course begins nor does the total rise.")
        }),
        Known::Unsure(doubt) => {
            drift(snapshot, &drafts).unwrap_or_else(|| Answer::CannotTell(vec![doubt]))
        }
    }
}

fn until(snapshot: &Snapshot) -> Date {
    snapshot
        .as_of
        .saturating_add(i64::from(snapshot.site.followup_days).days())
}

/// A longer course begins, or the total rises.
fn begun(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Known<&'static str> {
    let rise = course::rise(snapshot);
    if rise.is_yes() {
        return Known::Yes("raised");
    }
    match (
        &snapshot.history.long_term,
        course::is_long(snapshot, drafts),
    ) {
        (Known::Unsure(doubt), _) => Known::Unsure(doubt.clone()),
        (Known::No, Known::Yes(())) => Known::Yes("start"),
        _ => rise
            .doubt()
            .map_or(Known::No, |doubt| Known::Unsure(doubt.clone())),
    }
}

fn after_start(snapshot: &Snapshot, drafts: &[&MedicineRow], case: &'static str) -> Finding {
    let (days, why) = interval(snapshot, drafts);
    let mut facts: Vec<Fact> = drafts.iter().map(|row| named::opioid(row)).collect();
    let booked = snapshot
        .care
        .follow_up
        .yes()
        .map(|visit| visit.date.day())
        .unwrap_or_default();
    let filled = slots([
        ("until", text(FactDate::day_of(until(snapshot)).day())),
        ("booked", text(booked.clone())),
    ]);
    facts.push(fact("none-booked", filled, Vec::new()));
    // The check-in after methadone is one of several, which the number of days does not say.
    let key = match why {
        "methadone" => "first-week",
        _ => "interval",
    };
    // The usual interval has no reason of this person.
    if why != "usual" {
        let filled = slots([("why", text(why)), ("days", text(days.to_string()))]);
        facts.push(fact(key, filled, Vec::new()));
    }
    let unread = [Query::ServiceRequests, Query::Tasks]
        .into_iter()
        .filter_map(|query| snapshot.unread(query));
    let mut card = card(drafts, case, days, facts);
    card.slots.insert("booked", text(booked));
    Finding {
        suggest: vec![check_in(snapshot, days)],
        doubts: unread.collect(),
        because: vec![
            format!(
                "No check-in was found within {} days.",
                snapshot.site.followup_days
            ),
            format!("Case {case}; the first check-in is due within {days} days."),
        ],
        ..card
    }
}

/// How soon, and for which reason.
fn interval(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> (u32, &'static str) {
    let total = snapshot
        .mme
        .after
        .as_ref()
        .and_then(|total| total.mme_per_day);
    if drafts.iter().any(|row| row.is(ValueSet::Methadone)) {
        (METHADONE_DAYS, "methadone")
    } else if drafts.iter().any(|row| row.is(ValueSet::ExtendedRelease)) {
        (SOONER_DAYS, "long-acting")
    } else if total.is_some_and(|mme| mme.value() >= SOONER) {
        (SOONER_DAYS, "total")
    } else {
        (USUAL_DAYS, "usual")
    }
}

/// A short course that has become a month and goes on.
fn drift(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Option<Answer> {
    let since = snapshot.care.run_since?;
    if drafts.iter().any(|row| course::is_long_supply(row)) {
        return None;
    }
    let long = since.date <= snapshot.as_of.saturating_sub(DRIFT_DAYS.days());
    match &snapshot.history.long_term {
        Known::No if long => {}
        Known::Unsure(doubt) if long => return Some(Answer::CannotTell(vec![doubt.clone()])),
        _ => return None,
    }
    let ran = since
        .date
        .until(snapshot.as_of)
        .map_or(0, |span| span.get_days());
    let filled = slots([("since", text(since.day())), ("ran", text(ran.to_string()))]);
    let mut facts = vec![fact("short-courses", filled.clone(), Vec::new())];
    facts.extend(drafts.iter().map(|row| named::opioid(row)));
    let mut finding = card(drafts, "drift", USUAL_DAYS, facts);
    finding.slots.extend(filled);
    finding.suggest = vec![check_in(snapshot, USUAL_DAYS)];
    finding.because = vec![format!(
        "Short courses since {} without long-term treatment: {ran} days.",
        since.day()
    )];
    Some(Answer::Fires(vec![finding]))
}

fn card(drafts: &[&MedicineRow], case: &'static str, days: u32, facts: Vec<Fact>) -> Finding {
    let medicine = drafts
        .first()
        .map(|row| row.medicine.short_name.clone())
        .unwrap_or_default();
    Finding {
        indicator: Some(Indicator::Info),
        case,
        slots: slots([
            ("subject", text(named::subject(&medicine))),
            ("medicine", text(medicine)),
            ("days", text(days.to_string())),
            ("since", text("")),
            ("ran", text("")),
            ("last", text("")),
            ("booked", text("")),
        ]),
        facts,
        doubts: Vec::new(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: Vec::new(),
        because: Vec::new(),
    }
}

/// By video or phone first where visits are hard.
fn check_in(snapshot: &Snapshot, days: u32) -> Suggest {
    let key = if snapshot.care.barriers.is_yes() {
        "video-check-in"
    } else {
        "follow-up"
    };
    Suggest {
        key,
        slots: slots([("days", text(days.to_string()))]),
        proposal: Proposal::ServiceRequest {
            due_days: Some(days),
        },
        recommended: false,
    }
}

/// Steady long-term treatment: a line of the brief.
fn steady(snapshot: &Snapshot) -> Answer {
    if !course::is_current(snapshot) {
        return course::none_current(snapshot);
    }
    match &snapshot.history.long_term {
        Known::Yes(_) => {}
        Known::No => {
            return Answer::silent("Opioids did not cover 60 of the last 90 days: not long-term.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    }
    let longest = i64::from(snapshot.site.followup_interval_days);
    let last = match &snapshot.care.last_contact {
        Known::Yes(date) if date.date >= snapshot.as_of.saturating_sub(longest.days()) => {
            return Answer::silent(format!("The last visit was on {}.", date.day()));
        }
        Known::Yes(date) => Some(*date),
        Known::No => None,
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    };
    let ran = last
        .and_then(|date| date.date.until(snapshot.as_of).ok())
        .map(|span| span.get_days().to_string());
    let mut finding = card(
        &[],
        "steady",
        snapshot.site.followup_interval_days,
        Vec::new(),
    );
    finding.indicator = None;
    finding
        .slots
        .insert("last", text(last.map(FactDate::day).unwrap_or_default()));
    finding
        .slots
        .insert("ran", Slot::Text(ran.unwrap_or_default()));
    let doubt: Option<Doubt> = snapshot.unread(Query::Encounters);
    finding.doubts = doubt.into_iter().collect();
    finding.because = vec![format!("No finished visit within {longest} days.")];
    Answer::Fires(vec![finding])
}
