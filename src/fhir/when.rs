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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(text: &str) -> Option<String> {
        When::parse(text).map(|w| format!("{}/{}", w.first, w.last))
    }

    fn instant(text: &str) -> Option<String> {
        When::parse(text)
            .and_then(|w| w.instant)
            .map(|t| t.to_string())
    }

    #[test]
    fn partial_dates_cover_all_their_days() {
        assert_eq!(days("2021").unwrap(), "2021-01-01/2021-12-31");
        assert_eq!(days("2021-04").unwrap(), "2021-04-01/2021-04-30");
        assert_eq!(days("2024-02").unwrap(), "2024-02-01/2024-02-29");
        assert_eq!(days("2021-03-04").unwrap(), "2021-03-04/2021-03-04");
        let precisions: Vec<_> = ["2021", "2021-04", "2021-04-01", "2021-04-01T10:00"]
            .iter()
            .map(|t| When::parse(t).unwrap().precision)
            .collect();
        use Precision::{Day, Month, Time, Year};
        assert_eq!(precisions, [Year, Month, Day, Time]);
    }

    #[test]
    fn leap_days_exist_only_in_leap_years() {
        assert!(days("2024-02-29").is_some());
        assert!(days("2000-02-29").is_some());
        assert!(days("1900-02-29").is_none());
        assert!(days("2021-02-29").is_none());
        assert!(days("2021-02-29T10:00:00Z").is_none());
    }

    #[test]
    fn times_are_read_with_offset_fraction_and_without() {
        assert_eq!(
            instant("2021-03-04T10:00:00Z").unwrap(),
            "2021-03-04T10:00:00Z"
        );
        assert_eq!(
            instant("2021-03-04T00:30:00+01:00").unwrap(),
            "2021-03-03T23:30:00Z"
        );
        assert_eq!(
            instant("2021-03-04T23:30:00-05:30").unwrap(),
            "2021-03-05T05:00:00Z"
        );
        assert_eq!(
            instant("2021-03-04T10:00:00.5+14:00").unwrap(),
            "2021-03-03T20:00:00.5Z"
        );
        assert_eq!(
            instant("2021-03-04T10:00:00.123456789123Z").unwrap(),
            "2021-03-04T10:00:00.123456789Z"
        );
        assert_eq!(
            instant("2021-03-04T10:00:00+0100").unwrap(),
            "2021-03-04T09:00:00Z"
        );
        assert_eq!(
            instant("2021-03-04t10:00z").unwrap(),
            "2021-03-04T10:00:00Z"
        );
        assert_eq!(
            instant(" 2021-03-04 10:00:00-00:00 ").unwrap(),
            "2021-03-04T10:00:00Z"
        );
        assert_eq!(instant("2021-03-04T10:00:00"), None);
        assert_eq!(
            days("2021-03-04T10:00:00").unwrap(),
            "2021-03-04/2021-03-04"
        );
    }

    #[test]
    fn midnight_at_the_end_of_a_day_is_the_next_day() {
        assert_eq!(
            days("2021-02-28T24:00:00").unwrap(),
            "2021-03-01/2021-03-01"
        );
        assert_eq!(
            instant("2021-12-31T24:00:00Z").unwrap(),
            "2022-01-01T00:00:00Z"
        );
        assert_eq!(days("2021-02-28T24:00:01"), None);
        assert_eq!(
            instant("2016-12-31T23:59:60Z").unwrap(),
            "2016-12-31T23:59:59Z"
        );
    }

    #[test]
    fn the_day_is_that_of_the_sites_zone() {
        let chicago = TimeZone::get("America/Chicago").unwrap();
        let when = When::parse("2021-03-04T02:00:00Z").unwrap();
        assert_eq!(when.start(&chicago).to_string(), "2021-03-03");
        let local = When::parse("2021-03-04T02:00:00").unwrap();
        assert_eq!(local.start(&chicago).to_string(), "2021-03-04");
        let year = When::parse("2021").unwrap();
        assert_eq!(year.end(&chicago).to_string(), "2021-12-31");
    }

    #[test]
    fn the_ends_of_time_are_survived() {
        assert_eq!(days("9999-12-31").unwrap(), "9999-12-31/9999-12-31");
        assert_eq!(days("9999-12-31T24:00:00Z"), None);
        assert_eq!(instant("9999-12-31T23:59:59-14:00"), None);
        assert!(days("9999-12-31T23:59:59-14:00").is_some());
        assert_eq!(days("0000"), None);
        assert!(When::parse("0001-01-01T00:00:00+14:00").is_some());
    }

    #[test]
    fn garbage_is_nothing() {
        for garbage in [
            "",
            " ",
            "T",
            "yesterday",
            "21",
            "20210304",
            "2021-3-4",
            "2021-13",
            "2021-00",
            "2021-01-00",
            "2021-01-32",
            "2021-",
            "2021-01-01-01",
            "2021T10:00:00Z",
            "2021-01T10:00:00Z",
            "-2021-01-01",
            "+2021-01-01",
            "２０２１",
            "2021-01-01T",
            "2021-01-01T10",
            "2021-01-01T25:00:00",
            "2021-01-01T10:60:00",
            "2021-01-01T10:00:61",
            "2021-01-01T10:00:00.",
            "2021-01-01T10:00:00.1.2",
            "2021-01-01T10:00:00 EST",
            "2021-01-01T10:00:00+15:00",
            "2021-01-01T10:00:00+01:60",
            "2021-01-01T10:00:00ZZ",
            "2021-01-01T10:00:00+é1",
            "2021-01-01T10:00:00:00",
        ] {
            assert_eq!(When::parse(garbage), None, "{garbage:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), zone in -14i32..=14) {
            let zone = TimeZone::fixed(Offset::from_seconds(zone * 3600).unwrap());
            if let Some(when) = When::parse(&text) {
                let _ = (when.start(&zone), when.end(&zone));
            }
        }

        #[test]
        fn nothing_like_a_date_panics(text in "[0-9]{4}(-[0-9]{2}(-[0-9]{2}([Tt ][0-9:.]{0,12}([Zz]|[+-][0-9:]{0,6})?)?)?)?", zone in -14i32..=14) {
            let zone = TimeZone::fixed(Offset::from_seconds(zone * 3600).unwrap());
            if let Some(when) = When::parse(&text) {
                prop_assert!(when.first <= when.last);
                prop_assert!(when.start(&zone) <= when.end(&zone));
            }
        }
    }
}
