//! Instruction texts in the common forms (R12): "1-2 tabs PO q4-6h PRN, max 8/day".
//!
//! Knows a closed list of phrases.
//! Refuses to guess: one word that it does not know, and the text is not read.

mod amounts;
mod limits;
mod often;
mod plain;
mod sig;
mod tokens;

use super::{Fraction, units::Unit};
use rust_decimal::Decimal;
use tokens::Token;

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sig {
    /// Doses with their times a day; they add up.
    pub(super) clauses: Vec<Clause>,
    /// The most a day, in a unit or in that of the dose.
    pub(super) most: Option<(Fraction, Option<Unit>)>,
    pub(super) as_needed: bool,
    /// A range or an "up to" was read at its upper end.
    pub(super) range: bool,
}

/// One dose and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) value: Fraction,
    /// A bare number counts units.
    pub(super) unit: Unit,
    /// The same dose told again; it must agree.
    pub(super) again: Vec<(Decimal, Unit)>,
    /// `None` where only a daily limit tells how much.
    pub(super) times: Option<Fraction>,
}

/// Reads a text; `None` where any part of it is not understood.
pub(super) fn read(text: &str) -> Option<Sig> {
    sig::read(&tokens::tokens(text)?)
}

/// Times a day of a timing code or its text: "BID", "Q6H", "every 6 hours" (R2).
pub(super) fn times_per_day(code: &str) -> Option<Fraction> {
    let tokens = tokens::tokens(code)?;
    match tokens.as_slice() {
        [Token::Word(word)] if word == "wk" => Fraction::of(Decimal::ONE, 7.into()),
        [Token::Word(word)] if word == "mo" => Fraction::of(Decimal::ONE, 30.into()),
        tokens => sig::timing(tokens),
    }
}

/// Does a text, understood or not, speak of use as needed?
pub(super) fn says_as_needed(text: &str) -> bool {
    let text = text.to_lowercase().replace("p.r.n", "prn");
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let text = format!(" {} ", words.join(" "));
    plain::AS_NEEDED
        .iter()
        .any(|phrase| text.contains(&format!(" {phrase} ")))
}
