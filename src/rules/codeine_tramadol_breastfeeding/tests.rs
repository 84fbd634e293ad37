//! The breastfeeding row of sheet 4.3.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, Known, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{condition, draft, findings, opioid_row, with};
use crate::wire::Indicator;

fn breastfeeding(name: &str) -> Snapshot {
    let mut snapshot = with([draft(opioid_row("d1", name, "20"))]);
    snapshot.precautions.breastfeeding = Known::Yes(condition("breastfeeding"));
    snapshot
}

#[test]
fn codeine_and_tramadol_warn_and_other_opioids_do_not() {
    for name in ["codeine 30 mg", "tramadol 50 mg"] {
        let finding = findings(check(&breastfeeding(name))).remove(0);
        assert_eq!(finding.indicator, Some(Indicator::Warning));
        assert_eq!(finding.suggest[0].key, "delete-draft");
    }
    let other = breastfeeding("hydrocodone 5 mg");
    assert!(matches!(check(&other), Answer::Silent(_)));
}

#[test]
fn what_could_not_be_read_is_not_no() {
    let mut snapshot = breastfeeding("tramadol 50 mg");
    snapshot.precautions.breastfeeding = Known::Unsure(Doubt::Unread(Query::Conditions));
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Conditions)])
    );
}

#[test]
fn a_renewal_is_not_offered_for_removal() {
    let mut snapshot = breastfeeding("tramadol 50 mg");
    snapshot.rows.push(opioid_row("m1", "tramadol 50 mg", "20"));
    assert!(findings(check(&snapshot))[0].suggest.is_empty());
}
