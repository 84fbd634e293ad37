//! Rows of sheet 4.23.

use super::check;
use crate::fhir::Query;
use crate::patient::{CareRow, Doubt, Hook, Known, MedicineRow, Person, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    days_ago, draft, findings, long_term, opioid_row, superseded, with,
};
use crate::wire::Indicator;

fn by(who: &str, row: MedicineRow) -> MedicineRow {
    let person = Person {
        reference: Some(format!("Practitioner/{who}")),
        display: Some(format!("Dr. {who}")),
    };
    MedicineRow {
        requester: Some(person),
        ..row
    }
}

/// An order of Dr. stone since so many days.
fn theirs(days: i64) -> Vec<MedicineRow> {
    let past = MedicineRow {
        status: "completed".into(),
        start: Some(days_ago(days)),
        last_day: Some(days_ago(days - 30)),
        before: false,
        after: false,
        ..opioid_row("m0", "oxycodone 5 mg", "30")
    };
    vec![
        by("stone", past),
        by("stone", opioid_row("m1", "oxycodone 5 mg", "30")),
    ]
}

fn mine() -> MedicineRow {
    by("d1", draft(opioid_row("d1", "hydrocodone 5 mg", "20")))
}

fn case(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

#[test]
fn a_second_prescriber_who_is_new_fires() {
    let snapshot = with(theirs(400).into_iter().chain([mine()]));
    assert_eq!(case(&snapshot), ("shared", Some(Indicator::Info)));
    let keys: Vec<_> = findings(check(&snapshot))
        .remove(0)
        .suggest
        .iter()
        .map(|one| one.key)
        .collect();
    assert_eq!(keys, ["write-prescriber", "care-manager"]);
}

#[test]
fn ten_days_in_common_are_a_hand_over_and_eleven_an_overlap() {
    for (days, fires) in [(10, false), (11, true)] {
        let other = MedicineRow {
            last_day: Some(days_ago(1 - days)),
            ..opioid_row("m1", "oxycodone 5 mg", "30")
        };
        let snapshot = with([by("stone", other), mine()]);
        assert_eq!(
            matches!(check(&snapshot), Answer::Fires(_)),
            fires,
            "{days}"
        );
    }
}

#[test]
fn taking_over_an_order_is_no_sharing() {
    let old = superseded(opioid_row("m1", "oxycodone 5 mg", "30"));
    let snapshot = with([by("stone", old), mine()]);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn long_established_sharing_is_a_line_of_the_brief() {
    let before = MedicineRow {
        status: "completed".into(),
        start: Some(days_ago(300)),
        last_day: Some(days_ago(200)),
        before: false,
        after: false,
        ..opioid_row("m8", "hydrocodone 5 mg", "20")
    };
    let rows = || theirs(400).into_iter().chain([by("d1", before.clone())]);
    assert!(matches!(
        check(&with(rows().chain([mine()]))),
        Answer::Silent(_)
    ));
    let current = by("d1", opioid_row("m9", "hydrocodone 5 mg", "20"));
    let mut chart = with(rows().chain([current]));
    chart.hook = Hook::PatientView;
    assert_eq!(case(&chart), ("long-shared", None));
}

#[test]
fn a_clinician_who_joins_a_long_story_gets_a_card_and_at_signing_a_line() {
    let mut chart = long_term(with(theirs(400)), 400);
    chart.hook = Hook::PatientView;
    assert_eq!(case(&chart), ("joining", Some(Indicator::Info)));
    chart.hook = Hook::OrderSign;
    assert_eq!(case(&chart), ("joining", None));
}

#[test]
fn an_earlier_visit_or_order_silences_it_and_unread_visits_leave_it_open() {
    let mut chart = long_term(with(theirs(400)), 400);
    chart.hook = Hook::PatientView;
    chart.care.seen_here = Known::Unsure(Doubt::Unread(Query::Encounters));
    assert!(matches!(check(&chart), Answer::CannotTell(_)));
    let row = CareRow {
        name: "visit".into(),
        date: None,
        reference: "Encounter/e1".into(),
    };
    chart.care.seen_here = Known::Yes(row);
    assert!(matches!(check(&chart), Answer::Silent(_)));
    let mut mine = long_term(
        with([by("d1", opioid_row("m1", "oxycodone 5 mg", "30"))]),
        400,
    );
    mine.hook = Hook::PatientView;
    assert!(matches!(check(&mine), Answer::Silent(_)));
}

#[test]
fn a_role_and_a_person_cannot_be_told_apart() {
    let mut chart = long_term(with(theirs(400)), 400);
    chart.hook = Hook::PatientView;
    chart.user = Some("PractitionerRole/r1".into());
    assert!(matches!(check(&chart), Answer::CannotTell(_)));
}
