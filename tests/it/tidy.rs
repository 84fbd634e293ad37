//! The shape of the repository: who uses whom, what is complete, what is orphaned, how long files are.

use opioid_cds::rules::{CHECK_INCOMPLETE, RULES};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom (docs/ARCHITECTURE.md); `hooks` name the rules for discovery and the options of a client.
const ARROWS: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("terminology", &[]),
    ("fhir", &[]),
    ("dose", &["terminology"]),
    ("patient", &["fhir", "dose", "terminology"]),
    ("rules", &["patient", "dose", "terminology", "fhir", "wire"]),
    (
        "quiet",
        &["rules", "patient", "fhir", "terminology", "wire"],
    ),
    ("suggestions", &["rules", "patient", "wire", "terminology"]),
    (
        "cards",
        &[
            "quiet",
            "rules",
            "suggestions",
            "patient",
            "wire",
            "dose",
            "terminology",
            "fhir",
        ],
    ),
    (
        "advise",
        &[
            "patient",
            "quiet",
            "rules",
            "cards",
            "wire",
            "fhir",
            "terminology",
        ],
    ),
    (
        "explained",
        &["advise", "dose", "fhir", "patient", "rules", "wire"],
    ),
    ("guides", &[]),
    ("audit", &["telemetry"]),
    ("store", &[]),
    ("auth", &["store"]),
    (
        "config",
        &[
            "advise",
            "cards",
            "guides",
            "patient",
            "store",
            "terminology",
        ],
    ),
    ("telemetry", &["config", "fhir"]),
    (
        "hooks",
        &[
            "auth",
            "store",
            "advise",
            "audit",
            "fhir",
            "wire",
            "patient",
            "quiet",
            "rules",
            "cards",
            "config",
            "telemetry",
        ],
    ),
    (
        "preview",
        &[
            "cards",
            "cases",
            "dose",
            "explained",
            "fhir",
            "patient",
            "wire",
        ],
    ),
    (
        "server",
        &[
            "advise",
            "auth",
            "cards",
            "config",
            "explained",
            "guides",
            "hooks",
            "patient",
            "preview",
            "telemetry",
            "wire",
        ],
    ),
    ("ehr", &["fhir"]),
    (
        "cases",
        &[
            "advise",
            "auth",
            "cards",
            "config",
            "fhir",
            "hooks",
            "telemetry",
        ],
    ),
];

/// The core: no I/O, no runtime, no HTTP.
const CORE: [&str; 9] = [
    "advise",
    "patient",
    "quiet",
    "rules",
    "cards",
    "suggestions",
    "dose",
    "terminology",
    "wire",
];
/// Of the core, those that may know JSON.
const KNOW_JSON: [&str; 2] = ["suggestions", "wire"];
/// Longest file; tables of tests may be longer.
const LINES: usize = 500;
const TEST_LINES: usize = 900;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A source file: its path from the root, its module, its text without comments and unit tests.
struct Source {
    path: String,
    module: String,
    code: String,
    lines: usize,
    is_test: bool,
}

