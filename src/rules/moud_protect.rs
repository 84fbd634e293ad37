//! `moud-protect`: medication for opioid use disorder meets a full agonist, is stopped, or begins beside one (sheet 4.5).
//!
//! Knows the rows of the table that have a card of their own.
//! Refuses to know sedatives beside treatment (`opioid-benzo`, `opioid-cns`) and renewals of treatment, which draw nothing.

#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::naming::{self, has_id, note_doubt};
use super::{Answer, Fact, Finding, Proposal, Reason, Slot, Slots, Suggest, treatment};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// From here on methadone makes the timing of buprenorphine matter (mg a day).
const METHADONE_MG: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
const MONTH_DAYS: i64 = 30;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let mut findings = Vec::new();
    let mut doubts = Vec::new();
    for row in [stop, agonist, timing] {
        match row(snapshot) {
            Known::Yes(finding) => findings.push(finding),
            Known::No => {}
            Known::Unsure(doubt) if !doubts.contains(&doubt) => doubts.push(doubt),
            Known::Unsure(_) => {}
        }
    }
    if !findings.is_empty() {
        return Answer::Fires(findings);
    }
    doubts.extend(naming::unidentified(snapshot));
    if doubts.is_empty() {
        return Answer::silent(why_not(snapshot));
    }
    Answer::CannotTell(named::once(doubts))
}

fn why_not(snapshot: &Snapshot) -> &'static str {
    if treatment::renewed(snapshot).next().is_some() {
        return "Medication for opioid use disorder is renewed, and nothing stands against it.";
    }
    if snapshot.facts.moud.is_yes() {
        return "No full agonist is drafted, and treatment is not stopped.";
    }
    "No medication for opioid use disorder is current, and none begins beside a full agonist."
}

/// Treatment is stopped, and nothing takes its place.
fn stop(snapshot: &Snapshot) -> Known<Finding> {
    let rows: Vec<&MedicineRow> = treatment::stopped(snapshot)
        .into_iter()
        .filter(|row| row.moud)
        .collect();
    let Some(first) = rows.first() else {
        // A stop order is known by what it stops.
        let unread = snapshot.unread(Query::Medications);
        return unread.map_or(Known::No, Known::Unsure);
    };
    let name = first.medicine.short_name.clone();
    let mut suggest: Vec<Suggest> = Vec::new();
    let stops = rows.iter().filter_map(|row| row.stopped_by.as_ref());
    suggest.extend(stops.clone().find(|stop| has_id(stop)).map(|stop| Suggest {
        key: "keep-treatment",
        slots: slots([("medicine", text(name.clone()))]),
        proposal: Proposal::DeleteDraft {
            reference: stop.clone(),
        },
        recommended: false,
    }));
    suggest.push(tell_team(snapshot, first));
    suggest.extend(naloxone(snapshot));
    Known::Yes(Finding {
        indicator: Some(Indicator::Warning),
        case: "stop",
        slots: card_slots(snapshot, &name, ""),
        facts: facts(snapshot, &[]),
        doubts: doubts(snapshot),
        drafts: named::once(stops.cloned()),
        suggest,
        because: vec![format!(
            "{name} treats opioid use disorder, is stopped, and nothing takes its place."
        )],
    })
}

/// A full agonist is drafted for somebody in treatment.
fn agonist(snapshot: &Snapshot) -> Known<Finding> {
    let drafts: Vec<&MedicineRow> = snapshot
        .drafts()
        .filter(|row| treatment::is_full_agonist(row))
        .collect();
    let Some(first) = drafts.first() else {
        return Known::No;
    };
    let moud = match &snapshot.facts.moud {
        Known::Yes(moud) if named::is_naltrexone(snapshot, moud) => return Known::No,
        Known::Yes(moud) => moud,
        Known::Unsure(doubt) => return Known::Unsure(doubt.clone()),
        Known::No => return elsewhere_unread(snapshot).map_or(Known::No, Known::Unsure),
    };
    let medicine = first.medicine.short_name.clone();
    let mut suggest = Vec::new();
    let row = snapshot.row(&moud.reference);
    suggest.push(match row {
        Some(row) => tell_team(snapshot, row),
        None => tell("the treatment team"),
    });
    suggest.extend(naloxone(snapshot));
    Known::Yes(Finding {
        indicator: Some(Indicator::Warning),
        case: "agonist",
        slots: card_slots(snapshot, &moud.name, &medicine),
        facts: facts(snapshot, &drafts),
        doubts: doubts(snapshot),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest,
        because: vec![format!(
            "{medicine} is drafted beside {}, which treats opioid use disorder.",
            moud.name
        )],
    })
}

