//! FHIR R4 as it arrives: borrowed views of the fields that the rules read, the record they make up, and how to get it.
//!
//! Knows JSON shapes, prefetch keys, queries, paging, and what could not be read.
//! Refuses to know medicines' classes, doses, rules and cards.

mod query;
pub mod record;
pub mod resources;
mod when;

pub use query::Query;
pub use record::{DraftOrder, Gap, Read, Record, Why};
pub use when::{Precision, When};
