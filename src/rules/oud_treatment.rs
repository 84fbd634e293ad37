//! `oud-treatment`: opioid use disorder, and no medicine that treats it (sheet 4.6).
//!
//! Knows the decision table, with the supply that ended and the code that may mean physical dependence.
//! Refuses to know doses of treatment, and what is a diagnosis: the snapshot has it.

#[cfg(test)]
mod tests;

use super::clinics::clinic_slots;
use super::named::{self, slots, text};
use super::naming::{self, note_doubt};
use super::{Answer, Fact, Finding, Proposal, Reason, Slot, Slots, Suggest, treatment};
use crate::fhir::Query;
use crate::patient::{ConditionFact, Doubt, Hook, Known, MoudEnded, Snapshot};
use crate::wire::Indicator;

/// "Same-week" start visit, and how soon a record is put right (days).
const WEEK_DAYS: u32 = 7;
/// The suggestion that refers.
const REFERRAL: &str = "addiction-referral";
/// From this age on; treatment of younger people waits for a sheet of its own.
const ADULT: i64 = 18;

/// The rows of the table that fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// No treatment seen.
    Untreated,
    /// A supply ended up to 90 days ago.
    Ended,
    /// The only trace is a code that is also used for physical dependence.
    CodeOnly,
}

impl Case {
    fn word(self) -> &'static str {
        match self {
            Case::Untreated => "untreated",
            Case::Ended => "ended",
            Case::CodeOnly => "code-only",
        }
    }
}

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if snapshot.age.is_some_and(|age| age < ADULT) {
        return Answer::silent("Under 18: this rule is for adults.");
    }
    if let Some(answer) = no_occasion(snapshot) {
        return answer;
    }
    let facts = &snapshot.facts;
    let oud = match &facts.oud {
        Known::Yes(oud) => oud,
        Known::No if facts.oud_remission.is_yes() => {
            return Answer::silent("Opioid use disorder is in remission.");
        }
        Known::No => return Answer::silent("No opioid use disorder in the data received."),
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
    };
    if snapshot.after().any(|row| row.treats_opioid_use()) {
        return Answer::silent("Medication for opioid use disorder is current or in these orders.");
    }
    match &facts.moud {
        // Stopped in these orders: `moud-protect` speaks.
        Known::Yes(moud) => Answer::silent(format!("Treatment is on the record: {}.", moud.name)),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt.clone()]),
        Known::No => Answer::Fires(vec![finding(snapshot, oud)]),
    }
}

/// At signing the rule speaks only beside an opioid; on opening the chart always.
fn no_occasion(snapshot: &Snapshot) -> Option<Answer> {
    if snapshot.hook == Hook::PatientView || snapshot.drafts().any(|row| row.medicine.is_opioid()) {
        return None;
    }
    let unidentified = naming::unidentified(snapshot);
    Some(if unidentified.is_empty() || snapshot.facts.oud.is_no() {
        Answer::silent("No opioid is drafted.")
    } else {
        Answer::CannotTell(unidentified)
    })
}

fn finding(snapshot: &Snapshot, oud: &ConditionFact) -> Finding {
    let ended = snapshot.facts.moud_ended.as_ref();
    let case = match ended {
        _ if snapshot.facts.oud_code_only => Case::CodeOnly,
        Some(_) => Case::Ended,
        None => Case::Untreated,
    };
    let indicator = match (case, snapshot.hook) {
        (Case::CodeOnly, Hook::PatientView) => Some(Indicator::Info),
        (Case::CodeOnly, _) => None,
        _ => Some(Indicator::Warning),
    };
    Finding {
        indicator,
        case: case.word(),
        slots: card_slots(snapshot, oud, ended),
        facts: facts(snapshot, oud, case),
        doubts: doubts(snapshot),
        drafts: drafts(snapshot),
        suggest: suggestions(snapshot, case, indicator.is_some()),
        because: because(oud, case, ended),
    }
}

fn drafts(snapshot: &Snapshot) -> Vec<String> {
    let opioids = snapshot.drafts().filter(|row| row.medicine.is_opioid());
    opioids.map(|row| row.reference.clone()).collect()
}

fn because(oud: &ConditionFact, case: Case, ended: Option<&MoudEnded>) -> Vec<String> {
    let seen = format!(
        "Opioid use disorder is on the record ({}), and no medicine that treats it is current.",
        oud.reference
    );
    let more = match (case, ended) {
        (Case::CodeOnly, _) => Some(
            "Code only: the code is also used for physical dependence, treatment is long-term, and nothing else points to the disorder.".to_owned(),
        ),
        (Case::Ended, Some(ended)) => {
            Some(format!("{} to {} is the last supply.", ended.name, ended.ended.day()))
        }
        _ => None,
    };
    std::iter::once(seen).chain(more).collect()
}

