//! One test per case folder of `fhir-fixtures/`, in process, and each again with every prefetch key left out.
//!
//! `UPDATE_FIXTURES=1 cargo test --test fixtures` rewrites each `response.json`; the diff is what a clinician reads.

use libtest_mimic::{Arguments, Failed, Trial};
use opioid_cds::cases::{Answered, Case, Runner, differences, find};
use opioid_cds::config::{ContentSettings, load};
use serde_json::Value;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fhir-fixtures");

/// Content is loaded once, when the first case runs.
static RUNNER: LazyLock<Mutex<Runner>> = LazyLock::new(|| {
    let content = load(&ContentSettings::default()).expect("the built-in content loads");
    Mutex::new(Runner::new(content, toml::Table::new()).expect("a runtime"))
});

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(FIXTURES);
    let cases = if folder.is_dir() {
        find(folder).expect("fixtures are readable")
    } else {
        Vec::new()
    };
    let trials = cases
        .into_iter()
        .map(Arc::new)
        .flat_map(|case| {
            let again = case.clone();
            let name = case.name.clone();
            [
                Trial::test(name.clone(), move || answers_as_recorded(&case)),
                Trial::test(format!("{name}::left-out"), move || {
                    holds_with_data_left_out(&again)
                }),
            ]
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn with_runner<T>(work: impl FnOnce(&mut Runner) -> Result<T, Failed>) -> Result<T, Failed> {
    // Every case sets up the runner anew, so that a failed one leaves nothing behind.
    work(&mut RUNNER.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The recorded answer, the answer that the folder's name promises, and what holds for every answer.
fn answers_as_recorded(case: &Case) -> Result<(), Failed> {
    let answered = with_runner(|runner| runner.run(case).map_err(Failed::from))?;
    if let Some((rule, expected)) = case.verdict() {
        let found = answer_of(&answered, rule);
        if found != Some(expected) {
            return Err(format!(
                "{rule} answered {found:?}; the folder's name promises {expected}"
            )
            .into());
        }
    }
    if answered.status != case.status {
        return Err(format!(
            "status {} instead of {}: {}",
            answered.status, case.status, answered.body
        )
        .into());
    }
    nothing_empty(&answered.body, "")?;
    created_resources_are_r4(&answered.body)?;
    if answered.status == 200 {
        speaks_as_the_guide_asks(&answered.body)?;
    }
    let file = case.folder.join("response.json");
    let recorded = case.response.as_deref().unwrap_or("{}");
    let recorded: Value =
        serde_json::from_str(recorded).map_err(|error| format!("{}: {error}", file.display()))?;
    let differences = differences(&recorded, &answered.body);
    if differences.is_empty() {
        return Ok(());
    }
    if is_update() {
        let text = serde_json::to_string_pretty(&answered.body)? + "\n";
        return Ok(std::fs::write(&file, text)?);
    }
    let shown: String = differences.iter().map(ToString::to_string).collect();
    Err(format!(
        "{} differs:\n{shown}UPDATE_FIXTURES=1 rewrites it.",
        file.display()
    )
    .into())
}

/// The language gate over everything that people read in this answer.
fn speaks_as_the_guide_asks(body: &Value) -> Result<(), Failed> {
    let faults = opioid_cds::cards::gate::check_body(&body.to_string());
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n").into())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one switch of this test, as CONTRIBUTING names it"
)]
fn is_update() -> bool {
    std::env::var_os("UPDATE_FIXTURES").is_some()
}

fn answer_of(answered: &Answered, rule: &str) -> Option<&'static str> {
    answered
        .rules
        .iter()
        .find(|(id, _)| *id == rule)
        .map(|(_, answer)| *answer)
}

/// What fired may become "cannot tell" when data are left out, and never "silent": unknown is not safe.
fn holds_with_data_left_out(case: &Case) -> Result<(), Failed> {
    let Ok(request) = serde_json::from_slice::<Value>(&case.request) else {
        return Ok(());
    };
    let Some(keys) = request.get("prefetch").and_then(Value::as_object) else {
        return Ok(());
    };
    let keys: Vec<String> = keys.keys().cloned().collect();
    with_runner(|runner| {
        let whole = runner.run(case)?;
        for key in &keys {
            let mut request = request.clone();
            if let Some(prefetch) = request.get_mut("prefetch").and_then(Value::as_object_mut) {
                prefetch.remove(key);
            }
            let part = runner.answer(case, request.to_string().as_bytes(), case.as_of);
            for (rule, _) in whole.rules.iter().filter(|(_, answer)| *answer == "fires") {
                // It stands for missing data, and goes where a card comes.
                if *rule != "check-incomplete" && answer_of(&part, rule) == Some("silent") {
                    return Err(
                        format!("without the prefetch key `{key}`, {rule} falls silent").into(),
                    );
                }
            }
        }
        Ok(())
    })
}

///
fn nothing_empty(value: &Value, name: &str) -> Result<(), Failed> {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty() && name != "cards",
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    if empty {
        return Err(format!("`{name}` is null or empty").into());
    }
    match value {
        Value::Array(list) => list.iter().try_for_each(|value| nothing_empty(value, name)),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, value)| nothing_empty(value, name)),
        _ => Ok(()),
    }
}

/// each resource that a suggestion creates is one that R4 allows.
fn created_resources_are_r4(body: &Value) -> Result<(), Failed> {
    let parts = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    for card in parts(body, "cards") {
        for suggestion in parts(&card, "suggestions") {
            for action in parts(&suggestion, "actions") {
                if action["type"] == "create" {
                    opioid_cds_fhir::check(&action["resource"].to_string())
                        .map_err(|error| format!("{}: {error}", suggestion["label"]))?;
                }
            }
        }
    }
    Ok(())
}
