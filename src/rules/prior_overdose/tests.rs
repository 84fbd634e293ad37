//! When an overdose is a card, a line, or nothing (sheet 4.7).

use super::{check, is_after};
use crate::fhir::{Precision, Query};
use crate::patient::{Doubt, FactDate, Hook, Known, NaloxoneOnHand, Overdose, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    condition, days_ago, draft, findings, opioid_row, row, superseded, with, without,
};
use crate::wire::Indicator;
use jiff::civil::{Date, date};

fn overdose(day: Option<Date>, within_24_months: bool) -> Known<Overdose> {
    let mut condition = condition("opioid overdose");
    condition.date = day.map(FactDate::day_of);
    Known::Yes(Overdose {
        perhaps_recent: day.is_none().then(|| condition.reference.clone()),
        condition,
        within_24_months,
        substance: None,
        intentional: false,
    })
}

fn renewal() -> Snapshot {
    let current = opioid_row("m1", "oxycodone 5 mg", "15");
    let next = draft(opioid_row("d1", "oxycodone 5 mg", "15"));
    let mut snapshot = with([superseded(current), next]);
    snapshot.facts.overdose = overdose(Some(days_ago(200)), true);
    snapshot.facts.naloxone = Known::Yes(NaloxoneOnHand {
        name: "naloxone nasal spray".into(),
        date: Some(FactDate::day_of(days_ago(100))),
        reference: "MedicationRequest/nx".into(),
        drafted: false,
    });
    snapshot.facts.reviewed = Known::Yes(FactDate::day_of(days_ago(30)));
    snapshot
}

fn indicator(snapshot: &Snapshot) -> Option<Indicator> {
    findings(check(snapshot)).remove(0).indicator
}

#[test]
fn a_renewal_of_unknown_amount_counts_as_raised() {
    // The rows of this test have no amount that could be compared.
    assert_eq!(indicator(&renewal()), Some(Indicator::Warning));
}

#[test]
fn without_naloxone_or_review_it_stays_a_card_on_opening_the_chart() {
    let mut snapshot = renewal();
    snapshot.hook = Hook::PatientView;
    assert_eq!(indicator(&snapshot), None);
    snapshot.facts.reviewed = Known::Yes(FactDate::day_of(days_ago(201)));
    assert_eq!(indicator(&snapshot), Some(Indicator::Warning));
    let mut snapshot = renewal();
    snapshot.hook = Hook::PatientView;
    snapshot.facts.naloxone = Known::No;
    assert_eq!(indicator(&snapshot), Some(Indicator::Warning));
}

#[test]
fn treatment_alone_and_older_overdoses_are_left_to_the_offer_of_naloxone() {
    let mut snapshot = renewal();
    for row in &mut snapshot.rows {
        row.moud = true;
    }
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    let mut snapshot = renewal();
    snapshot.facts.overdose = overdose(Some(days_ago(800)), false);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn an_overdose_without_a_date_and_visits_that_were_not_read_cannot_tell() {
    let mut snapshot = renewal();
    snapshot.facts.overdose = overdose(None, false);
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Undated("Condition/c1".into())])
    );
    snapshot.facts.overdose = Known::No;
    let snapshot = without(snapshot, Query::Encounters);
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Encounters)])
    );
}

#[test]
fn a_review_comes_later_only_where_the_record_shows_it() {
    let month = |precision| FactDate {
        date: date(2026, 10, 1),
        precision,
    };
    let reviewed = |day| FactDate::day_of(date(2026, 10, day));
    assert!(is_after(reviewed(12), reviewed(12)));
    assert!(!is_after(reviewed(11), reviewed(12)));
    assert!(!is_after(reviewed(31), month(Precision::Month)));
    assert!(is_after(
        FactDate::day_of(date(2026, 11, 1)),
        month(Precision::Month)
    ));
    assert!(!is_after(reviewed(31), month(Precision::Year)));
}

#[test]
fn other_medicines_are_no_occasion() {
    let mut snapshot = with([draft(row(
        "d1",
        crate::rules::test_support::medicine("naproxen 220 mg", &[]),
    ))]);
    snapshot.facts.overdose = overdose(Some(days_ago(200)), true);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}
