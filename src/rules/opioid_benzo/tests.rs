//! Rows of sheet 4.9 and of the treatment row of sheet 4.5.

use super::check;
use crate::dose::OrderDose;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Hook, Known, MedicineRow, Person, Snapshot};
use crate::rules::test_support::{
    AS_OF, converted, draft, findings, medicine, opioid_row, row, superseded, with, without,
};
use crate::rules::{Answer, Finding};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

fn lorazepam(id: &str, tablets: i64) -> MedicineRow {
    let mut row = row(id, medicine("lorazepam 1 mg", &[ValueSet::Benzodiazepine]));
    row.dose.units_per_day = Some(Decimal::from(tablets));
    row
}

fn oxycodone(id: &str) -> MedicineRow {
    opioid_row(id, "oxycodone 10 mg", "30")
}

fn buprenorphine(id: &str) -> MedicineRow {
    let sets = [ValueSet::Buprenorphine, ValueSet::BuprenorphineOud];
    let mut row = row(id, medicine("buprenorphine 8 mg", &sets));
    row.dose.units_per_day = Some(Decimal::TWO);
    MedicineRow { moud: true, ..row }
}

/// A draft that renews this row.
fn renewal(of: &MedicineRow, id: &str) -> MedicineRow {
    let mut renewed = draft(of.clone());
    renewed.reference = format!("MedicationRequest/{id}");
    renewed.supersedes = vec![of.reference.clone()];
    renewed
}

/// A steady pair whose benzodiazepine is renewed at so many tablets a day (2 before).
fn renewed_at(tablets: i64) -> Snapshot {
    let old = lorazepam("m2", 2);
    let mut new = renewal(&old, "d2");
    new.dose.units_per_day = Some(Decimal::from(tablets));
    with([oxycodone("m1"), superseded(old), new])
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

#[test]
fn a_new_half_of_the_pair_warns_whichever_it_is() {
    let opioid = with([draft(oxycodone("d1")), lorazepam("m2", 1)]);
    assert_eq!(row_of(&opioid), ("new", Some(Indicator::Warning)));
    let benzodiazepine = with([oxycodone("m1"), draft(lorazepam("d2", 1))]);
    assert_eq!(row_of(&benzodiazepine), ("new", Some(Indicator::Warning)));
    assert!(matches!(
        check(&with([draft(oxycodone("d1"))])),
        Answer::Silent(_)
    ));
}

#[test]
fn a_rise_by_a_fifth_is_new_and_less_is_a_renewal() {
    assert_eq!(row_of(&renewed_at(3)), ("new", Some(Indicator::Warning)));
    assert_eq!(row_of(&renewed_at(2)), ("steady", Some(Indicator::Info)));
    assert_eq!(row_of(&renewed_at(1)), ("steady", Some(Indicator::Info)));
}

#[test]
fn a_reviewed_renewal_is_silent_and_a_reviewed_rise_is_not() {
    assert!(matches!(check(&reviewed(renewed_at(2))), Answer::Silent(_)));
    assert_eq!(
        row_of(&reviewed(renewed_at(3))),
        ("new", Some(Indicator::Warning))
    );
    let mut unread = renewed_at(2);
    unread.facts.reviewed = Known::Unsure(Doubt::Unread(Query::Encounters));
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}

#[test]
fn a_renewal_whose_amount_cannot_be_told_informs_unless_reviewed() {
    let mut snapshot = renewed_at(2);
    for row in &mut snapshot.rows {
        row.dose = OrderDose {
            units_per_day: None,
            daily_dose: None,
            ..converted("0")
        };
    }
    assert_eq!(row_of(&snapshot), ("steady", Some(Indicator::Info)));
    assert!(matches!(check(&reviewed(snapshot)), Answer::CannotTell(_)));
}

#[test]
fn treatment_meets_a_new_benzodiazepine_as_information_only() {
    let started = with([buprenorphine("m1"), draft(lorazepam("d2", 1))]);
    assert_eq!(row_of(&started), ("treatment", Some(Indicator::Info)));
    let old = buprenorphine("m1");
    let renewed = with([
        superseded(old.clone()),
        renewal(&old, "d1"),
        lorazepam("m2", 1),
    ]);
    assert!(matches!(check(&renewed), Answer::Silent(_)));
    let mixed = with([
        buprenorphine("m1"),
        draft(oxycodone("d1")),
        lorazepam("m2", 1),
    ]);
    assert_eq!(row_of(&mixed), ("new", Some(Indicator::Warning)));
}

#[test]
fn clobazam_informs_and_is_not_stopped() {
    let clobazam = row(
        "m2",
        medicine("clobazam 10 mg", &[ValueSet::Benzodiazepine]),
    );
    let snapshot = with([draft(oxycodone("d1")), clobazam]);
    assert_eq!(row_of(&snapshot), ("clobazam", Some(Indicator::Info)));
}

#[test]
fn the_other_prescriber_is_named_and_called_first() {
    let mut other = lorazepam("m2", 1);
    other.requester = Some(Person {
        reference: Some("Practitioner/ruiz".into()),
        display: Some("Dr. Ruiz".into()),
    });
    let finding = fired(&with([draft(oxycodone("d1")), other]));
    let keys: Vec<_> = finding.suggest.iter().map(|one| one.key).collect();
    assert_eq!(keys, ["contact-prescriber", "delete-draft"]);
}

#[test]
fn a_renewal_is_never_offered_for_removal() {
    let finding = fired(&renewed_at(2));
    assert!(finding.suggest.iter().all(|one| one.key != "delete-draft"));
}

#[test]
fn without_the_medications_only_a_pair_within_the_drafts_is_found() {
    let alone = without(with([draft(oxycodone("d1"))]), Query::Medications);
    assert!(matches!(check(&alone), Answer::CannotTell(_)));
    let both = with([draft(oxycodone("d1")), draft(lorazepam("d2", 1))]);
    assert_eq!(
        row_of(&without(both, Query::Medications)),
        ("new", Some(Indicator::Warning))
    );
}

#[test]
fn without_a_birth_date_the_pair_is_left_open_and_no_pair_is_silent() {
    let mut pair = with([draft(oxycodone("d1")), lorazepam("m2", 1)]);
    pair.age = None;
    assert!(matches!(check(&pair), Answer::CannotTell(_)));
    let mut none = with([draft(oxycodone("d1"))]);
    none.age = None;
    assert!(matches!(check(&none), Answer::Silent(_)));
}

#[test]
fn on_patient_view_the_pair_is_a_line() {
    let mut snapshot = with([oxycodone("m1"), lorazepam("m2", 1)]);
    snapshot.hook = Hook::PatientView;
    assert_eq!(row_of(&snapshot), ("steady", None));
    assert!(matches!(check(&reviewed(snapshot)), Answer::Silent(_)));
}
