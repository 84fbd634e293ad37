//! The same fact stated twice in one response (catalogue section 5 rule 5).
//!
//! Knows totals, what was not found, ages, measured values, dated conditions and repeated sentences, among the bullets and lines of a response,
//! and a bullet that only repeats its card's summary.
//! Refuses to judge two things that are meant: a critical card makes sense alone, and the brief is an overview that the
//! sheet of the rule spells out, whatever stands on another card.

use super::{pattern, unescaped};
use crate::cards::said::holds;
use crate::wire::{Card, Indicator, Response};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const BRIEF: &str = "patient-brief";

static TOTAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(at least |up to )?\d[\d.]* MME/day"));
static NOT_FOUND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bno ([a-z][a-z ,/-]*?)(?: was)? found\b"));
static AGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bage \d+\b"));
static MEASURED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(QTc|eGFR|PEG|PHQ-9|GAD-7)( score)? \d[\d.]*"));
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?P<name>.+?),? \(?on the record since (?P<date>[A-Z][a-z]{2} \d{4})")
});
static APART: LazyLock<Regex> = LazyLock::new(|| pattern(r",| or | and "));

/// A bullet or line.
struct Statement {
    text: String,
    card: usize,
    critical: bool,
    brief: bool,
    /// It stands before the first paragraph.
    reason: bool,
}

/// Facts of a response that stand in two places.
pub(super) fn check(response: &Response) -> Vec<String> {
    let statements: Vec<Statement> = response
        .cards
        .iter()
        .enumerate()
        .flat_map(|(at, card)| statements(at, card))
        .collect();
    let mut faults = Vec::new();
    for (at, one) in statements.iter().enumerate() {
        let others = statements[at + 1..].iter().filter(|other| meet(one, other));
        faults.extend(others.filter_map(|other| {
            let what = same(&one.text, &other.text)?;
            Some(format!(
                "{what} is said twice: \"{}\" and \"{}\"",
                one.text, other.text
            ))
        }));
    }
    for (at, card) in response.cards.iter().enumerate() {
        let own = statements.iter().filter(|own| own.card == at && own.reason);
        let own: Vec<&Statement> = own.collect();
        let repeats = |own: &&&Statement| !own.brief && only_repeats(&own.text, &card.summary);
        // A reason that the summary names may stand alone: no card is without one.
        if own.len() > 1 {
            let repeated = own.iter().filter(repeats);
            faults
                .extend(repeated.map(|own| format!("the summary says already: \"{}\"", own.text)));
        }
    }
    faults
}

fn statements(at: usize, card: &Card) -> Vec<Statement> {
    let detail = card.detail.as_deref().unwrap_or_default();
    let reasons = detail.split("\n\n").next().unwrap_or_default();
    let reasons = reasons
        .lines()
        .filter(|line| line.starts_with("- "))
        .count();
    let lines = detail.lines().filter_map(|line| line.strip_prefix("- "));
    lines
        .enumerate()
        .map(|(place, line)| Statement {
            reason: place < reasons,
            text: unescaped(line),
            card: at,
            critical: card.indicator == Indicator::Critical,
            brief: card
                .extension
                .card
                .rules
                .first()
                .is_some_and(|rule| rule == BRIEF),
        })
        .collect()
}

fn meet(one: &Statement, other: &Statement) -> bool {
    one.card == other.card || !(one.critical || other.critical || one.brief != other.brief)
}

/// What both texts state, if there is such a thing.
fn same(one: &str, other: &str) -> Option<&'static str> {
    let share = |found: fn(&str) -> BTreeSet<String>| !found(one).is_disjoint(&found(other));
    if share(totals) {
        Some("a total")
    } else if share(not_found) {
        Some("what was not found")
    } else if share(ages) {
        Some("an age")
    } else if share(measured) {
        Some("a measured value")
    } else if names_condition(one, other) || names_condition(other, one) {
        Some("a condition")
    } else if holds(one, other, 3) || holds(other, one, 3) {
        Some("a sentence")
    } else {
        None
    }
}

fn matches(pattern: &Regex, text: &str) -> BTreeSet<String> {
    pattern
        .find_iter(text)
        .map(|found| found.as_str().to_lowercase())
        .collect()
}

