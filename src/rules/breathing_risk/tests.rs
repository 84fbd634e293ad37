//! Rows of sheet 4.11.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Naive, Snapshot};
use crate::rules::test_support::{
    AS_OF, condition, draft, findings, long_term, medicine, no_number, opioid_row, row, superseded,
    totals, with, without,
};
use crate::rules::{Answer, Finding};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

fn with_apnea(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut snapshot = long_term(with(rows), 200);
    snapshot.facts.sleep_breathing = Known::Yes(condition("Obstructive sleep apnea"));
    snapshot
}

fn oxycodone(id: &str, mme: &str) -> MedicineRow {
    opioid_row(id, "oxycodone 10 mg", mme)
}

/// A plain renewal at so many MME a day, with more of the regimen beside it.
fn renewed(mme: &str, beside: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut new = draft(oxycodone("d1", mme));
    new.supersedes = vec!["MedicationRequest/m1".into()];
    let rows = [superseded(oxycodone("m1", mme)), new];
    with_apnea(rows.into_iter().chain(beside))
}

fn gabapentin(id: &str) -> MedicineRow {
    row(id, medicine("gabapentin 300 mg", &[ValueSet::Sedative]))
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = fired(snapshot);
    (finding.case, finding.indicator)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

fn reviewed(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.facts.reviewed = Known::Yes(FactDate::day_of(AS_OF));
    snapshot
}

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

#[test]
fn a_new_opioid_informs_and_warns_from_fifty_or_beside_a_sedative() {
    assert_eq!(
        row_of(&with_apnea([draft(oxycodone("d1", "49.9"))])),
        ("new", INFO)
    );
    assert_eq!(
        row_of(&with_apnea([draft(oxycodone("d1", "50"))])),
        ("new", WARNING)
    );
    let beside = with_apnea([draft(oxycodone("d1", "15")), gabapentin("m2")]);
    assert_eq!(row_of(&beside), ("new", WARNING));
    assert!(is_silent(&with([draft(oxycodone("d1", "60"))])));
}

#[test]
fn lung_disease_counts_as_sleep_apnea_does() {
    let mut snapshot = with([draft(oxycodone("d1", "15"))]);
    snapshot.facts.lung = Known::Yes(condition("COPD"));
    let finding = fired(&snapshot);
    assert_eq!(finding.suggest[0].key, "breathing-check");
    let apnea = fired(&with_apnea([draft(oxycodone("d1", "15"))]));
    assert_eq!(apnea.suggest[0].key, "sleep-check");
}

#[test]
fn a_long_acting_start_from_no_opioid_warns() {
    let sets = [ValueSet::Opioid, ValueSet::ExtendedRelease];
    let long_acting = || draft(row("d1", medicine("morphine 15 mg", &sets)));
    let mut snapshot = with_apnea([MedicineRow {
        dose: oxycodone("x", "30").dose,
        ..long_acting()
    }]);
    assert_eq!(row_of(&snapshot), ("new", INFO));
    snapshot.history.naive = Known::Yes(Naive { last: None });
    assert_eq!(row_of(&snapshot), ("new", WARNING));
}

#[test]
fn a_raised_total_counts_as_new_does() {
    let mut snapshot = renewed("30", []);
    snapshot.rows[1].dose = oxycodone("x", "45").dose;
    snapshot.mme = totals(&snapshot.rows);
    assert_eq!(row_of(&snapshot), ("raised", INFO));
}

#[test]
fn a_sedative_added_to_a_renewal_warns() {
    assert_eq!(
        row_of(&renewed("15", [draft(gabapentin("d2"))])),
        ("new", WARNING)
    );
}

#[test]
fn an_unchanged_renewal_speaks_only_if_riskier_and_not_reviewed() {
    assert!(is_silent(&renewed("49", [])));
    assert_eq!(row_of(&renewed("50", [])), ("renewal", INFO));
    assert_eq!(
        row_of(&renewed("15", [gabapentin("m2")])),
        ("renewal", INFO)
    );
    assert!(is_silent(&reviewed(renewed("50", []))));
    let mut unread = renewed("50", []);
    unread.facts.reviewed = Known::Unsure(Doubt::Unread(Query::Encounters));
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}

#[test]
fn a_renewal_whose_dose_is_unknown_is_left_open() {
    let mut snapshot = renewed("30", []);
    for row in &mut snapshot.rows {
        row.dose = no_number();
    }
    snapshot.mme = totals(&snapshot.rows);
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}

#[test]
fn without_the_medications_the_draft_is_judged_alone() {
    let unread = without(
        with_apnea([draft(oxycodone("d1", "15"))]),
        Query::Medications,
    );
    let finding = fired(&unread);
    assert_eq!((finding.case, finding.indicator), ("new", INFO));
    assert!(finding.doubts.contains(&Doubt::Unread(Query::Medications)));
}

#[test]
fn without_the_problem_list_it_cannot_tell() {
    let unread = without(with([draft(oxycodone("d1", "15"))]), Query::Conditions);
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}