fn card_slots(snapshot: &Snapshot, oud: &ConditionFact, ended: Option<&MoudEnded>) -> Slots {
    let pain = snapshot.after().any(|row| row.is_pain_opioid());
    let of_ended = |told: fn(&MoudEnded) -> String| text(ended.map(told).unwrap_or_default());
    slots([
        ("date", text(named::month(oud.date))),
        ("medicine", of_ended(|ended| ended.name.clone())),
        ("subject", of_ended(|ended| named::subject(&ended.name))),
        ("started", of_ended(|ended| ended.started.day())),
        ("pain", Slot::Flag(pain)),
        ("ended", of_ended(|ended| ended.ended.day())),
        ("early", Slot::Flag(ended.is_some_and(|ended| ended.early))),
    ])
}

/// The diagnosis with its date first, then the supply that ended, what adds to the danger, and the pain care that goes on.
fn facts(snapshot: &Snapshot, oud: &ConditionFact, case: Case) -> Vec<Fact> {
    let found = &snapshot.facts;
    let key = if case == Case::CodeOnly {
        "oud-code-only"
    } else {
        "oud"
    };
    let mut facts = vec![naming::condition(key, oud)];
    facts.extend(found.moud_ended.as_ref().map(last_supply));
    facts.extend(treatment::danger(snapshot));
    let opioids = snapshot.after().filter(|row| row.is_pain_opioid());
    facts.extend(opioids.map(named::opioid));
    facts
}

fn last_supply(ended: &MoudEnded) -> Fact {
    let filled = slots([
        ("medicine", text(ended.name.clone())),
        ("started", text(ended.started.day())),
        ("ended", text(ended.ended.day())),
        ("early", Slot::Flag(ended.early)),
    ]);
    named::fact("last-supply", filled, vec![ended.reference.clone()])
}

/// Reads in which treatment elsewhere would stand, as far as they fell short.
fn doubts(snapshot: &Snapshot) -> Vec<Doubt> {
    let places = [
        Query::Patient,
        Query::Medications,
        Query::Statements,
        Query::Dispenses,
        Query::Procedures,
    ];
    let mut doubts: Vec<Doubt> = places
        .into_iter()
        .filter_map(|query| snapshot.unread(query))
        .collect();
    note_doubt(&mut doubts, &snapshot.facts.overdose);
    doubts
}

/// Referral, start visit, naloxone, and one step that puts the record right; no dose of treatment is proposed.
fn suggestions(snapshot: &Snapshot, case: Case, card: bool) -> Vec<Suggest> {
    if !card {
        return Vec::new();
    }
    let plain = |key, proposal| Suggest {
        key,
        slots: slots([]),
        proposal,
        recommended: false,
    };
    let task = || Proposal::Task {
        due_days: Some(WEEK_DAYS),
        focus: None,
    };
    let diagnosis = snapshot.facts.oud.yes().map(|row| row.reference.clone());
    let review = plain(
        "review-diagnosis",
        Proposal::Task {
            due_days: Some(WEEK_DAYS),
            focus: diagnosis,
        },
    );
    let referral = || Suggest {
        slots: clinic_slots(&snapshot.site, REFERRAL),
        ..plain(REFERRAL, Proposal::ServiceRequest { due_days: None })
    };
    let start = snapshot
        .site
        .offers_buprenorphine
        .then(|| plain("buprenorphine-visit", task()));
    let elsewhere = plain("record-treatment", task());
    let mut list = match case {
        Case::CodeOnly => vec![review],
        Case::Ended => vec![elsewhere, referral()],
        Case::Untreated => vec![referral()],
    };
    if case != Case::CodeOnly {
        list.extend(start);
    }
    list.extend(naloxone(snapshot));
    match case {
        Case::CodeOnly => list.push(referral()),
        Case::Untreated => list.push(plain("record-treatment", task())),
        Case::Ended => {}
    }
    list.truncate(4);
    list
}

fn naloxone(snapshot: &Snapshot) -> Option<Suggest> {
    let oud = snapshot.facts.oud.yes()?;
    let reason = Reason {
        condition: Some(oud.reference.clone()),
        text: oud.name.clone(),
    };
    (!snapshot.facts.naloxone.is_yes()).then(|| Suggest {
        key: "naloxone",
        slots: slots([]),
        proposal: Proposal::Naloxone {
            reasons: vec![reason],
        },
        recommended: false,
    })
}
