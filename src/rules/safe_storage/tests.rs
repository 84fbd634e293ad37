//! Rows of sheet 4.29.

use super::check;
use crate::patient::{Doubt, FactDate, Known, Naive, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{days_ago, draft, findings, opioid_row, with};
use rust_decimal::Decimal;

fn first(last: Option<i64>) -> Snapshot {
    let mut snapshot = with([draft(opioid_row("d1", "hydrocodone 5 mg", "20"))]);
    let last = last.map(|days| ("oxycodone".to_owned(), FactDate::day_of(days_ago(days))));
    snapshot.history.naive = Known::Yes(Naive { last });
    snapshot
}

#[test]
fn the_first_opioid_in_a_year_is_a_line_with_a_text() {
    let finding = findings(check(&first(None))).remove(0);
    assert_eq!(
        (finding.indicator, finding.suggest[0].key),
        (None, "safe-storage")
    );
    assert!(matches!(check(&first(Some(366))), Answer::Fires(_)));
    assert!(matches!(check(&first(Some(365))), Answer::Silent(_)));
}

#[test]
fn nothing_is_said_without_a_supply_or_with_one_before() {
    let mut snapshot = first(None);
    snapshot.rows[0].quantity = Some(Decimal::ZERO);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    let mut snapshot = first(None);
    snapshot.history.naive = Known::No;
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.history.naive = Known::Unsure(Doubt::ActiveRowsOnly);
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}
