//! A total over orders (R11).
//!
//! Knows when a sum is a floor and when there is none.
//! Refuses to know which orders belong to it.

use super::{Answer, MmePerDay, OrderDose};

/// The sum of orders' MME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// `None`: there are opioid orders, and none gave a number.
    pub mme_per_day: Option<MmePerDay>,
    /// At least one order has no number: read it as "at least".
    pub floor: bool,
    /// Why it is a floor, each reason once, in the orders' order.
    pub because: Vec<String>,
}

/// Adds up orders: excluded ones stay out, and one without a number makes the sum a floor.
pub fn total<'a>(orders: impl Iterator<Item = &'a OrderDose>) -> Total {
    let mut sum = None;
    let mut floor = false;
    let mut because: Vec<String> = Vec::new();
    for order in orders.filter(|order| order.answer != Answer::Excluded) {
        let after = order
            .mme_per_day
            .and_then(|mme| sum.unwrap_or(MmePerDay::ZERO).checked_add(mme));
        if after.is_some() {
            sum = after;
            continue;
        }
        floor = true;
        let reason = order
            .because
            .clone()
            .unwrap_or_else(|| "The amounts are too large to add up.".to_owned());
        if !because.contains(&reason) {
            because.push(reason);
        }
    }
    Total {
        mme_per_day: sum.or((!floor).then_some(MmePerDay::ZERO)),
        floor,
        because,
    }
}
