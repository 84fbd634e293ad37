//! Rows of sheet 4.17.

use super::check;
use crate::fhir::Query;
use crate::patient::{CareRow, Doubt, FactDate, Hook, Known, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{AS_OF, draft, findings, long_term, opioid_row, superseded, with};
use crate::wire::Indicator;
use rust_decimal::Decimal;

fn starting(days: i64) -> Snapshot {
    let mut row = draft(opioid_row("d1", "oxycodone 5 mg", "30"));
    row.supply_days = Some(Decimal::from(days));
    with([row])
}

fn renewed(mme: &str) -> Snapshot {
    let old = superseded(opioid_row("m1", "oxycodone 5 mg", "50"));
    long_term(
        with([old, draft(opioid_row("d1", "oxycodone 5 mg", mme))]),
        200,
    )
}

fn case(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

#[test]
fn a_start_of_28_days_asks_for_a_goal_and_27_do_not() {
    assert_eq!(case(&starting(28)), ("start", Some(Indicator::Info)));
    assert!(matches!(check(&starting(27)), Answer::Silent(_)));
}

#[test]
fn an_increase_asks_and_a_plain_renewal_is_a_line_of_the_brief() {
    assert_eq!(case(&renewed("60")), ("raised", Some(Indicator::Info)));
    assert!(matches!(check(&renewed("59")), Answer::Silent(_)));
    let mut chart = long_term(with([opioid_row("m1", "oxycodone 5 mg", "50")]), 200);
    chart.hook = Hook::PatientView;
    assert_eq!(case(&chart), ("steady", None));
}

#[test]
fn a_plan_silences_it_and_an_unread_one_leaves_it_open() {
    let mut snapshot = starting(28);
    snapshot.care.plan = Known::Unsure(Doubt::Unread(Query::Goals));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
    snapshot.care.plan = Known::Yes(CareRow {
        name: "Garden again".into(),
        date: Some(FactDate::day_of(AS_OF)),
        reference: "Goal/g1".into(),
    });
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn nothing_is_asked_without_an_opioid() {
    assert!(matches!(check(&with([])), Answer::Silent(_)));
}
