//! What makes an opioid overdose likelier for this person: the factor table of sheet 4.8.
//!
//! Knows which factors are major, which are supporting, and which could not be told.
//! Refuses to know triggers and whether naloxone is on hand.

use crate::dose::Total;
use crate::fhir::Query;
use crate::patient::{ConditionFact, Doubt, FactDate, Known, MedicineRow, Snapshot};
use crate::rules::named::{self, slots, text};
use crate::rules::reduction::reduction;
use crate::rules::{Fact, Reason};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// How much a factor weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// One is enough.
    Major,
    /// Two are enough.
    Supporting,
}

/// What a factor rests on: scope, age and unread data let some kinds count and others not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// An overdose, ever.
    Overdose,
    /// Opioid use disorder, now or in remission.
    OpioidUse,
    /// A benzodiazepine or another sedative.
    Sedation,
    /// Another medicine, or the dose.
    Medicine,
    /// The rest of the record.
    Record,
}

/// A factor that the record shows.
#[derive(Debug, Clone)]
pub(super) struct Factor {
    /// How much it weighs.
    pub(super) weight: Weight,
    /// What it rests on.
    pub(super) basis: Basis,
    /// It makes a warning of the offer, where its basis may.
    pub(super) warns: bool,
    /// How the card names it.
    pub(super) fact: Fact,
    /// Why naloxone is ordered.
    pub(super) reason: Reason,
}

/// A factor of which the record cannot tell.
#[derive(Debug, Clone)]
pub(super) struct Open {
    /// How much it would weigh.
    pub(super) weight: Weight,
    /// What it would rest on.
    pub(super) basis: Basis,
    /// Why it cannot be told.
    pub(super) doubt: Doubt,
}

/// All factors of one person, most important first.
#[derive(Debug, Clone, Default)]
pub(super) struct Factors {
    /// Those that hold.
    pub(super) found: Vec<Factor>,
    /// Those that might.
    pub(super) open: Vec<Open>,
}

/// From here on the dose is a factor (MME/day).
const DOSE: Decimal = Decimal::from_parts(50, 0, 0, false, 0);
/// From here on the dose warns (MME/day).
const HIGH_DOSE: Decimal = Decimal::from_parts(90, 0, 0, false, 0);

/// Every factor of the table.
pub(super) fn factors(snapshot: &Snapshot) -> Factors {
    let mut factors = Factors::default();
    factors.overdose_and_opioid_use(snapshot);
    factors.sedation(snapshot);
    factors.condition(
        Weight::Major,
        "sleep-breathing",
        &snapshot.facts.sleep_breathing,
    );
    factors.dose(snapshot);
    factors.tolerance(snapshot);
    factors.other_use(snapshot);
    factors.treatment(snapshot);
    factors.supporting(snapshot);
    if let Some(doubt) = snapshot.unread(Query::Medications) {
        factors.open(Weight::Major, Basis::Medicine, doubt.clone());
        factors.open(Weight::Major, Basis::Sedation, doubt);
    }
    factors
}

/// The higher of the totals before and after signing, and whether it is the one before; of the drafts alone where the medications could not be read.
fn higher_total(snapshot: &Snapshot) -> (&Total, bool) {
    let mme = &snapshot.mme;
    match (&mme.before, &mme.after) {
        (Some(before), Some(after)) if before.mme_per_day > after.mme_per_day => (before, true),
        (_, Some(after)) => (after, !snapshot.hook.is_order()),
        (_, None) => (&mme.drafts_alone, false),
    }
}

impl Factors {
    fn overdose_and_opioid_use(&mut self, snapshot: &Snapshot) {
        let facts = &snapshot.facts;
        match &facts.overdose {
            Known::Yes(overdose) => {
                let named = named::overdose(overdose);
                self.found(
                    Weight::Major,
                    Basis::Overdose,
                    overdose.within_24_months,
                    named,
                );
            }
            other => self.doubt(Weight::Major, Basis::Overdose, other),
        }
        let (key, warns) = if facts.oud_code_only {
            ("oud-code-only", false)
        } else {
            ("oud", true)
        };
        for (key, warns, known) in [
            (key, warns, &facts.oud),
            ("oud-remission", false, &facts.oud_remission),
        ] {
            match known {
                Known::Yes(condition) => {
                    self.found(
                        Weight::Major,
                        Basis::OpioidUse,
                        warns,
                        use_disorder(key, condition),
                    );
                }
                other => self.doubt(Weight::Major, Basis::OpioidUse, other),
            }
        }
    }

    /// Of the regimen after signing.
    fn sedation(&mut self, snapshot: &Snapshot) {
        for row in snapshot.after().filter(|row| named::is_benzodiazepine(row)) {
            self.found(
                Weight::Major,
                Basis::Sedation,
                true,
                named::benzodiazepine(snapshot, row),
            );
        }
        for row in snapshot.after().filter(|row| named::is_other_sedative(row)) {
            self.found(Weight::Major, Basis::Sedation, false, named::sedative(row));
        }
    }

    fn dose(&mut self, snapshot: &Snapshot) {
        let (total, now) = higher_total(snapshot);
        let mme = total.mme_per_day.map(|mme| mme.value());
        match mme.filter(|mme| *mme >= DOSE) {
            Some(mme) => {
                if let Some(named) = named::mme_after(snapshot, total, now) {
                    self.found(Weight::Major, Basis::Medicine, mme >= HIGH_DOSE, named);
                }
            }
            None if total.floor => {
                for doubt in named::total_doubts(snapshot, total) {
                    self.open(Weight::Major, Basis::Medicine, doubt);
                }
            }
            None => {}
        }
    }

