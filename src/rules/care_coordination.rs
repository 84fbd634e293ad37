//! `care-coordination`: several people prescribe, or somebody joins a long story (sheet 4.23).
//!
//! Knows who prescribes what and since when, and whether the user of this call is new to this person.
//! Refuses to see wrongdoing in it: sharing care is a reason to talk to each other.

mod sharing;
#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, named};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, LongTerm, MedicineRow, Person, RowKind, Snapshot};
use crate::wire::Indicator;
use jiff::ToSpan;
use sharing::{Sharing, counts, same};

/// A prescriber of the last so many days is not new to this person.
const REQUESTER_DAYS: i64 = 180;
/// Days to a call or an introduction.
const SOON_DAYS: u32 = 7;
const MONTH_DAYS: i64 = 30;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let sharing = Sharing::of(snapshot);
    let order = snapshot.hook.is_order();
    if let Known::Yes(sharing) = &sharing
        && order
        && sharing.is_new(snapshot.as_of)
    {
        return Answer::Fires(vec![shared(snapshot, sharing, true)]);
    }
    match (joins(snapshot), sharing) {
        (Known::Yes(long_term), _) => Answer::Fires(vec![joining(snapshot, long_term)]),
        (_, Known::Yes(sharing)) if !order => {
            Answer::Fires(vec![shared(snapshot, &sharing, false)])
        }
        (_, Known::Unsure(doubt)) | (Known::Unsure(doubt), _) => Answer::CannotTell(vec![doubt]),
        (Known::No, Known::Yes(sharing)) => Answer::silent(format!(
            "{} people have shared prescribing for long: a line of the brief.",
            sharing.prescribers.len()
        )),
        (Known::No, Known::No) => Answer::silent(
            "One prescriber, or no overlap of more than 10 days; the user is not new to this person.",
        ),
    }
}

/// Long-term treatment, and the user has neither prescribed here lately nor met this person in a year.
pub(super) fn joins(snapshot: &Snapshot) -> Known<&LongTerm> {
    let Some(user) = snapshot.user.as_deref() else {
        return Known::No;
    };
    let long_term = match &snapshot.history.long_term {
        Known::Yes(long_term) => long_term,
        Known::No => return Known::No,
        Known::Unsure(doubt) => return Known::Unsure(doubt.clone()),
    };
    let since = snapshot.as_of.saturating_sub(REQUESTER_DAYS.days());
    let me = Person {
        reference: Some(user.to_owned()),
        display: None,
    };
    let mut unlike: Option<&MedicineRow> = None;
    let recent = snapshot
        .rows
        .iter()
        .filter(|row| row.kind == RowKind::Request);
    for row in recent.filter(|row| row.asserted.or(row.start).is_none_or(|date| date >= since)) {
        match row.requester.as_ref().map(|who| same(&me, who)) {
            Some(Some(true)) => return Known::No,
            Some(Some(false)) => {}
            // A role, or nobody named: it may have been the user.
            Some(None) | None => unlike = unlike.or(Some(row).filter(|row| counts(row))),
        }
    }
    match &snapshot.care.seen_here {
        Known::Yes(_) => Known::No,
        Known::Unsure(doubt) => Known::Unsure(doubt.clone()),
        Known::No if unlike.is_some() => Known::Unsure(Doubt::Unread(Query::Medications)),
        Known::No => snapshot
            .unread(Query::Medications)
            .map_or(Known::Yes(long_term), Known::Unsure),
    }
}

