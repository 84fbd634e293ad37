//! Codes, value sets, medicines and conversion factors: data files with provenance, and is-a questions.
//!
//! Knows the tables under `terminology/` and how EHRs spell code systems.
//! Refuses to know FHIR resources, patients, dates and rules.

mod archive;
mod check;
mod code;
mod derive;
mod drugs;
mod factors;
mod lexicon;
mod medicine;
mod members;
mod names;
mod problem;
mod recipes;
mod recognise;
mod rows;
mod sets;
mod strengths;
mod table;
#[cfg(test)]
mod tests;
mod toxicology;

pub use code::{Code, CodingRef, System};
pub use factors::{Band, FactorRow, FactorSet, FactorTable, Handling, UnitBasis, UnknownFactorSet};
pub use medicine::{
    DoseFormClass, Ingredient, Medicine, OpioidContent, Recognised, Strength, StrengthUnit,
};
pub use members::Concept;
pub use problem::Problem;
pub use sets::{Sets, ValueSet};
pub use table::Terminology;
pub use toxicology::{Relation, TestMethod, Toxicology};
