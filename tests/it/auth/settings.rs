//! Each setting of a client has its effect: contract section 15.

use super::signer::{ES384, ISSUER, KEY_ID, PUBLIC_URL};
use super::{SIGN, clients, gate, post_with};
use crate::service::{AS_OF, Answer, content, request_of};
use axum::Router;
use opioid_cds::config::Discovery;
use opioid_cds::fhir::{Allowed, Client, Limits};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, enabled};
use opioid_cds::server::{Layers, app};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

const VIEW: &str = "/cds-services/opioid-patient-view";
/// Not before this, where nothing is set.
const LATE: Duration = Duration::from_secs(3600);
/// Long after what is set, and long before that.
const PATIENT: Duration = Duration::from_secs(60);

/// A client with these settings, in a service that knows these FHIR servers.
async fn service(settings: &str, listed: &[&str], own: Option<&str>) -> Router {
    let toml = format!("[[client]]\niss = \"{ISSUER}\"\njwks_file = \"keys.json\"\n{settings}\n");
    let clients = clients(&toml, &json!({"keys": [ES384.jwk(KEY_ID)]}));
    let by_client = own.map(|own| (ISSUER.to_owned(), Allowed::parse(&[own]).expect("a list")));
    let servers = Servers {
        client: Client::new(Limits::default()).expect("a client"),
        allowed: Allowed::parse(listed).expect("a list"),
        by_client: BTreeMap::from_iter(by_client),
        own_tokens: None,
        open: true,
    };
    let mut shared = Shared::new(
        content(),
        Chart::Servers(servers),
        enabled(&[]),
        Discovery::V3,
    );
    shared.clock = Clock::Fixed(AS_OF.parse().expect("an instant"));
    shared.deadline = LATE;
    shared.gate = Some(Arc::new(gate(clients).await));
    app(Arc::new(shared), &Layers::default())
}

async fn call(service: &Router, path: &str, body: &Value) -> Answer {
    let token = ES384.token(|claims| claims["aud"] = json!(format!("{PUBLIC_URL}{path}")));
    post_with(service, path, &token, &body.to_string()).await
}

async fn sign(service: &Router, body: &Value) -> Answer {
    call(service, SIGN, body).await
}

/// The cards of a case for a client with these settings, and for one without.
async fn cards(settings: &str, name: &str) -> (Vec<Value>, Vec<Value>) {
    let mut both = Vec::new();
    for settings in [settings, ""] {
        let answer = sign(&service(settings, &[], None).await, &request_of(name)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        both.push(answer.json()["cards"].as_array().expect("cards").clone());
    }
    let plain = both.pop().expect("two");
    (both.pop().expect("one"), plain)
}

/// A FHIR server that never answers, and how many have asked it.
async fn silent_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            held.push(stream);
        }
    });
    (base, asked)
}

/// A call for which everything has to be read.
fn without_prefetch(base: &str) -> Value {
    let mut body = request_of("naloxone-offer/fires-sleep-apnea");
    body.as_object_mut().expect("an object").remove("prefetch");
    body["fhirServer"] = json!(base);
    body
}

/// a client names its own FHIR servers, not those of others; `--fhir-server` is for clients without a list.
#[tokio::test]
async fn a_client_names_its_own_fhir_servers() {
    let ((own, own_asked), (other, other_asked)) = (silent_server().await, silent_server().await);
    let quick = "deadline_ms = 300";
    let narrow = service(quick, &[&own, &other], Some(&own)).await;
    sign(&narrow, &without_prefetch(&other)).await;
    assert_eq!(other_asked.load(Ordering::SeqCst), 0);
    sign(&narrow, &without_prefetch(&own)).await;
    assert!(own_asked.load(Ordering::SeqCst) > 0);
    let wide = service(quick, &[&own, &other], None).await;
    sign(&wide, &without_prefetch(&other)).await;
    assert!(other_asked.load(Ordering::SeqCst) > 0);
}

///
#[tokio::test]
async fn a_client_has_its_own_deadline() {
    let (base, _) = silent_server().await;
    let service = service("deadline_ms = 200", &[&base], None).await;
    let body = without_prefetch(&base);
    let answer = tokio::time::timeout(PATIENT, sign(&service, &body)).await;
    assert!(
        answer.is_ok(),
        "the deadline of the command line is an hour"
    );
}

