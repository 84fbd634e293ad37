//! In Valkey or Redis: shared by several machines.

use super::kept::Entry;
use super::seen::{Down, Key, Sighting, compared};
use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, ConnectionAddr, RedisError, TlsCertificates, cmd, pipe};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::time::Duration;

/// A call does not wait longer than this for one answer.
const PATIENCE: Duration = Duration::from_millis(150);
/// For opening a connection, which a call does not wait out.
const CONNECT: Duration = Duration::from_secs(1);
/// Of one attempt to connect again; the next call begins another.
const RETRIES: usize = 2;
/// So that other users of the same server are not met.
const PREFIX: &str = "opioid-cds:seen:";
/// The same for what is kept under a key.
const KEPT: &str = "opioid-cds:kept:";

/// The address, or the authorities of its certificate, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an address such as redis://host:6379: {0}")]
pub struct BadAddress(String);

/// A server; connections are made when they are needed, and again when they break.
#[derive(Clone)]
pub struct Redis {
    connection: ConnectionManager,
}

/// The address may hold a password.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redis")
    }
}

impl Redis {
    /// Whether an address could be used, without anything being opened.
    pub fn check(url: &str) -> Result<(), BadAddress> {
        client(url, None).map(|_| ())
    }

    /// The server at this address; call it in a runtime. Nothing is opened yet. Over TLS (`rediss://`), its certificate
    /// has to be of one of these authorities (PEM), where there are some; else of one of the system's.
    pub fn at(url: &SecretString, authorities: Option<&[u8]>) -> Result<Redis, BadAddress> {
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(RETRIES);
        let client = client(url.expose_secret(), authorities)?;
        let connection = ConnectionManager::new_lazy_with_config(client, settings);
        Ok(Redis {
            connection: connection.map_err(|error| reason(&error))?,
        })
    }

    pub(super) async fn sight(
        &self,
        key: Key,
        note: &str,
        keep: Duration,
    ) -> Result<Sighting, Down> {
        let asking = self.ask(format!("{PREFIX}{}", key.hex()), note, keep);
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok(sighting)) => Ok(sighting),
            Ok(Err(_)) | Err(_) => Err(Down),
        }
    }

    pub(super) async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, Down> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.connection.clone();
        let mut command = cmd("MGET");
        for key in keys {
            command.arg(format!("{KEPT}{}", key.hex()));
        }
        let asking = command.query_async(&mut connection);
        in_time(asking).await
    }

    /// `SET … GET` is of Redis 6.2.
    pub(super) async fn swap(&self, entries: &[Entry]) -> Result<Vec<Option<Vec<u8>>>, Down> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.connection.clone();
        let mut commands = pipe();
        for entry in entries {
            commands
                .cmd("SET")
                .arg(format!("{KEPT}{}", entry.key.hex()))
                .arg(entry.value.as_slice())
                .arg("EX")
                .arg(entry.keep.as_secs().max(1))
                .arg("GET");
        }
        let asking = commands.query_async(&mut connection);
        in_time(asking).await
    }

    async fn ask(&self, key: String, note: &str, keep: Duration) -> Result<Sighting, RedisError> {
        let mut connection = self.connection.clone();
        let set: Option<String> = cmd("SET")
            .arg(&key)
            .arg(note)
            .arg("NX")
            .arg("EX")
            .arg(keep.as_secs().max(1))
            .query_async(&mut connection)
            .await?;
        if set.is_some() {
            return Ok(Sighting::First);
        }
        let earlier: Option<String> = cmd("GET").arg(&key).query_async(&mut connection).await?;
        // It ran out between the two: its token is past its time, too.
        Ok(earlier.map_or(Sighting::Elsewhere, |earlier| compared(&earlier, note)))
    }
}

async fn in_time<T>(asking: impl Future<Output = Result<T, RedisError>>) -> Result<T, Down> {
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) | Err(_) => Err(Down),
    }
}

fn client(url: &str, authorities: Option<&[u8]>) -> Result<Client, BadAddress> {
    let client = Client::open(url).map_err(|error| reason(&error))?;
    let insecure = match client.get_connection_info().addr() {
        ConnectionAddr::TcpTls { insecure, .. } => *insecure,
        _ => return Ok(client),
    };
    if insecure {
        return Err(BadAddress("certificates are always checked".to_owned()));
    }
    let Some(authorities) = authorities else {
        return Ok(client);
    };
    let certificates = TlsCertificates {
        client_tls: None,
        root_cert: Some(authorities.to_vec()),
    };
    Client::build_with_tls(url, certificates).map_err(|error| reason(&error))
}

/// Without the address.
fn reason(error: &RedisError) -> BadAddress {
    BadAddress(error.category().to_owned())
}
