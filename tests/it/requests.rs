//! What a call may look like: one row, one change of a sound call, and what it is answered. Contract section 3.

use crate::service::{Answer, antibiotic, post, service, sign, view, with};
use axum::Router;
use serde_json::{Value, json};

const VIEW: &str = "/cds-services/opioid-patient-view";
const SELECT: &str = "/cds-services/opioid-order-select";

/// Rule, member that is changed, its new value (`None`: taken out).
type Row = (&'static str, &'static str, Option<Value>);

/// Null, empty and other types in a required member: missing (contract section 11).
fn no_text() -> [Option<Value>; 7] {
    [
        None,
        Some(json!(null)),
        Some(json!("")),
        Some(json!(" ")),
        Some(json!(7)),
        Some(json!(["x"])),
        Some(json!({})),
    ]
}

fn no_object() -> [Option<Value>; 6] {
    [
        None,
        Some(json!(null)),
        Some(json!([])),
        Some(json!("x")),
        Some(json!(7)),
        Some(json!({})),
    ]
}

fn rows<const N: usize>(
    rule: &'static str,
    pointer: &'static str,
    values: [Option<Value>; N],
) -> impl Iterator<Item = Row> {
    values.into_iter().map(move |value| (rule, pointer, value))
}

/// Answers 400 with an OperationOutcome that begins with the member's name.
fn refused((rule, pointer, value): &Row, answer: &Answer) -> String {
    assert_eq!(
        answer.status, 400,
        "{rule} {pointer} = {value:?}: {}",
        answer.text
    );
    let message = answer.refusal();
    let name = pointer.trim_start_matches('/').replace('/', ".");
    assert!(
        message.starts_with(&name),
        "{rule} {pointer} = {value:?}: {message}"
    );
    let code = &answer.json()["issue"][0]["code"];
    let is_missing = value.as_ref().is_none_or(Value::is_null);
    assert!(
        !is_missing || code == "required",
        "{rule} {pointer}: {code}"
    );
    assert_eq!(answer.json()["issue"][0]["expression"][0], name, "{rule}");
    message
}

#[tokio::test]
async fn members_that_are_missing_or_wrong_are_a_400_that_names_them() {
    let service = service();
    let text = json!("x");
    let table = rows("R-052", "/hook", no_text())
        .chain(rows("R-054", "/hookInstance", no_text()))
        .chain(rows(
            "R-055",
            "/hookInstance",
            [Some(json!("x".repeat(129)))],
        ))
        .chain(rows("R-067", "/context", no_object()))
        .chain(rows("R-068", "/context/userId", [None]))
        .chain(rows(
            "R-069",
            "/prefetch",
            [
                Some(json!([])),
                Some(text),
                Some(json!(7)),
                Some(json!(false)),
            ],
        ))
        .chain(rows("R-071", "/context/userId", no_text()))
        .chain(rows("R-072", "/context/patientId", no_text()))
        .chain(rows(
            "R-072",
            "/context/patientId",
            [Some(json!("Patient/"))],
        ))
        .chain(rows("R-073", "/context/encounterId", [Some(json!(7))]));
    for row in table {
        let body = with(antibiotic(), row.1, row.2.clone());
        let answer = sign(&service, &body).await;
        // An empty context lacks its members: the first of them is named.
        if row.2 == Some(json!({})) && row.1 == "/context" {
            assert!(answer.refusal().starts_with("context.userId"), "R-068");
        } else {
            refused(&row, &answer);
        }
    }
}

/// R-090, R-091: the same members on patient-view.
#[tokio::test]
async fn patient_view_requires_its_members() {
    let service = service();
    let table = rows("R-090", "/context/userId", no_text()).chain(rows(
        "R-091",
        "/context/patientId",
        no_text(),
    ));
    for row in table {
        let body = with(view(), row.1, row.2.clone());
        refused(&row, &post(&service, VIEW, body.to_string()).await);
    }
}