///
#[tokio::test]
async fn topic_codes_may_be_letters_and_digits_only() {
    let (cards, plain) = cards(
        "topic_code = \"alphanumeric\"",
        "naloxone-offer/fires-sleep-apnea",
    )
    .await;
    let codes = |cards: &[Value]| -> Vec<String> {
        let codes = cards
            .iter()
            .map(|card| card["source"]["topic"]["code"].to_string());
        codes.map(|code| code.replace('"', "")).collect()
    };
    assert!(codes(&plain).iter().any(|code| code.contains('-')));
    let expected: Vec<String> = codes(&plain)
        .iter()
        .map(|code| code.replace('-', ""))
        .collect();
    assert_eq!(codes(&cards), expected);
}

///
#[tokio::test]
async fn a_client_that_knows_only_any_gets_any() {
    let (cards, plain) = cards(
        "selection_behavior = \"any\"",
        "fentanyl-naive/fires-new-patch-no-opioid-found",
    )
    .await;
    let has = |cards: &[Value], behavior: &str| {
        cards
            .iter()
            .any(|card| card["selectionBehavior"] == behavior)
    };
    assert!(has(&plain, "at-most-one"));
    assert!(has(&cards, "any") && !has(&cards, "at-most-one"));
}

/// Cards of a client may be fewer.
#[tokio::test]
async fn a_client_has_its_own_cap() {
    let (cards, plain) = cards(
        "max_cards_order_sign = 1",
        "naloxone-offer/fires-sleep-apnea",
    )
    .await;
    assert!(plain.len() > 1);
    assert_eq!(cards.len(), 1);
}

/// what a client cannot take is left out, and its label becomes a line.
#[tokio::test]
async fn suggestions_that_a_client_cannot_take_become_lines() {
    let (cards, plain) = cards(
        "suggestions = [\"create MedicationRequest\"]",
        "naloxone-offer/fires-sleep-apnea",
    )
    .await;
    let suggestions = |card: &Value| card["suggestions"].as_array().cloned().unwrap_or_default();
    let is_order = |suggestion: &Value| {
        let action = &suggestion["actions"][0];
        action["type"] == "create" && action["resource"]["resourceType"] == "MedicationRequest"
    };
    let mut lines = 0;
    for (card, plain) in cards.iter().zip(&plain) {
        assert!(suggestions(card).iter().all(is_order));
        assert_eq!(
            card.get("suggestions").is_some(),
            card.get("selectionBehavior").is_some()
        );
        let detail = card["detail"].as_str().unwrap_or_default();
        let others = suggestions(plain);
        let others = others.iter().filter(|suggestion| !is_order(suggestion));
        lines += others
            .filter(|it| {
                it["label"]
                    .as_str()
                    .is_some_and(|label| detail.contains(label))
            })
            .count();
    }
    assert!(cards.iter().flat_map(suggestions).count() > 0);
    assert!(lines > 0);
}

///
#[tokio::test]
async fn prefetch_keys_may_have_names_of_the_clients_own() {
    let body = request_of("naloxone-offer/fires-sleep-apnea");
    let mut renamed = body.clone();
    let prefetch = renamed["prefetch"].as_object_mut().expect("an object");
    let medications = prefetch.remove("medications").expect("the key");
    prefetch.insert("-meds".to_owned(), medications);
    let aliased = service("prefetch_keys = { \"-meds\" = \"medications\" }", &[], None).await;
    let plain = service("", &[], None).await;
    let expected = sign(&plain, &body).await.text;
    assert_eq!(sign(&aliased, &renamed).await.text, expected);
    assert_ne!(sign(&plain, &renamed).await.text, expected);
    assert_eq!(
        sign(&aliased, &body).await.text,
        expected,
        "our name is still ours"
    );
}

/// A service that a client may not call is none for it.
#[tokio::test]
async fn a_client_calls_its_services_only() {
    let narrow = service("services = [\"opioid-order-sign\"]", &[], None).await;
    let view = crate::service::view();
    assert_eq!(call(&narrow, VIEW, &view).await.status, 404);
    assert_eq!(
        sign(&narrow, &crate::service::antibiotic()).await.status,
        200
    );
    let wide = service("", &[], None).await;
    assert_eq!(call(&wide, VIEW, &view).await.status, 200);
}
