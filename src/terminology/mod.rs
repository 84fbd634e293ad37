//! Codes, value sets, medicines and conversion factors: data files with provenance, and is-a questions.
//!
//! Knows the tables under `terminology/` and how EHRs spell code systems.
//! Refuses to know FHIR resources, patients, dates and rules.

mod code;
mod factors;
mod medicine;
mod sets;

pub use code::{Code, CodingRef, System};
pub use factors::{Band, FactorRow, FactorSet, FactorTable, Handling, UnitBasis, UnknownFactorSet};
pub use medicine::{
    DoseFormClass, Ingredient, Medicine, OpioidContent, Recognised, Strength, StrengthUnit,
};
pub use sets::{Sets, ValueSet};

/// Placeholder until the tables land.
#[derive(Debug)]
pub struct Terminology;
