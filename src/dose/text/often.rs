//! How often, in an instruction text: "every 4-6 hours", "twice daily", "BID", "at bedtime".
//!
//! Knows intervals, times a day and moments of the day.
//! Refuses to know doses.

use super::amounts::upper;
use super::tokens::{Token, begins, longest};
use crate::dose::{Fraction, timing::days_of_unit};
use rust_decimal::Decimal;

/// A rate and whether it is the upper end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) times: Fraction,
    pub(super) is_range: bool,
}

/// A moment of the day; two names of one moment are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
    /// Hour of the day, 0 to 23, and minute.
    Clock(u8, u8),
}

fn rate(top: i64, bottom: i64) -> Option<Rate> {
    Some(Rate {
        times: Fraction::of(top.into(), bottom.into())?,
        is_range: false,
    })
}

/// A rate phrase and its length.
pub(super) fn rate_phrase(tokens: &[Token]) -> Option<(Rate, usize)> {
    abbreviation(tokens)
        .or_else(|| interval(tokens))
        .or_else(|| times_a_day(tokens))
        .or_else(|| slash(tokens))
}

/// "/day" right after an amount.
fn slash(tokens: &[Token]) -> Option<(Rate, usize)> {
    begins(tokens, "/")?;
    let (days, length) = per(tokens)?;
    let times = days.inverse();
    Some((
        Rate {
            times,
            is_range: false,
        },
        length,
    ))
}

/// A unit of time as running text names it; "a" is an article there, not the year of UCUM.
fn days_of_word(word: &str) -> Option<Fraction> {
    days_of_unit(word).filter(|_| !["a", "s", "second", "seconds"].contains(&word))
}

/// Phrases with one meaning: times a day as a fraction.
const ABBREVIATIONS: &[(&str, i64, i64)] = &[
    ("once daily", 1, 1),
    ("once nightly", 1, 1),
    ("once weekly", 1, 7),
    ("twice weekly", 2, 7),
    ("every other day", 1, 2),
    ("every other night", 1, 2),
    ("every third day", 1, 3),
    ("q other day", 1, 2),
    ("daily", 1, 1),
    ("everyday", 1, 1),
    ("qday", 1, 1),
    ("qd", 1, 1),
    ("bid", 2, 1),
    ("tid", 3, 1),
    ("qid", 4, 1),
    ("qod", 1, 2),
    ("hourly", 24, 1),
    ("weekly", 1, 7),
    ("qweek", 1, 7),
    ("qwk", 1, 7),
    ("monthly", 1, 30),
    ("per day", 1, 1),
    ("a day", 1, 1),
    ("each day", 1, 1),
    ("once a day", 1, 1),
    ("once per day", 1, 1),
    ("once every day", 1, 1),
];

fn abbreviation(tokens: &[Token]) -> Option<(Rate, usize)> {
    let of_phrase = |(phrase, top, bottom): &(&str, i64, i64)| {
        Some((rate(*top, *bottom)?, begins(tokens, phrase)?))
    };
    ABBREVIATIONS
        .iter()
        .filter_map(of_phrase)
        .max_by_key(|(_, length)| *length)
}

/// "every 4-6 hours", "q 12 h", "every day"; the shortest interval counts (R1).
fn interval(tokens: &[Token]) -> Option<(Rate, usize)> {
    let lead = longest(tokens, &["every", "q", "once every"])?;
    let rest = &tokens[lead..];
    let (shortest, length, is_range) = shortest(rest).unwrap_or((Decimal::ONE, 0, false));
    let unit = days_of_word(rest.get(length)?.word()?)?;
    let times = unit.times(shortest)?.inverse();
    Some((Rate { times, is_range }, lead + length + 1))
}

/// The lower end of a range of numbers, or the number.
fn shortest(tokens: &[Token]) -> Option<(Decimal, usize, bool)> {
    let (low, first) = super::amounts::number(tokens)?;
    let (upper, length) = upper(tokens)?;
    Some((low, length.max(first), upper.is_range))
}

/// "three times daily", "3x/day", "twice a day", "once a week".
fn times_a_day(tokens: &[Token]) -> Option<(Rate, usize)> {
    let (count, is_range, length) = count(tokens)?;
    let (days, more) = per(&tokens[length..])?;
    let times = days.inverse().times(count)?;
    Some((Rate { times, is_range }, length + more))
}

