//! The written form of R4 `date` and `dateTime`, <https://hl7.org/fhir/R4/datatypes.html#date>.
//!
//! fhirbolt keeps dates as text and does not look at them.
//! Refuses to know a calendar beyond the length of months: no arithmetic, no time zones.

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts.next().and_then(|part| number(part, 4));
    let month = parts.next().map(|part| number(part, 2));
    let day = parts.next().map(|part| number(part, 2));
    if parts.next().is_some() {
        return false;
    }
    match (year, month, day) {
        (Some(_), None, None) => true,
        (Some(_), Some(Some(month)), None) => (1..=12).contains(&month),
        (Some(year), Some(Some(month)), Some(Some(day))) => {
            (1..=days_in(year, month)).contains(&day)
        }
        _ => false,
    }
}

/// A date, or a whole day with seconds and a zone: `2026-03-01T09:30:00-05:00`.
pub(crate) fn is_date_time(text: &str) -> bool {
    match text.split_once('T') {
        None => is_date(text),
        Some((date, time)) => date.len() == 10 && is_date(date) && is_zoned_time(time),
    }
}

fn is_zoned_time(text: &str) -> bool {
    let Some(zone_at) = text.find(['Z', '+', '-']) else {
        return false;
    };
    let (time, zone) = text.split_at(zone_at);
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let mut parts = time.split(':');
    let within = |part: Option<&str>, highest: u32| {
        part.and_then(|part| number(part, 2))
            .is_some_and(|number| number <= highest)
    };
    within(parts.next(), 23)
        && within(parts.next(), 59)
        // R4 allows a leap second.
        && within(parts.next(), 60)
        && parts.next().is_none()
        && fraction.is_none_or(|fraction| {
            !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit())
        })
        && is_zone(zone)
}

fn is_zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some((hours, minutes)) = text
        .strip_prefix(['+', '-'])
        .and_then(|offset| offset.split_once(':'))
    else {
        return false;
    };
    matches!((number(hours, 2), number(minutes, 2)), (Some(hours), Some(minutes))
        if (hours <= 13 && minutes <= 59) || (hours == 14 && minutes == 0))
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_exist_are_dates() {
        for text in ["2026", "2026-02", "2026-02-28", "2024-02-29", "2000-02-29"] {
            assert!(is_date(text), "{text}");
            assert!(is_date_time(text), "{text}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "",
            "26",
            "2026-",
            "2026-2",
            "2026-13",
            "2026-00",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-01-00",
            "2026-01-01-01",
            "01/02/2026",
            "+026-01-01",
            "2026-01-0١",
        ] {
            assert!(!is_date(text), "{text}");
            assert!(!is_date_time(text), "{text}");
        }
    }

    #[test]
    fn a_time_needs_a_whole_day_seconds_and_a_zone() {
        for text in [
            "2026-03-01T09:30:00Z",
            "2026-03-01T09:30:00.125-05:00",
            "2026-03-01T23:59:60+14:00",
        ] {
            assert!(is_date_time(text), "{text}");
            assert!(!is_date(text), "{text}");
        }
        for text in [
            "2026-03T09:30:00Z",
            "2026-03-01T09:30Z",
            "2026-03-01T09:30:00",
            "2026-03-01T24:00:00Z",
            "2026-03-01T09:30:00.Z",
            "2026-03-01T09:30:00+14:30",
            "2026-03-01T09:30:00+5",
            "2026-03-01T",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }
}
