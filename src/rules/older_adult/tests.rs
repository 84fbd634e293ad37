//! Rows of sheet 4.26.

use super::check;
use crate::fhir::Query;
use crate::patient::{Known, MedicineRow, Naive, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    draft, findings, medicine, opioid_row, row, superseded, with, without,
};
use crate::terminology::ValueSet;

fn aged(age: i64, rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut snapshot = with(rows);
    snapshot.age = Some(age);
    snapshot
}

fn case_of(snapshot: &Snapshot) -> &'static str {
    let finding = findings(check(snapshot)).remove(0);
    assert_eq!(finding.indicator, None);
    finding.case
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

/// A renewal from `before` to `after` MME a day.
fn renewed(before: &str, after: &str) -> [MedicineRow; 2] {
    let mut new = draft(opioid_row("d1", "oxycodone 10 mg", after));
    new.supersedes = vec!["MedicationRequest/m1".into()];
    [superseded(opioid_row("m1", "oxycodone 10 mg", before)), new]
}

#[test]
fn a_start_a_rise_and_a_sedative_make_a_line_from_65_on() {
    let mut start = aged(65, [draft(opioid_row("d1", "oxycodone 5 mg", "15"))]);
    start.history.naive = Known::Yes(Naive { last: None });
    assert_eq!(case_of(&start), "start");
    start.age = Some(64);
    assert!(is_silent(&start));
    assert_eq!(case_of(&aged(70, renewed("30", "45"))), "raised");
    assert!(is_silent(&aged(70, renewed("30", "30"))));
    let gabapentin = row("m2", medicine("gabapentin 300 mg", &[ValueSet::Sedative]));
    let pair = renewed("30", "30").into_iter().chain([gabapentin]);
    assert_eq!(case_of(&aged(70, pair)), "pair");
}

#[test]
fn unread_medications_or_birth_date_leave_it_open() {
    let start = aged(70, [draft(opioid_row("d1", "oxycodone 5 mg", "15"))]);
    assert!(matches!(
        check(&without(start.clone(), Query::Medications)),
        Answer::CannotTell(_)
    ));
    let mut unborn = start;
    unborn.age = None;
    assert!(matches!(check(&unborn), Answer::CannotTell(_)));
}
