//! Rows of sheet 4.16.

use super::check;
use crate::fhir::Query;
use crate::patient::{CareRow, Doubt, Kidney, KidneyGrade, Known, Naive, Service, Snapshot};
use crate::rules::test_support::{draft, findings, opioid_row, with, without};
use crate::rules::{Answer, Finding, Slot};
use crate::terminology::Ingredient;
use rust_decimal::Decimal;

fn starting(days: i64) -> Snapshot {
    let mut row = draft(opioid_row("d1", "hydrocodone 5 mg", "20"));
    row.supply_days = Some(Decimal::from(days));
    let mut snapshot = with([row]);
    snapshot.history.naive = Known::Yes(Naive { last: None });
    snapshot
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn found(name: &str) -> Known<CareRow> {
    Known::Yes(CareRow {
        name: name.into(),
        date: None,
        reference: "Procedure/p1".into(),
    })
}

fn keys(finding: &Finding) -> Vec<&'static str> {
    finding.suggest.iter().map(|suggest| suggest.key).collect()
}

#[test]
fn a_first_opioid_without_other_care_fires_by_length() {
    assert_eq!(fired(&starting(27)).case, "short");
    assert_eq!(fired(&starting(28)).case, "long");
}

#[test]
fn other_care_or_an_opioid_before_silences_it() {
    let mut snapshot = starting(7);
    snapshot.care.nondrug = found("Physical therapy");
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    let mut snapshot = starting(7);
    snapshot.care.nonopioid = found("ibuprofen");
    snapshot.care.nondrug = Known::Unsure(Doubt::Unread(Query::Procedures));
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    let mut snapshot = starting(7);
    snapshot.history.naive = Known::No;
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn what_could_not_be_read_is_not_said_to_be_missing() {
    assert!(matches!(
        check(&without(starting(7), Query::Medications)),
        Answer::CannotTell(_)
    ));
    let mut snapshot = starting(7);
    snapshot.care.nondrug = Known::Unsure(Doubt::Unread(Query::Procedures));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}

#[test]
fn an_nsaid_is_named_only_where_nothing_speaks_against_it() {
    let named = |snapshot: &Snapshot| fired(snapshot).slots["nsaid"].clone();
    let mut snapshot = starting(7);
    assert_eq!(named(&snapshot), Slot::Flag(true));
    snapshot.facts.kidney = Known::Unsure(Doubt::Unread(Query::Laboratory));
    assert_eq!(named(&snapshot), Slot::Flag(false));
    snapshot.facts.kidney = Known::Yes(Kidney {
        grade: KidneyGrade::Moderate,
        name: "eGFR 45".into(),
        date: None,
        reference: "Observation/o1".into(),
    });
    let finding = fired(&snapshot);
    assert!(finding.facts.iter().any(|fact| fact.key == "no-nsaid"));
}

#[test]
fn acetaminophen_in_the_order_is_said_with_its_amount() {
    let mut snapshot = starting(7);
    let row = &mut snapshot.rows[0];
    row.medicine.name = "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet".into();
    row.medicine.ingredients.push(Ingredient {
        rxcui: None,
        name: "acetaminophen".into(),
    });
    row.dose.units_per_day = Some(Decimal::from(4));
    let finding = fired(&snapshot);
    assert_eq!(finding.slots["acetaminophen"], Slot::Flag(false));
    let fact = finding
        .facts
        .iter()
        .find(|fact| fact.key == "acetaminophen")
        .expect("said");
    assert_eq!(fact.slots["amount"], Slot::Text("1300 mg".into()));
}

#[test]
fn services_are_those_of_the_site_and_from_home_where_visits_are_hard() {
    let mut snapshot = starting(7);
    assert_eq!(
        keys(&fired(&snapshot)),
        [
            "physical-therapy",
            "behavioral-therapy",
            "pain-class",
            "record-tried"
        ]
    );
    snapshot.site.services_available = vec![Service::Acupuncture, Service::TaiChi];
    assert_eq!(
        keys(&fired(&snapshot)),
        ["acupuncture", "tai-chi", "record-tried"]
    );
    snapshot.care.barriers = Known::Yes(Vec::new());
    let finding = fired(&snapshot);
    assert_eq!(keys(&finding), ["tai-chi", "acupuncture", "record-tried"]);
    assert_eq!(finding.suggest[0].slots["online"], Slot::Flag(true));
}
