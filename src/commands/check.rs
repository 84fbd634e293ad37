//! `check`: what is wrong with settings, cards, terminology and fixtures, with file and line.

use crate::auth::{Clients, ClientsError, Latitude};
use crate::cases::{Case, find, fixtures_in, texts_in};
use crate::config::{CheckArguments, load, overrides};
use crate::terminology::{Problem, Terminology};
use serde_json::Value;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints every fault.
pub(super) fn run(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let mut problems = match load(&arguments.content) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems(),
    };
    let tables = Terminology::problems(&overrides(arguments.content.terminology.as_deref())?);
    problems.extend(
        tables
            .into_iter()
            .filter(|problem| !problems.contains(problem))
            .collect::<Vec<_>>(),
    );
    problems.extend(clients(arguments));
    let fixtures = arguments
        .fixtures
        .clone()
        .or_else(|| fixtures_in(Path::new(".")));
    let mut cases = 0;
    if let Some(folder) = &fixtures {
        match find(folder) {
            Ok(found) => {
                cases = found.len();
                problems.extend(found.iter().flat_map(faults));
            }
            Err(error) => problems.push(Problem {
                file: error.file.display().to_string(),
                line: error.line.and_then(|line| u64::try_from(line).ok()),
                message: error.message,
            }),
        }
    }
    let own_cards = arguments.content.cards.clone();
    let cards = own_cards.or_else(|| Some(PathBuf::from("cards")).filter(|folder| folder.is_dir()));
    for folder in fixtures.iter().chain(&cards) {
        problems.extend(to_write(folder));
    }
    let mut out = io::stdout().lock();
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    match problems.len() {
        0 => writeln!(
            out,
            "Nothing found in settings, cards, terminology and {cases} cases."
        )?,
        count => writeln!(out, "{count} found")?,
    }
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}

/// What a template says of a place that is still empty.
const TO_WRITE: &str = "TO WRITE";

/// Lines of templates that nobody has filled in yet, in the texts of a folder.
fn to_write(folder: &Path) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths {
        let is_text = path
            .extension()
            .is_some_and(|kind| kind == "md" || kind == "toml");
        if path.is_dir() {
            found.extend(to_write(&path));
        } else if is_text && let Ok(text) = std::fs::read_to_string(&path) {
            let empty = (1..)
                .zip(text.lines())
                .filter(|(_, line)| line.contains(TO_WRITE));
            found.extend(empty.map(|(line, _)| Problem {
                file: path.display().to_string(),
                line: Some(line),
                message: format!("still to be written (\"{TO_WRITE}\")"),
            }));
        }
    }
    found
}

/// What is wrong with the trusted clients.
fn clients(arguments: &CheckArguments) -> Option<Problem> {
    let latitude = Latitude {
        development: arguments.development,
    };
    let file = arguments.trusted_clients.as_deref()?;
    match Clients::read(file, latitude).err()? {
        ClientsError::Unreadable { file, because } => Some(Problem {
            file,
            line: None,
            message: because,
        }),
        ClientsError::Field {
            file,
            line,
            message,
        } => Some(Problem {
            file,
            line: u64::try_from(line).ok(),
            message,
        }),
    }
}

/// What is wrong with a case's files.
fn faults(case: &Case) -> Vec<Problem> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, line: Option<usize>, message: String| {
        faults.push(Problem {
            file: case.folder.join(name).display().to_string(),
            line: line.and_then(|line| u64::try_from(line).ok()),
            message,
        });
    };
    match serde_json::from_slice::<Value>(&case.request) {
        Ok(request) if case.is_r4 => {
            for (place, message) in resources(&request) {
                fault("request.json", None, format!("{place}: {message}"));
            }
        }
        // A refused request may be wrong on purpose.
        Err(error) if case.status == 200 => {
            fault("request.json", Some(error.line()), error.to_string())
        }
        _ => {}
    }
    match case.response.as_deref().map(serde_json::from_str::<Value>) {
        None => fault(
            "response.json",
            None,
            "missing; UPDATE_FIXTURES=1 cargo test --test fixtures writes it".to_owned(),
        ),
        Some(Err(error)) => fault("response.json", Some(error.line()), error.to_string()),
        Some(Ok(response)) => {
            for (at, resource) in created(&response) {
                if let Err(error) = opioid_cds_fhir::check(&resource.to_string()) {
                    fault("response.json", None, format!("{at}: {error}"));
                }
            }
        }
    }
    let mut texts = Vec::new();
    let folder = case.folder.join("fhir");
    if folder.is_dir() {
        match texts_in(&folder, &mut texts) {
            Ok(()) => {
                let (_, problems) = crate::fhir::MemoryServer::from_texts(texts);
                faults.extend(problems.into_iter().map(|problem| Problem {
                    file: problem.name,
                    line: problem.line.and_then(|line| u64::try_from(line).ok()),
                    message: problem.message,
                }));
            }
            Err(error) => faults.push(Problem {
                file: error.file.display().to_string(),
                line: None,
                message: error.message,
            }),
        }
    }
    faults
}

/// Resources of the request that R4 does not allow: a case that says `r4 = true` promises that there are none.
fn resources(request: &Value) -> Vec<(String, String)> {
    let mut found: Vec<(String, &Value)> = vec![(
        "context.draftOrders".to_owned(),
        &request["context"]["draftOrders"],
    )];
    if let Some(prefetch) = request["prefetch"].as_object() {
        found.extend(
            prefetch
                .iter()
                .map(|(key, value)| (format!("prefetch.{key}"), value)),
        );
    }
    found
        .into_iter()
        .filter(|(_, value)| value.is_object())
        .filter_map(|(place, value)| {
            Some((
                place,
                opioid_cds_fhir::check(&value.to_string())
                    .err()?
                    .to_string(),
            ))
        })
        .collect()
}

/// The resources that the answer's suggestions create.
fn created(response: &Value) -> Vec<(String, &Value)> {
    let list =
        |value: &'_ Value, name: &str| -> usize { value[name].as_array().map_or(0, Vec::len) };
    let mut found = Vec::new();
    for card in 0..list(response, "cards") {
        let card_value = &response["cards"][card];
        for suggestion in 0..list(card_value, "suggestions") {
            let action = &card_value["suggestions"][suggestion]["actions"][0];
            if action["type"] == "create" {
                found.push((
                    format!("cards[{card}].suggestions[{suggestion}]"),
                    &action["resource"],
                ));
            }
        }
    }
    found
}