    fn tolerance(&mut self, snapshot: &Snapshot) {
        if let Some(ended) = snapshot.history.lost_tolerance {
            let filled = slots([("date", text(ended.month_year()))]);
            let named = named::fact("lost-tolerance", filled, Vec::new());
            self.found(Weight::Major, Basis::Medicine, false, named);
        }
        self.condition(Weight::Major, "released", &snapshot.facts.released);
        match reduction(snapshot) {
            Known::Yes(_) => {
                let stopped = snapshot
                    .before()
                    .filter(|row| row.is_pain_opioid() && !row.after);
                let rows = stopped.map(|row| row.reference.clone()).collect();
                let named = named::fact("taper-fired", slots([]), rows);
                self.found(Weight::Major, Basis::Medicine, false, named);
            }
            other => self.doubt(Weight::Major, Basis::Medicine, &other),
        }
    }

    fn other_use(&mut self, snapshot: &Snapshot) {
        let facts = &snapshot.facts;
        self.condition(Weight::Major, "alcohol-use", &facts.alcohol_use);
        let alcohol = facts.alcohol_use.yes().map(|row| &row.reference);
        // The set of other disorders holds alcohol too: one row is named once.
        match &facts.other_substance_use {
            Known::Yes(row) if Some(&row.reference) == alcohol => {}
            other => self.condition(Weight::Major, "other-substance-use", other),
        }
    }

    fn treatment(&mut self, snapshot: &Snapshot) {
        match &snapshot.facts.moud {
            Known::Yes(moud) => {
                self.found(Weight::Major, Basis::Medicine, false, named::moud(moud));
            }
            other => match snapshot.after().find(|row| row.moud) {
                Some(row) => self.found(
                    Weight::Major,
                    Basis::Medicine,
                    false,
                    drafted_treatment(row),
                ),
                None => self.doubt(Weight::Major, Basis::Medicine, other),
            },
        }
    }

    fn supporting(&mut self, snapshot: &Snapshot) {
        let facts = &snapshot.facts;
        self.condition(Weight::Supporting, "lung", &facts.lung);
        match &facts.kidney {
            Known::Yes(kidney) => {
                let condition = ConditionFact {
                    name: kidney.name.clone(),
                    date: kidney.date,
                    reference: kidney.reference.clone(),
                };
                let named = named::dated("kidney", &condition);
                self.found(Weight::Supporting, Basis::Record, false, named);
            }
            other => self.doubt(Weight::Supporting, Basis::Record, other),
        }
        self.condition(Weight::Supporting, "liver", &facts.liver);
        if let Some(named) = named::older(snapshot) {
            self.found(Weight::Supporting, Basis::Record, false, named);
        }
        if snapshot.age.is_none() {
            self.open(
                Weight::Supporting,
                Basis::Record,
                Doubt::Unread(Query::Patient),
            );
        }
        let long_acting =
            |row: &&MedicineRow| row.is(ValueSet::ExtendedRelease) || row.is(ValueSet::Methadone);
        if let Some(row) = snapshot.after().find(long_acting) {
            let filled = slots([("medicine", text(row.medicine.short_name.clone()))]);
            let named = named::fact("long-acting", filled, vec![row.reference.clone()]);
            self.found(Weight::Supporting, Basis::Medicine, false, named);
        }
    }

    fn condition(&mut self, weight: Weight, key: &'static str, known: &Known<ConditionFact>) {
        match known {
            Known::Yes(condition) => {
                self.found(weight, Basis::Record, false, named::dated(key, condition));
            }
            other => self.doubt(weight, Basis::Record, other),
        }
    }

    fn found(&mut self, weight: Weight, basis: Basis, warns: bool, fact: Fact) {
        let reason = reason(&fact);
        self.found.push(Factor {
            weight,
            basis,
            warns,
            fact,
            reason,
        });
    }

    fn open(&mut self, weight: Weight, basis: Basis, doubt: Doubt) {
        self.open.push(Open {
            weight,
            basis,
            doubt,
        });
    }

    fn doubt<T>(&mut self, weight: Weight, basis: Basis, known: &Known<T>) {
        if let Some(doubt) = known.doubt() {
            self.open(weight, basis, doubt.clone());
        }
    }
}

/// The phrase of "code only" says itself what the code may mean.
fn use_disorder(key: &'static str, condition: &ConditionFact) -> Fact {
    let mut condition = condition.clone();
    if key == "oud-code-only"
        && let Some((name, _)) = condition.name.split_once(" (")
    {
        condition.name = name.to_owned();
    }
    named::dated(key, &condition)
}

fn drafted_treatment(row: &MedicineRow) -> Fact {
    let start = row.start.map(FactDate::day_of);
    let filled = slots([
        ("name", text(row.medicine.short_name.clone())),
        ("date", text(named::month(start))),
    ]);
    named::fact("moud", filled, vec![row.reference.clone()])
}

/// The factor's row where it is a condition, and its name or number.
fn reason(fact: &Fact) -> Reason {
    let condition = fact
        .evidence
        .iter()
        .find(|row| row.starts_with("Condition/"));
    let named = ["name", "medicine"]
        .iter()
        .find_map(|slot| fact.slots.get(slot));
    let text = match (named, fact.slots.get("mme")) {
        (Some(crate::rules::Slot::Text(name)), _) => name.clone(),
        (_, Some(crate::rules::Slot::Text(mme))) => format!("{mme} MME/day"),
        _ => String::new(),
    };
    Reason {
        condition: condition.cloned(),
        text,
    }
}
