//! What outlives a call: which tokens were seen and, where a site wants quiet periods, what clinicians answered.
//!
//! Knows keys that are hashes, short values, and how long they are kept; in memory, or in Valkey or Redis.
//! Refuses to know what a key was made of and what a sealed value says. No token and no readable patient data come here.

mod kept;
mod memory;
mod redis;
mod seen;

pub use kept::{Entry, Kept, KeptMemory};
pub use memory::Memory;
pub use redis::{BadAddress, Redis};
pub use seen::{Down, Key, Seen, Sighting};
