//! The language in which the patient's words are shown.
//!
//! Knows which languages card texts exist in, and how a record names them.

use crate::fhir::resources::CodeableConcept;
use serde::Deserialize;

/// A language of card texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Language {
    /// American English: always there.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Spanish as spoken in the United States.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// BCP-47, as in addresses and file names.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The first language of `Patient.communication` (preferred ones first) in which texts exist and that the site allows.
    pub(super) fn spoken(languages: &[CodeableConcept<'_>], allowed: &[Language]) -> Language {
        languages
            .iter()
            .filter_map(Language::named)
            .find(|language| *language == Language::English || allowed.contains(language))
            .unwrap_or_default()
    }

    /// BCP-47 with or without a region, ISO 639-2, or the name in words.
    fn named(concept: &CodeableConcept<'_>) -> Option<Language> {
        let codes = concept
            .coding
            .iter()
            .filter_map(|coding| coding.code.as_deref());
        let displays = concept
            .coding
            .iter()
            .filter_map(|coding| coding.display.as_deref());
        codes
            .chain(displays)
            .chain(concept.text.as_deref())
            .find_map(|name| {
                let primary = name.split(['-', '_', ' ', '(']).next().unwrap_or(name);
                match primary.to_lowercase().as_str() {
                    "en" | "eng" | "english" => Some(Language::English),
                    "es" | "spa" | "spanish" | "español" | "espanol" => Some(Language::Spanish),
                    _ => None,
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Spanish};
    use crate::fhir::resources::{CodeableConcept, Coding};

    fn code(code: &'static str) -> CodeableConcept<'static> {
        CodeableConcept {
            coding: vec![Coding {
                code: Some(code.into()),
                ..Coding::default()
            }],
            text: None,
        }
    }

    #[test]
    fn the_first_language_with_texts_that_the_site_allows_is_spoken() {
        for (codes, allowed, spoken) in [
            (&["es"][..], &[Spanish][..], Spanish),
            (&["es-MX"], &[Spanish], Spanish),
            (&["spa"], &[Spanish], Spanish),
            (&["es"], &[], English),
            (&["en-US", "es"], &[Spanish], English),
            (&["vi", "es", "en"], &[Spanish], Spanish),
            (&["vi"], &[Spanish], English),
            (&[], &[Spanish], English),
        ] {
            let languages: Vec<_> = codes.iter().map(|name| code(name)).collect();
            assert_eq!(Language::spoken(&languages, allowed), spoken, "{codes:?}");
        }
    }

    #[test]
    fn a_language_given_in_words_counts_too() {
        let words = CodeableConcept {
            coding: Vec::new(),
            text: Some("Spanish (Mexico)".into()),
        };
        assert_eq!(Language::spoken(&[words], &[Spanish]), Spanish);
    }
}
