//! What signing does to a long-term opioid regimen: what goes, what comes, and how large the step is.
//!
//! Knows rows and totals before and after signing.
//! Refuses to know which step is too large.

use crate::dose::{self, Total};
use crate::fhir::Query;
use crate::patient::{Doubt, MedicineRow, RowKind, Snapshot};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// A step of a schedule counts if it begins within so many days (sheet 4.4).
const STEP_DAYS: i64 = 28;
/// Totals beyond any dose: a mistake in the record, with which nothing is computed.
const LARGEST_TOTAL: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// The opioids that count for long-term use, before and after signing.
pub(in crate::rules) struct Change<'a> {
    /// In the regimen before.
    pub(in crate::rules) before: Vec<&'a MedicineRow>,
    /// Of these: stopped or superseded by a draft.
    pub(in crate::rules) gone: Vec<&'a MedicineRow>,
    /// In the regimen if this is signed.
    pub(in crate::rules) after: Vec<&'a MedicineRow>,
    snapshot: &'a Snapshot,
}

impl<'a> Change<'a> {
    pub(in crate::rules) fn of(snapshot: &'a Snapshot) -> Change<'a> {
        let before: Vec<_> = snapshot.before().filter(|row| counts(row)).collect();
        let gone = before.iter().copied().filter(|row| !row.after).collect();
        let after = snapshot.after().filter(|row| counts(row)).collect();
        Change {
            before,
            gone,
            after,
            snapshot,
        }
    }

    /// No opioid is left, or none that has MME.
    pub(in crate::rules) fn leaves_nothing(&self) -> bool {
        self.after.is_empty()
            || (exact(&self.snapshot.mme.after) == Some(Decimal::ZERO) && self.had_mme())
    }

    fn had_mme(&self) -> bool {
        let before = self.snapshot.mme.before.as_ref();
        before
            .and_then(|total| total.mme_per_day)
            .is_some_and(|mme| mme.value() > Decimal::ZERO)
    }

    /// Buprenorphine or methadone is drafted, new or again.
    pub(in crate::rules) fn keeps_with_buprenorphine_or_methadone(&self) -> bool {
        self.snapshot
            .drafts()
            .any(|row| row.is(ValueSet::Buprenorphine) || row.is(ValueSet::Methadone))
    }

    /// Buprenorphine is drafted for somebody who has none.
    pub(in crate::rules) fn starts_buprenorphine(&self) -> bool {
        let has = self
            .snapshot
            .before()
            .any(|row| row.is(ValueSet::Buprenorphine));
        !has && self
            .snapshot
            .drafts()
            .any(|row| row.is(ValueSet::Buprenorphine))
    }

    /// One opioid goes and another comes.
    pub(in crate::rules) fn rotates(&self) -> bool {
        let lost = self
            .gone
            .iter()
            .any(|row| !self.after.iter().any(|other| other.same_opioid(row)));
        lost && self.added().next().is_some()
    }

    /// … and the other is methadone.
    pub(in crate::rules) fn adds_methadone(&self) -> bool {
        self.added().any(|row| row.is(ValueSet::Methadone))
    }

    fn added(&self) -> impl Iterator<Item = &'a MedicineRow> {
        let snapshot = self.snapshot;
        snapshot.drafts().filter(|draft| {
            draft.medicine.is_opioid() && !snapshot.before().any(|row| row.same_opioid(draft))
        })
    }

    /// All opioids before are taken as needed.
    pub(in crate::rules) fn as_needed_only(&self) -> bool {
        self.before.iter().all(|row| row.as_needed)
    }

    /// Drafts and stop orders that make the change.
    pub(in crate::rules) fn drafts(&self) -> Vec<String> {
        let mut drafts: Vec<String> = self
            .snapshot
            .drafts()
            .filter(|draft| {
                let replaces = |row: &&MedicineRow| draft.supersedes.contains(&row.reference);
                self.gone.iter().any(replaces) || draft.medicine.is_opioid()
            })
            .map(|draft| draft.reference.clone())
            .collect();
        drafts.extend(self.gone.iter().filter_map(|row| row.stopped_by.clone()));
        drafts.dedup();
        drafts
    }

    /// The step, the larger of the first and the last that begins within four weeks; `None`: cannot be computed.
    pub(in crate::rules) fn step(&self) -> Option<Step> {
        let before = exact(&self.snapshot.mme.before).filter(|total| *total > Decimal::ZERO)?;
        let total = exact(&self.snapshot.mme.after)?;
        let first = self.with_steps(total, |_| Some(0))?;
        let last = self.with_steps(total, |draft| {
            last_step(draft, |begins| begins.is_some_and(|days| days <= STEP_DAYS))
        })?;
        let latest = self.with_steps(total, |draft| {
            last_step(draft, |begins| begins.is_none_or(|days| days <= STEP_DAYS))
        })?;
        let after = first.min(last);
        let step = Step {
            before,
            after,
            lowest: after.min(latest),
            comes_later: last < first,
        };
        let sensible = before <= LARGEST_TOTAL && first.max(last) <= LARGEST_TOTAL;
        sensible.then_some(step)
    }

