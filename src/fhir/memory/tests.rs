use super::*;
use crate::fhir::{Query, Read, Source, read_record, to_fetch};

const CHART: &str = r#"{"resourceType":"Bundle","entry":[
    {"fullUrl":"urn:uuid:1f","resource":{"resourceType":"Patient","id":"p1"}},
    {"resource":{"resourceType":"Bundle","entry":[
        {"resource":{"resourceType":"Observation","id":"o1","category":[{"coding":[{"system":"s","code":"laboratory"}]}],"subject":{"reference":"urn:uuid:1f"},"effectiveDateTime":"2026-01-01"}},
        {"resource":{"resourceType":"Observation","id":"o2","category":[{"coding":[{"code":"laboratory"}]}],"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-03-01"}},
        {"resource":{"resourceType":"Observation","id":"o3","category":[{"coding":[{"code":"survey"}]}],"subject":{"reference":"Patient/p1"}}}]}},
    {"resource":{"resourceType":"MedicationRequest","id":"m1","status":"active","subject":{"reference":"Patient/p1"},"medicationReference":{"reference":"Medication/d1"}}},
    {"resource":{"resourceType":"MedicationRequest","id":"m2","status":"cancelled","subject":{"reference":"Patient/p1"}}},
    {"fullUrl":"urn:uuid:2f","resource":{"resourceType":"Medication","id":"d1","code":{"text":"oxycodone"}}},
    {"fullUrl":"urn:uuid:3f","resource":{"resourceType":"Condition","subject":{"reference":"urn:uuid:1f"}}}]}"#;

const OTHER: &str = "{\"resourceType\":\"Patient\",\"id\":\"p/2\"}\n{\"resourceType\":\"Condition\",\"id\":\"c2\",\"subject\":{\"reference\":\"Patient/p/2\"}}\n";

fn server() -> MemoryServer {
    let (server, problems) =
        MemoryServer::from_texts([("chart.json", CHART), ("other.ndjson", OTHER)]);
    assert_eq!(problems, []);
    server
}

fn ids(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let entries = body["entry"].as_array().cloned().unwrap_or_default();
    assert_eq!(body["total"], entries.len());
    entries
        .iter()
        .map(|e| e["resource"]["id"].as_str().unwrap().to_owned())
        .collect()
}

fn found(url: &str) -> Vec<String> {
    let (status, body) = server().answer(url);
    assert_eq!(status, 200, "{url}: {body}");
    ids(&body)
}

#[test]
fn a_resource_is_read_by_its_id() {
    assert_eq!(
        server().answer("Patient/p1"),
        (200, r#"{"resourceType":"Patient","id":"p1"}"#.into())
    );
    assert_eq!(server().answer("/Patient/p%2F2").0, 200);
    assert_eq!(server().patients(), ["p/2", "p1"]);
}

#[test]
fn what_is_not_there_is_404_with_an_outcome() {
    for url in [
        "Patient/p3",
        "Nonsense",
        "Patient/p1/_history/1",
        "",
        "/",
        "%",
        "Patient/%zz",
    ] {
        let (status, body) = server().answer(url);
        assert_eq!(status, 404, "{url}");
        assert!(body.contains("OperationOutcome"));
    }
}

#[test]
fn searches_filter_as_our_queries_ask() {
    assert_eq!(
        found("MedicationRequest?patient=p1&status=active,on-hold,completed,stopped"),
        ["m1"]
    );
    assert_eq!(found("MedicationRequest?patient=Patient/p1"), ["m1", "m2"]);
    assert_eq!(
        found("Observation?patient=p1&category=laboratory&_sort=-date&_count=100"),
        ["o2", "o1"]
    );
    assert_eq!(
        found("Observation?patient=p1&category=s%7Claboratory"),
        ["o1"]
    );
    assert_eq!(found("Observation?patient=p1&category=survey"), ["o3"]);
    assert_eq!(
        found("Condition?patient=p1"),
        ["3f"],
        "by the full URL of the Patient"
    );
    assert_eq!(
        found("Condition/_search?patient=nobody"),
        Vec::<String>::new()
    );
    assert_eq!(found("Patient?_id=p1"), ["p1"]);
}

#[test]
fn unknown_parameters_are_refused() {
    for url in [
        "Condition?patient=p1&clinical-status=active",
        "Condition?_count=x",
        "Condition?_sort=code",
        "Condition?x",
    ] {
        let (status, body) = server().answer(url);
        assert_eq!(status, 400, "{url}");
        assert!(body.contains("OperationOutcome"));
    }
}

#[test]
fn the_capability_statement_is_r4() {
    let (status, body) = server().answer("/metadata");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, &body["fhirVersion"]),
        (200, &serde_json::json!("4.0.1"))
    );
}

