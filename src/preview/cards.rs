//! The right of the page: cards as EHRs show them.
//!
//! Knows the order that clients use, and that urgency is told by word and shape, not by color alone.
//! Refuses to change a word of a card.

use super::markdown;
use crate::cards::gate;
use crate::wire::{Card, Indicator, Response};
use minijinja::Value as Shown;
use serde::Serialize;

/// One card for the template.
#[derive(Debug, Serialize)]
pub(super) struct View {
    number: usize,
    uuid: String,
    summary: String,
    detail: Shown,
    indicator: &'static str,
    urgency: &'static str,
    source: Source,
    suggestions: Vec<Suggestion>,
    only_one: bool,
    reasons: Vec<Reason>,
    links: Vec<Link>,
    rules: Vec<String>,
    evidence: Vec<String>,
    /// How hard it is to read what is said to the patient, for reviewers.
    reading: Option<String>,
}

#[derive(Debug, Serialize)]
struct Source {
    label: String,
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct Suggestion {
    uuid: String,
    label: String,
    description: String,
    is_recommended: bool,
    /// The actions as JSON, for the script.
    actions: String,
}

#[derive(Debug, Serialize)]
struct Reason {
    code: String,
    system: String,
    display: String,
}

#[derive(Debug, Serialize)]
struct Link {
    label: String,
    url: String,
}

/// Critical first, as clients sort; the numbers are those of the response.
pub(super) fn views(response: &Response) -> Vec<View> {
    let mut cards: Vec<(usize, &Card)> = (1..).zip(&response.cards).collect();
    cards.sort_by_key(|(_, card)| std::cmp::Reverse(card.indicator));
    cards
        .into_iter()
        .map(|(number, card)| view(number, card))
        .collect()
}

fn view(number: usize, card: &Card) -> View {
    let detail = card.detail.as_deref().unwrap_or_default();
    View {
        number,
        uuid: card.uuid.clone(),
        summary: card.summary.clone(),
        detail: Shown::from_safe_string(with_language(markdown::to_html(detail))),
        indicator: card.indicator.as_str(),
        urgency: match card.indicator {
            Indicator::Info => "Information",
            Indicator::Warning => "Warning",
            Indicator::Critical => "Critical",
        },
        source: Source {
            label: card.source.label.clone(),
            url: card.source.url.clone(),
        },
        suggestions: card
            .suggestions
            .iter()
            .map(|suggestion| Suggestion {
                uuid: suggestion.uuid.clone(),
                label: suggestion.label.clone(),
                description: suggestion
                    .actions
                    .iter()
                    .map(|action| action.description.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
                is_recommended: suggestion.is_recommended,
                actions: serde_json::to_string(&suggestion.actions).unwrap_or_default(),
            })
            .collect(),
        only_one: card.selection_behavior == Some(crate::wire::SelectionBehavior::AtMostOne),
        reasons: card
            .override_reasons
            .iter()
            .map(|reason| Reason {
                code: reason.code.clone(),
                system: reason.system.clone(),
                display: reason
                    .display
                    .clone()
                    .unwrap_or_else(|| reason.code.clone()),
            })
            .collect(),
        links: card
            .links
            .iter()
            .map(|link| Link {
                label: link.label.clone(),
                url: link.url.clone(),
            })
            .collect(),
        rules: card.extension.card.rules.clone(),
        evidence: card.extension.card.evidence.clone(),
        reading: gate::reading_of_words(detail),
    }
}

/// Names the language of words in Spanish.
fn with_language(page: String) -> String {
    let Some(run_in) = gate::before_spanish() else {
        return page;
    };
    let bold = format!("<strong>{run_in}</strong>");
    let Some((before, rest)) = page.split_once(&bold) else {
        return page;
    };
    match rest.split_once("</p>") {
        Some((said, after)) => {
            format!("{before}{bold}<span lang=\"es\">{said}</span></p>{after}")
        }
        None => page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_spanish_say_so_to_screen_readers() {
        let run_in = gate::before_spanish().expect("Spanish");
        let page = markdown::to_html(&format!("**{run_in}** ¿Qué le ayuda?\n\n- one"));
        let page = with_language(page);
        assert!(
            page.contains("<span lang=\"es\"> ¿Qué le ayuda?</span></p>"),
            "{page}"
        );
        let english = "<p><strong>Words you could use:</strong> What helps?</p>";
        assert_eq!(with_language(english.to_owned()), english);
    }
}
