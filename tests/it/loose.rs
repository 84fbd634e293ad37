//! Loose FHIR: what is said in different shapes is one thing. Contract.

use crate::requests::with_draft;
use crate::service::{service, sign, with};
use serde_json::{Value, json};

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

fn oxycodone() -> Value {
    json!({"coding": [{"system": RXNORM, "code": "1049621", "display": "oxycodone hydrochloride 5 MG Oral Tablet"}]})
}

/// Ten milligrams four times a day, 60 MME, in the shape of R4.
fn order() -> Value {
    json!({"resourceType": "MedicationRequest", "id": "d1", "status": "draft", "intent": "order", "subject": {"reference": "Patient/p1"},
        "authoredOn": "2026-11-01", "medicationCodeableConcept": oxycodone(), "dosageInstruction": [dosage(json!({"value": 2, "unit": "tablet"}))],
        "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "unit": "d"}}})
}

fn dosage(quantity: Value) -> Value {
    json!({"timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": quantity}]})
}

/// Summaries and details: what a reader sees.
async fn cards(body: &Value) -> Vec<(String, String)> {
    let answer = sign(&service(), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = |card: &Value, name: &str| card[name].as_str().unwrap_or_default().to_owned();
    let document = answer.json();
    let cards = document["cards"].as_array().expect("cards").iter();
    cards
        .map(|card| (text(card, "summary"), text(card, "detail")))
        .collect()
}

fn says(cards: &[(String, String)], text: &str) -> bool {
    cards
        .iter()
        .any(|(summary, detail)| summary.contains(text) || detail.contains(text))
}

/// by concept, contained, beside the order (relative and absolute), in prefetch; and by nothing but words.
#[tokio::test]
async fn a_medicine_is_the_same_in_each_of_its_forms() {
    let expected = cards(&with_draft(order())).await;
    assert!(says(&expected, "60 MME"), "{expected:?}");
    let medication = json!({"resourceType": "Medication", "id": "m", "code": oxycodone()});
    let refer = |reference: &str| {
        let order = with(order(), "/medicationCodeableConcept", None);
        with(
            order,
            "/medicationReference",
            Some(json!({"reference": reference})),
        )
    };
    let beside = |reference: &str, url: Option<&str>| {
        let mut entry = json!({"resource": medication});
        if let Some(url) = url {
            entry["fullUrl"] = json!(url);
        }
        let entries = json!([{"resource": refer(reference)}, entry]);
        with(
            with_draft(order()),
            "/context/draftOrders/entry",
            Some(entries),
        )
    };
    let contained = with_draft(with(refer("#m"), "/contained", Some(json!([medication]))));
    let bundle = json!({"resourceType": "Bundle", "entry": [{"resource": medication}]});
    let prefetched = with(
        with_draft(refer("Medication/m")),
        "/prefetch/medicines",
        Some(bundle),
    );
    for (form, body) in [
        ("contained", contained),
        ("beside it", beside("Medication/m", None)),
        (
            "beside it, absolute",
            beside("https://ehr.example.org/fhir/Medication/m", None),
        ),
        (
            "beside it, by full URL",
            beside("urn:uuid:6f1d", Some("urn:uuid:6f1d")),
        ),
        ("with a version", beside("Medication/m/_history/2", None)),
        ("prefetched", prefetched),
    ] {
        assert_eq!(cards(&body).await, expected, "R-083 {form}");
    }
    for reference in [
        json!({"reference": "Medication/nowhere"}),
        json!({"identifier": {"value": "7"}}),
        json!({"display": "House mixture"}),
    ] {
        let order = with(order(), "/medicationCodeableConcept", None);
        let body = with_draft(with(order, "/medicationReference", Some(reference.clone())));
        let cards = cards(&body).await;
        assert!(
            cards
                .iter()
                .any(|(summary, detail)| format!("{summary}{detail}").contains("not")),
            "R-083 {reference}: {cards:?}"
        );
        assert!(!says(&cards, "MME/day"), "R-083 {reference}: {cards:?}");
    }
}

///
#[tokio::test]
async fn a_dose_is_the_same_in_each_of_its_shapes() {
    let timing = json!({"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}});
    let typed = |code: &str, quantity: Value| {
        json!({"type": {"coding": [{"system": "http://epic.com/CodeSystem/dose-rate-type", "code": code}]},
        "doseQuantity": quantity})
    };
    let milligrams = json!({"value": 10, "unit": "mg", "code": "mg"});
    let tablets = json!({"value": 2, "unit": "tablet"});
    let thrice = json!([
        typed("calculated", milligrams.clone()),
        typed("admin-amount", tablets.clone()),
        typed("ordered", milligrams.clone())
    ]);
    for (rule, shape, dosage) in [
        ("R-084", "R4", dosage(tablets.clone())),
        ("R-084", "in milligrams", dosage(milligrams)),
        (
            "R-084",
            "three times",
            json!({"timing": timing, "doseAndRate": thrice}),
        ),
        (
            "R-084",
            "one object",
            json!({"timing": timing, "doseAndRate": {"doseQuantity": tablets}}),
        ),
        (
            "R-084",
            "STU3",
            json!({"timing": timing, "doseQuantity": tablets}),
        ),
        (
            "R-084",
            "words",
            json!({"text": "Take 2 tablets by mouth 4 times a day"}),
        ),
        (
            "R-086",
            "a code alone",
            dosage(json!({"value": 2, "code": "{pill}"})),
        ),
        (
            "R-086",
            "a unit in braces",
            dosage(json!({"value": 2, "unit": "{tbl}"})),
        ),
        (
            "R-086",
            "a number as text",
            dosage(json!({"value": "2", "unit": "tablet"})),
        ),
    ] {
        let draft = with(order(), "/dosageInstruction", Some(json!([dosage])));
        let cards = cards(&with_draft(draft)).await;
        assert!(says(&cards, "60 MME"), "{rule} {shape}: {cards:?}");
        assert!(
            !says(&cards, "180 MME") && !says(&cards, "120 MME"),
            "{rule} {shape}"
        );
    }
}
