//! All card texts: read, checked and compiled once, filled at each call.
//!
//! Knows which files, languages and sections there are.
//! Refuses to know which card says what.

use super::about::{self, About};
use super::checks;
use super::content::{File, Section, sections};
use super::links::Links;
use super::phrases;
use super::template::{MARKDOWN, PLAIN, environment, problem};
use super::{CardTexts, Problem};
use crate::patient::Language;
use crate::rules::{CHECK_INCOMPLETE, RULES, Rule};
use minijinja::Environment;
use std::collections::BTreeMap;

/// Slot that every text to the patient may use: the goal in their own words, empty where there is none to quote.
pub(crate) const GOAL: &str = "goal";

/// Slot of the brief: ids of the rules whose lines stand below it.
pub(crate) const DUE: &str = "due";

/// Slot of every line: does it stand on the brief?
pub(crate) const ON_BRIEF: &str = "on_brief";

/// Slot of every line and fact: keys of the facts that are stated so far.
pub(crate) const STATED: &str = "stated";

/// Name of a summary among the sections.
pub(crate) const SUMMARY: &str = "summary";

/// One rule's texts.
#[derive(Debug)]
pub(crate) struct RuleText {
    /// `about.md`.
    pub(crate) about: About,
    /// `card.en.md`.
    pub(crate) words: Words,
    /// `card.es.md`: what is said to the patient.
    spanish: Words,
    /// Its first heading: the rule's name.
    pub(crate) spanish_title: Option<String>,
}

impl RuleText {
    /// What the patient is told or reads in this language, if it is not English and the language's file has it.
    pub(crate) fn translated(&self, section: &str, language: Language) -> Option<&str> {
        match language {
            Language::English => None,
            Language::Spanish => self.spanish.get(section),
        }
    }
}

#[cfg(test)]
impl RuleText {
    /// Names of the sections of `card.es.md`.
    pub(crate) fn spanish_sections(&self) -> impl Iterator<Item = &str> {
        self.spanish.0.keys().map(String::as_str)
    }
}

/// Compiled sections of a file: section → template.
#[derive(Debug, Default)]
pub(crate) struct Words(BTreeMap<String, String>);

impl Words {
    /// The template of this section.
    pub(crate) fn get(&self, section: &str) -> Option<&str> {
        self.0.get(section).map(String::as_str)
    }

    /// Every template.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// Keys of the suggestions.
    pub(crate) fn suggestions(&self) -> impl Iterator<Item = &str> {
        self.0
            .keys()
            .filter_map(|section| section.strip_prefix("Suggestion "))
    }
}

/// Files that hold texts, built in or laid over.
struct Files<'a> {
    overrides: &'a BTreeMap<String, String>,
}

impl Files<'_> {
    fn get<'a>(&'a self, name: &str, built_in: &'a str) -> &'a str {
        self.overrides.get(name).map_or(built_in, String::as_str)
    }
}

/// A folder of `cards/` with its built-in files.
struct Folder {
    id: &'static str,
    about: &'static str,
    english: &'static str,
    spanish: &'static str,
}

/// Every folder that has card texts, in catalogue order.
fn folders() -> impl Iterator<Item = Folder> {
    let incomplete = Folder {
        id: CHECK_INCOMPLETE,
        about: include_str!("../../cards/check-incomplete/about.md"),
        english: include_str!("../../cards/check-incomplete/card.en.md"),
        spanish: include_str!("../../cards/check-incomplete/card.es.md"),
    };
    let of_rule = |rule: &'static Rule| Folder {
        id: rule.id,
        about: rule.about,
        english: rule.card_en,
        spanish: rule.card_es,
    };
    RULES.iter().map(of_rule).chain([incomplete])
}

/// Files with words that can be changed, with their built-in texts.
pub(crate) fn word_files() -> BTreeMap<String, &'static str> {
    let of_folder = |folder: Folder| {
        [
            ("card.en.md", folder.english),
            ("card.es.md", folder.spanish),
        ]
        .map(|(file, text)| (format!("{}/{file}", folder.id), text))
    };
    let shared = [PHRASES, SPANISH_PHRASES].map(|(name, text)| (name.to_owned(), text));
    folders().flat_map(of_folder).chain(shared).collect()
}

