//! Pages that are made from the code: compared here, rewritten with `UPDATE_DOCS=1 cargo test --test it`.

use crate::tidy::root;
use clap::{Arg, CommandFactory};
use opioid_cds::config::Cli;
use opioid_cds::rules::{CHECK_INCOMPLETE, RULES, Tier};
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;
use std::fs;

/// The front matter of `about.md`, as far as the table shows it.
#[derive(Deserialize)]
struct About {
    title: String,
    since: String,
    status: String,
    indicator: String,
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    label: String,
    url: Option<String>,
}

fn about(id: &str, text: &str) -> About {
    let front = text.split("+++").nth(1).unwrap_or_default();
    toml::from_str(front).unwrap_or_else(|error| panic!("cards/{id}/about.md: {error}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one switch of this test, as CONTRIBUTING names it"
)]
fn is_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Compares a page with what it should be, or rewrites it.
fn hold(page: &str, expected: &str) {
    let file = root().join(page);
    let found = fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return;
    }
    assert!(
        is_update(),
        "{page} is not what the code says: UPDATE_DOCS=1 cargo test --test it"
    );
    fs::write(&file, expected).expect("written");
}

/// The page with what stands between two marks replaced.
fn with_block(page: &str, mark: &str, block: &str) -> String {
    let text = fs::read_to_string(root().join(page)).expect("a page");
    let (start, end) = (
        format!("<!-- {mark}:start -->"),
        format!("<!-- {mark}:end -->"),
    );
    let (before, rest) = text
        .split_once(&start)
        .unwrap_or_else(|| panic!("{page} has no {start}"));
    let (_, after) = rest
        .split_once(&end)
        .unwrap_or_else(|| panic!("{page} has no {end}"));
    format!("{before}{start}\n{block}{end}{after}")
}

/// All blocks of the README in one test, since they share a file.
#[test]
fn the_readme_says_what_the_settings_are_and_what_the_demo_answers() {
    let text = with_block("README.md", "settings", &settings());
    if is_update() {
        fs::write(root().join("README.md"), &text).expect("written");
    }
    hold("README.md", &text);
    let text = with_block("README.md", "answer", &answer());
    hold("README.md", &text);
}

fn settings() -> String {
    let mut command = Cli::command();
    command.build();
    let serve = command.find_subcommand("serve").expect("serve");
    let mut table = String::from("| setting | environment | default | |\n|---|---|---|---|\n");
    for argument in serve
        .get_arguments()
        .filter(|argument| argument.get_id() != "help")
    {
        table.push_str(&row(argument));
    }
    table
}

fn row(argument: &Arg) -> String {
    let flag = argument.get_long().unwrap_or_default();
    let takes_value = argument.get_action().takes_values();
    let name = argument
        .get_value_names()
        .and_then(|names| names.first())
        .map(|name| name.to_string());
    let value = name
        .filter(|_| takes_value)
        .map(|name| format!(" {name}"))
        .unwrap_or_default();
    let environment = argument
        .get_env()
        .map(|name| format!("`{}`", name.to_string_lossy()))
        .unwrap_or_default();
    let defaults: Vec<String> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    let default = if takes_value {
        defaults.join(", ")
    } else {
        String::new()
    };
    let default = if default.is_empty() {
        String::new()
    } else {
        format!("`{default}`")
    };
    let help = argument
        .get_long_help()
        .or_else(|| argument.get_help())
        .map(ToString::to_string)
        .unwrap_or_default();
    let help = help.replace('\n', " ").replace('|', "\\|");
    format!("| `--{flag}{value}` | {environment} | {default} | {help} |\n")
}

