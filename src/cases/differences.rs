//! Where two answers differ, for people: path, what was expected, what came.

use serde_json::Value;
use std::fmt;

/// One place where answers differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `cards[0 opioid-benzo].summary`.
    pub path: String,
    /// What was expected there, if anything.
    pub expected: Option<Value>,
    /// What came, if anything.
    pub found: Option<Value>,
}

/// All differences, in the order of the expected answer.
pub fn differences(expected: &Value, found: &Value) -> Vec<Difference> {
    let mut all = Vec::new();
    compare(String::new(), Some(expected), Some(found), &mut all);
    all
}

fn compare(
    path: String,
    expected: Option<&Value>,
    found: Option<&Value>,
    all: &mut Vec<Difference>,
) {
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let later = found.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(later) {
                let dot = if path.is_empty() { "" } else { "." };
                compare(
                    format!("{path}{dot}{name}"),
                    expected.get(name),
                    found.get(name),
                    all,
                );
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for at in 0..expected.len().max(found.len()) {
                let (one, other) = (expected.get(at), found.get(at));
                let topic = one
                    .or(other)
                    .and_then(topic)
                    .map(|topic| format!(" {topic}"))
                    .unwrap_or_default();
                compare(format!("{path}[{at}{topic}]"), one, other, all);
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => {
            all.push(Difference {
                path,
                expected: expected.cloned(),
                found: found.cloned(),
            });
        }
    }
}

/// A card goes by its leading rule.
fn topic(value: &Value) -> Option<&str> {
    value.pointer("/source/topic/code").and_then(Value::as_str)
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.path)?;
        let expected = lines(self.expected.as_ref());
        let found = lines(self.found.as_ref());
        // Texts of several lines show only the lines that differ.
        let same = |line: &&String| expected.contains(*line) && found.contains(*line);
        for line in expected.iter().filter(|line| !same(line)) {
            writeln!(f, "  - {line}")?;
        }
        for line in found.iter().filter(|line| !same(line)) {
            writeln!(f, "  + {line}")?;
        }
        if expected.iter().filter(|line| !same(line)).count()
            + found.iter().filter(|line| !same(line)).count()
            == 0
        {
            writeln!(f, "  ~ the same lines in another order or number")?;
        }
        Ok(())
    }
}

fn lines(value: Option<&Value>) -> Vec<String> {
    match value {
        None => vec!["(nothing)".to_owned()],
        Some(Value::String(text)) => text.lines().map(str::to_owned).collect(),
        Some(value) => serde_json::to_string_pretty(value)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_named_by_path_and_rule() {
        let card = |summary: &str| json!({"summary": summary, "source": {"topic": {"code": "opioid-benzo"}}});
        let found = differences(
            &json!({"cards": [card("a")]}),
            &json!({"cards": [card("b"), card("c")]}),
        );
        let paths: Vec<&str> = found
            .iter()
            .map(|difference| difference.path.as_str())
            .collect();
        assert_eq!(
            paths,
            ["cards[0 opioid-benzo].summary", "cards[1 opioid-benzo]"]
        );
        assert_eq!(
            found[0].to_string(),
            "cards[0 opioid-benzo].summary\n  - a\n  + b\n"
        );
        assert!(differences(&json!({"a": [1]}), &json!({"a": [1]})).is_empty());
    }

    #[test]
    fn of_long_texts_only_the_lines_that_differ_are_shown() {
        let found = differences(&json!("one\ntwo\nthree"), &json!("one\n2\nthree"));
        assert_eq!(found[0].to_string(), "\n  - two\n  + 2\n");
    }
}
