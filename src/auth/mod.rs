//! Who calls: the client's signed token in, the trusted client out (contract section 9.1).
//!
//! Knows tokens, keys, and the records of trusted clients.
//! Refuses to know what a call is about. No token is kept, logged or passed on.

mod client;
mod clients;
mod key_set;
mod key_sets;
mod outbound;
mod token;

pub use client::{CardSettings, Client, JtiMode, KeySource};
pub use clients::{Clients, ClientsError, Latitude};
pub use key_set::{KeySet, NoKeySet};
pub use outbound::{Authorities, OutboundError};
pub use token::Why;

use crate::store::{Key, Seen, Sighting};
use jiff::Timestamp;
use key_sets::KeySets;
use outbound::Outbound;
use std::sync::Arc;
use std::time::Duration;
use token::Claims;

/// Settles which cryptography is used, before anything is signed or checked. Calling it again changes nothing.
pub fn install_cryptography() {
    // An error means that it is settled already.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Who made a call.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    client: Option<Arc<Client>>,
    tenant: Option<String>,
    replay: Replay,
}

/// What is known of earlier uses of the token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Replay {
    /// Nobody looked.
    #[default]
    Unchecked,
    /// It is new.
    First,
    /// It came before, and the client may send it again.
    Again,
    /// It came before; the client's setting is to say so and go on.
    Warned,
    /// The store did not answer, and the site's setting is to go on.
    Unknown,
}

impl Caller {
    /// Nobody in particular: authentication is off.
    pub fn anybody() -> Caller {
        Caller::default()
    }

    /// A trusted client, as a token would show it.
    pub fn of(client: Arc<Client>) -> Caller {
        Caller {
            client: Some(client),
            ..Caller::default()
        }
    }

    /// The trusted client; `None` where authentication is off.
    pub fn client(&self) -> Option<&Client> {
        self.client.as_deref()
    }

    /// The client's name, for logs, limits and audit lines.
    pub fn name(&self) -> &str {
        self.client().map_or("anybody", |client| &client.name)
    }

    /// The tenant that the token names.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// What is known of earlier uses of the token.
    pub fn replay(&self) -> Replay {
        self.replay
    }
}

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The token is not accepted.
    Token(Why),
    /// The store of seen tokens does not answer, and the site's setting is to refuse then.
    StoreDown,
}

/// What happens to tokens while the store of seen ones does not answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenDown {
    /// They are refused.
    #[default]
    Refuse,
    /// They are accepted and counted.
    Accept,
}

/// Lets trusted clients in.
#[derive(Debug)]
pub struct Gate {
    clients: Clients,
    key_sets: KeySets,
    seen: Seen,
    when_down: WhenDown,
    public_url: String,
}

/// What a gate is made of.
#[derive(Debug)]
pub struct GateSettings<'a> {
    /// Who is trusted.
    pub clients: Clients,
    /// Whom outbound calls trust.
    pub authorities: &'a Authorities,
    /// Where seen tokens are remembered.
    pub seen: Seen,
    /// What happens while that does not answer.
    pub when_down: WhenDown,
    /// The service's address as clients write it; a slash at the end means nothing.
    pub public_url: &'a str,
}

impl Gate {
    /// A gate whose key sets are still to be fetched: see [`Gate::keep`].
    pub fn new(settings: GateSettings<'_>) -> Result<Gate, OutboundError> {
        install_cryptography();
        let sources = settings.clients.all();
        let sources = sources.flat_map(|client| client.keys.iter().cloned());
        let key_sets = KeySets::new(sources, &Outbound::new(settings.authorities)?);
        Ok(Gate {
            key_sets,
            clients: settings.clients,
            seen: settings.seen,
            when_down: settings.when_down,
            public_url: settings.public_url.trim_end_matches('/').to_owned(),
        })
    }

    /// Fetches the key sets that are due.
    pub async fn refresh(&self, now: Timestamp) {
        self.key_sets.refresh(now).await;
    }

    /// Fetches key sets when they are due, for ever.
    pub async fn keep(&self, clock: impl Fn() -> Timestamp) {
        self.key_sets.keep(clock).await;
    }

    /// Who is trusted.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// How many key sets can be used, and how many there should be.
    pub fn key_sets(&self, now: Timestamp) -> (usize, usize) {
        self.key_sets.usable(now)
    }

