//! The program as people run it: `explain`, `replay` with its update and watch, `new`, `check`.

use crate::tidy::root;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// No command here takes nearly that long, even beside other builds.
const PATIENCE: Duration = Duration::from_secs(120);
const CASE: &str = "naloxone-offer/fires-sleep-apnea";
const WORDS: &str = "How have you been sleeping";

fn program(place: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opioid-cds"));
    command.current_dir(place).stdin(Stdio::null());
    command
}

fn run(place: &Path, arguments: &[&str]) -> Output {
    program(place).args(arguments).output().expect("it starts")
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A checkout with one case and the card that it shows.
fn checkout() -> TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let to = place.path();
    fs::create_dir_all(to.join("fhir-fixtures").join(CASE)).expect("made");
    fs::create_dir_all(to.join("cards/breathing-risk")).expect("made");
    for file in [
        "fhir-fixtures/defaults.toml".to_owned(),
        format!("fhir-fixtures/{CASE}/request.json"),
        format!("fhir-fixtures/{CASE}/response.json"),
        "cards/breathing-risk/card.en.md".to_owned(),
    ] {
        fs::copy(root().join(&file), to.join(&file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
    }
    place
}

fn card(place: &Path) -> PathBuf {
    place.join("cards/breathing-risk/card.en.md")
}

fn reword(place: &Path, words: &str) {
    let text = fs::read_to_string(card(place)).expect("the card");
    assert!(text.contains(WORDS), "{text}");
    fs::write(card(place), text.replace(WORDS, words)).expect("written");
}

#[test]
fn explain_reads_as_a_tree_and_holds_no_colour_in_a_pipe() {
    let file = root().join("fhir-fixtures").join(CASE).join("request.json");
    let output = run(
        &root(),
        &[
            "explain",
            "--as-of",
            "2026-11-01T12:00:00Z",
            &file.display().to_string(),
        ],
    );
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    let fires = text.find("\nFires ").expect("what fires");
    let silent = text.find("\nSilent ").expect("what is silent");
    let rule = text
        .find("├─ naloxone-offer")
        .expect("the rule as a branch");
    assert!(fires < rule && rule < silent, "{text}");
    assert!(text.contains("on card 1"), "{text}");
    assert!(text.contains("5 mg × 2 per day × 1.5 = 15"), "{text}");
}

#[test]
fn replay_shows_a_changed_sentence_beside_the_recorded_one_and_update_writes_it() {
    let place = checkout();
    reword(place.path(), "Tell me how you sleep");
    let replay = ["replay", "--cards", "cards", "fhir-fixtures"];
    let output = run(place.path(), &replay);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let row = text
        .lines()
        .find(|line| line.contains("- **Words"))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(
        row.contains("│ + **Words you could use:** Tell me"),
        "{row}"
    );

    let output = run(place.path(), &[&replay[..], &["--update"]].concat());
    let text = said(&output);
    assert!(
        output.status.success() && text.contains("1 written, 0 left"),
        "{text}"
    );
    let shown = text.find("+ **Words").expect("shown");
    assert!(
        shown < text.find("1 written").expect("written"),
        "shown first: {text}"
    );
    assert!(run(place.path(), &replay).status.success());
}

#[test]
fn update_leaves_a_case_whose_rule_answers_otherwise_than_its_name_promises() {
    let place = checkout();
    let folder = place.path().join("fhir-fixtures/naloxone-offer");
    fs::rename(
        folder.join("fires-sleep-apnea"),
        folder.join("silent-sleep-apnea"),
    )
    .expect("renamed");
    fs::remove_file(folder.join("silent-sleep-apnea/response.json")).expect("removed");
    let output = run(place.path(), &["replay", "--update", "fhir-fixtures"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("0 written, 1 left"), "{text}");
    assert!(!folder.join("silent-sleep-apnea/response.json").exists());
}

/// Ends with the test, whatever the test says.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lines(child: &mut Child) -> Receiver<String> {
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    heard
}

fn until(heard: &Receiver<String>, part: &str) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let line = heard
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("no line with {part} after {lines:#?}"));
        let is_it = line.contains(part);
        lines.push(line);
        if is_it {
            return lines;
        }
    }
}

#[test]
fn watch_runs_again_when_a_card_changes_and_outlives_a_broken_one() {
    let place = checkout();
    let mut child = program(place.path())
        .args(["replay", "--watch", "--cards", "cards", "fhir-fixtures"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let heard = lines(&mut child);
    let _watching = Watching(child);
    assert!(
        until(&heard, "waiting")
            .iter()
            .any(|line| line == "1 passed, 0 failed")
    );
    let good = fs::read_to_string(card(place.path())).expect("the card");
    reword(place.path(), "Tell me how you sleep");
    assert!(
        until(&heard, "waiting")
            .iter()
            .any(|line| line == "0 passed, 1 failed")
    );
    fs::write(card(place.path()), "# {{ no_such_slot }}\n").expect("written");
    assert!(
        until(&heard, "waiting")
            .iter()
            .all(|line| !line.contains("passed"))
    );
    fs::write(card(place.path()), good).expect("written");
    assert!(
        until(&heard, "waiting")
            .iter()
            .any(|line| line == "1 passed, 0 failed")
    );
}

#[test]
fn a_new_case_is_found_by_replay_and_check_names_what_is_still_to_be_written() {
    let place = checkout();
    let output = run(
        place.path(),
        &["new", "case", "opioid-benzo", "silent-no-benzodiazepine"],
    );
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("fhir-fixtures/opioid-benzo/silent-no-benzodiazepine/request.json")
    );
    let output = run(
        place.path(),
        &["replay", "--update", "fhir-fixtures/opioid-benzo"],
    );
    assert!(
        said(&output).contains("1 written, 0 left"),
        "{}",
        said(&output)
    );
    let output = run(place.path(), &["check"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("silent-no-benzodiazepine/case.toml, line 2: still to be written"),
        "{text}"
    );
    let again = run(
        place.path(),
        &["new", "case", "opioid-benzo", "silent-no-benzodiazepine"],
    );
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
}
