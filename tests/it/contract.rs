//! `openapi.yaml` is true: its paths are the routes, and every fixture and answer follows its schemas.

use crate::service::{antibiotic, get, post, send, service, sign};
use axum::body::Body;
use axum::http::{Method, Request};
use jsonschema::Validator;
use opioid_cds::cases::{Case, find};
use opioid_cds::{hooks, server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

static OPENAPI: LazyLock<Value> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../../openapi.yaml")).expect("openapi.yaml is YAML")
});

fn schema(name: &str) -> Validator {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{name}"),
        "components": OPENAPI["components"],
    });
    jsonschema::validator_for(&schema).expect("a schema")
}

fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn cases() -> Vec<Case> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fhir-fixtures"));
    if folder.is_dir() {
        find(folder).expect("fixtures are readable")
    } else {
        Vec::new()
    }
}

#[test]
fn paths_are_the_routes() {
    let described: BTreeSet<&str> = OPENAPI["paths"]
        .as_object()
        .expect("paths")
        .keys()
        .map(String::as_str)
        .collect();
    let mut served = hooks::paths();
    served.extend(server::page_paths());
    assert_eq!(described, served);
}

#[tokio::test]
async fn methods_are_those_of_the_routes() {
    let service = service();
    for (path, operations) in OPENAPI["paths"].as_object().expect("paths") {
        if path == "/metrics" {
            continue;
        }
        let uri = path.replace("{id}", "opioid-order-sign");
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
        ] {
            let request = Request::builder()
                .method(&method)
                .uri(&uri)
                .body(Body::empty())
                .expect("a request");
            let answers = send(&service, request).await.status != 405;
            let described = operations.get(method.as_str().to_lowercase()).is_some();
            assert_eq!(answers, described, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn discovery_health_and_refusals_follow_their_schemas() {
    let service = service();
    let discovery = get(&service, "/cds-services").await.json();
    assert_eq!(
        faults(&schema("Discovery"), &discovery),
        Vec::<String>::new()
    );
    let refusal = post(&service, "/cds-services/opioid-order-sign", "{")
        .await
        .json();
    assert_eq!(
        faults(&schema("OperationOutcome"), &refusal),
        Vec::<String>::new()
    );
    let cards = sign(&service, &antibiotic()).await.json();
    assert_eq!(faults(&schema("Response"), &cards), Vec::<String>::new());
}

/// A case that is answered with cards follows the request's schema; a case that is refused for its members does not have to.
#[test]
fn every_fixture_follows_the_schemas() {
    let (request, response, outcome) = (
        schema("Request"),
        schema("Response"),
        schema("OperationOutcome"),
    );
    let mut wrong = Vec::new();
    for case in cases() {
        if case.status == 200 || case.status == 412 {
            let body: Value = serde_json::from_slice(&case.request).expect("JSON");
            wrong.extend(
                faults(&request, &body)
                    .into_iter()
                    .map(|fault| format!("{} request {fault}", case.name)),
            );
        }
        if let Some(text) = &case.response {
            let body: Value = serde_json::from_str(text).expect("JSON");
            let schema = if case.status == 200 {
                &response
            } else {
                &outcome
            };
            wrong.extend(
                faults(schema, &body)
                    .into_iter()
                    .map(|fault| format!("{} response {fault}", case.name)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the schema forbids is refused, so that the file promises nothing that is not held.
#[tokio::test]
async fn what_the_request_schema_forbids_is_a_400() {
    let service = service();
    let schema = schema("Request");
    for (pointer, value) in [
        ("/context", json!([null, null])),
        ("/context/encounterId", json!(1)),
        ("/context/patientId", json!("  ")),
        ("/prefetch", json!([])),
        ("/hookInstance", json!("x".repeat(129))),
        ("/fhirServer", json!({})),
        ("/context/draftOrders", json!({"resourceType": "Group"})),
    ] {
        let body = crate::service::with(antibiotic(), pointer, Some(value));
        assert!(!schema.is_valid(&body), "{pointer}");
        assert_eq!(sign(&service, &body).await.status, 400, "{pointer}");
    }
    assert!(schema.is_valid(&antibiotic()));
}
