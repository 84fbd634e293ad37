//! What outlives a call: which tokens were seen.
//!
//! Knows keys that are hashes, short values, and how long they are kept; in memory, or in Valkey or Redis.
//! Refuses to know what a key was made of. No token and no patient data come here.

mod memory;
mod redis;
mod seen;

pub use memory::Memory;
pub use redis::{BadAddress, Redis};
pub use seen::{Down, Key, Seen, Sighting};
