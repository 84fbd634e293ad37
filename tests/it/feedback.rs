//! Feedback: one row, one entry, and whether it is taken. Contract section 8.

use crate::service::{get, post, send, service};
use axum::http::{Request, header};
use serde_json::{Value, json};

const PATH: &str = "/cds-services/opioid-order-sign/feedback";
const WHEN: &str = "2026-11-01T12:00:00Z";

fn accepted() -> Value {
    json!({"card": "123456", "outcome": "accepted", "acceptedSuggestions": [{"id": "s"}], "outcomeTimestamp": WHEN})
}

fn overridden(name: &str, reason: Value) -> Value {
    json!({"card": "4a3c1b9e-0000-5000-8000-000000000000", "outcome": "overridden", "outcomeTimestamp": WHEN, name: reason})
}

fn changed(name: &str, value: Value) -> Value {
    let mut entry = accepted();
    match value {
        Value::Null => entry
            .as_object_mut()
            .and_then(|entry| entry.remove(name))
            .map_or((), drop),
        value => entry[name] = value,
    }
    entry
}

#[tokio::test]
async fn entries_are_taken_or_refused() {
    let service = service();
    let reason = json!({"code": "other", "system": "s"});
    let long = "x".repeat(20_000);
    for (rule, entry, status) in [
        ("R-262", accepted(), 200),
        ("R-262", changed("card", json!("no-card-of-ours")), 200),
        ("R-262", changed("card", json!(null)), 400),
        ("R-262", changed("card", json!("")), 400),
        ("R-262", changed("card", json!(7)), 400),
        ("R-263", changed("outcome", json!("ignored")), 400),
        ("R-263", changed("outcome", json!(null)), 400),
        ("R-263", changed("outcome", json!(true)), 400),
        ("R-264", changed("acceptedSuggestions", json!(null)), 400),
        ("R-264", changed("acceptedSuggestions", json!([])), 400),
        ("R-264", changed("acceptedSuggestions", json!([{}])), 400),
        (
            "R-264",
            changed("acceptedSuggestions", json!([{"id": ""}])),
            400,
        ),
        (
            "R-264",
            changed("acceptedSuggestions", json!({"id": "s"})),
            400,
        ),
        (
            "R-264",
            changed("acceptedSuggestions", json!([{"id": "s"}, {"id": "t"}])),
            200,
        ),
        ("R-265", overridden("x", json!(1)), 200),
        (
            "R-265",
            overridden("overrideReason", json!({"reason": reason})),
            200,
        ),
        (
            "R-265",
            overridden("overrideReason", json!({"userComment": "text"})),
            200,
        ),
        (
            "R-265",
            overridden(
                "overrideReason",
                json!({"reason": reason, "userComment": "text"}),
            ),
            200,
        ),
        (
            "R-265",
            overridden("overrideReason", json!({"reason": {"code": "other"}})),
            200,
        ),
        ("R-265", overridden("overrideReason", json!({})), 400),
        ("R-265", overridden("overrideReason", json!("other")), 400),
        (
            "R-265",
            overridden("overrideReason", json!({"reason": "other"})),
            400,
        ),
        ("R-266", changed("outcomeTimestamp", json!(null)), 400),
        (
            "R-266",
            changed("outcomeTimestamp", json!("yesterday")),
            400,
        ),
        (
            "R-266",
            changed("outcomeTimestamp", json!("2026-11-01")),
            400,
        ),
        (
            "R-266",
            changed("outcomeTimestamp", json!("2026-11-01T12:00:00.123456Z")),
            200,
        ),
        (
            "R-266",
            changed("outcomeTimestamp", json!("2026-11-01T07:00:00-05:00")),
            200,
        ),
        (
            "R-270",
            overridden(
                "overrideReasons",
                json!({"reason": {"code": "other", "system": "s", "display": "d"}}),
            ),
            200,
        ),
        (
            "R-270",
            overridden(
                "overrideReasons",
                json!({"userComment": "text",
            "extension": {"com.epic.cdshooks.feedback.overrideReason.id": "7"}}),
            ),
            200,
        ),
        (
            "R-270",
            changed("outcomeTimestamp", json!("2020-01-01T00:00:00Z")),
            200,
        ),
        (
            "R-271",
            overridden("overrideReason", json!({"userComment": long})),
            400,
        ),
        ("R-362", changed("extension", json!({"x.y.z": {}})), 200),
    ] {
        let answer = post(&service, PATH, json!({"feedback": [entry]}).to_string()).await;
        assert_eq!(answer.status, status, "{rule}: {entry}: {}", answer.text);
        if status == 400 {
            assert!(
                answer.refusal().starts_with("feedback[0]"),
                "{rule}: {}",
                answer.text
            );
        } else {
            assert_eq!(answer.text, "", "R-268");
        }
    }
}

