//! Where the data come from makes no difference: prefetch only, FHIR only, and half of each give equal answers for every case.

use crate::service::{cases, content};
use axum::Router;
use opioid_cds::auth::Caller;
use opioid_cds::cases::Case;
use opioid_cds::config::{Discovery, site_from_table};
use opioid_cds::ehr;
use opioid_cds::fhir::{Allowed, Client, Limits, MemoryServer, Query};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, call, enabled, service};
use opioid_cds::telemetry::Stopwatch;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::TcpListener;

/// What a FHIR server holds whose client sent this case.
fn chart_of(case: &Case, request: &Value) -> Vec<Value> {
    let mut resources = Vec::new();
    let prefetch = request.get("prefetch").and_then(Value::as_object);
    for value in prefetch.into_iter().flat_map(Map::values) {
        collect(value, &mut resources);
    }
    for (_, text) in case.fhir_texts(0).expect("readable") {
        collect(&serde_json::from_str(&text).expect("JSON"), &mut resources);
    }
    // Whoever has the chart open has a Patient on the server: a read that finds nobody is an error there, and null in prefetch.
    let id = request
        .pointer("/context/patientId")
        .and_then(Value::as_str);
    let id = id.unwrap_or_default().trim_start_matches("Patient/");
    if !resources
        .iter()
        .any(|resource| resource["resourceType"] == "Patient" && resource["id"] == id)
    {
        resources.push(json!({"resourceType": "Patient", "id": id}));
    }
    for (number, resource) in resources.iter_mut().enumerate() {
        if resource.get("id").is_none() {
            resource["id"] = json!(format!("unnamed-{number}"));
        }
    }
    resources
}

/// The resources in a prefetch value, also in Bundles and in the wrapper of CDS Hooks before 1.0.
fn collect(value: &Value, resources: &mut Vec<Value>) {
    match value.get("resourceType").and_then(Value::as_str) {
        Some("OperationOutcome") => {}
        Some("Bundle") => {
            let entries = value.get("entry").and_then(Value::as_array);
            for entry in entries.into_iter().flatten() {
                collect(&entry["resource"], resources);
            }
        }
        Some(_) => resources.push(value.clone()),
        None => {
            if let Some(resource) = value.get("resource") {
                collect(resource, resources);
            }
        }
    }
}

/// Which keys come as prefetch; the rest is on the server.
type Sent = fn(usize) -> bool;
const ALL: Sent = |_| true;
const NONE: Sent = |_| false;
const EVEN: Sent = |at| at % 2 == 0;
const ODD: Sent = |at| at % 2 == 1;

/// The call with these keys as prefetch, as a client that reads the same server would send them.
fn call(request: &Value, server: &MemoryServer, sent: Sent) -> Value {
    let text = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
    let patient = text("/context/patientId").unwrap_or_default();
    let patient = patient.trim_start_matches("Patient/");
    let encounter = text("/context/encounterId").filter(|id| !id.trim().is_empty());
    let mut prefetch = Map::new();
    for (at, query) in Query::ALL.into_iter().enumerate() {
        let Some(url) = query.url(patient, encounter).filter(|_| sent(at)) else {
            continue;
        };
        let (status, body) = server.answer(&url);
        // A read that finds nothing is null.
        let body = (status == 200).then(|| serde_json::from_str(&body).expect("JSON"));
        prefetch.insert(query.key().to_owned(), body.unwrap_or(Value::Null));
    }
    let (_, medications) = server.answer("Medication?");
    if sent(0) {
        let medications = serde_json::from_str(&medications).expect("JSON");
        prefetch.insert("medicines-by-reference".to_owned(), medications);
    }
    let mut request = request.clone();
    request["prefetch"] = Value::Object(prefetch);
    request
}

async fn answer(shared: &Shared, case: &Case, body: &Value) -> (u16, String) {
    let hook = body["hook"].as_str().unwrap_or_default();
    let id = case
        .service
        .clone()
        .unwrap_or_else(|| format!("opioid-{hook}"));
    let service = service(&id).expect("a service");
    let body = body.to_string();
    let advice = call::advise_on(
        shared,
        service,
        &Caller::anybody(),
        body.as_bytes(),
        Stopwatch::start(),
    )
    .await;
    match advice.and_then(call::cards_of) {
        Ok(cards) => (200, String::from_utf8(call::write(&cards)).expect("UTF-8")),
        Err(error) => (error.status().0.as_u16(), error.body()),
    }
}

