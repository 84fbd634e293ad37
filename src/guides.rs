//! Printable conversation guides: the pages of `GET /guides` and `GET /guides/{topic}`.
//!
//! Knows the topics, their texts in `cards/guides/`, the small Markdown they are written in, and how a page is built.
//! Refuses to know any patient: a page is the same for everybody, and its address names a topic and a language.
//! Uses no other module; the route, its headers and the folder of a site's own files belong to the caller.
//!
//! Pages run no scripts and load nothing: styles stand in the page, links leave it only when followed.

use std::collections::BTreeMap;
use std::fmt;

mod addresses;
mod file;
mod markdown;
mod page;
#[cfg(test)]
mod tests;

use addresses::Addresses;
use file::{Clinic, Guide};

/// What a page may load: nothing but the styles that stand in it.
pub const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A language that every guide is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Plain Spanish of the United States.
    Es,
}

impl Lang {
    /// Both, in the order in which they are offered.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Es];

    /// As in `lang=` and in file names.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Es => "es",
        }
    }

    /// `es`, `es-US`, `ES_mx`: the primary subtag decides (RFC 5646, 2.2.1).
    fn of_tag(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Lang::ALL
            .into_iter()
            .find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }
}

/// For whom a guide is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The person, family and friends.
    Patient,
    /// To be looked at together.
    Both,
    /// The care team.
    Clinician,
}

/// A fault in a content file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path in `cards/`, with `/` between parts.
    pub file: String,
    /// Line, counted from 1; none where the whole file is meant.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// What a link to a guide needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic<'a> {
    /// Last part of the address.
    pub id: &'static str,
    /// For whom.
    pub audience: Audience,
    /// Ids of the rules whose cards may link to it.
    pub rules: &'a [String],
}

/// A topic with its built-in texts.
struct BuiltIn {
    id: &'static str,
    en: &'static str,
    es: &'static str,
}

macro_rules! built_in {
    ($($id:literal),* $(,)?) => {
        &[$(BuiltIn {
            id: $id,
            en: include_str!(concat!("../cards/guides/", $id, "/guide.en.md")),
            es: include_str!(concat!("../cards/guides/", $id, "/guide.es.md")),
        }),*]
    };
}

/// In the order of the list.
const TOPICS: &[BuiltIn] = built_in![
    "story-guide",
    "first-visit-patient",
    "your-plan",
    "pain-function-chart",
    "deciding-together",
    "questions-and-myths",
    "going-slower",
    "urine-test",
    "storing-medicines",
    "rescue-naloxone",
    "first-visit-clinician",
    "hand-over-note",
    "lowering-evidence",
];

/// Stands at the foot of every guide that patients read; a site puts its phone numbers here.
const CLINIC_EN: &str = include_str!("../cards/guides/clinic.en.md");
const CLINIC_ES: &str = include_str!("../cards/guides/clinic.es.md");

const LINKS: &str = include_str!("../cards/links.csv");

/// All guides, read and checked once.
#[derive(Debug)]
pub struct Guides {
    guides: BTreeMap<(&'static str, Lang), Guide>,
    clinic: BTreeMap<Lang, Clinic>,
}

impl Guides {
    /// Reads and checks everything; all problems at once.
    ///
    /// `overrides` are a site's files by their path in `cards/`: `guides/<topic>/guide.<lang>.md`,
    /// `guides/clinic.<lang>.md`, `links.csv`. Files outside `guides/` besides `links.csv` are left to the cards.
    pub fn load(overrides: &BTreeMap<String, String>) -> Result<Guides, Vec<Problem>> {
        let overrides = &unified(overrides);
        let mut problems = unknown_files(overrides);
        let links = overrides.get("links.csv").map_or(LINKS, String::as_str);
        let addresses = Addresses::of_csv(links);
        let mut guides = Guides {
            guides: BTreeMap::new(),
            clinic: BTreeMap::new(),
        };
        for lang in Lang::ALL {
            for topic in TOPICS {
                let name = guide_file(topic.id, lang);
                let built_in = match lang {
                    Lang::En => topic.en,
                    Lang::Es => topic.es,
                };
                let text = overrides.get(&name).map_or(built_in, String::as_str);
                match Guide::parse(&name, text, &addresses) {
                    Ok(guide) => {
                        guides.guides.insert((topic.id, lang), guide);
                    }
                    Err(faults) => problems.extend(faults),
                }
            }
            let name = clinic_file(lang);
            let built_in = match lang {
                Lang::En => CLINIC_EN,
                Lang::Es => CLINIC_ES,
            };
            let text = overrides.get(&name).map_or(built_in, String::as_str);
            match Clinic::parse(&name, text, &addresses) {
                Ok(clinic) => {
                    guides.clinic.insert(lang, clinic);
                }
                Err(faults) => problems.extend(faults),
            }
        }
        if problems.is_empty() {
            Ok(guides)
        } else {
            Err(problems)
        }
    }

