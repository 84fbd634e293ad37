//! Where keys come from, how often they are fetched, and what happens when they cannot be.

use super::signer::{ES384, ISSUER, KEY_ID, PUBLIC_URL, SIGN_URL, Signer, claims};
use super::{SIGN, clients, gate, gate_with, guarded, sign_with};
use crate::service::get;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use opioid_cds::auth::{Gate, Refused, WhenDown, Why};
use opioid_cds::hooks::Clock;
use opioid_cds::store::{Memory, Seen};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// An issuer's web server on this machine, what it answers, and how often it was asked.
#[derive(Clone)]
struct Issuer {
    url: String,
    answer: Arc<Mutex<Served>>,
}

struct Served {
    keys: Option<Value>,
    asked: usize,
}

impl Issuer {
    async fn start(keys: Value) -> Issuer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let issuer = Issuer {
            url: format!("http://{address}/jwks.json"),
            answer: Arc::new(Mutex::new(Served {
                keys: Some(keys),
                asked: 0,
            })),
        };
        let own = issuer.clone();
        let app = Router::new().fallback(move || async move { own.serve() });
        tokio::spawn(async move { axum::serve(listener, app).await });
        issuer
    }

    fn serve(&self) -> Response {
        let mut served = self.answer.lock().expect("no panic");
        served.asked += 1;
        match &served.keys {
            Some(Value::String(elsewhere)) => Redirect::temporary(elsewhere).into_response(),
            Some(keys) => keys.to_string().into_response(),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    fn set(&self, keys: Option<Value>) {
        self.answer.lock().expect("no panic").keys = keys;
    }

    fn asked(&self) -> usize {
        self.answer.lock().expect("no panic").asked
    }

    async fn gate(&self) -> Gate {
        let toml = format!(
            "[[client]]\niss = \"{ISSUER}\"\njku = [\"{}\"]\njti = \"off\"\n",
            self.url
        );
        let clients = clients(&toml, &json!({}));
        gate_with(clients, Seen::Memory(Memory::default()), WhenDown::Refuse)
    }
}

fn set(signer: &Signer, id: &str) -> Value {
    json!({"keys": [signer.jwk(id)]})
}

async fn admit(gate: &Gate, token: &str, now: Timestamp) -> Result<(), Why> {
    let value = format!("Bearer {token}");
    match gate.admit(&[value.as_bytes()], SIGN, now).await {
        Ok(_) => Ok(()),
        Err(Refused::Token(why)) => Err(why),
        Err(Refused::StoreDown) => panic!("memory is there"),
    }
}

fn start() -> Timestamp {
    "2026-11-01T12:00:00Z".parse().expect("an instant")
}

/// A token that is good at this instant.
fn token_at(signer: &Signer, id: &str, now: Timestamp) -> String {
    let mut claims = claims();
    claims["iat"] = json!(now.as_second());
    claims["exp"] = json!(now.as_second() + 300);
    claims["aud"] = json!(SIGN_URL);
    let mut header = signer.header();
    header["kid"] = json!(id);
    signer.sign(&header, &claims)
}

/// fetched once, again for an unknown `kid`, and not more often than the floor.
#[tokio::test]
async fn an_unknown_key_is_asked_for_once_in_a_while() {
    let (old, new) = (Signer::ec(Algorithm::ES384), Signer::ec(Algorithm::ES384));
    let issuer = Issuer::start(set(&old, "old")).await;
    let gate = issuer.gate().await;
    let now = start();
    assert_eq!(admit(&gate, &token_at(&old, "old", now), now).await, Ok(()));
    assert_eq!(admit(&gate, &token_at(&old, "old", now), now).await, Ok(()));
    assert_eq!(issuer.asked(), 1);

    issuer.set(Some(set(&new, "new")));
    for _ in 0..5 {
        assert_eq!(
            admit(&gate, &token_at(&new, "new", now), now).await,
            Err(Why::Key)
        );
    }
    assert_eq!(issuer.asked(), 1, "the floor");
    let later = now + SignedDuration::from_secs(31);
    assert_eq!(
        admit(&gate, &token_at(&new, "new", later), later).await,
        Ok(())
    );
    assert_eq!(issuer.asked(), 2);
    assert_eq!(
        admit(&gate, &token_at(&old, "old", later), later).await,
        Err(Why::Key),
        "taken off"
    );
}

/// refreshed in the background; held for a day while the issuer does not answer.
#[tokio::test]
async fn old_keys_serve_for_a_day_while_the_issuer_is_down() {
    let issuer = Issuer::start(set(&ES384, KEY_ID)).await;
    let gate = issuer.gate().await;
    let now = start();
    assert_eq!(gate.key_sets(now), (0, 1));
    gate.refresh(now).await;
    assert_eq!(gate.key_sets(now), (1, 1));
    gate.refresh(now + SignedDuration::from_mins(4)).await;
    assert_eq!(issuer.asked(), 1, "not due");
    gate.refresh(now + SignedDuration::from_mins(6)).await;
    assert_eq!(issuer.asked(), 2, "due");

    issuer.set(None);
    let late = now + SignedDuration::from_hours(23);
    gate.refresh(late).await;
    assert_eq!(issuer.asked(), 3);
    assert_eq!(
        admit(&gate, &token_at(&ES384, KEY_ID, late), late).await,
        Ok(())
    );
    let too_late = now + SignedDuration::from_hours(25);
    assert_eq!(
        admit(&gate, &token_at(&ES384, KEY_ID, too_late), too_late).await,
        Err(Why::Key)
    );
    assert_eq!(gate.key_sets(too_late), (0, 1));
}

/// a set with nothing usable in it does not replace one that works.
#[tokio::test]
async fn nonsense_does_not_replace_keys() {
    let issuer = Issuer::start(set(&ES384, KEY_ID)).await;
    let gate = issuer.gate().await;
    let mut now = start();
    gate.refresh(now).await;
    for nonsense in [
        json!({"keys": []}),
        json!("https://evil.example/"),
        json!({"keys": ["x".repeat(300_000)]}),
    ] {
        issuer.set(Some(nonsense));
        now += SignedDuration::from_mins(6);
        gate.refresh(now).await;
        assert_eq!(
            admit(&gate, &token_at(&ES384, KEY_ID, now), now).await,
            Ok(())
        );
    }
    assert_eq!(issuer.asked(), 4);
}

/// only addresses of that `iss`; no other server sees a request, not even by a redirect.
#[tokio::test]
async fn foreign_addresses_and_redirects_are_not_followed() {
    let foreign = Issuer::start(set(&ES384, KEY_ID)).await;
    let issuer = Issuer::start(Value::String(foreign.url.clone())).await;
    let gate = issuer.gate().await;
    let now = start();
    assert_eq!(
        admit(&gate, &token_at(&ES384, KEY_ID, now), now).await,
        Err(Why::Key)
    );
    let mut header = ES384.header();
    header["jku"] = json!(foreign.url);
    let mut claims = claims();
    claims["iat"] = json!(now.as_second());
    claims["exp"] = json!(now.as_second() + 300);
    let token = ES384.sign(&header, &claims);
    assert_eq!(admit(&gate, &token, now).await, Err(Why::Jku));
    assert_eq!((issuer.asked(), foreign.asked()), (1, 0));
}

/// with `jku`, the key is looked for there; without, in all that is registered; and a key of one
/// client says nothing for another.
#[tokio::test]
async fn keys_are_looked_for_where_the_client_has_them() {
    let other = Signer::ec(Algorithm::ES384);
    let issuer = Issuer::start(set(&ES384, "web")).await;
    let toml = format!(
        "[[client]]\niss = \"{ISSUER}\"\njku = [\"{}\"]\njwks_file = \"keys.json\"\njti = \"off\"\n\
         [[client]]\niss = \"https://other.example\"\njwks_file = \"keys.json\"\njti = \"off\"\n",
        issuer.url
    );
    let gate = gate(clients(&toml, &set(&other, "file"))).await;
    let now = Clock::System.now();
    let with_jku = |signer: &Signer, id: &str| {
        let mut header = signer.header();
        (header["kid"], header["jku"]) = (json!(id), json!(issuer.url));
        signer.sign(&header, &claims())
    };
    assert_eq!(
        admit(&gate, &token_at(&ES384, "web", now), now).await,
        Ok(())
    );
    assert_eq!(
        admit(&gate, &token_at(&other, "file", now), now).await,
        Ok(())
    );
    assert_eq!(admit(&gate, &with_jku(&ES384, "web"), now).await, Ok(()));
    assert_eq!(
        admit(&gate, &with_jku(&other, "file"), now).await,
        Err(Why::Key)
    );
    let mut claims = claims();
    claims["iss"] = json!("https://other.example");
    let mut header = ES384.header();
    header["kid"] = json!("web");
    assert_eq!(
        admit(&gate, &ES384.sign(&header, &claims), now).await,
        Err(Why::Key)
    );
}

/// keys for other purposes, of other kinds, too small, or declared for another algorithm.
#[tokio::test]
async fn keys_that_do_not_fit_are_skipped() {
    let mut bad = Vec::new();
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("ES256")),
        ("crv", json!("P-256")),
        ("kty", json!("oct")),
        ("x", json!("AA")),
        ("kid", json!("another")),
    ] {
        let mut key = ES384.jwk(KEY_ID);
        key[name] = value;
        bad.push(key);
    }
    bad.push(json!({"kty": "RSA", "kid": KEY_ID, "n": "AQAB", "e": "AQAB"}));
    bad.push(json!(5));
    let issuer = Issuer::start(json!({"keys": bad})).await;
    let gate = issuer.gate().await;
    let now = start();
    assert_eq!(
        admit(&gate, &token_at(&ES384, KEY_ID, now), now).await,
        Err(Why::Key)
    );
    bad.push(ES384.jwk(KEY_ID));
    issuer.set(Some(json!({"keys": bad})));
    let later = now + SignedDuration::from_secs(31);
    assert_eq!(
        admit(&gate, &token_at(&ES384, KEY_ID, later), later).await,
        Ok(())
    );
}

/// Readiness: no key set, no service; the old one serves while the issuer is down.
#[tokio::test]
async fn a_service_without_keys_is_not_ready() {
    let issuer = Issuer::start(set(&ES384, KEY_ID)).await;
    let cold = guarded(issuer.gate().await);
    assert_eq!(get(&cold, "/health/ready").await.status, 503);
    assert_eq!(get(&cold, "/health/live").await.status, 200);
    let gate = issuer.gate().await;
    gate.refresh(Clock::System.now()).await;
    issuer.set(None);
    let warm = guarded(gate);
    assert_eq!(get(&warm, "/health/ready").await.status, 200);
    let token = ES384.token(|claims| claims["aud"] = json!([SIGN_URL, PUBLIC_URL]));
    assert_eq!(sign_with(&warm, &token).await, 200);
}
