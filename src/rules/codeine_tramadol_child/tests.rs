//! Rows of sheet 4.3 for ages under 18.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Snapshot, Surgery};
use crate::rules::Answer;
use crate::rules::test_support::{
    condition, days_ago, draft, findings, medicine, opioid_row, row, with, without,
};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

const CRITICAL: Option<Indicator> = Some(Indicator::Critical);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

fn drafted(name: &str) -> MedicineRow {
    draft(opioid_row("d1", name, "6"))
}

fn cough(name: &str) -> MedicineRow {
    draft(row("d1", medicine(name, &[ValueSet::OpioidCough])))
}

fn aged(age: i64, rows: Vec<MedicineRow>) -> Snapshot {
    Snapshot {
        age: Some(age),
        ..with(rows)
    }
}

fn with_surgery(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.precautions.throat_surgery = Known::Yes(Surgery {
        name: "Tonsillectomy".into(),
        date: Some(FactDate::day_of(days_ago(5))),
        planned: false,
        reference: "Procedure/p1".into(),
    });
    snapshot
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn codeine_and_tramadol_under_12_are_critical_and_other_opioids_are_not_named() {
    for name in ["codeine 15 mg", "tramadol 50 mg"] {
        assert_eq!(row_of(&aged(11, vec![drafted(name)])), ("under-12", CRITICAL));
    }
    assert!(is_silent(&aged(11, vec![drafted("morphine 5 mg")])));
    assert!(is_silent(&aged(12, vec![drafted("codeine 15 mg")])));
}

#[test]
fn between_12_and_17_surgery_is_critical_and_a_condition_warns() {
    let teen = || aged(17, vec![drafted("tramadol 50 mg")]);
    assert_eq!(row_of(&with_surgery(teen())), ("surgery", CRITICAL));
    let mut apnea = teen();
    apnea.facts.sleep_breathing = Known::Yes(condition("Obstructive sleep apnea"));
    assert_eq!(row_of(&apnea), ("condition", WARNING));
    let mut obese = teen();
    obese.precautions.obesity = Known::Yes(condition("Obesity"));
    assert_eq!(row_of(&obese), ("condition", WARNING));
    let clonazepam = row("m1", medicine("clonazepam 1 mg", &[ValueSet::Benzodiazepine]));
    let sedated = aged(15, vec![drafted("codeine 30 mg"), clonazepam]);
    assert_eq!(row_of(&sedated), ("condition", WARNING));
    let adult = Snapshot {
        age: Some(18),
        ..with_surgery(teen())
    };
    assert!(is_silent(&adult));
}

#[test]
fn the_reason_of_the_order_is_enough_for_surgery() {
    let order = MedicineRow {
        reason: Some("Pain after tonsillectomy".into()),
        ..drafted("codeine 30 mg")
    };
    assert_eq!(row_of(&aged(14, vec![order])), ("surgery", CRITICAL));
}

#[test]
fn opioid_cough_medicines_warn_up_to_17() {
    let of = |age, name| row_of(&aged(age, vec![cough(name)]));
    assert_eq!(of(12, "codeine syrup"), ("cough", WARNING));
    assert_eq!(of(6, "hydrocodone syrup"), ("cough", WARNING));
    assert_eq!(of(17, "hydrocodone syrup"), ("cough", WARNING));
    assert!(is_silent(&aged(18, vec![cough("hydrocodone syrup")])));
    let tablets = drafted("hydrocodone 5 mg");
    assert!(is_silent(&aged(16, vec![tablets])));
}

#[test]
fn without_an_age_it_cannot_tell() {
    let nobody = Snapshot {
        age: None,
        ..with([drafted("codeine 15 mg")])
    };
    assert_eq!(
        check(&nobody),
        Answer::CannotTell(vec![Doubt::Unread(Query::Patient)])
    );
}

#[test]
fn unread_conditions_leave_ages_12_to_17_open_and_under_12_clear() {
    let unread = |age| {
        let mut snapshot = without(aged(age, vec![drafted("codeine 15 mg")]), Query::Conditions);
        snapshot.precautions.obesity = Known::Unsure(Doubt::Unread(Query::Conditions));
        snapshot
    };
    assert_eq!(
        check(&unread(13)),
        Answer::CannotTell(vec![Doubt::Unread(Query::Conditions)])
    );
    assert_eq!(row_of(&unread(11)), ("under-12", CRITICAL));
}
