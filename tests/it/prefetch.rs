//! What a prefetch value says, and whether the FHIR server is asked: contract sections 4.1 and 4.3.

use crate::service::{Answer, antibiotic, content, sign, with};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::middleware::{Next, from_fn};
use opioid_cds::config::Discovery;
use opioid_cds::ehr;
use opioid_cds::fhir::{Allowed, Client, Limits, MemoryServer, Query};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, enabled};
use opioid_cds::server::{Layers, app};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// A FHIR server that remembers what it was asked, and a service that may ask it.
struct Site {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
    service: Router,
}

impl Site {
    async fn with(resources: &[Value]) -> Site {
        let texts = resources
            .iter()
            .map(|resource| ("a chart", resource.to_string()));
        let (server, problems) = MemoryServer::from_texts(texts);
        assert!(problems.is_empty(), "{problems:?}");
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        let chart =
            ehr::router(server).layer(from_fn(move |request: Request<Body>, next: Next| {
                log.lock()
                    .expect("not poisoned")
                    .push(request.uri().to_string());
                next.run(request)
            }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}/fhir", listener.local_addr().expect("an address"));
        tokio::spawn(
            async move { axum::serve(listener, Router::new().nest("/fhir", chart)).await },
        );
        let service = service(&base);
        Site {
            base,
            asked,
            service,
        }
    }

    /// What was asked since the last time, by type.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("not poisoned"))
    }

    async fn sign(&self, body: &Value) -> Answer {
        let body = with(body.clone(), "/fhirServer", Some(json!(self.base)));
        let token = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "s", "subject": "c"});
        sign(
            &self.service,
            &with(body, "/fhirAuthorization", Some(token)),
        )
        .await
    }
}

fn service(base: &str) -> Router {
    let servers = Servers {
        own_tokens: None,
        client: Client::new(Limits::default()).expect("a client"),
        allowed: Allowed::parse(&[base]).expect("an allow-list"),
        by_client: BTreeMap::new(),
        open: false,
    };
    let mut shared = Shared::new(
        content(),
        Chart::Servers(servers),
        enabled(&[]),
        Discovery::V3,
    );
    shared.clock = Clock::Fixed(crate::service::AS_OF.parse().expect("an instant"));
    shared.deadline = Duration::from_secs(20);
    app(Arc::new(shared), &Layers::default())
}

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// 5 mg twice a day is 15 MME a day; 10 mg four times a day is 60.
fn oxycodone(id: &str, status: &str, code: &str, times: u32) -> Value {
    json!({"resourceType": "MedicationRequest", "id": id, "status": status, "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-10-20",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]},
        "dosageInstruction": [{"timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "unit": "d"}}})
}

fn small() -> Value {
    oxycodone("d1", "draft", "1049621", 2)
}

fn large() -> Value {
    oxycodone("m1", "active", "1049640", 4)
}

fn patient() -> Value {
    json!({"resourceType": "Patient", "id": "p1", "birthDate": "1960-01-01"})
}

/// A small opioid draft; every key is sent as null but the patient, and those that are changed here.
fn call(changes: &[(&str, Option<Value>)]) -> Value {
    let mut prefetch: Map<String, Value> = Query::ALL
        .iter()
        .map(|query| (query.key().to_owned(), Value::Null))
        .collect();
    prefetch.insert("patient".to_owned(), patient());
    for (key, value) in changes {
        match value {
            Some(value) => prefetch.insert((*key).to_owned(), value.clone()),
            None => prefetch.remove(*key),
        };
    }
    let body = with(antibiotic(), "/prefetch", Some(Value::Object(prefetch)));
    with(
        body,
        "/context/draftOrders/entry",
        Some(json!([{"resource": small()}])),
    )
}

fn searchset(entries: &[Value]) -> Value {
    let entries: Vec<Value> = entries.iter().map(|resource| json!({"fullUrl": "urn:x", "resource": resource, "search": {"mode": "match"}})).collect();
    json!({"resourceType": "Bundle", "type": "searchset", "total": entries.len(), "entry": entries})
}

fn outcome(severity: &str) -> Value {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing",
        "details": {"coding": [{"code": "4101"}]}}]})
}

fn outcome_entry(severity: &str) -> Value {
    json!({"resourceType": "Bundle", "type": "searchset", "total": 0,
        "entry": [{"resource": outcome(severity), "search": {"mode": "outcome"}}]})
}

/// What came of the medications of the chart.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// The oxycodone of the chart counts.
    Used,
    /// None in the data received: nothing is named as unread.
    Empty,
    /// What could not be read is said, and no absence is claimed.
    Unread,
    /// 412
    Refused,
}
use Told::{Empty, Refused, Unread, Used};

