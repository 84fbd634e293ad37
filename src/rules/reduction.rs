//! "`taper-safety` fired", which sheet 4.8 names as occasion and as factor.
//!
//! Knows that one sheet alone decides what a stop or a large step down is.
//! Refuses to decide it a second time: two readings of one table would drift apart.

use super::taper_safety::Change;
use super::{Answer, taper_safety};
use crate::fhir::Query;
use crate::patient::{Doubt, Hook, Known, Snapshot};

/// Does this call stop or lower a long-term opioid in a way that sheet 4.4 fires on?
pub(super) fn reduction(snapshot: &Snapshot) -> Known<()> {
    if snapshot.hook != Hook::OrderSign {
        return Known::No;
    }
    match taper_safety::check(snapshot) {
        Answer::Fires(_) => Known::Yes(()),
        Answer::Silent(_) => Known::No,
        Answer::CannotTell(doubts) => {
            let first = doubts.into_iter().next();
            Known::Unsure(first.unwrap_or(Doubt::Unread(Query::Medications)))
        }
    }
}

/// What signing does to the total of opioids for pain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Less {
    /// Nothing goes, or the step is not larger than asked.
    No,
    /// None is left.
    All,
    /// The step is larger than asked.
    Step,
    /// Something goes, and how much could not be computed.
    Unknown(Vec<Doubt>),
}

/// Do opioids for pain go down by more than this share (percent), however long they were taken?
pub(super) fn less(snapshot: &Snapshot, percent: u32) -> Less {
    let change = Change::of(snapshot);
    if change.gone.is_empty() {
        return Less::No;
    }
    if change.leaves_nothing() {
        return Less::All;
    }
    match change.step() {
        Some(step) if step.above(percent) => Less::Step,
        Some(step) if step.may_be_above(percent) => Less::Unknown(change.undated_steps()),
        Some(_) => Less::No,
        None => Less::Unknown(change.why_not()),
    }
}
