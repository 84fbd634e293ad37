//! One trusted client: who it is, how it proves that, and what it is given.

use jsonwebtoken::{Algorithm, EncodingKey};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// One record of `--trusted-clients` (contract R-296 and section 15).
#[derive(Debug, Clone)]
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
    /// How we get a token for its FHIR server where its calls bring none.
    pub own_token: Option<OwnToken>,
}

/// This service as a client of an authorization server: SMART Backend Services.
#[derive(Debug, Clone)]
pub struct OwnToken {
    /// Our client id there.
    pub client_id: String,
    /// What is asked for.
    pub scope: String,
    /// Where; `None`: what the FHIR server's `smart-configuration` says, on its own origin.
    pub token_endpoint: Option<Url>,
    /// What assertions are signed with.
    pub key: SigningKey,
}

/// A private key of ours. It never appears in `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    pub(super) id: String,
    pub(super) algorithm: Algorithm,
    pub(super) key: EncodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// How a client's cards are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardSettings {
    /// `source.topic.code` in letters and digits only (contract R-183).
    pub alphanumeric_topic: bool,
    /// It knows only `selectionBehavior: any` (contract R-185).
    pub any_only: bool,
    /// Kinds of suggestion that it can take, as `create MedicationRequest`; `None`: all (contract R-201).
    pub suggestions: Option<BTreeSet<String>>,
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
