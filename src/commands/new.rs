//! `new`: lays out the folders of a rule or a case in a checkout, with templates that say what goes where.
//!
//! Never writes over a file. What is still to be written says so, and `check` names each such line.

use crate::config::{NewArguments, NewThing};
use crate::patient::Hook;
use crate::rules::{CHECK_INCOMPLETE, RULES};
use anyhow::{Context, bail, ensure};
use regex::Regex;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use uuid::Uuid;

const RULE: &str = include_str!("new/rule.rs");
const ABOUT: &str = include_str!("new/about.md");
const CARD: &str = include_str!("new/card.en.md");
const CASE: &str = include_str!("new/case.toml");
const ORDER: &str = include_str!("new/order.json");
const CHART: &str = include_str!("new/chart.json");

/// The list of rules, and the line that ends it.
const LIST: &str = "src/rules/mod.rs";
const END_OF_LIST: &str = "\n}\n\n/// The id of the card that the merge step makes";

/// Groups of cases that no rule owns.
const GROUPS: [&str; 2] = ["protocol", "stories"];

/// Writes the files and says what comes next.
pub(super) fn run(arguments: &NewArguments) -> anyhow::Result<ExitCode> {
    let place = Path::new(".");
    let (written, next) = match &arguments.thing {
        NewThing::Rule { id } => rule(place, id)?,
        NewThing::Case { rule, case, from } => {
            let written = self::case(place, rule, case, from.as_deref())?;
            (written, after_case(rule, case))
        }
    };
    let mut out = anstream::stdout().lock();
    for file in written {
        writeln!(out, "{}", file.display())?;
    }
    writeln!(out, "\n{next}")?;
    Ok(ExitCode::SUCCESS)
}

fn after_case(rule: &str, case: &str) -> String {
    format!(
        "Change request.json until it holds what the case is about and nothing else; then\n  \
         opioid-cds explain --as-of 2026-11-01T12:00:00Z fhir-fixtures/{rule}/{case}/request.json\n  \
         opioid-cds replay --update fhir-fixtures/{rule}/{case}"
    )
}

/// Code, words and a first case of a rule, and its line in the list.
fn rule(place: &Path, id: &str) -> anyhow::Result<(Vec<PathBuf>, String)> {
    ensure!(
        is_kebab(id),
        "{id}: a rule's id is small letters, digits and hyphens, for example opioid-benzo"
    );
    ensure!(
        id != CHECK_INCOMPLETE && RULES.iter().all(|rule| rule.id != id),
        "{id}: there is such a rule"
    );
    let list = place.join(LIST);
    let rules = std::fs::read_to_string(&list)
        .with_context(|| format!("{LIST}: run it in a checkout of opioid-cds"))?;
    let module = id.replace('-', "_");
    let line = format!(
        "\n    {module} = \"{id}\" on [OrderSign] tier Guideline\n        needs [Conditions, ContextEncounter];"
    );
    ensure!(
        rules.matches(END_OF_LIST).count() == 1,
        "{LIST}: the end of the list of rules was not found"
    );
    let filled = |text: &str| {
        text.replace("RULE_ID", id)
            .replace("VERSION", env!("CARGO_PKG_VERSION"))
    };
    let mut written = vec![
        create(place, &format!("src/rules/{module}.rs"), &filled(RULE))?,
        create(place, &format!("cards/{id}/about.md"), &filled(ABOUT))?,
        create(place, &format!("cards/{id}/card.en.md"), &filled(CARD))?,
    ];
    let first = "silent-to-write";
    written.extend(write_case(
        place,
        id,
        first,
        &skeleton(Hook::OrderSign),
        CASE,
    )?);
    std::fs::write(
        &list,
        rules.replace(END_OF_LIST, &format!("{line}{END_OF_LIST}")),
    )
    .with_context(|| list.display().to_string())?;
    written.push(PathBuf::from(LIST));
    let next = format!(
        "Move the rule's line in {LIST} to its place in catalogue order, with its hooks, tier and needs. Then\n  \
         opioid-cds check    names each line that is still to be written\n  \
         opioid-cds new case {id} fires-…    a case for each row of the decision table\n  \
         UPDATE_FIXTURES=1 cargo test --test fixtures {id}\n  \
         UPDATE_DOCS=1 cargo test --test it"
    );
    Ok((written, next))
}

