//! `replay`: every case through the core, or to a running service, and what differs.

use crate::cases::{Answered, Case, Difference, Runner, differences, find};
use crate::config::{ContentSettings, LogSettings, ReplayArguments, ReportFormat, load};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use remote::Remote;
use report::{Outcome, Report};
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

mod columns;
mod remote;
mod report;
mod update;
mod watch;

/// Runs all cases and prints the report; again and again where somebody watches.
pub(super) fn run(arguments: &ReplayArguments, log: &LogSettings) -> anyhow::Result<ExitCode> {
    crate::telemetry::log(log).map_err(anyhow::Error::msg)?;
    if arguments.watch {
        return watch::run(arguments, || once(arguments));
    }
    once(arguments)
}

fn once(arguments: &ReplayArguments) -> anyhow::Result<ExitCode> {
    let mut cases = Vec::new();
    for path in &arguments.paths {
        cases.extend(find(path)?);
    }
    if cases.is_empty() {
        bail!(
            "no case under {}: a case is a folder with a request.json",
            arguments.paths[0].display()
        );
    }
    let mut runner = runner(&arguments.content)?;
    let outcomes = match &arguments.url {
        Some(base) => Remote::new(base, arguments)?.outcomes(&cases, &mut runner)?,
        None => outcomes(&cases, |case| in_process(&mut runner, case, arguments))?,
    };
    let report = Report {
        cases: &cases,
        outcomes: &outcomes,
    };
    let mut out = anstream::stdout().lock();
    report.write(arguments.format, &mut out)?;
    if arguments.update && update::is_wanted(&mut out, report.failed())? {
        let updated = update::write(&cases, &mut runner)?;
        // A report for programs stays one document.
        if arguments.format == ReportFormat::Text {
            writeln!(out, "{} written, {} left", updated.written, updated.left)?;
        }
        return Ok(ExitCode::from(u8::from(updated.left > 0)));
    }
    Ok(ExitCode::from(u8::from(report.failed() > 0)))
}

/// The site file stands under the settings of each case.
fn runner(settings: &ContentSettings) -> anyhow::Result<Runner> {
    let site = match &settings.site {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| path.display().to_string())?
            .parse()
            .with_context(|| path.display().to_string())?,
        None => toml::Table::new(),
    };
    Ok(Runner::new(load(settings)?, site)?)
}

/// One after the other, with a bar on the terminal for people who wait.
fn outcomes(
    cases: &[Case],
    mut outcome: impl FnMut(&Case) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Vec<Outcome>> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::try_from(cases.len()).unwrap_or_default()).with_style(style);
    let mut outcomes = Vec::with_capacity(cases.len());
    for case in cases {
        bar.set_message(case.name.clone());
        outcomes.push(outcome(case).with_context(|| case.folder.display().to_string())?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(outcomes)
}

fn in_process(
    runner: &mut Runner,
    case: &Case,
    arguments: &ReplayArguments,
) -> anyhow::Result<Outcome> {
    runner.prepare(case, 0)?;
    let as_of = arguments.as_of.unwrap_or(case.as_of);
    let answered = runner.answer(case, &case.request, as_of);
    compared(case, &answered).map(Outcome::Compared)
}

/// Against `response.json`, and against what the folder's name promises.
fn compared(case: &Case, answered: &Answered) -> anyhow::Result<Vec<Difference>> {
    let recorded: Value = match &case.response {
        Some(recorded) => serde_json::from_str(recorded).context("response.json")?,
        None => Value::String("no response.json".to_owned()),
    };
    let mut found = differences(&recorded, &answered.body);
    found.splice(0..0, broken_promises(case, answered));
    Ok(found)
}

/// Status and verdict: these stand in the case's own settings and name, and no update of an answer mends them.
fn broken_promises(case: &Case, answered: &Answered) -> Vec<Difference> {
    let mut broken = Vec::new();
    if answered.status != case.status {
        broken.push(status(case.status, answered.status));
    }
    if let Some((rule, expected)) = case.verdict() {
        let answer = answered
            .rules
            .iter()
            .find(|(id, _)| *id == rule)
            .map(|(_, answer)| *answer);
        if answer != Some(expected) {
            broken.push(Difference {
                path: format!("rule {rule}"),
                expected: Some(json!(expected)),
                found: Some(json!(answer)),
            });
        }
    }
    broken
}

fn status(expected: u16, found: u16) -> Difference {
    Difference {
        path: "status".to_owned(),
        expected: Some(json!(expected)),
        found: Some(json!(found)),
    }
}
