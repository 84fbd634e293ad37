//! `kidney-liver`: an opioid that failing kidneys or a failing liver clear too slowly (sheet 4.25).
//!
//! Knows which opioid matters at which grade, and when a renewal only deserves a line.
//! Refuses to compute a dose.

mod rows;
#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::naming::note_doubt;
use super::{Answer, Fact, Finding, Proposal, Slots, Suggest, drafted};
use crate::fhir::Query;
use crate::patient::{Doubt, KidneyGrade, MedicineRow, Snapshot};
use crate::wire::Indicator;
use rows::{Level, Liver};

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = match drafted::opioids(snapshot) {
        Ok(drafts) => drafts,
        Err(answer) => return answer,
    };
    let found = Found::of(snapshot, &drafts);
    if !found.kidney.is_empty() || !found.liver.is_empty() {
        return Answer::Fires(vec![finding(snapshot, &found)]);
    }
    if !found.open.is_empty() {
        return Answer::CannotTell(found.open);
    }
    if snapshot.dosing.old_egfr.is_some() && drafts.iter().any(|row| rows::matters_to_kidneys(row))
    {
        return Answer::Fires(vec![ask_for_a_new_value(snapshot, &drafts)]);
    }
    Answer::silent("No drafted opioid depends on what was found about kidneys and liver.")
}

