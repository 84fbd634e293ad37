//! What a client may take, over real connections: bytes, time, calls at once, calls a second. Contract.

use crate::running::{LOOPBACK, running};
use crate::service::{antibiotic, content, get, post, send, shared, sign, with};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use opioid_cds::config::Discovery;
use opioid_cds::fhir::{Allowed, Client, Limits as FhirLimits};
use opioid_cds::hooks::{Chart, Clock, Rate, Servers, Shared, enabled};
use opioid_cds::server::{Layers, Limits, app};
use serde_json::{Value, json};
use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

const SIGN: &str = "/cds-services/opioid-order-sign";
/// For answers that come as soon as something has happened.
const PATIENT: Duration = Duration::from_secs(60);

/// Everything that comes back until the other side closes.
async fn said(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset has also ended.
    let _ = tokio::time::timeout(PATIENT, stream.read_to_end(&mut bytes))
        .await
        .expect("the service closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn connected(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("a connection")
}

fn in_short() -> Limits {
    Limits {
        header_time: Duration::from_millis(100),
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_header_that_never_ends_closes_the_connection() {
    let service = running(shared(), in_short(), None).await;
    let mut stream = connected(service.address).await;
    stream
        .write_all(b"POST /cds-services/opioid-order-sign HTTP/1.1\r\nhost: x\r\n")
        .await
        .expect("written");
    assert!(!said(&mut stream).await.contains(" 200 "));
}

#[tokio::test]
async fn a_body_that_never_comes_is_a_408() {
    let mut shared = shared();
    shared.body_time = Duration::from_millis(100);
    let service = running(shared, Limits::default(), None).await;
    let mut stream = connected(service.address).await;
    stream
        .write_all(
            b"POST /cds-services/opioid-order-sign HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
              content-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        )
        .await
        .expect("written");
    let answer = said(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("OperationOutcome"), "{answer}");
}

#[tokio::test]
async fn a_header_over_the_limit_is_a_431() {
    let service = running(
        shared(),
        Limits {
            header_bytes: 8192,
            ..Limits::default()
        },
        None,
    )
    .await;
    let mut stream = connected(service.address).await;
    let long = format!(
        "GET /cds-services HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n",
        "x".repeat(20_000)
    );
    // The service may close before all of it has been sent.
    let _ = stream.write_all(long.as_bytes()).await;
    let answer = said(&mut stream).await;
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let after = client
        .get(format!("http://{}/cds-services", service.address))
        .send()
        .await
        .expect("an answer");
    assert_eq!(after.status(), 200, "the service goes on");
}

/// Twenty thousand to one: 100 MiB of spaces.
#[tokio::test]
async fn a_gzip_bomb_is_a_413_however_small_it_is_when_sent() {
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![b' '; 1 << 20];
    for _ in 0..100 {
        bomb.write_all(&block).expect("compressed");
    }
    let bomb = bomb.finish().expect("compressed");
    assert!(bomb.len() < 200_000);
    let service = app(Arc::new(shared()), &Layers::default());
    let request = Request::post(SIGN)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip")
        .body(Body::from(bomb));
    let answer = send(&service, request.expect("a request")).await;
    assert_eq!(answer.status, 413);
    answer.refusal();
}

/// What a gzip body inflates to is counted elsewhere; this is the wire.
#[tokio::test]
async fn a_compressed_body_is_counted_as_sent_too() {
    let mut shared = shared();
    shared.body_time = PATIENT;
    let layers = Layers {
        limits: Limits {
            body_bytes: 1000,
            ..Limits::default()
        },
        ..Layers::default()
    };
    let service = app(Arc::new(shared), &layers);
    let request = Request::post(SIGN)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip")
        .header(header::CONTENT_LENGTH, "5000")
        .body(Body::from(vec![0u8; 5000]));
    let answer = send(&service, request.expect("a request")).await;
    assert_eq!(answer.status, 413);
    answer.refusal();
}

/// A FHIR server that tells when it was asked, and answers when it may.
struct Slow {
    base: String,
    asked: Arc<Semaphore>,
    may_answer: Arc<Semaphore>,
}

async fn slow_fhir_server() -> Slow {
    let (asked, may_answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (asked.clone(), may_answer.clone());
    let app = Router::new().fallback(move || {
        let (tell, wait) = (tell.clone(), wait.clone());
        async move {
            tell.add_permits(1);
            let _held = wait.acquire().await;
            axum::http::StatusCode::NOT_FOUND
        }
    });
    let listener = TcpListener::bind(LOOPBACK).await.expect("a port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Slow {
        base,
        asked,
        may_answer,
    }
}

/// A service that asks this server, and waits for it.
fn asking(base: &str) -> Shared {
    let allowed = Allowed::parse(&[base]).expect("a base");
    let chart = Chart::Servers(Servers {
        by_client: std::collections::BTreeMap::new(),
        own_tokens: None,
        client: Client::new(FhirLimits::default()).expect("a client"),
        allowed,
        open: true,
    });
    let mut shared = Shared::new(content(), chart, enabled(&[]), Discovery::V3);
    shared.clock = Clock::Fixed(crate::service::AS_OF.parse().expect("an instant"));
    shared.deadline = PATIENT;
    shared
}

/// A patient-view call without prefetch.
fn bare_view(base: &str) -> Value {
    json!({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "fhirServer": base,
        "context": {"userId": "Practitioner/example", "patientId": "p1"}})
}

///
#[tokio::test]
async fn one_call_too_many_is_a_503_at_once_and_the_next_is_answered() {
    let slow = slow_fhir_server().await;
    let layers = Layers {
        limits: Limits {
            calls: 1,
            ..Limits::default()
        },
        ..Layers::default()
    };
    let service = app(Arc::new(asking(&slow.base)), &layers);
    let first = tokio::spawn({
        let (service, body) = (service.clone(), bare_view(&slow.base).to_string());
        async move { post(&service, "/cds-services/opioid-patient-view", body).await }
    });
    slow.asked.acquire().await.expect("open").forget();
    let refused = sign(&service, &antibiotic()).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header(header::RETRY_AFTER), "1");
    assert!(refused.refusal().contains("at once"));
    assert_eq!(
        get(&service, "/health/live").await.status,
        200,
        "health is always answered"
    );
    slow.may_answer.add_permits(100);
    assert_eq!(first.await.expect("ended").status, 412);
    assert_eq!(
        sign(&service, &antibiotic()).await.status,
        200,
        "it recovers by itself"
    );
}

///
#[tokio::test]
async fn a_client_that_calls_too_often_is_a_429_with_the_time_to_wait() {
    let mut shared = shared();
    shared.rate = Rate::of(NonZeroU32::MIN, Duration::from_secs(3600));
    let service = app(Arc::new(shared), &Layers::default());
    assert_eq!(sign(&service, &antibiotic()).await.status, 200);
    for path in [SIGN, "/cds-services/opioid-order-sign/feedback"] {
        let refused = post(&service, path, antibiotic().to_string()).await;
        assert_eq!(refused.status, 429);
        assert!(
            refused
                .header(header::RETRY_AFTER)
                .parse::<u64>()
                .is_ok_and(|seconds| seconds > 3000)
        );
        refused.refusal();
    }
    assert_eq!(
        get(&service, "/cds-services").await.status,
        200,
        "discovery is not counted"
    );
}

/// a browser sees why it was refused, whatever refused it.
#[tokio::test]
async fn refusals_of_limits_carry_the_origin_too() {
    let mut shared = shared();
    shared.rate = Rate::of(NonZeroU32::MIN, Duration::from_secs(3600));
    let ours = "https://sandbox.example.org";
    let layers = Layers {
        cors_origins: vec![ours.to_owned()],
        limits: Limits {
            body_bytes: 5000,
            ..Limits::default()
        },
        ..Layers::default()
    };
    let service = app(Arc::new(shared), &layers);
    let full = app(
        Arc::new(crate::service::shared()),
        &Layers {
            limits: Limits {
                calls: 0,
                ..Limits::default()
            },
            ..layers.clone()
        },
    );
    let large = with(antibiotic(), "/x", Some(json!("x".repeat(6000))));
    for (service, body, status) in [
        (&service, antibiotic(), 200),
        (&service, antibiotic(), 429),
        (&full, antibiotic(), 503),
        (&full, large, 503),
    ] {
        let request = Request::post(SIGN)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, ours)
            .body(Body::from(body.to_string()));
        let answer = send(service, request.expect("a request")).await;
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN),
            ours,
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_stop_ends_the_calls_in_flight_first() {
    let slow = slow_fhir_server().await;
    let service = running(asking(&slow.base), Limits::default(), None).await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let call = client
        .post(format!(
            "http://{}/cds-services/opioid-patient-view",
            service.address
        ))
        .header(header::CONTENT_TYPE, "application/json")
        .body(bare_view(&slow.base).to_string())
        .send();
    let call = tokio::spawn(call);
    slow.asked.acquire().await.expect("open").forget();
    service.stop.send(()).expect("it listens");
    // Stopping has begun when nobody is taken any more.
    while TcpStream::connect(service.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(TcpStream::connect(service.management).await.is_err());
    slow.may_answer.add_permits(100);
    let answer = call
        .await
        .expect("ended")
        .expect("the call in flight is answered");
    assert_eq!(answer.status(), 412);
    service.ended.await.expect("ended").expect("without error");
}
