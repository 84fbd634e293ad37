//! Times a day from a `Timing` (R1, R2, R3).
//!
//! Knows frequencies, periods, times of day and timing codes.
//! Refuses to know bounds, which dilute no daily dose (R9), and the longest interval, since the shortest counts.

use super::{Fraction, Timing, text};
use rust_decimal::Decimal;

const DAYS_IN_WEEK: Decimal = Decimal::from_parts(7, 0, 0, false, 0);

/// How often a day; `None` where the timing does not tell.
pub(super) fn times_per_day(timing: &Timing) -> Option<Fraction> {
    match period(timing) {
        Period::Days(days) => on_days_of_week(per_period(timing, days)?, Some(days), timing),
        Period::Absent => on_days_of_week(without_period(timing, true)?, None, timing),
        Period::Unusable => on_days_of_week(without_period(timing, false)?, None, timing),
    }
}

enum Period {
    Days(Fraction),
    Absent,
    /// Zero, negative, or without a unit that is one.
    Unusable,
}

fn period(timing: &Timing) -> Period {
    let Some(value) = timing.period else {
        return Period::Absent;
    };
    let unit = timing.period_unit.as_deref().and_then(days_of_unit);
    match unit.and_then(|days| days.times(value)) {
        Some(days) => Period::Days(days),
        None => Period::Unusable,
    }
}

/// Days in a unit of time: mo = 30 d, a = 365 d (R1).
pub(super) fn days_of_unit(unit: &str) -> Option<Fraction> {
    let days = |top: i64, bottom: i64| Fraction::of(top.into(), bottom.into());
    let unit = unit.trim().to_lowercase();
    match unit.trim_matches(|letter| "{}.".contains(letter)) {
        "s" | "sec" | "second" | "seconds" => days(1, 86_400),
        "min" | "mins" | "minute" | "minutes" => days(1, 1_440),
        "h" | "hr" | "hrs" | "hour" | "hours" => days(1, 24),
        "d" | "day" | "days" => days(1, 1),
        "wk" | "wks" | "week" | "weeks" => days(7, 1),
        "mo" | "month" | "months" => days(30, 1),
        "a" | "year" | "years" => days(365, 1),
        _ => None,
    }
}

/// R1; where no frequency is given but times of day are, those are how often (R2).
fn per_period(timing: &Timing, days: Fraction) -> Option<Fraction> {
    let frequency = match timing.frequency_max.or(timing.frequency) {
        Some(frequency) => frequency,
        None => counted(timing).unwrap_or(Decimal::ONE),
    };
    days.inverse().times(frequency)
}

/// R2.
fn without_period(timing: &Timing, frequency_is_per_day: bool) -> Option<Fraction> {
    if let Some(count) = counted(timing) {
        return Fraction::whole(count);
    }
    if let Some(times) = coded(&timing.codes) {
        return Some(times);
    }
    let frequency = timing.frequency_max.or(timing.frequency)?;
    frequency_is_per_day.then(|| Fraction::whole(frequency))?
}

fn counted(timing: &Timing) -> Option<Decimal> {
    [timing.times_of_day, timing.when]
        .into_iter()
        .find(|count| *count > 0)
        .map(Decimal::from)
}

/// The most that any readable code or text of the timing allows.
fn coded(codes: &[String]) -> Option<Fraction> {
    codes
        .iter()
        .filter_map(|code| text::times_per_day(code))
        .reduce(|most, next| if next.order(most).is_gt() { next } else { most })
}

/// R3: the average day of the week.
///
/// A period of a week or longer is no daily rhythm that the days thin out: there the days only say when,
/// and once on each of them is the least that is meant.
fn on_days_of_week(times: Fraction, period: Option<Fraction>, timing: &Timing) -> Option<Fraction> {
    if !(1..=7).contains(&timing.days_of_week) {
        return Some(times);
    }
    let share = Fraction::of(timing.days_of_week.into(), DAYS_IN_WEEK)?;
    let week = Fraction::whole(DAYS_IN_WEEK)?;
    if period.is_some_and(|days| days.order(week).is_ge()) {
        return Some(if share.order(times).is_gt() {
            share
        } else {
            times
        });
    }
    times.by(share)
}

#[cfg(test)]
mod tests {
    use super::times_per_day;
    use crate::dose::{Fraction, Timing};
    use rust_decimal::Decimal;

    fn repeat(frequency: Option<i64>, period: Option<(i64, &str)>) -> Timing {
        Timing {
            frequency: frequency.map(Decimal::from),
            period: period.map(|(value, _)| value.into()),
            period_unit: period.map(|(_, unit)| unit.to_owned()),
            ..Timing::default()
        }
    }

    fn times(timing: &Timing) -> Option<String> {
        let (top, bottom) = times_per_day(timing).map(Fraction::parts)?;
        Some(format!("{top}/{bottom}"))
    }

