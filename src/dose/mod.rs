//! From a dosage to a daily amount to MME per day, by the dose rules R1 to R12 (docs/dose-rules.md).
//!
//! Knows units, timings, factors.
//! Refuses to know patients, dates, regimens and FHIR JSON, and uses no floating point.

mod answer;
mod convert;
mod factor;
mod fraction;
mod gap;
mod instruction;
mod intake;
mod mme;
mod order;
mod quantity;
mod reading;
#[cfg(test)]
mod tests;
mod text;
mod timing;
mod total;
mod units;
mod working;

pub use answer::{AmountUnit, Answer, DailyAmount, OrderDose, ReadFrom, StepDose};
pub use convert::convert;
use fraction::Fraction;
pub use mme::MmePerDay;
pub use order::{Dose, DoseKind, Instruction, Order, Quantity, Ratio, Timing};
pub use quantity::supply_days;
pub use reading::{Disagreement, Reading, read};
pub use total::{Total, total};
