//! Rows of sheet 4.25.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Kidney, KidneyGrade, Known, MedicineRow, OldEgfr, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    condition, days_ago, draft, findings, opioid_row, superseded, with,
};
use crate::terminology::{Ingredient, Strength, StrengthUnit};
use crate::wire::Indicator;
use rust_decimal::Decimal;

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

fn drafted(name: &str) -> MedicineRow {
    draft(opioid_row("d1", name, "30"))
}

fn kidney(snapshot: Snapshot, grade: KidneyGrade) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.facts.kidney = Known::Yes(Kidney {
        grade,
        name: "eGFR 24".into(),
        date: Some(FactDate::day_of(days_ago(30))),
        reference: "Observation/o1".into(),
    });
    snapshot
}

fn liver(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.facts.liver = Known::Yes(condition("Cirrhosis of liver"));
    snapshot
}

/// A plain renewal.
fn renewed(name: &str, units: i64) -> Snapshot {
    let mut old = opioid_row("m1", name, "30");
    old.dose.units_per_day = Some(Decimal::from(units));
    let mut new = draft(old.clone());
    new.reference = "MedicationRequest/d1".into();
    new.supersedes = vec![old.reference.clone()];
    with([superseded(old), new])
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn severe_kidney_disease_warns_of_some_opioids_and_has_a_line_for_others() {
    let severe = |name| kidney(with([drafted(name)]), KidneyGrade::Severe);
    for name in [
        "morphine 15 mg",
        "codeine 30 mg",
        "meperidine 50 mg",
        "tapentadol 50 mg",
    ] {
        assert_eq!(row_of(&severe(name)), ("kidney", WARNING), "{name}");
    }
    for name in ["hydromorphone 2 mg", "oxycodone 5 mg", "tramadol 50 mg"] {
        assert_eq!(row_of(&severe(name)), ("kidney", None), "{name}");
    }
    assert!(is_silent(&severe("hydrocodone 5 mg")));
    let mut long_acting = drafted("tramadol 100 mg");
    long_acting.medicine.extended_release = true;
    let long_acting = kidney(with([long_acting]), KidneyGrade::Severe);
    assert_eq!(row_of(&long_acting), ("kidney", WARNING));
}

#[test]
fn moderate_kidney_disease_informs_at_a_start_or_rise_and_has_a_line_for_a_renewal() {
    let new = kidney(with([drafted("morphine 15 mg")]), KidneyGrade::Moderate);
    assert_eq!(row_of(&new), ("kidney", INFO));
    let mut renewal = kidney(renewed("morphine 15 mg", 2), KidneyGrade::Moderate);
    assert_eq!(row_of(&renewal), ("kidney", None));
    renewal.rows[1].dose.units_per_day = Some(Decimal::from(3));
    assert_eq!(row_of(&renewal), ("kidney", INFO));
    assert!(is_silent(&kidney(
        with([drafted("oxycodone 5 mg")]),
        KidneyGrade::Moderate
    )));
}

#[test]
fn liver_disease_informs_of_every_new_opioid_and_of_tramadol_at_renewals_too() {
    assert_eq!(
        row_of(&liver(with([drafted("oxycodone 5 mg")]))),
        ("liver", INFO)
    );
    assert!(is_silent(&liver(renewed("oxycodone 5 mg", 4))));
    assert_eq!(
        row_of(&liver(renewed("tramadol 50 mg", 4))),
        ("liver", INFO)
    );
}

#[test]
fn more_than_two_grams_of_acetaminophen_a_day_inform_at_renewals_too() {
    let combination = |units| {
        let mut snapshot = liver(renewed("hydrocodone 5 mg", units));
        for row in &mut snapshot.rows {
            row.medicine.acetaminophen = Some(Strength {
                value: Decimal::from(500),
                unit: StrengthUnit::Mg,
            });
            row.medicine.ingredients.push(Ingredient {
                rxcui: None,
                name: "acetaminophen".into(),
            });
        }
        snapshot
    };
    assert_eq!(row_of(&combination(5)), ("liver", INFO));
    assert!(is_silent(&combination(4)));
    let mut unknown = combination(4);
    for row in &mut unknown.rows {
        row.dose.units_per_day = None;
    }
    assert!(matches!(check(&unknown), Answer::CannotTell(_)));
}

#[test]
fn an_old_value_below_30_asks_for_a_new_one() {
    let mut snapshot = with([drafted("morphine 15 mg")]);
    snapshot.dosing.old_egfr = Some(OldEgfr {
        value: "24".into(),
        date: FactDate::day_of(days_ago(400)),
        reference: "Observation/o1".into(),
    });
    assert_eq!(row_of(&snapshot), ("old", None));
}

#[test]
fn unread_data_leave_it_open_where_the_drug_would_depend_on_them() {
    let mut snapshot = with([drafted("morphine 15 mg")]);
    snapshot.facts.kidney = Known::Unsure(Doubt::Unread(Query::Laboratory));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
    let mut other = with([drafted("hydrocodone 5 mg")]);
    other.facts.kidney = Known::Unsure(Doubt::Unread(Query::Laboratory));
    assert!(is_silent(&other));
}