    /// R1.
    #[test]
    fn frequency_over_period() {
        for (frequency, period, expected) in [
            (Some(4), (1, "d"), "4/1"),
            (Some(1), (6, "h"), "4/1"),
            (None, (8, "h"), "3/1"),
            (Some(1), (7, "h"), "24/7"),
            (Some(1), (72, "h"), "1/3"),
            (Some(3), (1, "wk"), "3/7"),
            (Some(1), (1, "mo"), "1/30"),
            (Some(1), (1, "a"), "1/365"),
            (Some(1), (30, "min"), "48/1"),
            (Some(1), (43_200, "s"), "2/1"),
        ] {
            let timing = repeat(frequency, Some(period));
            assert_eq!(times(&timing).as_deref(), Some(expected), "{timing:?}");
        }
    }

    /// R1: the larger frequency counts.
    #[test]
    fn frequency_max_comes_before_frequency() {
        let timing = Timing {
            frequency_max: Some(6.into()),
            ..repeat(Some(4), Some((1, "d")))
        };
        assert_eq!(times(&timing).as_deref(), Some("6/1"));
    }

    /// R2.
    #[test]
    fn without_a_period_times_of_day_then_when_then_code_then_frequency_tell() {
        let mut timing = Timing {
            times_of_day: 3,
            when: 2,
            codes: vec!["QID".to_owned()],
            ..repeat(Some(1), None)
        };
        assert_eq!(times(&timing).as_deref(), Some("3/1"));
        timing.times_of_day = 0;
        assert_eq!(times(&timing).as_deref(), Some("2/1"));
        timing.when = 0;
        assert_eq!(times(&timing).as_deref(), Some("4/1"));
        timing.codes.clear();
        assert_eq!(times(&timing).as_deref(), Some("1/1"));
        timing.frequency = None;
        assert_eq!(times(&timing), None);
    }

    /// R2: frequency with period wins; without a frequency the times of day are the frequency.
    #[test]
    fn frequency_with_period_wins_over_times_of_day() {
        let mut timing = Timing {
            times_of_day: 2,
            ..repeat(Some(4), Some((1, "d")))
        };
        assert_eq!(times(&timing).as_deref(), Some("4/1"));
        timing.frequency = None;
        assert_eq!(times(&timing).as_deref(), Some("2/1"));
    }

    /// R2: the abbreviations, and codes sent as text.
    #[test]
    fn timing_codes_are_read() {
        for (code, expected) in [
            ("QD", "1/1"),
            ("BID", "2/1"),
            ("bid", "2/1"),
            ("TID", "3/1"),
            ("QID", "4/1"),
            ("QOD", "1/2"),
            ("Q1H", "24/1"),
            ("Q4H", "6/1"),
            ("Q6H", "4/1"),
            ("Q8H", "3/1"),
            ("Q12H", "2/1"),
            ("q72h", "1/3"),
            ("AM", "1/1"),
            ("PM", "1/1"),
            ("BED", "1/1"),
            ("HS", "1/1"),
            ("QHS", "1/1"),
            ("WK", "1/7"),
            ("MO", "1/30"),
            ("Q6H PRN", "4/1"),
            ("every 6 hours", "4/1"),
            ("Every 4-6 hours as needed", "6/1"),
            ("twice daily", "2/1"),
            ("three times a day", "3/1"),
            ("at bedtime", "1/1"),
            ("BID at institution specified times", "2/1"),
        ] {
            let timing = Timing {
                codes: vec!["20".to_owned(), code.to_owned()],
                ..Timing::default()
            };
            assert_eq!(times(&timing).as_deref(), Some(expected), "{code}");
        }
    }

    /// R3.
    #[test]
    fn days_of_the_week_make_an_average_day() {
        let on = |days_of_week, timing| Timing {
            days_of_week,
            ..timing
        };
        let daily = repeat(Some(2), Some((1, "d")));
        assert_eq!(times(&on(3, daily)).as_deref(), Some("6/7"));
        let weekly = repeat(Some(3), Some((1, "wk")));
        assert_eq!(times(&on(3, weekly)).as_deref(), Some("3/7"));
        let weekly = repeat(Some(1), Some((1, "wk")));
        assert_eq!(times(&on(2, weekly)).as_deref(), Some("2/7"));
        assert_eq!(times(&on(3, Timing::default())), None);
    }

    #[test]
    fn absurd_timings_tell_nothing() {
        for timing in [
            repeat(Some(0), Some((1, "d"))),
            repeat(Some(-4), Some((1, "d"))),
            repeat(Some(4), Some((0, "d"))),
            repeat(Some(4), Some((-1, "d"))),
            repeat(Some(4), Some((1, "fortnight"))),
            repeat(Some(0), None),
        ] {
            assert_eq!(times(&timing), None, "{timing:?}");
        }
    }
}
