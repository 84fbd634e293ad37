//! `mme-total`: the total reaches 50 or 90 MME a day once this is signed (sheet 4.12).
//!
//! Knows the two marks, what is new, unchanged or reviewed, and which doubt leaves a mark reached all the same.
//! Refuses to advise a lower dose: the guideline sets no limit, and a smaller total never draws this card.

#[cfg(test)]
mod tests;
pub(super) mod working;

use super::named::{self, slots, text};
use super::{Answer, Finding, Slot, Slots, share};
use crate::dose::Total;
use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Snapshot};
use crate::wire::Indicator;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Where added benefit tends to shrink (MME/day).
const FIRST_MARK: Decimal = Decimal::from_parts(50, 0, 0, false, 0);
/// Where a note on what the dose is for helps everybody who comes after (MME/day).
const SECOND_MARK: Decimal = Decimal::from_parts(90, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts: Vec<_> = snapshot
        .drafts()
        .filter(|row| row.medicine.is_opioid())
        .collect();
    if drafts.is_empty() {
        let unidentified = snapshot.unidentified_drafts.first();
        return unidentified.map_or_else(
            || Answer::silent("No opioid is drafted."),
            |draft| Answer::CannotTell(vec![Doubt::Unidentified(draft.clone())]),
        );
    }
    if drafts.iter().all(|row| row.moud) {
        return Answer::silent("Only medication for opioid use disorder is drafted: no MME.");
    }
    if snapshot.age.is_none() {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]);
    }
    let sum = match Sum::of(snapshot) {
        Ok(sum) => sum,
        Err(doubts) => return Answer::CannotTell(doubts),
    };
    if sum.after < FIRST_MARK {
        return below(snapshot, &sum);
    }
    if let Known::Unsure(doubt) = &snapshot.scope.out
        && sum.after < SECOND_MARK
    {
        return Answer::CannotTell(vec![doubt.clone()]);
    }
    match row(snapshot, &sum) {
        Ok(row) => Answer::Fires(vec![finding(snapshot, &sum, &row, &drafts)]),
        Err(answer) => answer,
    }
}

/// The total that is asked about, and the one before it.
struct Sum<'a> {
    /// After signing, or of the drafts alone.
    total: &'a Total,
    /// Its number.
    after: Decimal,
    /// More than the number, by an amount that could not be computed.
    floor: bool,
    /// Before signing, where it is known exactly.
    before: Option<Decimal>,
    /// What it is the total of.
    of: Of,
}

impl<'a> Sum<'a> {
    fn of(snapshot: &'a Snapshot) -> Result<Sum<'a>, Vec<Doubt>> {
        let mme = &snapshot.mme;
        let (total, of) = match (&mme.before, &mme.after) {
            (Some(_), Some(after)) => (after, Of::After),
            _ => (&mme.drafts_alone, Of::DraftsAlone),
        };
        let unread = (of == Of::DraftsAlone).then_some(Doubt::Unread(Query::Medications));
        let Some(after) = total.mme_per_day.map(|mme| mme.value()) else {
            let doubts = unread
                .into_iter()
                .chain(named::total_doubts(snapshot, total));
            return Err(named::once(doubts));
        };
        if let Some(doubt) = unread
            && after < FIRST_MARK
        {
            return Err(vec![doubt]);
        }
        let before = mme.before.as_ref().filter(|before| !before.floor);
        let before = before
            .and_then(|before| before.mme_per_day)
            .map(|mme| mme.value());
        Ok(Sum {
            total,
            after,
            floor: total.floor,
            before,
            of,
        })
    }

    /// Smaller than 95 % of what it was.
    fn is_smaller(&self) -> bool {
        self.before
            .is_some_and(|before| share::compare(self.after, 95, before) == Ordering::Less)
    }

    /// Within 5 % of what it was; more than a floor is more than that.
    fn is_unchanged(&self) -> bool {
        let before = self.before.filter(|_| !self.floor);
        before.is_some_and(|before| share::compare(self.after, 105, before) != Ordering::Greater)
    }

    /// New, or this call takes it over 50 or over 90.
    fn is_crossing(&self) -> bool {
        let over = |mark: Decimal, before: Decimal| before < mark && mark <= self.after;
        self.before
            .is_some_and(|before| over(FIRST_MARK, before) || over(SECOND_MARK, before))
    }

    fn band(&self) -> u32 {
        if self.after >= SECOND_MARK { 90 } else { 50 }
    }
}

fn below(snapshot: &Snapshot, sum: &Sum<'_>) -> Answer {
    if sum.floor {
        return Answer::CannotTell(named::total_doubts(snapshot, sum.total));
    }
    Answer::silent(format!(
        "The total would be {} MME/day, below 50.",
        sum.after.normalize()
    ))
}

/// What a total is the total of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The regimen once this is signed.
    After,
    /// The drafts, where the regimen could not be read.
    DraftsAlone,
}

/// A row of the sheet that fires.
struct Row {
    case: &'static str,
    indicator: Indicator,
    doubts: Vec<Doubt>,
}

