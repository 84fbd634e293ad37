//! The whole call beside its floors: what reading the envelope costs, and reading the views.
//!
//! `cargo bench --bench call`. The request is one of about 50 kB: 2 drafts, 11 orders, 18 conditions.

use divan::{Bencher, black_box};
use opioid_cds::advise::{self, Call};
use opioid_cds::auth::Caller;
use opioid_cds::config::{ContentSettings, Discovery, load};
use opioid_cds::fhir::{self, Source};
use opioid_cds::hooks::{self, Chart, Clock, Service, Shared, call, request};
use opioid_cds::rules;
use opioid_cds::telemetry::Stopwatch;
use opioid_cds::wire;
use serde_json::{Value, json};
use std::sync::LazyLock;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let content = load(&ContentSettings::default()).expect("the built-in content loads");
    let mut shared = Shared::new(content, Chart::Nowhere, hooks::enabled(&[]), Discovery::V3);
    shared.clock = Clock::Fixed("2026-11-01T12:00:00Z".parse().expect("an instant"));
    shared
});

static BODY: LazyLock<Vec<u8>> = LazyLock::new(|| typical().to_string().into_bytes());

#[expect(clippy::print_stdout, reason = "beside the figures, what they are for")]
fn main() {
    println!("request: {} bytes", BODY.len());
    LazyLock::force(&SHARED);
    divan::main();
}

fn sign() -> &'static Service {
    &hooks::SERVICES[0]
}

/// From the body to the body.
#[divan::bench]
fn whole_call(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    bencher.bench(|| {
        let anybody = Caller::anybody();
        let advising = call::advise_on(
            &SHARED,
            sign(),
            &anybody,
            black_box(&BODY),
            Stopwatch::start(),
        );
        let advice = runtime.block_on(advising).expect("advice");
        call::write(&call::cards_of(advice).expect("cards"))
    });
}

/// Checking the envelope; FHIR stays raw.
#[divan::bench]
fn floor_envelope() -> usize {
    request::read(black_box(&BODY), sign())
        .expect("a request")
        .prefetch
        .len()
}

/// And reading every view that the rules need.
#[divan::bench]
fn floor_views() -> usize {
    let request = request::read(black_box(&BODY), sign()).expect("a request");
    let record = fhir::read_record(&source(&request), &rules::needs(sign().hook));
    record.medication_requests.len() + record.conditions.len()
}

/// The core alone, on a record that is read.
#[divan::bench]
fn core(bencher: Bencher<'_, '_>) {
    let request = request::read(&BODY, sign()).expect("a request");
    let record = fhir::read_record(&source(&request), &rules::needs(sign().hook));
    let call = Call {
        hook: sign().hook,
        service_id: sign().id,
        hook_instance: &request.hook_instance,
        patient_id: &request.patient_id,
        user_id: &request.user_id,
        encounter_id: None,
        selections: &[],
        options: &SHARED.options,
        quiet: None,
    };
    let as_of = SHARED.clock.now();
    bencher.bench(|| advise::advise(&SHARED.content, black_box(&call), &record, as_of));
}

fn source<'a>(request: &'a wire::Request<'a>) -> Source<'a> {
    Source {
        draft_orders: request.draft_orders,
        prefetch: &request.prefetch,
        ..Source::new(&request.patient_id)
    }
}

/// RxNorm code, name, and the dose in tablets as often a day.
const ORDERS: [(&str, &str, u32); 11] = [
    ("1049621", "oxycodone hydrochloride 5 MG Oral Tablet", 4),
    ("197901", "lorazepam 1 MG Oral Tablet", 1),
    ("314076", "lisinopril 10 MG Oral Tablet", 1),
    (
        "860975",
        "metformin hydrochloride 500 MG Extended Release Oral Tablet",
        2,
    ),
    ("617310", "atorvastatin 20 MG Oral Tablet", 1),
    ("310429", "furosemide 20 MG Oral Tablet", 1),
    ("866924", "metoprolol tartrate 25 MG Oral Tablet", 2),
    ("198240", "tamoxifen 10 MG Oral Tablet", 2),
    ("312938", "sertraline 100 MG Oral Tablet", 1),
    ("310489", "glyburide 2.5 MG Oral Tablet", 1),
    ("308136", "amlodipine 2.5 MG Oral Tablet", 1),
];

