//! Transport, statuses and browsers: contract sections 1, 7 and 9.2.

use crate::service::{antibiotic, get, post, send, service, service_with, shared, sign, with};
use axum::body::Body;
use axum::http::{Method, Request, header};
use opioid_cds::server::{Layers, Limits, app};
use serde_json::json;
use std::io::Write;
use std::sync::Arc;

const SIGN: &str = "/cds-services/opioid-order-sign";

/// R-001, R-050, R-171: nothing to say is an empty list, as JSON.
#[tokio::test]
async fn an_order_that_no_rule_looks_at_gets_an_empty_list() {
    let answer = sign(&service(), &antibiotic()).await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (200, r#"{"cards":[]}"#)
    );
}

/// R-008
#[tokio::test]
async fn bodies_must_be_declared_as_json() {
    let service = service();
    for (media_type, status) in [
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (None, 415),
        (Some("Application/JSON; charset=UTF-8"), 200),
        (Some("application/fhir+json"), 200),
    ] {
        let mut request = Request::post(SIGN);
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        let answer = send(
            &service,
            request
                .body(antibiotic().to_string().into())
                .expect("a request"),
        )
        .await;
        assert_eq!(answer.status, status, "{media_type:?}");
        if status != 200 {
            answer.refusal();
        }
    }
}

/// R-007, R-009, R-010, R-012
#[tokio::test]
async fn bodies_that_are_no_json_object_are_a_400() {
    let service = service();
    let deep_balanced = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_objects = "{\"a\":".repeat(100_000);
    let deep = "[".repeat(100_000);
    for body in [
        "{",
        "",
        "[]",
        "\"x\"",
        "1",
        "null",
        "// a\n{}",
        "{\"a\":1,}",
        &deep,
        &deep_balanced,
        &deep_objects,
    ] {
        let answer = post(&service, SIGN, body.to_owned()).await;
        assert_eq!(answer.status, 400, "{}", &body[..body.len().min(20)]);
        answer.refusal();
    }
    assert_eq!(post(&service, SIGN, vec![b'{', 0xff]).await.status, 400);
    assert_eq!(get(&service, "/cds-services").await.status, 200);
}

/// R-012: depth inside members that are kept raw.
#[tokio::test]
async fn deep_prefetch_is_a_400() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for pointer in ["\"patient\":", "\"draftOrders\":", "\"hookInstance\":"] {
        let text = antibiotic().to_string();
        let at = text.find(pointer).expect("the member") + pointer.len();
        let body = format!("{}{deep},\"x\":{}", &text[..at], &text[at..]);
        assert_eq!(post(&service(), SIGN, body).await.status, 400, "{pointer}");
    }
}

/// R-011
#[tokio::test]
async fn bodies_over_the_limit_are_a_413() {
    let service = service_with(&Layers {
        limits: Limits {
            body_bytes: 20_000,
            ..Limits::default()
        },
        ..Layers::default()
    });
    let answer = post(&service, SIGN, " ".repeat(20_001)).await;
    assert_eq!(answer.status, 413);
    answer.refusal();
    assert_eq!(sign(&service, &antibiotic()).await.status, 200);
}

/// The limit counts what comes out of a compressed body.
#[tokio::test]
async fn compressed_bodies_are_taken_and_counted_inflated() {
    let service = service_with(&Layers {
        limits: Limits {
            body_bytes: 20_000,
            ..Limits::default()
        },
        ..Layers::default()
    });
    for (body, status) in [
        (antibiotic().to_string(), 200),
        (" ".repeat(1_000_000), 413),
    ] {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body.as_bytes()).expect("written");
        let request = Request::post(SIGN)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, "gzip")
            .body(encoder.finish().expect("finished").into());
        assert_eq!(
            send(&service, request.expect("a request")).await.status,
            status
        );
    }
    let request = Request::post(SIGN)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "br")
        .body(antibiotic().to_string().into());
    let answer = send(&service, request.expect("a request")).await;
    assert_eq!(answer.status, 415);
    answer.refusal();
}

/// R-014, R-016
#[tokio::test]
async fn unknown_members_and_any_unicode_are_survived() {
    let service = service();
    let names = "𝔘\u{202e}e\u{301}\u{0}";
    for pointer in [
        "/x-unknown",
        "/context/x-unknown",
        "/prefetch/patient/x-unknown",
        "/extension",
    ] {
        let answer = sign(
            &service,
            &with(antibiotic(), pointer, Some(json!({"a": [names]}))),
        )
        .await;
        assert_eq!(answer.status, 200, "{pointer}");
    }
    let lone = antibiotic()
        .to_string()
        .replace("amoxicillin", "\\ud800amox\\u0000");
    assert_eq!(post(&service, SIGN, lone).await.status, 200);
    let named = antibiotic().to_string().replace("d1577c69", "\\ud800");
    assert_eq!(post(&service, SIGN, named).await.status, 400);
}

