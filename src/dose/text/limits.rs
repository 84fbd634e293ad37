//! The most that an instruction text allows: "max 8 per day", "not to exceed 6/day".
//!
//! Knows the phrases that limit and the period they limit over.
//! Refuses a limit without a period.

use super::amounts::{number, unit, upper};
use super::often::per;
use super::tokens::{Token, begins, longest};
use crate::dose::{Fraction, units::Unit};

/// What a text allows at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// So much a day; `None`: in the unit of the dose.
    Amount(Fraction, Option<Unit>),
    /// So often a day.
    Times(Fraction),
    /// Of another ingredient, as acetaminophen: no limit on the opioid.
    OtherIngredient,
}

const LEADS: &[&str] = &[
    "max",
    "maximum",
    "max of",
    "maximum of",
    "to a max of",
    "to a maximum of",
    "up to a max of",
    "up to a maximum of",
    "up to max of",
    "up to",
    "not to exceed",
    "do not exceed",
    "dont exceed",
    "not exceed",
    "do not exceed more than",
    "no more than",
    "not more than",
    "do not take more than",
    "dont take more than",
    "do not use more than",
    "not to exceed more than",
    "nte",
    "limit",
    "limit to",
    "limit of",
    "max dose",
    "maximum dose",
    "max dose of",
    "maximum dose of",
    "should not exceed",
    "at most",
    "take no more than",
];

/// Leads that say "a day" themselves.
const DAILY_LEADS: &[&str] = &[
    "max daily dose",
    "maximum daily dose",
    "max daily dose of",
    "maximum daily dose of",
    "mdd",
    "max daily amount",
    "maximum daily amount",
    "daily max",
    "daily maximum",
    "maximum daily",
    "max daily",
    "max per day",
];

const OTHER_INGREDIENTS: &[&str] = &[
    "acetaminophen",
    "apap",
    "tylenol",
    "paracetamol",
    "of acetaminophen",
    "of apap",
    "of tylenol",
    "of paracetamol",
];

/// A limiting phrase and its length.
pub(super) fn limit_phrase(tokens: &[Token]) -> Option<(Limit, usize)> {
    let daily = longest(tokens, DAILY_LEADS);
    let lead = daily.or_else(|| longest(tokens, LEADS))?;
    let fill = longest(&tokens[lead..], &[":", "=", "is", "of", "a total of"]).unwrap_or(0);
    let start = lead + fill;
    other_ingredient(&tokens[start..])
        .or_else(|| limit(&tokens[start..], daily.is_some()))
        .map(|(limit, length)| (limit, start + length))
}

fn limit(tokens: &[Token], says_daily: bool) -> Option<(Limit, usize)> {
    let (upper, mut length) = upper(tokens)?;
    let times = longest(&tokens[length..], &["times", "time", "doses", "dose", "x"]);
    let unit = match times {
        Some(more) => {
            length += more;
            None
        }
        None => unit(&tokens[length..]).map(|(unit, more)| {
            length += more;
            unit
        }),
    };
    let total = longest(&tokens[length..], &["total", "in total"]).unwrap_or(0);
    let days = match per(&tokens[length + total..]) {
        Some((days, more)) => {
            length += total + more;
            days
        }
        None if says_daily => Fraction::ONE,
        None => return None,
    };
    let a_day = days.inverse().times(upper.value)?;
    let limit = match times {
        Some(_) => Limit::Times(a_day),
        None => Limit::Amount(a_day, unit),
    };
    Some((limit, length))
}

/// "4 g of acetaminophen in 24 hours", "3000 mg acetaminophen per day".
fn other_ingredient(tokens: &[Token]) -> Option<(Limit, usize)> {
    let (_, mut length) = number(tokens)?;
    length += longest(
        &tokens[length..],
        &["g", "gm", "gms", "gram", "grams", "mg", "milligrams"],
    )?;
    length += longest(&tokens[length..], &["total"]).unwrap_or(0);
    let named = longest(&tokens[length..], OTHER_INGREDIENTS);
    length += named.unwrap_or(0);
    length += per(&tokens[length..]).map_or(0, |(_, more)| more);
    let named_after = longest(&tokens[length..], OTHER_INGREDIENTS);
    length += named_after.unwrap_or(0);
    let from_all = longest(
        &tokens[length..],
        &["from all sources", "from all medications"],
    );
    (named.is_some() || named_after.is_some())
        .then_some((Limit::OtherIngredient, length + from_all.unwrap_or(0)))
}

/// "up to" before a dose: the dose is the most.
pub(super) fn up_to(tokens: &[Token]) -> Option<usize> {
    begins(tokens, "up to")
}
