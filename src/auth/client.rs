//! One trusted client: who it is, how it proves that, and what it is given.

use jsonwebtoken::Algorithm;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// One record of `--trusted-clients` (contract R-296 and section 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Name in logs, metrics and audit lines; `iss` where the file gives none.
    pub name: String,
    /// `iss` of its tokens, compared exactly.
    pub issuer: String,
    /// Where its keys come from.
    pub keys: Vec<KeySource>,
    /// Signature algorithms that it may use.
    pub algorithms: Vec<Algorithm>,
    /// Audiences that are accepted beside the URL of the endpoint (contract R-298).
    pub audiences: Vec<String>,
    /// Tenants that it may name; empty: any, or none.
    pub tenants: Vec<String>,
    /// What is done about a token that comes twice.
    pub jti: JtiMode,
    /// FHIR bases that its calls may name; `None`: those of `--fhir-server`.
    pub fhir_servers: Option<Vec<String>>,
    /// Ids of the services that it may call; `None`: all that answer.
    pub services: Option<BTreeSet<String>>,
    /// How its cards are made.
    pub cards: CardSettings,
    /// By when an answer leaves; `None`: `--deadline-ms`.
    pub deadline: Option<Duration>,
    /// Its names of prefetch keys, and the key of ours that each stands for (contract R-120).
    pub prefetch_keys: BTreeMap<String, String>,
}

/// How a client's cards are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardSettings {
    /// `source.topic.code` in letters and digits only (contract R-183).
    pub alphanumeric_topic: bool,
    /// It knows only `selectionBehavior: any` (contract R-185).
    pub any_only: bool,
    /// Actions that it can take; `None`: all (contract R-201).
    pub actions: Option<BTreeSet<String>>,
    /// Most cards of order-sign and order-select.
    pub most_order: Option<usize>,
    /// Most cards of patient-view.
    pub most_patient_view: Option<usize>,
}

/// Where keys come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySource {
    /// A `jku`: an address that may be fetched, exactly as tokens name it.
    Jku(Url),
    /// A file with a JWK Set.
    File(PathBuf),
}

/// What is done about a token that comes twice (contract R-301).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JtiMode {
    /// It is refused.
    #[default]
    Enforce,
    /// The first use binds it to that endpoint, where it may come again until it expires.
    PerEndpoint,
    /// It is counted and logged.
    Warn,
    /// Nobody looks.
    Off,
}