/// What may ask any server of this host.
fn shared(host: &str) -> Shared {
    let servers = Servers {
        own_tokens: None,
        client: Client::new(Limits::default()).expect("a client"),
        allowed: Allowed::parse(&[host]).expect("an allow-list"),
        by_client: BTreeMap::new(),
        open: true,
    };
    let chart = Chart::Servers(servers);
    let mut shared = Shared::new(content(), chart, enabled(&[]), Discovery::V3);
    shared.deadline = Duration::from_secs(60);
    shared
}

/// Case, its request, its FHIR server.
fn charts() -> Vec<(Case, Value, Vec<Value>)> {
    cases()
        .into_iter()
        .filter(|case| matches!(case.status, 200 | 412))
        .map(|case| {
            let request: Value = serde_json::from_slice(&case.request).expect("JSON");
            let resources = chart_of(&case, &request);
            (case, request, resources)
        })
        .collect()
}

fn server_of(resources: &[Value]) -> MemoryServer {
    let texts = resources
        .iter()
        .map(|resource| ("a case", resource.to_string()));
    let (server, problems) = MemoryServer::from_texts(texts);
    assert!(problems.is_empty(), "{problems:?}");
    server
}

///
#[tokio::test]
async fn prefetch_only_fhir_only_and_mixed_give_equal_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let host = format!("http://{}", listener.local_addr().expect("an address"));
    let cases = charts();
    assert!(cases.len() > 250, "only {} cases", cases.len());
    let mut charts = Router::new();
    for (at, (_, _, resources)) in cases.iter().enumerate() {
        charts = charts.nest(&format!("/{at}"), ehr::router(server_of(resources)));
    }
    tokio::spawn(async move { axum::serve(listener, charts).await });
    let mut shared = shared(&host);
    let mut with_cards = 0;
    let mut wrong = Vec::new();
    for (at, (case, request, resources)) in cases.iter().enumerate() {
        let (base, server) = (format!("{host}/{at}"), server_of(resources));
        let site = site_from_table("case.toml", case.site.clone());
        shared.content.site = site.expect("settings");
        shared.clock = Clock::Fixed(case.as_of);
        let expected = answer(&shared, case, &call(request, &server, ALL)).await;
        with_cards += usize::from(expected.1.contains("\"summary\""));
        let half = if at % 2 == 0 { EVEN } else { ODD };
        for (name, sent) in [("FHIR only", NONE), ("half of the keys", half)] {
            let mut body = call(request, &server, sent);
            body["fhirServer"] = json!(base);
            if let Some(body) = body.as_object_mut() {
                body.remove("fhirAuthorization");
            }
            let found = answer(&shared, case, &body).await;
            if found != expected {
                wrong.push(format!(
                    "{}, {name}: {found:?}\ninstead of {expected:?}",
                    case.name
                ));
            }
        }
    }
    assert!(with_cards > 150, "only {with_cards} cases have cards");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The rows of a list in the other order, in every Bundle and under every key.
fn turned(request: &Value) -> Value {
    let mut request = request.clone();
    let prefetch = request.get_mut("prefetch").and_then(Value::as_object_mut);
    for value in prefetch.into_iter().flat_map(|keys| keys.values_mut()) {
        if let Some(entries) = value.get_mut("entry").and_then(Value::as_array_mut) {
            entries.reverse();
        }
    }
    request
}

#[tokio::test]
async fn the_order_of_rows_makes_no_difference() {
    let mut shared = shared("https://nowhere.example");
    let mut turned_cases = 0;
    for (case, request, _) in charts() {
        let other = turned(&request);
        if other == request {
            continue;
        }
        turned_cases += 1;
        let site = site_from_table("case.toml", case.site.clone());
        shared.content.site = site.expect("settings");
        shared.clock = Clock::Fixed(case.as_of);
        let expected = answer(&shared, &case, &request).await;
        let found = answer(&shared, &case, &other).await;
        assert_eq!(found, expected, "{}", case.name);
    }
    assert!(turned_cases > 150, "only {turned_cases} cases have lists");
}