const PHRASES: (&str, &str) = ("phrases.en.md", include_str!("../../cards/phrases.en.md"));
const SPANISH_PHRASES: (&str, &str) = ("phrases.es.md", include_str!("../../cards/phrases.es.md"));
const LINKS: (&str, &str) = ("links.csv", include_str!("../../cards/links.csv"));

/// Reads, checks and compiles everything; all problems at once.
pub(crate) fn load(overrides: &BTreeMap<String, String>) -> Result<CardTexts, Vec<Problem>> {
    let overrides = &unified(overrides);
    let files = Files { overrides };
    let mut problems = unknown_files(overrides);
    let (links, faults) = Links::parse(LINKS.0, files.get(LINKS.0, LINKS.1));
    problems.extend(faults);
    let mut loader = Loader {
        env: environment(),
        links,
        problems,
    };
    let mut rules = BTreeMap::new();
    for folder in folders() {
        if let Some(text) = loader.rule(&folder, &files) {
            rules.insert(folder.id, text);
        }
    }
    let phrases = loader.phrases(File {
        name: PHRASES.0,
        text: files.get(PHRASES.0, PHRASES.1),
    });
    let spanish_phrases = loader.translated_phrases(File {
        name: SPANISH_PHRASES.0,
        text: files.get(SPANISH_PHRASES.0, SPANISH_PHRASES.1),
    });
    loader
        .problems
        .extend(about::strangers(&rules, &loader.env));
    if loader.problems.is_empty() {
        Ok(CardTexts {
            env: loader.env,
            rules,
            phrases,
            spanish_phrases,
            guides: super::guides::Guides::default(),
        })
    } else {
        Err(loader.problems)
    }
}

/// The files as editors on any system write them: without byte order mark, lines ended by `\n`.
fn unified(overrides: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let text = |text: &str| text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    overrides
        .iter()
        .map(|(name, file)| (name.clone(), text(file)))
        .collect()
}

/// An override that overrides nothing is a spelling mistake. Guides are read elsewhere.
fn unknown_files(overrides: &BTreeMap<String, String>) -> Vec<Problem> {
    let known = |name: &str| {
        [PHRASES.0, SPANISH_PHRASES.0, LINKS.0].contains(&name)
            || name == "README.md"
            || name.starts_with("guides/")
            || folders().any(|folder| {
                name.strip_prefix(folder.id)
                    .is_some_and(|file| matches!(file, "/about.md" | "/card.en.md" | "/card.es.md"))
            })
    };
    overrides
        .keys()
        .filter(|name| !known(name))
        .map(|name| Problem {
            file: name.clone(),
            line: None,
            message: "no card file of this name".to_owned(),
        })
        .collect()
}

struct Loader {
    env: Environment<'static>,
    links: Links,
    problems: Vec<Problem>,
}

impl Loader {
    fn rule(&mut self, folder: &Folder, files: &Files<'_>) -> Option<RuleText> {
        let names =
            ["about.md", "card.en.md", "card.es.md"].map(|name| format!("{}/{name}", folder.id));
        let [about, english, spanish] = [
            (&names[0], folder.about),
            (&names[1], folder.english),
            (&names[2], folder.spanish),
        ]
        .map(|(name, built_in)| File {
            name,
            text: files.get(name, built_in),
        });
        let about = about::parse(about, folder.id, &self.links)
            .map_err(|problems| self.problems.extend(problems))
            .ok();
        let slots = about.as_ref().map(|about| about.slots.as_slice());
        let words = self.words(english, slots);
        let (spanish_title, spanish) = self.translation(spanish, slots);
        Some(RuleText {
            about: about?,
            words,
            spanish,
            spanish_title,
        })
    }