/// The recorded answer of the README's call, cut to what a reader looks for.
fn answer() -> String {
    let file = root().join("fhir-fixtures/naloxone-offer/fires-sleep-apnea/response.json");
    let text = fs::read_to_string(file).unwrap_or_else(|_| r#"{"cards":[]}"#.to_owned());
    let response: Value = serde_json::from_str(&text).expect("JSON");
    let mut block = String::from("```text\n");
    for card in response["cards"].as_array().into_iter().flatten() {
        let part = |pointer: &str| {
            card.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let _ = writeln!(block, "[{}] {}", part("/indicator"), part("/summary"));
        let _ = writeln!(block, "\n{}\n", part("/detail"));
        for suggestion in card["suggestions"].as_array().into_iter().flatten() {
            let _ = writeln!(
                block,
                "suggestion: {}",
                suggestion["label"].as_str().unwrap_or_default()
            );
        }
        let _ = writeln!(block, "source: {}", part("/source/label"));
    }
    block.push_str("```\n");
    block
}

#[test]
fn docs_rules_lists_every_rule() {
    let mut page = String::from(
        "# Rules\n\nMade from `src/rules/mod.rs` and `cards/<id>/about.md`; `UPDATE_DOCS=1 cargo test --test it` rewrites it.\n\
         Tier `harm` runs in every scope unless its sheet says otherwise; `guideline` is off outside the guideline's scope.\n\
         Patient and medications are needed by every rule and are not repeated.\n\n\
         | rule | title | hooks | tier | needs | indicator | since | status | source | text | cases |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let tier = match rule.tier {
            Tier::Harm => "harm",
            Tier::Guideline => "guideline",
            Tier::Line => "line",
        };
        let hooks: Vec<&str> = rule.hooks.iter().map(|hook| hook.as_str()).collect();
        let needs: Vec<&str> = rule.needs.iter().map(|need| need.key()).collect();
        line(
            &mut page,
            rule.id,
            rule.about,
            &[&hooks.join(", "), tier, &needs.join(", ")],
        );
    }
    let text = fs::read_to_string(root().join("cards").join(CHECK_INCOMPLETE).join("about.md"))
        .expect("about.md");
    line(
        &mut page,
        CHECK_INCOMPLETE,
        &text,
        &[
            "order-sign, order-select, patient-view",
            "made by the merge step",
            "",
        ],
    );
    hold("docs/rules.md", &page);
}

fn line(page: &mut String, id: &str, text: &str, middle: &[&str; 3]) {
    let about = about(id, text);
    let source = match &about.source.url {
        Some(url) => format!("[{}]({url})", about.source.label),
        None => about.source.label.clone(),
    };
    let [hooks, tier, needs] = middle;
    let _ = writeln!(
        page,
        "| `{id}` | {} | {hooks} | {tier} | {needs} | {} | {} | {} | {source} | [text](../cards/{id}/card.en.md) | [cases](../fhir-fixtures/{id}/) |",
        about.title, about.indicator, about.since, about.status
    );
}

/// Everything in backticks is something that a reader can find.
#[test]
fn docs_practices_names_only_what_is_there() {
    let page = fs::read_to_string(root().join("docs/practices.md")).expect("a page");
    let known = findable();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| #"))
        .collect();
    assert_eq!(
        rows.len(),
        174,
        "every practice of the five documents, once"
    );
    let mut wrong = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        for name in cells[2].split('`').skip(1).step_by(2) {
            let stem = name.trim_end_matches('*');
            if !root().join(name).exists() && !known.contains(stem) {
                wrong.push(format!("{}: `{name}`", cells[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Rules, guides, override codes, settings, routes and commands: the texts in which they are defined.
fn findable() -> String {
    let mut text = String::new();
    for rule in RULES {
        let _ = writeln!(text, "{} {}", rule.id, rule.about);
    }
    text.push_str(CHECK_INCOMPLETE);
    for page in [
        "README.md",
        "openapi.yaml",
        "docs/site.md",
        "docs/guides.md",
        "docs/ARCHITECTURE.md",
    ] {
        text.push_str(&fs::read_to_string(root().join(page)).unwrap_or_else(|_| panic!("{page}")));
    }
    for list in ["cards/banned-terms.csv", "cards/banned-terms.es.csv"] {
        text.push_str(list.trim_start_matches("cards/"));
    }
    text.push_str("Patient.communication guides/clinic.en.md about.md explain --format json");
    text
}
