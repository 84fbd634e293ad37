//! Rows of sheet 4.15, first part.

use super::check;
use crate::dose::Quantity;
use crate::fhir::Query;
use crate::patient::{MedicineRow, Received, Snapshot};
use crate::rules::test_support::{
    draft, findings, long_term, medicine, opioid_row, row, with, without,
};
use crate::rules::{Answer, DraftChange, Finding, Proposal};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// Four tablets a day for so many days.
fn oxycodone(days: &str) -> MedicineRow {
    let days: Decimal = days.parse().expect("a decimal");
    let quantity = days * Decimal::from(4);
    MedicineRow {
        supply_days: Some(days),
        quantity: Some(quantity),
        received: Some(Received {
            json: "{}".into(),
            quantity: Some(Quantity {
                value: Some(quantity),
                unit: Some("tablet".into()),
                code: None,
            }),
            stated_days: Some(days),
            days_by_instruction: Some(days),
        }),
        ..draft(opioid_row("d1", "oxycodone 5 mg", "30"))
    }
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn more_than_seven_days_inform_and_seven_do_not() {
    assert!(is_silent(&with([oxycodone("7")])));
    assert_eq!(
        fired(&with([oxycodone("7.25")])).indicator,
        Some(Indicator::Info)
    );
    assert!(is_silent(&with([oxycodone("28")])));
    assert_eq!(fired(&with([oxycodone("27.5")])).case, "long");
}

#[test]
fn a_site_sets_its_own_number() {
    let mut snapshot = with([oxycodone("7")]);
    snapshot.site.acute_quantity_days = 5;
    assert_eq!(fired(&snapshot).case, "long");
}

#[test]
fn long_term_treatment_long_acting_and_unknown_supplies_are_silent() {
    assert!(is_silent(&long_term(with([oxycodone("14")]), 90)));
    let unknown = MedicineRow {
        supply_days: None,
        ..oxycodone("14")
    };
    assert!(is_silent(&with([unknown])));
    let sets = [ValueSet::Opioid, ValueSet::ExtendedRelease];
    let long_acting = MedicineRow {
        medicine: row("d1", medicine("morphine 15 mg", &sets)).medicine,
        ..oxycodone("14")
    };
    assert!(is_silent(&with([long_acting])));
}

#[test]
fn smaller_quantities_follow_the_instruction() {
    let finding = fired(&with([oxycodone("14")]));
    let changes: Vec<_> = finding
        .suggest
        .into_iter()
        .map(|one| one.proposal)
        .collect();
    let lower = |quantity: i64, days: i64| Proposal::UpdateDraft {
        reference: "MedicationRequest/d1".into(),
        change: DraftChange::LowerQuantity {
            quantity: Decimal::from(quantity),
            days: Decimal::from(days),
        },
    };
    assert_eq!(changes, [lower(12, 3), lower(20, 5)]);
}

#[test]
fn a_supply_with_refills_or_without_an_instruction_is_not_lowered() {
    let refills = MedicineRow {
        repeats: 1,
        ..oxycodone("10")
    };
    assert!(fired(&with([refills])).suggest.is_empty());
    let mut unread = oxycodone("10");
    unread
        .received
        .as_mut()
        .expect("received")
        .days_by_instruction = None;
    assert!(fired(&with([unread])).suggest.is_empty());
}

#[test]
fn without_the_medications_long_term_use_is_not_known() {
    let unread = without(with([oxycodone("14")]), Query::Medications);
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
    assert!(is_silent(&without(
        with([oxycodone("3")]),
        Query::Medications
    )));
}