fn row(snapshot: &Snapshot, sum: &Sum<'_>) -> Result<Row, Answer> {
    if sum.is_smaller() {
        return Err(smaller(snapshot, sum));
    }
    let naive = snapshot.history.naive.is_yes();
    let raised = |indicator| {
        if naive && sum.band() == 50 {
            Indicator::Warning
        } else {
            indicator
        }
    };
    let level = if sum.band() == 90 {
        Indicator::Warning
    } else {
        raised(Indicator::Info)
    };
    let fires = |case, indicator| {
        Ok(Row {
            case,
            indicator,
            doubts: Vec::new(),
        })
    };
    match sum.before {
        Some(_) if sum.is_crossing() => fires(
            if sum.before == Some(Decimal::ZERO) {
                "new"
            } else {
                "crossing"
            },
            level,
        ),
        Some(_) if sum.is_unchanged() => unchanged(snapshot, sum),
        // More than 5 % above, on the same side of the marks: no row of the table names it, and it is not "unchanged".
        Some(_) => fires("raised", Indicator::Info),
        None if sum.of == Of::DraftsAlone => fires("alone", level),
        None => before_unknown(snapshot, level),
    }
}

fn smaller(snapshot: &Snapshot, sum: &Sum<'_>) -> Answer {
    if sum.floor {
        return Answer::CannotTell(named::total_doubts(snapshot, sum.total));
    }
    let before = sum.before.unwrap_or_default().normalize();
    Answer::silent(format!(
        "The total would fall from {before} to {} MME/day.",
        sum.after.normalize()
    ))
}

fn unchanged(snapshot: &Snapshot, sum: &Sum<'_>) -> Result<Row, Answer> {
    match &snapshot.facts.reviewed {
        Known::No => Ok(Row {
            case: "unchanged",
            indicator: Indicator::Info,
            doubts: Vec::new(),
        }),
        Known::Unsure(doubt) => Err(Answer::CannotTell(vec![doubt.clone()])),
        Known::Yes(date) => Err(Answer::silent(format!(
            "The total stays at {} MME/day and was reviewed on {}.",
            sum.after.normalize(),
            date.day()
        ))),
    }
}

/// The number before is a floor: an added order is new; a renewal may be unchanged, and then its review decides.
fn before_unknown(snapshot: &Snapshot, level: Indicator) -> Result<Row, Answer> {
    let before = snapshot.mme.before.as_ref();
    let doubts = before
        .map(|before| named::total_doubts(snapshot, before))
        .unwrap_or_default();
    let adds = |row: &MedicineRow| named::counts(row) && row.supersedes.is_empty();
    if snapshot
        .drafts()
        .any(|row| adds(row) && row.dose.mme_per_day.is_some())
    {
        return Ok(Row {
            case: "crossing",
            indicator: level,
            doubts,
        });
    }
    match &snapshot.facts.reviewed {
        Known::No => Ok(Row {
            case: "unchanged",
            indicator: Indicator::Info,
            doubts,
        }),
        _ => Err(Answer::CannotTell(doubts)),
    }
}

fn finding(snapshot: &Snapshot, sum: &Sum<'_>, row: &Row, drafts: &[&MedicineRow]) -> Finding {
    let conditions = snapshot.unread(Query::Conditions);
    let medications = snapshot.unread(Query::Medications);
    let scope = snapshot.scope.out.doubt().cloned();
    let history = snapshot
        .history
        .naive
        .doubt()
        .filter(|_| row.case != "unchanged")
        .cloned();
    let doses = named::dose_doubts(snapshot);
    let doubts = medications
        .into_iter()
        .chain(conditions)
        .chain(scope)
        .chain(history);
    Finding {
        indicator: Some(row.indicator),
        case: row.case,
        slots: card_slots(snapshot, sum, drafts),
        facts: working::facts(snapshot, sum.of),
        doubts: named::once(doubts.chain(doses).chain(row.doubts.clone())),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: working::suggestions(snapshot),
        because: because(sum, row),
    }
}

fn card_slots(snapshot: &Snapshot, sum: &Sum<'_>, drafts: &[&MedicineRow]) -> Slots {
    let shown =
        |value: Option<Decimal>| value.map(|mme| crate::dose::MmePerDay::new(mme).rounded());
    let opioid = drafts.first().map(|row| row.medicine.short_name.clone());
    let counted = snapshot.after().filter(|row| named::counts(row));
    let up_to = counted.filter(|row| row.dose.up_to).count() > 0;
    slots([
        ("subject", text(named::subject(&opioid.unwrap_or_default()))),
        ("mme", text(shown(Some(sum.after)).unwrap_or_default())),
        ("before", text(shown(sum.before).unwrap_or_default())),
        ("floor", Slot::Flag(sum.floor)),
        ("band", text(sum.band().to_string())),
        ("up_to", Slot::Flag(up_to)),
    ])
}

fn because(sum: &Sum<'_>, row: &Row) -> Vec<String> {
    let least = if sum.floor { "at least " } else { "" };
    let before = match sum.before {
        Some(before) => format!("before {}", before.normalize()),
        None => "before not known".to_owned(),
    };
    vec![
        format!(
            "The total would be {least}{} MME/day ({before}).",
            sum.after.normalize()
        ),
        format!("Mark {}, case {}.", sum.band(), row.case),
    ]
}