    /// The topics, in the order of the list.
    pub fn topics(&self) -> impl Iterator<Item = Topic<'_>> {
        TOPICS.iter().filter_map(|topic| {
            let guide = self.guides.get(&(topic.id, Lang::En))?;
            Some(Topic {
                id: topic.id,
                audience: guide.front.audience,
                rules: &guide.front.rules,
            })
        })
    }

    /// The title of a guide, for a link to it.
    pub fn title(&self, topic: &str, lang: Lang) -> Option<&str> {
        self.guide(topic, lang)
            .map(|guide| guide.front.title.as_str())
    }

    /// The page that lists all guides.
    pub fn list(&self, lang: Lang) -> String {
        let rows = TOPICS
            .iter()
            .filter_map(|topic| Some((topic.id, self.guide(topic.id, lang)?)));
        page::list(&rows.collect::<Vec<_>>(), lang)
    }

    /// The page of a guide; none for a topic that there is not.
    pub fn page(&self, topic: &str, lang: Lang) -> Option<String> {
        let guide = self.guide(topic, lang)?;
        let clinic = match guide.front.audience {
            Audience::Clinician => None,
            Audience::Patient | Audience::Both => self.clinic.get(&lang),
        };
        Some(page::guide(guide, clinic, lang))
    }

    /// The language to answer in: what the address asks for, else what the browser prefers, else English.
    pub fn language(&self, query: Option<&str>, accept_language: Option<&str>) -> Lang {
        query
            .and_then(Lang::of_tag)
            .or_else(|| accept_language.and_then(preferred))
            .unwrap_or_default()
    }

    fn guide(&self, topic: &str, lang: Lang) -> Option<&Guide> {
        let id = TOPICS.iter().find(|built_in| built_in.id == topic)?.id;
        self.guides.get(&(id, lang))
    }
}

/// The language of ours with the highest weight; the first of equals (RFC 9110, 12.5.4).
fn preferred(accept_language: &str) -> Option<Lang> {
    let mut best: Option<(f32, Lang)> = None;
    for range in accept_language.split(',') {
        let mut parts = range.split(';');
        let lang = parts.next().and_then(Lang::of_tag);
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        if let Some(lang) = lang
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

fn guide_file(topic: &str, lang: Lang) -> String {
    format!("guides/{topic}/guide.{}.md", lang.code())
}

fn clinic_file(lang: Lang) -> String {
    format!("guides/clinic.{}.md", lang.code())
}

/// The files as editors on any system write them: without byte order mark, lines ended by `\n`.
fn unified(overrides: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let text = |text: &str| text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    overrides
        .iter()
        .filter(|(name, _)| *name == "links.csv" || name.starts_with("guides/"))
        .map(|(name, file)| (name.clone(), text(file)))
        .collect()
}

/// An override that overrides nothing is a spelling mistake.
fn unknown_files(overrides: &BTreeMap<String, String>) -> Vec<Problem> {
    let known = |name: &str| {
        name == "links.csv"
            || Lang::ALL.into_iter().any(|lang| {
                name == clinic_file(lang)
                    || TOPICS
                        .iter()
                        .any(|topic| name == guide_file(topic.id, lang))
            })
    };
    overrides
        .keys()
        .filter(|name| !known(name))
        .map(|name| Problem {
            file: name.clone(),
            line: None,
            message: "no guide file of this name".to_owned(),
        })
        .collect()
}
