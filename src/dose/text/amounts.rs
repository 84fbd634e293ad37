//! Numbers and amounts in an instruction text: "1-2 tablets", "one (1) tab", "10 mg".
//!
//! Knows number words, ranges and units.
//! Refuses to know how often.

use super::tokens::{Token, begins, longest};
use crate::dose::units::{Unit, unit_of_word};
use rust_decimal::Decimal;

/// A number or the upper end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Upper {
    pub(super) value: Decimal,
    pub(super) is_range: bool,
}

/// An amount as the text tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) upper: Upper,
    /// `None`: a bare number, as in "1 po bid".
    pub(super) unit: Option<Unit>,
    /// The same amount told again in brackets or as the strength of each: "(10 mg)".
    pub(super) again: Vec<(Decimal, Unit)>,
    /// "1 additional tablet": it comes on top of the dose before.
    pub(super) on_top: bool,
}

const WORDS: &[(&str, i64)] = &[
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("twenty four", 24),
    ("forty eight", 48),
    ("seventy two", 72),
];

const HALVES: &[&str] = &[
    "one half of a",
    "one half",
    "half of a",
    "half of",
    "half a",
    "a half",
    "half",
];
const AND_HALF: &[&str] = &["and one half", "and a half", "and half"];

fn plain_number(tokens: &[Token]) -> Option<(Decimal, usize)> {
    match tokens {
        [Token::Number(whole), Token::Part(part), ..] if whole.is_integer() => {
            Some((whole.checked_add(*part)?, 2))
        }
        [Token::Number(whole), and, Token::Part(part), ..]
            if whole.is_integer() && and.word() == Some("and") =>
        {
            Some((whole.checked_add(*part)?, 3))
        }
        [Token::Number(value) | Token::Part(value), ..] => Some((*value, 1)),
        _ => word_number(tokens),
    }
}

fn word_number(tokens: &[Token]) -> Option<(Decimal, usize)> {
    let half = Decimal::new(5, 1);
    if let Some(length) = longest(tokens, HALVES) {
        return Some((half, length));
    }
    let named = |(name, value): &(&str, i64)| Some((begins(tokens, name)?, *value));
    let (length, value) = WORDS.iter().find_map(named)?;
    let value = Decimal::from(value);
    match longest(&tokens[length..], AND_HALF) {
        Some(more) => Some((value.checked_add(half)?, length + more)),
        None => Some((value, length)),
    }
}

/// A number above zero; "one (1)" is one number.
pub(super) fn number(tokens: &[Token]) -> Option<(Decimal, usize)> {
    let (value, length) = plain_number(tokens)?;
    if value <= Decimal::ZERO {
        return None;
    }
    let Some(open) = begins(&tokens[length..], "(") else {
        return Some((value, length));
    };
    let inner = length + open;
    let again = plain_number(&tokens[inner..]).and_then(|(again, more)| {
        let close = begins(&tokens[inner + more..], ")")?;
        Some((again, inner + more + close))
    });
    match again {
        Some((again, length)) => (again == value).then_some((value, length)),
        None => Some((value, length)),
    }
}

/// "1-2", "1 to 2", "1 or 2"; `None` where the second is not the larger, as in "1-1/2".
pub(super) fn upper(tokens: &[Token]) -> Option<(Upper, usize)> {
    let (low, length) = number(tokens)?;
    let rest = &tokens[length..];
    let between = longest(rest, &["-", "to", "or"]);
    let Some((high, more)) = between.and_then(|skip| {
        let (high, more) = number(&rest[skip..])?;
        Some((high, skip + more))
    }) else {
        return Some((
            Upper {
                value: low,
                is_range: false,
            },
            length,
        ));
    };
    (high > low).then_some((
        Upper {
            value: high,
            is_range: true,
        },
        length + more,
    ))
}

