//! `pdmp-check`: an opioid is drafted and no look at the monitoring program is recorded (sheet 4.19).
//!
//! Knows the site's word that such looks are recorded where the service can read them.
//! Refuses to attest a look that nobody took.

#[cfg(test)]
mod tests;

use super::naming::{fact, slots, text};
use super::{Answer, Finding, Proposal, Suggest, course, named};
use crate::patient::{FactDate, Known, Snapshot};
use crate::wire::Indicator;
use jiff::ToSpan;

/// A review within so many days counts (sheet 4.19).
const REVIEW_DAYS: i64 = 90;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if !snapshot.site.pdmp_evidence_readable {
        return Answer::silent(
            "Off at this site: reviews of the monitoring program are not in the record.",
        );
    }
    let drafts: Vec<_> = snapshot
        .drafts()
        .filter(|row| row.medicine.is_opioid())
        .collect();
    if drafts.is_empty() {
        return course::none_drafted(snapshot);
    }
    match &snapshot.care.pdmp {
        Known::Yes(review) => {
            let date = review.date.map(FactDate::day).unwrap_or_default();
            return Answer::silent(format!(
                "The monitoring program was reviewed on {date} ({}).",
                review.reference
            ));
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt.clone()]),
        Known::No => {}
    }
    let since = FactDate::day_of(snapshot.as_of.saturating_sub(REVIEW_DAYS.days()));
    let medicine = drafts[0].medicine.short_name.clone();
    let mut facts: Vec<_> = drafts.iter().map(|row| named::opioid(row)).collect();
    facts.push(fact(
        "no-review",
        slots([("since", text(since.day()))]),
        Vec::new(),
    ));
    Answer::Fires(vec![Finding {
        indicator: Some(Indicator::Info),
        case: "none",
        slots: slots([
            ("subject", text(named::subject(&medicine))),
            ("since", text(since.day())),
        ]),
        facts,
        doubts: Vec::new(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: vec![Suggest {
            key: "look",
            slots: slots([]),
            proposal: Proposal::Task {
                due_days: Some(0),
                focus: None,
            },
            recommended: false,
        }],
        because: vec![format!(
            "No review of the monitoring program within {REVIEW_DAYS} days."
        )],
    }])
}
