//! `RULE_ID`: TO WRITE: in one line, what it finds for this person (sheet and source).
//!
//! Knows the rows of its decision table.
//! Refuses to know words: they stand in `cards/RULE_ID/`.

use crate::patient::Snapshot;
use crate::rules::Answer;

/// The decision table, row by row: fires, silent, or cannot tell. Never a panic, never prose.
pub(super) fn check(snapshot: &Snapshot) -> Answer {
    // TO WRITE: `snapshot.drafts()`, `snapshot.before()` and `snapshot.after()` are the medicines;
    // what is `Known::Unsure` is told as `Answer::CannotTell`, never taken for "none".
    if snapshot.drafts().next().is_none() {
        return Answer::silent("Nothing is drafted.");
    }
    Answer::silent("TO WRITE: why there is nothing to say.")
}
