//! What the arithmetic says of one order.
//!
//! Knows the five answers of docs/dose-rules.md and what goes with them.
//! Refuses to know how they were found.

use super::MmePerDay;
use crate::terminology::Ingredient;
use rust_decimal::Decimal;
use std::fmt;

/// An order's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Dose, timing and factor are known.
    Converted,
    /// The code is not recognised, or dose, timing or unit cannot be used.
    Unknown,
    /// An opioid without a row in the factor set for its ingredient and form.
    NoFactor,
    /// Injection, implant, iontophoretic or topical form.
    NotComputed,
    /// Buprenorphine, in any form.
    Excluded,
}

impl Answer {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Answer::Converted => "converted",
            Answer::Unknown => "unknown",
            Answer::NoFactor => "no-factor",
            Answer::NotComputed => "not-computed",
            Answer::Excluded => "excluded",
        }
    }
}

/// Which of the three places told the daily amount, best first (R12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadFrom {
    /// The structured dosage.
    Dosage,
    /// The instruction's text.
    Text,
    /// One fill's quantity over its days.
    Quantity,
}

impl ReadFrom {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            ReadFrom::Dosage => "dosage",
            ReadFrom::Text => "text",
            ReadFrom::Quantity => "quantity",
        }
    }
}

/// What a daily amount is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AmountUnit {
    /// Milligrams a day.
    Mg,
    /// Micrograms an hour from the patches worn at one time.
    UgPerHour,
}

impl AmountUnit {
    /// UCUM.
    pub fn as_str(self) -> &'static str {
        match self {
            AmountUnit::Mg => "mg",
            AmountUnit::UgPerHour => "ug/h",
        }
    }
}

/// How much of one opioid an order gives a day, before any factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyAmount {
    /// Which opioid.
    pub ingredient: Ingredient,
    /// The most that the instructions allow.
    pub amount: Decimal,
    /// Milligrams a day, or micrograms an hour for patches.
    pub unit: AmountUnit,
}

/// Places after the point in a daily dose for people; thirds do not end.
const SHOWN_PLACES: u32 = 4;

impl fmt::Display for DailyAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount.round_dp(SHOWN_PLACES).normalize();
        write!(f, "{amount} {}", self.unit.as_str())
    }
}

/// One numbered step of a schedule (R6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDose {
    /// Its `sequence`.
    pub sequence: i64,
    /// Its own MME a day; `None` where it has no number.
    pub mme_per_day: Option<MmePerDay>,
}

/// The answer for one order, and what a reader needs to check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDose {
    /// The answer.
    pub answer: Answer,
    /// The number; only with [`Answer::Converted`].
    pub mme_per_day: Option<MmePerDay>,
    /// Daily amount before the factor, as "40 mg" or "25 ug/h".
    pub daily_dose: Option<String>,
    /// The multiplication, as "10 mg × 4 per day × 1.5".
    pub working: Option<String>,
    /// Which place told the dose; `None` where none did.
    pub read_from: Option<ReadFrom>,
    /// Why there is no number: one sentence that names the medicine.
    pub because: Option<String>,
    /// The number is what the instruction allows at most, not what is taken every day.
    pub up_to: bool,
    /// Each step of a numbered schedule, in order; empty for other orders.
    pub steps: Vec<StepDose>,
    /// The most counted units a day (patches: changes a day).
    pub units_per_day: Option<Decimal>,
    /// Names the difference where instruction and quantity disagree (R12).
    pub note: Option<String>,
}
