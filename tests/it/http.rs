//! Transport, discovery, checks of requests, statuses, feedback: contract sections 1, 2, 3, 7, 8 and 9.2.

use crate::service::{
    antibiotic, get, post, send, service, service_with, shared, sign, view, with,
};
use axum::body::Body;
use axum::http::{Method, Request, header};
use opioid_cds::config::Discovery;
use opioid_cds::hooks::{Chart, Shared, enabled};
use opioid_cds::server::{Layers, Limits, app};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;

const SIGN: &str = "/cds-services/opioid-order-sign";
const VIEW: &str = "/cds-services/opioid-patient-view";
const SELECT: &str = "/cds-services/opioid-order-select";

/// R-001, R-020 to R-030, R-033, R-039
#[tokio::test]
async fn discovery_lists_the_three_services() {
    let service = service();
    let answer = get(&service, "/cds-services").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header(header::CONTENT_TYPE)
            .starts_with("application/json")
    );
    let document = answer.json();
    let entries = document["services"].as_array().expect("an array");
    let hooks: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry["hook"].as_str())
        .collect();
    assert_eq!(hooks, ["order-sign", "patient-view", "order-select"]);
    for entry in entries {
        for member in ["id", "title", "description", "usageRequirements"] {
            assert!(
                entry[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member}"
            );
        }
        assert_eq!(
            (&entry["version"], &entry["hookVersion"]),
            (&json!("3.0.0"), &json!("1.0"))
        );
        let templates = entry["prefetch"].as_object().expect("templates");
        assert!((2..=8).contains(&templates.len()));
        assert_eq!(templates["patient"], "Patient/{{context.patientId}}");
    }
    assert_eq!(
        get(&service, "/cds-services").await.text,
        answer.text,
        "R-036"
    );
    no_nulls_or_empties(&document, "");
}

/// R-004, R-005
fn no_nulls_or_empties(value: &Value, name: &str) {
    match value {
        Value::Null => panic!("{name} is null"),
        Value::String(text) => assert!(!text.is_empty(), "{name} is empty"),
        Value::Array(list) => {
            assert!(
                !list.is_empty() || name == "cards" || name == "services",
                "{name} is empty"
            );
            list.iter()
                .for_each(|value| no_nulls_or_empties(value, name));
        }
        Value::Object(members) => {
            assert!(!members.is_empty(), "{name} is empty");
            members
                .iter()
                .for_each(|(name, value)| no_nulls_or_empties(value, name));
        }
        _ => {}
    }
}

/// R-022, R-029, R-039, R-051
#[tokio::test]
async fn services_can_be_switched_off_and_members_of_3_0_left_out() {
    let services = enabled(&["opioid-order-select".to_owned()]);
    let shared = Shared::new(
        crate::service::content(),
        Chart::Nowhere,
        services,
        Discovery::V2,
    );
    let service = app(Arc::new(shared), &Layers::default());
    let document = get(&service, "/cds-services").await.json();
    assert_eq!(document["services"].as_array().map(Vec::len), Some(2));
    assert!(
        document["services"][0].get("version").is_none()
            && document["services"][0].get("hookVersion").is_none()
    );
    assert_eq!(
        post(&service, SELECT, antibiotic().to_string())
            .await
            .status,
        404
    );

    let none = Shared::new(
        crate::service::content(),
        Chart::Nowhere,
        Vec::new(),
        Discovery::V3,
    );
    let answer = get(&app(Arc::new(none), &Layers::default()), "/cds-services").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (200, r#"{"services":[]}"#)
    );
}