/// R-018
#[tokio::test]
async fn other_methods_are_a_405_with_allow() {
    let service = service();
    for (method, path, allow) in [
        (Method::GET, SIGN, "POST"),
        (Method::PUT, SIGN, "POST"),
        (Method::DELETE, SIGN, "POST"),
        (Method::POST, "/cds-services", "GET"),
        (Method::PATCH, "/cds-services", "GET"),
        (
            Method::GET,
            "/cds-services/opioid-order-sign/feedback",
            "POST",
        ),
    ] {
        let request = Request::builder()
            .method(&method)
            .uri(path)
            .body(Body::empty())
            .expect("a request");
        let answer = send(&service, request).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert!(
            answer.header(header::ALLOW).contains(allow),
            "{method} {path}: {:?}",
            answer.headers
        );
        answer.refusal();
    }
    let head = Request::head("/cds-services")
        .body(Body::empty())
        .expect("a request");
    let answer = send(&service, head).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    for path in ["/cds-services", SIGN] {
        let options = Request::options(path)
            .body(Body::empty())
            .expect("a request");
        assert!(send(&service, options).await.status.is_success());
    }
}

/// R-019, R-051, R-243
#[tokio::test]
async fn unknown_paths_are_a_404_and_slashes_are_tolerated() {
    let service = service();
    for path in [
        "/",
        "/cds-services/no-such/x/y",
        "/cds-service",
        "/favicon.ico",
        "/metrics",
    ] {
        let answer = get(&service, path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.refusal();
    }
    for path in [
        "/cds-services/no-such",
        "/cds-services/%ff",
        "/cds-services/no-such/feedback",
    ] {
        let answer = post(&service, path, "{").await;
        assert_eq!(answer.status, 404, "{path}");
        answer.refusal();
        assert_eq!(get(&service, path).await.status, 404, "GET {path}");
    }
    assert_eq!(get(&service, "/cds-services/").await.status, 200);
    assert_eq!(
        post(
            &service,
            "/cds-services//opioid-order-sign/",
            antibiotic().to_string()
        )
        .await
        .status,
        200
    );
}

/// R-038
#[tokio::test]
async fn accept_is_not_policed() {
    for accept in ["*/*", "application/json", "text/html"] {
        let request = Request::get("/cds-services")
            .header(header::ACCEPT, accept)
            .body(Body::empty());
        assert_eq!(
            send(&service(), request.expect("a request")).await.status,
            200
        );
    }
}

/// R-330 to R-333
#[tokio::test]
async fn browsers_of_listed_origins_may_call() {
    let ours = "https://sandbox.example.org";
    let service = service_with(&Layers {
        cors_origins: vec![ours.to_owned()],
        ..Layers::default()
    });
    for (origin, allowed) in [(ours, ours), ("https://evil.example", "")] {
        for path in [
            "/cds-services",
            SIGN,
            "/cds-services/opioid-order-sign/feedback",
        ] {
            let preflight = Request::options(path)
                .header(header::ORIGIN, origin)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
                .header(
                    header::ACCESS_CONTROL_REQUEST_HEADERS,
                    "authorization,content-type",
                );
            let answer = send(&service, preflight.body(Body::empty()).expect("a request")).await;
            assert!(answer.status.is_success());
            assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed);
            for needed in ["authorization", "content-type"] {
                assert!(
                    answer
                        .header(header::ACCESS_CONTROL_ALLOW_HEADERS)
                        .contains(needed)
                );
            }
            for needed in ["GET", "POST"] {
                assert!(
                    answer
                        .header(header::ACCESS_CONTROL_ALLOW_METHODS)
                        .contains(needed)
                );
            }
            assert!(
                answer
                    .header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
                    .is_empty()
            );
        }
        for path in [SIGN, "/cds-services/no-such", "/nothing"] {
            let request = Request::post(path)
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from("{"));
            let answer = send(&service, request.expect("a request")).await;
            assert!(answer.status.is_client_error());
            assert_eq!(
                answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN),
                allowed,
                "R-332 {path}"
            );
            let vary = answer.headers.get_all(header::VARY).iter();
            assert!(
                vary.filter_map(|value| value.to_str().ok())
                    .any(|value| value.to_lowercase().contains("origin"))
            );
        }
    }
}

#[tokio::test]
async fn health_and_the_contract_are_served() {
    let mut shared = shared();
    shared.options.max_cards_order = 1;
    let shared = Arc::new(shared);
    let service = app(shared.clone(), &Layers::default());
    assert_eq!(get(&service, "/health/live").await.status, 200);
    assert_eq!(get(&service, "/health/ready").await.status, 200);
    assert!(
        get(&service, "/openapi.yaml")
            .await
            .text
            .starts_with("openapi: 3.1")
    );
    shared.stop();
    let answer = get(&service, "/health/ready").await;
    assert_eq!(answer.status, 503);
    answer.refusal();
    assert_eq!(answer.header(header::RETRY_AFTER), "1");
    assert_eq!(get(&service, "/health/live").await.status, 200);
}