/// A unit of one word or of a mass an hour.
pub(super) fn unit(tokens: &[Token]) -> Option<(Unit, usize)> {
    let word = tokens.first()?.word()?;
    let an_hour = match tokens {
        [_, Token::Mark('/'), Token::Word(hour), ..] if HOUR.contains(&hour.as_str()) => Some(3),
        _ => longest(&tokens[1..], &["per hour", "an hour", "per hr"]).map(|length| length + 1),
    };
    let rate = an_hour.and_then(|length| Some((unit_of_word(&format!("{word}/h"))?, length)));
    rate.or_else(|| unit_of_word(word).map(|unit| (unit, 1)))
}

const HOUR: [&str; 4] = ["h", "hr", "hrs", "hour"];

/// Adjectives between a number and its noun.
const ADJECTIVES: &[&str] = &[
    "oral",
    "additional",
    "extra",
    "extended release",
    "er",
    "xr",
    "sr",
    "immediate release",
    "ir",
    "sublingual",
    "buccal",
    "transdermal",
    "film coated",
    "dispersible",
];

const ON_TOP: &[&str] = &["additional", "extra"];

/// A dose: "1-2 tablets", "10 mg (1 tablet)", "one 10 mg tablet", "1".
pub(super) fn amount(tokens: &[Token]) -> Option<(Told, usize)> {
    let (mut upper, mut length) = upper(tokens)?;
    let mut again = Vec::new();
    // The strength of each: "one 10 mg tablet", "2 x 5 mg tablets".
    let each = begins(&tokens[length..], "x").unwrap_or(0);
    if let Some((strength, more)) = strength_of_each(&tokens[length + each..]) {
        again.push(strength);
        length += each + more;
    }
    let mut on_top = false;
    while let Some(more) = longest(&tokens[length..], ADJECTIVES) {
        on_top |= longest(&tokens[length..], ON_TOP).is_some();
        length += more;
    }
    let unit = unit(&tokens[length..]).map(|(unit, more)| {
        length += more;
        unit
    });
    if let Some((high, more)) = unit.and_then(|unit| upper_end(&tokens[length..], unit)) {
        if upper.is_range || high <= upper.value {
            return None;
        }
        upper = Upper {
            value: high,
            is_range: true,
        };
        length += more;
    }
    if let Some((told, more)) = bracketed(&tokens[length..]) {
        again.extend(told);
        length += more;
    }
    Some((
        Told {
            upper,
            unit,
            again,
            on_top,
        },
        length,
    ))
}

/// "to 10 mg" after "5 mg".
fn upper_end(tokens: &[Token], low: Unit) -> Option<(Decimal, usize)> {
    let skip = longest(tokens, &["-", "to", "or"])?;
    let (high, length) = number(&tokens[skip..])?;
    let (unit, more) = unit(&tokens[skip + length..])?;
    (unit == low).then_some((high, skip + length + more))
}

/// A mass or rate right before a counted noun.
fn strength_of_each(tokens: &[Token]) -> Option<((Decimal, Unit), usize)> {
    let (value, length) = number(tokens)?;
    let (mass, more) = unit(&tokens[length..])?;
    let length = length + more;
    let (noun, _) = unit(&tokens[length..])?;
    (noun == Unit::Counted && mass != Unit::Counted).then_some(((value, mass), length))
}

/// "(10 mg)", "(10 mg total)", "(5-325 mg)", "(1 tablet)": the dose told again.
fn bracketed(tokens: &[Token]) -> Option<(Vec<(Decimal, Unit)>, usize)> {
    if tokens.first() != Some(&Token::Mark('(')) {
        return None;
    }
    let mut length = 1;
    let mut waiting = Vec::new();
    let mut told = Vec::new();
    loop {
        let rest = tokens.get(length..)?;
        if let Some((value, more)) = number(rest) {
            waiting.push(value);
            length += more;
        } else if let Some((unit, more)) = unit(rest) {
            told.extend(waiting.drain(..).map(|value| (value, unit)));
            length += more;
        } else {
            match rest.first()? {
                Token::Mark(')') if waiting.is_empty() && !told.is_empty() => {
                    return Some((told, length + 1));
                }
                Token::Mark('-' | '/' | ',') => length += 1,
                Token::Word(word) if ["total", "each", "dose"].contains(&word.as_str()) => {
                    length += 1
                }
                _ => return None,
            }
        }
    }
}
