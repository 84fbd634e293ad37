//! Tokens of our own for FHIR servers, for clients that send none: SMART Backend Services, with a signed assertion.
//!
//! Knows authorization servers and how long a token is good. A token goes to nobody but the caller that asks for it.

use super::client::{Client, OwnToken};
use super::outbound::{Authorities, Outbound, OutboundError};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Header, encode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tracing::{info, warn};
use url::Url;

/// An assertion is good for so long; SMART allows five minutes.
const ASSERTION: i64 = 240;
/// A token is used until so many seconds before its end.
const MARGIN: i64 = 30;
/// Seconds that a token is taken to be good where the answer does not say.
const UNSAID: i64 = 60;
/// Longer than any token is kept, whatever the answer says.
const LONGEST: i64 = 24 * 3600;
/// After a failure, nothing is asked for so long: calls do not queue up before a server that is down.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// By `iss` of the client and FHIR base.
type Slots = BTreeMap<(String, String), Arc<Mutex<Slot>>>;

/// Our tokens, by client and FHIR base.
#[derive(Debug)]
pub struct OwnTokens {
    outbound: Outbound,
    slots: Mutex<Slots>,
}

/// One token: whoever holds the lock refreshes it, the others wait for that.
#[derive(Debug, Default)]
struct Slot {
    token: Option<(SecretString, Timestamp)>,
    failed: Option<Timestamp>,
}

/// No token could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no token of our own: {0}")]
pub struct NoToken(&'static str);

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

#[derive(Serialize)]
struct Form<'a> {
    grant_type: &'static str,
    scope: &'a str,
    client_assertion_type: &'static str,
    client_assertion: &'a str,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    token_type: String,
    expires_in: Option<f64>,
}

#[derive(Deserialize)]
struct SmartConfiguration {
    token_endpoint: String,
}

impl OwnTokens {
    /// No tokens yet.
    pub fn new(authorities: &Authorities) -> Result<OwnTokens, OutboundError> {
        Ok(OwnTokens {
            outbound: Outbound::new(authorities)?,
            slots: Mutex::default(),
        })
    }

    /// The token for this client's FHIR base, had anew when it is about to end; `None` where the client is not set so.
    /// Waits so long at most; what was begun goes on for the next call.
    pub async fn token(
        &self,
        client: &Client,
        base: &str,
        now: Timestamp,
        patience: Duration,
    ) -> Option<Result<SecretString, NoToken>> {
        let own = client.own_token.clone()?;
        let slot = self.slot(client, base).await;
        let having = tokio::spawn({
            let (outbound, base) = (self.outbound.clone(), base.to_owned());
            async move {
                let mut slot = slot.lock().await;
                slot.token(&outbound, &own, &base, now).await
            }
        });
        Some(match tokio::time::timeout(patience, having).await {
            Ok(Ok(token)) => token,
            Ok(Err(_)) | Err(_) => Err(NoToken("not in time")),
        })
    }

    /// The FHIR server did not take the token: the next call asks for another.
    pub async fn forget(&self, client: &Client, base: &str) {
        let slot = self.slot(client, base).await;
        // Whoever holds it is getting another already; nobody waits for that.
        if let Ok(mut slot) = slot.try_lock() {
            slot.token = None;
        }
    }

    async fn slot(&self, client: &Client, base: &str) -> Arc<Mutex<Slot>> {
        let key = (client.issuer.clone(), base.to_owned());
        let mut slots = self.slots.lock().await;
        slots.entry(key).or_default().clone()
    }
}

