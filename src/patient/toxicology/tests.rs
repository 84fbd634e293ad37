//! How results of urine drug tests are read, and what stands beside them, by their dates (sheets 4.20 and 4.21).

use super::{ToxResult, ToxSet, Toxicology};
use crate::fhir::Query;
use crate::patient::test_support::{DRAFTS, loinc, snapshot_of, snomed};
use crate::patient::{Doubt, Known};
use serde_json::{Value, json};

const OPIATES_SCREEN: &str = "19295-5";
const OXYCODONE_CONFIRMED: &str = "19643-6";
const OXYMORPHONE: &str = "11247-4";
const MORPHINE_CONFIRMED: &str = "16196-8";
const FENTANYL_CONFIRMED: &str = "40839-3";
const AMPHETAMINES_SCREEN: &str = "14308-1";
/// The day of the sample where a test does not say another.
const SAMPLE: &str = "2026-10-20";

type Row = (&'static str, Value);

fn toxicology(missing: &str, rows: &[Row]) -> Toxicology {
    snapshot_of(missing, rows).toxicology
}

fn result_on(on: &str, code: &str, said: &str) -> Row {
    let row = json!({"resourceType": "Observation", "id": format!("o{code}"), "status": "final", "code": loinc(code),
        "effectiveDateTime": on, "valueString": said});
    ("laboratory", row)
}

fn result(code: &str, said: &str) -> Row {
    result_on(SAMPLE, code, said)
}

/// An order of four tablets a day for so many days from then.
fn order(medicine: &str, from: &str, days: u32) -> Row {
    let row = json!({"resourceType": "MedicationRequest", "id": format!("m-{from}"), "status": "active", "intent": "order",
        "authoredOn": from, "medicationCodeableConcept": {"text": medicine},
        "dosageInstruction": [{"timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"expectedSupplyDuration": {"value": days, "unit": "days", "code": "d"}}});
    ("medications", row)
}

fn oxycodone(from: &str, days: u32) -> Row {
    order("oxycodone hydrochloride 5 MG Oral Tablet", from, days)
}

fn newest(rows: &[Row]) -> ToxSet {
    match toxicology("", rows).newest {
        Known::Yes(set) => set,
        other => unreachable!("{other:?}"),
    }
}

/// The one result of this substance.
fn of(analyte: &str, rows: &[Row]) -> ToxResult {
    let set = newest(rows);
    let mut found = set.results.into_iter().filter(|one| one.analyte == analyte);
    let first = found.next().expect("a result");
    assert_eq!(found.next(), None);
    first
}

fn medicines(list: &[super::OnList]) -> Vec<&str> {
    list.iter().map(|one| one.medicine.as_str()).collect()
}

#[test]
fn results_are_news_for_90_days_and_the_newest_day_speaks() {
    let on = |day: &str| toxicology("", &[result_on(day, OPIATES_SCREEN, "Positive")]).newest;
    assert!(on("2026-08-03").is_yes(), "90 days ago");
    assert!(on("2026-08-02").is_no(), "91 days ago");
    assert!(on("2026-11-02").is_no(), "tomorrow");
    let set = newest(&[
        result_on("2026-10-19", OPIATES_SCREEN, "Positive"),
        result(FENTANYL_CONFIRMED, "Negative"),
    ]);
    let analytes: Vec<&str> = set.results.iter().map(|one| one.analyte.as_str()).collect();
    assert_eq!(
        (set.date.day(), analytes),
        ("20 Oct 2026".to_owned(), vec!["fentanyl"])
    );
}

#[test]
fn what_was_not_read_is_not_a_negative_test() {
    let unread = toxicology("laboratory", &[]).newest;
    assert_eq!(unread, Known::Unsure(Doubt::Unread(Query::Laboratory)));
    let alone = toxicology("medications", &[result(OPIATES_SCREEN, "Positive")]).newest;
    assert_eq!(
        alone,
        Known::Unsure(Doubt::Unread(Query::Medications)),
        "a result means nothing without the list"
    );
}

#[test]
fn only_final_results_are_read_and_words_say_which() {
    for (status, is_read) in [
        ("final", true),
        ("amended", true),
        ("corrected", true),
        ("preliminary", false),
        ("entered-in-error", false),
    ] {
        let (key, mut row) = result(OPIATES_SCREEN, "Positive");
        row["status"] = json!(status);
        assert_eq!(
            toxicology("", &[(key, row)]).newest.is_yes(),
            is_read,
            "{status}"
        );
    }
    for (said, positive) in [
        ("POSITIVE", Some(true)),
        ("Presumptive positive", Some(true)),
        ("Detected", Some(true)),
        ("Negative", Some(false)),
        ("Not detected", Some(false)),
        ("ND", Some(false)),
        ("Pending", None),
        ("Inconclusive, positive control failed", None),
    ] {
        let set = newest(&[result(OPIATES_SCREEN, said)]);
        let read = set.results.first().map(|one| one.positive);
        assert_eq!(
            (read, set.unreadable),
            (positive, usize::from(positive.is_none())),
            "{said}"
        );
    }
}

#[test]
fn a_number_counts_by_its_method_and_its_flag() {
    let number = |code: &str, value: Value, flag: Option<&str>| {
        let mut row = json!({"resourceType": "Observation", "id": "o1", "status": "final", "code": loinc(code),
            "effectiveDateTime": SAMPLE, "valueQuantity": value});
        if let Some(flag) = flag {
            row["interpretation"] = json!([{"coding": [{"code": flag}]}]);
        }
        newest(&[("laboratory", row)])
            .results
            .first()
            .map(|one| one.positive)
    };
    let forty = json!({"value": 40, "unit": "ng/mL"});
    assert_eq!(number(MORPHINE_CONFIRMED, forty.clone(), None), Some(true));
    assert_eq!(
        number(OPIATES_SCREEN, forty.clone(), None),
        None,
        "its cut-off is not known"
    );
    assert_eq!(
        number(OPIATES_SCREEN, forty.clone(), Some("POS")),
        Some(true)
    );
    assert_eq!(number(OPIATES_SCREEN, forty, Some("N")), Some(false));
    let below = json!({"value": 40, "comparator": "<"});
    assert_eq!(number(MORPHINE_CONFIRMED, below, None), Some(false));
    assert_eq!(
        number(MORPHINE_CONFIRMED, json!({"value": 0}), None),
        Some(false)
    );
}

/// Of a class that a definitive test took apart nothing is said; of one substance the definitive result speaks.
#[test]
fn the_most_telling_result_speaks() {
    let set = newest(&[
        result(OPIATES_SCREEN, "Positive"),
        result(MORPHINE_CONFIRMED, "Negative"),
    ]);
    let said: Vec<_> = set
        .results
        .iter()
        .map(|one| (one.analyte.as_str(), one.positive))
        .collect();
    assert_eq!(said, [("morphine", false)]);
    let screen_and_confirmed = [
        result("19642-8", "Positive"),
        result(OXYCODONE_CONFIRMED, "Negative"),
    ];
    assert!(!of("oxycodone", &screen_and_confirmed).positive);
}

#[test]
fn a_positive_result_is_explained_by_the_medicine_or_what_becomes_it() {
    let running = oxycodone("2026-10-01", 30);
    for code in [OXYCODONE_CONFIRMED, OXYMORPHONE] {
        let analyte = if code == OXYMORPHONE {
            "oxymorphone"
        } else {
            "oxycodone"
        };
        let found = of(analyte, &[result(code, "Positive"), running.clone()]);
        assert_eq!(medicines(&found.explained_by), ["oxycodone"], "{analyte}");
    }
    let found = of(
        "morphine",
        &[result(MORPHINE_CONFIRMED, "Positive"), running],
    );
    assert_eq!(medicines(&found.explained_by), [""; 0]);
}

/// An explanation is looked for with the days of grace (14), a missing medicine is not.
#[test]
fn a_supply_covers_the_sample_by_its_dates() {
    let explained = |from: &str, days: u32| {
        let rows = [
            result(OXYCODONE_CONFIRMED, "Positive"),
            oxycodone(from, days),
        ];
        !of("oxycodone", &rows).explained_by.is_empty()
    };
    assert!(explained("2026-10-20", 7), "from the day of the sample");
    assert!(!explained("2026-10-21", 7), "from the day after");
    assert!(explained("2026-09-30", 7), "ended 14 days before");
    assert!(!explained("2026-09-29", 7), "ended 15 days before");
    let missing = |from: &str, days: u32| {
        let rows = [
            result(OXYCODONE_CONFIRMED, "Negative"),
            oxycodone(from, days),
        ];
        !of("oxycodone", &rows).missing.is_empty()
    };
    assert!(missing("2026-10-19", 7), "begun the day before");
    assert!(!missing("2026-10-20", 7), "begun on the day itself");
    assert!(missing("2026-10-14", 7), "to the day of the sample");
    assert!(!missing("2026-10-13", 7), "ended the day before");
}

/// An opiate immunoassay does not see oxycodone; a definitive test of it does.
#[test]
fn what_a_screen_does_not_see_is_not_missing() {
    let running = oxycodone("2026-10-01", 30);
    let screen = of(
        "opiates",
        &[result(OPIATES_SCREEN, "Negative"), running.clone()],
    );
    assert_eq!(medicines(&screen.missing), [""; 0]);
    let seen = toxicology("", std::slice::from_ref(&running)).unseen;
    assert_eq!(seen, ["oxycodone"]);
    let confirmed = of(
        "oxycodone",
        &[result(OXYCODONE_CONFIRMED, "Negative"), running],
    );
    assert_eq!(medicines(&confirmed.missing), ["oxycodone"]);
}

/// Only an immunoassay mistakes one medicine for another.
#[test]
fn a_screen_may_mistake_a_medicine() {
    let bupropion = order(
        "bupropion hydrochloride 150 MG Oral Tablet",
        "2026-10-01",
        30,
    );
    let screen = of(
        "amphetamines",
        &[result(AMPHETAMINES_SCREEN, "Positive"), bupropion.clone()],
    );
    assert_eq!(medicines(&screen.crossed_by), ["bupropion"]);
    let confirmed = of(
        "amphetamines",
        &[result("14309-9", "Positive"), bupropion.clone()],
    );
    assert_eq!(medicines(&confirmed.crossed_by), [""; 0]);
    let mistaken = toxicology("", &[bupropion]).mistaken;
    assert_eq!(
        mistaken,
        [("bupropion".to_owned(), "amphetamines".to_owned())]
    );
}

#[test]
fn care_of_the_week_before_the_sample_may_have_given_it() {
    let given = |class: &str, start: &str, end: &str| {
        let stay = json!({"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": class},
            "period": {"start": start, "end": end}});
        let rows = [result(FENTANYL_CONFIRMED, "Positive"), ("encounters", stay)];
        of("fentanyl", &rows).care_before.map(|care| care.name)
    };
    let stay = Some("a hospital stay".to_owned());
    assert_eq!(
        given("IMP", "2026-10-10", "2026-10-13"),
        stay,
        "7 days before"
    );
    assert_eq!(
        given("IMP", "2026-10-10", "2026-10-12"),
        None,
        "8 days before"
    );
    assert_eq!(given("IMP", "2026-10-20", "2026-10-22"), stay, "on the day");
    assert_eq!(given("IMP", "2026-10-21", "2026-10-22"), None, "after");
    assert_eq!(
        given("EMER", "2026-10-18", "2026-10-18"),
        Some("an emergency visit".to_owned())
    );
    assert_eq!(given("AMB", "2026-10-18", "2026-10-18"), None);
    let endoscopy = |on: &str| {
        let row = json!({"resourceType": "Procedure", "id": "p1", "status": "completed", "code": {"text": "Colonoscopy"},
            "performedDateTime": on});
        let rows = [result(FENTANYL_CONFIRMED, "Positive"), ("procedures", row)];
        of("fentanyl", &rows).care_before.is_some()
    };
    assert!(endoscopy("2026-10-13"));
    assert!(!endoscopy("2026-10-12"));
}

#[test]
fn a_review_after_the_sample_is_named_and_one_of_the_same_day_is_none() {
    let reviewed = |on: &str| {
        let row = json!({"resourceType": "Procedure", "id": "p1", "status": "completed", "code": snomed("310627008"),
            "performedDateTime": on});
        newest(&[result(OPIATES_SCREEN, "Positive"), ("procedures", row)]).followed_by
    };
    assert!(reviewed("2026-10-21").is_some());
    assert!(reviewed(SAMPLE).is_none());
    assert!(reviewed("2026-11-02").is_none(), "tomorrow");
}

#[test]
fn the_latest_test_is_a_result_or_a_procedure() {
    let done = json!({"resourceType": "Procedure", "id": "p1", "status": "completed",
        "code": {"text": "Urine toxicology screen"}, "performedDateTime": "2026-10-25"});
    let rows = [result(OPIATES_SCREEN, "Positive"), ("procedures", done)];
    let last = |missing: &str, rows: &[Row]| toxicology(missing, rows).last_test;
    assert_eq!(
        last("", &rows).yes().map(|date| date.day()),
        Some("25 Oct 2026".to_owned())
    );
    assert_eq!(
        last("", &rows[..1]).yes().map(|date| date.day()),
        Some("20 Oct 2026".to_owned())
    );
    assert!(last("", &[]).is_no());
    for (missing, query) in [
        ("laboratory", Query::Laboratory),
        ("procedures", Query::Procedures),
    ] {
        assert_eq!(
            last(missing, &[]),
            Known::Unsure(Doubt::Unread(query)),
            "{missing}"
        );
    }
}

#[test]
fn a_drafted_test_is_known_by_code_or_by_its_words() {
    let drafted = |code: Value, status: &str| {
        let row = json!({"resourceType": "ServiceRequest", "id": "s1", "status": status, "intent": "order", "code": code});
        toxicology("", &[(DRAFTS, row)]).drafted.len()
    };
    assert_eq!(drafted(snomed("310627008"), "draft"), 1);
    assert_eq!(drafted(json!({"text": "Drug screen, urine"}), "draft"), 1);
    assert_eq!(drafted(json!({"text": "Urine culture"}), "draft"), 0);
    assert_eq!(drafted(json!({"text": "Drug level, blood"}), "draft"), 0);
    assert_eq!(drafted(snomed("310627008"), "revoked"), 0);
}

#[test]
fn trouble_with_money_is_a_barrier() {
    let row = json!({"resourceType": "Condition", "id": "c1", "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z59.6"}]}});
    assert!(toxicology("", &[("conditions", row)]).cost_barrier);
    assert!(!toxicology("", &[]).cost_barrier);
}
