//! `naltrexone-conflict`: an opioid and naltrexone at the same time, whichever came first.
//!
//! Knows the decision table of sheet 4.2 and for how long naltrexone and opioids stay in the body.
//! Refuses to know combination capsules of morphine with naltrexone: the value set leaves them out.

mod windows;

use super::naming::{
    condition, day, fact, has_id, note_doubt, slots, text, text_or_empty, unidentified,
};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, named};
use crate::fhir::{Query, Read};
use crate::patient::{Doubt, FactDate, Known, MedicineRow, RowKind, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use jiff::civil::Date;
use windows::{
    Block, FADING_DAYS, INJECTED_DAYS, OPIOID_DAYS, Reach, SLOW_OPIOID_DAYS, block,
    current_opioids, days_between,
};

/// Opioids named on one card.
const NAMED: usize = 3;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let opioids: Vec<&MedicineRow> = snapshot.drafts().filter(|row| is_opioid(row)).collect();
    let naltrexone: Vec<&MedicineRow> = snapshot
        .drafts()
        .filter(|row| row.is(ValueSet::Naltrexone))
        .collect();
    let mut doubts = unidentified(snapshot);
    if opioids.is_empty() && naltrexone.is_empty() {
        return if doubts.is_empty() {
            Answer::silent("No draft is naltrexone or an opioid that it would block.")
        } else {
            Answer::CannotTell(doubts)
        };
    }
    let mut findings = Vec::new();
    if !opioids.is_empty() {
        match block(snapshot) {
            Known::Yes(block) => {
                findings.extend(opioids.iter().map(|draft| blocked(snapshot, draft, &block)));
            }
            Known::No => {}
            Known::Unsure(doubt) => doubts.push(doubt),
        }
    }
    if !naltrexone.is_empty() {
        match current_opioids(snapshot) {
            Known::Yes(rows) => findings.extend(
                naltrexone
                    .iter()
                    .map(|draft| withdrawal(snapshot, draft, &rows)),
            ),
            Known::No => {}
            Known::Unsure(doubt) => doubts.push(doubt),
        }
    }
    if !findings.is_empty() {
        return Answer::Fires(findings);
    }
    doubts.extend(snapshot.unread(Query::Medications));
    doubts.dedup();
    if doubts.is_empty() {
        Answer::Silent(why_silent(snapshot, !opioids.is_empty()))
    } else {
        Answer::CannotTell(doubts)
    }
}

fn why_silent(snapshot: &Snapshot, opioid_drafted: bool) -> Vec<String> {
    let mut because = vec![if opioid_drafted {
        format!(
            "An opioid is drafted; no naltrexone found that runs, ended at most {FADING_DAYS} days ago, or was injected at most {INJECTED_DAYS} days ago."
        )
    } else {
        format!(
            "Naltrexone is drafted; no opioid found that runs or ended at most {OPIOID_DAYS} days ago ({SLOW_OPIOID_DAYS} for methadone and buprenorphine)."
        )
    }];
    for (query, name) in [
        (Query::Statements, "MedicationStatement"),
        (Query::Dispenses, "MedicationDispense"),
    ] {
        if matches!(
            snapshot.reads.get(&query),
            Some(Read::Failed(_) | Read::Partial(_))
        ) {
            because.push(format!("{name} was not read completely."));
        }
    }
    because
}

/// Naltrexone blocks every opioid; a switch to buprenorphine for OUD is planned with it in mind.
fn is_opioid(row: &MedicineRow) -> bool {
    row.medicine.is_opioid() && !row.is(ValueSet::BuprenorphineOud)
}

fn blocked(snapshot: &Snapshot, draft: &MedicineRow, block: &Block<'_>) -> Finding {
    let naltrexone = block.row;
    let (case, indicator) = match block.reach {
        Reach::Full => ("block", Indicator::Critical),
        Reach::Faded => ("faded", Indicator::Warning),
    };
    let mut facts = vec![
        naltrexone_fact(snapshot, block),
        opioid_fact(snapshot, draft),
    ];
    facts.extend(reason_facts(snapshot, naltrexone));
    let mut drafts = vec![draft.reference.clone()];
    let mut suggest = delete(draft);
    suggest.push(pain_plan(naltrexone));
    if naltrexone.kind == RowKind::Draft {
        drafts.push(naltrexone.reference.clone());
    } else {
        suggest.push(Suggest {
            key: "update-naltrexone",
            ..pain_plan(naltrexone)
        });
    }
    Finding {
        indicator: Some(indicator),
        case,
        slots: card_slots(&draft.medicine.short_name, &naltrexone.medicine.short_name),
        facts,
        doubts: doubts(snapshot),
        drafts,
        suggest,
        because: vec![format!(
            "{} is drafted, and {} ({}) {}.",
            draft.medicine.name,
            naltrexone.medicine.name,
            naltrexone.reference,
            state(snapshot, block)
        )],
    }
}

