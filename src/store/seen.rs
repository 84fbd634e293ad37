//! Whether something was seen before, asked and remembered in one step.

use super::{Memory, Redis};
use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hmac;
use std::fmt::Write;
use std::time::Duration;

/// A SHA-256, or an HMAC with it: what it was made of cannot be had back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// Of these parts, each apart from the next.
    pub fn of(parts: &[&str]) -> Key {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.finish().as_ref());
        Key(key)
    }

    /// Of these parts with a secret, so that nobody without it can try parts out.
    pub fn with_secret(secret: &hmac::Key, parts: &[&str]) -> Key {
        let mut context = hmac::Context::with_key(secret);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.sign().as_ref());
        Key(key)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// In hexadecimal.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes it");
            hex
        })
    }
}

/// What the store knew of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// Nothing: this was the first time, and it is remembered.
    First,
    /// It came before, with the same note.
    Again,
    /// It came before, with another note.
    Elsewhere,
}

/// The store cannot say: out of reach, or full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store does not answer or is full")]
pub struct Down;

/// Where what was seen is remembered.
#[derive(Debug)]
pub enum Seen {
    /// Nowhere: everything is new.
    Nowhere,
    /// In this process.
    Memory(Memory),
    /// In a server that several machines share.
    Redis(Redis),
}

impl Seen {
    /// Asks for a key and remembers it for so long, with a short note, if it is new. Of any number of callers who ask at
    /// once, one alone is told that it was the first.
    pub async fn sight(&self, key: Key, note: &str, keep: Duration) -> Result<Sighting, Down> {
        match self {
            Seen::Nowhere => Ok(Sighting::First),
            Seen::Memory(memory) => memory.sight(key, note, keep).await,
            Seen::Redis(redis) => redis.sight(key, note, keep).await,
        }
    }
}

/// What an earlier note says about a later one.
pub(super) fn compared(earlier: &str, later: &str) -> Sighting {
    match earlier == later {
        true => Sighting::Again,
        false => Sighting::Elsewhere,
    }
}
