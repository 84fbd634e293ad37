//! Filled sections brought into the form in which a card shows them.
//!
//! Knows lengths, bullets and the blocks of a suggestion.
//! Refuses to know which section is whose.

use super::checks::LONGEST_LABEL;
use super::compose::LONGEST_SUMMARY;
use super::detail::RunIns;
use super::escape::{plain, plain_value, shortened, units};
use super::template::Filling;
use super::unread::one_line;
use super::{CardTexts, Problem};
use crate::patient::Language;
use crate::rules::{Proposal, Reason};

/// How long texts of the record may be when a summary or label has to be shortened, tried in turn.
const SHORTER: [usize; 9] = [80, 64, 48, 40, 32, 24, 18, 12, 8];

/// A summary of at most 139 UTF-16 units: texts of the record are shortened first, its own words last.
pub(crate) fn summary(
    texts: &CardTexts,
    template: &str,
    filling: Filling<'_>,
) -> Result<String, Problem> {
    within(texts, template, filling, LONGEST_SUMMARY, |text| {
        capital_first(&plain(text))
    })
}

/// The three blocks of a suggestion.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub(crate) label: String,
    pub(crate) description: String,
    /// What goes into the resource.
    pub(crate) text: Option<String>,
}

impl Blocks {
    /// Fills a suggestion: label, description, text for the resource.
    pub(crate) fn fill(
        texts: &CardTexts,
        template: &str,
        filling: Filling<'_>,
    ) -> Result<Blocks, Problem> {
        let filled = texts.fill(template, filling)?;
        let label = within(texts, template, filling, LONGEST_LABEL, |text| {
            block(text, 0).unwrap_or_default()
        })?;
        Ok(Blocks {
            description: block(&filled, 1).unwrap_or_else(|| label.clone()),
            text: block(&filled, 2),
            label,
        })
    }
}

/// The block between blank lines with this number, as one line.
fn block(text: &str, number: usize) -> Option<String> {
    let mut blocks = text
        .trim()
        .split("\n\n")
        .map(plain)
        .filter(|block| !block.is_empty());
    blocks.nth(number)
}

fn within(
    texts: &CardTexts,
    template: &str,
    filling: Filling<'_>,
    limit: usize,
    part: impl Fn(&str) -> String,
) -> Result<String, Problem> {
    let mut shown = part(&texts.fill(template, filling)?);
    for longest in SHORTER {
        if units(&shown) <= limit {
            return Ok(shown);
        }
        shown = part(&texts.fill_shortened(template, filling, longest)?);
    }
    Ok(shortened(&shown, limit).into_owned())
}

/// A bullet's text: one line, which starts with a capital.
pub(crate) fn bullet(text: &str) -> String {
    let line = one_line(text);
    capital_first(line.strip_prefix("- ").unwrap_or(&line))
}

/// The text with a capital at its start, unless its first word has a capital of its own ("eGFR").
pub(crate) fn capital_first(line: &str) -> String {
    let first_word = line.split(' ').next().unwrap_or_default();
    let mut letters = line.chars();
    match letters.next() {
        Some(first) if first.is_lowercase() && !first_word.chars().any(char::is_uppercase) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => line.to_owned(),
    }
}

/// A shared phrase without slots; empty if it cannot be had.
pub(crate) fn phrase(texts: &CardTexts, name: &str) -> String {
    let template = texts.phrase(name);
    template
        .map(|template| filled_phrase(texts, template))
        .unwrap_or_default()
}

fn filled_phrase(texts: &CardTexts, template: &str) -> String {
    let filling = Filling {
        slots: &Default::default(),
        case: "",
    };
    let filled = texts.fill(template, filling).ok();
    filled.map(|text| one_line(&text)).unwrap_or_default()
}

/// The run-ins of `detail`, whose words to use are in this language.
pub(crate) fn run_ins(texts: &CardTexts, language: Language) -> RunIns {
    let words = texts
        .translated_phrase("Text words", language)
        .map(|template| filled_phrase(texts, template));
    RunIns {
        not_checked: phrase(texts, "Text not-checked"),
        words: words.unwrap_or_else(|| phrase(texts, "Text words")),
        also: phrase(texts, "Text also"),
        due: phrase(texts, "Text due"),
    }
}

/// The proposal with its texts of the record made plain.
pub(crate) fn plain_proposal(proposal: &Proposal) -> Proposal {
    match proposal {
        Proposal::Naloxone { reasons } => Proposal::Naloxone {
            reasons: reasons
                .iter()
                .map(|reason| Reason {
                    condition: reason.condition.clone(),
                    text: plain_value(&reason.text),
                })
                .collect(),
        },
        other => other.clone(),
    }
}
