//! How each view takes its members from JSON.
//!
//! Knows the names of the elements, in R4 first, and where DSTU2 and STU3 had them under another name or in another shape.
//! Refuses to know which resources to read.

mod chart;
pub(super) mod datatypes;
pub(super) mod json;
mod medication;

#[cfg(test)]
mod tests;
