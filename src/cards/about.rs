//! `about.md`: all of a card that is the same in every language.
//!
//! Knows the front matter and the headings for reviewers.
//! Refuses to know words for the screen.

use super::Problem;
use super::content::{File, front_matter, sections};
use super::links::Links;
use super::merge::GROUPS;
use super::phrases;
use super::texts::RuleText;
use crate::rules::CHECK_INCOMPLETE;
use minijinja::Environment;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The headings that a reviewer finds in every `about.md`.
const HEADINGS: [&str; 5] = [
    "What it looks for",
    "Why it matters to this person",
    "When it stays silent",
    "What it cannot know",
    "Sources",
];

/// Most override reasons of a card (contract R-187).
pub(crate) const MOST_REASONS: usize = 8;

/// Front matter of `about.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// For people.
    pub title: String,
    /// Version that brought it.
    pub since: String,
    /// How settled it is.
    pub status: Status,
    /// Concern group (catalogue section 5).
    pub group: String,
    /// Default level.
    pub indicator: Level,
    /// Which suggestions may be taken together.
    #[serde(default)]
    pub selection: Selection,
    /// Guideline or label.
    pub source: AboutSource,
    /// Slots of the card text besides `case`.
    #[serde(default)]
    pub slots: Vec<String>,
    /// Facts that the summary states: no bullet repeats them while another bullet is left.
    #[serde(default)]
    pub summary_says: Vec<String>,
    /// Facts that the line states: no bullet repeats them while the line is shown.
    #[serde(default)]
    pub line_says: Vec<String>,
    /// Cases whose line stands first among the bullets, even where an equal leads.
    #[serde(default)]
    pub foremost: Vec<String>,
    /// Reasons to decline.
    #[serde(default, rename = "override")]
    pub reasons: Vec<AboutReason>,
    /// Further reading.
    #[serde(default)]
    pub links: Vec<AboutLink>,
}

/// How settled a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Reviewed and in use.
    Stable,
    /// May still change.
    Preview,
    /// Will go.
    Deprecated,
}

/// Default level of a rule; `line` for a rule that only ever adds a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Never a card.
    Line,
    /// For information.
    Info,
    /// Worth a look.
    Warning,
    /// Interrupts.
    Critical,
}

/// How many suggestions may be taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// Any number.
    #[default]
    Any,
    /// One or none.
    AtMostOne,
}

/// `source`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutSource {
    /// Short name with grade.
    pub label: String,
    /// Page; only `check-incomplete` has none.
    pub url: Option<String>,
}

/// One of `override`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutReason {
    /// Code of the project's override code system.
    pub code: String,
    /// Reads well after "Override: ".
    pub display: String,
    /// Left out where the card is critical.
    #[serde(default)]
    pub not_if_critical: bool,
}

/// One of `links`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutLink {
    /// Text for people.
    pub label: String,
    /// Allowed by `links.csv`.
    pub url: String,
}

/// Reads and checks one `about.md`.
pub(crate) fn parse(file: File<'_>, rule: &str, links: &Links) -> Result<About, Vec<Problem>> {
    let (matter, rest, line) = front_matter(file).map_err(|problem| vec![problem])?;
    let about: About = toml::from_str(&matter.text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = matter.text.get(..at).unwrap_or_default();
        vec![file.problem(
            matter.line + before.matches('\n').count() as u64,
            error.message(),
        )]
    })?;
    let (found, mut problems) = sections(file, rest, line);
    for heading in HEADINGS {
        match found.iter().find(|section| section.title == heading) {
            None => {
                problems.push(file.problem(line, format!("the section \"{heading}\" is missing")))
            }
            Some(section) if section.body.text.is_empty() => {
                problems.push(
                    file.problem(section.line, format!("the section \"{heading}\" is empty")),
                );
            }
            Some(_) => {}
        }
    }
    let at = |wanted: &str| line_of(&matter.text, wanted) + matter.line;
    problems.extend(
        about
            .faults(rule, links)
            .into_iter()
            .map(|(wanted, message)| file.problem(at(&wanted), message)),
    );
    if problems.is_empty() {
        Ok(about)
    } else {
        Err(problems)
    }
}

