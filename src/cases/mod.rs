//! Saved requests: find them, run them through the core, compare answers, move them in time.
//!
//! Knows the layout of `fhir-fixtures/`: `<rule-id>/<case>/{request.json,response.json,case.toml?,fhir/?}`,
//! `protocol/<case>`, `stories/<case>`, and `defaults.toml`.
//! Refuses to know what a right answer is: that stands in the files.

mod built_in;
mod differences;
mod files;
mod moved;
mod runner;

pub use built_in::{BuiltIn, built_in, built_in_as_of};
pub use differences::{Difference, differences};
pub(crate) use files::texts_in;
pub use files::{Case, CaseError, Faults, find, fixtures_in};
pub use moved::{days_between, moved};
pub(crate) use runner::service_of;
pub use runner::{Answered, RunError, Runner, chart_of};