/// R-074: and the answer says what a site may have wrong.
#[tokio::test]
async fn draft_orders_that_are_no_bundle_are_a_400_that_says_what_may_be_wrong() {
    let service = service();
    let others = [
        Some(json!({"resourceType": "Patient"})),
        Some(json!({"resourceType": ["Bundle"]})),
    ];
    for row in rows("R-074", "/context/draftOrders", no_object()).chain(rows(
        "R-074",
        "/context/draftOrders",
        others,
    )) {
        let body = with(antibiotic(), row.1, row.2.clone());
        let message = refused(&row, &sign(&service, &body).await);
        assert!(message.contains("scope for unsigned orders"), "{message}");
        assert!(message.contains("endpoint is registered"), "{message}");
    }
}

#[tokio::test]
async fn what_clients_really_send_is_taken() {
    let service = service();
    let long = "eXampLe.-".repeat(22);
    let entry = "/context/draftOrders/entry";
    let order = antibiotic()
        .pointer("/context/draftOrders/entry/0/resource")
        .cloned()
        .expect("the order");
    let orders = |change: &str, value: Option<Value>| {
        Some(json!([{"resource": with(order.clone(), change, value)}]))
    };
    let kinds = [
        "ServiceRequest",
        "NutritionOrder",
        "DeviceRequest",
        "VisionPrescription",
        "ProcedureRequest",
        "Task",
        "CommunicationRequest",
        "Medication",
        "Practitioner",
        "Nonsense",
    ];
    let others: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({"resource": {"resourceType": kind, "id": "o"}}))
        .collect();
    let quantities = [
        json!({"value": 175, "unit": "tablet"}),
        json!({"value": 1, "code": "{pill}"}),
        json!({"value": 2, "unit": "{tbl}"}),
        json!({"value": 1, "unit": "film"}),
        json!({"value": 3, "unit": "Day"}),
        json!({"value": "2"}),
        json!({"unit": 7}),
        json!("2 tablets"),
    ];
    let mut table: Vec<Row> = vec![
        ("R-016", "/x-unknown", Some(json!({"a": 1}))),
        ("R-016", "/context/x-unknown", Some(json!([1]))),
        ("R-016", "/context/draftOrders/x-unknown", Some(json!(7))),
        ("R-016", "/prefetch/patient/x-unknown", Some(json!({}))),
        (
            "R-055",
            "/hookInstance",
            Some(json!("00000000-007b-9f33-e810-e841a57c502c")),
        ),
        (
            "R-055",
            "/hookInstance",
            Some(json!("D1577C69-DFBE-11EF-BA6D-3E05E953B2EA")),
        ),
        (
            "R-055",
            "/hookInstance",
            Some(json!("urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")),
        ),
        ("R-055", "/hookInstance", Some(json!("html-test"))),
        ("R-055", "/hookInstance", Some(json!("𝔘".repeat(128)))),
        ("R-069", "/prefetch", None),
        ("R-069", "/prefetch", Some(json!(null))),
        ("R-069", "/prefetch", Some(json!({}))),
        (
            "R-070",
            "/extension",
            Some(json!({"com.epic.cdshooks.request.bpa-trigger-action": "23"})),
        ),
        ("R-070", "/extension", Some(json!(null))),
        ("R-070", "/extension", Some(json!("text"))),
        ("R-070", "/extension", Some(json!([1]))),
        (
            "R-071",
            "/context/userId",
            Some(json!("PractitionerRole/x")),
        ),
        ("R-071", "/context/userId", Some(json!("Device/x"))),
        ("R-071", "/context/userId", Some(json!("someone"))),
        ("R-072", "/context/patientId", Some(json!("Patient/p1"))),
        ("R-073", "/context/encounterId", None),
        ("R-073", "/context/encounterId", Some(json!(null))),
        ("R-073", "/context/encounterId", Some(json!(""))),
        ("R-073", "/context/encounterId", Some(json!("e1"))),
        ("R-075", "/context/draftOrders/type", None),
        (
            "R-075",
            "/context/draftOrders/type",
            Some(json!("searchset")),
        ),
        ("R-076", entry, None),
        ("R-076", entry, Some(json!(null))),
        ("R-076", entry, Some(json!([]))),
        ("R-076", entry, Some(json!([{}]))),
        ("R-076", entry, Some(json!([null, 7, "x"]))),
        ("R-077", entry, Some(json!(others))),
        (
            "R-077",
            "/context/selections",
            Some(json!(["ServiceRequest/o"])),
        ),
        ("R-078", entry, orders("/status", Some(json!("active")))),
        ("R-079", entry, orders("/id", None)),
        ("R-082", entry, orders("/id", Some(json!(long)))),
        ("R-082", entry, orders("/id", Some(json!("../../x")))),
        (
            "R-085",
            entry,
            orders(
                "/category",
                Some(json!({"coding": [{"code": "outpatient"}]})),
            ),
        ),
        (
            "R-085",
            entry,
            orders(
                "/requester",
                Some(json!({"extension": [{"url": "u", "valueCode": "unknown"}]})),
            ),
        ),
        (
            "R-085",
            entry,
            orders(
                "/_status",
                Some(json!({"extension": [{"url": "u", "valueCode": "unknown"}]})),
            ),
        ),
        ("R-085", entry, orders("/note", Some(json!("text")))),
        ("R-120", "/prefetch/-user", Some(json!("123"))),
        ("R-362", "/context/extension", Some(json!({"x.y.z": {}}))),
        (
            "R-362",
            entry,
            orders(
                "/extension",
                Some(json!([{"url": "u", "valueString": "v"}])),
            ),
        ),
        (
            "R-362",
            entry,
            orders("/modifierExtension", Some(json!("odd"))),
        ),
    ];
    for quantity in quantities {
        let dosage = json!([{"doseAndRate": [{"doseQuantity": quantity}]}]);
        table.push(("R-086", entry, orders("/dosageInstruction", Some(dosage))));
    }
    for (rule, pointer, value) in table {
        let answer = sign(&service, &with(antibiotic(), pointer, value.clone())).await;
        assert_eq!(
            answer.text, r#"{"cards":[]}"#,
            "{rule} {pointer} = {value:?}"
        );
    }
}

