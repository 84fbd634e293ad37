//! From findings to cards: load and check card text, merge, order, cap, fill.
//!
//! Knows card files, the merge rules of the catalogue (section 5) and lengths.
//! Refuses to know FHIR input, clinical thresholds and I/O.

mod about;
mod checks;
mod choices;
mod code_systems;
mod compose;
mod content;
mod detail;
mod escape;
mod fields;
pub mod gate;
mod guides;
mod incomplete;
mod links;
mod merge;
mod naming;
mod phrases;
mod reasons;
mod said;
mod spoken;
mod template;
mod texts;
mod unread;
mod wording;

pub use about::{About, AboutLink, AboutReason, AboutSource, Level, Selection, Status};
pub use guides::Guide;
pub use incomplete::{Incomplete, incomplete_card};

use crate::patient::Snapshot;
use crate::quiet::Hushed;
use crate::rules::{Answer, Rule};
use crate::wire::Response;
use minijinja::Environment;
use std::collections::{BTreeMap, BTreeSet};

/// By these words a response explains MME, once (language guide section 2).
const MME_WORDS: &str = "morphine milligram equivalents";

/// All card texts, parsed, checked and compiled.
#[derive(Debug)]
pub struct CardTexts {
    /// Every section of every file, by file, line and section.
    env: Environment<'static>,
    /// By rule id; `check-incomplete` too.
    rules: BTreeMap<&'static str, texts::RuleText>,
    /// `phrases.en.md`.
    phrases: texts::Words,
    /// `phrases.es.md`.
    spanish_phrases: texts::Words,
    /// Printable guides that cards link to; none until the caller says where they are.
    guides: guides::Guides,
}

/// A fault in a content file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File.
    pub file: String,
    /// Line, where known.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
}

impl CardTexts {
    /// The built-in texts with override files laid over them, per file (`opioid-benzo/card.en.md`, `phrases.en.md`).
    pub fn load(overrides: &BTreeMap<String, String>) -> Result<CardTexts, Vec<Problem>> {
        texts::load(overrides)
    }

    /// The files that hold words, by their paths in `cards/`, with the built-in words.
    pub fn word_files() -> BTreeMap<String, &'static str> {
        texts::word_files()
    }

    /// From now on cards link to these guides, which are served under this address.
    pub fn link_guides(&mut self, base: &str, guides: Vec<Guide>) {
        self.guides = guides::Guides::at(base, guides);
    }

    /// What `about.md` of a rule says, `check-incomplete` included.
    pub fn about(&self, rule: &str) -> Option<&About> {
        self.rules.get(rule).map(|text| &text.about)
    }
}

/// What a client can take and how many cards it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// `source.topic.code` in letters and digits only (contract R-183).
    pub alphanumeric_topic: bool,
    /// The client knows only `selectionBehavior: any`.
    pub any_only: bool,
    /// Kinds of suggestion that the client can take, as [`crate::suggestions::kind`] names them; `None`: all. The label of
    /// another becomes a line of the card (contract R-201).
    pub suggestions: Option<BTreeSet<String>>,
    /// Cap for order-sign and order-select.
    pub max_cards_order: usize,
    /// Cap for patient-view.
    pub max_cards_patient_view: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            alphanumeric_topic: false,
            any_only: false,
            suggestions: None,
            max_cards_order: 3,
            max_cards_patient_view: 2,
        }
    }
}

/// Cards, and which card (by uuid) carries each rule.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The response.
    pub response: Response,
    /// Rule id → card uuid.
    pub shown_on: BTreeMap<&'static str, String>,
    /// Whom an answer to each card is about, in the order of cards.
    pub members: Vec<Members>,
    /// Texts that could not be filled and were left out: mistakes of a rule or of a card file, without patient data.
    pub problems: Vec<Problem>,
}

/// The rules that are merged on a card, the leading one first; its lines are not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// uuid of the card.
    pub card: String,
    /// Rule id, and the place of the finding among the rule's findings.
    pub voices: Vec<(&'static str, usize)>,
}

/// The call's names that uuids are derived from.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// Service id.
    pub service_id: &'a str,
    /// `hookInstance`.
    pub hook_instance: &'a str,
}

/// Merge, order, cap and fill (catalogue section 5), with nothing quiet.
pub fn render(
    texts: &CardTexts,
    snapshot: &Snapshot,
    answers: &[(&'static Rule, Answer)],
    options: &ClientOptions,
    naming: Naming<'_>,
) -> Rendered {
    render_without(
        &Hushed::default(),
        texts,
        snapshot,
        answers,
        options,
        naming,
    )
}

/// The same without the findings that are quiet.
pub fn render_without(
    hushed: &Hushed,
    texts: &CardTexts,
    snapshot: &Snapshot,
    answers: &[(&'static Rule, Answer)],
    options: &ClientOptions,
    naming: Naming<'_>,
) -> Rendered {
    let group_of = |id: &str| texts.rule(id).map(|text| text.about.group.as_str());
    let planned = merge::plan(snapshot.hook, answers, hushed, group_of, options);
    compose::Composer::new(texts, snapshot, options, naming).all(&planned)
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
