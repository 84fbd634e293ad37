//! `pregnancy`: an opioid or treatment of opioid use disorder starts, changes, goes on or stops while pregnant (sheet 4.24).
//!
//! Knows which change warns, which informs, and which is a line.
//! Refuses to know breastfeeding, and what a step down is beyond its share.

#[cfg(test)]
mod tests;

use super::increase::increase;
use super::named::{self, slots, text};
use super::naming;
use super::raised::lowered;
use super::reduction::{Less, less};
use super::{Answer, Fact, Finding, Proposal, Slot, Slots, Suggest, drafted, treatment};
use crate::fhir::Query;
use crate::patient::{ConditionFact, Doubt, Known, MedicineRow, RowKind, Snapshot};
use crate::wire::Indicator;

/// A step down of more than this share counts (percent).
const STEP_PERCENT: u32 = 10;

/// What the drafts do, the most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    /// Treatment of opioid use disorder stops or goes down.
    TreatmentLess,
    /// Opioids for pain stop or go down.
    Less,
    /// An opioid that was not there.
    New,
    /// A higher total.
    More,
    /// Treatment of opioid use disorder begins.
    Treatment,
    /// An opioid for pain goes on.
    Steady,
    /// Treatment goes on.
    TreatmentSteady,
}

impl Case {
    fn word(self) -> &'static str {
        match self {
            Case::TreatmentLess => "treatment-less",
            Case::Less => "less",
            Case::New => "new",
            Case::More => "more",
            Case::Treatment => "treatment",
            Case::Steady => "steady",
            Case::TreatmentSteady => "treatment-steady",
        }
    }

    fn indicator(self) -> Option<Indicator> {
        match self {
            Case::TreatmentLess | Case::Less | Case::New | Case::More => Some(Indicator::Warning),
            Case::Treatment | Case::Steady => Some(Indicator::Info),
            Case::TreatmentSteady => None,
        }
    }
}

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let facts = &snapshot.facts;
    let change = Change::of(snapshot);
    if change.cases.is_empty() && change.doubts.is_empty() {
        return Answer::silent("No opioid is drafted, stopped or changed.");
    }
    let pregnant = match (&facts.pregnant, &facts.pregnancy_undated) {
        (Known::Yes(pregnant), _) => pregnant,
        (Known::Unsure(doubt), _) => return Answer::CannotTell(vec![doubt.clone()]),
        (Known::No, Some(listed)) => return Answer::Fires(vec![ask(&change, listed)]),
        // Pregnancy status is an observation of the social history.
        (Known::No, None) => {
            return match snapshot.unread(Query::SocialHistory) {
                Some(doubt) => Answer::CannotTell(vec![doubt]),
                None => Answer::silent("No pregnancy in the data received."),
            };
        }
    };
    let worst = change.cases.first().copied();
    let settled = worst.filter(|case| change.doubts.is_empty() || *case <= Case::Steady);
    match settled {
        Some(case) => Answer::Fires(vec![finding(snapshot, pregnant, &change, case)]),
        None => Answer::CannotTell(change.doubts),
    }
}

/// What the drafts do to opioids and treatment.
struct Change<'a> {
    /// Rows of the table that hold, the most serious first.
    cases: Vec<Case>,
    /// Why more serious ones cannot be told.
    doubts: Vec<Doubt>,
    /// Opioids that it is about.
    rows: Vec<&'a MedicineRow>,
}