/// R-056, R-351: a call that comes twice is answered twice, with the same bytes.
#[tokio::test]
async fn a_call_may_come_twice() {
    let service = service();
    let body = with_draft(fentanyl());
    let answers = [sign(&service, &body).await, sign(&service, &body).await];
    assert_eq!(answers[0].status, 200);
    assert_eq!(answers[0].text, answers[1].text, "R-056");
    assert_eq!(
        sign(&service, &antibiotic()).await.text,
        r#"{"cards":[]}"#,
        "R-351: the answer follows the order"
    );
}

/// A patch for somebody of whom nothing is known: a card, whatever the record says.
pub(crate) fn fentanyl() -> Value {
    json!({"resourceType": "MedicationRequest", "id": "f1", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-11-01",
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "577057",
            "display": "72 HR fentanyl 0.025 MG/HR Transdermal System"}]},
        "dosageInstruction": [{"text": "1 patch every 72 hours"}]})
}

/// A call with this draft alone.
pub(crate) fn with_draft(draft: Value) -> Value {
    let entries = Some(json!([{"resource": draft}]));
    with(antibiotic(), "/context/draftOrders/entry", entries)
}

/// R-174, R-190: a new hookInstance gives new uuids.
#[tokio::test]
async fn another_hook_instance_has_no_uuid_in_common() {
    let service = service();
    let body = with_draft(fentanyl());
    let mut seen = std::collections::BTreeSet::new();
    for instance in ["one", "two"] {
        let answer = sign(
            &service,
            &with(body.clone(), "/hookInstance", Some(json!(instance))),
        )
        .await
        .json();
        let cards = answer["cards"].as_array().expect("cards");
        assert!(!cards.is_empty());
        for card in cards {
            let suggestions = card["suggestions"].as_array().into_iter().flatten();
            for named in suggestions.chain([card]) {
                let uuid = named["uuid"].as_str().expect("a uuid").to_owned();
                assert!(seen.insert(uuid), "R-174, R-190 in {instance}");
            }
        }
    }
}

/// R-053
#[tokio::test]
async fn a_call_for_another_hook_is_a_400_that_names_both() {
    let service = service();
    let message = sign(&service, &view()).await.refusal();
    assert!(
        message.contains("order-sign") && message.contains("patient-view"),
        "R-053: {message}"
    );
    let odd = with(antibiotic(), "/hook", Some(json!("<script>")));
    let message = sign(&service, &odd).await.refusal();
    assert!(!message.contains("script"), "R-246: {message}");
}

fn with_access(server: Value, authorization: Option<Value>) -> Value {
    let body = with(antibiotic(), "/fhirServer", Some(server));
    with(body, "/fhirAuthorization", authorization)
}

