//! From proposals to CDS Hooks suggestions: one file per kind of resource.
//!
//! Knows which R4 resource a proposal becomes.
//! Refuses to know why it was proposed.
