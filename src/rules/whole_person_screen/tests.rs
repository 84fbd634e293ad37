//! Rows of sheet 4.30.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Hook, Known, ScoreFact, Snapshot};
use crate::rules::test_support::{AS_OF, findings, long_term, opioid_row, with};
use crate::rules::{Answer, Slot};
use rust_decimal::Decimal;

fn chart() -> Snapshot {
    let mut snapshot = long_term(with([opioid_row("m1", "oxycodone 5 mg", "30")]), 200);
    snapshot.hook = Hook::PatientView;
    snapshot
}

fn asked() -> Snapshot {
    let mut snapshot = chart();
    let today = || Known::Yes(FactDate::day_of(AS_OF));
    snapshot.care.mood_asked = today();
    snapshot.care.anxiety_asked = today();
    snapshot.care.needs_asked = today();
    snapshot
}

fn score(value: i64) -> Option<ScoreFact> {
    let date = FactDate::day_of(AS_OF);
    Some(ScoreFact {
        value: Decimal::from(value),
        date,
        reference: "Observation/o1".into(),
    })
}

#[test]
fn what_was_not_asked_is_named() {
    let mut snapshot = asked();
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.care.anxiety_asked = Known::No;
    let finding = findings(check(&snapshot)).remove(0);
    assert_eq!(finding.slots["missing"], Slot::List(vec!["anxiety".into()]));
    snapshot.care.anxiety_asked = Known::Unsure(Doubt::Unread(Query::Surveys));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}

#[test]
fn a_score_of_ten_is_named_and_nine_is_not() {
    let mut snapshot = asked();
    snapshot.care.phq9 = score(9);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.care.phq9 = score(10);
    assert_eq!(findings(check(&snapshot)).remove(0).case, "score");
}

#[test]
fn it_is_for_long_term_opioids_and_use_disorder_only() {
    let mut snapshot = chart();
    snapshot.history.long_term = Known::No;
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.facts.oud = Known::Unsure(Doubt::Unread(Query::Conditions));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}
