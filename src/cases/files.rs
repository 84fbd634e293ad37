//! Case folders on disk.

use super::moved::moved;
use jiff::Timestamp;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One saved request and what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// `opioid-benzo::silent-mme-49`.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// The service that it is sent to, where that is not the one for the request's hook.
    pub service: Option<String>,
    /// Body of the request.
    pub request: Vec<u8>,
    /// `response.json`, if it is there.
    pub response: Option<String>,
    /// Expected status.
    pub status: u16,
    /// When it is judged.
    pub as_of: Timestamp,
    /// Site settings that differ from the default.
    pub site: toml::Table,
    /// A wrong behaviour that is known: the response shows it.
    pub known: Option<String>,
    /// The call's FHIR server is there; else nobody is asked.
    pub fhir: bool,
    /// Its request promises to hold valid R4 only, which `check` looks at strictly.
    pub is_r4: bool,
}

/// A case that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", .file.display(), .line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct CaseError {
    /// The file.
    pub file: PathBuf,
    /// The line, where known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// Faults of the call's FHIR server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Faults {
    /// It answers from the case's `fhir/` folder.
    On,
    /// It is not reachable.
    Off,
}

/// An instant, as a TOML date and time or as a string.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "toml::Value")]
struct Instant(Timestamp);

impl TryFrom<toml::Value> for Instant {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Instant, String> {
        let text = match value {
            toml::Value::String(text) => text,
            value => value.to_string(),
        };
        text.parse()
            .map(Instant)
            .map_err(|error| format!("as_of: {error}"))
    }
}

/// `defaults.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    as_of: Option<Instant>,
    #[serde(default)]
    site: toml::Table,
}

/// `case.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    as_of: Option<Instant>,
    pub(super) site: toml::Table,
    status: Option<u16>,
    service: Option<String>,
    fhir: Option<Faults>,
    known: Option<String>,
    r4: Option<bool>,
    /// For readers.
    pub(super) note: Option<String>,
    /// For readers: where a story's patient comes from.
    origin: Option<String>,
}

impl Settings {
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        self.as_of.map(|instant| instant.0)
    }
}

/// The clock that `defaults.toml` sets.
pub(super) fn read_as_of(defaults: &str) -> Timestamp {
    let defaults: Defaults = toml::from_str(defaults).unwrap_or_default();
    defaults.as_of.map_or_else(usual_as_of, |instant| instant.0)
}

fn usual_as_of() -> Timestamp {
    AS_OF.parse().expect("a constant instant")
}

/// The clock of a case that nothing else is said of.
const AS_OF: &str = "2026-11-01T12:00:00Z";

/// Every case under a path, in order of their names.
pub fn find(path: &Path) -> Result<Vec<Case>, CaseError> {
    let mut folders = Vec::new();
    collect(path, &mut folders)?;
    folders.sort();
    folders.iter().map(|folder| load(folder)).collect()
}

/// The folder of fixtures that a place holds, if any.
pub fn fixtures_in(place: &Path) -> Option<PathBuf> {
    let folder = place.join("fhir-fixtures");
    folder.is_dir().then_some(folder)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), CaseError> {
    if folder.join("request.json").is_file() {
        found.push(folder.to_owned());
        return Ok(());
    }
    let unreadable = |error: std::io::Error| unreadable(folder, &error);
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, found)?;
        }
    }
    Ok(())
}

fn load(folder: &Path) -> Result<Case, CaseError> {
    // A path such as `.` has no names in it.
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let defaults: Defaults = whole
        .ancestors()
        .map(|folder| folder.join("defaults.toml"))
        .find(|file| file.is_file())
        .map(|file| read_toml(&file))
        .transpose()?
        .unwrap_or_default();
    let file = folder.join("case.toml");
    let settings: Settings = if file.is_file() {
        read_toml(&file)?
    } else {
        Settings::default()
    };
    let mut site = defaults.site;
    site.extend(settings.site);
    let name = name_of(&whole);
    // A rule's case is strict R4; protocol cases are odd on purpose, and stories are as their sources made them.
    let of_a_rule = !name.starts_with("protocol::") && !name.starts_with("stories::");
    Ok(Case {
        name,
        folder: folder.to_owned(),
        service: settings.service,
        request: bytes(&folder.join("request.json"))?,
        response: read(&folder.join("response.json")).ok(),
        status: settings.status.unwrap_or(200),
        as_of: settings
            .as_of
            .or(defaults.as_of)
            .map_or_else(usual_as_of, |instant| instant.0),
        site,
        known: settings.known,
        fhir: settings.fhir != Some(Faults::Off),
        is_r4: settings.r4.unwrap_or(of_a_rule),
    })
}

/// Group and case.
fn name_of(folder: &Path) -> String {
    let mut names = folder.iter().rev().map(|part| part.to_string_lossy());
    let case = names.next().unwrap_or_default();
    match names.next() {
        Some(group) => format!("{group}::{case}"),
        None => case.into_owned(),
    }
}

fn bytes(file: &Path) -> Result<Vec<u8>, CaseError> {
    std::fs::read(file).map_err(|error| unreadable(file, &error))
}

fn read(file: &Path) -> Result<String, CaseError> {
    std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &std::io::Error) -> CaseError {
    CaseError {
        file: file.to_owned(),
        line: None,
        message: error.to_string(),
    }
}

fn read_toml<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, CaseError> {
    let text = read(file)?;
    toml::from_str(&text).map_err(|error| CaseError {
        file: file.to_owned(),
        line: error
            .span()
            .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        message: error.message().to_owned(),
    })
}

impl Case {
    /// The rule that the case is about and what it shall answer, by the names of its folders.
    pub fn verdict(&self) -> Option<(&str, &'static str)> {
        let (group, case) = self.name.split_once("::")?;
        let answer = match case.split('-').next()? {
            "fires" => "fires",
            "silent" => "silent",
            "unsure" => "cannot-tell",
            _ => return None,
        };
        (group != "protocol" && group != "stories").then_some((group, answer))
    }

    /// The texts that the case's FHIR server holds, with their paths, moved by so many days.
    pub fn fhir_texts(&self, days: i32) -> Result<Vec<(String, String)>, CaseError> {
        let folder = self.folder.join("fhir");
        let mut texts = Vec::new();
        if self.fhir && folder.is_dir() {
            texts_in(&folder, &mut texts)?;
        }
        let moved =
            |text: String| String::from_utf8_lossy(&moved(text.as_bytes(), days)).into_owned();
        Ok(texts
            .into_iter()
            .map(|(name, text)| (name, moved(text)))
            .collect())
    }
}

/// Every file of a folder, recursively, with its path.
pub(crate) fn texts_in(folder: &Path, texts: &mut Vec<(String, String)>) -> Result<(), CaseError> {
    let unreadable = |error: std::io::Error| unreadable(folder, &error);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            texts_in(&path, texts)?;
        } else if path
            .extension()
            .is_some_and(|kind| kind == "json" || kind == "ndjson")
        {
            texts.push((path.display().to_string(), read(&path)?));
        }
    }
    Ok(())
}
