//! Which rows of a record show care, by their dates.

use crate::fhir::Query;
use crate::patient::test_support::{loinc, snapshot_of};
use crate::patient::{Care, Doubt, Known};
use serde_json::{Value, json};

/// The care of a chart with these resources; the key `missing` was not sent.
fn care(missing: &str, rows: &[(&str, Value)]) -> Care {
    snapshot_of(missing, rows).care
}

fn one(key: &str, row: Value) -> Care {
    care("", &[(key, row)])
}

#[test]
fn other_medicines_for_pain_count_for_90_days() {
    let ibuprofen = |text: Value, written: &str| {
        one("medications", json!({
            "resourceType": "MedicationRequest", "id": "m1", "status": "completed", "intent": "order",
            "authoredOn": written, "medicationCodeableConcept": text,
            "dispenseRequest": {"expectedSupplyDuration": {"value": 1, "code": "d"}},
        }))
        .nonopioid
    };
    let coded = json!({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "197806"}], "text": "ibuprofen 600 MG Oral Tablet"});
    assert!(ibuprofen(coded.clone(), "2026-08-03").is_yes());
    assert!(ibuprofen(coded, "2026-08-02").is_no());
    assert!(ibuprofen(json!({"text": "ibuprofen 600 mg tablet"}), "2026-10-20").is_yes());
}

#[test]
fn other_care_is_known_by_code_or_by_its_words() {
    let done = |code: Value, on: &str| {
        one("procedures", json!({"resourceType": "Procedure", "id": "p1", "status": "completed", "code": code, "performedDateTime": on}))
            .nondrug
    };
    let therapy = json!({"coding": [{"system": "http://snomed.info/sct", "code": "91251008"}]});
    assert!(done(therapy.clone(), "2026-08-03").is_yes());
    assert!(done(therapy, "2026-08-02").is_no());
    assert!(done(json!({"text": "Tai chi class"}), "2026-10-01").is_yes());
    assert_eq!(
        care("procedures", &[]).nondrug,
        Known::Unsure(Doubt::Unread(Query::Procedures))
    );
}

#[test]
fn goals_plans_and_scores_of_twelve_months_are_a_plan() {
    let goal = |status: &str, on: &str| {
        let row = json!({"resourceType": "Goal", "id": "g1", "lifecycleStatus": status, "description": {"text": "Garden"}, "startDate": on});
        one("goals", row).plan
    };
    assert!(goal("active", "2025-11-01").is_yes());
    assert!(goal("active", "2025-10-31").is_no());
    assert!(goal("cancelled", "2026-10-01").is_no());
    let plan = json!({"resourceType": "CarePlan", "id": "c1", "status": "active", "intent": "plan", "category": [{"text": "Pain management"}], "created": "2026-03-01"});
    assert!(one("plans", plan).plan.is_yes());
    let peg = json!({"resourceType": "Observation", "id": "o1", "status": "final", "category": [{"coding": [{"code": "survey"}]}], "code": loinc("91147-9"), "effectiveDateTime": "2026-02-01", "valueQuantity": {"value": 5}});
    assert!(one("surveys", peg).plan.is_yes());
    assert_eq!(
        care("goals", &[]).plan,
        Known::Unsure(Doubt::Unread(Query::Goals))
    );
}

