//! placeholder map
pub mod dose;
pub mod fhir;
pub mod terminology;
pub mod wire;