impl Slot {
    async fn token(
        &mut self,
        outbound: &Outbound,
        own: &OwnToken,
        base: &str,
        now: Timestamp,
    ) -> Result<SecretString, NoToken> {
        if let Some((token, until)) = &self.token
            && now < *until
        {
            return Ok(token.clone());
        }
        if self
            .failed
            .is_some_and(|failed| now.duration_since(failed) < PAUSE)
        {
            return Err(NoToken("it failed a moment ago"));
        }
        match granted(outbound, own, base, now).await {
            Ok(granted) => {
                let seconds = granted
                    .expires_in
                    .map_or(UNSAID, |seconds| seconds as i64)
                    .clamp(0, LONGEST);
                let good = SignedDuration::from_secs((seconds - MARGIN).max(0));
                info!(client_id = own.client_id, seconds, "token of our own");
                let until = now.saturating_add(good).unwrap_or(now);
                self.token = Some((granted.access_token.clone(), until));
                self.failed = None;
                Ok(granted.access_token)
            }
            Err(why) => {
                warn!(client_id = own.client_id, why, "no token of our own");
                self.failed = Some(now);
                Err(NoToken(why))
            }
        }
    }
}

async fn granted(
    outbound: &Outbound,
    own: &OwnToken,
    base: &str,
    now: Timestamp,
) -> Result<Granted, &'static str> {
    let endpoint = match &own.token_endpoint {
        Some(endpoint) => endpoint.clone(),
        None => discovered(outbound, base).await?,
    };
    let assertion = assertion(own, &endpoint, now)?;
    let form = Form {
        grant_type: "client_credentials",
        scope: &own.scope,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: &assertion,
    };
    let answer = outbound.post(&endpoint, &form).await?;
    let granted: Granted =
        serde_json::from_str(&answer).map_err(|_| "the answer is no token response")?;
    match granted.token_type.eq_ignore_ascii_case("bearer") {
        true => Ok(granted),
        false => Err("the token is no bearer token"),
    }
}

/// What the FHIR server publishes; on its own origin alone, since this address is data (contract R-343). Others stand in
/// the client's record.
async fn discovered(outbound: &Outbound, base: &str) -> Result<Url, &'static str> {
    let base = Url::parse(&format!("{}/", base.trim_end_matches('/')));
    let base = base.map_err(|_| "the FHIR base is no URL")?;
    let well_known = base
        .join(".well-known/smart-configuration")
        .map_err(|_| "the FHIR base is no URL")?;
    let answer = outbound.get(&well_known).await?;
    let found: SmartConfiguration =
        serde_json::from_str(&answer).map_err(|_| "smart-configuration names no token_endpoint")?;
    let endpoint =
        Url::parse(&found.token_endpoint).map_err(|_| "token_endpoint is no absolute URL")?;
    match endpoint.origin() == base.origin() {
        true => Ok(endpoint),
        false => Err("token_endpoint is on another origin; name it in the client's record"),
    }
}

fn assertion(own: &OwnToken, endpoint: &Url, now: Timestamp) -> Result<String, &'static str> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| "no random numbers")?;
    let mut header = Header::new(own.key.algorithm);
    header.kid = Some(own.key.id.clone());
    let claims = Assertion {
        iss: &own.client_id,
        sub: &own.client_id,
        aud: endpoint.as_str(),
        iat: now.as_second(),
        exp: now.as_second() + ASSERTION,
        jti: format!("{:032x}", u128::from_be_bytes(random)),
    };
    encode(&header, &claims, &own.key.key).map_err(|_| "the assertion cannot be signed")
}

/// The public keys of our assertions, for authorization servers: a JWK Set.
pub fn public_keys<'a>(clients: impl Iterator<Item = &'a Client>) -> String {
    #[derive(Serialize)]
    struct Set {
        keys: Vec<Jwk>,
    }
    let mut keys: Vec<Jwk> = Vec::new();
    for own in clients.filter_map(|client| client.own_token.as_ref()) {
        let Ok(mut jwk) = Jwk::from_encoding_key(&own.key.key, own.key.algorithm) else {
            continue;
        };
        jwk.common.key_id = Some(own.key.id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        if !keys.contains(&jwk) {
            keys.push(jwk);
        }
    }
    serde_json::to_string(&Set { keys }).expect("keys serialise")
}
