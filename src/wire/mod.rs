//! The CDS Hooks JSON shapes (2.0 and 3.0 at once): requests borrowed, responses owned.
//!
//! Knows the members of the specification.
//! Refuses to know what they mean: no logic beyond (de)serialisation.

mod code_system;
mod request;
mod response;

pub use code_system::{CodeSystem, Concept, Designation};
pub use request::{FhirAuthorization, Request};
pub use response::{
    Action, ActionType, Card, CardExtension, Coding, Extension, Indicator, Link, LinkType,
    Response, SelectionBehavior, Source, Suggestion,
};