impl<'a> Change<'a> {
    fn of(snapshot: &'a Snapshot) -> Change<'a> {
        let drafts: Vec<&MedicineRow> = snapshot
            .drafts()
            .filter(|row| row.medicine.is_opioid())
            .collect();
        let stopped: Vec<&MedicineRow> = snapshot
            .stopped()
            .filter(|row| row.medicine.is_opioid() || row.treats_opioid_use())
            .collect();
        let mut change = Change {
            cases: Vec::new(),
            doubts: Vec::new(),
            rows: stopped.iter().chain(&drafts).copied().collect(),
        };
        change.pain(snapshot, &drafts);
        change.treatment(snapshot);
        if drafts.is_empty() && stopped.is_empty() {
            change.doubts.extend(naming::unidentified(snapshot));
            // A stop order is known by what it stops.
            change.doubts.extend(snapshot.unread(Query::Medications));
        }
        change.cases.sort_unstable();
        change
    }

    fn pain(&mut self, snapshot: &Snapshot, drafts: &[&MedicineRow]) {
        let pain: Vec<_> = drafts.iter().filter(|row| row.is_pain_opioid()).collect();
        if pain.iter().any(|row| drafted::is_new(snapshot, row)) {
            self.cases.push(Case::New);
        } else if !pain.is_empty() {
            self.cases.push(Case::Steady);
        }
        if !pain.is_empty() {
            match increase(snapshot) {
                Known::Yes(()) => self.cases.push(Case::More),
                Known::No => {}
                Known::Unsure(doubt) => self.doubts.push(doubt),
            }
        }
        // Moving on to treatment is no stop.
        if treatment::started(snapshot).next().is_some() {
            return;
        }
        match less(snapshot, STEP_PERCENT) {
            Less::No => {}
            Less::All | Less::Step => self.cases.push(Case::Less),
            Less::Unknown(doubts) => self.doubts.extend(doubts),
        }
    }

    fn treatment(&mut self, snapshot: &Snapshot) {
        if !treatment::stopped(snapshot).is_empty() {
            self.cases.push(Case::TreatmentLess);
        }
        if treatment::started(snapshot).next().is_some() {
            self.cases.push(Case::Treatment);
        }
        for row in treatment::renewed(snapshot) {
            self.cases.push(Case::TreatmentSteady);
            match lowered(snapshot, row, STEP_PERCENT) {
                Known::Yes(()) => self.cases.push(Case::TreatmentLess),
                Known::No => {}
                Known::Unsure(doubt) => self.doubts.push(doubt),
            }
        }
    }

    fn drafts(&self) -> Vec<String> {
        let named = self.rows.iter().map(|row| match &row.stopped_by {
            Some(stop) => stop.clone(),
            None => row.reference.clone(),
        });
        named::once(named)
    }

    /// The medicines that this row of the table is about; all where it is about none in particular.
    fn name(&self, case: Case) -> String {
        let about = |row: &&&MedicineRow| match case {
            Case::Treatment => row.moud && row.kind == RowKind::Draft,
            Case::TreatmentLess | Case::TreatmentSteady => row.treats_opioid_use(),
            Case::Less | Case::New | Case::More | Case::Steady => row.is_pain_opioid(),
        };
        let name = |row: &&'a MedicineRow| row.medicine.short_name.as_str();
        let mut names = named::once(self.rows.iter().filter(about).map(name));
        if names.is_empty() {
            names = named::once(self.rows.iter().map(name));
        }
        names.join(" and ")
    }
}

/// A pregnancy row without a date: the rule does not fire, and a line says so.
fn ask(change: &Change<'_>, listed: &ConditionFact) -> Finding {
    let filled = slots([("name", text(listed.name.clone()))]);
    Finding {
        indicator: None,
        case: "undated",
        slots: empty_slots(&change.name(Case::Steady)),
        facts: vec![named::fact(
            "undated",
            filled,
            vec![listed.reference.clone()],
        )],
        doubts: Vec::new(),
        drafts: change.drafts(),
        suggest: Vec::new(),
        because: vec![format!("{} has no date: ask.", listed.reference)],
    }
}

fn finding(
    snapshot: &Snapshot,
    pregnant: &ConditionFact,
    change: &Change<'_>,
    case: Case,
) -> Finding {
    let indicator = case.indicator();
    let consult = Suggest {
        key: "obstetrics",
        slots: slots([]),
        proposal: Proposal::ServiceRequest { due_days: None },
        recommended: false,
    };
    let unread = snapshot.unread(Query::Medications).into_iter();
    let oud = snapshot.facts.oud.doubt().cloned();
    Finding {
        indicator,
        case: case.word(),
        slots: card_slots(snapshot, pregnant, change, case),
        facts: facts(snapshot, pregnant, change),
        doubts: named::once(unread.chain(oud).chain(change.doubts.iter().cloned())),
        drafts: change.drafts(),
        suggest: indicator.map(|_| consult).into_iter().collect(),
        because: vec![format!(
            "Pregnant ({}), and {}: case {}.",
            pregnant.reference,
            change.name(case),
            case.word()
        )],
    }
}

fn empty_slots(name: &str) -> Slots {
    slots([
        ("subject", text(named::subject(name))),
        ("medicine", text(name)),
        ("date", text("")),
        ("due", text("")),
        ("weeks", text("")),
        ("oud", Slot::Flag(false)),
        ("term_caution", Slot::Flag(false)),
        ("stopped", Slot::Flag(false)),
    ])
}

fn card_slots(
    snapshot: &Snapshot,
    pregnant: &ConditionFact,
    change: &Change<'_>,
    case: Case,
) -> Slots {
    let dates = snapshot.facts.pregnancy_dates.as_ref();
    let due = dates.and_then(|dates| dates.due).map(|due| due.day());
    let weeks = dates
        .and_then(|dates| dates.weeks)
        .map(|weeks| weeks.to_string());
    let stopped = change.rows.iter().any(|row| row.stopped_by.is_some());
    let mut filled = empty_slots(&change.name(case));
    filled.insert("date", text(named::month(pregnant.date)));
    filled.insert("due", text(due.unwrap_or_default()));
    filled.insert("weeks", text(weeks.unwrap_or_default()));
    filled.insert("oud", Slot::Flag(snapshot.facts.oud.is_yes()));
    filled.insert(
        "term_caution",
        Slot::Flag(change.rows.iter().any(|row| is_for_caution(row))),
    );
    filled.insert("stopped", Slot::Flag(stopped));
    filled
}

/// Codeine and tramadol ask for caution near term (sheet 4.24).
fn is_for_caution(row: &MedicineRow) -> bool {
    let mut opioids = row.medicine.opioids.iter();
    opioids.any(|opioid| ["codeine", "tramadol"].contains(&opioid.ingredient.name.as_str()))
}

/// The pregnancy with how far it is, then the medicines, then the disorder and its treatment.
fn facts(snapshot: &Snapshot, pregnant: &ConditionFact, change: &Change<'_>) -> Vec<Fact> {
    let found = &snapshot.facts;
    let dates = found.pregnancy_dates.as_ref();
    let on =
        |day: Option<crate::patient::FactDate>| text(day.map(|day| day.day()).unwrap_or_default());
    let weeks = dates
        .and_then(|dates| dates.weeks)
        .map(|weeks| weeks.to_string());
    let filled = slots([
        ("date", text(named::month(pregnant.date))),
        ("due", on(dates.and_then(|dates| dates.due))),
        ("weeks", text(weeks.unwrap_or_default())),
        ("measured", on(dates.and_then(|dates| dates.measured))),
    ]);
    let mut rows = vec![pregnant.reference.clone()];
    rows.extend(dates.map(|dates| dates.reference.clone()));
    let mut facts = vec![named::fact("pregnant", filled, named::once(rows))];
    facts.extend(change.rows.iter().map(|row| {
        let mut fact = treatment::row("opioid-change", row, None);
        fact.slots
            .insert("stopped", Slot::Flag(row.stopped_by.is_some()));
        fact.slots
            .insert("treats", Slot::Flag(row.treats_opioid_use()));
        fact
    }));
    facts.extend(found.oud.yes().map(|row| named::dated("oud", row)));
    let named_already =
        |reference: &String| change.rows.iter().any(|row| row.reference == *reference);
    let moud = found
        .moud
        .yes()
        .filter(|moud| !named_already(&moud.reference));
    facts.extend(moud.and_then(|_| treatment::current(snapshot)));
    facts
}