    /// The client that sent these `Authorization` values to this path, if its token shows it (contract ).
    pub async fn admit(
        &self,
        authorization: &[&[u8]],
        path: &str,
        now: Timestamp,
    ) -> Result<Caller, Refused> {
        let token = bearer(authorization).map_err(Refused::Token)?;
        let endpoint = format!("{}{path}", self.public_url);
        let seconds = now.as_duration().as_secs_f64();
        let (client, claims) = self
            .checked(token, &endpoint, now, seconds)
            .await
            .map_err(Refused::Token)?;
        let replay = self.replay(&client, &claims, &endpoint, seconds).await?;
        Ok(Caller {
            client: Some(client),
            tenant: claims.tenant,
            replay,
        })
    }

    async fn checked(
        &self,
        token: &str,
        endpoint: &str,
        now: Timestamp,
        seconds: f64,
    ) -> Result<(Arc<Client>, Claims), Why> {
        let unchecked = token::read(token)?;
        let client = self.clients.of(&unchecked.issuer).ok_or(Why::Issuer)?;
        let algorithm = unchecked.algorithm;
        if !client.algorithms.contains(&algorithm) {
            return Err(Why::Algorithm);
        }
        let sources = sources(client, unchecked.jku.as_deref())?;
        let sets = self.key_sets.with(&sources, &unchecked.key_id, now).await;
        let keys = sets
            .iter()
            .flat_map(|set| set.find(&unchecked.key_id, algorithm));
        let mut checked = Err(Why::Key);
        for key in keys {
            checked = token::verify(token, key, algorithm);
            if checked.is_ok() {
                break;
            }
        }
        let claims = checked?;
        claims.check(endpoint, &client.audiences, seconds)?;
        let tenant = claims.tenant.as_ref();
        if !client.tenants.is_empty() && !tenant.is_some_and(|it| client.tenants.contains(it)) {
            return Err(Why::Tenant);
        }
        Ok((client.clone(), claims))
    }

    /// Contract R-301.
    async fn replay(
        &self,
        client: &Client,
        claims: &Claims,
        endpoint: &str,
        seconds: f64,
    ) -> Result<Replay, Refused> {
        if client.jti == JtiMode::Off || matches!(self.seen, Seen::Nowhere) {
            return Ok(Replay::Unchecked);
        }
        let key = Key::of(&[&client.issuer, &claims.jti]);
        let keep = Duration::from_secs_f64(claims.accepted_for(seconds).ceil().max(1.0));
        match (self.seen.sight(key, endpoint, keep).await, client.jti) {
            (Ok(Sighting::First), _) => Ok(Replay::First),
            (Ok(_), JtiMode::Warn) => Ok(Replay::Warned),
            (Ok(Sighting::Again), JtiMode::PerEndpoint) => Ok(Replay::Again),
            (Ok(_), _) => Err(Refused::Token(Why::Replayed)),
            (Err(_), JtiMode::Warn) => Ok(Replay::Unknown),
            (Err(_), _) if self.when_down == WhenDown::Accept => Ok(Replay::Unknown),
            (Err(_), _) => Err(Refused::StoreDown),
        }
    }
}

/// The one token of a call; the scheme's letter case means nothing (contract R-290).
fn bearer<'a>(authorization: &[&'a [u8]]) -> Result<&'a str, Why> {
    let [value] = authorization else {
        return Err(Why::NoToken);
    };
    let value = std::str::from_utf8(value).map_err(|_| Why::NoToken)?;
    let (scheme, token) = value.split_once(' ').ok_or(Why::NoToken)?;
    match scheme.eq_ignore_ascii_case("Bearer") {
        true => Ok(token.trim_matches(' ')),
        false => Err(Why::NoToken),
    }
}

/// Where the key may come from: the one address that the token names, if it is one of the client's, else all that the
/// client has registered (contract ).
fn sources<'a>(client: &'a Client, jku: Option<&str>) -> Result<Vec<&'a KeySource>, Why> {
    let Some(jku) = jku else {
        return Ok(client.keys.iter().collect());
    };
    let named = |source: &&KeySource| match source {
        KeySource::Jku(url) => url.as_str() == jku,
        KeySource::File(_) => false,
    };
    let source = client.keys.iter().find(named).ok_or(Why::Jku)?;
    Ok(vec![source])
}
