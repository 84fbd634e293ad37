//! Who prescribes opioids and benzodiazepines side by side.
//!
//! Knows prescribers, the days that each of them covers, and the first such order of each.
//! Refuses to take two names for two people where the record names them in different ways.

use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Person, Role, RowKind, Snapshot};
use crate::rules::named;
use jiff::ToSpan;
use jiff::civil::Date;

/// More days in common than these are an overlap (sheet 4.23).
const OVERLAP_DAYS: i64 = 10;
/// A first order of the last so many days is new (sheet 4.23).
const NEW_DAYS: i64 = 90;

/// A prescriber of the regimen after signing.
#[derive(Debug)]
pub(super) struct Prescriber<'a> {
    /// Display; empty where the record has none.
    pub(super) name: String,
    /// The user of this call.
    pub(super) is_user: bool,
    /// First such order in the data received.
    pub(super) first: Option<Date>,
    /// Rows of the regimen after signing.
    pub(super) rows: Vec<&'a MedicineRow>,
    /// A draft of this call is theirs.
    drafts: bool,
    who: Person,
}

/// At least two prescribers with more than ten days in common.
#[derive(Debug)]
pub(super) struct Sharing<'a> {
    /// Drafts' prescriber first, then the earliest.
    pub(super) prescribers: Vec<Prescriber<'a>>,
}

/// An opioid or benzodiazepine that is ordered.
pub(super) fn counts(row: &MedicineRow) -> bool {
    let ordered = matches!(row.kind, RowKind::Request | RowKind::Draft) && row.order_like;
    ordered && (row.medicine.is_opioid() || named::is_benzodiazepine(row))
}

/// Is this one person? `None`: named in ways that cannot be compared.
pub(super) fn same(one: &Person, other: &Person) -> Option<bool> {
    let names = |a: &Person, b: &Person| match (&a.display, &b.display) {
        (Some(a), Some(b)) => Some(a.trim().eq_ignore_ascii_case(b.trim())),
        _ => None,
    };
    match (&one.reference, &other.reference) {
        (Some(a), Some(b)) if a == b => Some(true),
        (Some(a), Some(b)) if a.split('/').next() == b.split('/').next() => Some(false),
        _ => names(one, other),
    }
}

impl<'a> Sharing<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Known<Sharing<'a>> {
        let asked = !snapshot.hook.is_order() || snapshot.drafts().any(counts);
        if !asked {
            return super::super::naming::unidentified(snapshot)
                .into_iter()
                .next()
                .map_or(Known::No, Known::Unsure);
        }
        let mut prescribers: Vec<Prescriber<'a>> = Vec::new();
        for row in snapshot.after().filter(|row| counts(row)) {
            let Some(who) = who(snapshot, row) else {
                continue;
            };
            let drafted = row.kind == RowKind::Draft;
            // Someone who may be the same person is not counted as another.
            let known = prescribers
                .iter_mut()
                .find(|known| same(&known.who, &who) != Some(false));
            match known {
                Some(known) => {
                    known.rows.push(row);
                    known.drafts |= drafted;
                    if known.name.is_empty() {
                        known.name = who.display.clone().unwrap_or_default();
                    }
                }
                None => prescribers.push(Prescriber {
                    name: who.display.clone().unwrap_or_default(),
                    is_user: who.reference.is_some() && who.reference == snapshot.user,
                    first: None,
                    rows: vec![row],
                    drafts: drafted,
                    who,
                }),
            }
        }
        for prescriber in &mut prescribers {
            let rows = snapshot
                .rows
                .iter()
                .filter(|row| is_theirs(snapshot, row, &prescriber.who));
            prescriber.first = rows.filter_map(|row| row.start.or(row.asserted)).min();
        }
        let overlapping: Vec<bool> = (0..prescribers.len())
            .map(|at| {
                let others = prescribers
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != at);
                others
                    .into_iter()
                    .any(|(_, other)| overlap(snapshot, &prescribers[at], other))
            })
            .collect();
        let mut overlapping = overlapping.into_iter();
        prescribers.retain(|_| overlapping.next().unwrap_or_default());
        prescribers.sort_by_key(|who| (!who.drafts, who.first));
        let drafted =
            !snapshot.hook.is_order() || prescribers.first().is_some_and(|who| who.drafts);
        if prescribers.len() > 1 && drafted {
            return Known::Yes(Sharing { prescribers });
        }
        snapshot
            .unread(Query::Medications)
            .map_or(Known::No, |doubt: Doubt| Known::Unsure(doubt))
    }

    /// The draft's prescriber, or another of them, wrote the first such order within 90 days.
    pub(super) fn is_new(&self, as_of: Date) -> bool {
        let since = as_of.saturating_sub(NEW_DAYS.days());
        self.prescribers
            .iter()
            .any(|who| who.first.is_none_or(|first| first >= since))
    }
}

/// Who ordered it; a draft without a name is the user's.
fn who(snapshot: &Snapshot, row: &MedicineRow) -> Option<Person> {
    let mine = || Person {
        reference: snapshot.user.clone(),
        display: None,
    };
    let named = row
        .requester
        .clone()
        .filter(|who| who.reference.is_some() || who.display.is_some());
    match row.kind {
        RowKind::Draft => named.or_else(|| snapshot.user.is_some().then(mine)),
        _ => named,
    }
}

fn is_theirs(snapshot: &Snapshot, row: &MedicineRow, person: &Person) -> bool {
    let taken = row.kind == RowKind::Draft
        || matches!(row.status.as_str(), "active" | "completed" | "stopped");
    counts(row) && taken && who(snapshot, row).is_some_and(|who| same(&who, person) == Some(true))
}

/// More than ten days on which both have a supply out; an order without an end goes on.
///
/// What a draft takes over from somebody else ends there.
fn overlap(snapshot: &Snapshot, one: &Prescriber<'_>, other: &Prescriber<'_>) -> bool {
    let spans = |who: &Prescriber<'_>| -> Vec<(Date, Date)> {
        let rows = snapshot
            .rows
            .iter()
            .filter(|row| is_theirs(snapshot, row, &who.who));
        rows.filter(|row| row.kind != RowKind::Draft || row.role == Role::Draft)
            .filter_map(|row| {
                let first = row.start.or(row.asserted)?;
                let open = if row.after { Date::MAX } else { first };
                Some((first, row.last_day.unwrap_or(open)))
            })
            .collect()
    };
    let (ours, theirs) = (merged(spans(one)), merged(spans(other)));
    let mut days: i64 = 0;
    for (first, last) in &ours {
        for (other_first, other_last) in &theirs {
            let (from, to) = (*first.max(other_first), *last.min(other_last));
            if from <= to {
                days = days.saturating_add(
                    i64::from(from.until(to).map_or(0, |span| span.get_days())) + 1,
                );
            }
        }
    }
    days > OVERLAP_DAYS
}

/// Each day once.
fn merged(mut spans: Vec<(Date, Date)>) -> Vec<(Date, Date)> {
    spans.sort();
    let mut once: Vec<(Date, Date)> = Vec::new();
    for (first, last) in spans {
        match once.last_mut() {
            Some((_, until)) if first <= *until => *until = (*until).max(last),
            _ => once.push((first, last)),
        }
    }
    once
}
