//! Who gets in, and who does not: contract section 9.1.

mod bodies;
mod key_sets;
mod own_tokens;
pub(crate) mod redis;
mod refusals;
mod settings;
pub(crate) mod signer;
mod tokens;

use crate::service::{Answer, antibiotic, content, send};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use opioid_cds::auth::{Authorities, Clients, Gate, GateSettings, Latitude, WhenDown};
use opioid_cds::config::Discovery;
use opioid_cds::hooks::{Chart, Clock, Shared, enabled};
use opioid_cds::server::{Layers, app};
use opioid_cds::store::{Memory, Seen};
use serde_json::{Value, json};
use signer::{ES256, ES384, ISSUER, KEY_ID, PUBLIC_URL, RS384};
use std::sync::Arc;

pub(crate) const SIGN: &str = "/cds-services/opioid-order-sign";

/// Clients of these lines of TOML, beside a file `keys.json` with these keys.
pub(crate) fn clients(toml: &str, keys: &Value) -> Clients {
    let folder = tempfile::tempdir().expect("a folder").keep();
    std::fs::write(folder.join("keys.json"), keys.to_string()).expect("written");
    std::fs::write(folder.join("own.pem"), signer::own_key()).expect("written");
    let file = folder.join("clients.toml");
    std::fs::write(&file, toml).expect("written");
    let latitude = Latitude { development: true };
    Clients::read(&file, latitude).unwrap_or_else(|error| panic!("{error}"))
}

/// One client with all three of our keys in a file, and these lines more.
pub(crate) fn one_client(more: &str) -> Clients {
    let toml = format!("[[client]]\niss = \"{ISSUER}\"\njwks_file = \"keys.json\"\n{more}\n");
    clients(&toml, &keys())
}

fn keys() -> Value {
    json!({"keys": [ES384.jwk(KEY_ID), RS384.jwk(KEY_ID), ES256.jwk("other")]})
}

pub(crate) fn gate_with(clients: Clients, seen: Seen, when_down: WhenDown) -> Gate {
    let settings = GateSettings {
        clients,
        authorities: &Authorities::default(),
        seen,
        when_down,
        public_url: PUBLIC_URL,
    };
    Gate::new(settings).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) async fn gate(clients: Clients) -> Gate {
    let gate = gate_with(clients, Seen::Memory(Memory::default()), WhenDown::Refuse);
    gate.refresh(Clock::System.now()).await;
    gate
}

/// A service behind this gate.
pub(crate) fn guarded(gate: Gate) -> Router {
    let mut shared = Shared::new(content(), Chart::Nowhere, enabled(&[]), Discovery::V3);
    shared.gate = Some(Arc::new(gate));
    app(Arc::new(shared), &Layers::default())
}

pub(crate) async fn post_with(service: &Router, path: &str, token: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body.to_owned()));
    send(service, request.expect("a request")).await
}

/// Signs an order with this token.
pub(crate) async fn sign_with(service: &Router, token: &str) -> u16 {
    let answer = post_with(service, SIGN, token, &antibiotic().to_string()).await;
    answer.status.as_u16()
}