/// R-171: nothing to say is an empty list.
#[tokio::test]
async fn an_order_that_no_rule_looks_at_gets_an_empty_list() {
    let answer = sign(&service(), &antibiotic()).await;
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

/// R-013
#[tokio::test]
async fn members_given_twice_are_a_400() {
    let body = antibiotic();
    let context = body["context"].to_string();
    for text in [
        body.to_string().replacen('{', r#"{"hook":"order-sign","#, 1),
        body.to_string().replace(&context, &context.replacen('{', r#"{"patientId":"p1","#, 1)),
        body.to_string().replacen(
            '{',
            r#"{"fhirServer":"https://a.example","fhirAuthorization":{"token_type":"Bearer","access_token":"a","access_token":"b"},"#,
            1,
        ),
    ] {
        let answer = post(&service(), SIGN, text).await;
        assert_eq!(answer.status, 400);
        assert!(answer.refusal().contains("twice"));
    }
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

/// R-052, R-054, R-067 to R-069, R-071, R-072, R-074
#[tokio::test]
async fn required_members_that_are_missing_null_empty_or_wrong_are_a_400_that_names_them() {
    let service = service();
    for pointer in [
        "/hook",
        "/hookInstance",
        "/context/userId",
        "/context/patientId",
    ] {
        for value in [
            None,
            Some(json!(null)),
            Some(json!("")),
            Some(json!(7)),
            Some(json!(["x"])),
        ] {
            refused(&service, pointer, value).await;
        }
    }
    for value in [
        None,
        Some(json!(null)),
        Some(json!([])),
        Some(json!("x")),
        Some(json!({})),
    ] {
        refused(&service, "/context", value).await;
    }
    for value in [
        None,
        Some(json!(null)),
        Some(json!({})),
        Some(json!([])),
        Some(json!({"resourceType": "Patient"})),
    ] {
        let message = refused(&service, "/context/draftOrders", value).await;
        assert!(message.contains("scope for unsigned orders"), "{message}");
    }
    for value in [json!([]), json!("x"), json!(7), json!(false)] {
        refused(&service, "/prefetch", Some(value)).await;
    }
    refused(&service, "/context/encounterId", Some(json!(7))).await;
    refused(&service, "/hookInstance", Some(json!("x".repeat(129)))).await;
    refused(&service, "/context/patientId", Some(json!("Patient/"))).await;
}

async fn refused(service: &axum::Router, pointer: &str, value: Option<Value>) -> String {
    let shown = format!("{pointer} = {value:?}");
    let answer = sign(service, &with(antibiotic(), pointer, value)).await;
    assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
    let message = answer.refusal();
    let name = pointer.trim_start_matches('/').replace('/', ".");
    assert!(message.starts_with(&name), "{shown}: {message}");
    message
}

/// R-053
#[tokio::test]
async fn a_call_for_another_hook_is_a_400_that_names_both() {
    let service = service();
    let message = sign(&service, &view()).await.refusal();
    assert!(
        message.contains("order-sign") && message.contains("patient-view"),
        "{message}"
    );
    let message = sign(
        &service,
        &with(antibiotic(), "/hook", Some(json!("<script>"))),
    )
    .await
    .refusal();
    assert!(!message.contains("script"), "{message}");
}

/// R-055, R-056, R-070 to R-073, R-075 to R-077, R-079, R-082, R-085
#[tokio::test]
async fn what_clients_really_send_is_taken() {
    let service = service();
    let long = "eXampLe.-".repeat(22);
    let entry = "/context/draftOrders/entry";
    let order = antibiotic()
        .pointer("/context/draftOrders/entry/0/resource")
        .cloned()
        .expect("the order");
    for (pointer, value) in [
        (
            "/hookInstance",
            Some(json!("00000000-007b-9f33-e810-e841a57c502c")),
        ),
        ("/hookInstance", Some(json!("html-test"))),
        ("/context/patientId", Some(json!("Patient/p1"))),
        ("/context/userId", Some(json!("someone"))),
        ("/context/userId", Some(json!("PractitionerRole/x"))),
        ("/context/encounterId", Some(json!(""))),
        ("/context/encounterId", Some(json!(null))),
        ("/context/draftOrders/type", None),
        (entry, None),
        (entry, Some(json!([]))),
        (entry, Some(json!([{}]))),
        (
            entry,
            Some(json!([{"resource": {"resourceType": "Task", "id": "t"}}, {"resource": order}])),
        ),
        (
            entry,
            Some(json!([{"resource": with(order.clone(), "/id", None)}])),
        ),
        (
            entry,
            Some(json!([{"resource": with(order.clone(), "/id", Some(json!(long)))}])),
        ),
        (
            entry,
            Some(json!([{"resource": with(order.clone(), "/category", Some(json!({})))}])),
        ),
        ("/prefetch", None),
        ("/prefetch", Some(json!(null))),
        ("/prefetch/-user", Some(json!("123"))),
        ("/extension", Some(json!(null))),
        (
            "/extension",
            Some(json!({"com.epic.cdshooks.request.bpa-trigger-action": "24"})),
        ),
    ] {
        let answer = sign(&service, &with(antibiotic(), pointer, value)).await;
        assert_eq!(answer.status, 200, "{pointer}: {}", answer.text);
    }
}

/// R-057, R-059 to R-066
#[tokio::test]
async fn fhir_access_is_checked() {
    let service = service();
    let with_access = |server: Value, authorization: Value| {
        let body = with(antibiotic(), "/fhirServer", Some(server));
        with(body, "/fhirAuthorization", Some(authorization))
    };
    let granted = json!({"access_token": "s3cr3t", "token_type": "bearer", "expires_in": "300", "scope": "odd [x] ,"});
    let server = json!("https://ehr.example.org/fhir/");
    assert_eq!(
        sign(&service, &with_access(server.clone(), granted.clone()))
            .await
            .status,
        200
    );
    assert_eq!(
        sign(
            &service,
            &with(antibiotic(), "/fhirServer", Some(server.clone()))
        )
        .await
        .status,
        200,
        "R-060"
    );
    for wrong in [
        json!(7),
        json!("ehr.example.org"),
        json!("/fhir"),
        json!("ftp://ehr.example.org"),
        json!("file:///etc/passwd"),
        json!("https://user:pass@ehr.example.org"),
        json!("https://ehr.example.org/fhir?x=1"),
        json!("https://ehr.example.org/fhir#x"),
    ] {
        let answer = sign(&service, &with_access(wrong.clone(), granted.clone())).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.refusal().starts_with("fhirServer"));
    }
    for (pointer, value) in [
        ("/access_token", None),
        ("/access_token", Some(json!(""))),
        ("/access_token", Some(json!(7))),
        ("/access_token", Some(json!("s3cr3t\r\nX-Evil: 1"))),
        ("/token_type", Some(json!("mac"))),
        ("/token_type", None),
        ("/patient", Some(json!("p2"))),
    ] {
        let answer = sign(
            &service,
            &with_access(server.clone(), with(granted.clone(), pointer, value)),
        )
        .await;
        assert_eq!(answer.status, 400, "{pointer}");
        assert!(!answer.refusal().contains("s3cr3t"), "R-246");
    }
    for pointer in ["/expires_in", "/scope"] {
        let answer = sign(
            &service,
            &with_access(server.clone(), with(granted.clone(), pointer, None)),
        )
        .await;
        assert_eq!(answer.status, 200, "R-063 {pointer}");
    }
    let same = with(granted.clone(), "/patient", Some(json!("Patient/p1")));
    assert_eq!(
        sign(&service, &with_access(server, same)).await.status,
        200,
        "R-065"
    );
    for wrong in [json!("x"), json!([])] {
        let body = with_access(json!("https://ehr.example.org"), wrong);
        assert_eq!(sign(&service, &body).await.status, 400);
    }
    let without = with(antibiotic(), "/fhirAuthorization", Some(granted));
    assert!(
        sign(&service, &without)
            .await
            .refusal()
            .starts_with("fhirServer"),
        "R-057"
    );
}

/// R-094
#[tokio::test]
async fn patients_and_their_proxies_get_no_cards() {
    for user in ["Patient/p1", "RelatedPerson/r1"] {
        let body = with(
            with(view(), "/context/userId", Some(json!(user))),
            "/prefetch",
            None,
        );
        let answer = post(&service(), VIEW, body.to_string()).await;
        assert_eq!(answer.text, r#"{"cards":[]}"#, "{user}");
    }
}

/// R-096
#[tokio::test]
async fn order_select_takes_missing_and_empty_selections() {
    let service = service();
    let body = with(antibiotic(), "/hook", Some(json!("order-select")));
    for value in [
        None,
        Some(json!(null)),
        Some(json!([])),
        Some(json!(["MedicationRequest/none"])),
    ] {
        let body = with(body.clone(), "/context/selections", value);
        assert_eq!(post(&service, SELECT, body.to_string()).await.status, 200);
    }
    let body = with(
        body,
        "/context/selections",
        Some(json!("MedicationRequest/m1")),
    );
    assert!(
        post(&service, SELECT, body.to_string())
            .await
            .refusal()
            .starts_with("context.selections")
    );
}

/// R-260 to R-275
#[tokio::test]
async fn feedback_is_taken_for_every_service() {
    let service = service();
    let entry = json!({"card": "123456", "outcome": "accepted", "acceptedSuggestions": [{"id": "s"}],
        "outcomeTimestamp": "2026-11-01T12:00:00Z"});
    for id in [
        "opioid-order-sign",
        "opioid-patient-view",
        "opioid-order-select",
    ] {
        let path = format!("/cds-services/{id}/feedback");
        let answer = post(
            &service,
            &path,
            json!({"feedback": vec![entry.clone(); 50]}).to_string(),
        )
        .await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
        assert_eq!(
            post(&service, &path, r#"{"feedback":[]}"#).await.status,
            200
        );
        for body in ["{", "{}", r#"{"feedback":{}}"#] {
            let answer = post(&service, &path, body).await;
            assert_eq!(answer.status, 400, "{body}");
            answer.refusal();
        }
    }
    let plain = Request::post("/cds-services/opioid-order-sign/feedback")
        .header(header::CONTENT_TYPE, "text/plain");
    assert_eq!(
        send(&service, plain.body("{}".into()).expect("a request"))
            .await
            .status,
        415
    );
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