/// A place that was not read and where treatment may stand: a program on the problem list, a statement, a fill, a visit.
fn elsewhere_unread(snapshot: &Snapshot) -> Option<Doubt> {
    let places = [
        Query::Conditions,
        Query::Statements,
        Query::Dispenses,
        Query::Procedures,
    ];
    places.into_iter().find_map(|query| snapshot.unread(query))
}

/// Buprenorphine begins where a full agonist is in the body.
fn timing(snapshot: &Snapshot) -> Known<Finding> {
    let begins = |row: &&MedicineRow| {
        row.is(ValueSet::Buprenorphine)
            && !snapshot.before().any(|current| current.same_opioid(row))
    };
    let Some(draft) = snapshot.drafts().find(begins) else {
        return Known::No;
    };
    let against = match against(snapshot, draft) {
        Known::Yes(rows) => rows,
        Known::No => return Known::No,
        Known::Unsure(doubt) => return Known::Unsure(doubt),
    };
    let name = draft.medicine.short_name.clone();
    let others = named::once(against.iter().map(|row| row.medicine.short_name.clone()));
    let mut facts: Vec<Fact> = vec![treatment::row("begins", draft, None)];
    facts.extend(against.iter().map(|row| in_the_body(row)));
    if let Known::Yes(long) = &snapshot.history.long_term {
        let months = (long.ltot_days / MONTH_DAYS).to_string();
        facts.push(named::fact(
            "long-term",
            slots([("months", text(months))]),
            Vec::new(),
        ));
    }
    let elsewhere = against.iter().find(|row| row.moud);
    let mut suggest: Vec<Suggest> = Vec::new();
    suggest.extend(elsewhere.map(|row| tell_team(snapshot, row)));
    suggest.extend(naloxone(snapshot));
    Known::Yes(Finding {
        indicator: Some(Indicator::Info),
        case: "timing",
        slots: card_slots(snapshot, &name, &others.join(" and ")),
        facts,
        doubts: named::once(doubts(snapshot).into_iter().chain(unknown_doses(&against))),
        drafts: vec![draft.reference.clone()],
        suggest,
        because: vec![format!(
            "{name} begins, and {} is in the body.",
            others.join(" and ")
        )],
    })
}

/// What in the body makes the start a question of timing.
///
/// For treatment: methadone of 30 mg a day or more, or a full agonist in long-term use. For any start: a full agonist that is stopped.
/// Methadone without a usable dose counts: programmes often leave it out, and usual doses are higher.
fn against<'a>(snapshot: &'a Snapshot, draft: &MedicineRow) -> Known<Vec<&'a MedicineRow>> {
    let agonists = || {
        snapshot
            .before()
            .filter(|row| treatment::is_full_agonist(row))
    };
    let stopped: Vec<&MedicineRow> = agonists().filter(|row| row.stopped_by.is_some()).collect();
    let methadone = snapshot.before().filter(|row| {
        row.is(ValueSet::Methadone) && milligrams(row).is_none_or(|mg| mg >= METHADONE_MG)
    });
    let methadone: Vec<&MedicineRow> = methadone.filter(|_| draft.moud).collect();
    let long_term: Vec<&MedicineRow> = agonists().filter(|_| draft.moud).collect();
    let mut rows = stopped;
    rows.extend(methadone);
    match &snapshot.history.long_term {
        Known::Yes(_) => rows.extend(long_term),
        Known::Unsure(doubt) if rows.is_empty() && (draft.moud || !long_term.is_empty()) => {
            return Known::Unsure(doubt.clone());
        }
        _ => {}
    }
    let rows = named::once(rows.into_iter().map(|row| row.reference.as_str()))
        .into_iter()
        .filter_map(|reference| snapshot.row(reference))
        .collect::<Vec<_>>();
    if !rows.is_empty() {
        return Known::Yes(rows);
    }
    // Methadone from a program is often told by a statement.
    let places = [Query::Medications, Query::Statements, Query::Dispenses];
    let unread = places.into_iter().find_map(|query| snapshot.unread(query));
    unread.map_or(Known::No, Known::Unsure)
}

