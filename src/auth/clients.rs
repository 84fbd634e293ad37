//! `--trusted-clients FILE`: TOML into clients, with faults named by file, line and field.

use super::client::{CardSettings, Client, JtiMode, KeySource};
use super::key_set::KeySet;
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use toml::Spanned;
use url::Url;

/// The client of the public CDS Hooks sandbox. Its private key is public, so anybody can be it.
const SANDBOX: &str = "https://sandbox.cds-hooks.org";
/// Contract R-292.
const DEFAULT_ALGORITHMS: [Algorithm; 2] = [Algorithm::ES384, Algorithm::RS384];
const DEADLINES_MS: std::ops::RangeInclusive<u64> = 50..=60_000;

/// What is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientsError {
    /// It cannot be read.
    #[error("{file}: {because}")]
    Unreadable {
        /// File.
        file: String,
        /// What the system says.
        because: String,
    },
    /// A field is unknown, missing, or its value cannot be used.
    #[error("{file}:{line}: {message}")]
    Field {
        /// File.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Names the field.
        message: String,
    },
}

/// What a file may hold beyond what is safe everywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latitude {
    /// This is no production system: key sets over plain http from this machine, and the public sandbox as a client.
    pub development: bool,
}

/// The trusted clients, by `iss`.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    by_issuer: BTreeMap<String, Arc<Client>>,
}

