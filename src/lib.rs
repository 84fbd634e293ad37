//! Opioid-safety decision support over CDS Hooks. The map, in the order a request passes:
//!
//! - [`config`] the command line: settings from flags and environment, and the content they name
//! - [`commands`] one file per command
//! - [`telemetry`] every name in logs and metrics
//! - [`audit`] one line for each call, for those who must answer for them later
//! - [`server`] listeners, layers in order, graceful shutdown
//! - [`auth`] who calls: the client's signed token in, the trusted client out
//! - [`store`] what outlives a call: which tokens were seen and, where a site wants it, what clinicians answered
//! - [`hooks`] the HTTP surface of CDS Hooks: discovery, calls, feedback, errors
//! - [`wire`] the JSON shapes of CDS Hooks
//! - [`fhir`] FHIR R4 as it arrives: views, the record and its gaps, queries
//! - [`advise`] the core: a call and a record in, cards out; no I/O
//! - [`patient`] the patient's situation: clinical facts, each with where it came from
//! - [`dose`] from a dosage to MME per day
//! - [`terminology`] codes, medicines, conversion factors
//! - [`rules`] one file per rule: fires, silent, or cannot tell
//! - [`quiet`] which answers of clinicians still hold for this patient
//! - [`cards`] from findings to cards: merge, order, cap, fill
//! - [`suggestions`] from proposals to FHIR resources
//! - [`explained`] one call explained: rules, facts, totals, gaps
//! - [`cases`] saved requests: find, run, compare, move in time
//! - [`guides`] printable conversation guides: text files in, pages out
//! - [`preview`] the preview page: cards as an EHR shows them, and why
//! - [`ehr`] what stands in for an EHR: a FHIR server over resources in memory

pub mod advise;
pub mod audit;
pub mod auth;
pub mod cards;
pub mod cases;
pub mod commands;
pub mod config;
pub mod dose;
pub mod ehr;
pub mod explained;
pub mod fhir;
pub mod guides;
pub mod hooks;
pub mod patient;
pub mod preview;
pub mod quiet;
pub mod rules;
pub mod server;
pub mod store;
pub mod suggestions;
pub mod telemetry;
pub mod terminology;
pub mod wire;
