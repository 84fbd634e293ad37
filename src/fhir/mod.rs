//! FHIR R4 as it arrives: borrowed views of the fields that the rules read, the record they make up, and how to get it.
//!
//! Knows JSON shapes, prefetch keys, queries, paging, and what could not be read.
//! Refuses to know medicines' classes, doses, rules and cards.

mod allowed;
mod bundle;
mod client;
mod everything;
mod fetched;
mod memory;
mod newest_first;
mod query;
mod reading;
pub mod record;
pub mod resources;
mod rows;
mod views;
mod when;
mod whose;

pub use allowed::{Allowed, BadBase, Base};
pub use client::{Call, Client, ClientError, Limits};
pub use everything::{patients_in, read_everything};
pub use fetched::{Asked, Fetched, Need};
pub use memory::{MemoryServer, Problem, fetch_from_memory, fetch_medications_from_memory};
pub use query::Query;
pub use reading::{Source, read_record, to_fetch};
pub use record::{DraftOrder, Gap, Read, Record, Why};
pub use when::{Precision, When};
