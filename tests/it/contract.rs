//! `openapi.yaml` is true: its paths are the routes, and every fixture and answer follows its schemas.

use crate::service::{antibiotic, cases, get, post, send, service, sign};
use axum::body::Body;
use axum::http::{Method, Request, header};
use jsonschema::Validator;
use opioid_cds::{hooks, server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
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

/// Topics, override reasons and suggestion codes: what a card says is what the code systems list.
#[tokio::test]
async fn code_systems_list_every_code_of_every_fixture() {
    let service = service();
    let schema = schema("CodeSystem");
    let mut listed: BTreeSet<(String, String)> = BTreeSet::new();
    for id in [
        "opioid-cds-topic",
        "opioid-cds-override",
        "opioid-cds-suggestion",
    ] {
        let answer = get(&service, &format!("/CodeSystem/{id}")).await;
        assert_eq!(answer.status, 200, "{id}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/fhir+json");
        let system = answer.json();
        assert_eq!(faults(&schema, &system), Vec::<String>::new(), "{id}");
        let url = system["url"].as_str().expect("a URL").to_owned();
        let concepts = system["concept"].as_array().expect("concepts");
        for concept in concepts {
            let code = concept["code"].as_str().expect("a code").to_owned();
            let wordings = concept["designation"].as_array().into_iter().flatten();
            let wordings = wordings
                .map(|designation| &designation["value"])
                .chain([&concept["display"]])
                .filter_map(Value::as_str);
            listed.extend(wordings.map(|wording| (url.clone(), format!("{code}: {wording}"))));
            listed.insert((url.clone(), code));
        }
    }
    let mut codings = Vec::new();
    for case in cases().iter().filter(|case| case.status == 200) {
        if let Some(text) = &case.response {
            ours(&serde_json::from_str(text).expect("JSON"), &mut codings);
        }
    }
    assert!(codings.len() > 500, "fixtures hold codings of ours");
    for (system, code, display) in codings {
        assert!(
            listed.contains(&(system.clone(), code.clone())),
            "{system} does not list {code}"
        );
        if let Some(display) = display.filter(|_| system.ends_with("opioid-cds-override")) {
            let wording = (system.clone(), format!("{code}: {display}"));
            assert!(
                listed.contains(&wording),
                "{code} is not worded \"{display}\""
            );
        }
    }
    assert_eq!(get(&service, "/CodeSystem/other").await.status, 404);
}

/// Every coding of a code system of this project in a response.
fn ours(value: &Value, found: &mut Vec<(String, String, Option<String>)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| ours(item, found)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
            if let (Some(system), Some(code)) = (text("system"), text("code"))
                && system.contains("/CodeSystem/opioid-cds-")
            {
                found.push((system, code, text("display")));
            }
            members.values().for_each(|member| ours(member, found));
        }
        _ => {}
    }
}
