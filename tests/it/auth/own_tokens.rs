//! Tokens of our own for clients that send none: SMART Backend Services.

use super::signer::{ES384, ISSUER, KEY_ID};
use super::{SIGN, clients, gate, post_with};
use crate::service::{AS_OF, content, get};
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use opioid_cds::auth::{Authorities, Client, Clients, OwnTokens};
use opioid_cds::config::Discovery;
use opioid_cds::fhir::{self, Allowed};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, enabled};
use opioid_cds::server::{Layers, app};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

const PATIENT: Duration = Duration::from_secs(20);

/// A FHIR server and its authorization server on this machine.
#[derive(Clone)]
struct Site {
    base: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Assertions that were sent to the token endpoint.
    assertions: Vec<String>,
    /// Authorization of each FHIR request.
    read_with: Vec<String>,
    /// Where smart-configuration says the token endpoint is; here, where it says nothing.
    elsewhere: Option<String>,
    is_down: bool,
    /// Tokens that are taken; empty: the last one given.
    only: Option<String>,
}

impl Site {
    async fn start() -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let site = Site {
            base: format!("http://{address}/fhir"),
            state: Arc::default(),
        };
        let own = site.clone();
        let app = Router::new().fallback(move |request: Request| own.clone().serve(request));
        tokio::spawn(async move { axum::serve(listener, app).await });
        site
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    fn endpoint(&self) -> String {
        self.base.replace("/fhir", "/token")
    }

    async fn serve(self, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization =
            authorization.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        let body = axum::body::to_bytes(request.into_body(), 100_000)
            .await
            .expect("a body");
        let mut state = self.state();
        match path.as_str() {
            "/fhir/.well-known/smart-configuration" => {
                let endpoint = state.elsewhere.clone().unwrap_or_else(|| self.endpoint());
                json!({"token_endpoint": endpoint})
                    .to_string()
                    .into_response()
            }
            "/token" if state.is_down => StatusCode::BAD_GATEWAY.into_response(),
            "/token" => {
                state.assertions.push(assertion(&body));
                let token = format!("own-{}", state.assertions.len());
                json!({"access_token": token, "token_type": "bearer", "expires_in": 300})
                    .to_string()
                    .into_response()
            }
            path => {
                let given = authorization.unwrap_or_default();
                let taken = state
                    .only
                    .clone()
                    .unwrap_or_else(|| format!("Bearer own-{}", state.assertions.len()));
                let is_taken = given == taken;
                state.read_with.push(given);
                match is_taken {
                    true => axum::Json(chart(path)).into_response(),
                    false => StatusCode::UNAUTHORIZED.into_response(),
                }
            }
        }
    }

    /// A client whose FHIR server this is, and whose tokens we have to get.
    fn clients(&self, more: &str) -> Clients {
        let toml = format!(
            "[[client]]\niss = \"{ISSUER}\"\njwks_file = \"keys.json\"\nfhir_servers = [\"{}\"]\n\
             [client.own_token]\nclient_id = \"opioid-cds\"\nkey_file = \"own.pem\"\nkid = \"2026\"\n\
             scope = \"system/Patient.r system/MedicationRequest.rs\"\n{more}\n",
            self.base
        );
        clients(&toml, &json!({"keys": [ES384.jwk(KEY_ID)]}))
    }

    async fn service(&self) -> Router {
        let clients = self.clients("");
        let allowed = Allowed::parse(&[&self.base]).expect("a list");
        let servers = Servers {
            client: fhir::Client::new(fhir::Limits::default()).expect("a client"),
            allowed: Allowed::default(),
            by_client: BTreeMap::from([(ISSUER.to_owned(), allowed)]),
            own_tokens: Some(own_tokens()),
            open: false,
        };
        let mut shared = Shared::new(
            content(),
            Chart::Servers(servers),
            enabled(&[]),
            Discovery::V3,
        );
        shared.clock = Clock::Fixed(AS_OF.parse().expect("an instant"));
        shared.deadline = PATIENT;
        shared.gate = Some(Arc::new(gate(clients).await));
        app(Arc::new(shared), &Layers::default())
    }