/// The folder of a case.
fn case(place: &Path, rule: &str, case: &str, from: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    ensure!(
        place.join("fhir-fixtures").is_dir(),
        "no fhir-fixtures here: run it in a checkout of opioid-cds"
    );
    ensure!(
        is_kebab(case),
        "{case}: a case's name is small letters, digits and hyphens"
    );
    let known = RULES.iter().find(|known| known.id == rule);
    // A rule that was just laid out is not in this program yet.
    let is_laid_out = place.join("cards").join(rule).is_dir();
    if known.is_none() && !is_laid_out && rule != CHECK_INCOMPLETE && !GROUPS.contains(&rule) {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        bail!("{rule}: no such rule; there are {}", ids.join(", "));
    }
    ensure!(
        GROUPS.contains(&rule)
            || ["fires-", "silent-", "unsure-"]
                .iter()
                .any(|answer| case.starts_with(answer)),
        "{case}: the name begins with what the rule answers: fires-, silent- or unsure-"
    );
    if let Some(from) = from {
        return copy(place, rule, case, from);
    }
    let hook = known.map_or(Hook::OrderSign, |rule| rule.hooks[0]);
    write_case(place, rule, case, &skeleton(hook), CASE)
}

fn skeleton(hook: Hook) -> String {
    match hook {
        Hook::PatientView => CHART.to_owned(),
        hook => ORDER.replace("HOOK\"", &format!("{}\"", hook.as_str())),
    }
}

fn write_case(
    place: &Path,
    rule: &str,
    case: &str,
    request: &str,
    settings: &str,
) -> anyhow::Result<Vec<PathBuf>> {
    let folder = format!("fhir-fixtures/{rule}/{case}");
    let request = request.replace("HOOK_INSTANCE", &hook_instance(rule, case));
    Ok(vec![
        create(place, &format!("{folder}/request.json"), &request)?,
        create(place, &format!("{folder}/case.toml"), settings)?,
    ])
}

/// Another case of the same rule under a new name: everything but its answer, and a call of its own.
fn copy(place: &Path, rule: &str, case: &str, from: &str) -> anyhow::Result<Vec<PathBuf>> {
    let source = place.join("fhir-fixtures").join(rule).join(from);
    let request = std::fs::read_to_string(source.join("request.json"))
        .with_context(|| source.display().to_string())?;
    let instance = Regex::new(r#"("hookInstance"\s*:\s*)"[^"]*""#).context("a constant pattern")?;
    let own = format!("${{1}}\"{}\"", hook_instance(rule, case));
    let request = instance.replace(&request, own).into_owned();
    let folder = format!("fhir-fixtures/{rule}/{case}");
    let mut written = vec![create(place, &format!("{folder}/request.json"), &request)?];
    let mut texts = Vec::new();
    for part in ["case.toml", "fhir"] {
        collect(&source.join(part), &mut texts)?;
    }
    for file in texts {
        let name = file.strip_prefix(&source)?.display().to_string();
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        written.push(create(place, &format!("{folder}/{name}"), &text)?);
    }
    Ok(written)
}

/// A file, or the files of a folder; nothing where there is none.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

/// Ids of cards are derived from it, so each case has its own.
fn hook_instance(rule: &str, case: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{rule}/{case}").as_bytes()).to_string()
}

fn is_kebab(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|part| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

/// A new file with its folders; refused where it is there.
fn create(place: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let file = place.join(name);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut created = std::fs::File::create_new(&file)
        .with_context(|| format!("{}: not written", file.display()))?;
    created.write_all(text.as_bytes())?;
    Ok(PathBuf::from(name))
}

#[cfg(test)]
#[path = "new/rule.rs"]
mod template;

#[cfg(test)]
mod tests;