fn typical() -> Value {
    let drafts: Vec<Value> = (0..2)
        .map(|at| order(&format!("draft-{at}"), "draft", ORDERS[at]))
        .collect();
    let orders: Vec<Value> = ORDERS
        .iter()
        .enumerate()
        .map(|(at, drug)| order(&format!("order-{at}"), "active", *drug))
        .collect();
    let conditions: Vec<Value> = (0..18).map(condition).collect();
    json!({
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/d1", "patientId": "p1", "draftOrders": bundle("collection", drafts)},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1962-03-04", "gender": "female"},
            "medications": bundle("searchset", orders),
            "conditions": bundle("searchset", conditions),
            "encounters": null, "laboratory": null, "surveys": null, "procedures": null, "plans": null
        }
    })
}

fn bundle(kind: &str, resources: Vec<Value>) -> Value {
    let entries: Vec<Value> = resources
        .into_iter()
        .map(|resource| {
            let url = format!(
                "https://ehr.example.org/fhir/{}/{}",
                resource["resourceType"].as_str().unwrap_or(""),
                resource["id"]
            );
            json!({"fullUrl": url, "resource": resource, "search": {"mode": "match"}})
        })
        .collect();
    json!({"resourceType": "Bundle", "type": kind, "entry": entries})
}

fn order(id: &str, status: &str, (code, name, times): (&str, &str, u32)) -> Value {
    json!({
        "resourceType": "MedicationRequest", "id": id, "status": status, "intent": "order",
        "meta": {"versionId": "3", "lastUpdated": "2026-10-20T09:30:00Z", "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationrequest"]},
        "identifier": [{"use": "usual", "system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.798268", "value": format!("1009{id}")}],
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "community", "display": "Community"}], "text": "Community"}],
        "medicationCodeableConcept": {"coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": name},
            {"system": "urn:oid:2.16.840.1.113883.6.68", "code": "65100075100310", "display": name}
        ], "text": name},
        "subject": {"reference": "Patient/p1", "display": "Made-up Person"},
        "encounter": {"reference": "Encounter/e1", "display": "Office visit"},
        "authoredOn": "2026-10-20T09:30:00Z",
        "requester": {"reference": "Practitioner/d1", "type": "Practitioner", "display": "Made-up Doctor"},
        "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": "Low back pain"}], "text": "Low back pain"}],
        "dosageInstruction": [{
            "text": format!("Take 1 tablet by mouth {times} times a day"), "patientInstruction": "Take with food.",
            "timing": {"repeat": {"boundsPeriod": {"start": "2026-10-20"}, "frequency": times, "period": 1, "periodUnit": "d"}, "code": {"text": "daily"}},
            "asNeededBoolean": false,
            "route": {"coding": [{"system": "http://snomed.info/sct", "code": "26643006", "display": "Oral"}], "text": "Oral"},
            "doseAndRate": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/dose-rate-type", "code": "ordered", "display": "Ordered"}], "text": "ordered"},
                "doseQuantity": {"value": 1, "unit": "tablet", "system": "http://unitsofmeasure.org", "code": "{tbl}"}}]
        }],
        "dispenseRequest": {"validityPeriod": {"start": "2026-10-20"}, "numberOfRepeatsAllowed": 1, "quantity": {"value": 30 * times, "unit": "tablet"},
            "expectedSupplyDuration": {"value": 30, "unit": "Day", "system": "http://unitsofmeasure.org", "code": "d"}}
    })
}

fn condition(at: usize) -> Value {
    let (code, name) = [
        ("73430006", "Sleep apnea"),
        ("38341003", "Hypertension"),
        ("44054006", "Type 2 diabetes mellitus"),
        ("279039007", "Low back pain"),
    ][at % 4];
    json!({
        "resourceType": "Condition", "id": format!("condition-{at}"),
        "meta": {"versionId": "1", "lastUpdated": "2024-02-03T10:00:00Z", "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-problems-health-concerns"]},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active", "display": "Active"}], "text": "Active"},
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed", "display": "Confirmed"}], "text": "Confirmed"},
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "problem-list-item", "display": "Problem List Item"}], "text": "Problem List Item"}],
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": name}, {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z99.9", "display": name}], "text": name},
        "subject": {"reference": "Patient/p1", "display": "Made-up Person"},
        "onsetDateTime": "2021-03-15", "recordedDate": "2021-03-15T10:00:00Z",
        "recorder": {"reference": "Practitioner/d1", "display": "Made-up Doctor"}
    })
}
