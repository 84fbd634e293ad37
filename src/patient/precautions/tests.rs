//! Which rows of a record show what labels ask about, by their dates (sheets 4.3 and 4.27).

use super::{Precautions, Qtc};
use crate::fhir::Query;
use crate::patient::test_support::{DRAFTS, loinc, snapshot_of, snomed};
use crate::patient::{Doubt, Known};
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn precautions(missing: &str, rows: &[(&str, Value)]) -> Precautions {
    snapshot_of(missing, rows).precautions
}

fn one(key: &str, row: Value) -> Precautions {
    precautions("", &[(key, row)])
}

/// An answer to whether the mother breastfeeds: its member and value.
fn answer(on: &str, member: &str, value: Value) -> (&'static str, Value) {
    let row = json!({"resourceType": "Observation", "id": "o1", "status": "final", "code": loinc("63895-7"),
        "effectiveDateTime": on, member: value});
    ("social-history", row)
}

/// A condition by its ICD-10-CM code.
fn condition(code: &str, recorded: &str) -> (&'static str, Value) {
    let row = json!({"resourceType": "Condition", "id": "c1", "recordedDate": recorded,
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}});
    ("conditions", row)
}

#[test]
fn an_answer_about_breastfeeding_counts_for_180_days() {
    let asked = |on: &str, value: Value| {
        let rows = [answer(on, "valueBoolean", value)];
        precautions("", &rows).breastfeeding
    };
    assert!(asked("2026-05-05", json!(true)).is_yes(), "180 days ago");
    assert!(asked("2026-05-04", json!(true)).is_no(), "181 days ago");
    assert!(asked("2026-10-20", json!(false)).is_no());
}

#[test]
fn an_answer_in_words_is_read_and_one_without_is_not_known() {
    for (words, is_so) in [
        ("Yes", Some(true)),
        ("Exclusively breastfed", Some(true)),
        ("mixed feeding", Some(true)),
        ("No", Some(false)),
        ("Formula only", Some(false)),
        ("stopped breastfeeding", Some(false)),
        ("not breastfeeding", Some(false)),
        ("see note", None),
        ("", None),
    ] {
        let rows = [answer("2026-10-20", "valueString", json!(words))];
        let found = precautions("", &rows).breastfeeding;
        let expected = match is_so {
            Some(true) => found.is_yes(),
            Some(false) => found.is_no(),
            None => found.doubt().is_some(),
        };
        assert!(expected, "{words}: {found:?}");
    }
}

/// The newer of an answer and the problem list; an answer that says nothing leaves the list as it is.
#[test]
fn a_later_row_of_the_problem_list_takes_a_no_back() {
    let both = |recorded: &str, value: &str| {
        let rows = [
            answer("2026-10-01", "valueString", json!(value)),
            condition("Z39.1", recorded),
        ];
        precautions("", &rows).breastfeeding
    };
    assert!(both("2026-10-02", "No").is_yes());
    assert!(both("2026-09-30", "No").is_no());
    assert!(both("2026-09-30", "see note").is_yes());
}

#[test]
fn what_was_not_read_about_breastfeeding_is_not_a_no() {
    for (missing, query) in [
        ("conditions", Query::Conditions),
        ("surveys", Query::Surveys),
        ("social-history", Query::SocialHistory),
    ] {
        let found = precautions(missing, &[]).breastfeeding;
        assert_eq!(found, Known::Unsure(Doubt::Unread(query)), "{missing}");
    }
    let no = [answer("2026-10-20", "valueBoolean", json!(false))];
    assert!(precautions("conditions", &no).breastfeeding.is_no());
}

#[test]
fn overweight_is_no_obesity_and_the_95th_percentile_is() {
    for (code, is_obesity) in [
        ("E66.01", true),
        ("E66.9", true),
        ("Z68.54", true),
        ("E66.3", false),
        ("Z68.53", false),
    ] {
        let found = precautions("", &[condition(code, "2026-01-05")]).obesity;
        assert_eq!(found.is_yes(), is_obesity, "{code}");
    }
    assert!(precautions("conditions", &[]).obesity.doubt().is_some());
}

#[test]
fn throat_surgery_counts_for_30_days() {
    let done = |on: &str, status: &str| {
        let row = json!({"resourceType": "Procedure", "id": "s1", "status": status, "code": snomed("173422009"),
            "performedDateTime": on});
        one("procedures", row).throat_surgery
    };
    let surgery = done("2026-10-02", "completed");
    assert!(surgery.yes().is_some_and(|surgery| !surgery.planned));
    assert!(done("2026-10-01", "completed").is_no(), "31 days ago");
    assert!(done("2026-10-20", "not-done").is_no());
    assert!(done("2026-10-20", "entered-in-error").is_no());
    let prepared = done("2026-11-20", "preparation");
    assert!(prepared.yes().is_some_and(|surgery| surgery.planned));
}