fn told(answer: &Answer) -> Told {
    match answer.status.as_u16() {
        412 => return Refused,
        status => assert_eq!(status, 200, "{}", answer.text),
    }
    let is_unread = answer.text.contains("edication list could not be read")
        || answer
            .text
            .contains("medication list could be read only in part");
    match (answer.text.contains("45 MME"), is_unread) {
        (true, _) => Used,
        (false, true) => Unread,
        (false, false) => Empty,
    }
}

fn bundle_with(change: impl FnOnce(&mut Value)) -> Option<Value> {
    let mut bundle = searchset(&[large()]);
    change(&mut bundle);
    Some(bundle)
}

/// Contract 4.3, the decision table of a required key: what arrived, whether the server is asked for the list, and what is told
/// with and without a server.
#[tokio::test]
async fn what_arrives_under_a_required_key_means_what_the_table_says() {
    let site = Site::with(&[patient(), large()]).await;
    let list = "/MedicationRequest?patient=p1&status=active,on-hold,completed,stopped";
    let wrapped = json!({"response": {"status": "200 OK"}, "resource": searchset(&[large()])});
    let refused = json!({"response": {"status": "403 Forbidden"}, "resource": null});
    for (rule, value, asked, with_server, without) in [
        ("R-111", None, Some(list), Used, Unread),
        ("R-112", Some(json!(null)), None, Empty, Empty),
        ("R-113", Some(searchset(&[])), None, Empty, Empty),
        (
            "R-113",
            Some(json!({"resourceType": "Bundle", "type": "searchset"})),
            None,
            Empty,
            Empty,
        ),
        (
            "R-114",
            Some(outcome_entry("information")),
            None,
            Empty,
            Empty,
        ),
        ("R-114", Some(outcome_entry("warning")), None, Empty, Empty),
        ("R-114", Some(outcome_entry("error")), None, Unread, Unread),
        ("R-115", Some(outcome_entry("fatal")), None, Unread, Unread),
        ("R-115", Some(outcome("error")), None, Unread, Unread),
        ("R-115", Some(outcome("information")), None, Unread, Unread),
        (
            "R-116",
            bundle_with(|b| {
                b["entry"]
                    .as_array_mut()
                    .expect("entries")
                    .push(outcome_entry("warning")["entry"][0].clone())
            }),
            None,
            Used,
            Used,
        ),
        (
            "R-117",
            bundle_with(|b| {
                b["link"] = json!([{"relation": "next", "url": "https://elsewhere.example/2"}])
            }),
            None,
            Used,
            Used,
        ),
        (
            "R-117",
            Some(
                json!({"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://elsewhere.example/2"}]}),
            ),
            None,
            Unread,
            Unread,
        ),
        ("R-118", Some(large()), None, Used, Used),
        (
            "R-118",
            bundle_with(|b| b["type"] = json!("collection")),
            None,
            Used,
            Used,
        ),
        ("R-118", Some(json!("123")), Some(list), Used, Unread),
        ("R-118", Some(json!(7)), Some(list), Used, Unread),
        ("R-118", Some(json!({})), Some(list), Used, Unread),
        ("R-118", Some(patient()), Some(list), Used, Unread),
        ("R-119", Some(wrapped), None, Used, Used),
        ("R-119", Some(refused), None, Unread, Unread),
    ] {
        let body = call(&[("medications", value.clone())]);
        let answer = site.sign(&body).await;
        let seen = site.asked();
        assert_eq!(seen.first().map(String::as_str), asked, "{rule} {value:?}");
        assert!(seen.len() <= 1, "{rule} {seen:?}");
        assert_eq!(
            told(&answer),
            with_server,
            "{rule} {value:?}: {}",
            answer.text
        );
        let answer = sign(&site.service, &body).await;
        assert_eq!(
            told(&answer),
            without,
            "{rule} without server {value:?}: {}",
            answer.text
        );
    }
}

/// R-117: page 2 is read with the token, and its opioid counts.
#[tokio::test]
async fn the_next_page_is_read() {
    let site = Site::with(&[patient(), large()]).await;
    let next = format!("{}/MedicationRequest?patient=p1", site.base);
    let first = json!({"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": next}]});
    let answer = site.sign(&call(&[("medications", Some(first))])).await;
    assert_eq!(told(&answer), Used, "R-117: {}", answer.text);
    assert_eq!(site.asked(), ["/MedicationRequest?patient=p1"], "R-117");
}

