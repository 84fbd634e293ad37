//! The service in memory, and what it answers.

use crate::tidy::root;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use opioid_cds::advise::Content;
use opioid_cds::cases::{Case, find};
use opioid_cds::config::{ContentSettings, Discovery, load};
use opioid_cds::hooks::{Chart, Clock, Shared, enabled};
use opioid_cds::server::{Layers, app};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};
use tower::ServiceExt;

/// Every case of `fhir-fixtures`.
pub(crate) fn cases() -> Vec<Case> {
    find(&root().join("fhir-fixtures")).expect("fixtures are readable")
}

/// The request of one case.
pub(crate) fn request_of(case: &str) -> Value {
    let file = root().join("fhir-fixtures").join(case).join("request.json");
    let text = std::fs::read(file).unwrap_or_else(|error| panic!("{case}: {error}"));
    serde_json::from_slice(&text).expect("JSON")
}

/// The clock of all fixtures.
pub(crate) const AS_OF: &str = "2026-11-01T12:00:00Z";

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The refusal's text, after checking that it is an OperationOutcome as ask.
    pub(crate) fn refusal(&self) -> String {
        let body = self.json();
        assert_eq!(body["resourceType"], "OperationOutcome", "{}", self.text);
        assert_eq!(body["issue"][0]["severity"], "error");
        opioid_cds_fhir::check(&self.text).unwrap_or_else(|error| panic!("{error}"));
        body["issue"][0]["details"]["text"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub(crate) fn content() -> Content {
    load(&ContentSettings::default()).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn shared() -> Shared {
    let mut shared = Shared::new(content(), Chart::Nowhere, enabled(&[]), Discovery::V3);
    shared.clock = Clock::Fixed(AS_OF.parse().expect("an instant"));
    shared
}

/// Loaded once: five megabytes of tables.
static SHARED: LazyLock<Arc<Shared>> = LazyLock::new(|| Arc::new(shared()));

pub(crate) fn service_with(layers: &Layers) -> Router {
    app(SHARED.clone(), layers)
}

pub(crate) fn service() -> Router {
    service_with(&Layers::default())
}

pub(crate) async fn send(service: &Router, request: Request<Body>) -> Answer {
    let response = service.clone().oneshot(request).await.expect("never fails");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 64 << 20).await.expect("a body");
    let text = String::from_utf8(body.to_vec()).expect("UTF-8");
    Answer {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

pub(crate) async fn get(service: &Router, path: &str) -> Answer {
    send(
        service,
        Request::get(path).body(Body::empty()).expect("a request"),
    )
    .await
}

pub(crate) async fn post(service: &Router, path: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into());
    send(service, request.expect("a request")).await
}

/// Posts to order-sign.
pub(crate) async fn sign(service: &Router, body: &Value) -> Answer {
    post(service, "/cds-services/opioid-order-sign", body.to_string()).await
}

/// An order-sign call with one antibiotic: nothing that any rule looks at.
pub(crate) fn antibiotic() -> Value {
    json!({
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/example",
            "patientId": "p1",
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {
                "resourceType": "MedicationRequest", "id": "m1", "status": "draft", "intent": "order",
                "subject": {"reference": "Patient/p1"},
                "medicationCodeableConcept": {"coding": [{
                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "308182",
                    "display": "amoxicillin 250 MG Oral Capsule"}]}
            }}]}
        },
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01"}, "medications": null}
    })
}

/// The same as a patient-view call.
pub(crate) fn view() -> Value {
    let mut body = antibiotic();
    body["hook"] = json!("patient-view");
    body
}

/// A change of one member, by JSON pointer; `None` takes it out.
pub(crate) fn with(mut body: Value, pointer: &str, value: Option<Value>) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .expect("an object");
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    body
}
