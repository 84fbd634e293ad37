//! Rows of sheet 4.19.

use super::check;
use crate::fhir::Query;
use crate::patient::{CareRow, Doubt, FactDate, Known, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{AS_OF, draft, findings, opioid_row, with};

fn asked() -> Snapshot {
    let mut snapshot = with([draft(opioid_row("d1", "oxycodone 5 mg", "30"))]);
    snapshot.site.pdmp_evidence_readable = true;
    snapshot
}

#[test]
fn it_is_off_unless_the_site_turns_it_on() {
    let mut snapshot = asked();
    assert_eq!(findings(check(&snapshot)).len(), 1);
    snapshot.site.pdmp_evidence_readable = false;
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn a_review_silences_it_and_unread_procedures_leave_it_open() {
    let mut snapshot = asked();
    snapshot.care.pdmp = Known::Unsure(Doubt::Unread(Query::Procedures));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
    let date = Some(FactDate::day_of(AS_OF));
    snapshot.care.pdmp = Known::Yes(CareRow {
        name: "review".into(),
        date,
        reference: "Procedure/p1".into(),
    });
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}
