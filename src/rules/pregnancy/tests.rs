//! Rows of sheet 4.24.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    condition, draft, findings, medicine, opioid_row, row, stopped, superseded, with, without,
};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

fn oxycodone(id: &str, mme: &str) -> MedicineRow {
    opioid_row(id, "oxycodone 5 mg", mme)
}

fn buprenorphine(id: &str) -> MedicineRow {
    let sets = [ValueSet::Buprenorphine, ValueSet::BuprenorphineOud];
    MedicineRow {
        moud: true,
        counts_in_mme: false,
        ..row(id, medicine("buprenorphine 8 mg film", &sets))
    }
}

fn pregnant(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut snapshot = with(rows);
    snapshot.facts.pregnant = Known::Yes(condition("pregnant"));
    snapshot
}

fn case(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

#[test]
fn starts_increases_and_steps_down_warn() {
    let warns = Some(Indicator::Warning);
    assert_eq!(
        case(&pregnant([draft(oxycodone("d1", "15"))])),
        ("new", warns)
    );
    let step = |before: &str, after: &str| {
        pregnant([
            superseded(oxycodone("m1", before)),
            draft(oxycodone("d1", after)),
        ])
    };
    assert_eq!(case(&step("50", "60")), ("more", warns));
    assert_eq!(case(&step("100", "89.9")), ("less", warns));
    assert_eq!(case(&step("100", "90")), ("steady", Some(Indicator::Info)));
    assert_eq!(
        case(&pregnant([stopped(oxycodone("m1", "15"))])),
        ("less", warns)
    );
}

#[test]
fn treatment_is_recommended_and_its_stop_warns() {
    let start = pregnant([draft(buprenorphine("d1"))]);
    assert_eq!(case(&start), ("treatment", Some(Indicator::Info)));
    let stop = pregnant([stopped(buprenorphine("m1"))]);
    assert_eq!(case(&stop), ("treatment-less", Some(Indicator::Warning)));
    let instead = pregnant([stopped(oxycodone("m1", "60")), draft(buprenorphine("d1"))]);
    assert_eq!(case(&instead), ("treatment", Some(Indicator::Info)));
}

#[test]
fn a_row_without_a_date_asks_and_fires_nothing_else() {
    let mut snapshot = with([draft(oxycodone("d1", "15"))]);
    snapshot.facts.pregnancy_undated = Some(condition("pregnant"));
    assert_eq!(case(&snapshot), ("undated", None));
}

#[test]
fn pregnancy_status_that_was_not_read_is_not_no() {
    let snapshot = with([draft(oxycodone("d1", "15"))]);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    assert_eq!(
        check(&without(snapshot, Query::SocialHistory)),
        Answer::CannotTell(vec![Doubt::Unread(Query::SocialHistory)])
    );
}
