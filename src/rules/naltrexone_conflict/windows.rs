//! For how long naltrexone blocks and an opioid stays in the body (sheet 4.2).
//!
//! Knows dates, coverage and ways of giving.
//! Refuses to know cards and what follows.

use crate::patient::{Doubt, Known, MedicineRow, RowKind, Snapshot};
use crate::terminology::ValueSet;
use jiff::civil::Date;

/// Naltrexone by mouth still blocks so many days after its supply ended (sheet 4.2).
const ORAL_DAYS: i64 = 3;
/// … and has mostly faded up to here.
pub(super) const FADING_DAYS: i64 = 7;
/// A monthly injection blocks so many days after it was given (sheet 4.2).
pub(super) const INJECTED_DAYS: i64 = 35;
/// An opioid may still be in the body so many days after its supply ended (sheet 4.2).
pub(super) const OPIOID_DAYS: i64 = 10;
/// The same for methadone and buprenorphine.
pub(super) const SLOW_OPIOID_DAYS: i64 = 14;
/// Rows that are over and have no end count so many days from their start (P-NAIVE).
const NO_END_DAYS: i64 = 30;

/// How far the block reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    Faded,
    Full,
}

/// Naltrexone that may still work.
pub(super) struct Block<'a> {
    pub(super) row: &'a MedicineRow,
    pub(super) reach: Reach,
    /// It is the monthly injection.
    pub(super) injected: bool,
}

/// The naltrexone that reaches furthest.
pub(super) fn block(snapshot: &Snapshot) -> Known<Block<'_>> {
    let mut undated = None;
    let mut found: Option<Block<'_>> = None;
    for row in snapshot
        .rows
        .iter()
        .filter(|row| row.is(ValueSet::Naltrexone) && row.order_like)
    {
        match reach(snapshot, row) {
            Known::Yes((reach, injected)) => {
                let further = found
                    .as_ref()
                    .is_none_or(|best| (reach, row.start) > (best.reach, best.row.start));
                if further {
                    found = Some(Block {
                        row,
                        reach,
                        injected,
                    });
                }
            }
            Known::Unsure(doubt) => undated = Some(doubt),
            Known::No => {}
        }
    }
    match (found, undated) {
        (Some(block), _) => Known::Yes(block),
        (None, Some(doubt)) => Known::Unsure(doubt),
        (None, None) => Known::No,
    }
}

/// Does this naltrexone still work, and is it the injection?
fn reach(snapshot: &Snapshot, row: &MedicineRow) -> Known<(Reach, bool)> {
    let way = Way::of(row);
    if row.kind == RowKind::Draft {
        return if snapshot.all_drafts().any(|draft| std::ptr::eq(draft, row)) {
            Known::Yes((Reach::Full, way == Way::Injected))
        } else {
            Known::No
        };
    }
    if way != Way::ByMouth && injection_works(snapshot, row) {
        return Known::Yes((Reach::Full, way == Way::Injected));
    }
    if way == Way::Injected || !matches!(row.status.as_str(), "active" | "completed") {
        return Known::No;
    }
    match days_since_end(snapshot, row) {
        Known::Yes(days) if days <= ORAL_DAYS => Known::Yes((Reach::Full, false)),
        Known::Yes(days) if days <= FADING_DAYS => Known::Yes((Reach::Faded, false)),
        Known::Yes(_) | Known::No => Known::No,
        Known::Unsure(doubt) => Known::Unsure(doubt),
    }
}

/// Given at most 35 days ago, or inside the order's stated coverage; a stopped order undoes no injection.
fn injection_works(snapshot: &Snapshot, row: &MedicineRow) -> bool {
    let Some(start) = row.start else { return false };
    let since = days_between(start, snapshot.as_of);
    let counts = |words: &[&str]| words.contains(&row.status.as_str());
    let recent =
        (0..=INJECTED_DAYS).contains(&since) && counts(&["active", "completed", "stopped"]);
    let covered = since >= 0
        && row.end.is_some_and(|end| end >= snapshot.as_of)
        && counts(&["active", "completed"]);
    recent || covered
}

/// How naltrexone is given; where neither name nor instruction tells, both windows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ByMouth,
    Injected,
    Unclear,
}

impl Way {
    fn of(row: &MedicineRow) -> Way {
        let words = format!(
            "{} {}",
            row.medicine.name,
            row.instruction_text.as_deref().unwrap_or_default()
        )
        .to_lowercase();
        let says = |all: &[&str]| all.iter().any(|word| words.contains(word));
        if row.is_depot() || says(&["inject", "intramuscular"]) {
            Way::Injected
        } else if says(&[
            "oral",
            "tablet",
            "capsule",
            "mouth",
            "samidorphan",
            "bupropion",
        ]) {
            Way::ByMouth
        } else {
            Way::Unclear
        }
    }
}

/// Days since the supply ended, negative or 0 while it runs; `No`: not begun, or long over.
fn days_since_end(snapshot: &Snapshot, row: &MedicineRow) -> Known<i64> {
    if row.start.is_some_and(|start| start > snapshot.as_of) {
        return Known::No;
    }
    if let Some(end) = row.end {
        return Known::Yes(days_between(end, snapshot.as_of));
    }
    if row.before {
        return Known::Yes(0);
    }
    match row.start {
        // An active row without an end that is not in the regimen is older than the catalogue believes.
        Some(_) if row.status == "active" => Known::No,
        Some(start) => Known::Yes(days_between(start, snapshot.as_of) - NO_END_DAYS),
        None => Known::Unsure(Doubt::Undated(row.reference.clone())),
    }
}

pub(super) fn days_between(from: Date, to: Date) -> i64 {
    to.since((jiff::Unit::Day, from))
        .map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// Opioids of the record that may still be in the body, latest first.
pub(super) fn current_opioids(snapshot: &Snapshot) -> Known<Vec<&MedicineRow>> {
    let mut undated = None;
    let mut found = Vec::new();
    for row in snapshot
        .rows
        .iter()
        .filter(|row| row.kind != RowKind::Draft && row.order_like && row.medicine.is_opioid())
        .filter(|row| matches!(row.status.as_str(), "active" | "completed" | "stopped"))
    {
        let slow = row.is(ValueSet::Methadone) || row.is(ValueSet::Buprenorphine);
        let limit = if slow { SLOW_OPIOID_DAYS } else { OPIOID_DAYS };
        match days_since_end(snapshot, row) {
            Known::Yes(days) if days <= limit => found.push((days, row)),
            Known::Yes(_) | Known::No => {}
            Known::Unsure(doubt) => undated = Some(doubt),
        }
    }
    found.sort_by_key(|(days, _)| *days);
    match (found.is_empty(), undated) {
        (false, _) => Known::Yes(found.into_iter().map(|(_, row)| row).collect()),
        (true, Some(doubt)) => Known::Unsure(doubt),
        (true, None) => Known::No,
    }
}