impl Clients {
    /// Reads and checks a file.
    pub fn read(path: &Path, latitude: Latitude) -> Result<Clients, ClientsError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ClientsError::Unreadable {
            file: file.clone(),
            because: error.to_string(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Reader {
            file: &file,
            text: &text,
            folder,
            latitude,
        }
        .clients()
    }

    /// The client with this `iss`, compared exactly.
    pub fn of(&self, issuer: &str) -> Option<&Arc<Client>> {
        self.by_issuer.get(issuer)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.by_issuer.values()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_issuer.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    client: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    iss: Spanned<String>,
    name: Option<Spanned<String>>,
    #[serde(default)]
    jku: Vec<Spanned<String>>,
    jwks_file: Option<Spanned<PathBuf>>,
    #[serde(default)]
    algorithms: Vec<Spanned<String>>,
    #[serde(default)]
    audiences: Vec<Spanned<String>>,
    #[serde(default)]
    tenants: Vec<Spanned<String>>,
    #[serde(default)]
    jti: Jti,
    fhir_servers: Option<Vec<Spanned<String>>>,
    services: Option<BTreeSet<String>>,
    #[serde(default)]
    topic_code: TopicCode,
    #[serde(default)]
    selection_behavior: SelectionBehavior,
    actions: Option<Vec<Spanned<String>>>,
    max_cards_order_sign: Option<usize>,
    max_cards_patient_view: Option<usize>,
    deadline_ms: Option<Spanned<u64>>,
    #[serde(default)]
    prefetch_keys: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Jti {
    #[default]
    Enforce,
    PerEndpoint,
    Warn,
    Off,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TopicCode {
    #[default]
    Exact,
    Alphanumeric,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SelectionBehavior {
    #[default]
    All,
    Any,
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    folder: &'a Path,
    latitude: Latitude,
}

type Read<T> = Result<T, ClientsError>;

impl Reader<'_> {
    fn clients(&self) -> Read<Clients> {
        let document: Document = toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = self.text.lines().nth(self.line(at) - 1).unwrap_or_default();
            let field = line.split_once('=').map_or("", |(field, _)| field.trim());
            match field.is_empty() || error.message().contains(field) {
                true => self.fault(at..at, error.message()),
                false => self.fault(at..at, &format!("{field}: {}", error.message())),
            }
        })?;
        let mut by_issuer = BTreeMap::new();
        for entry in document.client {
            let at = entry.span();
            let entry = entry.into_inner();
            let issuer = entry.iss.span();
            let client = self.client(at, entry)?;
            if let Some(twice) = by_issuer.insert(client.issuer.clone(), Arc::new(client)) {
                let message = format!("iss: {:?} stands here twice", twice.issuer);
                return Err(self.fault(issuer, &message));
            }
        }
        Ok(Clients { by_issuer })
    }

    fn client(&self, at: Range<usize>, entry: Entry) -> Read<Client> {
        let issuer = self.word("iss", &entry.iss)?;
        if issuer == SANDBOX && !self.latitude.development {
            let message =
                "iss: everybody has the private key of the public sandbox; only with --development";
            return Err(self.fault(entry.iss.span(), message));
        }
        let mut keys = Vec::new();
        for jku in &entry.jku {
            keys.push(self.jku(jku)?);
        }
        if let Some(file) = &entry.jwks_file {
            keys.push(self.key_file(file)?);
        }
        if keys.is_empty() {
            let message = "jku or jwks_file: one of them is needed, else no token can be checked";
            return Err(self.fault(at, message));
        }
        let name = entry.name.as_ref();
        Ok(Client {
            name: name.map_or(Ok(issuer.clone()), |name| self.word("name", name))?,
            issuer,
            keys,
            algorithms: self.algorithms(&entry.algorithms)?,
            audiences: self.words("audiences", &entry.audiences)?,
            tenants: self.words("tenants", &entry.tenants)?,
            jti: match entry.jti {
                Jti::Enforce => JtiMode::Enforce,
                Jti::PerEndpoint => JtiMode::PerEndpoint,
                Jti::Warn => JtiMode::Warn,
                Jti::Off => JtiMode::Off,
            },
            fhir_servers: entry
                .fhir_servers
                .map(|bases| bases.iter().map(|base| self.base(base)).collect())
                .transpose()?,
            services: entry.services,
            cards: CardSettings {
                alphanumeric_topic: entry.topic_code == TopicCode::Alphanumeric,
                any_only: entry.selection_behavior == SelectionBehavior::Any,
                actions: entry
                    .actions
                    .map(|actions| self.actions(&actions))
                    .transpose()?,
                most_order: entry.max_cards_order_sign,
                most_patient_view: entry.max_cards_patient_view,
            },
            deadline: entry
                .deadline_ms
                .map(|deadline| self.deadline(&deadline))
                .transpose()?,
            prefetch_keys: entry.prefetch_keys,
        })
    }

    fn word(&self, field: &str, word: &Spanned<String>) -> Read<String> {
        let text = word.get_ref();
        if text.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let message = format!("{field}: must be a text without spaces");
            return Err(self.fault(word.span(), &message));
        }
        Ok(text.clone())
    }

    /// "create MedicationRequest": what it does and to which resource.
    fn actions(&self, actions: &[Spanned<String>]) -> Read<BTreeSet<String>> {
        let known = |action: &str| {
            action.split_once(' ').is_some_and(|(does, resource)| {
                ["create", "update", "delete"].contains(&does)
                    && !resource.is_empty()
                    && resource.chars().all(|c| c.is_ascii_alphabetic())
            })
        };
        let read = |action: &Spanned<String>| {
            if known(action.get_ref()) {
                return Ok(action.get_ref().clone());
            }
            let message = "actions: each is create, update or delete and a resource, such as \"create MedicationRequest\"";
            Err(self.fault(action.span(), message))
        };
        actions.iter().map(read).collect()
    }

    fn words(&self, field: &str, words: &[Spanned<String>]) -> Read<Vec<String>> {
        words.iter().map(|word| self.word(field, word)).collect()
    }

    /// Contract R-294. The text must be what the URL is when written in full: it is compared exactly.
    fn jku(&self, jku: &Spanned<String>) -> Read<KeySource> {
        let wrong = |message: &str| self.fault(jku.span(), &format!("jku: {message}"));
        let url = Url::parse(jku.get_ref()).map_err(|error| wrong(&error.to_string()))?;
        let here = self.latitude.development
            && match url.host() {
                Some(url::Host::Domain(name)) => name == "localhost",
                Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
                Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
                None => false,
            };
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(wrong("must begin with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(wrong("must not hold a user, password or fragment"));
        }
        if url.as_str() != jku.get_ref() {
            return Err(wrong(&format!("write it as {url}")));
        }
        Ok(KeySource::Jku(url))
    }

    /// A path from the folder of the clients' file.
    fn key_file(&self, file: &Spanned<PathBuf>) -> Read<KeySource> {
        let path = self.folder.join(file.get_ref());
        let wrong = |message: &str| {
            let message = format!("jwks_file: {}: {message}", path.display());
            self.fault(file.span(), &message)
        };
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(&error.to_string()))?;
        let keys = KeySet::parse(&text).map_err(|error| wrong(&error.to_string()))?;
        if keys.is_empty() {
            return Err(wrong("it has no key with a kid that checks signatures"));
        }
        Ok(KeySource::File(path))
    }

    /// Contract.
    fn algorithms(&self, names: &[Spanned<String>]) -> Read<Vec<Algorithm>> {
        if names.is_empty() {
            return Ok(DEFAULT_ALGORITHMS.to_vec());
        }
        let read = |name: &Spanned<String>| {
            let algorithm = name.get_ref().parse::<Algorithm>().ok();
            algorithm
                .filter(|algorithm| algorithm.family() != AlgorithmFamily::Hmac)
                .ok_or_else(|| {
                    let message = "algorithms: ES384, ES256, RS256, RS384, RS512, PS256, PS384, PS512 or EdDSA";
                    self.fault(name.span(), message)
                })
        };
        names.iter().map(read).collect()
    }

    fn base(&self, base: &Spanned<String>) -> Read<String> {
        let plain = Url::parse(base.get_ref()).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        match plain {
            true => Ok(base.get_ref().clone()),
            false => {
                let message = "fhir_servers: must be absolute http or https URLs without user, query or fragment";
                Err(self.fault(base.span(), message))
            }
        }
    }

    fn deadline(&self, deadline: &Spanned<u64>) -> Read<Duration> {
        match DEADLINES_MS.contains(deadline.get_ref()) {
            true => Ok(Duration::from_millis(*deadline.get_ref())),
            false => Err(self.fault(deadline.span(), "deadline_ms: from 50 to 60000")),
        }
    }

    fn fault(&self, at: Range<usize>, message: &str) -> ClientsError {
        ClientsError::Field {
            file: self.file.to_owned(),
            line: self.line(at.start),
            message: message.to_owned(),
        }
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        before.filter(|byte| **byte == b'\n').count() + 1
    }
}

#[cfg(test)]
mod tests;
