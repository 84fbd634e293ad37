//! Less of an opioid that somebody has relied on: what the draft set does to a long-term regimen.
//!
//! Knows the decision table of sheet 4.4 as far as it answers "stop", "step" or neither.
//! Refuses to know indicator, words and suggestions of `taper-safety`.

use super::{named, share};
use crate::fhir::Query;
use crate::patient::{Doubt, Hook, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// What is done to a long-term regimen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reduction {
    /// Every opioid ends.
    Stop,
    /// A step of the total that the sheet asks about.
    Step {
        /// MME/day before.
        before: Decimal,
        /// MME/day after; of a step schedule, its lowest step that begins within 28 days.
        after: Decimal,
    },
}

/// A change of the opioid that lowers the total by more than this share (percent) is no mere rotation (sheet 4.4).
const ROTATION_PERCENT: u32 = 60;

/// Does this call stop or cut a long-term opioid in a way that sheet 4.4 fires on?
pub(super) fn reduction(snapshot: &Snapshot) -> Known<Reduction> {
    if snapshot.hook != Hook::OrderSign {
        return Known::No;
    }
    let gone: Vec<_> = snapshot
        .before()
        .filter(|row| relied_on(row) && !row.after)
        .collect();
    if gone.is_empty() {
        // A stop order has nothing to match while the record's orders are unread: that is not "nothing stopped".
        return snapshot
            .unread(Query::Medications)
            .map_or(Known::No, Known::Unsure);
    }
    match &snapshot.history.long_term {
        Known::No => Known::No,
        Known::Unsure(doubt) => Known::Unsure(doubt.clone()),
        Known::Yes(long_term) => changed(snapshot, &gone, long_term.ltot_days),
    }
}

fn changed(snapshot: &Snapshot, gone: &[&MedicineRow], ltot_days: i64) -> Known<Reduction> {
    let is_new = |row: &MedicineRow| !gone.iter().any(|old| old.same_ingredient(row));
    if snapshot
        .all_drafts()
        .any(|row| row.is(ValueSet::Buprenorphine) && is_new(row))
    {
        return Known::No;
    }
    if snapshot.after().any(relied_on) {
        return step(snapshot, gone, ltot_days);
    }
    let treated =
        |row: &MedicineRow| row.is(ValueSet::Buprenorphine) || row.is(ValueSet::Methadone);
    if snapshot.all_drafts().any(treated) {
        return Known::No;
    }
    Known::Yes(Reduction::Stop)
}

fn step(snapshot: &Snapshot, gone: &[&MedicineRow], ltot_days: i64) -> Known<Reduction> {
    let (Some(before), Some(after)) = (&snapshot.mme.before, &snapshot.mme.after) else {
        return Known::Unsure(Doubt::Unread(Query::Medications));
    };
    let exact = !before.floor && !after.floor;
    let total = if before.floor { before } else { after };
    let (Some(before), Some(after), true) = (before.mme_per_day, after.mme_per_day, exact) else {
        let doubts = named::total_doubts(snapshot, total);
        return doubts.into_iter().next().map_or(Known::No, Known::Unsure);
    };
    let (before, after) = (before.value(), by_step(snapshot, after.value()));
    let fell = |percent| share::fell_by_more_than(percent, before, after);
    if rotation(snapshot, gone).is_some_and(|methadone| methadone || !fell(ROTATION_PERCENT)) {
        return Known::No;
    }
    let plan = snapshot.facts.taper_plan.yes();
    let agreed = plan.is_some_and(|plan| plan.fresh);
    let fast = fell(snapshot.site.taper_fast_percent);
    let pace = fell(snapshot.site.taper_check_percent) && ltot_days >= 365 && !agreed;
    if fast || pace {
        return Known::Yes(Reduction::Step { before, after });
    }
    Known::No
}

/// Removed and added ingredients differ; holds whether methadone is added.
fn rotation(snapshot: &Snapshot, gone: &[&MedicineRow]) -> Option<bool> {
    let stays = |row: &MedicineRow| snapshot.after().any(|kept| kept.same_ingredient(row));
    let was_there = |row: &MedicineRow| snapshot.before().any(|old| old.same_ingredient(row));
    let mut added = snapshot
        .all_drafts()
        .filter(|row| relied_on(row) && !was_there(row))
        .peekable();
    let removed = gone.iter().any(|row| !stays(row));
    (removed && added.peek().is_some()).then(|| added.any(|row| row.is(ValueSet::Methadone)))
}

/// The total with each drafted schedule at its first step, or its last where the whole supply is within 28 days.
fn by_step(snapshot: &Snapshot, after: Decimal) -> Decimal {
    let drafts = snapshot.all_drafts().filter(|row| row.counts_in_mme);
    drafts.fold(after, |total, row| {
        let steps = &row.dose.steps;
        let short = row
            .supply_days
            .is_some_and(|days| days <= Decimal::from(28));
        let asked = steps
            .first()
            .into_iter()
            .chain(steps.last().filter(|_| short));
        let lowest = asked.filter_map(|step| step.mme_per_day).min();
        match (row.dose.mme_per_day, lowest) {
            (Some(largest), Some(lowest)) => total - largest.value() + lowest.value(),
            _ => total,
        }
    })
}

/// What P-LTOT counts: opioids for pain, without cough and cold products.
fn relied_on(row: &MedicineRow) -> bool {
    row.is_pain_opioid() && !row.is(ValueSet::OpioidCough)
}
