//! Keyed hashes of what belongs to one patient: they can be compared and not read.

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use serde::{Deserialize, Serialize};

/// A keyed hash: equal for equal things of one patient, and nothing else can be learned from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark(u64);

/// Makes the marks of one patient.
#[derive(Debug, Clone)]
pub struct Marker(Key);

impl Marker {
    /// With this secret, which must be another one for each patient.
    pub fn with_secret(secret: &[u8]) -> Marker {
        Marker(Key::new(HMAC_SHA256, secret))
    }

    /// Of these parts, each apart from the next.
    pub fn of(&self, parts: &[&str]) -> Mark {
        let mut context = Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut first = [0; 8];
        first.copy_from_slice(&context.sign().as_ref()[..8]);
        Mark(u64::from_be_bytes(first))
    }
}
