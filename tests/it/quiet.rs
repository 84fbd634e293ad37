//! Quiet periods over HTTP: a call, an answer to its card, and the next call; and what lies in the store meanwhile.

use crate::auth::redis::Server;
use crate::auth::signer::{ES384, PUBLIC_URL};
use crate::auth::{gate, one_client, post_with};
use crate::privacy::Captured;
use crate::service::{AS_OF, post, service, shared};
use axum::Router;
use opioid_cds::audit::{Audit, Line};
use opioid_cds::hooks::{Clock, QuietPeriods, Shared};
use opioid_cds::server::{Layers, app};
use opioid_cds::store::{Kept, Redis};
use opioid_cds::telemetry;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SIGN: &str = "/cds-services/opioid-order-sign";
const FEEDBACK: &str = "/cds-services/opioid-order-sign/feedback";
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
/// opioid-benzo leads with a warning, and the offer of naloxone is merged into it.
const PAIR: &str = "opioid-benzo/fires-new-lorazepam-beside-oxycodone";
/// taper-safety leads with a warning.
const STOP: &str = "naloxone-offer/fires-stop-after-two-years";
/// fentanyl-naive is critical.
const PATCH: &str = "fentanyl-naive/fires-new-patch-no-opioid-found";

fn in_memory() -> Kept {
    Kept::in_memory()
}

fn shared_with(kept: &Kept) -> Shared {
    let mut shared = shared();
    shared.quiet = QuietPeriods::with_key(kept.clone(), KEY);
    shared
}

fn keeping(kept: &Kept) -> Router {
    app(Arc::new(shared_with(kept)), &Layers::default())
}

/// The same site at another time.
fn keeping_at(kept: &Kept, at: &str) -> Router {
    let mut shared = shared_with(kept);
    shared.clock = Clock::Fixed(at.parse().expect("an instant"));
    app(Arc::new(shared), &Layers::default())
}

/// A case's request with a `hookInstance` of its own, in an encounter.
fn request(case: &str) -> Value {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let file = Path::new("fhir-fixtures").join(case).join("request.json");
    let text = std::fs::read_to_string(file).expect("a fixture");
    let mut request: Value = serde_json::from_str(&text).expect("JSON");
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    request["hookInstance"] = json!(format!("d1577c69-dfbe-44ad-ba6d-{next:012}"));
    request["context"]["encounterId"] = json!("e1");
    request
}