fn joining(snapshot: &Snapshot, long_term: &LongTerm) -> Finding {
    let opioids: Vec<&MedicineRow> = snapshot
        .before()
        .filter(|row| row.medicine.is_opioid())
        .collect();
    let prescribers = opioids
        .iter()
        .filter_map(|row| row.requester.as_ref()?.display.clone());
    let prescribers = named::once(prescribers);
    let end = opioids.iter().filter_map(|row| row.end).min();
    let medicine = opioids
        .first()
        .map(|row| row.medicine.short_name.clone())
        .unwrap_or_default();
    let drafts: Vec<String> = snapshot
        .drafts()
        .filter(|row| counts(row))
        .map(|row| row.reference.clone())
        .collect();
    let end_slot = || {
        text(
            end.map(|end| FactDate::day_of(end).day())
                .unwrap_or_default(),
        )
    };
    let story = slots([
        ("medicine", text(medicine.clone())),
        (
            "months",
            text((long_term.ltot_days / MONTH_DAYS).to_string()),
        ),
        ("prescribers", Slot::List(prescribers.clone())),
        ("end", end_slot()),
        (
            "ended",
            Slot::Flag(end.is_some_and(|end| end < snapshot.as_of)),
        ),
    ]);
    let mut card = story.clone();
    card.insert("subject", text(named::subject(&medicine)));
    card.insert("count", text(prescribers.len().to_string()));
    card.insert("you", Slot::Flag(false));
    let evidence = opioids.iter().map(|row| row.reference.clone()).collect();
    let card_of_its_own = !snapshot.hook.is_order();
    let suggest = if card_of_its_own {
        suggestions(prescribers.first(), &medicine)
    } else {
        Vec::new()
    };
    Finding {
        indicator: card_of_its_own.then_some(Indicator::Info),
        case: "joining",
        slots: card,
        facts: vec![
            fact("story", story.clone(), evidence),
            fact("supply-end", story, Vec::new()),
        ],
        doubts: Vec::new(),
        drafts,
        suggest,
        because: vec![format!(
            "Long-term treatment of {} days; no order by the user in {REQUESTER_DAYS} days, no earlier visit in 12 months.",
            long_term.ltot_days
        )],
    }
}

fn shared(snapshot: &Snapshot, sharing: &Sharing<'_>, new: bool) -> Finding {
    let others = sharing
        .prescribers
        .iter()
        .filter(|who| !who.is_user && !who.name.is_empty());
    let names: Vec<String> = others.map(|who| who.name.clone()).collect();
    let count = sharing.prescribers.len();
    let facts: Vec<Fact> = sharing
        .prescribers
        .iter()
        .map(|who| {
            let medicines = named::once(who.rows.iter().map(|row| row.medicine.short_name.clone()));
            let filled = slots([
                ("name", text(who.name.clone())),
                ("user", Slot::Flag(who.is_user)),
                ("medicines", Slot::List(medicines)),
                (
                    "since",
                    text(
                        who.first
                            .map(|date| FactDate::day_of(date).month_year())
                            .unwrap_or_default(),
                    ),
                ),
            ]);
            fact(
                "prescriber",
                filled,
                who.rows.iter().map(|row| row.reference.clone()).collect(),
            )
        })
        .collect();
    let other = sharing
        .prescribers
        .iter()
        .find(|who| !who.is_user && !who.name.is_empty());
    let medicine = other
        .and_then(|who| who.rows.first())
        .map(|row| row.medicine.short_name.clone());
    let drafts = snapshot
        .drafts()
        .filter(|row| counts(row))
        .map(|row| row.reference.clone());
    let mut suggest = Vec::new();
    if new {
        suggest = suggestions(
            other.map(|who| &who.name),
            &medicine.clone().unwrap_or_default(),
        );
    }
    Finding {
        indicator: new.then_some(Indicator::Info),
        case: if new { "shared" } else { "long-shared" },
        slots: slots([
            ("count", text(count.to_string())),
            (
                "you",
                Slot::Flag(sharing.prescribers.iter().any(|who| who.is_user)),
            ),
            ("prescribers", Slot::List(names)),
            ("subject", text("")),
            ("medicine", text(medicine.unwrap_or_default())),
            ("months", text("")),
            ("end", text("")),
            ("ended", Slot::Flag(false)),
        ]),
        facts,
        doubts: snapshot.unread(Query::Medications).into_iter().collect(),
        drafts: if new { drafts.collect() } else { Vec::new() },
        suggest,
        because: vec![format!(
            "{count} prescribers with more than 10 days in common; new: {new}."
        )],
    }
}

fn suggestions(other: Option<&String>, medicine: &str) -> Vec<Suggest> {
    let write = other.map(|name| Suggest {
        key: "write-prescriber",
        slots: slots([("name", text(name.clone())), ("medicine", text(medicine))]),
        proposal: Proposal::CommunicationRequest,
        recommended: false,
    });
    let introduce = Suggest {
        key: "care-manager",
        slots: slots([]),
        proposal: Proposal::Task {
            due_days: Some(SOON_DAYS),
            focus: None,
        },
        recommended: false,
    };
    write.into_iter().chain([introduce]).collect()
}
