//! The regimen before and after signing (catalogue section 2: P-RX-CURRENT, P-DRAFT, P-AFTER).

use super::coverage::{days_between, minus};
use super::medicines::names;
use super::row::{MedicineRow, Role, RowKind};
use super::site::Site;
use jiff::civil::Date;

/// A draft that stops an order of the record.
#[derive(Debug, Clone)]
pub(super) struct StopOrder {
    /// Its own reference.
    pub(super) reference: String,
    /// Requests that it may mean: its own id, and those it names.
    pub(super) means: Vec<String>,
}

/// Marks rows of the record that are in the regimen today, each supply once.
pub(super) fn mark_current(rows: &mut [MedicineRow], as_of: Date, site: &Site) {
    for row in rows.iter_mut() {
        row.before = is_current(row, as_of, site);
    }
    drop_told_twice(rows);
    supersede_older(rows, site);
    for row in rows.iter_mut() {
        if row.before {
            row.role = Role::Current;
            row.after = true;
        }
    }
}

fn is_current(row: &MedicineRow, as_of: Date, site: &Site) -> bool {
    let begun = row.start.is_none_or(|start| start <= as_of);
    let since = |date: Date| date >= minus(as_of, i64::from(site.no_end_days));
    let lasts = |grace: u32| {
        row.end
            .is_some_and(|end| end >= minus(as_of, i64::from(grace)))
    };
    match row.kind {
        RowKind::Request => {
            row.status == "active"
                && row.order_like
                && begun
                && (lasts(site.grace_days)
                    || (row.end.is_none() && row.asserted.is_some_and(since)))
        }
        RowKind::Statement => {
            let status = row.status == "intended" || (row.status == "active" && begun);
            status
                && (row.end.is_none() || lasts(0))
                && (row.start.is_some_and(since) || row.asserted.is_some_and(since))
        }
        RowKind::Dispense => row.status == "completed" && begun && lasts(site.grace_days),
        RowKind::Draft => false,
    }
}

/// A statement or dispense of what a request already tells counts once: the request wins.
fn drop_told_twice(rows: &mut [MedicineRow]) {
    for kind in [RowKind::Statement, RowKind::Dispense] {
        for index in 0..rows.len() {
            if rows[index].kind != kind || !rows[index].before {
                continue;
            }
            let row = &rows[index];
            let told = rows.iter().any(|other| {
                other.before
                    && other.kind != kind
                    && (other.kind == RowKind::Request || kind == RowKind::Dispense)
                    && other.moud == row.moud
                    && (row.prior.contains(&other.reference)
                        || (other.renews_kind_of(row)
                            && other.same_strength(row)
                            && overlap(other, row)))
            });
            rows[index].before = !told;
        }
    }
}

fn overlap(a: &MedicineRow, b: &MedicineRow) -> bool {
    let before = |x: &MedicineRow, y: &MedicineRow| matches!((x.last_day, y.start), (Some(last), Some(start)) if last < start);
    !before(a, b) && !before(b, a)
}

/// Is `later` the next supply of `earlier`, both rows of the record?
pub(super) fn follows(later: &MedicineRow, earlier: &MedicineRow, early_days: u32) -> bool {
    let (Some(start), Some(first)) = (later.start, earlier.start) else {
        return false;
    };
    if start <= first || later.kind != earlier.kind || later.moud != earlier.moud {
        return false;
    }
    later
        .prior
        .iter()
        .any(|prior| names(prior, &earlier.reference))
        || (later.renews_kind_of(earlier)
            && later.same_strength(earlier)
            && earlier
                .end
                .is_none_or(|end| start >= minus(end, i64::from(early_days))))
}

fn supersede_older(rows: &mut [MedicineRow], site: &Site) {
    let older: Vec<usize> = (0..rows.len())
        .filter(|&index| {
            rows[index].before
                && rows.iter().any(|later| {
                    later.before && follows(later, &rows[index], site.renewal_early_days)
                })
        })
        .collect();
    for index in older {
        rows[index].before = false;
        rows[index].role = Role::Superseded;
    }
}

/// Stop orders take current rows out of the regimen after signing; one that matches nothing is ignored.
pub(super) fn apply_stops(rows: &mut [MedicineRow], stops: &[StopOrder]) {
    for stop in stops {
        for row in rows.iter_mut().filter(|row| row.before) {
            if stop.means.iter().any(|meant| names(meant, &row.reference)) {
                row.role = Role::Stopped;
                row.after = false;
                row.stopped_by = Some(stop.reference.clone());
            }
        }
    }
}

/// Adds drafts: what they supersede leaves the regimen after signing; a series of one product counts once.
pub(super) fn apply_drafts(rows: &mut Vec<MedicineRow>, drafts: Vec<MedicineRow>, site: &Site) {
    let recorded = rows.len();
    for mut draft in drafts {
        if draft.role == Role::Draft {
            draft.after = true;
            draft.counts_in_mme = !continues_series(&rows[recorded..], &draft, site);
            for index in superseded_by(&rows[..recorded], &draft, site) {
                draft.supersedes.push(rows[index].reference.clone());
                rows[index].role = Role::Superseded;
                rows[index].after = false;
            }
        }
        rows.push(draft);
    }
}

fn continues_series(drafts: &[MedicineRow], draft: &MedicineRow, site: &Site) -> bool {
    drafts.iter().any(|first| {
        first.role == Role::Draft
            && first.renews_kind_of(draft)
            && first.same_strength(draft)
            && matches!((first.end, draft.start), (Some(end), Some(start)) if start >= minus(end, i64::from(site.renewal_early_days))
                && first.start.is_some_and(|begun| start > begun))
    })
}

/// P-AFTER 1, else 2 and 3 (own strength first).
fn superseded_by(recorded: &[MedicineRow], draft: &MedicineRow, site: &Site) -> Vec<usize> {
    let current = || {
        recorded
            .iter()
            .enumerate()
            .filter(|(_, row)| row.before && row.role != Role::Stopped)
    };
    let named: Vec<usize> = current()
        .filter(|(_, row)| {
            same_order(&draft.reference, &row.reference)
                || draft.prior.iter().any(|prior| names(prior, &row.reference))
        })
        .map(|(index, _)| index)
        .collect();
    if !named.is_empty() {
        return named;
    }
    let renewed: Vec<usize> = current()
        .filter(|(_, row)| {
            draft.moud == row.moud
                && draft.renews_kind_of(row)
                && match (row.end, draft.start) {
                    (Some(end), Some(start)) => {
                        days_between(end, start) >= -i64::from(site.renewal_early_days)
                    }
                    _ => true,
                }
        })
        .map(|(index, _)| index)
        .collect();
    let own: Vec<usize> = renewed
        .iter()
        .copied()
        .filter(|&index| recorded[index].same_strength(draft))
        .collect();
    if own.is_empty() { renewed } else { own }
}

fn same_order(draft: &str, recorded: &str) -> bool {
    draft == recorded && !draft.ends_with('/')
}
