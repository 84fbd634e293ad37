//! The daily dose over the last twelve months, in steps: what a chart of it needs.
//!
//! Knows the same covered days as the trend.
//! Refuses to guess: no course where the medication history was not read.

use super::coverage::minus_months;
use super::history::{ListState, Timeline};
use super::known::Doubt;
use super::row::RowKind;
use super::snapshot::Snapshot;
use crate::dose::MmePerDay;
use crate::fhir::Query;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Months that the course looks back.
const MONTHS: i64 = 12;

/// Days in a row with the same total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseStep {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// Total of each day; `None`: opioids without a number, or before the record begins.
    pub mme_per_day: Option<MmePerDay>,
    /// "at least".
    pub floor: bool,
}

/// The daily dose from twelve months ago to yesterday, and the regimen's total today.
///
/// # Errors
/// Says what is missing where the history is not known: absence would look like zero.
pub fn course(snapshot: &Snapshot) -> Result<Vec<CourseStep>, Doubt> {
    let record = || {
        snapshot
            .rows
            .iter()
            .filter(|row| row.kind != RowKind::Draft)
    };
    let list = ListState {
        complete: snapshot.is_read(Query::Medications),
        only_active: record().next().is_some() && record().all(|row| row.status == "active"),
    };
    if !list.complete {
        return Err(Doubt::Unread(Query::Medications));
    }
    let timeline = Timeline::of(&snapshot.rows, snapshot.as_of, &snapshot.site);
    if let Some(row) = timeline.undated() {
        return Err(Doubt::Undated(row.to_owned()));
    }
    let from = minus_months(snapshot.as_of, MONTHS);
    let mut steps = Vec::new();
    let mut turns = turns(&timeline, from, snapshot.as_of)
        .into_iter()
        .peekable();
    while let Some(first) = turns.next() {
        let Some(last) = turns.peek().map(|next| next.saturating_sub(1.day())) else {
            break;
        };
        let (mme_per_day, floor) = match timeline.total_on(first) {
            Some(total) => (total.mme_per_day, total.floor || list.only_active),
            None => {
                let is_zero = !list.only_active && timeline.reaches_back_to(first);
                (is_zero.then_some(MmePerDay::ZERO), false)
            }
        };
        steps.push(CourseStep {
            first,
            last,
            mme_per_day,
            floor,
        });
    }
    let today = snapshot.mme.before.as_ref();
    steps.push(CourseStep {
        first: snapshot.as_of,
        last: snapshot.as_of,
        mme_per_day: today.and_then(|total| total.mme_per_day),
        floor: today.is_some_and(|total| total.floor),
    });
    Ok(steps)
}

/// Days on which the total may change, from the first day of the course to the last.
fn turns(timeline: &Timeline<'_>, from: Date, to: Date) -> BTreeSet<Date> {
    let days = timeline
        .once
        .iter()
        .flat_map(|span| [span.first, span.last.saturating_add(1.day())]);
    days.filter(|day| from < *day && *day < to)
        .chain([from, to])
        .collect()
}
