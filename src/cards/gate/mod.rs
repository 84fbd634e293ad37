//! The language gate: what every card must keep to, whatever rule made it (language guide, contract section 6).
//!
//! Knows lengths, terms, reading level and the shape of `detail`.
//! Refuses to know why a card was made.
//! Used by `opioid-cds check` and by the tests, not while a call is answered.

mod prose;
mod reading;
mod resources;
mod terms;
mod twice;
mod words;

pub(crate) use terms::banned;

use super::MME_WORDS;
use super::about::MOST_REASONS;
use super::checks::LONGEST_LABEL;
use super::compose::LONGEST_SUMMARY;
use super::detail::HARD_LIMIT;
use super::escape::units;
use crate::patient::Language;
use crate::wire::{Card, Coding, Indicator, Response, Suggestion};
use regex::Regex;
use std::sync::LazyLock;

/// With what a summary does not start.
const OPENERS: [&str; 4] = ["warning", "alert", "high risk", "caution"];

/// The opener that a summary has and must not have.
pub(crate) fn opener(summary: &str) -> Option<&'static str> {
    let start = summary
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    OPENERS.into_iter().find(|opener| {
        start
            .strip_prefix(opener)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

static ORDERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(must|have to|has to)\b"));
/// What nobody has to do is no order.
static FREED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(\bnot|n['’]t) have to\b|\bnobody\b[^.?]{0,30}\bhas to\b"));
static SURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bno history of\b"));
static HTML: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[A-Za-z/!?]"));
static GRADE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"categor(y|ies) [AB]\b[^.;]*evidence types? [1-4]|\b[AB]/[1-4]\b"));
static MACHINE_DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d{4}-\d{2}-\d{2}\b"));
static PICTURES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\x{1F000}-\x{1FAFF}\x{2600}-\x{27BF}]"));
static SHAPES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)^\s*(#{1,6} |\||```|~~~|>|[-*] \[[ xX]\])|!\["));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern that the tests compile")
}

/// What stands in bold before words in Spanish: a page that shows a detail has to name the language for readers of screens.
pub fn before_spanish() -> Option<&'static str> {
    words::before_spanish()
}

/// How hard the words that a detail offers for the patient are to read, where it offers any:
/// "grade 5.2" (Flesch-Kincaid, English) or "ease 84" (Fernández-Huerta, Spanish).
pub fn reading_of_words(detail: &str) -> Option<String> {
    words::measure(detail)
}

/// Everything in which the body of a 200 breaks the rules: what `response.json` of a case holds.
pub fn check_body(body: &str) -> Vec<String> {
    match serde_json::from_str::<Response>(body) {
        Ok(response) => check_response(&response),
        Err(error) => vec![format!("not a response: {error}")],
    }
}

/// Everything in which a response breaks the rules, each with the card's topic.
pub fn check_response(response: &Response) -> Vec<String> {
    let mut faults: Vec<String> = response
        .cards
        .iter()
        .flat_map(|card| {
            let topic = card.source.topic.code.clone();
            check_card(card)
                .into_iter()
                .map(move |fault| format!("{topic}: {fault}"))
        })
        .collect();
    let shown: String = response
        .cards
        .iter()
        .flat_map(|card| {
            [
                card.summary.as_str(),
                "\n",
                card.detail.as_deref().unwrap_or(""),
                "\n",
            ]
        })
        .collect();
    let explained = shown.matches(MME_WORDS).count();
    if shown.contains("MME") && explained != 1 {
        faults.push(format!(
            "MME is explained {explained} times in the response"
        ));
    }
    faults.extend(twice::check(response));
    faults
}

