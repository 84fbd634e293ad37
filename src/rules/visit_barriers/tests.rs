//! Rows of sheet 4.31.

use super::check;
use crate::fhir::Query;
use crate::patient::{CareRow, Doubt, Known};
use crate::rules::test_support::{findings, snapshot};
use crate::rules::{Answer, Slot};

#[test]
fn a_recorded_barrier_is_a_line() {
    let mut chart = snapshot();
    assert!(matches!(check(&chart), Answer::Silent(_)));
    let name = "Transportation insecurity".to_owned();
    let row = CareRow {
        name,
        date: None,
        reference: "Condition/c1".into(),
    };
    chart.care.barriers = Known::Yes(vec![row]);
    let finding = findings(check(&chart)).remove(0);
    assert_eq!(finding.indicator, None);
    assert_eq!(
        finding.slots["barriers"],
        Slot::List(vec!["transportation insecurity".into()])
    );
    chart.care.barriers = Known::Unsure(Doubt::Unread(Query::Surveys));
    assert!(matches!(check(&chart), Answer::CannotTell(_)));
}
