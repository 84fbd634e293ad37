//! "`dose-increase` fires", which sheets 4.11 and 4.26 name as an order feature.
//!
//! Knows that one sheet alone decides what an increase is.
//! Refuses to decide it a second time: two readings of one table would drift apart.

use super::{Answer, dose_increase};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, Snapshot};

/// Does this call raise the total in the way that sheet 4.13 fires on?
pub(super) fn increase(snapshot: &Snapshot) -> Known<()> {
    match dose_increase::check(snapshot) {
        Answer::Fires(_) => Known::Yes(()),
        Answer::Silent(_) => Known::No,
        Answer::CannotTell(doubts) => {
            let first = doubts.into_iter().next();
            Known::Unsure(first.unwrap_or(Doubt::Unread(Query::Medications)))
        }
    }
}
