//! The shape of `explain --format json`: a contract, see interfaces.md.

use super::words;
use crate::advise::{Advice, Outcome, RuleLog};
use crate::dose::Total;
use crate::hooks::HookError;
use crate::patient::{Hook, Known, MedicineRow, RowKind, Snapshot};
use crate::rules::{Answer, Finding};
use crate::wire::{Card, Indicator};
use jiff::Timestamp;
use serde::Serialize;

/// One call or patient.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    pub(super) file: String,
    pub(super) hook: &'static str,
    pub(super) as_of: String,
    /// `Patient/…`
    pub(super) patient: String,
    pub(super) scope: Scope,
    pub(super) mme: Mme,
    pub(super) rules: Vec<Rule>,
    pub(super) gaps: Vec<String>,
    pub(super) cards: Vec<Card>,
    /// Prefetch keys that a 412 would name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Scope {
    pub(super) out: Option<bool>,
    pub(super) because: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Mme {
    pub(super) factor_set: String,
    pub(super) before: Option<Sum>,
    pub(super) after: Option<Sum>,
    pub(super) orders: Vec<Order>,
}

#[derive(Debug, Serialize)]
pub(super) struct Sum {
    pub(super) mme_per_day: String,
    pub(super) floor: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Order {
    pub(super) id: String,
    /// `MedicationRequest` or `MedicationStatement`.
    pub(super) resource: String,
    pub(super) role: &'static str,
    pub(super) medication: String,
    pub(super) rxcui: Option<String>,
    pub(super) answer: &'static str,
    pub(super) mme_per_day: Option<String>,
    pub(super) working: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) answer: &'static str,
    pub(super) indicator: Option<Indicator>,
    pub(super) because: Vec<String>,
    pub(super) shown_on: Option<String>,
}

impl Explained {
    pub(super) fn of(advice: Advice, hook: Hook, as_of: Timestamp) -> Explained {
        let Advice {
            outcome,
            rules,
            snapshot,
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

    pub(super) fn named(mut self, file: &str) -> Explained {
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
    }
}

/// Why it fired; a finding about gaps names them.
fn reasons(finding: Finding) -> Vec<String> {
    if finding.because.is_empty() {
        return finding.doubts.iter().map(words::doubt).collect();
    }
    finding.because
}

/// A file that could not be answered.
#[derive(Debug, Serialize)]
pub(super) struct RefusedLine<'a> {
    file: &'a str,
    error: &'a Refused,
}

/// Why not.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    /// The status that the service would give; `None` where the file never gets there.
    pub(super) status: Option<u16>,
    /// For people.
    pub(super) message: String,
}

impl Refused {
    pub(super) fn unreadable(message: String) -> Refused {
        Refused {
            status: None,
            message,
        }
    }

    /// No service of ours answers this hook.
    pub(super) fn of_hook(hook: &str) -> Refused {
        Refused {
            status: Some(400),
            message: format!("hook is {hook}, which no service here answers"),
        }
    }

    pub(super) fn named<'a>(&'a self, file: &'a str) -> RefusedLine<'a> {
        RefusedLine { file, error: self }
    }
}

impl From<HookError> for Refused {
    fn from(error: HookError) -> Refused {
        Refused {
            status: Some(error.status().0.as_u16()),
            message: error.message().into_owned(),
        }
    }
}