    /// `card.en.md`. `slots`: those of `about.md`, where it could be read.
    fn words(&mut self, card: File<'_>, slots: Option<&[String]>) -> Words {
        let (found, problems) = sections(card, card.text, 1);
        self.problems.extend(problems);
        let mut words = Words::default();
        for (at, section) in found.iter().enumerate() {
            let name = match (at, section.depth) {
                (0, 1) => SUMMARY,
                (0, _) => {
                    self.problems.push(
                        card.problem(section.line, "the first heading is the summary: one #"),
                    );
                    continue;
                }
                _ => &section.title,
            };
            if at > 0 && !(section.depth == 2 && is_card_section(name)) {
                self.problems.push(card.problem(
                    section.line,
                    format!("no section of cards is called \"{name}\""),
                ));
                continue;
            }
            let slots = slots.filter(|_| speaks_for_the_rule(name));
            self.section(card, name, section, slots, &mut words);
        }
        if found.is_empty() {
            self.problems.push(card.problem(1, "no summary"));
        }
        words
    }

    /// What is said to the patient in another language; the first heading is the rule's name.
    fn translation(&mut self, card: File<'_>, slots: Option<&[String]>) -> (Option<String>, Words) {
        let (found, problems) = sections(card, card.text, 1);
        self.problems.extend(problems);
        let mut words = Words::default();
        let title = found.first().filter(|section| section.depth == 1);
        if title.is_none_or(|section| section.title.is_empty()) {
            self.problems
                .push(card.problem(1, "the first heading is the rule's name: one #"));
        }
        for section in found.iter().filter(|section| section.depth > 1) {
            let name = section.title.as_str();
            if name == "Say" || name.starts_with("Suggestion ") {
                let slots = slots.filter(|_| speaks_for_the_rule(name));
                self.section(card, name, section, slots, &mut words);
            } else {
                self.problems.push(card.problem(
                    section.line,
                    format!("\"{name}\" is not said to the patient: it stands in English only"),
                ));
            }
        }
        (title.map(|section| section.title.clone()), words)
    }

    fn phrases(&mut self, file: File<'_>) -> Words {
        let (found, problems) = sections(file, file.text, 1);
        self.problems.extend(problems);
        let mut words = Words::default();
        for section in found.iter().filter(|section| section.depth > 1) {
            match phrases::slots(&section.title) {
                Some(slots) => self.section(file, &section.title, section, Some(slots), &mut words),
                None => self.problems.push(file.problem(
                    section.line,
                    format!("no shared phrase is called \"{}\"", section.title),
                )),
            }
        }
        for missing in phrases::names().filter(|name| words.get(name).is_none()) {
            self.problems
                .push(file.problem(1, format!("the section \"{missing}\" is missing")));
        }
        words
    }

    /// Shared phrases of another language: those that the patient reads, and the run-in of the words to use.
    fn translated_phrases(&mut self, file: File<'_>) -> Words {
        let (found, problems) = sections(file, file.text, 1);
        self.problems.extend(problems);
        let mut words = Words::default();
        for section in found.iter().filter(|section| section.depth > 1) {
            let name = section.title.as_str();
            let slots = phrases::slots(name);
            match slots.filter(|_| is_translated_phrase(name)) {
                Some(slots) => self.section(file, name, section, Some(slots), &mut words),
                None => self.problems.push(file.problem(
                    section.line,
                    format!("no phrase that the patient reads is called \"{name}\""),
                )),
            }
        }
        words
    }