/// Drafts that the table names, and what could not be told.
struct Found<'a> {
    kidney: Vec<(&'a MedicineRow, Level)>,
    liver: Vec<(&'a MedicineRow, Liver)>,
    /// What could not be told of drafts that would depend on it.
    open: Vec<Doubt>,
}

impl<'a> Found<'a> {
    fn of(snapshot: &Snapshot, drafts: &[&'a MedicineRow]) -> Found<'a> {
        let facts = &snapshot.facts;
        let mut open = Vec::new();
        let mut kidney = Vec::new();
        let mut liver = Vec::new();
        for row in drafts.iter().copied() {
            match facts.kidney.yes() {
                Some(found) => kidney.extend(
                    rows::kidney(snapshot, row, found.grade, &mut open).map(|level| (row, level)),
                ),
                None if rows::matters_to_kidneys(row) => note_doubt(&mut open, &facts.kidney),
                None => {}
            }
            match facts.liver.yes() {
                Some(_) => {
                    liver.extend(rows::liver(snapshot, row, &mut open).map(|why| (row, why)))
                }
                None => note_doubt(&mut open, &facts.liver),
            }
        }
        Found {
            kidney,
            liver,
            open,
        }
    }

    fn level(&self) -> Level {
        let kidney = self.kidney.iter().map(|(_, level)| *level).max();
        let liver = (!self.liver.is_empty()).then_some(Level::Info);
        kidney.max(liver).unwrap_or(Level::Line)
    }

    fn is_about_the_liver(&self) -> bool {
        let kidney = self.kidney.iter().map(|(_, level)| *level).max();
        !self.liver.is_empty() && kidney.is_none_or(|level| level == Level::Line)
    }

    fn rows(&self) -> Vec<&'a MedicineRow> {
        let rows = self.kidney.iter().map(|(row, _)| *row);
        let rows = rows.chain(self.liver.iter().map(|(row, _)| *row));
        rows.fold(Vec::new(), |mut rows, row| {
            if !rows
                .iter()
                .any(|known: &&MedicineRow| std::ptr::eq(*known, row))
            {
                rows.push(row);
            }
            rows
        })
    }
}

fn finding(snapshot: &Snapshot, found: &Found<'_>) -> Finding {
    let rows = found.rows();
    let level = found.level();
    let liver = found.is_about_the_liver();
    let mut doubts = found.open.clone();
    if let Some(doubt) = snapshot.unread(Query::Laboratory)
        && !found.kidney.is_empty()
    {
        doubts.push(doubt);
    }
    Finding {
        indicator: level.indicator(),
        case: if liver { "liver" } else { "kidney" },
        slots: card_slots(snapshot, &rows, liver),
        facts: facts(snapshot, found, &rows),
        doubts: named::once(doubts),
        drafts: rows.iter().map(|row| row.reference.clone()).collect(),
        suggest: suggestions(level),
        because: because(snapshot, found),
    }
}

fn card_slots(snapshot: &Snapshot, rows: &[&MedicineRow], liver: bool) -> Slots {
    let facts = &snapshot.facts;
    let kidney = facts.kidney.yes().filter(|_| !liver);
    let liver = facts.liver.yes().filter(|_| liver);
    let name = kidney.map(|kidney| named::inline(&kidney.name));
    let date = kidney.and_then(|kidney| kidney.date);
    let opioid = drafted::together(rows);
    slots([
        ("opioid", text(opioid.clone())),
        ("subject", text(named::subject(&opioid))),
        (
            "name",
            text(
                name.or(liver.map(|row| named::inline(&row.name)))
                    .unwrap_or_default(),
            ),
        ),
        (
            "date",
            text(named::month(date.or(liver.and_then(|row| row.date)))),
        ),
    ])
}

fn facts(snapshot: &Snapshot, found: &Found<'_>, rows: &[&MedicineRow]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    if !found.kidney.is_empty() {
        facts.extend(snapshot.facts.kidney.yes().map(named::kidney));
    }
    if !found.liver.is_empty() {
        facts.extend(
            snapshot
                .facts
                .liver
                .yes()
                .map(|row| named::dated("liver", row)),
        );
    }
    facts.extend(rows.iter().map(|row| named::opioid(row)));
    facts.extend(found.liver.iter().filter_map(|(row, why)| {
        let Liver::Acetaminophen(grams) = why else {
            return None;
        };
        let filled = slots([
            ("medicine", text(row.medicine.short_name.clone())),
            ("grams", text(grams.normalize().to_string())),
        ]);
        Some(named::fact(
            "acetaminophen",
            filled,
            vec![row.reference.clone()],
        ))
    }));
    facts
}

fn suggestions(level: Level) -> Vec<Suggest> {
    if level == Level::Line {
        return Vec::new();
    }
    vec![Suggest {
        key: "ask-pharmacist",
        slots: slots([]),
        proposal: Proposal::ServiceRequest { due_days: Some(7) },
        recommended: false,
    }]
}

/// An eGFR below 30 that is too old to count: a line asks for a new one.
fn ask_for_a_new_value(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Finding {
    let concerned: Vec<&MedicineRow> = drafts
        .iter()
        .copied()
        .filter(|row| rows::matters_to_kidneys(row))
        .collect();
    let old = snapshot.dosing.old_egfr.as_ref();
    let value = old.map(|old| old.value.clone()).unwrap_or_default();
    let opioid = drafted::together(&concerned);
    Finding {
        indicator: None,
        case: "old",
        slots: slots([
            ("opioid", text(opioid.clone())),
            ("subject", text(named::subject(&opioid))),
            ("name", text(format!("eGFR {value}"))),
            (
                "date",
                text(old.map(|old| old.date.day()).unwrap_or_default()),
            ),
        ]),
        facts: Vec::new(),
        doubts: Vec::new(),
        drafts: concerned.iter().map(|row| row.reference.clone()).collect(),
        suggest: Vec::new(),
        because: vec![format!(
            "The newest eGFR ({value}) is older than 12 months."
        )],
    }
}

fn because(snapshot: &Snapshot, found: &Found<'_>) -> Vec<String> {
    let mut because = Vec::new();
    if let (Some(kidney), false) = (snapshot.facts.kidney.yes(), found.kidney.is_empty()) {
        let grade = match kidney.grade {
            KidneyGrade::Severe => "severe",
            KidneyGrade::Moderate => "moderate",
        };
        let rows: Vec<_> = found.kidney.iter().map(|(row, _)| *row).collect();
        because.push(format!(
            "{} ({grade}), and {} is drafted.",
            kidney.name,
            drafted::together(&rows)
        ));
    }
    if let (Some(liver), false) = (snapshot.facts.liver.yes(), found.liver.is_empty()) {
        let rows: Vec<_> = found.liver.iter().map(|(row, _)| *row).collect();
        because.push(format!(
            "{}, and {} is drafted.",
            liver.name,
            drafted::together(&rows)
        ));
    }
    because
}

impl Level {
    fn indicator(self) -> Option<Indicator> {
        match self {
            Level::Warning => Some(Indicator::Warning),
            Level::Info => Some(Indicator::Info),
            Level::Line => None,
        }
    }
}
