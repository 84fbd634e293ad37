//! Two answers side by side: what is recorded on the left, what came on the right; cards as they are read.

use crate::cases::Difference;
use crate::commands::paper::{BAD, GOOD, QUIET, full_width, styled};
use anstyle::Style;
use serde_json::Value;
use similar::{DiffOp, TextDiff};
use std::io::{self, Write};

/// Below this there is no room for two columns.
const NARROW: usize = 76;
/// Lines that are the same are shown this far around a change.
const AROUND: usize = 1;
const GUTTER: &str = " │ ";
const INDENT: &str = "      ";

/// One difference, under its path.
pub(super) fn write(out: &mut impl Write, difference: &Difference) -> io::Result<()> {
    writeln!(out, "    {}", difference.path)?;
    let expected = lines(difference.expected.as_ref());
    let found = lines(difference.found.as_ref());
    let width = full_width();
    if width < NARROW {
        return stacked(out, &expected, &found);
    }
    let column = (width - INDENT.len() - GUTTER.chars().count()) / 2 - 2;
    let heads = [("recorded", QUIET), ("now", QUIET)]
        .map(|(head, style)| wrapped(head, "  ", style, column));
    row(out, &heads[0], &heads[1], column)?;
    let groups = changes(&expected, &found);
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            writeln!(out, "{INDENT}{}", styled(QUIET, "…"))?;
        }
        for op in group {
            write_op(out, op, &expected, &found, column)?;
        }
    }
    Ok(())
}

/// What changed, each with what stands around it.
fn changes(expected: &[String], found: &[String]) -> Vec<Vec<DiffOp>> {
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    TextDiff::from_slices(&expected, &found).grouped_ops(AROUND)
}

fn write_op(
    out: &mut impl Write,
    op: &DiffOp,
    expected: &[String],
    found: &[String],
    column: usize,
) -> io::Result<()> {
    let left = &expected[op.old_range()];
    let right = &found[op.new_range()];
    let is_same = matches!(op, DiffOp::Equal { .. });
    for at in 0..left.len().max(right.len()) {
        let cell = |lines: &[String], mark: &str, style: Style| match lines.get(at) {
            Some(line) => wrapped(line, mark, style, column),
            None => Vec::new(),
        };
        let (before, after) = if is_same {
            (cell(left, "  ", QUIET), cell(right, "  ", QUIET))
        } else {
            (cell(left, "- ", BAD), cell(right, "+ ", GOOD))
        };
        row(out, &before, &after, column)?;
    }
    Ok(())
}

/// A line in its column: each part with its look and its width.
fn wrapped(line: &str, mark: &str, style: Style, column: usize) -> Vec<(String, usize)> {
    let parts = textwrap::wrap(line, column);
    let last = parts.len().max(1);
    (0..last)
        .map(|at| {
            let part = parts.get(at).map(AsRef::as_ref).unwrap_or_default();
            let start = if at == 0 { mark } else { "  " };
            let text = format!("{start}{part}");
            let width = textwrap::core::display_width(&text);
            (styled(style, &text), width)
        })
        .collect()
}

fn row(
    out: &mut impl Write,
    left: &[(String, usize)],
    right: &[(String, usize)],
    column: usize,
) -> io::Result<()> {
    let nothing = (String::new(), 0);
    for at in 0..left.len().max(right.len()) {
        let (before, width) = left.get(at).unwrap_or(&nothing);
        let (after, _) = right.get(at).unwrap_or(&nothing);
        let gap = " ".repeat((column + 2).saturating_sub(*width));
        writeln!(out, "{INDENT}{before}{gap}{GUTTER}{after}")?;
    }
    Ok(())
}

fn stacked(out: &mut impl Write, expected: &[String], found: &[String]) -> io::Result<()> {
    for op in changes(expected, found).iter().flatten() {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        for line in &expected[op.old_range()] {
            writeln!(out, "{INDENT}{}", styled(BAD, &format!("- {line}")))?;
        }
        for line in &found[op.new_range()] {
            writeln!(out, "{INDENT}{}", styled(GOOD, &format!("+ {line}")))?;
        }
    }
    Ok(())
}

/// A value as lines to read; a card as a clinician reads it.
fn lines(value: Option<&Value>) -> Vec<String> {
    match value {
        None => vec!["(nothing)".to_owned()],
        Some(Value::String(text)) => text.lines().map(str::to_owned).collect(),
        Some(value) if value["summary"].is_string() => card(value),
        Some(value) => serde_json::to_string_pretty(value)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect(),
    }
}

fn card(card: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!(
        "[{}] {}",
        text(&card["indicator"]),
        text(&card["summary"])
    )];
    lines.extend(text(&card["detail"]).lines().map(str::to_owned));
    let suggestions = card["suggestions"].as_array();
    lines.extend(
        suggestions
            .into_iter()
            .flatten()
            .map(|suggestion| format!("→ {}", text(&suggestion["label"]))),
    );
    lines.push(format!("source: {}", text(&card["source"]["label"])));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(expected: Option<Value>, found: Option<Value>) -> String {
        let mut out = Vec::new();
        let difference = Difference {
            path: "cards[0].detail".to_owned(),
            expected,
            found,
        };
        write(&mut out, &difference).expect("written");
        anstream::adapter::strip_str(&String::from_utf8(out).expect("text")).to_string()
    }

    #[test]
    fn a_changed_line_stands_beside_what_it_was() {
        let out = shown(
            Some(json!("one\ntwo\nthree\nfour")),
            Some(json!("one\n2\nthree\nfour")),
        );
        let row = out
            .lines()
            .find(|line| line.contains("- two"))
            .expect("a row");
        assert!(row.contains("│ + 2"), "{out}");
        assert!(!out.contains("four"), "far from the change: {out}");
    }

    #[test]
    fn a_card_that_came_is_shown_as_it_is_read() {
        let card = json!({"summary": "Oxycodone: plan for it?", "indicator": "info", "detail": "- a fact",
            "suggestions": [{"label": "Add naloxone"}], "source": {"label": "CDC 2022"}});
        let out = shown(None, Some(card));
        assert!(out.contains("+ [info] Oxycodone: plan for it?"), "{out}");
        assert!(
            out.contains("+ → Add naloxone") && !out.contains('{'),
            "{out}"
        );
    }

    #[test]
    fn no_row_is_wider_than_the_page() {
        let long = "word ".repeat(80);
        let out = shown(Some(json!(long)), Some(json!(format!("{long} more"))));
        assert!(
            out.lines()
                .all(|line| textwrap::core::display_width(line) <= full_width()),
            "{out}"
        );
    }
}
