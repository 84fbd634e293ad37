//! The language gate over every template, in every language, for every row of a sheet that it speaks about.

use super::{prose, words};
use crate::cards::template::Filling;
use crate::cards::{CardTexts, texts};
use crate::patient::Language::{self, English, Spanish};
use crate::rules::{CHECK_INCOMPLETE, RULES, Slot, Slots};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

const LESS_OPIOID: &str = "taper-safety";

fn content() -> CardTexts {
    CardTexts::load(&BTreeMap::new()).expect("the built-in texts are sound")
}

fn rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id).chain([CHECK_INCOMPLETE])
}

/// What a section of a rule is in this language, as written; `None` where its file has none.
fn source(texts: &CardTexts, rule: &str, section: &str, language: Language) -> Option<String> {
    let rule = texts.rule(rule)?;
    let template = match language {
        English => rule.words.get(section)?,
        Spanish => rule.translated(section, Spanish)?,
    };
    Some(texts.env.get_template(template).ok()?.source().to_owned())
}

/// Slots of a text; leaked, because rules name them at compile time.
fn slots(texts: &CardTexts, source: &str) -> BTreeSet<&'static str> {
    let compiled = texts
        .env
        .template_from_str(source)
        .expect("compiled before");
    let names = compiled.undeclared_variables(false);
    names
        .into_iter()
        .filter(|name| name != "case")
        .map(|name| &*String::leak(name))
        .collect()
}

/// Rows that a text tells apart, and one that it does not name.
fn cases(source: &str) -> BTreeSet<&str> {
    let named = Regex::new(r#"case == "([a-z0-9-]+)""#).expect("a pattern");
    let found = named.captures_iter(source).filter_map(|found| found.get(1));
    found.map(|case| case.as_str()).chain([""]).collect()
}

/// A value such as rules fill in.
fn value(slot: &str) -> Slot {
    let text = match slot {
        "days" => "28",
        "date" => "Mar 2021",
        "goal" => "Play catch with my two grandsons in the park each weekend",
        "next_visit" => "12 Nov 2026",
        "what" => return Slot::List(vec!["medications".into()]),
        _ => "lorazepam",
    };
    Slot::Text(text.into())
}

/// The words of a rule, filled in every way that they tell apart: all slots known, none known, all but the goal.
fn said(texts: &CardTexts, rule: &str, language: Language) -> Vec<String> {
    let Some(source) = source(texts, rule, "Say", language) else {
        return Vec::new();
    };
    let names = slots(texts, &source);
    let unknown = |name: &&'static str| (*name, Slot::Text(String::new()));
    let known: Slots = names.iter().map(|name| (*name, value(name))).collect();
    let mut no_goal = known.clone();
    no_goal.extend(known.contains_key("goal").then(|| unknown(&"goal")));
    let goal = |name: &&'static str| {
        if *name == "goal" {
            (*name, value(name))
        } else {
            unknown(name)
        }
    };
    let fillings = [
        known,
        no_goal,
        names.iter().map(goal).collect(),
        names.iter().map(unknown).collect(),
    ];
    let template = texts.rule(rule).and_then(|text| match language {
        English => text.words.get("Say"),
        Spanish => text.translated("Say", Spanish),
    });
    let template = template.expect("it has a source");
    let mut filled = Vec::new();
    for case in cases(&source) {
        for slots in &fillings {
            let words = texts.fill(template, Filling { slots, case });
            filled.push(super::unescaped(words.expect("filled").trim()));
        }
    }
    filled
}

/// Evidence and other prose of a rule for clinicians, in every way that its rows tell apart.
fn for_clinicians(texts: &CardTexts, rule: &str) -> BTreeSet<String> {
    let sections: Vec<(&str, String)> = ["Why", "Known"]
        .into_iter()
        .filter_map(|name| {
            Some((
                texts.rule(rule)?.words.get(name)?,
                source(texts, rule, name, English)?,
            ))
        })
        .collect();
    let all: String = sections.iter().map(|(_, source)| source.as_str()).collect();
    let names = slots(texts, &all);
    let known: Slots = names.iter().map(|name| (*name, value(name))).collect();
    let unknown = names.iter().map(|name| (*name, Slot::Text(String::new())));
    let fillings = [known, unknown.collect()];
    let mut filled = BTreeSet::new();
    for case in cases(&all) {
        for slots in &fillings {
            let parts = sections.iter().map(|(template, _)| {
                let words = texts
                    .fill(template, Filling { slots, case })
                    .expect("filled");
                super::unescaped(words.trim())
            });
            let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
            filled.insert(parts.join("\n"));
        }
    }
    filled
}

