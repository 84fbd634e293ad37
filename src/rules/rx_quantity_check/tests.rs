//! Rows of sheet 4.15, second part.

use super::check;
use crate::dose::Quantity;
use crate::patient::{MedicineRow, Received, Snapshot};
use crate::rules::test_support::{draft, findings, opioid_row, with};
use crate::rules::{Answer, DraftChange, Finding, Proposal};
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// Four tablets a day; so many days by the instruction, and so many said.
fn oxycodone(computed: &str, stated: &str) -> MedicineRow {
    let computed = number(computed);
    MedicineRow {
        received: Some(Received {
            json: "{}".into(),
            quantity: Some(Quantity {
                value: Some(computed * Decimal::from(4)),
                unit: Some("tablet".into()),
                code: None,
            }),
            stated_days: Some(number(stated)),
            days_by_instruction: Some(computed),
        }),
        ..draft(opioid_row("d1", "oxycodone 5 mg", "30"))
    }
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn is_silent(row: MedicineRow) -> bool {
    matches!(check(&with([row])), Answer::Silent(_))
}

#[test]
fn more_than_a_fifth_and_at_least_two_days_are_both_needed() {
    assert_eq!(fired(&with([oxycodone("7", "5")])).case, "longer");
    assert_eq!(fired(&with([oxycodone("3", "5")])).case, "shorter");
    assert!(is_silent(oxycodone("6.75", "5")));
    assert!(is_silent(oxycodone("12", "10")));
    assert_eq!(fired(&with([oxycodone("12.25", "10")])).case, "longer");
}

#[test]
fn missing_elements_never_fire() {
    for missing in ["quantity", "stated", "instruction"] {
        let mut row = oxycodone("10", "5");
        let received = row.received.as_mut().expect("received");
        match missing {
            "stated" => received.stated_days = None,
            _ => received.days_by_instruction = None,
        }
        assert!(is_silent(row), "{missing}");
    }
}

#[test]
fn only_a_smaller_quantity_is_ever_offered() {
    let longer = fired(&with([oxycodone("10", "5")]));
    assert_eq!(
        longer.suggest[0].proposal,
        Proposal::UpdateDraft {
            reference: "MedicationRequest/d1".into(),
            change: DraftChange::LowerQuantity {
                quantity: Decimal::from(20),
                days: Decimal::from(5)
            }
        }
    );
    assert!(fired(&with([oxycodone("5", "10")])).suggest.is_empty());
    let treatment = MedicineRow {
        moud: true,
        ..oxycodone("10", "5")
    };
    assert!(fired(&with([treatment])).suggest.is_empty());
}

#[test]
fn a_draft_that_could_not_be_identified_leaves_it_open() {
    let mut snapshot = with([]);
    snapshot.unidentified_drafts = vec!["MedicationRequest/d1".into()];
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}
