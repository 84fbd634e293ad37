//! What discovery says: one row, one rule of contract sections 2 and 5; each row is shown to catch its own fault.

use crate::service::{antibiotic, content, get, post, service, with};
use opioid_cds::config::Discovery;
use opioid_cds::hooks::{Chart, Shared, enabled};
use opioid_cds::server::{Layers, app};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

type Rule = (&'static str, fn(&Value) -> bool, &'static str, Value);

/// Rule, what holds for the whole document, and a fault that must not pass.
fn rules() -> Vec<Rule> {
    vec![
        (
            "R-021",
            |d| d["services"].is_array(),
            "/services",
            json!({}),
        ),
        (
            "R-023",
            |d| each(d, |s| text(s, "hook")),
            "/services/0/hook",
            json!(""),
        ),
        (
            "R-024",
            |d| each(d, |s| text(s, "title")),
            "/services/0/title",
            json!(7),
        ),
        (
            "R-025",
            |d| each(d, |s| text(s, "description")),
            "/services/0/description",
            json!(null),
        ),
        (
            "R-026",
            |d| each(d, |s| is_plain_id(&s["id"])),
            "/services/0/id",
            json!("Opioid order"),
        ),
        (
            "R-027",
            |d| {
                templates(d).all(|(_, query)| query.is_string())
                    && each(d, |s| s["prefetch"].is_object())
            },
            "/services/0/prefetch",
            json!({"patient": {}}),
        ),
        (
            "R-028",
            |d| each(d, |s| text(s, "usageRequirements")),
            "/services/0/usageRequirements",
            json!(""),
        ),
        (
            "R-029",
            |d| each(d, |s| is_semver(&s["version"])),
            "/services/0/version",
            json!("STU2"),
        ),
        (
            "R-030",
            |d| each(d, |s| s["hookVersion"] == "1.0"),
            "/services/0/hookVersion",
            json!("1.1.0"),
        ),
        (
            "R-032",
            |d| unique(d, &["id", "hook"]),
            "/services/1",
            json!({"id": "opioid-order-sign", "hook": "order-sign"}),
        ),
        (
            "R-033",
            |d| unique(d, &["id"]),
            "/services/1/id",
            json!("opioid-order-sign"),
        ),
        (
            "R-034",
            |d| queries(d).all(|query| !query.contains('%')),
            "/services/0/prefetch/patient",
            json!("Patient/{{%a.id}}"),
        ),
        (
            "R-039",
            |d| hooks(d) == ["order-sign", "patient-view", "order-select"],
            "/services/0/hook",
            json!("order-dispatch"),
        ),
        (
            "R-150",
            |d| {
                queries(d).all(|query| {
                    tokens(query)
                        .iter()
                        .all(|token| token.starts_with("context."))
                })
            },
            "/services/0/prefetch/patient",
            json!("Patient/{{patientId}}"),
        ),
        (
            "R-151",
            |d| {
                queries(d).all(|query| {
                    tokens(query)
                        .iter()
                        .all(|token| *token == "context.patientId")
                })
            },
            "/services/0/prefetch/patient",
            json!("Patient/{{context.draftOrders.entry[0]}}"),
        ),
        (
            "R-152",
            |d| queries(d).all(|query| !query.contains("draftOrders")),
            "/services/0/prefetch/patient",
            json!("Patient/{{context.draftOrders}}"),
        ),
        (
            "R-153",
            |d| queries(d).all(is_plain_query),
            "/services/0/prefetch/conditions",
            json!("Condition?patient={{context.patientId}}&_include=Condition:encounter"),
        ),
        (
            "R-154",
            |d| queries(d).all(|query| !query.contains("encounterId")),
            "/services/0/prefetch/patient",
            json!("Encounter/{{context.encounterId}}"),
        ),
        (
            "R-155",
            |d| queries(d).all(has_each_parameter_once),
            "/services/0/prefetch/conditions",
            json!("Encounter?date=ge2020&date=le2021"),
        ),
        (
            "R-156",
            |d| {
                each(d, |s| {
                    (1..=8).contains(&s["prefetch"].as_object().map_or(0, |p| p.len()))
                }) && templates(d).all(|(key, query)| {
                    is_plain_key(key) && query.as_str().is_some_and(|q| q.len() <= 500)
                })
            },
            "/services/0/prefetch/2nd",
            json!("Patient/x"),
        ),
        (
            "R-157",
            |d| {
                queries(d).all(|query| {
                    query.matches('?').count() <= 1
                        && !query.contains([' ', '#'])
                        && !query.starts_with('/')
                        && !query.contains("://")
                })
            },
            "/services/0/prefetch/patient",
            json!("/Patient/{{context.patientId}}"),
        ),
        (
            "R-132",
            |d| queries(d).all(is_narrow_enough),
            "/services/0/prefetch/medications",
            json!("MedicationRequest?patient={{context.patientId}}"),
        ),
        (
            "R-004",
            |d| !d.to_string().contains("null"),
            "/services/0/hook",
            json!(null),
        ),
        (
            "R-005",
            |d| {
                !d.to_string().contains("\"\"")
                    && !d.to_string().contains("{}")
                    && !d.to_string().contains("[]")
            },
            "/services/0/prefetch",
            json!({}),
        ),
    ]
}

