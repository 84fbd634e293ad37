//! Rows of sheet 4.20.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, DraftedTest, FactDate, Known, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{days_ago, draft, findings, long_term, opioid_row, with};
use crate::wire::Indicator;

fn drafted() -> Snapshot {
    let mut snapshot = with([opioid_row("m1", "oxycodone 5 mg", "30")]);
    snapshot.toxicology.drafted = vec![DraftedTest {
        name: "Urine drug screening".into(),
        reference: "ServiceRequest/t1".into(),
    }];
    snapshot
}

fn renewal() -> Snapshot {
    long_term(with([draft(opioid_row("d1", "oxycodone 5 mg", "30"))]), 400)
}

fn last(snapshot: Snapshot, days: i64) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.toxicology.last_test = Known::Yes(FactDate::day_of(days_ago(days)));
    snapshot
}

#[test]
fn a_drafted_test_is_information_and_the_first_one_is_named_as_such() {
    let first = findings(check(&drafted())).remove(0);
    assert_eq!((first.case, first.indicator), ("first", Some(Indicator::Info)));
    assert_eq!(findings(check(&last(drafted(), 200)))[0].case, "again");
    let mut unread = drafted();
    unread.toxicology.last_test = Known::Unsure(Doubt::Unread(Query::Laboratory));
    let finding = findings(check(&unread)).remove(0);
    assert_eq!(finding.case, "unknown");
    assert!(finding.facts.iter().all(|fact| fact.key != "last-test"));
}

#[test]
fn long_term_use_without_a_test_in_twelve_months_is_a_line() {
    let finding = findings(check(&renewal())).remove(0);
    assert_eq!((finding.case, finding.indicator), ("line", None));
    assert_eq!(findings(check(&last(renewal(), 366)))[0].case, "line");
    assert!(matches!(check(&last(renewal(), 365)), Answer::Silent(_)));
}

#[test]
fn short_use_and_money_trouble_keep_the_line_away() {
    let short = with([draft(opioid_row("d1", "oxycodone 5 mg", "30"))]);
    assert!(matches!(check(&short), Answer::Silent(_)));
    let mut poor = renewal();
    poor.toxicology.cost_barrier = true;
    assert!(matches!(check(&poor), Answer::Silent(_)));
}

#[test]
fn unread_results_are_not_no_test() {
    let mut snapshot = renewal();
    snapshot.toxicology.last_test = Known::Unsure(Doubt::Unread(Query::Laboratory));
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Laboratory)])
    );
}
