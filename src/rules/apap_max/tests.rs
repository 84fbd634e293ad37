//! Rows of the sheet in docs/sheets-l-rules.md.

use super::{check, grams};
use crate::fhir::Query;
use crate::patient::{Doubt, MedicineRow, RowKind, Snapshot};
use crate::rules::test_support::{draft, findings, medicine, row, snapshot, superseded, without};
use crate::rules::{Answer, Proposal, Slot};
use crate::terminology::{Strength, StrengthUnit};
use rust_decimal::Decimal;

/// A current order of so many units of 500 mg a day.
fn taken(id: &str, units: i64) -> MedicineRow {
    let mut medicine = medicine("acetaminophen 500 mg", &[]);
    medicine.acetaminophen = Some(Strength {
        value: Decimal::from(500),
        unit: StrengthUnit::Mg,
    });
    let mut row = row(id, medicine);
    row.dose.units_per_day = Some(Decimal::from(units));
    row.counts_in_mme = true;
    row
}

fn call(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    Snapshot {
        rows: rows.into_iter().collect(),
        ..snapshot()
    }
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn four_grams_are_the_most() {
    assert!(is_silent(&call([draft(taken("d1", 4)), taken("m1", 4)])));
    let above = call([draft(taken("d1", 4)), taken("m1", 5)]);
    let finding = findings(check(&above)).remove(0);
    assert_eq!(finding.case, "several");
    assert_eq!(finding.slots["grams"], Slot::Text("4.5".into()));
    let alone = call([draft(taken("d1", 9))]);
    assert_eq!(findings(check(&alone))[0].case, "one");
}

#[test]
fn what_a_draft_takes_the_place_of_is_not_added() {
    let mut new = draft(taken("d1", 8));
    new.supersedes = vec!["MedicationRequest/m1".into()];
    assert!(is_silent(&call([superseded(taken("m1", 8)), new])));
}

#[test]
fn a_later_draft_of_one_series_is_not_added() {
    let mut later = draft(taken("d2", 8));
    later.counts_in_mme = false;
    assert!(is_silent(&call([draft(taken("d1", 8)), later])));
}

#[test]
fn it_speaks_only_of_a_draft_that_holds_acetaminophen() {
    assert!(is_silent(&call([taken("m1", 6), taken("m2", 6)])));
    let mut snapshot = call([taken("m1", 6), taken("m2", 6)]);
    snapshot.unidentified_drafts = vec!["MedicationRequest/d9".into()];
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unidentified("MedicationRequest/d9".into())])
    );
}

#[test]
fn children_are_left_out_and_an_unknown_age_is_open() {
    let mut child = call([draft(taken("d1", 12))]);
    child.age = Some(17);
    assert!(is_silent(&child));
    child.age = Some(18);
    assert_eq!(findings(check(&child)).len(), 1);
    child.age = None;
    assert_eq!(
        check(&child),
        Answer::CannotTell(vec![Doubt::Unread(Query::Patient)])
    );
}

#[test]
fn a_product_without_a_number_makes_the_sum_a_floor() {
    let mut unknown = taken("m1", 1);
    unknown.dose.units_per_day = None;
    let small = call([draft(taken("d1", 8)), unknown.clone()]);
    assert!(matches!(check(&small), Answer::CannotTell(_)));
    let large = call([draft(taken("d1", 9)), unknown]);
    let finding = findings(check(&large)).remove(0);
    assert_eq!(finding.slots["floor"], Slot::Flag(true));
    assert_eq!(finding.doubts.len(), 1);
}

#[test]
fn unread_lists_leave_a_small_sum_open() {
    for query in [Query::Medications, Query::Statements] {
        let small = without(call([draft(taken("d1", 8))]), query);
        assert_eq!(
            check(&small),
            Answer::CannotTell(vec![Doubt::Unread(query)]),
            "{query:?}"
        );
        let large = without(call([draft(taken("d1", 9))]), query);
        let finding = findings(check(&large)).remove(0);
        assert_eq!(finding.doubts, [Doubt::Unread(query)]);
    }
}

#[test]
fn only_a_new_draft_may_be_taken_back_and_one_without_an_opioid_first() {
    let removed = |snapshot: &Snapshot| {
        let finding = findings(check(snapshot)).remove(0);
        finding
            .suggest
            .into_iter()
            .find_map(|suggest| match suggest.proposal {
                Proposal::DeleteDraft { reference } => Some(reference),
                _ => None,
            })
    };
    let mut opioid = draft(taken("d1", 5));
    opioid.medicine.sets = opioid.medicine.sets.with(crate::terminology::ValueSet::Opioid);
    let both = call([opioid, draft(taken("d2", 5))]);
    assert_eq!(removed(&both).as_deref(), Some("MedicationRequest/d2"));
    let mut renewal = draft(taken("d1", 9));
    renewal.supersedes = vec!["MedicationRequest/m1".into()];
    assert_eq!(removed(&call([renewal])), None);
}

#[test]
fn reported_medicines_are_named_as_such() {
    let mut reported = taken("s1", 5);
    reported.kind = RowKind::Statement;
    let finding = findings(check(&call([draft(taken("d1", 4)), reported]))).remove(0);
    assert_eq!(finding.facts[1].slots["reported"], Slot::Flag(true));
}

#[test]
fn grams_are_never_rounded_down_to_the_most() {
    for (mg, shown) in [(4001, "4.001"), (4040, "4.04"), (4500, "4.5"), (5200, "5.2")] {
        assert_eq!(grams(Decimal::from(mg)), shown);
    }
}
