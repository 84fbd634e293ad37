//! Rows of the sheet in docs/sheets-l-rules.md.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, MedicineRow, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    days_ago, draft, findings, medicine, opioid_row, row, superseded, with, without,
};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// A scheduled opioid for so many days.
fn daily(days: Option<i64>) -> MedicineRow {
    let mut row = draft(opioid_row("d1", "oxycodone 5 mg", "30"));
    row.supply_days = days.map(Decimal::from);
    row.last_day = None;
    row
}

fn laxative(id: &str) -> MedicineRow {
    row(id, medicine("senna 8.6 mg", &[ValueSet::Laxative]))
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn a_scheduled_opioid_for_a_week_draws_a_line() {
    for days in [Some(7), Some(30), None] {
        let finding = findings(check(&with([daily(days)]))).remove(0);
        assert_eq!(finding.indicator, None, "{days:?}");
    }
    assert!(is_silent(&with([daily(Some(6))])));
}

#[test]
fn the_days_of_the_instruction_count_where_there_is_no_supply() {
    let until = |last: i64| {
        let mut row = daily(None);
        row.last_day = Some(days_ago(-last));
        with([row])
    };
    assert!(is_silent(&until(5)));
    assert_eq!(findings(check(&until(6))).len(), 1);
}

#[test]
fn an_opioid_as_needed_is_silent() {
    let mut as_needed = daily(Some(30));
    as_needed.as_needed = true;
    assert!(is_silent(&with([as_needed.clone()])));
    let mut scheduled = daily(Some(30));
    scheduled.reference = "MedicationRequest/d2".into();
    let finding = findings(check(&with([as_needed, scheduled]))).remove(0);
    assert_eq!(finding.drafts, ["MedicationRequest/d2"]);
}

#[test]
fn an_unchanged_renewal_is_silent_and_a_higher_amount_is_not() {
    let renewed = |before: i64, after: i64| {
        let order = |id, units: i64| {
            let mut row = opioid_row(id, "oxycodone 5 mg", "30");
            row.dose.units_per_day = Some(Decimal::from(units));
            row
        };
        let mut new = draft(order("d1", after));
        new.supersedes = vec!["MedicationRequest/m1".into()];
        with([superseded(order("m1", before)), new])
    };
    assert!(is_silent(&renewed(4, 4)));
    assert_eq!(findings(check(&renewed(4, 6))).len(), 1);
    let mut unknown = renewed(4, 6);
    for row in &mut unknown.rows {
        row.dose.units_per_day = None;
    }
    assert!(matches!(check(&unknown), Answer::CannotTell(_)));
}

#[test]
fn from_as_needed_to_daily_is_a_beginning() {
    let mut before = superseded(opioid_row("m1", "oxycodone 5 mg", "30"));
    before.as_needed = true;
    assert_eq!(findings(check(&with([before, daily(Some(30))]))).len(), 1);
}

#[test]
fn a_laxative_current_or_drafted_is_enough() {
    assert!(is_silent(&with([daily(Some(30)), laxative("m1")])));
    assert!(is_silent(&with([daily(Some(30)), draft(laxative("d2"))])));
}

#[test]
fn treatment_and_cough_medicines_are_no_daily_opioid_for_pain() {
    let mut treatment = daily(Some(30));
    treatment.moud = true;
    assert!(is_silent(&with([treatment])));
}

#[test]
fn an_unread_list_leaves_it_open_unless_a_laxative_was_found() {
    let unread = without(with([daily(Some(30))]), Query::Medications);
    let open = Answer::CannotTell(vec![Doubt::Unread(Query::Medications)]);
    assert_eq!(check(&unread), open);
    let found = [daily(Some(30)), draft(laxative("d2"))];
    assert!(is_silent(&without(with(found), Query::Medications)));
}