#[test]
fn what_clinicians_read_is_of_grade_eleven_at_most_in_every_row() {
    let texts = content();
    let faults: Vec<String> = rules()
        .flat_map(|rule| {
            for_clinicians(&texts, rule)
                .into_iter()
                .flat_map(|text| prose::faults(&text))
                .map(move |fault| format!("{rule}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn descriptions_and_texts_of_suggestions_are_of_grade_eleven_at_most() {
    let texts = content();
    let mut faults = Vec::new();
    for rule in rules() {
        let words = &texts.rule(rule).expect("texts").words;
        let read: Vec<String> = words
            .suggestions()
            .filter_map(|key| words.get(&format!("Suggestion {key}")))
            .map(|template| without_label(&texts, template))
            .collect();
        faults.extend(too_hard(rule, &read.join("\n")));
    }
    for (name, _) in texts::phrases_of(&texts, English) {
        let template = texts.phrase(name).expect("listed");
        faults.extend(too_hard(name, &without_label(&texts, template)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn too_hard(name: &str, text: &str) -> Option<String> {
    let grade = prose::reading(text).grade();
    (grade > 11.0).then(|| format!("{name}: grade {grade:.1}: {text}"))
}

/// Description and text of a suggestion with its slots filled; the label is no sentence.
fn without_label(texts: &CardTexts, template: &str) -> String {
    let compiled = texts.env.get_template(template).expect("listed");
    let slots: Slots = slots(texts, compiled.source())
        .iter()
        .map(|name| (*name, value(name)))
        .collect();
    let slots = &slots;
    let filled = texts.fill(template, Filling { slots, case: "" });
    let filled = filled.expect("filled");
    filled.split("\n\n").skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn words_to_patients_keep_to_the_guide_in_every_language_and_row() {
    let texts = content();
    let mut faults = BTreeSet::new();
    for rule in rules() {
        for language in [English, Spanish] {
            for said in said(&texts, rule, language) {
                for fault in words::faults(&said, language, rule == LESS_OPIOID) {
                    faults.insert(format!("{rule}: {fault}: {said}"));
                }
            }
        }
    }
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Rules whose words speak about what a medicine is for: they quote the goal where the record has it.
const QUOTE_THE_GOAL: [&str; 13] = [
    "taper-safety",
    "oud-treatment",
    "opioid-benzo",
    "opioid-cns",
    "breathing-risk",
    "mme-total",
    "dose-increase",
    "nonopioid-first",
    "followup-interval",
    "care-coordination",
    "kidney-liver",
    "methadone-qt",
    "patient-brief",
];

#[test]
fn a_goal_in_the_patients_own_words_is_quoted() {
    let texts = content();
    let Slot::Text(goal) = value("goal") else {
        unreachable!("a goal is a text");
    };
    for rule in QUOTE_THE_GOAL {
        for language in [English, Spanish] {
            let quoted = said(&texts, rule, language)
                .iter()
                .any(|said| said.contains(&format!("“{goal}”")));
            assert!(quoted, "{rule} in {language:?}");
        }
    }
}

#[test]
fn what_is_said_in_english_is_said_in_spanish_with_the_same_slots_and_rows() {
    let texts = content();
    for rule in rules() {
        let [english, spanish] =
            [English, Spanish].map(|language| source(&texts, rule, "Say", language));
        assert_eq!(english.is_some(), spanish.is_some(), "{rule}");
        let (Some(english), Some(spanish)) = (english, spanish) else {
            continue;
        };
        assert_eq!(slots(&texts, &english), slots(&texts, &spanish), "{rule}");
        assert_eq!(cases(&english), cases(&spanish), "{rule}");
    }
}

#[test]
fn a_translated_suggestion_has_its_english_text_with_the_same_slots() {
    let texts = content();
    for rule in rules() {
        let translated = texts.rule(rule).expect("texts").spanish_sections();
        for section in translated.filter(|section| section.starts_with("Suggestion ")) {
            let english = source(&texts, rule, section, English)
                .unwrap_or_else(|| panic!("{rule}: no English {section}"));
            let english = english.splitn(3, "\n\n").nth(2);
            let english = english.unwrap_or_else(|| panic!("{rule}: {section} has no text"));
            let spanish = source(&texts, rule, section, Spanish).expect("listed");
            assert_eq!(
                slots(&texts, english),
                slots(&texts, &spanish),
                "{rule}: {section}"
            );
        }
    }
}

#[test]
fn what_the_patient_reads_of_a_suggestion_is_plain_in_english_too() {
    let texts = content();
    for rule in rules() {
        let translated = texts.rule(rule).expect("texts").spanish_sections();
        for section in translated.filter(|section| section.starts_with("Suggestion ")) {
            let text = source(&texts, rule, section, English).expect("both have it");
            let read = text.splitn(3, "\n\n").nth(2).unwrap_or_default();
            assert_eq!(words::plainness(read, English), None, "{rule}: {section}");
        }
    }
    let translated = texts::phrases_of(&texts, Spanish);
    let english = texts::phrases_of(&texts, English);
    // The order's own text is that of the sheet (4.8), word for word, and of grade 6.2.
    let english = english
        .into_iter()
        .filter(|(name, _)| *name != "Suggestion naloxone");
    for (name, text) in english {
        if translated.iter().any(|(other, _)| *other == name) {
            let read = text.splitn(3, "\n\n").nth(2).unwrap_or_default();
            assert_eq!(words::plainness(read, English), None, "{name}");
        }
    }
}

#[test]
fn every_spanish_text_reads_easily() {
    let texts = content();
    for rule in rules() {
        let sections = texts.rule(rule).expect("texts").spanish_sections();
        for section in sections.filter(|section| section.starts_with("Suggestion ")) {
            let text = source(&texts, rule, section, Spanish).expect("listed");
            assert_eq!(words::plainness(&text, Spanish), None, "{rule}: {section}");
        }
    }
    for (name, text) in texts::phrases_of(&texts, Spanish) {
        assert_eq!(words::plainness(&text, Spanish), None, "{name}");
    }
}
