//! Rows of sheet 4.18.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, FollowUp, Hook, Known, MedicineRow, Snapshot};
use crate::rules::test_support::{
    days_ago, draft, findings, long_term, medicine, opioid_row, superseded, with,
};
use crate::rules::{Answer, Finding, Proposal, Slot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

fn starting(row: MedicineRow) -> Snapshot {
    let mut row = draft(row);
    row.supply_days = Some(Decimal::from(30));
    with([row])
}

fn oxycodone(mme: &str) -> MedicineRow {
    opioid_row("d1", "oxycodone 5 mg", mme)
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn due(snapshot: &Snapshot) -> Option<u32> {
    match fired(snapshot).suggest[0].proposal {
        Proposal::ServiceRequest { due_days } => due_days,
        ref other => panic!("{other:?}"),
    }
}

fn visit_in(days: i64) -> Known<FollowUp> {
    Known::Yes(FollowUp {
        date: FactDate::day_of(days_ago(-days)),
        reference: "Appointment/a1".into(),
    })
}

#[test]
fn the_first_check_in_depends_on_dose_form_and_methadone() {
    assert_eq!(due(&starting(oxycodone("49.9"))), Some(28));
    assert_eq!(due(&starting(oxycodone("50"))), Some(14));
    let long_acting = medicine(
        "oxycodone 10 mg",
        &[ValueSet::Opioid, ValueSet::ExtendedRelease],
    );
    assert_eq!(
        due(&starting(MedicineRow {
            medicine: long_acting,
            ..oxycodone("30")
        })),
        Some(14)
    );
    let methadone = medicine("methadone 5 mg", &[ValueSet::Opioid, ValueSet::Methadone]);
    assert_eq!(
        due(&starting(MedicineRow {
            medicine: methadone,
            ..oxycodone("23.5")
        })),
        Some(3)
    );
}

#[test]
fn a_visit_within_28_days_silences_it() {
    let mut snapshot = starting(oxycodone("30"));
    snapshot.care.follow_up = visit_in(28);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.care.follow_up = visit_in(29);
    assert_eq!(fired(&snapshot).case, "start");
    snapshot.care.follow_up = Known::Unsure(Doubt::Unread(Query::Appointments));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}

#[test]
fn an_increase_asks_too_and_a_renewal_does_not() {
    let renewed = |mme: &str| {
        let old = superseded(opioid_row("m1", "oxycodone 5 mg", "50"));
        long_term(with([old, draft(oxycodone(mme))]), 200)
    };
    assert_eq!(fired(&renewed("60")).case, "raised");
    assert!(matches!(check(&renewed("50")), Answer::Silent(_)));
}

#[test]
fn thirty_days_of_short_courses_ask_for_a_pause_and_29_do_not() {
    for (days, fires) in [(30, true), (29, false)] {
        let mut row = draft(oxycodone("30"));
        row.supply_days = Some(Decimal::from(7));
        let mut snapshot = with([superseded(opioid_row("m1", "oxycodone 5 mg", "30")), row]);
        snapshot.care.run_since = Some(FactDate::day_of(days_ago(days)));
        let answer = check(&snapshot);
        assert_eq!(
            matches!(&answer, Answer::Fires(found) if found[0].case == "drift"),
            fires,
            "{answer:?}"
        );
    }
}

#[test]
fn the_brief_says_when_the_last_visit_was_more_than_90_days_ago() {
    for (days, fires) in [(91, true), (90, false)] {
        let mut chart = long_term(with([opioid_row("m1", "oxycodone 5 mg", "30")]), 200);
        chart.hook = Hook::PatientView;
        chart.care.last_contact = Known::Yes(FactDate::day_of(days_ago(days)));
        let answer = check(&chart);
        assert_eq!(matches!(answer, Answer::Fires(_)), fires, "{days}");
        if let Answer::Fires(found) = answer {
            assert_eq!(found[0].indicator, None::<Indicator>);
            assert_eq!(found[0].slots["ran"], Slot::Text("91".into()));
        }
    }
}