fn granted() -> Value {
    json!({"access_token": "s3cr3t", "token_type": "bearer", "expires_in": 300, "scope": "user/Patient.read", "subject": "client"})
}

const SERVER: &str = "https://ehr.example.org/fhir/";

#[tokio::test]
async fn fhir_servers_are_absolute_and_plain() {
    let service = service();
    for (rule, wrong) in [
        ("R-057", json!(null)),
        ("R-057", json!("")),
        ("R-059", json!(7)),
        ("R-059", json!({})),
        ("R-059", json!("ehr.example.org")),
        ("R-059", json!("/fhir")),
        ("R-059", json!("ftp://ehr.example.org")),
        ("R-059", json!("file:///etc/passwd")),
        ("R-059", json!("https://user:pass@ehr.example.org")),
        ("R-059", json!("https://ehr.example.org/fhir?x=1")),
        ("R-059", json!("https://ehr.example.org/fhir#x")),
        ("R-059", json!("https://ehr.example.org\\@evil.example")),
        ("R-059", json!(" https://ehr.example.org")),
    ] {
        let answer = sign(&service, &with_access(wrong.clone(), Some(granted()))).await;
        assert_eq!(answer.status, 400, "{rule} {wrong}");
        assert!(answer.refusal().starts_with("fhirServer"), "{rule} {wrong}");
    }
    for (rule, server, authorization) in [
        ("R-059", json!(SERVER), Some(granted())),
        (
            "R-058",
            json!("http://ehr.example.org/fhir"),
            Some(granted()),
        ),
        ("R-060", json!(SERVER), None),
        ("R-060", json!(SERVER), Some(json!(null))),
    ] {
        let answer = sign(&service, &with_access(server, authorization)).await;
        assert_eq!(answer.status, 200, "{rule}: {}", answer.text);
    }
    let without = with(antibiotic(), "/fhirAuthorization", Some(granted()));
    let message = sign(&service, &without).await.refusal();
    assert!(message.starts_with("fhirServer"), "R-057: {message}");
}

#[tokio::test]
async fn fhir_authorization_is_checked_where_it_matters() {
    let service = service();
    for (rule, pointer, value, status) in [
        ("R-062", "/access_token", None, 400),
        ("R-062", "/access_token", Some(json!("")), 400),
        ("R-062", "/access_token", Some(json!(7)), 400),
        (
            "R-062",
            "/access_token",
            Some(json!("s3cr3t\r\nX-Evil: 1")),
            400,
        ),
        ("R-062", "/token_type", None, 400),
        ("R-062", "/token_type", Some(json!("mac")), 400),
        ("R-061", "/token_type", Some(json!("Bearer")), 200),
        ("R-062", "/token_type", Some(json!("BEARER")), 200),
        ("R-017", "/expires_in", Some(json!("300")), 200),
        ("R-063", "/expires_in", None, 200),
        ("R-063", "/scope", None, 200),
        ("R-063", "/subject", None, 200),
        ("R-064", "/scope", Some(json!("user/Patient.rs?_id=1")), 200),
        (
            "R-064",
            "/scope",
            Some(json!("patient/*.* user/*.* launch openid")),
            200,
        ),
        (
            "R-064",
            "/scope",
            Some(json!("Patient.Read (R4) [x] ,")),
            200,
        ),
        ("R-064", "/scope", Some(json!(["a"])), 200),
        ("R-065", "/patient", Some(json!("p1")), 200),
        ("R-065", "/patient", Some(json!("Patient/p1")), 200),
        ("R-065", "/patient", Some(json!("p2")), 400),
        ("R-065", "/patient", Some(json!("Patient/p2")), 400),
        ("R-066", "/expires_in", Some(json!(0)), 200),
        (
            "R-308",
            "/access_token",
            Some(json!("eyJhbGciOiJub25lIn0.e30.")),
            200,
        ),
        ("R-362", "/extension", Some(json!({"x.y.z": {}})), 200),
    ] {
        let authorization = with(granted(), pointer, value.clone());
        let answer = sign(&service, &with_access(json!(SERVER), Some(authorization))).await;
        assert_eq!(
            answer.status, status,
            "{rule} {pointer} = {value:?}: {}",
            answer.text
        );
        if status == 400 {
            assert!(answer.refusal().starts_with("fhirAuthorization"), "{rule}");
        }
        assert!(!answer.text.contains("s3cr3t"), "R-246, R-350");
    }
    for wrong in [json!("x"), json!([]), json!(7), json!(true)] {
        let answer = sign(&service, &with_access(json!(SERVER), Some(wrong.clone()))).await;
        assert_eq!(answer.status, 400, "R-062 {wrong}");
    }
}