/// Everything in which a card breaks the rules.
pub fn check_card(card: &Card) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(summary(card));
    faults.extend(detail(card));
    faults.extend(prose::check(card));
    faults.extend(words::check(card));
    faults.extend(choices(card));
    faults.extend(reasons_and_links(card));
    for (place, text) in texts_for_people(card) {
        faults.extend(
            banned(&text, Language::English)
                .into_iter()
                .map(|fault| format!("{place}: {fault}")),
        );
        if SURE.is_match(&text) {
            faults.push(format!("{place}: \"no history of\" is never known"));
        }
        if card.indicator != Indicator::Critical && ORDERS.is_match(&FREED.replace_all(&text, "")) {
            faults.push(format!(
                "{place}: orders (must, have to) only on critical cards"
            ));
        }
        if text.contains('!') {
            faults.push(format!("{place}: an exclamation mark"));
        }
        if MACHINE_DATE.is_match(&text) {
            faults.push(format!("{place}: a date that people do not write"));
        }
        if PICTURES.is_match(&text) {
            faults.push(format!("{place}: a pictogram"));
        }
    }
    faults.extend(empties(card));
    faults
}

/// Texts of a card that people read, with the place where they stand.
fn texts_for_people(card: &Card) -> Vec<(String, String)> {
    let mut texts = vec![
        ("summary".to_owned(), card.summary.clone()),
        ("source".to_owned(), card.source.label.clone()),
    ];
    texts.extend(card.detail.as_deref().map(|detail| {
        (
            "detail".to_owned(),
            unescaped(&words::without_translation(detail)),
        )
    }));
    for suggestion in &card.suggestions {
        texts.push(("label".to_owned(), suggestion.label.clone()));
        texts.extend(
            suggestion
                .actions
                .iter()
                .map(|action| ("description".to_owned(), action.description.clone())),
        );
    }
    let displays = card
        .override_reasons
        .iter()
        .filter_map(|reason| reason.display.clone());
    texts.extend(displays.map(|display| ("override reason".to_owned(), display)));
    texts.extend(
        card.links
            .iter()
            .map(|link| ("link".to_owned(), link.label.clone())),
    );
    texts.extend(resources::texts(card));
    texts
}

/// Markdown as a reader sees it, near enough.
pub(super) fn unescaped(detail: &str) -> String {
    let plain = detail
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace("**", "");
    let mut text = String::with_capacity(plain.len());
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => {
                text.extend(chars.next())
            }
            _ => text.push(c),
        }
    }
    text
}

fn summary(card: &Card) -> Vec<String> {
    let text = &card.summary;
    let mut faults = Vec::new();
    let length = units(text);
    if length == 0 || length > LONGEST_SUMMARY {
        faults.push(format!(
            "the summary has {length} characters, 1 to {LONGEST_SUMMARY} are allowed"
        ));
    }
    if text.chars().any(char::is_control) {
        faults.push("a line break or control character in the summary".to_owned());
    }
    if let Some(opener) = opener(text) {
        faults.push(format!("the summary starts with \"{opener}\""));
    }
    let bullets: Vec<&str> = card
        .detail
        .iter()
        .flat_map(|detail| detail.lines().take_while(|line| !line.starts_with("**")))
        .filter_map(|line| line.strip_prefix("- "))
        .collect();
    if !bullets.is_empty() && !has_fact(text, &bullets) {
        faults.push("the summary names no fact of this person".to_owned());
    }
    faults
}

/// A number, or a word of four letters or more that a fact has too.
fn has_fact(summary: &str, bullets: &[&str]) -> bool {
    let facts = bullets.join(" ").to_lowercase();
    let summary = summary.to_lowercase();
    let mut words = summary.split(|c: char| !c.is_alphanumeric());
    words.any(|word| {
        word.chars().any(|c| c.is_ascii_digit())
            || (word.chars().count() >= 4 && facts.contains(word))
    })
}

