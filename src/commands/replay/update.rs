//! `replay --update`: the recorded answers written anew, after they were shown.

use super::broken_promises;
use crate::cases::{Case, Runner, differences};
use anyhow::Context;
use serde_json::Value;
use std::io::{IsTerminal, Write, stdin};

/// Asks, where somebody can answer.
pub(super) fn is_wanted(out: &mut impl Write, changed: usize) -> anyhow::Result<bool> {
    if changed == 0 || !stdin().is_terminal() {
        return Ok(changed > 0);
    }
    write!(out, "Write these answers into their response.json? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What an update did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Updated {
    /// Files that were written.
    pub(super) written: usize,
    /// Cases that promise another status or another answer of their rule.
    pub(super) left: usize,
}

/// Writes what differs, but never an answer that breaks what its case promises.
pub(super) fn write(cases: &[Case], runner: &mut Runner) -> anyhow::Result<Updated> {
    let mut updated = Updated::default();
    for case in cases {
        let answered = runner.run(case)?;
        let recorded: Value = case
            .response
            .as_deref()
            .and_then(|recorded| serde_json::from_str(recorded).ok())
            .unwrap_or_default();
        if !broken_promises(case, &answered).is_empty() {
            updated.left += 1;
            continue;
        }
        if differences(&recorded, &answered.body).is_empty() {
            continue;
        }
        let file = case.folder.join("response.json");
        let text = serde_json::to_string_pretty(&answered.body)? + "\n";
        std::fs::write(&file, text).with_context(|| file.display().to_string())?;
        updated.written += 1;
    }
    Ok(updated)
}
