//! One call explained: every rule's answer with the facts behind it, totals with their working, and what could not be read.
//!
//! Knows the shape of `explain --format json`, which is a contract, and the sentences for gaps and doubts.
//! Refuses to know how it is shown: text for people is the commands', the page is `preview`'s.

mod words;

use crate::advise::{Advice, Outcome, RuleLog};
use crate::dose::Total;
use crate::patient::{Hook, Known, MedicineRow, RowKind, Snapshot};
use crate::rules::{Answer, Finding};
use crate::wire::{Card, Indicator};
use jiff::Timestamp;
use serde::Serialize;

/// One call or patient.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// Where the call came from, as its caller names it.
    pub file: String,
    /// The hook.
    pub hook: &'static str,
    /// The instant that it was judged at.
    pub as_of: String,
    /// `Patient/…`
    pub patient: String,
    /// Inside the guideline or not.
    pub scope: Scope,
    /// Totals.
    pub mme: Mme,
    /// Every rule of the hook, in catalogue order, `check-incomplete` last.
    pub rules: Vec<Rule>,
    /// What could not be read.
    pub gaps: Vec<String>,
    /// The answer.
    pub cards: Vec<Card>,
    /// Prefetch keys that a 412 would name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<&'static str>,
}

/// Inside the guideline or not.
#[derive(Debug, Serialize)]
pub struct Scope {
    /// Outside the guideline? `None`: cannot be told.
    pub out: Option<bool>,
    /// What shows it.
    pub because: Vec<String>,
}

/// Totals with what they are made of.
#[derive(Debug, Serialize)]
pub struct Mme {
    /// Conversion factors.
    pub factor_set: String,
    /// The regimen as it is; `None`: not known.
    pub before: Option<Sum>,
    /// The regimen if this is signed.
    pub after: Option<Sum>,
    /// Opioid orders and drafts.
    pub orders: Vec<Order>,
}

/// A total.
#[derive(Debug, Serialize)]
pub struct Sum {
    /// Decimal, in MME a day.
    pub mme_per_day: String,
    /// At least so much.
    pub floor: bool,
}

/// One opioid order.
#[derive(Debug, Serialize)]
pub struct Order {
    /// Bare id.
    pub id: String,
    /// `MedicationRequest` or `MedicationStatement`.
    pub resource: String,
    /// What part it plays.
    pub role: &'static str,
    /// Name.
    pub medication: String,
    /// RxNorm.
    pub rxcui: Option<String>,
    /// What the arithmetic answers.
    pub answer: &'static str,
    /// MME a day, where there is a number.
    pub mme_per_day: Option<String>,
    /// How it came about.
    pub working: Option<String>,
    /// Why there is no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// One rule.
#[derive(Debug, Serialize)]
pub struct Rule {
    /// Rule id.
    pub id: &'static str,
    /// `fires`, `silent`, `cannot-tell`.
    pub answer: &'static str,
    /// Its own, before cards are merged.
    pub indicator: Option<Indicator>,
    /// The facts behind the answer.
    pub because: Vec<String>,
    /// uuid of the card that carries it.
    pub shown_on: Option<String>,
    /// It fired and is quiet: an answer to an earlier card holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
}

/// Why a rule that fired is quiet.
#[derive(Debug, Serialize)]
pub struct Quiet {
    /// What the answer was: `clinical-judgement`, `patient-decision`, `already-done`, `record-problem`, `not-now`.
    pub kind: &'static str,
    /// Until when.
    pub until: String,
}

impl Explained {
    /// Explains an advice.
    pub fn of(advice: Advice, hook: Hook, as_of: Timestamp) -> Explained {
        let Advice {
            outcome,
            rules,
            snapshot,
            ..
        } = advice;
        let (cards, missing) = match outcome {
            Outcome::Cards(response) => (response.cards, Vec::new()),
            Outcome::Missing(queries) => (
                Vec::new(),
                queries.into_iter().map(|query| query.key()).collect(),
            ),
        };
        Explained {
            file: String::new(),
            hook: hook.as_str(),
            as_of: as_of.to_string(),
            patient: snapshot.patient.clone(),
            scope: scope(&snapshot),
            mme: mme(&snapshot),
            rules: rules.into_iter().map(rule).collect(),
            gaps: snapshot.gaps.iter().map(words::gap).collect(),
            cards,
            missing,
        }
    }

    /// With the name of where it came from.
    pub fn named(mut self, file: &str) -> Explained {
        file.clone_into(&mut self.file);
        self
    }
}

fn scope(snapshot: &Snapshot) -> Scope {
    let out = match &snapshot.scope.out {
        Known::Yes(_) => Some(true),
        Known::No => Some(false),
        Known::Unsure(_) => None,
    };
    Scope {
        out,
        because: snapshot.scope.because.clone(),
    }
}

fn mme(snapshot: &Snapshot) -> Mme {
    let sum = |total: &Option<Total>| {
        let total = total.as_ref()?;
        Some(Sum {
            mme_per_day: total.mme_per_day?.to_string(),
            floor: total.floor,
        })
    };
    Mme {
        factor_set: snapshot.site.factor_set.clone(),
        before: sum(&snapshot.mme.before),
        after: sum(&snapshot.mme.after),
        orders: snapshot
            .rows
            .iter()
            .filter(|row| is_listed(row))
            .map(order)
            .collect(),
    }
}

/// Opioid orders and drafts; and statements that are part of the regimen, since totals rest on them.
fn is_listed(row: &MedicineRow) -> bool {
    let kind = match row.kind {
        RowKind::Request | RowKind::Draft => true,
        RowKind::Statement => row.before || row.after,
        RowKind::Dispense => false,
    };
    kind && row.medicine.is_opioid()
}

fn order(row: &MedicineRow) -> Order {
    let (resource, id) = row
        .reference
        .split_once('/')
        .unwrap_or(("", &row.reference));
    Order {
        id: id.to_owned(),
        resource: resource.to_owned(),
        role: row.role.as_str(),
        medication: row.medicine.name.clone(),
        rxcui: row.medicine.rxcui.clone(),
        answer: row.dose.answer.as_str(),
        mme_per_day: row.dose.mme_per_day.map(|mme| mme.to_string()),
        working: row.dose.working.clone(),
        because: row
            .dose
            .because
            .clone()
            .filter(|_| row.dose.mme_per_day.is_none()),
    }
}

fn rule(log: RuleLog) -> Rule {
    let answer = log.answer.as_str();
    let (indicator, because) = match log.answer {
        Answer::Fires(findings) => (
            findings
                .iter()
                .filter_map(|finding| finding.indicator)
                .max(),
            findings.into_iter().flat_map(reasons).collect(),
        ),
        Answer::Silent(because) => (None, because),
        Answer::CannotTell(doubts) => (None, doubts.iter().map(words::doubt).collect()),
    };
    Rule {
        id: log.id,
        answer,
        indicator,
        because,
        shown_on: log.shown_on,
        quiet: log.quiet.map(|hush| Quiet {
            kind: hush.kind.as_str(),
            until: hush.until.to_string(),
        }),
    }
}

/// Why it fired; a finding about gaps names them.
fn reasons(finding: Finding) -> Vec<String> {
    if finding.because.is_empty() {
        return finding.doubts.iter().map(words::doubt).collect();
    }
    finding.because
}
