//! `opioid-cns`: an opioid and a sedative other than a benzodiazepine, newly together (sheet 4.10).
//!
//! Knows which half is new, how many kinds of sedatives come together, and what makes a gabapentinoid riskier here.
//! Refuses to know benzodiazepine pairs (`opioid-benzo`) and rescue naloxone (`naloxone-offer`).

mod pair;
#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::naming::note_doubt;
use super::{Answer, Fact, Finding, Proposal, Slot, Slots, Suggest};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use pair::Pair;

/// First look after a new pair (days).
const FOLLOW_UP_DAYS: u32 = 14;
const FOLLOW_UP: &str = "14";

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let pair = match Pair::of(snapshot) {
        Known::Yes(pair) => pair,
        Known::No => {
            return Answer::silent("No opioid and sedative come together newly in this regimen.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt]),
    };
    Answer::Fires(vec![finding(snapshot, &pair)])
}

/// What makes a gabapentinoid beside an opioid riskier for this person.
struct Frailty {
    facts: Vec<Fact>,
    doubts: Vec<Doubt>,
}

impl Frailty {
    fn of(snapshot: &Snapshot) -> Frailty {
        let found = &snapshot.facts;
        let mut facts: Vec<Fact> = super::naming::breathing(snapshot);
        facts.extend(found.kidney.yes().map(named::kidney));
        facts.extend(named::older(snapshot));
        let mut doubts = Vec::new();
        note_doubt(&mut doubts, &found.sleep_breathing);
        note_doubt(&mut doubts, &found.lung);
        note_doubt(&mut doubts, &found.kidney);
        Frailty { facts, doubts }
    }
}

fn finding(snapshot: &Snapshot, pair: &Pair<'_>) -> Finding {
    let frailty = Frailty::of(snapshot);
    let treatment = pair.meets_treatment();
    let several = pair.kinds() > 1;
    let frail = pair.has_gabapentinoid() && !frailty.facts.is_empty();
    let case = match (treatment, several, frail) {
        (true, ..) => "treatment",
        (_, true, _) => "several",
        (_, _, true) => "frail",
        _ => "new",
    };
    let warns = !treatment && (several || frail);
    let open = pair.has_gabapentinoid() && !treatment && !warns;
    let unread = snapshot.unread(Query::Medications).into_iter();
    Finding {
        indicator: Some(if warns {
            Indicator::Warning
        } else {
            Indicator::Info
        }),
        case,
        slots: card_slots(snapshot, pair),
        facts: facts(snapshot, pair, &frailty),
        doubts: named::once(unread.chain(frailty.doubts.into_iter().filter(|_| open))),
        drafts: pair.drafts().map(|row| row.reference.clone()).collect(),
        suggest: vec![Suggest {
            key: "follow-up",
            slots: slots([("days", text(FOLLOW_UP))]),
            proposal: Proposal::ServiceRequest {
                due_days: Some(FOLLOW_UP_DAYS),
            },
            recommended: false,
        }],
        because: vec![
            format!(
                "{} and {} come together newly.",
                named::subject(&pair.opioid_name()),
                pair.sedative_names()
            ),
            format!(
                "{} kinds of sedatives beside the opioid; case {case}.",
                pair.kinds()
            ),
        ],
    }
}

fn card_slots(snapshot: &Snapshot, pair: &Pair<'_>) -> Slots {
    let opioid = pair.opioid_name();
    let sedative = pair
        .sedatives
        .first()
        .map(|row| row.medicine.short_name.clone());
    let reason = Frailty::of(snapshot).facts.first().map(|fact| fact.key);
    let name = match reason {
        Some("sleep-breathing") => snapshot.facts.sleep_breathing.yes(),
        Some("lung") => snapshot.facts.lung.yes(),
        _ => None,
    };
    let kidney = snapshot
        .facts
        .kidney
        .yes()
        .filter(|_| reason == Some("kidney"));
    let because = name.map(|row| named::inline(&row.name));
    let because = because.or_else(|| kidney.map(|kidney| kidney.name.clone()));
    let because = because.or_else(|| {
        snapshot
            .age
            .filter(|_| reason == Some("older"))
            .map(|age| format!("age {age}"))
    });
    slots([
        ("opioid", text(opioid.clone())),
        ("subject", text(named::subject(&opioid))),
        ("sedative", text(sedative.unwrap_or_default())),
        ("sedatives", text(pair.sedative_names())),
        ("because", text(because.unwrap_or_default())),
        ("gabapentinoid", Slot::Flag(pair.has_gabapentinoid())),
        ("news", text(pair.what_is_new())),
    ])
}

/// The sedatives, the opioids, what makes this person frailer, then sedating medicines that do not trigger by themselves.
fn facts(snapshot: &Snapshot, pair: &Pair<'_>, frailty: &Frailty) -> Vec<Fact> {
    let mut facts: Vec<Fact> = pair
        .sedatives
        .iter()
        .map(|row| named::sedative(row))
        .collect();
    facts.extend(pair.opioids.iter().map(|row| named::opioid(row)));
    facts.extend(pair.elsewhere.map(named::moud));
    facts.extend(frailty.facts.iter().cloned());
    let benzodiazepines = pair.benzodiazepines.iter();
    facts.extend(benzodiazepines.map(|row| named::benzodiazepine(snapshot, row)));
    let also = snapshot.after().filter(|row| is_named_only(row));
    facts.extend(also.map(named::sedative));
    facts
}

fn is_named_only(row: &MedicineRow) -> bool {
    row.is(ValueSet::SedativeNamedOnly) && !row.is_sedative()
}
