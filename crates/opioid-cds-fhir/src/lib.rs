//! FHIR R4 as fhirbolt models it, behind plain functions.
//!
//! Knows two things: whether a text is an R4 resource ([`check`], [`check_lax`], [`reserialise`]),
//! and how to write the resources that suggestions create ([`medication_request`],
//! [`service_request`], [`task`], [`communication_request`], [`goal`], [`care_plan`]).
//!
//! Refuses to know what a card says, why it fires, and how the service reads a request.
//! No fhirbolt type and no generic function leaves this package: fhirbolt's readers and writers are
//! generated in the crate that calls them, all 148 resource types at once, so this is the only crate
//! that pays for them, and only when it changes itself.

mod care_plan;
mod check;
mod communication_request;
mod dates;
mod difference;
mod elements;
mod goal;
mod medication_request;
mod references;
mod service_request;
mod strictness;
mod task;

pub use care_plan::{DraftCarePlan, care_plan};
pub use check::{CheckError, check, check_lax, reserialise};
pub use communication_request::{DraftCommunicationRequest, communication_request};
pub use elements::{BuildError, CodeableText, Coding, Priority, Quantity};
pub use goal::{DraftGoal, goal};
pub use medication_request::{DraftMedicationRequest, medication_request};
pub use references::{REASONS_OF_A_GOAL, REASONS_OF_AN_ORDER, names_one_of};
pub use service_request::{DraftServiceRequest, Occurrence, service_request};
pub use task::{DraftTask, TaskIntent, task};

#[cfg(test)]
mod tests;
