//! All card texts: read, checked and compiled once, filled at each call.
//!
//! Knows which files and sections there are and how a slot becomes text.
//! Refuses to know which card says what.

use super::about::{self, About};
use super::checks;
use super::content::{File, Section, sections};
use super::escape::{markdown_value, plain_value, shortened};
use super::links::Links;
use super::phrases;
use super::{CardTexts, Problem};
use crate::rules::{CHECK_INCOMPLETE, RULES, Slot, Slots};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use std::collections::BTreeMap;

/// Places of a template, told by the end of its name.
const PLAIN: &str = "plain";
const MARKDOWN: &str = "markdown";

/// Name of a summary among the sections.
pub(crate) const SUMMARY: &str = "summary";

/// One rule's texts.
#[derive(Debug)]
pub(crate) struct RuleText {
    /// `about.md`.
    pub(crate) about: About,
    /// `card.en.md`.
    pub(crate) words: Words,
}

/// Compiled sections of a file: section → template.
#[derive(Debug, Default)]
pub(crate) struct Words(BTreeMap<String, String>);

impl Words {
    /// The template of this section.
    pub(crate) fn get(&self, section: &str) -> Option<&str> {
        self.0.get(section).map(String::as_str)
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

/// Every folder of `cards/` with its built-in files, in catalogue order.
fn folders() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let incomplete = (
        CHECK_INCOMPLETE,
        include_str!("../../cards/check-incomplete/about.md"),
        include_str!("../../cards/check-incomplete/card.en.md"),
    );
    RULES
        .iter()
        .map(|rule| (rule.id, rule.about, rule.card_en))
        .chain([incomplete])
}

/// Files with words that can be changed, with their built-in texts.
pub(crate) fn word_files() -> BTreeMap<String, &'static str> {
    let files = folders().map(|(id, _, card)| (format!("{id}/card.en.md"), card));
    files.chain([(PHRASES.0.to_owned(), PHRASES.1)]).collect()
}

const PHRASES: (&str, &str) = ("phrases.en.md", include_str!("../../cards/phrases.en.md"));
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
    for (id, about, card) in folders() {
        let (about_name, card_name) = (format!("{id}/about.md"), format!("{id}/card.en.md"));
        let about = File {
            name: &about_name,
            text: files.get(&about_name, about),
        };
        let card = File {
            name: &card_name,
            text: files.get(&card_name, card),
        };
        if let Some(text) = loader.rule(id, about, card) {
            rules.insert(id, text);
        }
    }
    let phrases = loader.phrases(File {
        name: PHRASES.0,
        text: files.get(PHRASES.0, PHRASES.1),
    });
    if loader.problems.is_empty() {
        Ok(CardTexts {
            env: loader.env,
            rules,
            phrases,
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
        name == PHRASES.0
            || name == LINKS.0
            || name == "README.md"
            || name.starts_with("guides/")
            || folders().any(|(id, ..)| {
                name.strip_prefix(id)
                    .is_some_and(|file| matches!(file, "/about.md" | "/card.en.md"))
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
    fn rule(&mut self, id: &str, about: File<'_>, card: File<'_>) -> Option<RuleText> {
        let about = about::parse(about, id, &self.links)
            .map_err(|problems| self.problems.extend(problems))
            .ok();
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
            let slots = about.as_ref().map(|about| about.slots.as_slice());
            self.section(
                card,
                name,
                section,
                slots.filter(|_| speaks_for_the_rule(name)),
                &mut words,
            );
        }
        if found.is_empty() {
            self.problems.push(card.problem(1, "no summary"));
        }
        Some(RuleText {
            about: about?,
            words,
        })
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
        let faults = checks::section(name, text, &self.links);
        self.problems.extend(
            faults
                .into_iter()
                .map(|fault| file.problem(line + fault.line, fault.message)),
        );
        let place = if name == SUMMARY || name.starts_with("Suggestion ") {
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
            let strays = self.strays(&template, slots);
            self.problems.extend(strays.into_iter().map(|stray| {
                let message =
                    format!("\"{name}\" uses the slot \"{stray}\", which is not declared");
                file.problem(line, message)
            }));
        }
    }

    /// Slots that a template uses and nobody fills, in alphabetical order.
    fn strays<S: AsRef<str>>(&self, template: &str, slots: &[S]) -> Vec<String> {
        let Ok(compiled) = self.env.get_template(template) else {
            return Vec::new();
        };
        let used = compiled.undeclared_variables(false);
        let is_stray =
            |name: &String| name != "case" && !slots.iter().any(|slot| slot.as_ref() == name);
        let mut strays: Vec<String> = used.into_iter().filter(is_stray).collect();
        strays.sort();
        strays
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

fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|name| {
        AutoEscape::Custom(
            if name.ends_with(PLAIN) {
                PLAIN
            } else {
                MARKDOWN
            }
            .into(),
        )
    });
    // What a text may say about the record is escaped, always: these would switch that off.
    env.remove_filter("safe");
    env.remove_filter("escape");
    env.remove_filter("e");
    env.set_formatter(write_value);
    env
}

fn write_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let plain = matches!(state.auto_escape(), AutoEscape::Custom(place) if place == PLAIN);
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let shown = match (value.is_safe(), plain) {
        // Only what a template has captured itself, so filled and escaped already.
        (true, _) => text,
        (false, true) => plain_value(&text),
        (false, false) => markdown_value(&text),
    };
    out.write_str(&shown)
        .map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))
}

/// A fault of a template, at its place in the file.
fn problem(error: &Error, template: &str) -> Problem {
    let mut parts = template.splitn(3, ':');
    let file = parts.next().unwrap_or_default().to_owned();
    let first: Option<u64> = parts.next().and_then(|line| line.parse().ok());
    let within = error.line().unwrap_or(1) as u64;
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    Problem {
        file,
        line: first.map(|first| first + within.saturating_sub(1)),
        message,
    }
}

/// What a template is filled with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'a> {
    /// Values by name.
    pub(crate) slots: &'a Slots,
    /// Row of the sheet.
    pub(crate) case: &'a str,
}

impl CardTexts {
    /// Fills a template.
    pub(crate) fn fill(&self, template: &str, filling: Filling<'_>) -> Result<String, Problem> {
        self.fill_shortened(template, filling, usize::MAX)
    }

    /// Fills a template; texts longer than `longest` are shortened at a word.
    pub(crate) fn fill_shortened(
        &self,
        template: &str,
        filling: Filling<'_>,
        longest: usize,
    ) -> Result<String, Problem> {
        let slots = filling
            .slots
            .iter()
            .map(|(name, slot)| (*name, value(slot, longest)));
        let context: BTreeMap<&str, Value> =
            slots.chain([("case", Value::from(filling.case))]).collect();
        self.env
            .get_template(template)
            .and_then(|compiled| compiled.render(Value::from(context)))
            .map_err(|error| problem(&error, template))
    }

    /// A rule's texts.
    pub(crate) fn rule(&self, id: &str) -> Option<&RuleText> {
        self.rules.get(id)
    }

    /// Template of a shared phrase.
    pub(crate) fn phrase(&self, name: &str) -> Option<&str> {
        self.phrases.get(name)
    }
}

fn value(slot: &Slot, longest: usize) -> Value {
    match slot {
        Slot::Text(text) => Value::from(shortened(text, longest).as_ref()),
        Slot::List(texts) => texts
            .iter()
            .map(|text| Value::from(shortened(text, longest).as_ref()))
            .collect(),
        Slot::Flag(flag) => Value::from(*flag),
    }
}

#[cfg(test)]
mod tests;
