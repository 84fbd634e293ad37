//! `prior-overdose`: an opioid overdose in the last 24 months (sheet 4.7).
//!
//! Knows when it is a card of its own, when it is a line, and what has to be named.
//! Refuses to know older overdoses: they are a factor of `naloxone-offer`.

#[cfg(test)]
mod tests;

use super::drafted::{self, is_sedating};
use super::named::{self, slots, text};
use super::naming;
use super::raised::raised;
use super::{Answer, Fact, Finding, Proposal, Reason, Slot, Slots, Suggest};
use crate::fhir::{Precision, Query};
use crate::patient::{Doubt, FactDate, Hook, Known, MedicineRow, Overdose, Snapshot};
use crate::wire::Indicator;

/// First look after an overdose (days).
const FOLLOW_UP_DAYS: u32 = 14;
const FOLLOW_UP: &str = "14";

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let overdose = match &snapshot.facts.overdose {
        Known::Yes(overdose) => overdose,
        Known::No => {
            return unless_visits_unread(snapshot, "No opioid overdose in the data received.");
        }
        Known::Unsure(doubt) => return unless_nothing_to_ask(snapshot, doubt.clone()),
    };
    if !overdose.within_24_months {
        return match &overdose.perhaps_recent {
            Some(row) => unless_nothing_to_ask(snapshot, Doubt::Undated(row.clone())),
            None => unless_visits_unread(
                snapshot,
                "The latest overdose is more than 24 months ago: a factor for naloxone only.",
            ),
        };
    }
    match occasion(snapshot) {
        Known::Yes(occasion) => Answer::Fires(vec![finding(snapshot, overdose, &occasion)]),
        Known::No => Answer::silent(nothing_to_ask(snapshot)),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt]),
    }
}

/// An emergency visit may be all that tells of an overdose.
fn unless_visits_unread(snapshot: &Snapshot, because: &str) -> Answer {
    match snapshot.unread(Query::Encounters) {
        Some(doubt) => unless_nothing_to_ask(snapshot, doubt),
        None => Answer::silent(because),
    }
}

/// What cannot be told matters only where it would be asked.
fn unless_nothing_to_ask(snapshot: &Snapshot, doubt: Doubt) -> Answer {
    match occasion(snapshot) {
        Known::No => Answer::silent(nothing_to_ask(snapshot)),
        _ => Answer::CannotTell(vec![doubt]),
    }
}

fn nothing_to_ask(snapshot: &Snapshot) -> &'static str {
    if snapshot.hook == Hook::PatientView {
        "No opioid and no opioid use disorder, and rescue naloxone is on hand."
    } else {
        "No opioid for pain and no sedative is drafted."
    }
}

/// Why the overdose is a question today.
struct Occasion<'a> {
    /// Opioids and sedatives that are drafted.
    drafts: Vec<&'a MedicineRow>,
    /// One of them is new, or its dose is raised as far as can be told.
    news: Option<&'a MedicineRow>,
}

fn occasion(snapshot: &Snapshot) -> Known<Occasion<'_>> {
    if snapshot.hook == Hook::PatientView {
        return occasion_in_chart(snapshot);
    }
    let opioid = |row: &MedicineRow| row.is_pain_opioid() && !drafted::is_cough_only(row);
    let drafts: Vec<&MedicineRow> = snapshot
        .drafts()
        .filter(|row| opioid(row) || is_sedating(row))
        .collect();
    if drafts.is_empty() {
        let unidentified = naming::unidentified(snapshot).into_iter().next();
        return unidentified.map_or(Known::No, Known::Unsure);
    }
    let is_news = |row: &&&MedicineRow| {
        drafted::is_new(snapshot, row) || !matches!(raised(snapshot, row), Known::No)
    };
    let news = drafts.iter().find(is_news).copied();
    Known::Yes(Occasion { drafts, news })
}

fn occasion_in_chart(snapshot: &Snapshot) -> Known<Occasion<'_>> {
    let facts = &snapshot.facts;
    let asked = snapshot.before().any(|row| row.medicine.is_opioid())
        || facts.oud.is_yes()
        || !facts.naloxone.is_yes();
    if !asked {
        return Known::No;
    }
    Known::Yes(Occasion {
        drafts: Vec::new(),
        news: None,
    })
}

/// With naloxone at home, and looked at together since, the overdose is a line, unless something is new.
fn is_settled(snapshot: &Snapshot, overdose: &Overdose, occasion: &Occasion<'_>) -> bool {
    let since = |reviewed: &FactDate| {
        let at = overdose.condition.date;
        at.is_some_and(|at| is_after(*reviewed, at))
    };
    occasion.news.is_none()
        && snapshot.facts.naloxone.is_yes()
        && snapshot.facts.reviewed.yes().is_some_and(since)
}

/// Later for sure: a month that is all the record has ends with its last day.
fn is_after(reviewed: FactDate, at: FactDate) -> bool {
    let (day, month) = (reviewed.date, |date: FactDate| {
        (date.date.year(), date.date.month())
    });
    match at.precision {
        Precision::Year => day.year() > at.date.year(),
        Precision::Month => month(reviewed) > month(at),
        _ => day >= at.date,
    }
}

