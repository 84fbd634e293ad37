//! Templates: how a slot becomes text, escaped for its place, and where a fault of a template stands.
//!
//! Knows minijinja.
//! Refuses to know which texts there are.

use super::escape::{markdown_value, plain_value, shortened};
use super::{CardTexts, Problem, spoken};
use crate::rules::{Slot, Slots};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use std::collections::BTreeMap;

/// Places of a template, told by the end of its name.
pub(crate) const PLAIN: &str = "plain";
pub(crate) const MARKDOWN: &str = "markdown";

/// minijinja as card texts need it: strict about slots, escaping whatever is filled in.
pub(crate) fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|name| {
        AutoEscape::Custom(
            if name.ends_with(PLAIN) {
                PLAIN
            } else {
                MARKDOWN
            }
            .into(),
        )
    });
    // What a text may say about the record is escaped, always: these would switch that off.
    env.remove_filter("safe");
    env.remove_filter("escape");
    env.remove_filter("e");
    env.add_filter("fecha", spanish_date);
    env.set_formatter(write_value);
    env
}

fn write_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let plain = matches!(state.auto_escape(), AutoEscape::Custom(place) if place == PLAIN);
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let shown = match (value.is_safe(), plain) {
        // Only what a template has captured itself, so filled and escaped already.
        (true, _) => text,
        (false, true) => plain_value(&text),
        (false, false) => markdown_value(&text),
    };
    out.write_str(&shown)
        .map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))
}

/// A fault of a template, at its place in the file.
pub(crate) fn problem(error: &Error, template: &str) -> Problem {
    let mut parts = template.splitn(3, ':');
    let file = parts.next().unwrap_or_default().to_owned();
    let first: Option<u64> = parts.next().and_then(|line| line.parse().ok());
    let within = error.line().unwrap_or(1) as u64;
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    Problem {
        file,
        line: first.map(|first| first + within.saturating_sub(1)),
        message,
    }
}

/// Months as dates of the record are written in English, and their Spanish names.
const MONTHS: [(&str, &str); 12] = [
    ("Jan", "enero"),
    ("Feb", "febrero"),
    ("Mar", "marzo"),
    ("Apr", "abril"),
    ("May", "mayo"),
    ("Jun", "junio"),
    ("Jul", "julio"),
    ("Aug", "agosto"),
    ("Sep", "septiembre"),
    ("Oct", "octubre"),
    ("Nov", "noviembre"),
    ("Dec", "diciembre"),
];

/// Filter `fecha`: "3 Aug 2026" is "3 de agosto de 2026"; what is no such date stays as it is.
fn spanish_date(date: String) -> String {
    let parts: Vec<&str> = date
        .split(' ')
        .map(|part| {
            let month = MONTHS.iter().find(|(english, _)| *english == part);
            month.map_or(part, |(_, spanish)| spanish)
        })
        .collect();
    let has_month = MONTHS.iter().any(|(_, spanish)| parts.contains(spanish));
    if has_month { parts.join(" de ") } else { date }
}

/// What a template is filled with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'a> {
    /// Values by name.
    pub(crate) slots: &'a Slots,
    /// Row of the sheet.
    pub(crate) case: &'a str,
}

impl CardTexts {
    /// Fills a template.
    pub(crate) fn fill(&self, template: &str, filling: Filling<'_>) -> Result<String, Problem> {
        self.fill_shortened(template, filling, usize::MAX)
    }

    /// Fills a template; texts longer than `longest` are shortened at a word.
    pub(crate) fn fill_shortened(
        &self,
        template: &str,
        filling: Filling<'_>,
        longest: usize,
    ) -> Result<String, Problem> {
        let slots = filling
            .slots
            .iter()
            .map(|(name, slot)| (*name, value(slot, longest)));
        let context: BTreeMap<&str, Value> =
            slots.chain([("case", Value::from(filling.case))]).collect();
        self.env
            .get_template(template)
            .and_then(|compiled| compiled.render(Value::from(context)))
            .map_err(|error| problem(&error, template))
    }
}

fn value(slot: &Slot, longest: usize) -> Value {
    match slot {
        Slot::Text(text) => Value::from(text_value(text, longest)),
        Slot::List(texts) => texts
            .iter()
            .map(|text| Value::from(text_value(text, longest)))
            .collect(),
        Slot::Flag(flag) => Value::from(*flag),
    }
}

/// A text of the record, products as they are said.
fn text_value(text: &str, longest: usize) -> String {
    let said = spoken::products(text);
    shortened(said.as_deref().unwrap_or(text), longest).into_owned()
}

#[cfg(test)]
mod tests {
    use super::spanish_date;

    #[test]
    fn dates_are_written_as_spanish_does() {
        for (english, spanish) in [
            ("3 Aug 2026", "3 de agosto de 2026"),
            ("Mar 2021", "marzo de 2021"),
            ("2019", "2019"),
        ] {
            assert_eq!(spanish_date(english.to_owned()), spanish);
        }
    }
}