fn detail(card: &Card) -> Vec<String> {
    let Some(detail) = &card.detail else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let length = units(detail);
    if length > HARD_LIMIT {
        faults.push(format!(
            "the detail has {length} characters, at most {HARD_LIMIT} are allowed"
        ));
    }
    let grades = GRADE.find_iter(detail).count();
    if grades > 1 {
        faults.push(format!("the evidence is graded {grades} times"));
    }
    if runs_on(detail) {
        faults.push("a line break that Markdown does not show".to_owned());
    }
    if HTML.is_match(detail) {
        faults.push("HTML in the detail".to_owned());
    }
    if SHAPES.is_match(detail) {
        faults.push(
            "a heading, table, quote, image, code block or task box in the detail".to_owned(),
        );
    }
    faults
}

/// A line that follows another one without being a bullet: Markdown would join them.
fn runs_on(detail: &str) -> bool {
    let lines: Vec<&str> = detail.lines().collect();
    lines
        .windows(2)
        .any(|pair| !pair[0].is_empty() && !pair[1].is_empty() && !pair[1].starts_with("- "))
}

fn choices(card: &Card) -> Vec<String> {
    let mut faults = Vec::new();
    if card.suggestions.is_empty() != card.selection_behavior.is_none() {
        faults.push("suggestions and selectionBehavior go together".to_owned());
    }
    if card.suggestions.len() > 4 {
        faults.push("more than four suggestions".to_owned());
    }
    for suggestion in &card.suggestions {
        let (label, length) = (&suggestion.label, units(&suggestion.label));
        if length == 0 || length > LONGEST_LABEL {
            faults.push(format!("the label \"{label}\" has {length} characters"));
        }
        if suggestion.actions.len() != 1 {
            faults.push(format!("\"{label}\" has not exactly one action"));
        }
    }
    let recommended = |suggestion: &&Suggestion| suggestion.is_recommended;
    if card.suggestions.iter().filter(recommended).count() > 1 {
        faults.push("more than one suggestion is recommended".to_owned());
    }
    faults
}

fn reasons_and_links(card: &Card) -> Vec<String> {
    let mut faults = Vec::new();
    let reasons = &card.override_reasons;
    if reasons.len() > MOST_REASONS {
        faults.push("more than eight override reasons".to_owned());
    }
    let other = reasons.iter().position(|reason| reason.code == "other");
    let is_last = other.is_some_and(|at| at + 1 == reasons.len());
    // A critical card may ask for a reason by name (sheet 4.3).
    let may_lack = card.indicator == Indicator::Critical && other.is_none();
    if !(reasons.is_empty() || is_last || may_lack) {
        faults.push("the last override reason is not `other`".to_owned());
    }
    let unnamed = |reason: &Coding| reason.display.as_deref().is_none_or(str::is_empty);
    if reasons.iter().any(unnamed) {
        faults.push("an override reason without display".to_owned());
    }
    let urls = card
        .links
        .iter()
        .map(|link| &link.url)
        .chain(&card.source.url);
    let open = urls.filter(|url| !url.starts_with("https://"));
    faults.extend(open.map(|url| format!("{url} is not https")));
    faults
}

/// R-004, R-005: neither null nor "", [] or {} anywhere.
fn empties(card: &Card) -> Vec<String> {
    match serde_json::to_value(card) {
        Ok(json) => {
            let mut faults = Vec::new();
            walk(&json, "card", &mut faults);
            faults
        }
        Err(error) => vec![format!("the card is no JSON: {error}")],
    }
}

fn walk(json: &serde_json::Value, path: &str, faults: &mut Vec<String>) {
    use serde_json::Value::{Array, Null, Object, String};
    match json {
        Null => faults.push(format!("{path} is null")),
        String(text) if text.is_empty() => faults.push(format!("{path} is an empty text")),
        Array(items) if items.is_empty() => faults.push(format!("{path} is an empty list")),
        Object(members) if members.is_empty() => faults.push(format!("{path} is an empty object")),
        Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{at}]"), faults);
            }
        }
        Object(members) => {
            for (name, member) in members {
                walk(member, &format!("{path}.{name}"), faults);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod templates;
#[cfg(test)]
mod tests;
