//! FHIR servers: which are asked, with what, and until when. Contract sections 4 and 9.3, R-381.

use crate::service::{content, send, with};
use crate::trap::Trap;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use opioid_cds::ehr;
use opioid_cds::fhir::{Allowed, Client, Limits, MemoryServer};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, enabled};
use opioid_cds::server::{Layers, app};
use opioid_cds::{config::Discovery, telemetry::Stopwatch};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// What a FHIR server was asked.
type Seen = Arc<Mutex<Vec<(String, HeaderMap)>>>;

/// A FHIR server on a port of its own, which remembers what it was asked.
async fn fhir_server(app: Router) -> (String, Seen) {
    let seen: Seen = Arc::default();
    let log = seen.clone();
    let app = app.layer(axum::middleware::from_fn(
        move |request: Request<Body>, next: axum::middleware::Next| {
            let asked = (request.uri().to_string(), request.headers().clone());
            log.lock().expect("not poisoned").push(asked);
            next.run(request)
        },
    ));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().nest("/fhir", app)).await });
    (base, seen)
}

/// A chart with oxycodone and nothing else.
fn chart() -> Router {
    let texts = [
        (
            "patient",
            json!({"resourceType": "Patient", "id": "p1", "birthDate": "1960-01-01"}),
        ),
        ("order", oxycodone("m1", "active")),
    ];
    let (server, problems) =
        MemoryServer::from_texts(texts.map(|(name, text)| (name, text.to_string())));
    assert!(problems.is_empty(), "{problems:?}");
    ehr::router(server)
}