/// Amounts of a text that speaks of totals; those of single medicines may be equal.
fn totals(text: &str) -> BTreeSet<String> {
    match text.to_lowercase().contains("total") {
        true => matches(&TOTAL, text),
        false => BTreeSet::new(),
    }
}

fn not_found(text: &str) -> BTreeSet<String> {
    let things = NOT_FOUND
        .captures_iter(text)
        .filter_map(|found| found.get(1));
    things
        .flat_map(|things| APART.split(things.as_str()))
        .map(|thing| thing.trim().trim_start_matches("no ").to_lowercase())
        .collect()
}

fn ages(text: &str) -> BTreeSet<String> {
    matches(&AGE, text)
}

fn measured(text: &str) -> BTreeSet<String> {
    matches(&MEASURED, text)
}

/// "Sleep apnea, on the record since Mar 2021" and, elsewhere, "sleep apnea (Mar 2021)" or the same again.
fn names_condition(one: &str, other: &str) -> bool {
    CONDITION.captures(one).is_some_and(|found| {
        let (name, date) = (found["name"].to_lowercase(), found["date"].to_lowercase());
        let other = other.to_lowercase();
        [
            format!("{name} ({date}"),
            format!("{name}, on the record"),
            format!("{name} (on the record"),
        ]
        .iter()
        .any(|again| other.contains(again))
    })
}

fn only_repeats(text: &str, summary: &str) -> bool {
    let bare_total = text.to_lowercase().starts_with("opioid total");
    holds(text, summary, 2) || bare_total && !totals(text).is_disjoint(&matches(&TOTAL, summary))
}

#[cfg(test)]
mod tests {
    use super::{only_repeats, same};

    #[test]
    fn a_fact_in_other_words_is_found() {
        for (one, other) in [
            (
                "No check-in found: plan one within 14 days, by video or phone too.",
                "No check-in found until 29 Nov 2026",
            ),
            (
                "Opioid total 45 MME/day",
                "The opioid total would rise to 45 MME/day (was 23): note what it should make possible.",
            ),
            (
                "Age 65: sleepiness and falls come more easily",
                "Age 65: start low and go slowly; falls, confusion and constipation come more easily.",
            ),
            (
                "Obstructive sleep apnea, on the record since Mar 2021",
                "Fentanyl with obstructive sleep apnea (Mar 2021): breathing can slow more, most in sleep.",
            ),
            (
                "Methadone with QTc 500 ms (20 Sep 2026): look at the rhythm first.",
                "QTc 500 ms on 20 Sep 2026",
            ),
            (
                "No goal found in the data received; no PEG score found",
                "No goal, shared plan or PEG score found since Nov 2025",
            ),
            (
                "Lorazepam 1 mg/day, in these orders",
                "Lorazepam 1 mg/day, in these orders: it adds to sleepiness and slow breathing",
            ),
        ] {
            assert!(same(one, other).is_some(), "{one} / {other}");
        }
        assert!(only_repeats(
            "Opioid total 68 MME/day",
            "Oxycodone, 68 MME/day in total; no rescue naloxone found."
        ));
        assert!(only_repeats("Age 7", "Codeine at age 7: labels say no."));
    }

    #[test]
    fn two_facts_are_two() {
        for (one, other) in [
            (
                "Oxycodone 20 mg/day (30 MME/day), from 1 Nov 2026",
                "Morphine 30 mg/day (30 MME/day), from 20 Oct 2026",
            ),
            (
                "Opioid total 60 MME/day",
                "Opioid total of at least 60 MME/day",
            ),
            (
                "Opioid use disorder, on the record since Feb 2022",
                "Treatment for opioid use disorder since Feb 2022: keep it going",
            ),
            (
                "No opioid found in this record in the last 90 days",
                "No goal found in the data received; no PEG score found",
            ),
        ] {
            assert_eq!(same(one, other), None, "{one} / {other}");
        }
        assert!(!only_repeats(
            "Obstructive sleep apnea, on the record since Mar 2021",
            "Oxycodone and obstructive sleep apnea (Mar 2021). Add a nasal spray?"
        ));
    }
}
