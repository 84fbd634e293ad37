//! `report`: what came of the advice, from audit lines; and whom it reaches, from saved requests.

use super::write_json;
use crate::config::{ReportArguments, TextFormat};
use std::io::{self, Write};
use std::process::ExitCode;

mod person;
mod reach;
mod trail;

/// Prints one report.
pub(super) fn run(arguments: &ReportArguments) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if arguments.requests.is_empty() {
        let trail = trail::Report::of(&arguments.files)?;
        match arguments.format {
            TextFormat::Json => write_json(&mut out, &trail)?,
            TextFormat::Text => trail.write(&mut out)?,
        }
    } else {
        let reach = reach::Report::of(arguments)?;
        match arguments.format {
            TextFormat::Json => write_json(&mut out, &reach)?,
            TextFormat::Text => reach.write(&mut out)?,
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
