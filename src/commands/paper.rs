//! How commands look: few colours, each beside a word that says the same; lines that fit the terminal; trees.
//!
//! Refuses to know what is written. Colours are taken out where nobody sees them (`anstream`: pipes, `NO_COLOR`).

use crate::wire::Indicator;
use anstyle::{AnsiColor, Style};
use std::io::{self, IsTerminal, Write};

/// Titles.
pub(super) const TITLE: Style = Style::new().bold();
/// What matters less.
pub(super) const QUIET: Style = Style::new().dimmed();
/// What is well, and what is new.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What is not, and what is gone.
pub(super) const BAD: Style = AnsiColor::Red.on_default();
/// What is not known.
pub(super) const DOUBT: Style = AnsiColor::Magenta.on_default();

/// Lines of a file or pipe are this long.
const FILE_WIDTH: usize = 100;
/// Longer lines are hard to read.
const LONGEST: usize = 120;
/// Shorter ones cannot hold a tree.
const SHORTEST: usize = 40;

/// The colour of an indicator.
pub(super) fn of_indicator(indicator: Indicator) -> Style {
    match indicator {
        Indicator::Info => AnsiColor::Cyan.on_default(),
        Indicator::Warning => AnsiColor::Yellow.on_default().bold(),
        Indicator::Critical => AnsiColor::Red.on_default().bold(),
    }
}

/// Text in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Columns of standard output, for text that is read.
pub(super) fn reading_width() -> usize {
    full_width().min(LONGEST)
}

/// Columns of standard output.
pub(super) fn full_width() -> usize {
    if io::stdout().is_terminal() {
        textwrap::termwidth().max(SHORTEST)
    } else {
        FILE_WIDTH
    }
}

/// A paragraph: what stands before its first line, and before the others.
pub(super) fn paragraph(
    out: &mut impl Write,
    first: &str,
    others: &str,
    text: &str,
    style: Style,
) -> io::Result<()> {
    let room = reading_width().saturating_sub(textwrap::core::display_width(others));
    if text.is_empty() {
        return writeln!(out, "{}", first.trim_end());
    }
    for (at, line) in textwrap::wrap(text, room.max(SHORTEST / 2))
        .iter()
        .enumerate()
    {
        let indent = if at == 0 { first } else { others };
        writeln!(out, "{indent}{}", styled(style, line))?;
    }
    Ok(())
}

/// The two starts of a branch: its own line, and the lines below it.
pub(super) fn branch(is_last: bool) -> (&'static str, &'static str) {
    if is_last {
        ("└─ ", "   ")
    } else {
        ("├─ ", "│  ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_wrapped_under_its_first_line() {
        let mut out = Vec::new();
        let text = "one two three four ".repeat(10);
        paragraph(&mut out, "- ", "  ", text.trim(), Style::new()).expect("written");
        let out = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.len() > 1, "{out}");
        assert!(lines[0].starts_with("- one"), "{out}");
        assert!(lines[1].starts_with("  "), "{out}");
        assert!(
            lines
                .iter()
                .all(|line| line.chars().count() <= reading_width())
        );
    }

    #[test]
    fn each_indicator_has_a_look_of_its_own() {
        let looks = [Indicator::Info, Indicator::Warning, Indicator::Critical].map(of_indicator);
        assert!(looks[0] != looks[1] && looks[1] != looks[2] && looks[0] != looks[2]);
    }
}