/// R-110, R-111, R-130, R-132, R-158: only what is missing is asked for, and nothing has to be sent.
#[tokio::test]
async fn the_server_is_asked_for_what_is_missing_and_for_nothing_else() {
    let site = Site::with(&[patient(), large()]).await;
    for query in Query::ALL {
        let Some(url) = query.url("p1", None) else {
            continue;
        };
        site.sign(&call(&[(query.key(), None)])).await;
        let asked = site.asked();
        assert!(
            asked.is_empty() || asked == [format!("/{url}")],
            "R-110 {asked:?}"
        );
        let is_needed =
            opioid_cds::rules::needs(opioid_cds::patient::Hook::OrderSign).contains(&query);
        assert_eq!(asked.len(), usize::from(is_needed), "R-111 {}", query.key());
    }
    let nothing = with(call(&[]), "/prefetch", None);
    assert_eq!(told(&site.sign(&nothing).await), Used, "R-158");
    for url in site.asked() {
        let is_narrow = !url.contains("/Observation?") || url.contains("category=");
        assert!(
            is_narrow && (!url.contains("/MedicationRequest?") || url.contains("status=")),
            "R-132 {url}"
        );
    }
}

/// R-122 to R-125: the three calls that the rule names, and what the refusal says.
#[tokio::test]
async fn a_412_only_where_nothing_true_can_be_said() {
    let service = service("https://ehr.example.org/fhir");
    let without = |draft: Value| with(crate::requests::with_draft(draft), "/prefetch", None);
    let answer = sign(&service, &without(small())).await;
    assert_eq!(answer.status, 412, "R-122");
    let message = answer.refusal();
    assert!(message.contains("patient, medications"), "R-123: {message}");
    assert!(!message.contains("p1"), "R-123: {message}");
    assert_eq!(answer.json()["issue"][0]["code"], "incomplete", "R-245");
    let answer = sign(&service, &with(antibiotic(), "/prefetch", None)).await;
    assert_eq!(
        answer.text, r#"{"cards":[]}"#,
        "R-125: no rule looks at an antibiotic"
    );
    let answer = sign(&service, &without(crate::requests::fentanyl())).await;
    assert!(
        answer.text.contains("\"summary\""),
        "R-122: a patch is dangerous whatever the record says"
    );
    assert!(
        answer.text.contains("could not be read"),
        "R-124: {}",
        answer.text
    );
    for (rule, key) in [("R-125", "medications"), ("R-125", "patient")] {
        let answer = sign(&service, &call(&[(key, None)])).await;
        assert_ne!(answer.text, r#"{"cards":[]}"#, "{rule} without {key}");
    }
}

/// R-080, R-121: what belongs to somebody else has no effect.
#[tokio::test]
async fn resources_of_another_patient_have_no_effect() {
    let service = service("https://ehr.example.org/fhir");
    let mine = sign(&service, &call(&[])).await;
    for subject in [
        "Patient/p2",
        "https://ehr.example.org/fhir/Patient/p2",
        "Patient/p2/_history/1",
    ] {
        let foreign = with(large(), "/subject", Some(json!({"reference": subject})));
        let answer = sign(
            &service,
            &call(&[("medications", Some(searchset(&[foreign])))]),
        )
        .await;
        // A list that holds nobody but somebody else is no answer to what was asked.
        assert_eq!(told(&answer), Unread, "R-121 {subject}");
        let foreign = with(
            crate::requests::fentanyl(),
            "/subject",
            Some(json!({"reference": subject})),
        );
        let drafts = json!([{"resource": foreign}, {"resource": small()}]);
        let answer = sign(
            &service,
            &with(call(&[]), "/context/draftOrders/entry", Some(drafts)),
        )
        .await;
        let cards = |answer: &Answer| {
            answer.json()["cards"].as_array().map(|cards| {
                cards
                    .iter()
                    .map(|card| card["summary"].clone())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(cards(&answer), cards(&mine), "R-080 {subject}");
        assert!(
            !answer.text.contains("MedicationRequest/f1") && !answer.text.contains("entanyl"),
            "R-080 {subject}"
        );
    }
}

/// R-126: the same resource counts once, wherever it comes from.
#[tokio::test]
async fn what_arrives_twice_counts_once() {
    let service = service("https://ehr.example.org/fhir");
    let once = sign(
        &service,
        &call(&[("medications", Some(searchset(&[large()])))]),
    )
    .await;
    let absolute = |mut bundle: Value| {
        bundle["entry"][0]["fullUrl"] = json!("https://ehr.example.org/fhir/MedicationRequest/m1");
        bundle
    };
    for changes in [
        vec![("medications", Some(searchset(&[large(), large()])))],
        vec![
            ("medications", Some(searchset(&[large()]))),
            ("more", Some(searchset(&[large()]))),
        ],
        vec![
            ("medications", Some(searchset(&[large()]))),
            ("more", Some(absolute(searchset(&[large()])))),
        ],
    ] {
        let answer = sign(&service, &call(&changes)).await;
        assert_eq!(answer.text, once.text, "R-126");
    }
}