#[test]
fn planned_throat_surgery_is_an_order_that_stands_and_is_not_long_past() {
    let ordered = |key: &str, status: &str, on: Option<&str>| {
        let mut row = json!({"resourceType": "ServiceRequest", "id": "r1", "status": status, "intent": "order",
            "code": snomed("28913000")});
        if let Some(on) = on {
            row["occurrenceDateTime"] = json!(on);
        }
        one(key, row).throat_surgery
    };
    let is_planned = |found: Known<super::Surgery>| found.yes().is_some_and(|one| one.planned);
    assert!(is_planned(ordered("service-requests", "active", None)));
    assert!(is_planned(ordered(
        "service-requests",
        "active",
        Some("2026-12-01")
    )));
    assert!(is_planned(ordered(
        "service-requests",
        "active",
        Some("2026-10-02")
    )));
    assert!(ordered("service-requests", "active", Some("2026-10-01")).is_no());
    assert!(ordered("service-requests", "revoked", None).is_no());
    assert!(is_planned(ordered(DRAFTS, "draft", None)));
    for missing in ["procedures", "service-requests"] {
        assert!(
            precautions(missing, &[]).throat_surgery.doubt().is_some(),
            "{missing}"
        );
    }
}

/// A corrected QT interval of this value.
fn qtc(on: &str, value: &str) -> Known<Qtc> {
    let number: Value = serde_json::from_str(value).expect("a number");
    let row = json!({"resourceType": "Observation", "id": "q1", "status": "final", "code": loinc("8636-3"),
        "effectiveDateTime": on, "valueQuantity": {"value": number}});
    one("laboratory", row).qtc
}

#[test]
fn a_qt_interval_counts_for_twelve_months_and_is_in_milliseconds() {
    for (value, milliseconds) in [
        ("450", "450"),
        ("0.452", "452"),
        ("9.999", "9999"),
        ("10", "10"),
    ] {
        let found = qtc("2026-10-01", value);
        let found = found.yes().map(|found| found.milliseconds);
        let expected: Decimal = milliseconds.parse().expect("a number");
        assert_eq!(found, Some(expected), "{value}");
    }
    assert!(qtc("2025-11-01", "450").is_yes(), "twelve months ago");
    assert!(qtc("2025-10-31", "450").is_no(), "a day more");
    for nothing in ["0", "-1"] {
        assert!(qtc("2026-10-01", nothing).is_no(), "{nothing}");
    }
    let unread = precautions("laboratory", &[]).qtc;
    assert_eq!(unread, Known::Unsure(Doubt::Unread(Query::Laboratory)));
}

#[test]
fn an_electrocardiogram_is_known_by_code_or_by_its_words() {
    let done = |code: Value, on: &str, status: &str| {
        let row = json!({"resourceType": "Procedure", "id": "e1", "status": status, "code": code, "performedDateTime": on});
        one("procedures", row).electrocardiogram
    };
    let coded = snomed("29303009");
    assert!(done(coded.clone(), "2025-11-01", "completed").is_yes());
    assert!(done(coded.clone(), "2025-10-31", "completed").is_no());
    assert!(
        done(coded.clone(), "2026-11-02", "completed").is_no(),
        "tomorrow"
    );
    assert!(done(coded, "2026-10-01", "not-done").is_no());
    for (words, is_one) in [
        ("12 lead ECG", true),
        ("EKG, routine", true),
        ("Electrocardiography", true),
        ("Echocardiogram", false),
        ("Necgram", false),
    ] {
        let found = done(json!({"text": words}), "2026-10-01", "completed");
        assert_eq!(found.is_yes(), is_one, "{words}");
    }
    let unread = precautions("procedures", &[]).electrocardiogram;
    assert_eq!(unread, Known::Unsure(Doubt::Unread(Query::Procedures)));
}

#[test]
fn long_qt_counts_as_a_condition_ever() {
    let (key, mut row) = condition("I45.81", "2012-01-05");
    row["clinicalStatus"] = json!({"coding": [{"code": "resolved"}]});
    assert!(one(key, row).long_qt.is_yes());
    assert!(precautions("", &[]).long_qt.is_no());
}
