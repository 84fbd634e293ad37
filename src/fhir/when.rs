//! FHIR dates and times, which may be partial.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// How much of a date is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `2021`
    Year,
    /// `2021-03`
    Month,
    /// `2021-03-04`
    Day,
    /// With a time; in the zone given, or as written where none is.
    Time,
}

/// A FHIR `date`, `dateTime` or `instant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// First day that the value covers, as written.
    pub first: Date,
    /// Last day that the value covers, as written.
    pub last: Date,
    /// How much was given.
    pub precision: Precision,
    /// The instant, where time and offset are given.
    pub instant: Option<Timestamp>,
}

impl When {
    /// The first day in the site's time zone.
    pub fn start(&self, zone: &TimeZone) -> Date {
        self.instant
            .map_or(self.first, |t| t.to_zoned(zone.clone()).date())
    }

    /// The last day in the site's time zone.
    pub fn end(&self, zone: &TimeZone) -> Date {
        self.instant
            .map_or(self.last, |t| t.to_zoned(zone.clone()).date())
    }
}
