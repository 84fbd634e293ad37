//! Pairs of opioids of one release class that overlap after signing, and that this signing makes.
//!
//! Knows overlapping days, renewals of a combination, and strengths ordered to be taken together.
//! Refuses to know indicators and scope.

use crate::patient::{MedicineRow, RowKind, Snapshot};
use crate::rules::drafted;
use jiff::civil::Date;

/// So many days of overlap are a change of orders, not two orders (sheet 4.22).
const CHANGEOVER_DAYS: i32 = 10;

/// How alike the two are, most alike first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sameness {
    /// The same RxNorm product.
    Product,
    /// The same opioid.
    Ingredient,
    /// The same release class only.
    Class,
}

impl Sameness {
    /// The card text's case.
    pub(super) fn word(self) -> &'static str {
        match self {
            Sameness::Product => "product",
            Sameness::Ingredient => "ingredient",
            Sameness::Class => "class",
        }
    }
}

/// A draft and what it overlaps with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) draft: &'a MedicineRow,
    pub(super) other: &'a MedicineRow,
    pub(super) sameness: Sameness,
    /// `None`: neither has an end on the record.
    pub(super) days: Option<i32>,
}

impl<'a> Pair<'a> {
    /// Of two drafts the one that was written or begins earlier, if one does.
    pub(super) fn older_draft(&self) -> Option<&'a MedicineRow> {
        if self.other.kind != RowKind::Draft {
            return None;
        }
        let age = |row: &MedicineRow| (row.asserted, row.start);
        match age(self.draft).cmp(&age(self.other)) {
            std::cmp::Ordering::Less => Some(self.draft),
            std::cmp::Ordering::Greater => Some(self.other),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// All pairs, the most alike first.
pub(super) fn of(snapshot: &Snapshot) -> Vec<Pair<'_>> {
    let rows: Vec<&MedicineRow> = snapshot
        .after()
        .filter(|row| row.is_pain_opioid() && !drafted::is_cough_only(row))
        .collect();
    let mut pairs = Vec::new();
    for (at, one) in rows.iter().copied().enumerate() {
        for other in rows[at + 1..].iter().copied() {
            // Drafts stand after the rows of the record.
            pairs.extend(pair(other, one));
        }
    }
    pairs.sort_by_key(|pair| pair.sameness);
    pairs
}

fn pair<'a>(draft: &'a MedicineRow, other: &'a MedicineRow) -> Option<Pair<'a>> {
    let drafted = draft.kind == RowKind::Draft && draft.in_focus;
    let one_class = draft.medicine.extended_release == other.medicine.extended_release;
    if !drafted || !one_class || was_there_before(draft, other) || is_meant_together(draft, other) {
        return None;
    }
    let days = match overlap(draft, other) {
        Overlap::Days(days) if days > CHANGEOVER_DAYS => Some(days),
        Overlap::Days(_) => return None,
        Overlap::Open => None,
    };
    Some(Pair {
        draft,
        other,
        sameness: sameness(draft, other),
        days,
    })
}

fn sameness(a: &MedicineRow, b: &MedicineRow) -> Sameness {
    if a.medicine.rxcui.is_some() && a.medicine.rxcui == b.medicine.rxcui {
        Sameness::Product
    } else if a.same_opioid(b) {
        Sameness::Ingredient
    } else {
        Sameness::Class
    }
}

enum Overlap {
    Days(i32),
    /// Neither ends on the record.
    Open,
}

fn overlap(a: &MedicineRow, b: &MedicineRow) -> Overlap {
    let begin = a.start.max(b.start);
    // An order without an end runs on.
    let end = [run_out(a), run_out(b)].into_iter().flatten().min();
    match (begin, end) {
        (Some(begin), Some(end)) => {
            let days = begin.until((jiff::Unit::Day, end));
            Overlap::Days(days.map_or(0, |days| days.get_days()))
        }
        _ => Overlap::Open,
    }
}

/// The first day that is no longer covered.
fn run_out(row: &MedicineRow) -> Option<Date> {
    let end = row.end?;
    if row.last_day == Some(end) {
        end.tomorrow().ok()
    } else {
        Some(end)
    }
}

/// Both go on from different orders that were current already: a renewal of the combination.
fn was_there_before(a: &MedicineRow, b: &MedicineRow) -> bool {
    let (a, b) = (goes_on_from(a), goes_on_from(b));
    a.iter().any(|one| b.iter().any(|other| one != other))
}

fn goes_on_from(row: &MedicineRow) -> Vec<&str> {
    if row.before {
        return vec![&row.reference];
    }
    row.supersedes.iter().map(String::as_str).collect()
}

/// Strengths of one opioid and form with the same start and requester: 75 and 25 µg/h patches.
fn is_meant_together(a: &MedicineRow, b: &MedicineRow) -> bool {
    let form = |row: &MedicineRow| {
        row.medicine
            .opioids
            .first()
            .and_then(|content| content.form)
    };
    a.same_opioid(b)
        && form(a) == form(b)
        && !a.same_strength(b)
        && a.start == b.start
        && a.requester == b.requester
}
