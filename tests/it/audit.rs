//! The audit trail over HTTP, and the reports made from it.

use crate::privacy::Captured;
use crate::service::{antibiotic, post, request_of, shared, view, with};
use opioid_cds::audit::{Answer, Audit, Event, Line};
use opioid_cds::server::{Layers, app};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::sync::Arc;

const SIGN: &str = "/cds-services/opioid-order-sign";
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

fn audited(key: Option<&[u8]>) -> (axum::Router, Captured) {
    let captured = Captured::default();
    let mut shared = shared();
    let audit = Audit::to(Box::new(captured.clone()));
    shared.audit = match key {
        Some(key) => audit.with_key(key),
        None => Some(audit),
    };
    (app(Arc::new(shared), &Layers::default()), captured)
}

fn lines(captured: &Captured) -> Vec<Line> {
    captured
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn fixture(case: &str) -> String {
    request_of(case).to_string()
}

#[tokio::test]
async fn a_call_is_one_line_with_what_fired_and_what_was_shown() {
    let (service, captured) = audited(Some(KEY));
    let answer = post(&service, SIGN, fixture("naloxone-offer/fires-sleep-apnea"))
        .await
        .json();
    let lines = lines(&captured);
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!((line.event, line.status), (Event::Call, 200));
    assert_eq!(
        (line.service.as_str(), line.hook.as_str()),
        ("opioid-order-sign", "order-sign")
    );
    assert!(line.at.starts_with("2026-11-01T12:00:00"));
    assert!(line.hook_instance.is_some());
    assert_eq!(line.patient.as_ref().map(String::len), Some(64));
    let naloxone = line
        .rules
        .iter()
        .find(|rule| rule.id == "naloxone-offer")
        .expect("it fired");
    assert_eq!(naloxone.answer, Answer::Fires);
    let uuids: Vec<&str> = answer["cards"]
        .as_array()
        .expect("cards")
        .iter()
        .filter_map(|card| card["uuid"].as_str())
        .collect();
    assert_eq!(
        line.cards
            .iter()
            .map(|card| card.uuid.as_str())
            .collect::<Vec<_>>(),
        uuids
    );
    assert!(
        naloxone
            .shown_on
            .as_deref()
            .is_some_and(|uuid| uuids.contains(&uuid))
    );
}

#[tokio::test]
async fn refusals_are_lines_too_and_without_a_key_no_patient_is_named() {
    let (service, captured) = audited(None);
    post(&service, SIGN, "{").await;
    let nothing = with(view(), "/prefetch", None);
    post(
        &service,
        "/cds-services/opioid-patient-view",
        nothing.to_string(),
    )
    .await;
    post(&service, SIGN, antibiotic().to_string()).await;
    let lines = lines(&captured);
    assert_eq!(
        lines.iter().map(|line| line.status).collect::<Vec<_>>(),
        [400, 412, 200]
    );
    assert!(lines[1].missing.contains(&"patient".to_owned()));
    assert!(lines.iter().all(|line| line.patient.is_none()));
}

#[tokio::test]
async fn feedback_is_a_line_without_what_anybody_wrote() {
    let (service, captured) = audited(Some(KEY));
    let entry = |card: &str| {
        json!({"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T12:00:00Z",
            "overrideReason": {"reason": {"code": "Jane Doe", "system": "s"}, "userComment": "Jane Doe knows"}})
    };
    let uuid = "0192f1a0-0000-5000-8000-000000000001";
    let body = json!({"feedback": [entry(uuid), entry("Jane Doe")]});
    post(&service, &format!("{SIGN}/feedback"), body.to_string()).await;
    let lines = lines(&captured);
    assert_eq!(lines[0].event, Event::Feedback);
    let said = &lines[0].feedback;
    assert_eq!(said[0].card.as_deref(), Some(uuid));
    assert_eq!(said[1].card, None);
    assert!(said.iter().all(|entry| entry.reason == "other"));
    assert!(!captured.text().contains("Jane"));
}

fn report(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_opioid-cds"))
        .arg("report")
        .args(arguments)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // Nothing of the requests is logged.
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

#[tokio::test]
async fn a_report_counts_what_the_lines_say() {
    let (service, captured) = audited(None);
    let cards = post(&service, SIGN, fixture("naloxone-offer/fires-sleep-apnea"))
        .await
        .json();
    let feedback = json!({"feedback": [{"card": cards["cards"][0]["uuid"], "outcome": "overridden",
        "outcomeTimestamp": "2026-11-01T12:00:00Z",
        "overrideReason": {"reason": {"code": "no such code", "system": "s"}}}]});
    post(&service, &format!("{SIGN}/feedback"), feedback.to_string()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("audit.jsonl");
    fs::write(&file, captured.text()).expect("written");
    let file = file.display().to_string();
    let counted: Value = serde_json::from_str(&report(&["--format", "json", &file])).expect("JSON");
    let lead = cards["cards"][0]["extension"]["org.opioid-cds.card"]["rules"][0]
        .as_str()
        .expect("a rule");
    let rule = &counted["rules"][lead];
    assert_eq!(
        (&rule["fired"], &rule["shown"], &rule["cards"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(
        (&rule["accepted"], &rule["overridden"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(rule["reasons"], json!({"other": 1}));
    assert!(report(&[&file]).starts_with("1 calls, 1 entries of feedback"));
}

/// The same three patients but for race: the same rules fire for each.
#[test]
fn reach_is_counted_by_sex_age_and_race_and_race_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut request: Value =
        serde_json::from_str(&fixture("naloxone-offer/fires-sleep-apnea")).expect("JSON");
    let codes = ["2106-3", "2054-5", "2028-9"];
    for (at, code) in codes.iter().enumerate() {
        let race = json!([{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
            "extension": [{"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code}}]}]);
        request["prefetch"]["patient"]["extension"] = race;
        fs::write(
            folder.path().join(format!("{at}.json")),
            request.to_string(),
        )
        .expect("written");
    }
    let path = folder.path().display().to_string();
    let as_of = crate::service::AS_OF;
    let said = report(&["--as-of", as_of, "--format", "json", "--requests", &path]);
    let counted: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (&counted["requests"], &counted["refused"]),
        (&json!(3), &json!(0))
    );
    let groups = counted["by_race"].as_object().expect("groups");
    assert_eq!(groups.len(), 3, "{groups:?}");
    let first = &groups["White"];
    assert_eq!(first["rules"]["naloxone-offer"]["fired"], 1);
    assert_eq!(first["rules"]["naloxone-offer"]["shown"], 1);
    assert!(
        groups.values().all(|group| group == first),
        "race changed an answer: {groups:?}"
    );
    let text = report(&["--as-of", as_of, "--requests", &path]);
    assert!(
        text.contains("race: Asian, 1 requests") && text.contains("age: "),
        "{text}"
    );
}