fn services(document: &Value) -> impl Iterator<Item = &Value> {
    document["services"].as_array().into_iter().flatten()
}

fn each(document: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    services(document).all(holds)
}

fn text(service: &Value, name: &str) -> bool {
    service[name]
        .as_str()
        .is_some_and(|text| !text.trim().is_empty())
}

fn is_plain_id(id: &Value) -> bool {
    id.as_str().is_some_and(|id| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

fn is_plain_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_semver(version: &Value) -> bool {
    version.as_str().is_some_and(|version| {
        let parts: Vec<&str> = version.split('.').collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
    })
}

fn unique(document: &Value, names: &[&str]) -> bool {
    let keys: Vec<String> = services(document)
        .map(|service| {
            names
                .iter()
                .map(|name| service[*name].to_string())
                .collect()
        })
        .collect();
    keys.iter().collect::<BTreeSet<_>>().len() == keys.len()
}

fn hooks(document: &Value) -> Vec<&str> {
    services(document)
        .filter_map(|service| service["hook"].as_str())
        .collect()
}

fn templates(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    services(document)
        .filter_map(|service| service["prefetch"].as_object())
        .flatten()
}

fn queries(document: &Value) -> impl Iterator<Item = &str> {
    templates(document).filter_map(|(_, query)| query.as_str())
}

fn tokens(query: &str) -> Vec<&str> {
    query
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split("}}").next())
        .collect()
}

fn parameters(query: &str) -> Vec<&str> {
    let search = query.split_once('?').map_or("", |(_, search)| search);
    search
        .split('&')
        .filter_map(|parameter| parameter.split('=').next())
        .collect()
}

/// Reads, and searches by patient, tokens, `_count` and `_sort`.
fn is_plain_query(query: &str) -> bool {
    const KNOWN: [&str; 6] = ["", "patient", "status", "category", "_sort", "_count"];
    parameters(query).iter().all(|name| KNOWN.contains(name))
}

fn has_each_parameter_once(query: &str) -> bool {
    let parameters = parameters(query);
    parameters.iter().collect::<BTreeSet<_>>().len() == parameters.len()
}

fn is_narrow_enough(query: &str) -> bool {
    (!query.starts_with("Observation?") || query.contains("category="))
        && (!query.starts_with("MedicationRequest?") || query.contains("status="))
}

#[tokio::test]
async fn discovery_keeps_every_rule_and_every_rule_finds_its_fault() {
    let document = get(&service(), "/cds-services").await.json();
    for (rule, holds, pointer, fault) in rules() {
        assert!(holds(&document), "{rule}");
        let mut broken = document.clone();
        match broken.pointer_mut(pointer) {
            Some(place) => *place = fault,
            None => {
                let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
                broken.pointer_mut(parent).expect("a parent")[name] = fault;
            }
        }
        assert!(!holds(&broken), "{rule} does not see {pointer}");
    }
}

/// R-001, R-020, R-036
#[tokio::test]
async fn discovery_is_json_and_always_the_same() {
    let service = service();
    let answers = [
        get(&service, "/cds-services").await,
        get(&service, "/cds-services").await,
    ];
    assert_eq!(answers[0].status, 200, "R-020");
    assert_eq!(
        answers[0].header(axum::http::header::CONTENT_TYPE),
        "application/json",
        "R-001"
    );
    assert_eq!(answers[0].text, answers[1].text, "R-036");
}

/// R-031, R-035: each id that is advertised answers its own hook.
#[tokio::test]
async fn every_advertised_service_answers() {
    let service = service();
    let document = get(&service, "/cds-services").await.json();
    for entry in services(&document) {
        let body = with(antibiotic(), "/hook", Some(entry["hook"].clone()));
        let path = format!("/cds-services/{}", entry["id"].as_str().expect("an id"));
        let answer = post(&service, &path, body.to_string()).await;
        assert_eq!(answer.status, 200, "R-035 {path}: {}", answer.text);
    }
}

/// R-022, R-029, R-030, R-039: what a site switches off is not advertised and does not answer.
#[tokio::test]
async fn services_can_be_switched_off_and_members_of_3_0_left_out() {
    let services = enabled(&["opioid-order-select".to_owned()]);
    let shared = Shared::new(content(), Chart::Nowhere, services, Discovery::V2);
    let service = app(Arc::new(shared), &Layers::default());
    let document = get(&service, "/cds-services").await.json();
    assert_eq!(hooks(&document), ["order-sign", "patient-view"], "R-039");
    for name in ["version", "hookVersion"] {
        assert!(
            each(&document, |service| service.get(name).is_none()),
            "R-029, R-030"
        );
    }
    let body = with(antibiotic(), "/hook", Some(json!("order-select"))).to_string();
    let answer = post(&service, "/cds-services/opioid-order-select", body).await;
    assert_eq!(answer.status, 404, "R-051");

    let none = Shared::new(content(), Chart::Nowhere, Vec::new(), Discovery::V3);
    let answer = get(&app(Arc::new(none), &Layers::default()), "/cds-services").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (200, r#"{"services":[]}"#),
        "R-022"
    );
}
