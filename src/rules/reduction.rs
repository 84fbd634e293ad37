//! "`taper-safety` fired", which sheet 4.8 names as occasion and as factor.
//!
//! Knows that one sheet alone decides what a stop or a large step down is.
//! Refuses to decide it a second time: two readings of one table would drift apart.

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