pub(crate) fn oxycodone(id: &str, status: &str) -> Value {
    json!({"resourceType": "MedicationRequest", "id": id, "status": status, "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-10-20",
        "medicationCodeableConcept": {"text": "oxycodone 10 MG Oral Tablet", "coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049640"}]},
        "dosageInstruction": [{"timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "unit": "d"}}})
}

/// The drafted oxycodone's call, which names this server and holds no prefetch.
fn call(base: &str, authorization: Option<Value>) -> Value {
    let mut body = json!({
        "hook": "order-sign", "hookInstance": "i", "fhirServer": base,
        "context": {"userId": "Practitioner/d1", "patientId": "p1", "draftOrders": {"resourceType": "Bundle",
            "entry": [{"resource": oxycodone("d1", "draft")}]}}
    });
    if let Some(authorization) = authorization {
        body["fhirAuthorization"] = authorization;
    }
    body
}

pub(crate) fn token(expires_in: i64) -> Option<Value> {
    Some(
        json!({"access_token": "s3cr3t", "token_type": "Bearer", "expires_in": expires_in, "scope": "x", "subject": "y"}),
    )
}

fn service(allowed: &[&str], deadline: Duration) -> Router {
    let servers = Servers {
        by_client: BTreeMap::new(),
        client: Client::new(Limits {
            // A busy machine takes its time.
            connect: PATIENT,
            ..Limits::default()
        })
        .expect("a client"),
        allowed: Allowed::parse(allowed).expect("an allow-list"),
        open: false,
    };
    let mut shared = Shared::new(
        content(),
        Chart::Servers(servers),
        enabled(&[]),
        Discovery::V3,
    );
    shared.clock = Clock::Fixed(crate::service::AS_OF.parse().expect("an instant"));
    shared.deadline = deadline;
    app(Arc::new(shared), &Layers::default())
}

pub(crate) async fn sign(service: &Router, body: &Value) -> crate::service::Answer {
    let request = Request::post("/cds-services/opioid-order-sign")
        .header(header::CONTENT_TYPE, "application/json");
    send(
        service,
        request.body(body.to_string().into()).expect("a request"),
    )
    .await
}

const PATIENT: Duration = Duration::from_secs(20);

/// R-110, R-111, R-130 to R-132
#[tokio::test]
async fn what_is_not_prefetched_is_asked_for_with_the_token() {
    let (base, seen) = fhir_server(chart()).await;
    let service = service(&[&base], PATIENT);
    let answer = sign(&service, &call(&base, token(300))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let seen = seen.lock().expect("not poisoned");
    let asked = |start: &str| seen.iter().filter(|(url, _)| url.contains(start)).count();
    assert_eq!((asked("/Patient/p1"), asked("/MedicationRequest?")), (1, 1));
    for (url, headers) in seen.iter() {
        assert_eq!(headers[header::AUTHORIZATION], "Bearer s3cr3t", "{url}");
        assert_eq!(headers[header::ACCEPT], "application/fhir+json", "{url}");
        assert!(
            !url.contains("Observation?") || url.contains("category="),
            "{url}"
        );
    }
    assert!(!answer.text.contains("s3cr3t"), "R-350");
}

/// R-110 to R-112
#[tokio::test]
async fn what_is_prefetched_is_not_asked_for_again() {
    let (base, seen) = fhir_server(chart()).await;
    let prefetch = json!({"patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1960-01-01"},
        "medications": null, "conditions": {"resourceType": "Bundle", "type": "searchset"}});
    let body = with(call(&base, token(300)), "/prefetch", Some(prefetch));
    assert_eq!(sign(&service(&[&base], PATIENT), &body).await.status, 200);
    let seen = seen.lock().expect("not poisoned");
    for (url, _) in seen.iter() {
        for known in ["/Patient/", "/MedicationRequest?", "/Condition?"] {
            assert!(!url.contains(known), "{url}");
        }
    }
    assert!(!seen.is_empty());
}

/// clinical-rules.md section 7 row 1: nothing is fetched for orders that no rule looks at.
#[tokio::test]
async fn an_antibiotic_asks_nobody() {
    let (base, seen) = fhir_server(chart()).await;
    let body = with(crate::service::antibiotic(), "/prefetch", None);
    let body = with(
        with(body, "/fhirServer", Some(json!(base))),
        "/fhirAuthorization",
        token(300),
    );
    let answer = sign(&service(&[&base], PATIENT), &body).await;
    assert_eq!(answer.text, r#"{"cards":[]}"#);
    assert!(seen.lock().expect("not poisoned").is_empty());
}

/// R-066, R-122, R-123, R-125, R-340
#[tokio::test]
async fn servers_that_are_not_listed_and_tokens_that_are_over_are_a_412_and_nobody_is_asked() {
    let (base, seen) = fhir_server(chart()).await;
    let other = base.replace("/fhir", "/fhirplus");
    for (allowed, authorization) in [
        (vec!["https://ehr.example.org/fhir"], token(300)),
        (vec![other.as_str()], token(300)),
        (vec![base.as_str()], token(0)),
    ] {
        let answer = sign(&service(&allowed, PATIENT), &call(&base, authorization)).await;
        assert_eq!(answer.status, 412, "{}", answer.text);
        let message = answer.refusal();
        assert!(
            message.contains("patient") && message.contains("medications"),
            "{message}"
        );
        assert!(!message.contains("p1"), "{message}");
    }
    assert!(seen.lock().expect("not poisoned").is_empty());
}

/// R-381: an answer leaves by the deadline, whatever the server does.
#[tokio::test]
async fn a_server_that_never_answers_costs_the_deadline_and_no_more() {
    let silent = Router::new().fallback(|| async { std::future::pending::<&'static str>().await });
    let (base, _) = fhir_server(silent).await;
    let deadline = Duration::from_millis(400);
    let service = service(&[&base], deadline);
    let watch = Stopwatch::start();
    let answer = sign(&service, &call(&base, token(300))).await;
    assert_eq!(answer.status, 412, "{}", answer.text);
    // Unoptimised and beside other tests, the rest of the call takes its time.
    assert!(
        watch.elapsed() < deadline + Duration::from_secs(2),
        "{:?}",
        watch.elapsed()
    );
}

/// R-133
#[tokio::test]
async fn a_server_that_fails_never_makes_us_fail() {
    for (status, body) in [
        (401, "{}"),
        (403, ""),
        (404, "{}"),
        (429, "later"),
        (500, "<html>"),
        (200, "<html>"),
        (200, "{\"resourceType\":"),
    ] {
        let failing = Router::new().fallback(move || async move {
            (
                axum::http::StatusCode::from_u16(status).expect("a status"),
                body,
            )
        });
        let (base, _) = fhir_server(failing).await;
        let answer = sign(&service(&[&base], PATIENT), &call(&base, token(300))).await;
        assert_eq!(answer.status, 412, "{status} {body}: {}", answer.text);
    }
}

/// R-340, R-342: in whatever form a server is named that is not listed, nothing is opened.
#[tokio::test]
async fn a_listener_at_a_place_that_is_not_listed_sees_nobody() {
    let trap = Trap::set().await;
    let port = trap.address.port();
    let listed = format!("http://127.0.0.1:{port}/fhir");
    let service = service(&["https://ehr.example.org/fhir", &listed], PATIENT);
    for named in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/fhirplus"),
        format!("http://127.0.0.1:{port}/fhir/../admin"),
        format!("http://127.0.0.1:{port}/fhir/..%2fadmin"),
        format!("http://127.0.0.1:{port}/FHIR"),
        format!("https://127.0.0.1:{port}/fhir"),
        format!("http://ehr@127.0.0.1:{port}/fhir"),
        format!("http://127.0.0.1:{port}/fhir?patient=p1"),
        format!("http://2130706433:{port}/admin"),
        format!("http://0x7f.1:{port}/admin"),
        format!("http://localhost:{port}/fhir"),
        format!("http://0.0.0.0:{port}/fhir"),
        format!("http://127.0.0.2:{port}/fhir"),
        format!("http://[::1]:{port}/fhir"),
        format!("http://[::ffff:127.0.0.1]:{port}/fhir"),
        format!("http://[::127.0.0.1]:{port}/fhir"),
        format!("http://[64:ff9b::7f00:1]:{port}/fhir"),
        format!("http://ehr.example.org@127.0.0.1:{port}/fhir"),
        "http://169.254.169.254/fhir".to_owned(),
        "http://100.64.0.1/fhir".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let answer = sign(&service, &call(&named, token(300))).await;
        // What is no base at all is a fault of the call (R-058).
        assert!(
            matches!(answer.status.as_u16(), 400 | 412),
            "{named}: {}",
            answer.text
        );
    }
    trap.saw_nobody().await;
}

/// R-383: a client that hangs up stops the work that it caused.
#[tokio::test]
async fn a_client_that_hangs_up_ends_the_asking() {
    let (asked, mut asking) = tokio::sync::mpsc::unbounded_channel();
    let (given_up, mut giving_up) = tokio::sync::mpsc::unbounded_channel();
    /// Tells when it is dropped.
    struct Told(tokio::sync::mpsc::UnboundedSender<()>);
    impl Drop for Told {
        fn drop(&mut self) {
            // Nobody listens any more once the test is over.
            let _ = self.0.send(());
        }
    }
    let silent = Router::new().fallback(move || {
        let (asked, told) = (asked.clone(), Told(given_up.clone()));
        async move {
            let _told = told;
            asked.send(()).expect("the test listens");
            std::future::pending::<&'static str>().await
        }
    });
    let (base, seen) = fhir_server(silent).await;
    let service = service(&[&base], Duration::from_secs(600));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, service).await });

    let body = call(&base, token(300)).to_string();
    let head = format!(
        "POST /cds-services/opioid-order-sign HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut client = tokio::net::TcpStream::connect(address)
        .await
        .expect("a connection");
    use tokio::io::AsyncWriteExt;
    client
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .expect("sent");
    asking.recv().await.expect("the FHIR server is asked");
    drop(client);
    let ended = tokio::time::timeout(PATIENT, giving_up.recv()).await;
    assert!(
        ended.is_ok(),
        "the asking goes on: {}",
        seen.lock().expect("not poisoned").len()
    );
}

/// The counters tell what was sent, and what was left out.
#[test]
fn reads_that_were_never_sent_are_not_counted() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let recorder = opioid_cds::telemetry::local().expect("a recorder");
    let handle = recorder.handle();
    let counted = |allowed: bool| {
        metrics::with_local_recorder(&recorder, || {
            runtime.block_on(async {
                let other = json!({"resourceType": "Bundle", "entry": [{"resource": {
                    "resourceType": "MedicationRequest", "id": "x", "subject": {"reference": "Patient/p2"}}}]});
                let app = Router::new().fallback(move || async move {
                    ([(header::CONTENT_TYPE, "application/json")], other.to_string())
                });
                let (base, _) = fhir_server(app).await;
                let listed = if allowed { base.as_str() } else { "https://ehr.example.org" };
                sign(&service(&[listed], PATIENT), &call(&base, token(300))).await;
            });
        });
        handle.render()
    };
    let before = counted(false);
    assert!(
        !before.contains("opioid_cds_fhir_queries_total{"),
        "{before}"
    );
    let after = counted(true);
    for name in [
        "opioid_cds_fhir_queries_total{outcome=\"ok\"}",
        "opioid_cds_fhir_requests_total",
        "opioid_cds_other_patient_resources_total{resource_type=\"MedicationRequest\"}",
    ] {
        assert!(after.contains(name), "{name}: {after}");
    }
}