/// Milligrams of methadone a day.
fn milligrams(row: &MedicineRow) -> Option<Decimal> {
    let amounts = row.reading.amounts();
    let amount = amounts
        .iter()
        .find(|one| one.ingredient.name == "methadone")?;
    (amount.unit.as_str() == "mg").then_some(amount.amount)
}

fn unknown_doses(rows: &[&MedicineRow]) -> Vec<Doubt> {
    let unknown = rows
        .iter()
        .filter(|row| row.is(ValueSet::Methadone) && milligrams(row).is_none());
    let doubt = |row: &&&MedicineRow| Doubt::Dose {
        order: row.reference.clone(),
        because: row.dose.because.clone().unwrap_or_default(),
    };
    unknown.map(|row| doubt(&row)).collect()
}

fn in_the_body(row: &MedicineRow) -> Fact {
    let filled = slots([
        ("medicine", text(row.medicine.short_name.clone())),
        ("dose", text(named::daily_dose(row))),
        ("stopped", Slot::Flag(row.stopped_by.is_some())),
        ("program", Slot::Flag(row.moud)),
    ]);
    named::fact("in-the-body", filled, vec![row.reference.clone()])
}

fn card_slots(snapshot: &Snapshot, name: &str, medicine: &str) -> Slots {
    let since = snapshot.facts.moud.yes().and_then(|moud| moud.date);
    slots([
        ("subject", text(named::subject(name))),
        ("name", text(name)),
        ("medicine", text(medicine)),
        ("new", text(named::subject(medicine))),
        ("date", text(named::month(since))),
        (
            "buprenorphine",
            Slot::Flag(name.to_lowercase().contains("buprenorphine")),
        ),
    ])
}

/// The treatment with its dose and start, what is drafted against it, and what makes a gap in treatment riskier for this person.
fn facts(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Vec<Fact> {
    let found = &snapshot.facts;
    let mut facts: Vec<Fact> = treatment::current(snapshot).into_iter().collect();
    facts.extend(drafts.iter().map(|row| named::opioid(row)));
    facts.extend(treatment::danger(snapshot));
    facts.extend(found.oud.yes().map(|row| named::dated("oud", row)));
    facts
}

fn doubts(snapshot: &Snapshot) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = snapshot.unread(Query::Medications).into_iter().collect();
    note_doubt(&mut doubts, &snapshot.facts.overdose);
    note_doubt(&mut doubts, &snapshot.facts.pregnant);
    doubts
}

fn tell_team(snapshot: &Snapshot, row: &MedicineRow) -> Suggest {
    match named::other_prescriber(snapshot, row) {
        Some(name) => tell(&name),
        None => tell("the treatment team"),
    }
}

fn tell(name: &str) -> Suggest {
    Suggest {
        key: "tell-treatment-team",
        slots: slots([("name", text(name))]),
        proposal: Proposal::CommunicationRequest,
        recommended: false,
    }
}

fn naloxone(snapshot: &Snapshot) -> Option<Suggest> {
    if snapshot.facts.naloxone.is_yes() {
        return None;
    }
    let oud = snapshot.facts.oud.yes();
    let reason = Reason {
        condition: oud.map(|row| row.reference.clone()),
        text: "Medication for opioid use disorder".to_owned(),
    };
    Some(Suggest {
        key: "naloxone",
        slots: slots([]),
        proposal: Proposal::Naloxone {
            reasons: vec![reason],
        },
        recommended: false,
    })
}
