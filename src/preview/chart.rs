//! The daily dose over twelve months, drawn in SVG.
//!
//! Knows pixels and labels.
//! Refuses to draw what is not known: days without a number stay empty.

use crate::dose::MmePerDay;
use crate::patient::CourseStep;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

/// Room for the drawing, in user units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 150.0;
/// Totals that the guideline names as points to pause.
const MARKS: [u32; 2] = [50, 90];

/// What the template draws.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Chart {
    /// Attribute `d` of the line.
    pub(super) path: String,
    /// Attribute `d` of the area under it.
    pub(super) area: String,
    /// Labelled heights.
    pub(super) marks: Vec<Mark>,
    /// Labelled days.
    pub(super) days: Vec<Mark>,
    /// The regimen if the drafts are signed: its height.
    pub(super) after: Option<Mark>,
    /// The same in words.
    pub(super) words: String,
    /// Each change, for those who read rather than look.
    pub(super) rows: Vec<Row>,
}

/// A labelled place.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Mark {
    at: String,
    label: String,
}

/// Days with the same total.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    days: String,
    mme: String,
}

/// Where days and totals stand.
struct Scale {
    first: Date,
    days: f64,
    most: f64,
}

impl Scale {
    fn x(&self, day: Date) -> f64 {
        let since = (day - self.first).get_days();
        WIDTH * f64::from(since) / self.days
    }

    fn y(&self, mme: f64) -> f64 {
        HEIGHT - HEIGHT * mme / self.most
    }
}

impl Chart {
    /// None where no day has a number above zero: an empty chart says nothing.
    pub(super) fn of(steps: &[CourseStep], after: Option<MmePerDay>) -> Option<Chart> {
        let (first, last) = (steps.first()?.first, steps.last()?.last);
        let number = |mme: MmePerDay| mme.value().to_f64().unwrap_or_default();
        let totals = steps.iter().filter_map(|step| step.mme_per_day);
        let most = totals.chain(after).map(number).fold(0.0, f64::max);
        if most <= 0.0 {
            return None;
        }
        let scale = Scale {
            first,
            days: f64::from((last - first).get_days().max(1)),
            most: (most * 1.15).max(60.0),
        };
        let (path, area) = lines(steps, &scale);
        let marks = MARKS
            .into_iter()
            .map(f64::from)
            .filter(|mark| *mark < scale.most)
            .map(|mark| Mark {
                at: place(scale.y(mark)),
                label: mark.to_string(),
            })
            .collect();
        Some(Chart {
            path,
            area,
            marks,
            days: days(first, &scale),
            after: after.map(|mme| Mark {
                at: place(scale.y(number(mme))),
                label: mme.rounded(),
            }),
            words: words(steps, after),
            rows: steps.iter().map(row).collect(),
        })
    }
}

/// A step goes level to the day on which the next one begins; unknown days interrupt the line.
fn lines(steps: &[CourseStep], scale: &Scale) -> (String, String) {
    let (mut path, mut area) = (String::new(), String::new());
    let mut drawn = false;
    let floor = place(HEIGHT);
    for (step, next) in steps.iter().zip(steps.iter().skip(1)) {
        let Some(mme) = step.mme_per_day else {
            drawn = false;
            continue;
        };
        let height = mme.value().to_f64().unwrap_or_default();
        let (from, to) = (place(scale.x(step.first)), place(scale.x(next.first)));
        let y = place(scale.y(height));
        let pen = if drawn { "L" } else { "M" };
        path.push_str(&format!("{pen}{from} {y}H{to}"));
        if mme.value() > Decimal::ZERO {
            area.push_str(&format!("M{from} {floor}V{y}H{to}V{floor}Z"));
        }
        drawn = true;
    }
    if let (Some(mme), true) = (steps.last().and_then(|step| step.mme_per_day), drawn) {
        let y = place(scale.y(mme.value().to_f64().unwrap_or_default()));
        path.push_str(&format!("V{y}"));
    }
    (path, area)
}

/// The first of every third month.
fn days(first: Date, scale: &Scale) -> Vec<Mark> {
    let begin = first.first_of_month();
    (1..=12)
        .step_by(3)
        .filter_map(|months| begin.checked_add(jiff::Span::new().months(months)).ok())
        .map(|day| Mark {
            at: place(scale.x(day)),
            label: day.strftime("%b %Y").to_string(),
        })
        .collect()
}

fn place(at: f64) -> String {
    format!("{:.1}", at)
}

fn shown(step: &CourseStep) -> String {
    match step.mme_per_day {
        Some(mme) if step.floor => format!("at least {}", mme.rounded()),
        Some(mme) => mme.rounded(),
        None => "not known".to_owned(),
    }
}

fn words(steps: &[CourseStep], after: Option<MmePerDay>) -> String {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return String::new();
    };
    let signed = after.map_or(String::new(), |mme| {
        format!("; {} if this is signed", mme.rounded())
    });
    format!(
        "Daily dose in MME: {} on {}, {} on {}{signed}. The table below has every change.",
        shown(first),
        first.first.strftime("%-d %b %Y"),
        shown(last),
        last.last.strftime("%-d %b %Y"),
    )
}

fn row(step: &CourseStep) -> Row {
    let (first, last) = (
        step.first.strftime("%-d %b %Y"),
        step.last.strftime("%-d %b %Y"),
    );
    Row {
        days: if step.first == step.last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        },
        mme: shown(step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(first: &str, last: &str, mme: Option<i64>) -> CourseStep {
        CourseStep {
            first: first.parse().expect("a date"),
            last: last.parse().expect("a date"),
            mme_per_day: mme.map(|mme| MmePerDay::new(Decimal::from(mme))),
            floor: false,
        }
    }

    #[test]
    fn unknown_days_stay_empty_and_the_words_say_the_same() {
        let steps = [
            step("2025-11-01", "2026-01-31", None),
            step("2026-02-01", "2026-10-31", Some(60)),
            step("2026-11-01", "2026-11-01", Some(60)),
        ];
        let chart = Chart::of(&steps, Some(MmePerDay::new(Decimal::from(90)))).expect("a chart");
        assert_eq!(chart.path.matches('M').count(), 1);
        assert!(!chart.path.starts_with("M0.0 "), "{}", chart.path);
        assert!(chart.words.contains("not known on 1 Nov 2025"));
        assert!(chart.words.contains("90 if this is signed"));
        assert_eq!(chart.marks.len(), 2);
        assert_eq!(chart.rows.len(), 3);
    }

    #[test]
    fn without_a_number_there_is_no_chart() {
        assert!(Chart::of(&[], None).is_none());
        let zero = [step("2025-11-01", "2026-11-01", Some(0))];
        assert!(Chart::of(&zero, None).is_none());
    }
}