/// R-013: no "last one wins".
#[tokio::test]
async fn members_given_twice_are_a_400() {
    let text = antibiotic().to_string();
    let context = antibiotic()["context"].to_string();
    let token = r#"{"fhirServer":"https://a.example","fhirAuthorization":{"token_type":"Bearer","access_token":"a","access_token":"b"},"#;
    for body in [
        text.replacen('{', r#"{"hook":"order-sign","#, 1),
        text.replacen('{', r#"{"h\u006fok":"order-sign","#, 1),
        text.replace(&context, &context.replacen('{', r#"{"patientId":"p1","#, 1)),
        text.replacen('{', token, 1),
    ] {
        let answer = post(&service(), "/cds-services/opioid-order-sign", body).await;
        assert_eq!(answer.status, 400, "R-013");
        assert!(answer.refusal().contains("twice"), "R-013");
    }
}

#[tokio::test]
async fn patients_and_their_proxies_get_no_cards() {
    let service = service();
    let brief = with(view(), "/prefetch", None);
    for (rule, user) in [
        ("R-090", "Patient/p1"),
        ("R-094", "Patient/p1"),
        ("R-094", "RelatedPerson/r1"),
    ] {
        let body = with(brief.clone(), "/context/userId", Some(json!(user)));
        let answer = post(&service, VIEW, body.to_string()).await;
        assert_eq!(answer.text, r#"{"cards":[]}"#, "{rule} {user}");
    }
    let answer = post(&service, VIEW, brief.to_string()).await;
    assert_eq!(
        answer.status, 412,
        "a clinician is told that nothing could be read"
    );
}

#[tokio::test]
async fn patient_view_takes_what_it_does_not_need() {
    let service = service();
    for (rule, pointer, value) in [
        ("R-092", "/context/encounterId", None),
        ("R-092", "/context/encounterId", Some(json!("e1"))),
        ("R-093", "/context/draftOrders", None),
        ("R-093", "/context/draftOrders", Some(json!("no Bundle"))),
    ] {
        let answer = post(&service, VIEW, with(view(), pointer, value).to_string()).await;
        assert_eq!(answer.text, r#"{"cards":[]}"#, "{rule} {pointer}");
    }
}

async fn select(service: &Router, selections: Option<Value>) -> Answer {
    let body = with(antibiotic(), "/hook", Some(json!("order-select")));
    let drafts = [
        antibiotic()["context"]["draftOrders"]["entry"][0]["resource"].clone(),
        fentanyl(),
    ];
    let entries = drafts.map(|draft| json!({"resource": draft}));
    let body = with(body, "/context/draftOrders/entry", Some(json!(entries)));
    post(
        service,
        SELECT,
        with(body, "/context/selections", selections).to_string(),
    )
    .await
}

/// R-096: which drafts speak.
#[tokio::test]
async fn order_select_looks_at_the_selected_drafts() {
    let service = service();
    for (selections, speaks) in [
        (None, true),
        (Some(json!(null)), true),
        (Some(json!([])), true),
        (Some(json!(["MedicationRequest/none"])), true),
        (Some(json!(["MedicationRequest/f1"])), true),
        (Some(json!(["MedicationRequest/f1", 7, null])), true),
        (Some(json!(["MedicationRequest/m1"])), false),
    ] {
        let answer = select(&service, selections.clone()).await;
        let cards = answer.json()["cards"].as_array().map_or(0, Vec::len);
        assert_eq!(
            (answer.status.as_u16(), cards > 0),
            (200, speaks),
            "R-096 {selections:?}"
        );
    }
    let message = select(&service, Some(json!("MedicationRequest/m1")))
        .await
        .refusal();
    assert!(
        message.starts_with("context.selections"),
        "R-096: {message}"
    );
}