async fn cards(service: &Router, request: &Value) -> Vec<Value> {
    let answer = post(service, SIGN, request.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["cards"].as_array().cloned().expect("cards")
}

/// The rules that lead the cards.
async fn leaders(service: &Router, request: &Value) -> Vec<String> {
    let cards = cards(service, request).await;
    cards.iter().map(|card| rules(card).remove(0)).collect()
}

fn rules(card: &Value) -> Vec<String> {
    let rules = &card["extension"]["org.opioid-cds.card"]["rules"];
    serde_json::from_value(rules.clone()).expect("rules")
}

fn entry(card: &Value, code: Option<&str>) -> Value {
    let mut entry =
        json!({"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": AS_OF});
    if let Some(code) = code {
        entry["overrideReason"] = json!({"reason": {"code": code, "system": "s"}});
    }
    entry
}

async fn put_away(service: &Router, card: &Value, code: Option<&str>) {
    let body = json!({"feedback": [entry(card, code)]});
    let answer = post(service, FEEDBACK, body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Signs the case, and puts the first card away with this code.
async fn answered(service: &Router, case: &str, code: Option<&str>) {
    let cards = cards(service, &request(case)).await;
    put_away(service, &cards[0], code).await;
}

/// Adds a draft like the first one, of another medicine.
fn and_draft(mut request: Value, id: &str, rxcui: &str, name: &str) -> Value {
    let drafts = request["context"]["draftOrders"]["entry"]
        .as_array_mut()
        .expect("drafts");
    let mut another = drafts[0].clone();
    another["resource"]["id"] = json!(id);
    another["resource"]["medicationCodeableConcept"] = json!({"coding": [{
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxcui, "display": name}]});
    drafts.push(another);
    request
}

#[tokio::test]
async fn a_reason_keeps_the_rule_quiet_and_a_new_sedative_ends_it() {
    let service = keeping(&in_memory());
    answered(&service, PAIR, Some("benefit-outweighs-discussed")).await;
    let next = cards(&service, &request(PAIR)).await;
    let shown: Vec<String> = next.iter().flat_map(rules).collect();
    assert_eq!(
        shown,
        ["naloxone-offer"],
        "the offer was not answered by a reason of opioid-benzo"
    );
    put_away(&service, &next[0], Some("offered-declined")).await;
    assert_eq!(
        leaders(&service, &request(PAIR)).await,
        Vec::<String>::new()
    );

    let zolpidem = and_draft(
        request(PAIR),
        "d9",
        "854873",
        "zolpidem tartrate 10 MG Oral Tablet",
    );
    let again = cards(&service, &zolpidem).await;
    assert_eq!(rules(&again[0])[0], "opioid-benzo");
}

#[tokio::test]
async fn a_harm_rule_is_quiet_for_the_same_draft_only() {
    let service = keeping(&in_memory());
    answered(&service, PATCH, Some("tolerant-elsewhere")).await;
    let same = leaders(&service, &request(PATCH)).await;
    assert!(!same.contains(&"fentanyl-naive".to_owned()), "{same:?}");
    let mut stronger = request(PATCH);
    let medicine = "/context/draftOrders/entry/0/resource/medicationCodeableConcept";
    let medicine = stronger.pointer_mut(medicine).expect("a medicine");
    *medicine = json!({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "code": "245135", "display": "72 HR fentanyl 0.05 MG/HR Transdermal System"}]});
    let mut renamed = request(PATCH);
    renamed["context"]["draftOrders"]["entry"][0]["resource"]["id"] = json!("d2");
    for other in [stronger, renamed] {
        assert_eq!(leaders(&service, &other).await[0], "fentanyl-naive");
    }
}

/// "The patient asked for a faster taper" says nothing of the next stop, though other rules believe such an answer for half a year.
#[tokio::test]
async fn an_answer_about_one_stop_says_nothing_of_the_next() {
    let service = keeping(&in_memory());
    answered(&service, STOP, Some("patient-requested-faster")).await;
    let same = cards(&service, &request(STOP)).await;
    let shown: Vec<String> = same.iter().flat_map(rules).collect();
    assert!(!shown.contains(&"taper-safety".to_owned()), "{shown:?}");
    // The order that is stopped is another one.
    let next = request(STOP).to_string().replace("\"m8\"", "\"m18\"");
    let next: Value = serde_json::from_str(&next).expect("JSON");
    assert_eq!(leaders(&service, &next).await[0], "taper-safety");
}

#[tokio::test]
async fn without_a_reason_it_is_this_encounter_only() {
    let service = keeping(&in_memory());
    answered(&service, PAIR, None).await;
    assert_eq!(
        leaders(&service, &request(PAIR)).await,
        Vec::<String>::new()
    );
    let mut elsewhere = request(PAIR);
    elsewhere["context"]["encounterId"] = json!("e2");
    assert_eq!(leaders(&service, &elsewhere).await, ["opioid-benzo"]);
}

/// The answer came 89 days ago, and 91 days ago: a clinical judgement holds for 90.
#[tokio::test]
async fn a_period_is_over_when_its_days_are() {
    for (day, shown) in [
        ("2026-08-04T12:00:00Z", "naloxone-offer"),
        ("2026-08-02T12:00:00Z", "opioid-benzo"),
    ] {
        let kept = in_memory();
        let service = keeping(&kept);
        let sent = cards(&service, &request(PAIR)).await;
        let then = keeping_at(&kept, day);
        put_away(&then, &sent[0], Some("benefit-outweighs-discussed")).await;
        assert_eq!(leaders(&service, &request(PAIR)).await, [shown], "{day}");
    }
}

#[tokio::test]
async fn another_patient_and_what_was_accepted_are_not_quiet() {
    let service = keeping(&in_memory());
    let sent = cards(&service, &request(PAIR)).await;
    let accepted = json!({"feedback": [{"card": sent[0]["uuid"], "outcome": "accepted",
        "acceptedSuggestions": [{"id": sent[0]["suggestions"][0]["uuid"]}], "outcomeTimestamp": AS_OF}]});
    post(&service, FEEDBACK, accepted.to_string()).await;
    assert_eq!(leaders(&service, &request(PAIR)).await, ["opioid-benzo"]);
    put_away(&service, &sent[0], None).await;
    let other = request(PAIR).to_string();
    let other = other
        .replace("\"p1\"", "\"p2\"")
        .replace("Patient/p1", "Patient/p2");
    let other: Value = serde_json::from_str(&other).expect("JSON");
    assert_eq!(leaders(&service, &other).await, ["opioid-benzo"]);
    let mut server = request(PAIR);
    server["fhirServer"] = json!("https://other.example.org/fhir");
    assert_eq!(leaders(&service, &server).await, ["opioid-benzo"]);
}

/// A client that gives two patients one `hookInstance` may send feedback on the one that quiets the other: nobody's is followed.
#[tokio::test]
async fn one_uuid_for_two_patients_quiets_neither() {
    let service = keeping(&in_memory());
    let first = request(PAIR);
    let second = first.to_string();
    let second = second
        .replace("\"p1\"", "\"p2\"")
        .replace("Patient/p1", "Patient/p2");
    let mut second: Value = serde_json::from_str(&second).expect("JSON");
    let sent = cards(&service, &first).await;
    assert_eq!(cards(&service, &second).await[0]["uuid"], sent[0]["uuid"]);
    put_away(&service, &sent[0], None).await;
    second["hookInstance"] = request(PAIR)["hookInstance"].clone();
    for asked in [request(PAIR), second] {
        assert_eq!(leaders(&service, &asked).await, ["opioid-benzo"]);
    }
}

/// nothing is kept unless a site says so; and where it does and nobody has answered, nothing is answered otherwise.
#[tokio::test]
async fn off_by_default_and_answers_are_byte_equal_until_something_is_answered() {
    let (off, on) = (service(), keeping(&in_memory()));
    for case in [
        PAIR,
        PATCH,
        "mme-total/fires-mme-90",
        "naloxone-offer/fires-stop-after-two-years",
        "opioid-benzo/silent-renewal-reviewed",
    ] {
        let body = request(case).to_string();
        let plain = post(&off, SIGN, body.clone()).await.text;
        for _ in 0..2 {
            assert_eq!(post(&on, SIGN, body.clone()).await.text, plain, "{case}");
        }
    }
    // Without the setting the same feedback changes nothing.
    answered(&off, PAIR, None).await;
    assert_eq!(leaders(&off, &request(PAIR)).await, ["opioid-benzo"]);
}

#[tokio::test]
async fn the_audit_trail_says_what_was_quiet_and_why() {
    let captured = Captured::default();
    let mut shared = shared_with(&in_memory());
    shared.audit = Some(Audit::to(Box::new(captured.clone())));
    let service = app(Arc::new(shared), &Layers::default());
    answered(&service, PAIR, Some("record-wrong")).await;
    leaders(&service, &request(PAIR)).await;
    let text = captured.text();
    let last: Line = serde_json::from_str(text.lines().last().expect("a line")).expect("a line");
    let rule = last.rules.iter().find(|rule| rule.id == "opioid-benzo");
    let rule = rule.expect("it fired all the same");
    assert_eq!(rule.quiet.as_deref(), Some("record-problem"));
    assert_eq!(rule.shown_on, None);
}

/// A client, and a tenant of it, meets only its own cards.
#[tokio::test]
async fn feedback_of_another_tenant_touches_nothing() {
    let mut shared = shared_with(&in_memory());
    shared.gate = Some(Arc::new(gate(one_client("")).await));
    let service = app(Arc::new(shared), &Layers::default());
    let token = |tenant: &str, path: &str| {
        ES384.token(|claims| {
            claims["tenant"] = json!(tenant);
            claims["aud"] = json!(format!("{PUBLIC_URL}{path}"));
        })
    };
    let sign = async || {
        let body = request(PAIR).to_string();
        let answer = post_with(&service, SIGN, &token("north", SIGN), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["cards"].as_array().cloned().expect("cards")
    };
    let sent = sign().await;
    for (tenant, left) in [("south", 1), ("north", 0)] {
        let body = json!({"feedback": [entry(&sent[0], None)]}).to_string();
        let answer = post_with(&service, FEEDBACK, &token(tenant, FEEDBACK), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(sign().await.len(), left, "{tenant}");
    }
}

fn in_redis(server: &Server) -> Kept {
    Kept::Redis(Redis::at(&server.url(), None).expect("an address"))
}

async fn raw(server: &Server) -> redis::aio::MultiplexedConnection {
    let url = server.url();
    let client = redis::Client::open(secrecy::ExposeSecret::expose_secret(&url));
    let client = client.expect("an address");
    let connection = client.get_multiplexed_async_connection().await;
    connection.expect("a connection")
}

async fn asked<T: redis::FromRedisValue>(
    raw: &mut redis::aio::MultiplexedConnection,
    command: &[&[u8]],
) -> T {
    let mut asking = redis::Cmd::new();
    for part in command {
        asking.arg(*part);
    }
    asking.query_async(raw).await.expect("an answer")
}

/// The case for a patient whose id would be found again.
fn named(patient: &str) -> Value {
    let text = request(PAIR).to_string();
    let text = text.replace("\"p1\"", &format!("\"{patient}\""));
    let text = text.replace("Patient/p1", &format!("Patient/{patient}"));
    serde_json::from_str(&text).expect("JSON")
}

async fn keys(raw: &mut redis::aio::MultiplexedConnection) -> BTreeSet<Vec<u8>> {
    asked(raw, &[b"KEYS", b"*"]).await
}

/// Says of a patient that naloxone is at home, and gives the key under which that is kept.
async fn has_naloxone(
    service: &Router,
    raw: &mut redis::aio::MultiplexedConnection,
    patient: &str,
) -> Vec<u8> {
    let sent = cards(service, &named(patient)).await;
    let before = keys(raw).await;
    put_away(service, &sent[0], Some("already-has-it")).await;
    let new: Vec<Vec<u8>> = keys(raw).await.difference(&before).cloned().collect();
    assert_eq!(new.len(), 1, "one period");
    new[0].clone()
}

async fn offers_naloxone(service: &Router, patient: &str) -> bool {
    let cards = cards(service, &named(patient)).await;
    cards
        .iter()
        .flat_map(rules)
        .any(|rule| rule == "naloxone-offer")
}

const ONE: &str = "patient-4711";
const TWO: &str = "patient-4712";

/// keyed hashes that expire, and values that nobody can read without the key.
#[tokio::test]
async fn the_shared_store_holds_nothing_that_can_be_read_and_all_of_it_expires() {
    let server = Server::start();
    let mut raw = raw(&server).await;
    has_naloxone(&keeping(&in_redis(&server)), &mut raw, ONE).await;
    let keys = keys(&mut raw).await;
    assert_eq!(keys.len(), 2, "a card and a period");
    let mut all = String::new();
    for key in &keys {
        let value: Vec<u8> = asked(&mut raw, &[b"GET", key]).await;
        let seconds: i64 = asked(&mut raw, &[b"TTL", key]).await;
        assert!((1..=365 * 24 * 3600).contains(&seconds), "{seconds}");
        all.push_str(&String::from_utf8_lossy(key));
        all.push_str(&String::from_utf8_lossy(&value));
    }
    let request = named(ONE).to_string();
    for told in [ONE, "Okafor", "Samuel", "1968-05-14", "lorazepam", "197901"] {
        assert!(request.contains(told), "{told} is searched for");
        assert!(!all.contains(told), "{told}");
    }
    for told in ["opioid-benzo", "naloxone", "already", "encounter", "mme"] {
        assert!(!all.contains(told), "{told}");
    }
}

#[tokio::test]
async fn what_is_moved_or_written_without_the_key_keeps_nothing_quiet() {
    let server = Server::start();
    let (one, other) = (keeping(&in_redis(&server)), keeping(&in_redis(&server)));
    let mut raw = raw(&server).await;
    let key = has_naloxone(&one, &mut raw, ONE).await;
    assert!(
        !offers_naloxone(&other, ONE).await,
        "two machines share what was answered"
    );
    let elsewhere = has_naloxone(&one, &mut raw, TWO).await;
    let own: Vec<u8> = asked(&mut raw, &[b"GET", &key]).await;
    let moved: Vec<u8> = asked(&mut raw, &[b"GET", &elsewhere]).await;
    for forged in [&moved[..], &own[1..], b"[]", b""] {
        asked::<()>(&mut raw, &[b"SET", &key, forged]).await;
        assert!(offers_naloxone(&other, ONE).await);
    }
    asked::<()>(&mut raw, &[b"SET", &key, &own]).await;
    assert!(!offers_naloxone(&other, ONE).await);
    let mut shared = shared();
    shared.quiet = QuietPeriods::with_key(in_redis(&server), b"another key of thirty-two bytes!");
    let stranger = app(Arc::new(shared), &Layers::default());
    assert!(offers_naloxone(&stranger, ONE).await);
}

/// The metrics of what runs here.
fn counted(running: impl Future<Output = ()>) -> String {
    let recorder = telemetry::local().expect("a recorder");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    metrics::with_local_recorder(&recorder, || runtime.block_on(running));
    recorder.handle().render()
}

/// A site that cannot reach its store answers as one that has none, and counts it.
#[test]
fn a_store_that_is_down_leaves_nothing_quiet_and_delays_nobody_beyond_the_deadline() {
    let counted = counted(async {
        let server = Server::start();
        let service = keeping(&in_redis(&server));
        answered(&service, PAIR, Some("already-has-it")).await;
        let sent = cards(&service, &request(PAIR)).await;
        server.stop();
        let body = request(PAIR);
        let watch = telemetry::Stopwatch::start();
        let down = post(&service, SIGN, body.to_string()).await;
        let took = watch.elapsed();
        // Room for a busy machine; a wait without end would not pass.
        assert!(took.as_secs() < 10, "{took:?}");
        let plain = post(&crate::service::service(), SIGN, body.to_string()).await;
        assert_eq!(down.text, plain.text);
        put_away(&service, &sent[0], None).await;
    });
    for step in ["look", "answer"] {
        let name = format!("opioid_cds_quiet_store_failures_total{{step=\"{step}\"}} 1");
        assert!(counted.contains(&name), "{name}: {counted}");
    }
}

/// For each rule: what fired and was quiet, and what was answered (catalogue section 6).
#[test]
fn rules_are_counted_with_what_was_answered() {
    let counted = counted(async {
        let service = keeping(&in_memory());
        answered(&service, PAIR, Some("record-wrong")).await;
        leaders(&service, &request(PAIR)).await;
    });
    for name in [
        "opioid_cds_rule_feedback_total{rule=\"opioid-benzo\",outcome=\"overridden\",reason=\"record-wrong\"} 1",
        "opioid_cds_quiet_total{rule=\"opioid-benzo\",kind=\"record-problem\"} 1",
    ] {
        assert!(counted.contains(name), "{name}: {counted}");
    }
}