/// Line, counted from 0, of the first one that holds this text.
fn line_of(text: &str, wanted: &str) -> u64 {
    text.lines()
        .position(|line| line.contains(wanted))
        .unwrap_or(0) as u64
}

impl About {
    /// What is wrong, each with a text that stands in the line at fault.
    fn faults(&self, rule: &str, links: &Links) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let mut fault = |at: &str, message: String| faults.push((at.to_owned(), message));
        let (title, since, label) = (&self.title, &self.since, &self.source.label);
        for (name, text) in [("title", title), ("since", since), ("label", label)] {
            if text.trim().is_empty() {
                fault(name, format!("`{name}` is empty"));
            }
        }
        let incomplete = rule == CHECK_INCOMPLETE;
        if !incomplete && !GROUPS.iter().any(|group| group.name == self.group) {
            fault(
                "group",
                format!("\"{}\" is no concern group of the catalogue", self.group),
            );
        }
        // A label that nobody could open has no address: none is better than another page's.
        faults.extend(
            self.source
                .url
                .iter()
                .filter_map(|url| link_fault(url, links)),
        );
        for link in &self.links {
            faults.extend(link_fault(&link.url, links));
            if link.label.trim().is_empty() {
                faults.push((link.url.clone(), "a link without label".to_owned()));
            }
        }
        faults.extend(self.reason_faults(incomplete));
        faults
    }

    fn reason_faults(&self, incomplete: bool) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let reasons = &self.reasons;
        if incomplete {
            return faults;
        }
        let mut fault = |at: &str, message: &str| faults.push((at.to_owned(), message.to_owned()));
        if reasons.len() > MOST_REASONS {
            fault("override", "more than eight override reasons");
        }
        if reasons.last().is_some_and(|reason| reason.code != "other") {
            fault("override", "the last override reason is not `other`");
        }
        for (at, reason) in reasons.iter().enumerate() {
            if reasons[..at]
                .iter()
                .any(|earlier| earlier.code == reason.code)
            {
                fault(&reason.code, "an override code given twice");
            }
            let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if reason.code.is_empty() || !reason.code.chars().all(is_code) {
                fault(
                    &reason.code,
                    "an override code is lower case letters, digits and hyphens",
                );
            }
            if reason.display.trim().is_empty() {
                fault(&reason.code, "an override reason without display");
            }
        }
        faults
    }
}

fn link_fault(url: &str, links: &Links) -> Option<(String, String)> {
    links.fault(url).map(|fault| (url.to_owned(), fault))
}

/// Facts and cases that an `about.md` names and that no words know.
pub(crate) fn strangers(
    rules: &BTreeMap<&'static str, RuleText>,
    env: &Environment<'static>,
) -> Vec<Problem> {
    let is_fact = |key: &str| {
        let name = format!("Fact {key}");
        phrases::slots(&name).is_some()
            || rules.values().any(|rule| rule.words.get(&name).is_some())
    };
    let has_case = |rule: &RuleText, case: &str| {
        let named = format!("case == \"{case}\"");
        let mut sources = rule
            .words
            .templates()
            .filter_map(|name| env.get_template(name).ok());
        sources.any(|template| template.source().contains(&named))
    };
    let mut problems = Vec::new();
    for (id, rule) in rules {
        let about = &rule.about;
        let facts = about.summary_says.iter().chain(&about.line_says);
        let facts = facts
            .filter(|key| !is_fact(key))
            .map(|key| format!("no fact is called \"{key}\""));
        let cases = about.foremost.iter().filter(|case| !has_case(rule, case));
        let cases = cases.map(|case| format!("the words know no case \"{case}\""));
        problems.extend(facts.chain(cases).map(|message| Problem {
            file: format!("{id}/about.md"),
            line: None,
            message,
        }));
    }
    problems
}