fn count(tokens: &[Token]) -> Option<(Decimal, bool, usize)> {
    for (word, count) in [("once", 1), ("twice", 2), ("thrice", 3)] {
        if let Some(length) = begins(tokens, word) {
            return Some((count.into(), false, length));
        }
    }
    let (upper, length) = upper(tokens)?;
    let times = longest(&tokens[length..], &["times", "time", "x", "doses", "dose"])?;
    Some((upper.value, upper.is_range, length + times))
}

/// The days of "daily", "a day", "/day", "per 24 hours", "in a week", and the phrase's length.
pub(super) fn per(tokens: &[Token]) -> Option<(Fraction, usize)> {
    let days = |days: i64| Fraction::whole(days.into());
    if let Some(length) = begins(tokens, "daily") {
        return Some((days(1)?, length));
    }
    if let Some(length) = begins(tokens, "weekly") {
        return Some((days(7)?, length));
    }
    let leads = [
        "per", "a", "an", "each", "every", "/", "in a", "in each", "in any", "in", "within",
        "over", "within a", "per each", "q",
    ];
    let lead = longest(tokens, &leads)?;
    let rest = &tokens[lead..];
    let (number, length) = super::amounts::number(rest).unwrap_or((Decimal::ONE, 0));
    let unit = days_of_word(rest.get(length)?.word()?)?;
    let length = lead + length + 1;
    let period = longest(&tokens[length..], &["period"]).unwrap_or(0);
    Some((unit.times(number)?, length + period))
}

const MOMENTS: &[(&str, Moment)] = &[
    ("morning", Moment::Morning),
    ("am", Moment::Morning),
    ("qam", Moment::Morning),
    ("q am", Moment::Morning),
    ("breakfast", Moment::Morning),
    ("awakening", Moment::Morning),
    ("waking", Moment::Morning),
    ("noon", Moment::Noon),
    ("midday", Moment::Noon),
    ("lunch", Moment::Noon),
    ("afternoon", Moment::Afternoon),
    ("evening", Moment::Evening),
    ("pm", Moment::Evening),
    ("qpm", Moment::Evening),
    ("q pm", Moment::Evening),
    ("dinner", Moment::Evening),
    ("supper", Moment::Evening),
    ("night", Moment::Night),
    ("nightly", Moment::Night),
    ("bedtime", Moment::Night),
    ("bed time", Moment::Night),
    ("bed", Moment::Night),
    ("hs", Moment::Night),
    ("qhs", Moment::Night),
    ("q hs", Moment::Night),
];

/// Words before a moment.
const BEFORE_MOMENT: &[&str] = &[
    "in the",
    "in",
    "at",
    "every",
    "each",
    "q",
    "before",
    "with",
    "after",
    "on",
    "upon",
    "the",
    "once in the",
    "once every",
    "before going to",
    "once at",
];

/// A moment and its length: "in the morning", "at bedtime", "at 8 am".
pub(super) fn moment_phrase(tokens: &[Token]) -> Option<(Moment, usize)> {
    let lead = longest(tokens, BEFORE_MOMENT).unwrap_or(0);
    let rest = &tokens[lead..];
    let named = MOMENTS
        .iter()
        .filter_map(|(phrase, moment)| Some((*moment, begins(rest, phrase)?)))
        .max_by_key(|(_, length)| *length);
    match named {
        Some((moment, length)) => Some((moment, lead + length)),
        None if begins(tokens, "at").is_some() => {
            clock(&tokens[1..]).map(|(moment, length)| (moment, length + 1))
        }
        None => None,
    }
}

/// "8 am", "8:30 pm".
pub(super) fn clock(tokens: &[Token]) -> Option<(Moment, usize)> {
    let whole = |token: &Token| match token {
        Token::Number(value) if value.is_integer() => u8::try_from(*value).ok(),
        _ => None,
    };
    let hour = whole(tokens.first()?).filter(|hour| (1..=12).contains(hour))?;
    let (minute, length) = match &tokens[1..] {
        [Token::Mark(':'), minute, ..] => (whole(minute).filter(|minute| *minute < 60)?, 3),
        _ => (0, 1),
    };
    let hour = match tokens.get(length)?.word()? {
        "am" | "a" => hour % 12,
        "pm" | "p" => hour % 12 + 12,
        _ => return None,
    };
    Some((Moment::Clock(hour, minute), length + 1))
}
