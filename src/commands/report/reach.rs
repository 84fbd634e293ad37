//! From saved requests: which rules fire and are shown, by sex, age band and race.
//!
//! Counts alone leave; the requests are read, run through the core, and forgotten.

use super::person::Person;
use crate::cases::{Case, Runner, find};
use crate::config::{ReportArguments, load};
use crate::hooks::Clock;
use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// All requests together.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    requests: u64,
    /// Refused by the service: no rule was asked.
    refused: u64,
    by_sex: BTreeMap<&'static str, Group>,
    by_age: BTreeMap<&'static str, Group>,
    by_race: BTreeMap<&'static str, Group>,
}

/// The requests of one group.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Group {
    requests: u64,
    rules: BTreeMap<&'static str, Counts>,
}

/// One rule in one group.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Counts {
    fired: u64,
    shown: u64,
    cannot_tell: u64,
}

impl Report {
    pub(super) fn of(arguments: &ReportArguments) -> anyhow::Result<Report> {
        let as_of = Clock::fixed_at(arguments.as_of).now();
        let mut cases = Vec::new();
        for path in &arguments.requests {
            cases.extend(saved(path, as_of)?);
        }
        if cases.is_empty() {
            bail!("no request under {}", arguments.requests[0].display());
        }
        let content = load(&arguments.content)?;
        let site = match &arguments.content.site {
            Some(path) => fs::read_to_string(path)
                .with_context(|| path.display().to_string())?
                .parse()
                .with_context(|| path.display().to_string())?,
            None => toml::Table::new(),
        };
        let mut runner = Runner::new(content, site)?;
        let mut report = Report::default();
        for case in &cases {
            report
                .count(case, &mut runner)
                .with_context(|| case.name.clone())?;
        }
        Ok(report)
    }

    fn count(&mut self, case: &Case, runner: &mut Runner) -> anyhow::Result<()> {
        let answered = runner.run(case)?;
        self.requests += 1;
        if answered.rules.is_empty() {
            self.refused += 1;
            return Ok(());
        }
        let person = Person::of(patient(case)?.as_ref(), case.as_of);
        for group in [
            self.by_sex.entry(person.sex).or_default(),
            self.by_age.entry(person.age).or_default(),
            self.by_race.entry(person.race).or_default(),
        ] {
            group.requests += 1;
            for (id, answer) in &answered.rules {
                let shown = answered.shown.contains(id);
                if *answer == "silent" && !shown {
                    continue;
                }
                let counts = group.rules.entry(id).or_default();
                counts.fired += u64::from(*answer == "fires");
                counts.cannot_tell += u64::from(*answer == "cannot-tell");
                counts.shown += u64::from(shown);
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{} requests, of which {} were refused and are not counted below",
            self.requests, self.refused
        )?;
        for (name, groups) in [
            ("sex", &self.by_sex),
            ("age", &self.by_age),
            ("race", &self.by_race),
        ] {
            for (group, counted) in groups {
                writeln!(out, "\n{name}: {group}, {} requests", counted.requests)?;
                for (id, counts) in &counted.rules {
                    writeln!(
                        out,
                        "  {id:<22}fired {:>5} {:>4}   shown {:>5} {:>4}   cannot tell {:>5} {:>4}",
                        counts.fired,
                        share(counts.fired, counted.requests),
                        counts.shown,
                        share(counts.shown, counted.requests),
                        counts.cannot_tell,
                        share(counts.cannot_tell, counted.requests)
                    )?;
                }
            }
        }
        writeln!(
            out,
            "\nA difference between groups is a question, not an answer: groups differ in what they are treated for and in \
             how full their records are.\nSmall counts can point at people; keep this report where the requests are kept."
        )
    }
}

fn share(part: u64, whole: u64) -> String {
    let percent = (100 * part + whole / 2).checked_div(whole);
    percent
        .map(|percent| format!("{percent}%"))
        .unwrap_or_default()
}

/// The requests under a path: case folders, or else files of requests.
fn saved(path: &Path, as_of: Timestamp) -> anyhow::Result<Vec<Case>> {
    if path.is_dir() {
        let cases = find(path)?;
        if !cases.is_empty() {
            return Ok(cases);
        }
    }
    let mut cases = Vec::new();
    for file in files(path)? {
        let text = fs::read(&file).with_context(|| file.display().to_string())?;
        let is_lines = file.extension().is_some_and(|end| end != "json");
        if is_lines {
            let lines = text.split(|byte| *byte == b'\n');
            let lines = lines.filter(|line| !line.trim_ascii().is_empty());
            cases.extend(lines.enumerate().map(|(at, line)| {
                bare(
                    format!("{}:{}", file.display(), at + 1),
                    line.to_vec(),
                    as_of,
                )
            }));
        } else {
            cases.push(bare(file.display().to_string(), text, as_of));
        }
    }
    Ok(cases)
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
        let file = entry?.path();
        let end = file.extension().and_then(|end| end.to_str());
        if matches!(end, Some("json" | "ndjson" | "jsonl")) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// A request that is no case: no settings, no chart.
fn bare(name: String, request: Vec<u8>, as_of: Timestamp) -> Case {
    Case {
        name,
        folder: PathBuf::new(),
        service: None,
        request,
        response: None,
        status: 200,
        as_of,
        site: toml::Table::new(),
        known: None,
        fhir: false,
        is_r4: false,
    }
}

/// The Patient that the prefetch or the case's chart holds.
fn patient(case: &Case) -> anyhow::Result<Option<Value>> {
    let request: Value = serde_json::from_slice(&case.request).unwrap_or_default();
    let id = request["context"]["patientId"].as_str().unwrap_or_default();
    let id = id.strip_prefix("Patient/").unwrap_or(id);
    let prefetch = request["prefetch"].as_object().into_iter().flatten();
    let mut held: Vec<Value> = prefetch.map(|(_, value)| value.clone()).collect();
    if case.fhir {
        let texts = case.fhir_texts(0)?;
        held.extend(
            texts
                .iter()
                .filter_map(|(_, text)| serde_json::from_str(text).ok()),
        );
    }
    let resources = held
        .into_iter()
        .flat_map(|value| match value["entry"].as_array() {
            Some(entries) => entries
                .iter()
                .map(|entry| entry["resource"].clone())
                .collect(),
            None => vec![value],
        });
    let is_it = |value: &Value| value["resourceType"] == "Patient" && value["id"] == id;
    Ok(resources.into_iter().find(is_it))
}
