//! What an order's instructions allow a day, before any factor.
//!
//! Knows which of structured dose, text and quantity tells it (R12), and how instructions add up (R6).
//! Refuses to know factors.

use super::{DailyAmount, Order, Quantity, ReadFrom};
use rust_decimal::Decimal;

/// Instruction and quantity tell different units a day (R12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disagreement {
    /// What the instruction allows.
    pub by_instruction: Decimal,
    /// Quantity of one fill over its days.
    pub by_quantity: Decimal,
}

/// An order's daily amounts; convert it under as many factor sets and totals as needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {}

impl Reading {
    /// The most of each opioid a day; empty where nothing usable was found.
    pub fn amounts(&self) -> Vec<DailyAmount> {
        Vec::new()
    }

    /// The same without the instructions that are taken as needed.
    pub fn scheduled_amounts(&self) -> Vec<DailyAmount> {
        self.scheduled().amounts()
    }

    /// The reading of the scheduled instructions alone.
    pub fn scheduled(&self) -> Reading {
        self.clone()
    }

    /// The most counted units a day (patches: changes a day).
    pub fn units_per_day(&self) -> Option<Decimal> {
        None
    }

    /// Which place told the dose.
    pub fn read_from(&self) -> Option<ReadFrom> {
        None
    }

    /// Is any instruction taken as needed?
    pub fn any_as_needed(&self) -> bool {
        false
    }

    /// Are there instructions, and all of them taken as needed?
    pub fn all_as_needed(&self) -> bool {
        false
    }

    /// Numbered steps: each sequence with its daily amounts, in order; `None` where it could not be read.
    pub fn steps(&self) -> Vec<(i64, Option<Vec<DailyAmount>>)> {
        Vec::new()
    }

    /// Why nothing usable was found: one sentence.
    pub fn because(&self) -> Option<String> {
        None
    }

    /// Instruction and quantity differ by more than a fifth.
    pub fn disagreement(&self) -> Option<Disagreement> {
        None
    }

    /// Days that a quantity lasts at the most that is allowed: counted units, or mL of a liquid.
    pub fn supply_days(&self, _quantity: &Quantity) -> Option<Decimal> {
        None
    }
}

/// Reads an order.
pub fn read(_order: &Order<'_>) -> Reading {
    Reading {}
}

/// Days that a quantity of counted units lasts.
pub fn supply_days(_quantity: &Quantity, _units_per_day: Decimal) -> Option<Decimal> {
    None
}
