//! A client's signing key, and tokens of every shape made with it.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use opioid_cds::auth::install_cryptography;
use opioid_cds::hooks::Clock;
use serde_json::{Value, json};
use std::sync::LazyLock;

pub(crate) const ISSUER: &str = "https://ehr.example.org/fhir";
pub(crate) const PUBLIC_URL: &str = "https://cds.example.org/opioids";
pub(crate) const SIGN_URL: &str = "https://cds.example.org/opioids/cds-services/opioid-order-sign";
pub(crate) const KEY_ID: &str = "k/1+=";

/// Made once: RSA keys take their time.
pub(crate) static ES384: LazyLock<Signer> = LazyLock::new(|| Signer::ec(Algorithm::ES384));
pub(crate) static ES256: LazyLock<Signer> = LazyLock::new(|| Signer::ec(Algorithm::ES256));
pub(crate) static RS384: LazyLock<Signer> = LazyLock::new(Signer::rsa);

pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    key: EncodingKey,
}

impl Signer {
    pub(crate) fn ec(algorithm: Algorithm) -> Signer {
        install_cryptography();
        let kind = match algorithm {
            Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            _ => &ECDSA_P384_SHA384_FIXED_SIGNING,
        };
        let random = aws_lc_rs::rand::SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        Signer {
            algorithm,
            key: EncodingKey::from_ec_der(pkcs8.as_ref()),
        }
    }

    fn rsa() -> Signer {
        install_cryptography();
        let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let pkcs8 = pair.as_der().expect("PKCS#8");
        let key = rcgen::KeyPair::try_from(pkcs8.as_ref()).expect("a key");
        Signer {
            algorithm: Algorithm::RS384,
            key: EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).expect("a key"),
        }
    }

    /// The public key, with an id.
    pub(crate) fn jwk(&self, id: &str) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("a public key");
        let mut jwk = serde_json::to_value(jwk).expect("JSON");
        jwk["kid"] = json!(id);
        jwk["use"] = json!("sig");
        jwk
    }

    /// A token of any header and claims; the algorithm of the signature is the signer's.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm)
            .expect("a signature");
        format!("{message}.{signature}")
    }

    /// A header that is accepted.
    pub(crate) fn header(&self) -> Value {
        json!({"alg": format!("{:?}", self.algorithm), "typ": "JWT", "kid": KEY_ID})
    }

    /// A good token with one change of its claims.
    pub(crate) fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = claims();
        change(&mut claims);
        self.sign(&self.header(), &claims)
    }

    /// A good token with one change of its header.
    pub(crate) fn token_with_header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header();
        change(&mut header);
        self.sign(&header, &claims())
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    Clock::System.now().as_second()
}

/// Claims that are accepted on order-sign, with an id of their own.
pub(crate) fn claims() -> Value {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let jti = NEXT.fetch_add(1, Ordering::Relaxed);
    json!({
        "iss": ISSUER, "aud": SIGN_URL, "iat": now(), "exp": now() + 300,
        "jti": format!("t{jti}"), "sub": "cds-client"
    })
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = [0; 3];
        bits[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, bits[0], bits[1], bits[2]]);
        for at in 0..=chunk.len() {
            let letter = (bits >> (18 - 6 * at)) & 63;
            text.push(char::from(LETTERS[letter as usize]));
        }
    }
    text
}
