//! `docs/conformance.md` is complete and true: every rule of the contract once, and what it names exists and mentions the rule.

use crate::tidy::root;
use opioid_cds::fhir::Query;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Id, keyword and source of every rule of the contract.
const RULES: &str = include_str!("contract-rules.csv");

/// One row of the page.
struct Row {
    rule: String,
    keyword: String,
    kept_by: String,
}

fn rows(page: &str) -> Vec<Row> {
    page.lines()
        .filter(|line| line.starts_with("| R-"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            assert_eq!(cells.len(), 7, "{line}");
            Row {
                rule: cells[1].to_owned(),
                keyword: cells[2].to_owned(),
                kept_by: cells[5].to_owned(),
            }
        })
        .collect()
}

fn text(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The ids that a text mentions, also as `R-001 to R-003`.
fn mentioned(text: &str) -> BTreeSet<u32> {
    let number = |text: &str| text.get(..3).and_then(|digits| digits.parse::<u32>().ok());
    let mut ids = BTreeSet::new();
    let mut range_from = None;
    for rest in text.split("R-").skip(1) {
        let Some(id) = number(rest) else { continue };
        ids.extend(range_from.unwrap_or(id)..=id);
        range_from = (&rest[3..] == " to ").then_some(id);
    }
    ids
}

/// Every function of a file with its comment: name and text.
fn functions(file: &str) -> Vec<(&str, &str)> {
    let starts = file.match_indices("fn ").filter(|(at, _)| {
        let before = file[..*at].rsplit('\n').next().unwrap_or_default();
        before.trim().is_empty()
            || before.trim_end().ends_with("async")
            || before.trim_end().ends_with(')')
            || before.trim() == "pub"
    });
    starts
        .filter_map(|(at, _)| {
            let line = file[..at].rfind('\n').map_or(0, |end| end + 1);
            let indent = file[line..].len() - file[line..].trim_start().len();
            let start = file[..at].rfind("\n\n").unwrap_or(0);
            let close = format!("\n{}}}\n", &file[line..line + indent]);
            let end = file[at..].find(&close).map_or(file.len(), |end| at + end);
            let name = file[at + 3..].split('(').next()?.split('<').next()?;
            Some((name, &file[start..end]))
        })
        .collect()
}

/// A function with its comment, the tables that it calls in its own file, and the head of the file.
fn function(file: &str, name: &str) -> Option<String> {
    let functions = functions(file);
    let (_, own) = functions.iter().find(|(found, _)| *found == name)?;
    let mut all: String = file
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .collect();
    all.push_str(own);
    for (helper, text) in &functions {
        if *helper != name && !text.contains("test]\n") && own.contains(&format!(" {helper}()")) {
            all.push_str(text);
        }
    }
    Some(all)
}

/// The text that a name stands for, if it is there.
fn named(kind: &str, name: &str) -> Option<String> {
    match kind {
        "test" => {
            let (file, function_name) = name.rsplit_once("::")?;
            let path = if file.ends_with(".rs") {
                file.to_owned()
            } else {
                format!("tests/it/{file}.rs")
            };
            let found = function(&text(&path)?, function_name)?;
            found.contains("test]\n").then_some(found)
        }
        "case" => text(&format!("fhir-fixtures/{name}/case.toml")),
        _ => text(name),
    }
}

/// What is wrong in one row.
fn faults(row: &Row) -> Vec<String> {
    let number: u32 = row.rule[2..].parse().expect("a number");
    let mut faults = Vec::new();
    for part in row.kept_by.split("; ") {
        let (kind, names) = part.split_once(' ').unwrap_or((part, ""));
        if ["*justified*:", "*open*:"].contains(&kind) {
            if names.split_whitespace().count() < 4 {
                faults.push(format!("{}: `{part}` says too little", row.rule));
            }
            continue;
        }
        if !["test", "case", "code", "docs"].contains(&kind) {
            faults.push(format!("{}: `{part}` is none of the forms", row.rule));
            continue;
        }
        for name in names.split('`').skip(1).step_by(2) {
            match named(kind, name) {
                None => faults.push(format!("{}: there is no {kind} {name}", row.rule)),
                Some(found) if !mentioned(&found).contains(&number) => {
                    faults.push(format!("{}: {kind} {name} does not mention it", row.rule));
                }
                Some(_) => {}
            }
        }
    }
    faults
}

#[test]
fn every_rule_of_the_contract_is_kept_once_by_something_that_is_there() {
    let page = text("docs/conformance.md").expect("a page");
    let rows = rows(&page);
    let mut expected: BTreeMap<&str, &str> = RULES
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some((cells.next()?, cells.next()?))
        })
        .collect();
    assert_eq!(expected.len(), 219, "the contract has 219 rules");
    let mut wrong = Vec::new();
    for row in &rows {
        match expected.remove(row.rule.as_str()) {
            None => wrong.push(format!("{}: no such rule, or twice", row.rule)),
            Some(keyword) if keyword != row.keyword => {
                wrong.push(format!("{}: the keyword is {keyword}", row.rule))
            }
            Some(_) => wrong.extend(faults(row)),
        }
    }
    wrong.extend(
        expected
            .keys()
            .map(|rule| format!("{rule}: not on the page")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_row_that_names_nothing_or_the_wrong_thing_is_found() {
    let fault = |kept_by: &str| {
        !faults(&Row {
            rule: "R-001".to_owned(),
            keyword: String::new(),
            kept_by: kept_by.to_owned(),
        })
        .is_empty()
    };
    for kept_by in [
        "",
        "yes",
        "*justified*: so",
        "test `http::no_such_test`",
        "test `no_file::a`",
        "docs `docs/none.md`",
        "docs `README.md`",
        "case `protocol/none`",
        "test `conformance::rows`",
    ] {
        assert!(fault(kept_by), "{kept_by}");
    }
    assert!(!fault(
        "test `discovery::discovery_is_json_and_always_the_same`"
    ));
    assert_eq!(mentioned("R-001 to R-003, R-7"), BTreeSet::from([1, 2, 3]));
}

/// The sheet that people copy from is what is asked for.
#[test]
fn the_prefetch_sheet_is_what_is_asked_for() {
    let page = text("docs/ehr.md").expect("a page");
    for query in Query::ALL {
        let url = query.url("PATIENT", Some("ENCOUNTER")).expect("a query");
        let url = url
            .replace("PATIENT", "{{context.patientId}}")
            .replace("ENCOUNTER", "{{context.encounterId}}");
        let advertised = if query.advertised() { "yes" } else { "no" };
        let row = format!("| `{}` | `{url}` | {advertised} |", query.key());
        assert!(page.contains(&row), "docs/ehr.md lacks {row}");
    }
}