#[test]
fn appointments_orders_and_tasks_ahead_are_check_ins() {
    let date = |care: Care| {
        care.follow_up
            .yes()
            .map(|visit| visit.date.date.to_string())
    };
    let order = |text: &str| {
        json!({"resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order", "code": {"text": text},
            "authoredOn": "2026-10-20", "occurrencePeriod": {"start": "2026-11-10", "end": "2026-11-20"}})
    };
    assert_eq!(
        date(one("service-requests", order("Follow-up visit"))),
        Some("2026-11-10".into())
    );
    assert_eq!(date(one("service-requests", order("Chest X-ray"))), None);
    let task = json!({"resourceType": "Task", "id": "t1", "status": "requested", "intent": "order", "code": {"text": "Plan a check-in within 14 days"},
        "authoredOn": "2026-10-30", "restriction": {"period": {"end": "2026-11-13"}}});
    assert_eq!(date(one("tasks", task)), Some("2026-11-13".into()));
    let booked = json!({"resourceType": "Appointment", "id": "a1", "status": "booked", "start": "2026-11-05T10:00:00Z",
        "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}]});
    assert_eq!(date(one("appointments", booked)), Some("2026-11-05".into()));
    assert!(care("appointments", &[]).follow_up.doubt().is_some());
}

#[test]
fn an_earlier_visit_is_with_this_practitioner_or_cannot_be_told() {
    let visit = |participants: Value, on: &str| {
        one(
            "encounters",
            json!({"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "VR"},
            "participant": participants, "period": {"start": on, "end": on}}),
        )
    };
    let with = |who: &str| json!([{"individual": {"reference": who}}]);
    assert!(
        visit(with("Practitioner/d1"), "2025-11-01")
            .seen_here
            .is_yes()
    );
    assert!(
        visit(with("Practitioner/d1"), "2025-10-31")
            .seen_here
            .is_no()
    );
    assert!(
        visit(with("Practitioner/stone"), "2026-05-01")
            .seen_here
            .is_no()
    );
    assert!(
        visit(with("PractitionerRole/r1"), "2026-05-01")
            .seen_here
            .doubt()
            .is_some()
    );
    let contact = visit(with("Practitioner/stone"), "2026-05-01").last_contact;
    assert_eq!(
        contact.yes().map(|date| date.day()),
        Some("1 May 2026".into())
    );
}

#[test]
fn barriers_are_rows_of_the_list_and_the_transport_question() {
    let listed = json!({"resourceType": "Condition", "id": "c1", "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z59.82", "display": "Transportation insecurity"}]}});
    assert!(one("conditions", listed).barriers.is_yes());
    let answer = |value: Value| {
        one("surveys", json!({"resourceType": "Observation", "id": "o1", "status": "final", "category": [{"coding": [{"code": "survey"}]}],
            "code": loinc("93030-5"), "effectiveDateTime": "2026-02-01", "valueCodeableConcept": value}))
        .barriers
    };
    assert!(answer(json!({"text": "Yes, it has kept me from medical appointments"})).is_yes());
    assert!(answer(json!({"text": "No"})).is_no());
    assert!(
        answer(json!({"coding": [{"system": "http://loinc.org", "code": "LA30133-5"}]}))
            .doubt()
            .is_some()
    );
}

#[test]
fn a_course_goes_on_over_gaps_of_14_days() {
    let supply = |id: &str, on: &str| {
        (
            "medications",
            json!({"resourceType": "MedicationRequest", "id": id, "status": "completed", "intent": "order", "authoredOn": on,
            "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049621"}]},
            "dispenseRequest": {"expectedSupplyDuration": {"value": 7, "code": "d"}}}),
        )
    };
    let since = |rows: &[(&str, Value)]| care("", rows).run_since.map(|date| date.day());
    let first = supply("m1", "2026-10-01");
    // Covered to 7 Oct; the next one begins after 14 days without, or after 15.
    assert_eq!(
        since(&[first.clone(), supply("m2", "2026-10-22")]),
        Some("1 Oct 2026".into())
    );
    assert_eq!(
        since(&[first.clone(), supply("m2", "2026-10-23")]),
        Some("23 Oct 2026".into())
    );
    assert_eq!(since(&[first]), None);
}

#[test]
fn a_review_of_the_monitoring_program_counts_for_90_days() {
    let review = |on: &str| {
        let code =
            json!({"coding": [{"system": "http://snomed.info/sct", "code": "461621000124108"}]});
        one("procedures", json!({"resourceType": "Procedure", "id": "p1", "status": "completed", "code": code, "performedDateTime": on})).pdmp
    };
    assert!(review("2026-08-03").is_yes());
    assert!(review("2026-08-02").is_no());
}
