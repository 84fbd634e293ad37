//! Rows of sheet 4.22.

use super::check;
use crate::fhir::Query;
use crate::patient::{Known, MedicineRow, Person, ScopeBranch, Snapshot};
use crate::rules::test_support::{
    days_ago, draft, findings, medicine, opioid_row, patch_row, row, superseded, with, without,
};
use crate::rules::{Answer, DraftChange, Finding, Proposal};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

fn hydrocodone(id: &str) -> MedicineRow {
    opioid_row(id, "hydrocodone 5 mg", "20")
}

fn oxycodone(id: &str) -> MedicineRow {
    opioid_row(id, "oxycodone 5 mg", "15")
}

fn coded(row: MedicineRow) -> MedicineRow {
    let mut row = row;
    row.medicine.rxcui = Some("1049621".into());
    row
}

/// A draft that renews this row.
fn renewal(of: &MedicineRow, id: &str) -> MedicineRow {
    let mut renewed = draft(of.clone());
    renewed.reference = format!("MedicationRequest/{id}");
    renewed.supersedes = vec![of.reference.clone()];
    renewed
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

#[test]
fn two_short_acting_opioids_inform_and_warn_from_fifty_together() {
    let low = with([hydrocodone("m1"), draft(oxycodone("d1"))]);
    assert_eq!(row_of(&low), ("class", INFO));
    let high = with([
        hydrocodone("m1"),
        draft(opioid_row("d1", "oxycodone 10 mg", "30")),
    ]);
    assert_eq!(row_of(&high), ("class", WARNING));
}

#[test]
fn the_same_opioid_twice_warns() {
    let mut other = draft(oxycodone("d1"));
    other.start = Some(days_ago(0));
    let twice = with([oxycodone("m1"), other]);
    assert_eq!(row_of(&twice), ("ingredient", WARNING));
}

#[test]
fn ten_days_of_overlap_are_a_change_of_orders() {
    let mut old = hydrocodone("m1");
    old.end = Some(days_ago(-10));
    old.last_day = Some(days_ago(-9));
    assert!(is_silent(&with([old.clone(), draft(oxycodone("d1"))])));
    old.end = Some(days_ago(-11));
    old.last_day = Some(days_ago(-10));
    assert_eq!(
        row_of(&with([old.clone(), draft(oxycodone("d1"))])),
        ("class", INFO)
    );
    old.end = None;
    assert_eq!(
        row_of(&with([old, draft(oxycodone("d1"))])),
        ("class", INFO)
    );
}

#[test]
fn a_short_acting_beside_a_long_acting_opioid_is_silent() {
    let sets = [ValueSet::Opioid, ValueSet::ExtendedRelease];
    let long_acting = row("m1", medicine("morphine 15 mg", &sets));
    assert!(is_silent(&with([long_acting, draft(oxycodone("d1"))])));
}

#[test]
fn a_combination_that_was_current_already_is_a_renewal() {
    let (one, other) = (hydrocodone("m1"), oxycodone("m2"));
    let renewed = renewal(&other, "d2");
    assert!(is_silent(&with([one, superseded(other), renewed])));
}

#[test]
fn two_drafts_that_renew_one_order_are_a_new_pair() {
    let old = oxycodone("m1");
    let pair = [renewal(&old, "d1"), renewal(&old, "d2")].map(coded);
    let [one, other] = pair;
    assert_eq!(
        row_of(&with([superseded(old), one, other])),
        ("product", WARNING)
    );
}

#[test]
fn strengths_ordered_to_be_worn_together_are_silent() {
    let strengths = |second: MedicineRow| with([draft(patch_row("d1", 75)), second]);
    assert!(is_silent(&strengths(draft(patch_row("d2", 25)))));
    let mut later = draft(patch_row("d2", 25));
    later.start = Some(days_ago(-3));
    assert_eq!(row_of(&strengths(later)), ("ingredient", WARNING));
}

#[test]
fn only_the_same_product_speaks_outside_the_guideline() {
    let mut other = with([hydrocodone("m1"), draft(oxycodone("d1"))]);
    let mut same = with([coded(oxycodone("m1")), coded(draft(oxycodone("d1")))]);
    for snapshot in [&mut other, &mut same] {
        snapshot.scope.out = Known::Yes(vec![ScopeBranch::Cancer]);
    }
    assert!(is_silent(&other));
    assert_eq!(row_of(&same), ("product", WARNING));
    let unread = with([hydrocodone("m1"), draft(oxycodone("d1"))]);
    assert!(matches!(
        check(&without(unread, Query::Conditions)),
        Answer::CannotTell(_)
    ));
}

#[test]
fn an_order_of_the_record_is_named_or_becomes_a_task() {
    let mut old = hydrocodone("m1");
    old.requester = Some(Person {
        reference: None,
        display: Some("Dr. Ruiz".into()),
    });
    let finding = fired(&with([old, draft(oxycodone("d1"))]));
    let keys: Vec<_> = finding.suggest.iter().map(|one| one.key).collect();
    assert_eq!(keys, ["follows", "stop-older"]);
}

#[test]
fn the_older_of_two_drafts_can_be_stopped_and_of_two_alike_none() {
    let mut older = draft(hydrocodone("d1"));
    older.asserted = Some(days_ago(20));
    older.start = Some(days_ago(20));
    let finding = fired(&with([older, draft(oxycodone("d2"))]));
    assert_eq!(
        finding.suggest[0].proposal,
        Proposal::UpdateDraft {
            reference: "MedicationRequest/d1".into(),
            change: DraftChange::Stopped
        }
    );
    let alike = fired(&with([
        coded(draft(oxycodone("d1"))),
        coded(draft(oxycodone("d2"))),
    ]));
    assert!(alike.suggest.is_empty());
}

#[test]
fn without_the_medications_only_a_pair_within_the_drafts_is_found() {
    let alone = without(with([draft(oxycodone("d1"))]), Query::Medications);
    assert!(matches!(check(&alone), Answer::CannotTell(_)));
    let both = with([draft(hydrocodone("d1")), draft(oxycodone("d2"))]);
    assert_eq!(row_of(&without(both, Query::Medications)), ("class", INFO));
}
