//! The report of a replay, for people, for programs, and for build servers.

use super::columns;
use crate::cases::{Case, Difference};
use crate::commands::paper::{BAD, GOOD, QUIET, styled};
use crate::config::ReportFormat;
use serde_json::json;
use std::io::{self, Write};

/// What became of a case.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Where it differs; nowhere is a pass.
    Compared(Vec<Difference>),
    /// Not run, and why.
    Skipped(String),
}

/// All of them.
pub(super) struct Report<'a> {
    pub(super) cases: &'a [Case],
    pub(super) outcomes: &'a [Outcome],
}

impl Report<'_> {
    /// How many differ.
    pub(super) fn failed(&self) -> usize {
        let failed =
            |outcome: &&Outcome| matches!(outcome, Outcome::Compared(found) if !found.is_empty());
        self.outcomes.iter().filter(failed).count()
    }

    fn skipped(&self) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Skipped(_)))
            .count()
    }

    fn passed(&self) -> usize {
        self.outcomes.len() - self.failed() - self.skipped()
    }

    fn both(&self) -> impl Iterator<Item = (&Case, &Outcome)> {
        self.cases.iter().zip(self.outcomes)
    }

    pub(super) fn write(&self, format: ReportFormat, out: &mut impl Write) -> io::Result<()> {
        match format {
            ReportFormat::Text => self.text(out),
            ReportFormat::Json => self.json(out),
            ReportFormat::Junit => self.junit(out),
        }
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        for (case, outcome) in self.both() {
            let known = case
                .known
                .as_ref()
                .map(|known| format!(" (known: {known})"))
                .unwrap_or_default();
            match outcome {
                Outcome::Compared(found) if found.is_empty() => {
                    writeln!(out, "{}    {}{known}", styled(GOOD, "ok"), case.name)?
                }
                Outcome::Compared(found) => {
                    writeln!(out, "{}  {}{known}", styled(BAD, "DIFF"), case.name)?;
                    for difference in found {
                        columns::write(out, difference)?;
                    }
                }
                Outcome::Skipped(why) => {
                    writeln!(out, "{}  {}: {why}", styled(QUIET, "skip"), case.name)?
                }
            }
        }
        if self.skipped() > 0 {
            writeln!(out, "{} skipped", self.skipped())?;
        }
        writeln!(out, "{} passed, {} failed", self.passed(), self.failed())
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let cases: Vec<_> = self
            .both()
            .map(|(case, outcome)| {
                let (result, differences, because) = match outcome {
                    Outcome::Compared(found) if found.is_empty() => ("passed", Vec::new(), None),
                    Outcome::Compared(found) => ("failed", found.iter().map(difference).collect(), None),
                    Outcome::Skipped(why) => ("skipped", Vec::new(), Some(why)),
                };
                json!({"name": case.name, "result": result, "differences": differences, "because": because,
                       "known": case.known})
            })
            .collect();
        let report = json!({"passed": self.passed(), "failed": self.failed(), "skipped": self.skipped(), "cases": cases});
        writeln!(out, "{report}")
    }

    fn junit(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(
            out,
            r#"<testsuite name="replay" tests="{}" failures="{}" skipped="{}">"#,
            self.outcomes.len(),
            self.failed(),
            self.skipped()
        )?;
        for (case, outcome) in self.both() {
            let (group, name) = case.name.split_once("::").unwrap_or(("", &case.name));
            write!(
                out,
                r#"  <testcase classname="{}" name="{}""#,
                escaped(group),
                escaped(name)
            )?;
            match outcome {
                Outcome::Compared(found) if found.is_empty() => writeln!(out, "/>")?,
                Outcome::Compared(found) => {
                    let text: String = found.iter().map(Difference::to_string).collect();
                    let first = found
                        .first()
                        .map_or("", |difference| difference.path.as_str());
                    writeln!(
                        out,
                        "><failure message=\"differs at {}\">{}</failure></testcase>",
                        escaped(first),
                        escaped(&text)
                    )?;
                }
                Outcome::Skipped(why) => {
                    writeln!(out, "><skipped message=\"{}\"/></testcase>", escaped(why))?;
                }
            }
        }
        writeln!(out, "</testsuite>")
    }
}

fn difference(one: &Difference) -> serde_json::Value {
    json!({"path": one.path, "expected": one.expected, "found": one.found})
}

/// For XML 1.0, which has no place for most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
