//! Quiet periods: which answers of clinicians still hold for this patient (rule catalogue section 6).
//!
//! Knows what a code says and for how long, whom the answer to a merged card is about, and what ends a period before its time.
//! Refuses to know where periods are kept and who asks: they come in as an argument. A rule that is quiet hides nothing but
//! itself, and it has fired all the same.

mod answered;
mod grounds;
mod mark;
mod table;
#[cfg(test)]
mod tests;

pub use answered::{Heard, SentCard, SentRule, answered};
pub use grounds::Grounds;
pub use mark::{Mark, Marker};
pub use table::{Ends, Kind, NOT_NOW, Row, TABLE, is_bound_to_draft, row_of};

use crate::patient::Snapshot;
use crate::rules::{Answer, Finding, Rule};
use crate::wire::Indicator;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For what an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// For this patient.
    Patient,
    /// For this patient in this encounter.
    Encounter(Mark),
    /// For the drafts that the card was about.
    Drafts,
}

/// An answer of a clinician that keeps a rule quiet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Rule id.
    pub rule: String,
    /// What the answer says.
    pub kind: Kind,
    /// For what.
    pub reach: Reach,
    /// What ends it before its time.
    pub ends: Ends,
    /// Until when, in seconds since 1970.
    pub until: i64,
    /// What the answered finding rested on.
    pub grounds: Grounds,
}

impl Period {
    /// Is it over by now?
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until <= now.as_second()
    }
}

/// What is quiet for the patient of one call.
#[derive(Debug, Clone)]
pub struct Quiet {
    /// Now.
    pub now: Timestamp,
    /// Makes this patient's marks.
    pub marker: Marker,
    /// The encounter of the call.
    pub encounter: Option<Mark>,
    /// Answers that are kept, in any order.
    pub periods: Vec<Period>,
}

/// Why a finding is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hush {
    /// What the answer was.
    pub kind: Kind,
    /// Until when.
    pub until: Timestamp,
}

/// Findings that fired and are quiet, by rule id and place among the rule's findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hushed(BTreeMap<(&'static str, usize), Hush>);

impl FromIterator<((&'static str, usize), Hush)> for Hushed {
    fn from_iter<I: IntoIterator<Item = ((&'static str, usize), Hush)>>(findings: I) -> Hushed {
        Hushed(findings.into_iter().collect())
    }
}

impl Hushed {
    /// Is this finding of the rule quiet?
    pub fn is(&self, rule: &'static str, at: usize) -> bool {
        self.0.contains_key(&(rule, at))
    }

    /// The rule's first finding that is quiet.
    pub fn of(&self, rule: &'static str) -> Option<Hush> {
        let mut all = self.0.range((rule, 0)..);
        all.next()
            .filter(|((found, _), _)| *found == rule)
            .map(|(_, hush)| *hush)
    }
}

impl Quiet {
    /// Which of these findings are quiet.
    pub fn hushed(&self, answers: &[(&'static Rule, Answer)], snapshot: &Snapshot) -> Hushed {
        let mut hushed = Hushed::default();
        for (rule, answer) in answers {
            let Answer::Fires(findings) = answer else {
                continue;
            };
            let periods = || self.periods.iter().filter(|it| it.rule == rule.id);
            if periods().next().is_none() {
                continue;
            }
            for (at, finding) in findings.iter().enumerate() {
                let grounds = Grounds::of(&self.marker, rule, finding, snapshot);
                let holding = periods().filter(|it| self.holds(it, finding, &grounds));
                if let Some(period) = holding.max_by_key(|period| period.until) {
                    let hush = Hush {
                        kind: period.kind,
                        until: Timestamp::from_second(period.until).unwrap_or(self.now),
                    };
                    hushed.0.insert((rule.id, at), hush);
                }
            }
        }
        hushed
    }

    fn holds(&self, period: &Period, finding: &Finding, now: &Grounds) -> bool {
        let bound = is_bound_to_draft(&period.rule)
            || finding.indicator == Some(Indicator::Critical)
            || period.reach == Reach::Drafts;
        let reaches = match period.reach {
            Reach::Encounter(encounter) => self.encounter == Some(encounter),
            Reach::Patient | Reach::Drafts => true,
        };
        !period.is_over(self.now)
            && reaches
            && (!bound || period.grounds.is_same_draft(now, finding.drafts.len()))
            && !period.grounds.is_graver(now)
            && !period.grounds.is_ended_by(now, period.ends)
    }
}
