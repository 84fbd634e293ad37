//! Rows of the sheet in docs/sheets-l-rules.md.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{days_ago, draft, findings, no_number, opioid_row, with, without};
use crate::wire::Indicator;

fn resumed(mme: &str) -> Snapshot {
    let mut snapshot = with([draft(opioid_row("d1", "morphine 60 mg", mme))]);
    snapshot.history.lost_tolerance = Some(FactDate::day_of(days_ago(20)));
    snapshot
}

#[test]
fn a_high_dose_after_a_gap_warns_and_names_the_gap() {
    let finding = findings(check(&resumed("50"))).remove(0);
    assert_eq!(finding.indicator, Some(Indicator::Warning));
    assert!(finding.because[0].contains("20 days ago"));
    assert!(matches!(check(&resumed("49.9")), Answer::Silent(_)));
}

#[test]
fn without_an_earlier_course_it_is_silent() {
    let first = with([draft(opioid_row("d1", "morphine 60 mg", "120"))]);
    assert!(matches!(check(&first), Answer::Silent(_)));
}

#[test]
fn an_unknown_dose_or_an_unread_list_leaves_it_open() {
    let mut unknown = resumed("120");
    unknown.rows[0].dose = no_number();
    unknown.mme = crate::rules::test_support::totals(&unknown.rows);
    assert!(matches!(check(&unknown), Answer::CannotTell(_)));
    assert_eq!(
        check(&without(resumed("120"), Query::Medications)),
        Answer::CannotTell(vec![Doubt::Unread(Query::Medications)])
    );
}