fn sources(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    files.sort();
    files.iter().map(|file| source(file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
}

fn source(file: &Path) -> Source {
    let path = file
        .strip_prefix(root())
        .expect("in the root")
        .to_string_lossy()
        .into_owned();
    let text = fs::read_to_string(file).expect("a text");
    let module = path
        .split('/')
        .nth(1)
        .unwrap_or_default()
        .trim_end_matches(".rs")
        .to_owned();
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let is_test = path.contains("tests/")
        || path.contains("/gate/")
        || name == "tests.rs"
        || name == "test_support.rs";
    let own = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let code: Vec<&str> = own
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    Source {
        lines: text.lines().count(),
        code: code.join("\n"),
        path,
        module,
        is_test,
    }
}

/// What follows each `crate::`, also in braces.
fn used(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .map(word)
                .collect(),
            None => vec![word(rest)],
        })
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn modules_use_only_those_below_them() {
    let mut wrong = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test) {
        let Some((_, allowed)) = ARROWS.iter().find(|(module, _)| *module == source.module) else {
            assert!(
                ["main", "lib", "commands"].contains(&source.module.as_str()),
                "{}: the module is in no row of ARROWS",
                source.path
            );
            continue;
        };
        for name in used(&source.code) {
            if name != source.module && !allowed.contains(&name.as_str()) {
                wrong.push(format!(
                    "{}: {} may not use {name}",
                    source.path, source.module
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How commands look: no command, and all may use it.
const PAPER: &str = "paper";

#[test]
fn commands_do_not_use_each_other() {
    let commands: Vec<Source> = sources("src/commands")
        .into_iter()
        .filter(|source| !source.path.ends_with("commands/mod.rs"))
        .collect();
    let names: BTreeSet<&str> = commands
        .iter()
        .filter_map(|source| {
            source
                .path
                .strip_prefix("src/commands/")?
                .strip_suffix(".rs")
        })
        .filter(|name| !name.contains('/') && *name != PAPER)
        .collect();
    for source in &commands {
        for name in &names {
            let own = source.path.starts_with(&format!("src/commands/{name}"));
            assert!(
                own || !source.code.contains(&format!("commands::{name}")),
                "{}: {name}",
                source.path
            );
        }
    }
}

#[test]
fn the_core_knows_no_runtime_no_http_and_no_json_but_where_it_must() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let mut forbidden: Vec<&str> = vec!["fhirbolt::"];
        if CORE.contains(&source.module.as_str()) && !source.is_test {
            forbidden.extend([
                "tokio::",
                "axum::",
                "reqwest::",
                "std::net",
                "std::fs",
                "std::process",
            ]);
            if !KNOW_JSON.contains(&source.module.as_str()) {
                forbidden.push("serde_json::");
            }
        }
        if source.module == "fhir" && !source.path.contains("/client/") {
            forbidden.extend(["tokio::", "axum::", "reqwest::", "std::fs"]);
        }
        wrong.extend(
            forbidden
                .into_iter()
                .filter(|name| source.code.contains(name))
                .map(|name| format!("{} names {name}", source.path)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// dose-rules.md: decimal throughout.
#[test]
fn doses_know_no_floating_point() {
    for source in sources("src/dose") {
        for name in ["f64", "f32"] {
            assert!(!source.code.contains(name), "{} names {name}", source.path);
        }
    }
}

#[test]
fn files_are_short() {
    let all = ["src", "tests", "benches", "crates"]
        .into_iter()
        .flat_map(sources);
    let long: Vec<String> = all
        .filter(|source| source.lines > if source.is_test { TEST_LINES } else { LINES })
        .map(|source| format!("{}: {} lines", source.path, source.lines))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

fn names_in(folder: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(folder))
        .map(|entries| {
            entries
                .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_dir()))
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default()
}

/// Ids of the rules, and of the card that the merge step makes.
fn ids() -> Vec<&'static str> {
    RULES
        .iter()
        .map(|rule| rule.id)
        .chain([CHECK_INCOMPLETE])
        .collect()
}

#[test]
fn every_rule_has_its_file_its_words_and_its_cases() {
    let mut missing = Vec::new();
    for id in ids() {
        if id != CHECK_INCOMPLETE
            && !root()
                .join(format!("src/rules/{}.rs", id.replace('-', "_")))
                .is_file()
        {
            missing.push(format!("{id}: no file in src/rules/"));
        }
        for file in ["about.md", "card.en.md"] {
            if !root().join("cards").join(id).join(file).is_file() {
                missing.push(format!("{id}: no cards/{id}/{file}"));
            }
        }
        let cases = names_in(&format!("fhir-fixtures/{id}"));
        // The card that stands for missing data has no rule that could be unsure.
        let kinds: &[&str] = if id == CHECK_INCOMPLETE {
            &["fires-", "silent-"]
        } else {
            &["fires-", "silent-", "unsure-"]
        };
        for kind in kinds {
            if !cases.iter().any(|case| case.starts_with(kind)) {
                missing.push(format!("{id}: no {kind}… case in fhir-fixtures/{id}/"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn nothing_is_orphaned() {
    let ids: BTreeSet<String> = ids().into_iter().map(str::to_owned).collect();
    let mut orphans = Vec::new();
    for (folder, others) in [
        ("cards", ["guides", ""]),
        ("fhir-fixtures", ["protocol", "stories"]),
    ] {
        let owned = |name: &&String| ids.contains(*name) || others.contains(&name.as_str());
        orphans.extend(
            names_in(folder)
                .iter()
                .filter(|name| !owned(name))
                .map(|name| format!("{folder}/{name}")),
        );
    }
    for source in sources("src/rules")
        .iter()
        .filter(|source| source.code.contains("fn check(facts: &Snapshot)"))
    {
        let name = source
            .path
            .trim_start_matches("src/rules/")
            .trim_end_matches(".rs")
            .replace('_', "-");
        if !name.contains('/') && !ids.contains(&name) {
            orphans.push(format!("{}: not in the list of rules", source.path));
        }
    }
    assert!(orphans.is_empty(), "{}", orphans.join("\n"));
}

#[test]
fn every_case_is_named_for_what_it_shows_and_has_request_and_response() {
    let mut wrong = Vec::new();
    for group in names_in("fhir-fixtures") {
        for case in names_in(&format!("fhir-fixtures/{group}")) {
            let folder = root().join("fhir-fixtures").join(&group).join(&case);
            let by_rule = group != "protocol" && group != "stories";
            if by_rule
                && !["fires-", "silent-", "unsure-"]
                    .iter()
                    .any(|kind| case.starts_with(kind))
            {
                wrong.push(format!(
                    "{group}/{case}: the name begins with fires-, silent- or unsure-"
                ));
            }
            for file in ["request.json", "response.json"] {
                if !folder.join(file).is_file() {
                    wrong.push(format!("{group}/{case}: no {file}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Race is read for counting whom the advice reaches, and by nothing else.
#[test]
fn no_rule_reads_race() {
    let readers: Vec<String> = sources("src")
        .into_iter()
        .filter(|source| {
            ["us-core-race", "us-core-ethnicity", "ombCategory"]
                .iter()
                .any(|name| source.code.contains(name))
        })
        .map(|source| source.path)
        .collect();
    assert_eq!(readers, ["src/commands/report/person.rs"]);
}

/// Every threat in SECURITY.md names tests, and each is there.
#[test]
fn every_threat_names_tests_that_exist() {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let mut code = String::new();
    for folder in ["src", "tests", "crates"] {
        let mut files = Vec::new();
        collect(&root().join(folder), &mut files);
        for file in files {
            code.push_str(&fs::read_to_string(file).expect("a text"));
        }
    }
    let threats: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| who |"))
        .collect();
    assert!(threats.len() >= 15, "only {} threats", threats.len());
    let mut wrong = Vec::new();
    for threat in threats {
        let shown_by = threat
            .trim_end_matches(" |")
            .rsplit(" | ")
            .next()
            .unwrap_or_default();
        let tests: Vec<&str> = shown_by.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            wrong.push(format!("no test: {threat}"));
        }
        for test in tests {
            let is_test = code
                .split_once(&format!("fn {test}("))
                .is_some_and(|(before, _)| {
                    let own = before.rsplit("\n\n").next().unwrap_or_default();
                    own.contains("test]\n")
                });
            if !is_test {
                wrong.push(format!("no such test: {test}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What runs in the image, and with which compiler it was built.
#[test]
fn the_image_has_no_root_and_no_shell() {
    let read = |file: &str| fs::read_to_string(root().join(file)).expect(file);
    let image = read("Dockerfile");
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().expect("TOML");
    let channel = toolchain["toolchain"]["channel"].as_str().expect("a text");
    assert!(image.contains(&format!("FROM rust:{channel}-slim-")));
    let last = image.rsplit("\nFROM ").next().expect("a stage");
    assert!(last.starts_with("gcr.io/distroless/cc-debian12:nonroot\n"));
    assert!(last.contains("\nUSER 65532:65532\n"));
    assert!(!last.contains("\nRUN "), "there is no shell to run it");
    let exec_form = [
        "\nENTRYPOINT [",
        "\nCMD [",
        "\n    CMD [\"/usr/local/bin/opioid-cds\", \"healthcheck\"]",
    ];
    for form in exec_form {
        assert!(last.contains(form), "{form}");
    }
}

#[test]
fn both_packages_forbid_unsafe_code() {
    let read = |file: &str| fs::read_to_string(root().join(file)).expect("a manifest");
    let workspace: toml::Table = read("Cargo.toml").parse().expect("TOML");
    assert_eq!(
        workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    for file in ["Cargo.toml", "crates/opioid-cds-fhir/Cargo.toml"] {
        let manifest: toml::Table = read(file).parse().expect("TOML");
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{file}"
        );
    }
}