fn finding(snapshot: &Snapshot, overdose: &Overdose, occasion: &Occasion<'_>) -> Finding {
    let settled = is_settled(snapshot, overdose, occasion);
    let case = match (settled, snapshot.hook, occasion.news) {
        (true, ..) => "reviewed",
        (_, Hook::PatientView, _) => "chart",
        (.., Some(_)) => "news",
        _ => "renewal",
    };
    let lead = occasion.news.or(occasion.drafts.first().copied());
    let drafts = occasion.drafts.iter().map(|row| row.reference.clone());
    Finding {
        indicator: (!settled).then_some(Indicator::Warning),
        case,
        slots: card_slots(snapshot, overdose, lead),
        facts: facts(snapshot, overdose, &occasion.drafts),
        doubts: doubts(snapshot),
        drafts: drafts.collect(),
        suggest: if settled {
            Vec::new()
        } else {
            suggestions(snapshot, overdose)
        },
        because: because(overdose, case),
    }
}

fn because(overdose: &Overdose, case: &str) -> Vec<String> {
    let date = overdose.condition.date.map(|date| date.day());
    let found = format!(
        "Opioid overdose on {} ({}), within 24 months.",
        date.unwrap_or_default(),
        overdose.condition.reference
    );
    let more = (case == "reviewed").then(|| {
        "Rescue naloxone is on hand, it was reviewed since, and nothing is new.".to_owned()
    });
    std::iter::once(found).chain(more).collect()
}

fn card_slots(snapshot: &Snapshot, overdose: &Overdose, lead: Option<&MedicineRow>) -> Slots {
    let facts = &snapshot.facts;
    let medicine = lead.map(|row| row.medicine.short_name.clone());
    slots([
        ("date", text(named::month(overdose.condition.date))),
        ("substance", text(overdose.substance.unwrap_or_default())),
        ("intentional", Slot::Flag(overdose.intentional)),
        ("medicine", text(medicine.unwrap_or_default())),
        ("naloxone", Slot::Flag(facts.naloxone.is_yes())),
        ("unread", Slot::Flag(facts.naloxone.doubt().is_some())),
    ])
}

/// The overdose with substance and intent, naloxone, the medicines of today, then what else weighs.
fn facts(snapshot: &Snapshot, overdose: &Overdose, drafts: &[&MedicineRow]) -> Vec<Fact> {
    let found = &snapshot.facts;
    let mut facts = vec![named::overdose(overdose)];
    facts.extend(
        overdose
            .intentional
            .then(|| named::fact("crisis-line", slots([]), Vec::new())),
    );
    facts.extend(found.naloxone.yes().map(|naloxone| {
        let date = naloxone.date.map(FactDate::month_year).unwrap_or_default();
        let filled = slots([
            ("name", text(naloxone.name.clone())),
            ("date", text(date)),
            ("drafted", Slot::Flag(naloxone.drafted)),
        ]);
        named::fact("naloxone-on-hand", filled, vec![naloxone.reference.clone()])
    }));
    let none = !found.naloxone.is_yes();
    facts.extend(none.then(|| named::no_naloxone(snapshot)));
    let (opioids, sedatives): (Vec<_>, Vec<_>) =
        drafts.iter().partition(|row| row.medicine.is_opioid());
    facts.extend(opioids.into_iter().map(named::opioid));
    facts.extend(sedatives.into_iter().map(named::sedative));
    let oud = if found.oud_code_only {
        "oud-code-only"
    } else {
        "oud"
    };
    facts.extend(found.oud.yes().map(|row| named::dated(oud, row)));
    facts
}

fn doubts(snapshot: &Snapshot) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = snapshot.unread(Query::Medications).into_iter().collect();
    naming::note_doubt(&mut doubts, &snapshot.facts.oud);
    doubts
}

fn suggestions(snapshot: &Snapshot, overdose: &Overdose) -> Vec<Suggest> {
    let facts = &snapshot.facts;
    let row = &overdose.condition;
    let mut list = Vec::new();
    if !facts.naloxone.is_yes() {
        let condition = row.reference.starts_with("Condition/");
        let reason = Reason {
            condition: condition.then(|| row.reference.clone()),
            text: "Opioid overdose".to_owned(),
        };
        list.push(Suggest {
            key: "naloxone",
            slots: slots([]),
            proposal: Proposal::Naloxone {
                reasons: vec![reason],
            },
            recommended: false,
        });
    }
    list.push(Suggest {
        key: "follow-up",
        slots: slots([("days", text(FOLLOW_UP))]),
        proposal: Proposal::ServiceRequest {
            due_days: Some(FOLLOW_UP_DAYS),
        },
        recommended: false,
    });
    if facts.oud.yes().is_none() {
        list.push(Suggest {
            key: "assess-oud",
            slots: slots([]),
            proposal: Proposal::Task {
                due_days: Some(FOLLOW_UP_DAYS),
                focus: Some(row.reference.clone()),
            },
            recommended: false,
        });
    }
    list
}
