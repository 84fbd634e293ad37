//! Rows of sheet 4.12, with doses that cannot be computed.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Naive, Snapshot};
use crate::rules::test_support::{
    AS_OF, draft, findings, no_number, opioid_row, superseded, with, without,
};
use crate::rules::{Answer, Finding};
use crate::wire::Indicator;

fn drafted(mme: &str) -> MedicineRow {
    draft(opioid_row("d1", "oxycodone 10 mg", mme))
}

fn current(mme: &str) -> MedicineRow {
    opioid_row("m1", "oxycodone 10 mg", mme)
}

/// A renewal from `before` to `after` MME a day.
fn renewed(before: &str, after: &str) -> Snapshot {
    let mut new = drafted(after);
    new.supersedes = vec!["MedicationRequest/m1".into()];
    with([superseded(current(before)), new])
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = fired(snapshot);
    (finding.case, finding.indicator)
}

fn reviewed(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.facts.reviewed = Known::Yes(FactDate::day_of(AS_OF));
    snapshot
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn the_marks_are_fifty_and_ninety_exactly() {
    assert!(is_silent(&with([drafted("49.99")])));
    assert_eq!(
        row_of(&with([drafted("50")])),
        ("new", Some(Indicator::Info))
    );
    assert_eq!(
        row_of(&with([drafted("89.99")])),
        ("new", Some(Indicator::Info))
    );
    assert_eq!(
        row_of(&with([drafted("90")])),
        ("new", Some(Indicator::Warning))
    );
}

#[test]
fn fifty_from_no_opioid_at_all_warns() {
    let mut snapshot = with([drafted("60")]);
    snapshot.history.naive = Known::Yes(Naive { last: None });
    assert_eq!(row_of(&snapshot), ("new", Some(Indicator::Warning)));
}

#[test]
fn a_smaller_total_is_silent_and_one_within_five_percent_is_unchanged() {
    assert!(is_silent(&renewed("100", "94.99")));
    assert_eq!(
        row_of(&renewed("100", "95")),
        ("unchanged", Some(Indicator::Info))
    );
    assert_eq!(
        row_of(&renewed("100", "105")),
        ("unchanged", Some(Indicator::Info))
    );
    assert_eq!(
        row_of(&renewed("100", "106")),
        ("raised", Some(Indicator::Info))
    );
}

#[test]
fn crossing_a_mark_counts_even_within_five_percent() {
    assert_eq!(
        row_of(&renewed("49", "51")),
        ("crossing", Some(Indicator::Info))
    );
    assert_eq!(
        row_of(&reviewed(renewed("88", "92"))),
        ("crossing", Some(Indicator::Warning))
    );
}

#[test]
fn an_unchanged_total_that_was_reviewed_is_silent() {
    assert!(is_silent(&reviewed(renewed("60", "60"))));
    let mut unread = renewed("60", "60");
    unread.facts.reviewed = Known::Unsure(Doubt::Unread(Query::Encounters));
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}

#[test]
fn a_floor_that_reaches_the_mark_fires_and_one_below_leaves_it_open() {
    let unknown = || MedicineRow {
        dose: no_number(),
        ..opioid_row("m2", "tramadol 50 mg", "0")
    };
    let reaches = fired(&with([unknown(), drafted("60")]));
    assert_eq!(
        (reaches.case, reaches.indicator),
        ("crossing", Some(Indicator::Info))
    );
    assert!(
        reaches
            .doubts
            .iter()
            .any(|doubt| matches!(doubt, Doubt::Dose { .. }))
    );
    assert!(matches!(
        check(&with([unknown(), drafted("40")])),
        Answer::CannotTell(_)
    ));
    let only = with([draft(unknown())]);
    assert!(matches!(check(&only), Answer::CannotTell(_)));
}

#[test]
fn a_renewal_whose_former_dose_is_unknown_asks_for_its_review() {
    let mut snapshot = renewed("60", "60");
    snapshot.rows[0].dose = no_number();
    snapshot.mme = crate::rules::test_support::totals(&snapshot.rows);
    assert_eq!(row_of(&snapshot), ("unchanged", Some(Indicator::Info)));
    assert!(matches!(check(&reviewed(snapshot)), Answer::CannotTell(_)));
}

#[test]
fn without_the_medications_the_drafts_alone_count() {
    let alone = |mme| without(with([drafted(mme)]), Query::Medications);
    assert_eq!(row_of(&alone("50")), ("alone", Some(Indicator::Info)));
    assert!(matches!(check(&alone("49")), Answer::CannotTell(_)));
}

#[test]
fn without_the_problem_list_only_ninety_speaks() {
    let unread = |mme| without(with([drafted(mme)]), Query::Conditions);
    assert!(matches!(check(&unread("60")), Answer::CannotTell(_)));
    assert_eq!(row_of(&unread("90")), ("new", Some(Indicator::Warning)));
    assert!(is_silent(&unread("40")));
}

#[test]
fn without_a_birth_date_the_total_is_left_open() {
    let mut snapshot = with([drafted("120")]);
    snapshot.age = None;
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}

#[test]
fn treatment_alone_draws_no_total() {
    let treatment = MedicineRow {
        moud: true,
        counts_in_mme: false,
        ..drafted("0")
    };
    assert!(is_silent(&with([current("120"), treatment])));
}

#[test]
fn numbers_beyond_what_can_be_held_do_not_panic() {
    let largest = rust_decimal::Decimal::MAX.to_string();
    let _ = check(&renewed(&largest, &largest));
    let _ = check(&with([current(&largest), drafted(&largest)]));
}