    /// MME(after) with the chosen step of each numbered schedule in place of its largest.
    fn with_steps(
        &self,
        total: Decimal,
        chosen: impl Fn(&MedicineRow) -> Option<usize>,
    ) -> Option<Decimal> {
        let mut total = total;
        let drafted = |row: &&&MedicineRow| row.kind == RowKind::Draft && row.counts_in_mme;
        for draft in self.after.iter().filter(drafted) {
            let Some(step) = chosen(draft).and_then(|index| draft.steps.get(index)) else {
                continue;
            };
            let largest = draft.dose.mme_per_day?.value();
            total = total
                .checked_sub(largest)?
                .checked_add(step.mme_per_day?.value())?;
        }
        Some(total)
    }

    /// Why the step cannot be computed.
    pub(in crate::rules) fn why_not(&self) -> Vec<Doubt> {
        let mut doubts: Vec<Doubt> = Vec::new();
        let rows = self
            .before
            .iter()
            .chain(self.after.iter().filter(|row| !row.before));
        for row in rows {
            let numbered = row.dose.mme_per_day.is_some()
                && row.steps.iter().all(|step| step.mme_per_day.is_some());
            if !numbered {
                doubts.push(dose_doubt(row));
            }
        }
        doubts.extend(self.snapshot.unread(Query::Medications));
        doubts
    }

    /// Drafts of which a step does not say when it begins.
    pub(in crate::rules) fn undated_steps(&self) -> Vec<Doubt> {
        self.after
            .iter()
            .filter(|row| {
                row.steps
                    .iter()
                    .any(|step| step.begins_after_days.is_none())
            })
            .map(|row| Doubt::Dose {
                order: row.reference.clone(),
                because: format!(
                    "{} has numbered steps and does not say when each begins.",
                    row.medicine.short_name
                ),
            })
            .collect()
    }
}

/// OPIOID, METHADONE for pain, BUP-PAIN: what P-LTOT counts.
fn counts(row: &MedicineRow) -> bool {
    let cough_only = row.is(ValueSet::OpioidCough) && !row.is(ValueSet::Opioid);
    row.is_pain_opioid() && !cough_only
}

/// A total that is no floor.
fn exact(total: &Option<Total>) -> Option<Decimal> {
    let total = total.as_ref().filter(|total| !total.floor)?;
    Some(total.mme_per_day?.value())
}

fn last_step(draft: &MedicineRow, counts: impl Fn(Option<i64>) -> bool) -> Option<usize> {
    draft
        .steps
        .iter()
        .rposition(|step| counts(step.begins_after_days))
}

fn dose_doubt(row: &MedicineRow) -> Doubt {
    let because = row.dose.because.clone().unwrap_or_else(|| {
        if row.dose.answer == dose::Answer::Excluded {
            format!("{} has no MME.", row.medicine.short_name)
        } else {
            format!("The dose of {} could not be read.", row.medicine.short_name)
        }
    });
    Doubt::Dose {
        order: row.reference.clone(),
        because,
    }
}

/// A step from one total to a smaller one; shares are compared without division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) struct Step {
    /// MME/day before.
    pub(in crate::rules) before: Decimal,
    /// MME/day after.
    pub(in crate::rules) after: Decimal,
    /// It is not the first step of the schedule.
    pub(in crate::rules) comes_later: bool,
    /// The same if steps that do not say when they begin came within four weeks.
    lowest: Decimal,
}

impl Step {
    /// Is the step larger than so many percent?
    pub(in crate::rules) fn above(self, percent: u32) -> bool {
        self.share_above(self.after, percent)
    }

    /// Might it be, if undated steps came early?
    pub(in crate::rules) fn may_be_above(self, percent: u32) -> bool {
        self.share_above(self.lowest, percent)
    }

    fn share_above(self, after: Decimal, percent: u32) -> bool {
        (self.before - after) * Decimal::ONE_HUNDRED > self.before * Decimal::from(percent)
    }

    /// For people: whole percent, with as many decimals as keep it on its side of these thresholds.
    pub(in crate::rules) fn percent(self, thresholds: [u32; 2]) -> String {
        let share = (self.before - self.after) * Decimal::ONE_HUNDRED / self.before;
        let same_side = |shown: &Decimal| {
            thresholds
                .iter()
                .all(|percent| (*shown > Decimal::from(*percent)) == self.above(*percent))
        };
        (0..=10)
            .map(|places| share.round_dp(places))
            .find(same_side)
            .unwrap_or(share)
            .normalize()
            .to_string()
    }
}
