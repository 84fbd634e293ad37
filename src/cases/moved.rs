//! A request moved in time by whole days, so that it never goes stale: every date in it, birth dates too.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;

/// Whole days from one instant to a later one.
pub fn days_between(from: Timestamp, to: Timestamp) -> i32 {
    let day = |instant: Timestamp| instant.to_zoned(TimeZone::UTC).date();
    day(from)
        .until(day(to))
        .map(|span| span.get_days())
        .unwrap_or_default()
}

/// The same body with every FHIR date and dateTime moved. What is no JSON stays as it is.
pub fn moved(body: &[u8], days: i32) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) if days != 0 => {
            shift(&mut value, "", days);
            value.to_string().into_bytes()
        }
        _ => body.to_owned(),
    }
}

fn shift(value: &mut Value, name: &str, days: i32) {
    match value {
        Value::String(text) => {
            if let Some(moved) = shifted(text, name, days) {
                *text = moved;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| shift(value, name, days)),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                shift(value, name, days);
            }
        }
        _ => {}
    }
}

/// Dates with a day anywhere; years and months only where a date belongs, since a code may look like a year.
fn shifted(text: &str, name: &str, days: i32) -> Option<String> {
    let rest = text.get(10..).unwrap_or_default();
    if let Some(date) = text.get(..10).and_then(date)
        && (rest.is_empty() || rest.starts_with('T'))
    {
        return Some(format!("{}{rest}", plus(date, days)?));
    }
    if !is_date_element(name) {
        return None;
    }
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => return None,
    };
    let moved = plus(date(&whole)?, days)?.to_string();
    moved.get(..text.len()).map(str::to_owned)
}

fn is_date_element(name: &str) -> bool {
    name.ends_with("Date")
        || name.ends_with("DateTime")
        || name.ends_with("On")
        || [
            "start",
            "end",
            "date",
            "issued",
            "created",
            "lastUpdated",
            "dateAsserted",
        ]
        .contains(&name)
}

fn date(text: &str) -> Option<Date> {
    let plain = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if plain { text.parse().ok() } else { None }
}

fn plus(date: Date, days: i32) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_move_and_what_looks_like_one_does_not() {
        let body = json!({
            "birthDate": "1970-01-31", "authoredOn": "2026-10-31T23:59:59.5-05:00", "onsetDateTime": "2021",
            "period": {"start": "2024-02"}, "code": "2021", "id": "2026-10-31-1", "text": "since 2026-10-31",
            "list": ["2026-12-31"]
        });
        let moved: Value =
            serde_json::from_slice(&moved(body.to_string().as_bytes(), 1)).expect("JSON");
        assert_eq!(
            moved,
            json!({
                "birthDate": "1970-02-01", "authoredOn": "2026-11-01T23:59:59.5-05:00", "onsetDateTime": "2021",
                "period": {"start": "2024-02"}, "code": "2021", "id": "2026-10-31-1", "text": "since 2026-10-31",
                "list": ["2027-01-01"]
            })
        );
    }

    #[test]
    fn what_is_no_json_or_does_not_move_stays_byte_by_byte() {
        assert_eq!(moved(b"{", 5), b"{");
        assert_eq!(
            moved(b"{ \"a\": \"2026-01-01\" }", 0),
            b"{ \"a\": \"2026-01-01\" }"
        );
    }

    #[test]
    fn days_are_whole() {
        let at = |text: &str| text.parse().expect("an instant");
        assert_eq!(
            days_between(at("2026-11-01T12:00:00Z"), at("2026-11-02T01:00:00Z")),
            1
        );
        assert_eq!(
            days_between(at("2026-11-01T12:00:00Z"), at("2026-10-01T13:00:00Z")),
            -31
        );
    }
}
