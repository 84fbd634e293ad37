//! From a dosage to a daily amount to MME per day, by the dose rules R1 to R12 (docs/dose-rules.md).
//!
//! Knows units, timings, factors.
//! Refuses to know patients, dates, regimens and FHIR JSON, and uses no floating point.

mod answer;
mod convert;
mod mme;
mod order;
mod reading;
mod total;

pub use answer::{AmountUnit, Answer, DailyAmount, OrderDose, ReadFrom, StepDose};
pub use convert::convert;
pub use mme::MmePerDay;
pub use order::{Dose, DoseKind, Instruction, Order, Quantity, Ratio, Timing};
pub use reading::{Disagreement, Reading, read, supply_days};
pub use total::{Total, total};
