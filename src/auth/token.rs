//! The client's JWT: what it says before and after its signature is checked.
//!
//! Knows the form of a token and its claims. Reads no clock and asks nobody.

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;

/// Contract R-306.
pub(super) const LONGEST: usize = 8 * 1024;
/// Clocks may differ by so many seconds (contract R-299: at most 60).
pub(super) const LEEWAY: f64 = 30.0;
/// Seconds that a token may live (contract R-300).
const LONGEST_LIFE: f64 = 3600.0;

/// Why a token is not accepted. For logs and metrics alone: the caller is told one and the same (contract R-304).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No `Authorization: Bearer`, or more than one.
    NoToken,
    /// Longer than 8 KiB.
    TooLong,
    /// No three parts of JSON, or a header or claim that is missing or of another type.
    Malformed,
    /// `typ` is not `JWT`.
    Type,
    /// `crit` names something: nothing of it is understood here.
    Critical,
    /// No such client.
    Issuer,
    /// `none`, HMAC, or one that this client may not use.
    Algorithm,
    /// Not one of this client's addresses.
    Jku,
    /// No key with this id that fits the algorithm.
    Key,
    /// The signature is not this key's.
    Signature,
    /// For another endpoint or service.
    Audience,
    /// Past its time.
    Expired,
    /// Before its time.
    NotYet,
    /// Lives longer than an hour.
    TooLongLived,
    /// A tenant that this client may not name.
    Tenant,
    /// It came before.
    Replayed,
}

impl Why {
    /// One word for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::NoToken => "no-token",
            Why::TooLong => "too-long",
            Why::Malformed => "malformed",
            Why::Type => "type",
            Why::Critical => "crit",
            Why::Issuer => "issuer",
            Why::Algorithm => "algorithm",
            Why::Jku => "jku",
            Why::Key => "key",
            Why::Signature => "signature",
            Why::Audience => "audience",
            Why::Expired => "expired",
            Why::NotYet => "not-yet",
            Why::TooLongLived => "too-long-lived",
            Why::Tenant => "tenant",
            Why::Replayed => "replayed",
        }
    }
}

/// What a token says of itself; nothing of it is true yet.
#[derive(Debug)]
pub(super) struct Unchecked {
    pub(super) issuer: String,
    pub(super) algorithm: Algorithm,
    pub(super) key_id: String,
    pub(super) jku: Option<String>,
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

/// Contract: `jwk`, `x5u` and `x5c` are never looked at.
pub(super) fn read(token: &str) -> Result<Unchecked, Why> {
    if token.len() > LONGEST {
        return Err(Why::TooLong);
    }
    let Header {
        typ,
        alg,
        jku,
        kid,
        crit,
        ..
    } = decode_header(token).map_err(|_| Why::Malformed)?;
    if !typ.is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) {
        return Err(Why::Type);
    }
    if crit.is_some() {
        return Err(Why::Critical);
    }
    let Issuer { iss } = insecure_decode_claims(token).map_err(|_| Why::Malformed)?;
    Ok(Unchecked {
        issuer: iss,
        algorithm: alg,
        key_id: kid.filter(|kid| !kid.is_empty()).ok_or(Why::Malformed)?,
        jku,
    })
}

/// Claims under a good signature.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    pub(super) jti: String,
    pub(super) tenant: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The claims, if the key made the signature.
pub(super) fn verify(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Result<Claims, Why> {
    let mut validation = Validation::new(algorithm);
    // The claims are checked below, against a clock that is an argument.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    match decode::<Claims>(token, key, &validation) {
        Ok(token) => Ok(token.claims),
        Err(error) => Err(match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => Why::Signature,
            _ => Why::Malformed,
        }),
    }
}

impl Claims {
    /// Contract; `now` in seconds since 1970.
    pub(super) fn check(&self, endpoint: &str, also: &[String], now: f64) -> Result<(), Why> {
        let meant = |audience: &String| audience == endpoint || also.contains(audience);
        let for_us = match &self.aud {
            Audience::One(audience) => meant(audience),
            Audience::Several(audiences) => audiences.iter().any(meant),
        };
        if !for_us {
            return Err(Why::Audience);
        }
        if self.exp + LEEWAY <= now {
            return Err(Why::Expired);
        }
        let begins = self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat));
        if begins > now + LEEWAY {
            return Err(Why::NotYet);
        }
        if self.exp - self.iat > LONGEST_LIFE {
            return Err(Why::TooLongLived);
        }
        if self.jti.is_empty() {
            return Err(Why::Malformed);
        }
        Ok(())
    }

    /// Seconds from now during which this token would be accepted again.
    pub(super) fn accepted_for(&self, now: f64) -> f64 {
        (self.exp + LEEWAY - now).max(0.0)
    }
}
