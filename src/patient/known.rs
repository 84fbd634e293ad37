//! Three-valued facts: yes, no, or cannot tell and why.

use crate::fhir::{Precision, Query};
use jiff::civil::Date;
use std::fmt;

/// Why something cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// This read failed, was partial, or was never sent.
    Unread(Query),
    /// The order's dose could not be computed; holds its `Type/id` and why.
    Dose {
        /// `Type/id` of the order.
        order: String,
        /// One sentence.
        because: String,
    },
    /// The order's medicine could not be identified; holds its `Type/id`.
    Unidentified(String),
    /// A row that decides has no date; holds its `Type/id`.
    Undated(String),
    /// Reached only with as-needed orders at their maximum.
    AsNeededOnly,
    /// Only active medication rows were sent, so the history is not known.
    ActiveRowsOnly,
    /// A condition that may be a cancer and is in none of the lists; holds its name.
    PerhapsCancer(String),
}

/// A fact with three values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// It is so, and this is what shows it.
    Yes(T),
    /// It is not so, in the data received.
    No,
    /// It cannot be told.
    Unsure(Doubt),
}

impl<T> Known<T> {
    /// What shows it, if it is so.
    pub fn yes(&self) -> Option<&T> {
        match self {
            Known::Yes(value) => Some(value),
            _ => None,
        }
    }

    /// Is it so?
    pub fn is_yes(&self) -> bool {
        matches!(self, Known::Yes(_))
    }

    /// Is it known not to be so?
    pub fn is_no(&self) -> bool {
        matches!(self, Known::No)
    }

    /// Why it cannot be told, if so.
    pub fn doubt(&self) -> Option<&Doubt> {
        match self {
            Known::Unsure(doubt) => Some(doubt),
            _ => None,
        }
    }
}

/// A date as precise as the record has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactDate {
    /// First day covered, in the site's time zone.
    pub date: Date,
    /// How precise.
    pub precision: Precision,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl FactDate {
    /// An exact day.
    pub fn day_of(date: Date) -> FactDate {
        FactDate {
            date,
            precision: Precision::Day,
        }
    }

    /// "Mar 2021", or "2021" where the record has only the year: how long-standing facts are dated.
    pub fn month_year(self) -> String {
        match self.precision {
            Precision::Year => self.date.year().to_string(),
            _ => format!("{} {}", self.month(), self.date.year()),
        }
    }

    /// "4 Nov 2026", or less where the record has less: how recent facts are dated.
    pub fn day(self) -> String {
        match self.precision {
            Precision::Year | Precision::Month => self.month_year(),
            _ => format!("{} {} {}", self.date.day(), self.month(), self.date.year()),
        }
    }

    fn month(self) -> &'static str {
        MONTHS[(self.date.month() as usize - 1).min(11)]
    }
}

impl fmt::Display for FactDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.month_year())
    }
}