    fn call(&self) -> Value {
        json!({
            "hook": "order-sign", "hookInstance": "i", "fhirServer": self.base,
            "context": {"userId": "Practitioner/d1", "patientId": "p1", "draftOrders": {
                "resourceType": "Bundle", "entry": [{"resource": {
                    "resourceType": "MedicationRequest", "id": "m1", "status": "draft", "intent": "order",
                    "subject": {"reference": "Patient/p1"},
                    "medicationCodeableConcept": {"coding": [{
                        "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049621"}]},
                    "dosageInstruction": [{"text": "1 tablet every 6 hours"}]}}]}}
        })
    }
}

fn own_tokens() -> Arc<OwnTokens> {
    Arc::new(OwnTokens::new(&Authorities::default()).expect("a client"))
}

fn chart(path: &str) -> Value {
    match path {
        "/fhir/Patient/p1" => {
            json!({"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01"})
        }
        _ => json!({"resourceType": "Bundle", "type": "searchset"}),
    }
}

/// The assertion of a form, after a look at the other fields.
fn assertion(body: &Bytes) -> String {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(
        form["scope"],
        "system/Patient.r system/MedicationRequest.rs"
    );
    assert_eq!(
        form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    form["client_assertion"].clone()
}

fn client(clients: &Clients) -> Client {
    clients.of(ISSUER).expect("a client").as_ref().clone()
}

fn start() -> Timestamp {
    Clock::System.now()
}

async fn token(tokens: &OwnTokens, client: &Client, site: &Site, now: Timestamp) -> Option<String> {
    let token = tokens
        .token(client, &site.base, now, PATIENT)
        .await
        .expect("it is set");
    token.ok().map(|token| token.expose_secret().to_owned())
}

/// a client without `fhirAuthorization` is served with a token of ours, which is had once; the assertion is
/// what SMART asks for, and our published key checks it.
#[tokio::test]
async fn calls_without_a_token_are_served_with_one_of_ours() {
    let site = Site::start().await;
    let service = site.service().await;
    for _ in 0..2 {
        let answer = post_with(
            &service,
            SIGN,
            &ES384.token(|_| ()),
            &site.call().to_string(),
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(!answer.text.contains("own-1"), "R-350");
    }
    let assertions = site.state().assertions.clone();
    assert_eq!(assertions.len(), 1);
    assert!(site.state().read_with.iter().all(|it| it == "Bearer own-1"));

    let published = get(&service, "/.well-known/jwks.json").await;
    assert_eq!(published.status, 200);
    assert!(!published.text.contains("\"d\""));
    let keys: JwkSet = serde_json::from_str(&published.text).expect("a key set");
    let key = DecodingKey::from_jwk(keys.find("2026").expect("our key")).expect("a key");
    let mut validation = Validation::new(Algorithm::ES384);
    validation.set_audience(&[site.endpoint()]);
    validation.set_issuer(&["opioid-cds"]);
    let checked = jsonwebtoken::decode::<Value>(&assertions[0], &key, &validation).expect("good");
    assert_eq!(checked.header.kid.as_deref(), Some("2026"));
    let claims = checked.claims;
    assert_eq!(claims["sub"], "opioid-cds");
    assert!(claims["exp"].as_i64() <= claims["iat"].as_i64().map(|iat| iat + 300));
    assert_eq!(claims["jti"].as_str().map(str::len), Some(32));
}

/// The client's own token goes first, also where it is refused.
#[tokio::test]
async fn a_token_that_the_client_sends_is_used_instead() {
    let site = Site::start().await;
    site.state().only = Some("Bearer theirs".to_owned());
    let service = site.service().await;
    let mut call = site.call();
    call["fhirAuthorization"] = json!({"access_token": "theirs", "token_type": "Bearer", "expires_in": 300,
        "scope": "x", "subject": "y"});
    let answer = post_with(&service, SIGN, &ES384.token(|_| ()), &call.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(site.state().assertions.is_empty());
}

/// One refresh at a time, and one before the end.
#[tokio::test]
async fn a_token_is_had_once_and_again_before_its_end() {
    let site = Site::start().await;
    let (tokens, client) = (own_tokens(), client(&site.clients("")));
    let now = start();
    let all = join_all((0..20).map(|_| token(&tokens, &client, &site, now))).await;
    assert!(
        all.iter().all(|token| token.as_deref() == Some("own-1")),
        "{all:?}"
    );
    let almost = now + SignedDuration::from_secs(269);
    assert_eq!(
        token(&tokens, &client, &site, almost).await.as_deref(),
        Some("own-1")
    );
    let end = now + SignedDuration::from_secs(270);
    assert_eq!(
        token(&tokens, &client, &site, end).await.as_deref(),
        Some("own-2")
    );
    tokens.forget(&client, &site.base).await;
    assert_eq!(
        token(&tokens, &client, &site, end).await.as_deref(),
        Some("own-3")
    );
}

/// A token that the FHIR server does not take is not used again.
#[tokio::test]
async fn a_refused_token_is_forgotten() {
    let site = Site::start().await;
    let service = site.service().await;
    site.state().only = Some("Bearer own-2".to_owned());
    let body = site.call().to_string();
    let first = post_with(&service, SIGN, &ES384.token(|_| ()), &body).await;
    let second = post_with(&service, SIGN, &ES384.token(|_| ()), &body).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (412, 200));
}

/// Calls do not queue up before an authorization server that is down.
#[tokio::test]
async fn a_failure_is_not_tried_again_at_once() {
    let site = Site::start().await;
    let (tokens, client) = (own_tokens(), client(&site.clients("")));
    let now = start();
    site.state().is_down = true;
    assert_eq!(token(&tokens, &client, &site, now).await, None);
    site.state().is_down = false;
    assert_eq!(token(&tokens, &client, &site, now).await, None);
    let later = now + SignedDuration::from_secs(11);
    assert_eq!(
        token(&tokens, &client, &site, later).await.as_deref(),
        Some("own-1")
    );
}

/// an endpoint on another origin is asked only where the client's record names it.
#[tokio::test]
async fn a_token_endpoint_elsewhere_is_not_asked_unless_the_record_names_it() {
    let (site, other) = (Site::start().await, Site::start().await);
    site.state().elsewhere = Some(other.endpoint());
    let found = client(&site.clients(""));
    assert_eq!(token(&own_tokens(), &found, &site, start()).await, None);
    assert!(other.state().assertions.is_empty());
    let named = client(&site.clients(&format!("token_endpoint = \"{}\"", other.endpoint())));
    assert_eq!(
        token(&own_tokens(), &named, &site, start())
            .await
            .as_deref(),
        Some("own-1")
    );
    assert_eq!(other.state().assertions.len(), 1);
}

/// not at any level, whoever logs it.
#[tokio::test]
async fn no_token_and_no_assertion_is_logged() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let logging = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(Mutex::new(file.reopen().expect("the file")))
        .finish();
    // A lone subscriber could be asked on another test's thread first, and tracing would remember its no.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _logging = tracing::subscriber::set_default(logging);
    let site = Site::start().await;
    let service = site.service().await;
    let body = site.call().to_string();
    let good = ES384.token(|_| ());
    let late = ES384.token(|claims| claims["exp"] = json!(1));
    for (token, status) in [(&good, 200), (&good, 401), (&late, 401)] {
        let answer = post_with(&service, SIGN, token, &body).await;
        assert_eq!(answer.status, status);
    }
    let logged = std::fs::read_to_string(file.path()).expect("a text");
    for word in ["token refused", "answered", "token of our own"] {
        assert!(logged.contains(word), "nothing was logged of: {word}");
    }
    let assertion = site.state().assertions[0].clone();
    let parts = [&good, &late, &assertion]
        .into_iter()
        .flat_map(|token| token.split('.'));
    for secret in parts.chain(["Bearer own-1", "own-1"]) {
        assert!(!logged.contains(secret), "logged: {secret}");
    }
}