fn state(snapshot: &Snapshot, block: &Block<'_>) -> String {
    let row = block.row;
    if row.kind == RowKind::Draft {
        return "is drafted with it".to_owned();
    }
    let ago = |date: Date| days_between(date, snapshot.as_of);
    match (block.injected, row.start, row.end) {
        (true, Some(start), _) => format!("was ordered or given {} days ago", ago(start)),
        (_, _, Some(end)) if ago(end) > 0 => format!("ended {} days ago", ago(end)),
        (_, _, Some(end)) => format!("runs until {end}"),
        _ => "is current".to_owned(),
    }
}

fn withdrawal(snapshot: &Snapshot, draft: &MedicineRow, opioids: &[&MedicineRow]) -> Finding {
    let first = opioids
        .first()
        .map_or("", |row| row.medicine.short_name.as_str());
    let facts = opioids
        .iter()
        .take(NAMED)
        .map(|row| opioid_fact(snapshot, row))
        .chain(reason_facts(snapshot, draft))
        .collect();
    let mut suggest = delete(draft);
    suggest.push(pain_plan(draft));
    let names: Vec<&str> = opioids.iter().map(|row| row.reference.as_str()).collect();
    Finding {
        indicator: Some(Indicator::Critical),
        case: "withdrawal",
        slots: card_slots(first, &draft.medicine.short_name),
        facts,
        doubts: doubts(snapshot),
        drafts: vec![draft.reference.clone()],
        suggest,
        because: vec![format!(
            "{} is drafted, and an opioid runs or ended recently: {}.",
            draft.medicine.name,
            names.join(", ")
        )],
    }
}

fn card_slots(opioid: &str, naltrexone: &str) -> super::Slots {
    slots([("opioid", text(opioid)), ("naltrexone", text(naltrexone))])
}

fn doubts(snapshot: &Snapshot) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if let Some(doubt) = snapshot.unread(Query::Medications) {
        note_doubt(&mut doubts, &Known::<()>::Unsure(doubt));
    }
    doubts
}

/// The medicine with its date: injections by the day they were given, others by the end of the supply.
fn naltrexone_fact(snapshot: &Snapshot, block: &Block<'_>) -> Fact {
    let row = block.row;
    let slots = slots([
        ("medicine", text(&row.medicine.name)),
        ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
        ("injected", Slot::Flag(block.injected)),
        ("given", day(row.start.map(FactDate::day_of))),
        ("until", day(row.end.map(FactDate::day_of))),
        ("over", Slot::Flag(is_over(snapshot, row))),
        ("reason", text_or_empty(row.reason.as_deref().map(named::inline))),
    ]);
    fact("naltrexone", slots, vec![row.reference.clone()])
}

fn opioid_fact(snapshot: &Snapshot, row: &MedicineRow) -> Fact {
    let mme = row.dose.mme_per_day.map(|mme| mme.rounded());
    let slots = slots([
        ("medicine", text(&row.medicine.name)),
        ("mme", text_or_empty(mme)),
        ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
        ("until", day(row.end.map(FactDate::day_of))),
        ("over", Slot::Flag(is_over(snapshot, row))),
    ]);
    fact("opioid-beside", slots, vec![row.reference.clone()])
}

fn is_over(snapshot: &Snapshot, row: &MedicineRow) -> bool {
    row.end.is_some_and(|end| end < snapshot.as_of)
}

/// Why naltrexone may be used, where its order does not say.
fn reason_facts(snapshot: &Snapshot, naltrexone: &MedicineRow) -> Vec<Fact> {
    if naltrexone.reason.is_some() {
        return Vec::new();
    }
    let facts = &snapshot.facts;
    [&facts.alcohol_use, &facts.oud, &facts.oud_remission]
        .into_iter()
        .filter_map(|known| Some(condition("used-for", known.yes()?)))
        .collect()
}

/// Not for a draft that renews a current opioid or treatment: one click would be an abrupt stop.
fn delete(draft: &MedicineRow) -> Vec<Suggest> {
    if !draft.supersedes.is_empty() || !has_id(&draft.reference) {
        return Vec::new();
    }
    vec![Suggest {
        key: "delete-draft",
        slots: slots([("medicine", text(&draft.medicine.short_name))]),
        proposal: Proposal::DeleteDraft {
            reference: draft.reference.clone(),
        },
        recommended: false,
    }]
}

fn pain_plan(naltrexone: &MedicineRow) -> Suggest {
    let focus = has_id(&naltrexone.reference).then(|| naltrexone.reference.clone());
    Suggest {
        key: "pain-plan",
        slots: slots([("medicine", text(&naltrexone.medicine.short_name))]),
        proposal: Proposal::Task {
            due_days: None,
            focus,
        },
        recommended: false,
    }
}

#[cfg(test)]
mod tests;