/// R-269: refused whole, with the index of the bad one.
#[tokio::test]
async fn one_bad_entry_refuses_the_batch() {
    let batch = json!({"feedback": [accepted(), changed("outcome", json!("ignored"))]});
    let message = post(&service(), PATH, batch.to_string()).await.refusal();
    assert!(
        message.starts_with("feedback[1].outcome"),
        "R-269: {message}"
    );
}

#[tokio::test]
async fn bodies_and_paths_of_feedback() {
    let service = service();
    for id in [
        "opioid-order-sign",
        "opioid-patient-view",
        "opioid-order-select",
    ] {
        let path = format!("/cds-services/{id}/feedback");
        for (rule, body, status) in [
            ("R-260", json!({"feedback": [accepted()]}).to_string(), 200),
            (
                "R-267",
                json!({"feedback": vec![accepted(); 50]}).to_string(),
                200,
            ),
            ("R-275", r#"{"feedback":[]}"#.to_owned(), 200),
            ("R-261", "{}".to_owned(), 400),
            ("R-261", r#"{"feedback":{}}"#.to_owned(), 400),
            ("R-261", r#"{"feedback":null}"#.to_owned(), 400),
            ("R-261", r#"{"feedback":[7]}"#.to_owned(), 400),
            ("R-272", "{".to_owned(), 400),
            ("R-272", String::new(), 400),
        ] {
            let answer = post(&service, &path, body).await;
            assert_eq!(answer.status, status, "{rule} {id}");
            if status != 200 {
                answer.refusal();
            }
        }
        assert_eq!(get(&service, &path).await.status, 405, "R-272");
    }
    let answer = post(&service, "/cds-services/no-such/feedback", "{}").await;
    assert_eq!(answer.status, 404, "R-272");
    let plain = Request::post(PATH).header(header::CONTENT_TYPE, "text/plain");
    let answer = send(&service, plain.body("{}".into()).expect("a request")).await;
    assert_eq!(answer.status, 415, "R-272");
}

/// What real clients send, as their source or documentation has it: the sandbox (R-265), Epic (R-270).
#[tokio::test]
async fn feedback_of_real_clients_is_taken() {
    let service = service();
    let card = "5a9a3c6e-8a0e-5b8e-9f43-6a9c7f2f5b11";
    let suggestion = "2f0e6c1e-3f4b-5a64-9d5c-8c1f5d3f7a01";
    for (client, entry) in [
        (
            "sandbox, taken",
            json!({"card": card, "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion}],
            "outcomeTimestamp": "2026-11-01T12:00:00.123Z"}),
        ),
        (
            "sandbox, dismissed",
            json!({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T12:00:00.123Z",
            "overrideReason": {"reason": {"code": "other", "system": "https://opioid-cds.example.org/CodeSystem/opioid-cds-override"}}}),
        ),
        (
            "sandbox, dismissed without a reason",
            json!({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T12:00:00.123Z"}),
        ),
        (
            "Epic, a mapped reason",
            json!({"card": "123456", "outcome": "overridden", "outcomeTimestamp": "2026-11-01T12:00:00Z",
            "overrideReasons": {"reason": {"code": "other", "system": "urn:x", "display": "Another reason"}}}),
        ),
        (
            "Epic, a reason of its own",
            json!({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T12:00:00Z",
            "overrideReasons": {"extension": {"com.epic.cdshooks.feedback.overrideReason.id": "7",
                "com.epic.cdshooks.feedback.overrideReason.name": "x"}, "userComment": "text"}}),
        ),
        (
            "Epic, taken",
            json!({"card": card, "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion}],
            "outcomeTimestamp": "2026-11-01T12:00:00Z"}),
        ),
    ] {
        let answer = post(&service, PATH, json!({"feedback": [entry]}).to_string()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (200, ""),
            "{client}"
        );
    }
}
