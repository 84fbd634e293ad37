//! Rows of the sheet in docs/sheets-l-rules.md.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, Known, LongTerm, MedicineRow, Snapshot};
use crate::rules::test_support::{
    days_ago, draft, findings, medicine, opioid_row, row, stopped, superseded, with, without,
};
use crate::rules::{Answer, Slot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

fn lorazepam(id: &str) -> MedicineRow {
    let mut row = row(id, medicine("lorazepam 1 mg", &[ValueSet::Benzodiazepine]));
    row.dose.units_per_day = Some(Decimal::TWO);
    row
}

fn for_days(snapshot: Snapshot, days: i64) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.history.long_term_benzodiazepine = Known::Yes(LongTerm {
        ltot_days: days,
        since: days_ago(days),
    });
    snapshot
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn a_stop_after_months_warns_and_names_dose_and_months() {
    let snapshot = for_days(with([stopped(lorazepam("m1"))]), 420);
    let finding = findings(check(&snapshot)).remove(0);
    assert_eq!(finding.indicator, Some(Indicator::Warning));
    assert_eq!(finding.slots["dose"], Slot::Text("2 mg/day".into()));
    assert_eq!(finding.slots["months"], Slot::Text("14".into()));
    assert_eq!(finding.drafts, ["MedicationRequest/m1"]);
    let keys: Vec<&str> = finding.suggest.iter().map(|suggest| suggest.key).collect();
    assert_eq!(keys, ["plan-step-down", "delete-stop"]);
}

#[test]
fn short_use_is_silent_and_unknown_use_is_open() {
    let mut snapshot = with([stopped(lorazepam("m1"))]);
    assert!(is_silent(&snapshot));
    let doubt = Doubt::Undated("MedicationRequest/m1".into());
    snapshot.history.long_term_benzodiazepine = Known::Unsure(doubt.clone());
    assert_eq!(check(&snapshot), Answer::CannotTell(vec![doubt]));
}

#[test]
fn another_benzodiazepine_that_goes_on_or_comes_keeps_it_silent() {
    let goes_on = with([stopped(lorazepam("m1")), lorazepam("m2")]);
    assert!(is_silent(&for_days(goes_on, 420)));
    let comes = with([stopped(lorazepam("m1")), draft(lorazepam("d2"))]);
    assert!(is_silent(&for_days(comes, 420)));
    // Two tablets before a procedure are no treatment that goes on.
    let mut single = draft(lorazepam("d2"));
    single.quantity = Some(Decimal::TWO);
    let single = for_days(with([stopped(lorazepam("m1")), single]), 420);
    assert_eq!(findings(check(&single)).len(), 1);
}

#[test]
fn as_needed_use_and_a_smaller_amount_are_silent() {
    let mut as_needed = stopped(lorazepam("m1"));
    as_needed.as_needed = true;
    assert!(is_silent(&for_days(with([as_needed]), 420)));
    let smaller = with([superseded(lorazepam("m1")), draft(lorazepam("d1"))]);
    assert!(is_silent(&for_days(smaller, 420)));
}

#[test]
fn an_opioid_that_goes_on_is_named() {
    let rows = [stopped(lorazepam("m1")), opioid_row("m2", "oxycodone 10 mg", "60")];
    let finding = findings(check(&for_days(with(rows), 90))).remove(0);
    let keys: Vec<&str> = finding.facts.iter().map(|fact| fact.key).collect();
    assert_eq!(keys, ["taken", "since", "opioid"]);
}

#[test]
fn an_unread_list_leaves_it_open() {
    assert_eq!(
        check(&without(with([]), Query::Medications)),
        Answer::CannotTell(vec![Doubt::Unread(Query::Medications)])
    );
    assert!(is_silent(&with([opioid_row("m2", "oxycodone 10 mg", "60")])));
}
