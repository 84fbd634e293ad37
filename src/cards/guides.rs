//! Links from cards to the printable guides of this service.
//!
//! Knows which guides stand behind a rule and where they are served.
//! Refuses to know what stands in a guide. Without an address there is no link: one that leads nowhere is worse than none.

use super::merge::Voice;
use crate::patient::Language;
use crate::wire::{Link, LinkType};
use std::collections::BTreeMap;

/// Most guides that one card names: few links are read.
const MOST_GUIDES: usize = 2;

/// A guide that cards may link to.
#[derive(Debug, Clone)]
pub struct Guide {
    /// Last part of its address.
    pub topic: String,
    /// Rules whose cards may link to it; the rule that it is most about first.
    pub rules: Vec<String>,
    /// The patient reads it, so it is shown in the patient's language.
    pub for_patient: bool,
    /// Its title in each language.
    pub titles: BTreeMap<Language, String>,
}

/// The guides and where they are.
#[derive(Debug, Default)]
pub(crate) struct Guides {
    base: String,
    guides: Vec<Guide>,
}

/// A guide for a card, before its label is filled in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    pub(crate) url: String,
    pub(crate) title: &'a str,
    pub(crate) language: Language,
}

impl Guides {
    /// Guides that are served under this address.
    pub(crate) fn at(base: &str, guides: Vec<Guide>) -> Guides {
        Guides {
            base: base.trim_end_matches('/').to_owned(),
            guides,
        }
    }

    /// The guides of a card: those of its first voice before those of the next, the most fitting first.
    pub(crate) fn of(&self, voices: &[Voice<'_>], language: Language) -> Vec<Named<'_>> {
        let rank = |guide: &Guide| {
            voices
                .iter()
                .enumerate()
                .filter_map(|(at, voice)| {
                    let place = guide.rules.iter().position(|rule| rule == voice.rule.id)?;
                    Some((at, place))
                })
                .min()
        };
        let mut ranked: Vec<((usize, usize), &Guide)> = self
            .guides
            .iter()
            .filter_map(|guide| Some((rank(guide)?, guide)))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.truncate(MOST_GUIDES);
        let named = ranked
            .into_iter()
            .map(|(_, guide)| self.named(guide, language));
        named.flatten().collect()
    }

    fn named<'a>(&'a self, guide: &'a Guide, language: Language) -> Option<Named<'a>> {
        let wanted = if guide.for_patient {
            language
        } else {
            Language::English
        };
        let (language, title) = [wanted, Language::English]
            .into_iter()
            .find_map(|language| Some((language, guide.titles.get(&language)?)))?;
        Some(Named {
            url: format!(
                "{}/guides/{}?lang={}",
                self.base,
                guide.topic,
                language.code()
            ),
            title,
            language,
        })
    }
}

impl Named<'_> {
    /// The link with this label.
    pub(crate) fn link(&self, label: String) -> Link {
        Link {
            label,
            url: self.url.clone(),
            kind: LinkType::Absolute,
        }
    }
}
