//! A JWK Set: the public keys of one source, and which of them may check a signature.

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, EllipticCurveKeyParameters, Jwk, KeyAlgorithm,
    KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::value::RawValue;

/// More keys than any client rotates.
const MOST_KEYS: usize = 100;
/// Characters of an RSA modulus in base64url: 2048 to 8192 bits. Smaller ones can be broken, larger ones cost too much.
const MODULUS: std::ops::RangeInclusive<usize> = 341..=1366;

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// Keys that may check signatures.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    id: String,
    fits: Vec<Algorithm>,
    key: DecodingKey,
}

/// The text is no JWK Set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no JSON Web Key Set")]
pub struct NoKeySet;

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

impl KeySet {
    /// Reads a set. A key that cannot be used (another purpose, another kind, malformed, too small) costs that key alone.
    pub fn parse(text: &str) -> Result<KeySet, NoKeySet> {
        let members: Members<'_> = serde_json::from_str(text).map_err(|_| NoKeySet)?;
        let keys = members.keys.into_iter().take(MOST_KEYS);
        Ok(KeySet {
            keys: keys.filter_map(|key| usable(key.get())).collect(),
        })
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether it has a key with this id, whatever it is for.
    pub fn has(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// The keys with this id that fit the algorithm; ids are opaque (contract R-293).
    pub fn find(&self, id: &str, algorithm: Algorithm) -> impl Iterator<Item = &DecodingKey> {
        let found = self.keys.iter();
        found
            .filter(move |key| key.id == id && key.fits.contains(&algorithm))
            .map(|key| &key.key)
    }
}

/// Contract R-306: for signatures, and for algorithms that fit its kind, curve and `alg`.
fn usable(text: &str) -> Option<Key> {
    let jwk: Jwk = serde_json::from_str(text).ok()?;
    let common = &jwk.common;
    let signs = match &common.public_key_use {
        None | Some(PublicKeyUse::Signature) => true,
        Some(_) => false,
    };
    let verifies = match &common.key_operations {
        None => true,
        Some(operations) => operations.contains(&KeyOperations::Verify),
    };
    if !signs || !verifies {
        return None;
    }
    let mut fits = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 if is_point(key, 43) => vec![Algorithm::ES256],
            EllipticCurve::P384 if is_point(key, 64) => vec![Algorithm::ES384],
            _ => Vec::new(),
        },
        AlgorithmParameters::RSA(key) if MODULUS.contains(&key.n.trim_end_matches('=').len()) => {
            RSA.to_vec()
        }
        AlgorithmParameters::OctetKeyPair(_) => vec![Algorithm::EdDSA],
        _ => Vec::new(),
    };
    if let Some(declared) = common.key_algorithm {
        fits.retain(|algorithm| KeyAlgorithm::from(*algorithm) == declared);
    }
    if fits.is_empty() {
        return None;
    }
    Some(Key {
        id: common.key_id.clone().filter(|id| !id.is_empty())?,
        fits,
        key: DecodingKey::from_jwk(&jwk).ok()?,
    })
}

/// Both coordinates in full length (RFC 7518, 6.2.1.2), in characters of base64url.
fn is_point(key: &EllipticCurveKeyParameters, characters: usize) -> bool {
    key.x.len() == characters && key.y.len() == characters
}
