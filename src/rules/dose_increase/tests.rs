//! The two tests of sheet 4.13 at their boundaries, and totals that cannot be computed.

use super::check;
use crate::fhir::Query;
use crate::patient::{MedicineRow, Snapshot};
use crate::rules::test_support::{
    draft, findings, long_term, no_number, opioid_row, superseded, totals, with, without,
};
use crate::rules::{Answer, Finding};
use crate::wire::Indicator;

/// A renewal from `before` to `after` MME a day.
fn renewed(name: &str, before: &str, after: &str) -> Snapshot {
    let mut new = draft(opioid_row("d1", name, after));
    new.supersedes = vec!["MedicationRequest/m1".into()];
    long_term(with([superseded(opioid_row("m1", name, before)), new]), 90)
}

fn oxycodone(before: &str, after: &str) -> Snapshot {
    renewed("oxycodone 10 mg", before, after)
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn a_fifth_and_ten_mme_are_both_needed_and_hold_exactly() {
    assert_eq!(
        fired(&oxycodone("30", "40")).indicator,
        Some(Indicator::Info)
    );
    assert!(is_silent(&oxycodone("30", "39.99")));
    assert_eq!(
        fired(&oxycodone("60", "72")).indicator,
        Some(Indicator::Warning)
    );
    assert!(is_silent(&oxycodone("60", "71.99")));
    assert!(is_silent(&oxycodone("60", "60")));
    assert!(is_silent(&oxycodone("60", "30")));
}

#[test]
fn fifty_after_signing_warns() {
    assert_eq!(
        fired(&oxycodone("30", "49.99")).indicator,
        Some(Indicator::Info)
    );
    assert_eq!(
        fired(&oxycodone("30", "50")).indicator,
        Some(Indicator::Warning)
    );
}

#[test]
fn an_added_opioid_raises_the_total_and_a_first_one_does_not() {
    let added = with([
        opioid_row("m1", "oxycodone 10 mg", "30"),
        draft(opioid_row("d1", "morphine 15 mg", "30")),
    ]);
    assert_eq!(fired(&added).indicator, Some(Indicator::Warning));
    assert!(is_silent(&with([draft(opioid_row(
        "d1",
        "morphine 15 mg",
        "30"
    ))])));
}

#[test]
fn tramadol_alone_below_fifty_is_silent() {
    assert!(is_silent(&renewed("tramadol 50 mg", "20", "40")));
    assert_eq!(
        fired(&renewed("tramadol 100 mg", "40", "60")).indicator,
        Some(Indicator::Warning)
    );
}

#[test]
fn only_a_floor_after_signing_that_reaches_the_test_fires() {
    let mut reaches = oxycodone("30", "60");
    let unknown = draft(opioid_row("d2", "morphine 15 mg", "0"));
    reaches.rows.push(MedicineRow {
        dose: no_number(),
        ..unknown
    });
    reaches.mme = totals(&reaches.rows);
    assert!(!fired(&reaches).doubts.is_empty());
    let mut below = oxycodone("30", "35");
    below.rows.push(reaches.rows.remove(2));
    below.mme = totals(&below.rows);
    assert!(matches!(check(&below), Answer::CannotTell(_)));
    let mut before_unknown = oxycodone("30", "60");
    before_unknown.rows[0].dose = no_number();
    before_unknown.mme = totals(&before_unknown.rows);
    assert!(matches!(check(&before_unknown), Answer::CannotTell(_)));
}

#[test]
fn without_the_medications_nothing_can_be_compared() {
    let unread = without(oxycodone("30", "60"), Query::Medications);
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}

#[test]
fn treatment_alone_has_no_total_to_rise() {
    let mut snapshot = oxycodone("30", "60");
    snapshot.rows[1].moud = true;
    assert!(is_silent(&snapshot));
}
