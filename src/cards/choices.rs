//! The suggestions of a card: which, in which order, and how they become actions.
//!
//! Knows that naloxone stands first, that the same suggestion stands once, and that four are the most.
//! Refuses to know which resource a proposal becomes: that is `suggestions`.

use super::Problem;
use super::compose::Composer;
use super::escape::plain;
use super::merge::{Planned, Voice};
use super::naming::CardName;
use super::template::Filling;
use super::wording::{Blocks, plain_proposal};
use crate::rules::{Proposal, Suggest};
use crate::suggestions::{self, NotMade, Said};
use crate::wire::Suggestion;

/// Most suggestions of a card.
const MOST_SUGGESTIONS: usize = 4;

impl<'a> Composer<'a> {
    /// The naloxone suggestion if this card makes it, then the leader's, then those of merged rules and, where there is room,
    /// of lines; and the labels of those that this client cannot take.
    pub(super) fn suggestions(
        &mut self,
        planned: &Planned<'a>,
        lines: &[Voice<'a>],
        card: &CardName,
    ) -> (Vec<Suggestion>, Vec<String>) {
        // A card that the cap left out speaks as a line too, and takes its suggestions with it.
        let lines = lines
            .iter()
            .copied()
            .filter(|voice| voice.finding.indicator.is_none());
        let merged = self
            .in_order(planned)
            .into_iter()
            .chain(planned.guest)
            .chain(lines);
        let own = merged.flat_map(|voice| {
            voice
                .finding
                .suggest
                .iter()
                .map(move |suggest| (voice, suggest))
        });
        let others =
            own.filter(|(_, suggest)| !matches!(suggest.proposal, Proposal::Naloxone { .. }));
        let mut made: Vec<Suggestion> = Vec::new();
        let mut untakable: Vec<String> = Vec::new();
        let mut taken: Vec<&Suggest> = Vec::new();
        for (voice, suggest) in planned.naloxone.into_iter().chain(others) {
            let is_taken = taken
                .iter()
                .any(|earlier| earlier.key == suggest.key && earlier.slots == suggest.slots);
            if made.len() + untakable.len() == MOST_SUGGESTIONS || is_taken {
                continue;
            }
            if let Some(mut suggestion) = self.suggestion(voice, suggest, card) {
                taken.push(suggest);
                if !self.can_take(&suggest.proposal) {
                    untakable.push(suggestion.label);
                    continue;
                }
                suggestion.is_recommended &= !made.iter().any(|earlier| earlier.is_recommended);
                made.push(suggestion);
            }
        }
        (made, untakable)
    }

    /// Contract R-201.
    fn can_take(&self, proposal: &Proposal) -> bool {
        let kinds = self.options.suggestions.as_ref();
        kinds.is_none_or(|kinds| kinds.contains(&suggestions::kind(proposal)))
    }

    fn suggestion(
        &mut self,
        voice: Voice<'a>,
        suggest: &Suggest,
        card: &CardName,
    ) -> Option<Suggestion> {
        let name = format!("Suggestion {}", suggest.key);
        let Some(template) = self.template(voice, &name) else {
            self.missing(voice, &name);
            return None;
        };
        let filling = Filling {
            slots: &suggest.slots,
            case: voice.finding.case,
        };
        let blocks = match Blocks::fill(self.texts, template, filling) {
            Ok(blocks) => blocks,
            Err(problem) => {
                self.rendered.problems.push(problem);
                return None;
            }
        };
        let for_patient = match self.translated(voice, &name) {
            Some(template) => match self.texts.fill(template, filling) {
                Ok(text) => Some(plain(&text)).filter(|text| !text.is_empty()),
                Err(problem) => {
                    self.rendered.problems.push(problem);
                    None
                }
            },
            None => None,
        };
        let said = Said {
            key: suggest.key,
            label: &blocks.label,
            description: &blocks.description,
            text: blocks.text.as_deref(),
            for_patient: for_patient.as_deref(),
        };
        match suggestions::action(self.snapshot, &plain_proposal(&suggest.proposal), said) {
            Ok(action) => Some(Suggestion {
                uuid: self.names.suggestion(card, suggest.key),
                label: blocks.label,
                is_recommended: suggest.recommended,
                actions: vec![action],
            }),
            // Left out by rule, not by mistake.
            Err(NotMade::NotDeletable | NotMade::NotChangeable) => None,
            Err(error) => {
                let file = format!("{}/card.en.md", voice.rule.id);
                self.rendered.problems.push(Problem {
                    file,
                    line: None,
                    message: format!("{name}: {error}"),
                });
                None
            }
        }
    }
}
