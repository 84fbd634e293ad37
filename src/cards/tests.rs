//! Cards as they come out of `render`.

mod client;
mod merging;
mod once;
mod parts;
mod patient;

use crate::wire::{Card, Indicator};

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);
const CRITICAL: Option<Indicator> = Some(Indicator::Critical);

fn detail(card: &Card) -> &str {
    card.detail.as_deref().unwrap_or_default()
}

fn labels(card: &Card) -> Vec<&str> {
    card.suggestions
        .iter()
        .map(|suggestion| suggestion.label.as_str())
        .collect()
}
