//! `services`: the discovery document, for people.

use crate::config::ServiceSettings;
use crate::hooks;
use anyhow::Context;
use std::io::Write;
use std::process::ExitCode;

/// Prints the document.
pub(super) fn run(settings: &ServiceSettings) -> anyhow::Result<ExitCode> {
    let document = hooks::document(
        &hooks::enabled(&settings.disable_service),
        settings.discovery,
    );
    let document: serde_json::Value =
        serde_json::from_str(&document).context("the discovery document")?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}
