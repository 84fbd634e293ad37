//! FHIR dates and times, which may be partial.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, tz::Offset, tz::TimeZone};

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
    /// Reads `2021`, `2021-03`, `2021-03-04` or a date with a time, with or without seconds, fraction and offset.
    ///
    /// `24:00` is midnight of the next day, as ISO 8601 has it; a leap second is the second before.
    /// Anything else, and days that do not exist, are `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, time) = match text.find(['T', 't', ' ']) {
            Some(at) => (text.get(..at)?, Some(text.get(at + 1..)?)),
            None => (text, None),
        };
        let mut parts = date.split('-');
        let year = i16::try_from(digits(parts.next()?, 4)?)
            .ok()
            .filter(|y| *y > 0)?;
        let month = small(parts.next())?;
        let day = small(parts.next())?;
        if parts.next().is_some() {
            return None;
        }
        match (month, day, time) {
            (None, _, None) => Some(Self {
                first: Date::new(year, 1, 1).ok()?,
                last: Date::new(year, 12, 31).ok()?,
                precision: Precision::Year,
                instant: None,
            }),
            (Some(month), None, None) => {
                let first = Date::new(year, month, 1).ok()?;
                Some(Self {
                    first,
                    last: first.last_of_month(),
                    precision: Precision::Month,
                    instant: None,
                })
            }
            (Some(month), Some(day), None) => Some(Self::day(Date::new(year, month, day).ok()?)),
            (Some(month), Some(day), Some(time)) => {
                Self::with_time(Date::new(year, month, day).ok()?, time)
            }
            _ => None,
        }
    }

    /// A whole day.
    pub fn day(day: Date) -> Self {
        Self {
            first: day,
            last: day,
            precision: Precision::Day,
            instant: None,
        }
    }

    fn with_time(day: Date, text: &str) -> Option<Self> {
        let zone = text.find(['Z', 'z', '+', '-']);
        let (clock, zone) = text.split_at(zone.unwrap_or(text.len()));
        let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let mut parts = whole.split(':');
        let hour = digits(parts.next()?, 2)?;
        let minute = digits(parts.next()?, 2)?;
        let second = parts.next().map_or(Some(0), |s| digits(s, 2))?;
        if parts.next().is_some() || minute > 59 || second > 60 {
            return None;
        }
        let midnight = hour == 24 && minute == 0 && second == 0;
        let day = if midnight { day.tomorrow().ok()? } else { day };
        let hour = if midnight { 0 } else { hour };
        let time = Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second.min(59)).ok()?,
            nanoseconds(fraction)?,
        )
        .ok()?;
        let instant = match offset(zone)? {
            None => None,
            // The last hours of the year 9999 have no timestamp; the day still stands.
            Some(offset) => offset.to_timestamp(day.to_datetime(time)).ok(),
        };
        Some(Self {
            precision: Precision::Time,
            instant,
            ..Self::day(day)
        })
    }

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

/// Exactly so many digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Two digits, if the part is there at all.
fn small(part: Option<&str>) -> Option<Option<i8>> {
    match part {
        None => Some(None),
        Some(text) => Some(Some(i8::try_from(digits(text, 2)?).ok()?)),
    }
}

/// The first nine digits of a fraction.
fn nanoseconds(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9.9}").parse().ok()
}

/// `Z`, `+01:00`, `+0100`, `+01` or nothing; garbage is the outer `None`.
fn offset(text: &str) -> Option<Option<Offset>> {
    let (sign, rest) = match text.chars().next() {
        None => return Some(None),
        Some('Z' | 'z') => return (text.len() == 1).then_some(Some(Offset::UTC)),
        Some('-') => (-1, text.get(1..)?),
        Some(_) => (1, text.get(1..)?),
    };
    let (hours, minutes) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at_checked(2)?,
        _ => rest.split_once(':')?,
    };
    let hours = digits(hours, 2).filter(|h| *h <= 14)?;
    let minutes = digits(minutes, 2).filter(|m| *m <= 59)?;
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Offset::from_seconds(sign * seconds).ok().map(Some)
}