    /// Checks and compiles one section. `slots`: what it may use, where that is known.
    fn section<S: AsRef<str>>(
        &mut self,
        file: File<'_>,
        name: &str,
        section: &Section,
        slots: Option<&[S]>,
        words: &mut Words,
    ) {
        let (text, line) = match name {
            SUMMARY => (&section.title, section.line),
            _ => (&section.body.text, section.body.line),
        };
        if name == SUMMARY && !section.body.text.is_empty() {
            self.problems
                .push(file.problem(section.body.line, "text between summary and first section"));
        }
        if text.is_empty() {
            // Why, and facts that are said elsewhere, may be left open.
            return;
        }
        let faults = checks::section(name, text, &self.links, language_of(file.name));
        self.problems.extend(
            faults
                .into_iter()
                .map(|fault| file.problem(line + fault.line, fault.message)),
        );
        let place = if name == SUMMARY || name == "Text guide" || name.starts_with("Suggestion ") {
            PLAIN
        } else {
            MARKDOWN
        };
        let template = format!("{}:{line}:{name}#{place}", file.name);
        if words.0.insert(name.to_owned(), template.clone()).is_some() {
            self.problems
                .push(file.problem(section.line, format!("the section \"{name}\" stands twice")));
            return;
        }
        if let Err(error) = self.env.add_template_owned(template.clone(), text.clone()) {
            self.problems.push(problem(&error, &template));
            return;
        }
        if let Some(slots) = slots {
            let given: &[&str] = match name {
                "Say" => &[GOAL],
                "Brief" => &[DUE],
                "Line" => &[ON_BRIEF, STATED],
                _ if name.starts_with("Fact ") => &[STATED],
                _ => &[],
            };
            let strays = self.strays(&template, slots, given);
            self.problems.extend(strays.into_iter().map(|stray| {
                let message =
                    format!("\"{name}\" uses the slot \"{stray}\", which is not declared");
                file.problem(line, message)
            }));
        }
    }

    /// Slots that a template uses and nobody fills, in alphabetical order.
    fn strays<S: AsRef<str>>(&self, template: &str, slots: &[S], given: &[&str]) -> Vec<String> {
        let Ok(compiled) = self.env.get_template(template) else {
            return Vec::new();
        };
        let used = compiled.undeclared_variables(false);
        let is_stray = |name: &String| {
            name != "case"
                && !given.contains(&name.as_str())
                && !slots.iter().any(|slot| slot.as_ref() == name)
        };
        let mut strays: Vec<String> = used.into_iter().filter(is_stray).collect();
        strays.sort();
        strays
    }
}

/// Phrases that another language has: what the patient reads, and how words and guides in it are announced.
fn is_translated_phrase(name: &str) -> bool {
    matches!(name, "Text words" | "Text guide") || name.starts_with("Suggestion ")
}

/// The language of a file, by the end of its name.
pub(crate) fn language_of(file: &str) -> Language {
    if file.ends_with(".es.md") {
        Language::Spanish
    } else {
        Language::English
    }
}

/// Sections that a card file may have besides the summary.
fn is_card_section(name: &str) -> bool {
    speaks_for_the_rule(name) || name.starts_with("Fact ") || name.starts_with("Suggestion ")
}

/// Sections that are filled with the finding's own slots.
fn speaks_for_the_rule(name: &str) -> bool {
    matches!(name, SUMMARY | "Why" | "Known" | "Say" | "Line" | "Brief")
}

impl CardTexts {
    /// A rule's texts.
    pub(crate) fn rule(&self, id: &str) -> Option<&RuleText> {
        self.rules.get(id)
    }

    /// Template of a shared phrase.
    pub(crate) fn phrase(&self, name: &str) -> Option<&str> {
        self.phrases.get(name)
    }

    /// Template of a shared phrase in this language, if it is not English and the language's file has it.
    pub(crate) fn translated_phrase(&self, name: &str, language: Language) -> Option<&str> {
        match language {
            Language::English => None,
            Language::Spanish => self.spanish_phrases.get(name),
        }
    }
}

/// Shared suggestions of this language as written, by name.
#[cfg(test)]
pub(crate) fn phrases_of(texts: &CardTexts, language: Language) -> Vec<(&str, String)> {
    let words = match language {
        Language::English => &texts.phrases,
        Language::Spanish => &texts.spanish_phrases,
    };
    let source = |template: &str| Some(texts.env.get_template(template).ok()?.source().to_owned());
    words
        .0
        .iter()
        .filter(|(name, _)| name.starts_with("Suggestion "))
        .filter_map(|(name, template)| Some((name.as_str(), source(template)?)))
        .collect()
}

#[cfg(test)]
mod tests;
