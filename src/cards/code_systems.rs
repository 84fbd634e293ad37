//! The code systems that cards and suggested resources use, made from the card texts themselves.
//!
//! Knows which codes there are: topics are rule ids, override reasons stand in `about.md`, suggestions are sections.
//! Refuses to know how they are served.

use super::CardTexts;
use crate::wire::{CodeSystem, Concept, Designation};
use std::collections::{BTreeMap, BTreeSet};

/// Code system of `source.topic`.
pub(crate) const TOPIC: &str = "opioid-cds-topic";
/// Code system of `overrideReasons`.
pub(crate) const OVERRIDE: &str = "opioid-cds-override";
/// Code system of suggested resources that no standard code fits.
const SUGGESTION: &str = crate::suggestions::CODE_SYSTEM;

const ENGLISH: &str = "en";
const SPANISH: &str = "es";

/// The address of a code system of this project.
pub(crate) fn address(base: &str, system: &str) -> String {
    format!("{base}/CodeSystem/{system}")
}

impl CardTexts {
    /// The code systems under this base, by the last part of their address.
    pub fn code_system(&self, base: &str, id: &str) -> Option<CodeSystem> {
        match id {
            TOPIC => Some(system(
                base,
                (TOPIC, "OpioidCdsTopic", "Opioid CDS topics"),
                "What a card is about: the id of the rule that leads it. Clients that take letters and digits only \
                 get the same code without hyphens.",
                self.topics(),
            )),
            OVERRIDE => Some(system(
                base,
                (OVERRIDE, "OpioidCdsOverride", "Opioid CDS override reasons"),
                "Why a card was not followed. A rule may word a reason for its own subject; such wordings are designations.",
                self.reasons(),
            )),
            SUGGESTION => Some(system(
                base,
                (SUGGESTION, "OpioidCdsSuggestion", "Opioid CDS suggestions"),
                "What a suggested resource is for, where no code of a standard system says it. Its display on a \
                 resource is the label of the suggestion, which names medicines and days.",
                self.suggestions(),
            )),
            _ => None,
        }
    }

    fn topics(&self) -> Vec<Concept> {
        self.rules
            .iter()
            .map(|(id, text)| Concept {
                code: (*id).to_owned(),
                display: Some(text.about.title.clone()),
                designation: text
                    .spanish_title
                    .iter()
                    .map(|title| in_language(SPANISH, title))
                    .collect(),
            })
            .collect()
    }

    /// Each code once; the wording that most rules use is the display, the others are designations.
    fn reasons(&self) -> Vec<Concept> {
        let mut wordings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for reason in self.rules.values().flat_map(|text| &text.about.reasons) {
            wordings
                .entry(&reason.code)
                .or_default()
                .push(&reason.display);
        }
        wordings
            .into_iter()
            .map(|(code, displays)| {
                let times =
                    |display: &str| displays.iter().filter(|other| **other == display).count();
                let mut distinct: Vec<&str> = displays
                    .iter()
                    .copied()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect();
                distinct.sort_by_key(|display| std::cmp::Reverse(times(display)));
                let mut distinct = distinct.into_iter();
                Concept {
                    code: code.to_owned(),
                    display: distinct.next().map(str::to_owned),
                    designation: distinct
                        .map(|display| in_language(ENGLISH, display))
                        .collect(),
                }
            })
            .collect()
    }

    fn suggestions(&self) -> Vec<Concept> {
        let words = self
            .rules
            .values()
            .map(|text| &text.words)
            .chain([&self.phrases]);
        let keys: BTreeSet<&str> = words.flat_map(super::texts::Words::suggestions).collect();
        keys.into_iter()
            .map(|code| Concept {
                code: code.to_owned(),
                display: None,
                designation: Vec::new(),
            })
            .collect()
    }
}

fn in_language(language: &'static str, value: &str) -> Designation {
    Designation {
        language,
        value: value.to_owned(),
    }
}

fn system(
    base: &str,
    (id, name, title): (&'static str, &'static str, &'static str),
    description: &'static str,
    concept: Vec<Concept>,
) -> CodeSystem {
    CodeSystem {
        resource_type: "CodeSystem",
        id,
        url: address(base, id),
        version: env!("CARGO_PKG_VERSION"),
        name,
        title,
        status: "active",
        description,
        case_sensitive: true,
        content: "complete",
        count: concept.len(),
        concept,
    }
}

#[cfg(test)]
mod tests {
    use super::{OVERRIDE, SUGGESTION, TOPIC};
    use crate::cards::CardTexts;
    use crate::rules::{CHECK_INCOMPLETE, RULES};
    use crate::wire::CodeSystem;
    use std::collections::BTreeMap;

    fn built_in(id: &str) -> CodeSystem {
        let texts = CardTexts::load(&BTreeMap::new()).expect("the built-in texts are sound");
        texts
            .code_system("https://cds.example.org", id)
            .expect("one of ours")
    }

    #[test]
    fn every_code_system_is_valid_r4() {
        for id in [TOPIC, OVERRIDE, SUGGESTION] {
            let json = serde_json::to_string(&built_in(id)).expect("JSON");
            let checked = opioid_cds_fhir::check(&json);
            assert!(checked.is_ok(), "{id}: {checked:?}");
        }
    }

    #[test]
    fn topics_are_the_rules_and_have_a_name_in_both_languages() {
        let topics = built_in(TOPIC);
        assert_eq!(
            topics.url,
            "https://cds.example.org/CodeSystem/opioid-cds-topic"
        );
        let codes: Vec<&str> = topics
            .concept
            .iter()
            .map(|concept| concept.code.as_str())
            .collect();
        for id in RULES.iter().map(|rule| rule.id).chain([CHECK_INCOMPLETE]) {
            assert!(codes.contains(&id), "{id}");
        }
        assert_eq!(codes.len(), RULES.len() + 1);
        for concept in &topics.concept {
            assert!(
                concept.display.is_some() && concept.designation.len() == 1,
                "{}",
                concept.code
            );
        }
    }

    #[test]
    fn reasons_are_listed_once_and_read_well_after_override() {
        let reasons = built_in(OVERRIDE);
        let other = reasons
            .concept
            .iter()
            .find(|concept| concept.code == "other");
        assert_eq!(
            other.and_then(|other| other.display.as_deref()),
            Some("Another reason")
        );
        for concept in &reasons.concept {
            let others = concept.designation.iter().map(|other| other.value.as_str());
            for display in concept.display.as_deref().into_iter().chain(others) {
                let length = display.encode_utf16().count();
                assert!(length <= 60, "{}: {length} characters", concept.code);
                assert!(display.starts_with(|c: char| c.is_uppercase()), "{display}");
                assert!(!display.ends_with(['.', '?', '!']), "{display}");
            }
        }
    }

    #[test]
    fn an_unknown_code_system_is_none_of_ours() {
        let texts = CardTexts::load(&BTreeMap::new()).expect("sound");
        assert!(
            texts
                .code_system("https://cds.example.org", "opioid-cds")
                .is_none()
        );
    }
}
