//! `nonopioid-first`: an opioid begins, and no other care for pain is found (sheet 4.16).
//!
//! Knows what other care was looked for, and which medicines may be named for this person.
//! Refuses to make anything a condition: it offers and never gates.

mod relief;
#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, course, named};
use crate::fhir::Query;
use crate::patient::{FactDate, Known, MedicineRow, Service, Snapshot};
use crate::wire::Indicator;
use jiff::ToSpan;
use relief::Relief;

/// Other care within so many days counts (sheet 4.16).
const LOOK_BACK_DAYS: i64 = 90;
/// Most services offered at once; the card has room for four suggestions.
const MOST_SERVICES: usize = 3;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = course::drafts(snapshot);
    if drafts.is_empty() {
        return course::none_drafted(snapshot);
    }
    match &snapshot.history.naive {
        Known::Yes(_) => {}
        Known::No => {
            return Answer::silent("An opioid covered part of the last 90 days: not a first one.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    }
    for known in [&snapshot.care.nonopioid, &snapshot.care.nondrug] {
        if let Known::Yes(found) = known {
            return Answer::silent(format!(
                "Other care for pain is there: {} ({}).",
                found.name, found.reference
            ));
        }
    }
    for known in [&snapshot.care.nonopioid, &snapshot.care.nondrug] {
        if let Known::Unsure(doubt) = known {
            return Answer::CannotTell(vec![doubt.clone()]);
        }
    }
    // The history is known here, so whether the course is long is known too.
    let long = course::is_long(snapshot, &drafts).is_yes();
    Answer::Fires(vec![finding(snapshot, &drafts, long)])
}

fn finding(snapshot: &Snapshot, drafts: &[&MedicineRow], long: bool) -> Finding {
    let relief = Relief::of(snapshot, drafts);
    let reason = drafts.iter().find_map(|row| row.reason.clone());
    let medicine = drafts
        .first()
        .map(|row| row.medicine.short_name.clone())
        .unwrap_or_default();
    let unread = [Query::ServiceRequests]
        .into_iter()
        .filter_map(|query| snapshot.unread(query));
    Finding {
        indicator: Some(Indicator::Info),
        case: if long { "long" } else { "short" },
        slots: slots([
            ("medicine", text(medicine)),
            ("reason", text(reason.as_deref().map(named::inline).unwrap_or_default())),
            ("nsaid", Slot::Flag(relief.nsaid)),
            ("acetaminophen", Slot::Flag(relief.acetaminophen)),
        ]),
        facts: facts(snapshot, drafts, &relief),
        doubts: unread.collect(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: suggestions(snapshot),
        because: vec![
            "No opioid in the last 90 days, and no other care for pain in them or among these drafts.".to_owned(),
            format!("A {} course.", if long { "longer" } else { "short" }),
        ],
    }
}

fn facts(snapshot: &Snapshot, drafts: &[&MedicineRow], relief: &Relief) -> Vec<Fact> {
    let mut facts: Vec<Fact> = drafts
        .iter()
        .map(|row| {
            let reason = row.reason.as_deref().map(named::inline).unwrap_or_default();
            let days = row
                .supply_days
                .map(|days| days.normalize().to_string())
                .unwrap_or_default();
            let filled = slots([
                ("medicine", text(row.medicine.short_name.clone())),
                ("reason", text(reason)),
                ("days", text(days)),
            ]);
            fact("new-opioid", filled, vec![row.reference.clone()])
        })
        .collect();
    let since = FactDate::day_of(snapshot.as_of.saturating_sub(LOOK_BACK_DAYS.days()));
    facts.push(fact(
        "looked-for",
        slots([("since", text(since.day()))]),
        Vec::new(),
    ));
    if let Some(amount) = &relief.contained {
        let filled = slots([
            ("medicine", text(amount.medicine.clone())),
            ("amount", text(amount.daily.clone())),
        ]);
        facts.push(fact(
            "acetaminophen",
            filled,
            vec![amount.reference.clone()],
        ));
    }
    facts.extend(relief.no_nsaid.clone());
    facts
}

/// What the site offers, things that can be done from home first where visits are hard.
fn suggestions(snapshot: &Snapshot) -> Vec<Suggest> {
    let from_home = snapshot.care.barriers.is_yes();
    let mut services = snapshot.site.services_available.clone();
    if from_home {
        services.sort_by_key(|service| !is_online(*service));
    }
    let services = named::once(services).into_iter().take(MOST_SERVICES);
    let offers = services.map(|service| Suggest {
        key: key(service),
        slots: slots([("online", Slot::Flag(from_home))]),
        proposal: Proposal::ServiceRequest { due_days: None },
        recommended: false,
    });
    // What follows from the override "tried before" (catalogue section 4).
    let record = Suggest {
        key: "record-tried",
        slots: slots([]),
        proposal: Proposal::Task {
            due_days: None,
            focus: None,
        },
        recommended: false,
    };
    offers.chain([record]).collect()
}

/// Classes and exercises that are held by video as well.
fn is_online(service: Service) -> bool {
    !matches!(service, Service::Acupuncture)
}

fn key(service: Service) -> &'static str {
    match service {
        Service::PhysicalTherapy => "physical-therapy",
        Service::BehavioralTherapy => "behavioral-therapy",
        Service::Acupuncture => "acupuncture",
        Service::PainClass => "pain-class",
        Service::Mindfulness => "mindfulness",
        Service::TaiChi => "tai-chi",
    }
}
