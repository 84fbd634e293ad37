//! From findings to cards: load and check card text, merge, order, cap, fill.
//!
//! Knows card files, the merge rules of the catalogue (section 5) and lengths.
//! Refuses to know FHIR input, clinical thresholds and I/O.

use crate::patient::Snapshot;
use crate::rules::{Answer, Rule};
use crate::wire::Response;
use std::collections::BTreeMap;

/// All card texts, parsed and checked.
#[derive(Debug)]
pub struct CardTexts {}

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
        let _ = overrides;
        Ok(CardTexts {})
    }
}

/// What a client can take and how many cards it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// `source.topic.code` in letters and digits only (contract R-183).
    pub alphanumeric_topic: bool,
    /// The client knows only `selectionBehavior: any`.
    pub any_only: bool,
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
}

/// The call's names that uuids are derived from.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// Service id.
    pub service_id: &'a str,
    /// `hookInstance`.
    pub hook_instance: &'a str,
}

/// Merge, order, cap and fill (catalogue section 5).
pub fn render(
    texts: &CardTexts,
    snapshot: &Snapshot,
    answers: &[(&'static Rule, Answer)],
    options: &ClientOptions,
    naming: Naming<'_>,
) -> Rendered {
    let _ = (texts, snapshot, answers, options, naming);
    Rendered::default()
}

/// The card that stands in for an empty list when a check was cut short (catalogue section 7).
pub fn incomplete_card(
    texts: &CardTexts,
    snapshot: &Snapshot,
    doubts: &[crate::patient::Doubt],
    naming: Naming<'_>,
) -> crate::wire::Card {
    let _ = (texts, snapshot, doubts, naming);
    unimplemented!("filled in with the merge step")
}