#[test]
fn every_query_is_answered_and_makes_a_complete_record() {
    let server = server();
    let source = Source::new("p1");
    let needs: Vec<Query> = Query::ALL
        .into_iter()
        .filter(|q| *q != Query::ContextEncounter)
        .collect();
    let empty = read_record(&source, &needs);
    let wanted = to_fetch(&source, &empty, &needs);
    assert_eq!(wanted.len(), needs.len());
    let mut fetched = fetch_from_memory(&server, "p1", None, &wanted);
    let unresolved = {
        let source = Source {
            fetched: &fetched,
            ..source
        };
        read_record(&source, &needs).unresolved_medications()
    };
    assert_eq!(unresolved, ["Medication/d1"]);
    fetched.extend(fetch_medications_from_memory(&server, &unresolved));
    let source = Source {
        fetched: &fetched,
        ..source
    };
    let record = read_record(&source, &needs);
    assert_eq!(record.gaps, []);
    for query in needs {
        assert_eq!(*record.read(query), Read::Complete, "{query:?}");
    }
    assert_eq!(record.observations.len(), 3);
}

#[test]
fn an_encounter_that_is_not_there_is_a_gap() {
    let fetched = fetch_from_memory(
        &server(),
        "p1",
        Some("e9"),
        &[Need::from(Query::ContextEncounter)],
    );
    assert_eq!(fetched[0].ended, Some(Why::Status(404)));
    assert!(
        fetch_from_memory(
            &server(),
            "p1",
            None,
            &[Need::from(Query::ContextEncounter)]
        )
        .is_empty()
    );
}

#[test]
fn what_cannot_be_taken_is_named_with_its_place() {
    let texts = [
        ("a.json", "{\n  \"id\": [\n    1\n  ]\n"),
        (
            "b.ndjson",
            "{\"resourceType\":\"Patient\",\"id\":\"p1\"}\n{\n",
        ),
        ("c.json", r#"{"name":"package"}"#),
        (
            "d.json",
            r#"{"resourceType":"Bundle","entry":[{},{"resource":{"resourceType":"Goal"}}]}"#,
        ),
        ("e.json", ""),
        ("f.json", r#"{"resourceType":"Bundle"}"#),
    ];
    let (server, problems) = MemoryServer::from_texts(texts);
    let shown: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        shown,
        [
            "a.json: This is neither JSON nor NDJSON.",
            "b.ndjson:2: This line is no JSON.",
            "c.json: This is JSON, but no FHIR resource.",
            "d.json: 1 entries hold no FHIR resource.",
            "d.json: A Goal has no id.",
            "e.json: There is nothing in it.",
        ]
    );
    assert_eq!(server.patients(), ["p1"]);
}

#[test]
fn the_last_version_of_a_resource_counts() {
    let version =
        |gender: &str| format!(r#"{{"resourceType":"Patient","id":"p1","gender":"{gender}"}}"#);
    let (server, _) = MemoryServer::from_texts([("1", version("male")), ("2", version("female"))]);
    assert!(server.answer("Patient/p1").1.contains("female"));
    assert_eq!(ids(&server.answer("Patient").1).len(), 1);
}
