use super::{check_body, check_card, check_response, opener};
use crate::cards::sample::{cards, finding};
use crate::wire::{Card, Coding, Indicator, Response};

fn card() -> Card {
    let mut cards = cards([(
        "opioid-benzo",
        vec![finding(Some(Indicator::Warning), "Oxycodone 5 mg")],
    )]);
    cards.remove(0)
}

#[test]
fn a_sound_card_passes() {
    assert_eq!(check_card(&card()), Vec::<String>::new());
}

#[test]
fn every_breach_is_found() {
    type Breach = fn(&mut Card);
    let breaches: [(&str, Breach); 17] = [
        ("characters", |card| card.summary = "x".repeat(140)),
        ("starts with", |card| card.summary = "Alert: 5 mg".into()),
        ("no fact", |card| {
            card.summary = "Think about it".into();
            card.detail = Some("- Sleep apnea since 2021".into());
        }),
        ("HTML", |card| {
            card.detail = Some("a <b>bold</b> word".into())
        }),
        ("heading", |card| card.detail = Some("## Big".into())),
        ("not said", |card| {
            card.detail = Some("The drug screen was clean.".into())
        }),
        ("no history of", |card| {
            card.detail = Some("There is no history of overdose.".into())
        }),
        ("orders", |card| {
            card.detail = Some("It has to stop.".into())
        }),
        ("people do not write", |card| {
            card.summary = "Since 2026-11-01: 5 mg".into();
        }),
        ("pictogram", |card| card.summary = "5 mg \u{1F48A}".into()),
        ("graded 2 times", |card| {
            card.detail = Some(
                "CDC 2022 Rec 8 (category A, evidence type 4). Rec 5 (category B, evidence type 4)."
                    .into(),
            );
        }),
        ("Markdown does not show", |card| {
            card.detail = Some("One line.\nAnother line.".into());
        }),
        ("exclamation", |card| card.summary = "5 mg!".into()),
        ("empty list", |card| card.extension.card.rules.clear()),
        ("empty text", |card| card.source.label.clear()),
        ("eight", |card| {
            let reason = Coding {
                code: "other".into(),
                system: "s".into(),
                display: Some("Other".into()),
            };
            card.override_reasons = vec![reason; 9];
        }),
        ("at most 14", |card| {
            let words = "and then we walk on ".repeat(5);
            card.detail = Some(format!(
                "**Words you could use:** What helps? We {words} home."
            ));
        }),
    ];
    for (expected, breach) in breaches {
        let mut card = card();
        breach(&mut card);
        let faults = check_card(&card);
        assert!(
            faults.iter().any(|fault| fault.contains(expected)),
            "{expected}: {faults:?}"
        );
    }
}

#[test]
fn openers_are_whole_words() {
    assert_eq!(opener("High risk patient"), Some("high risk"));
    assert_eq!(opener("Alertness may fall"), None);
}

#[test]
fn a_body_is_read_back_as_it_was_written() {
    let response = Response {
        cards: vec![card()],
    };
    let body = serde_json::to_string(&response).expect("JSON");
    assert_eq!(check_body(&body), Vec::<String>::new());
    assert_eq!(check_body("{}").len(), 1);
    assert!(check_body("{\"cards\":[]}").is_empty());
}

#[test]
fn a_fact_twice_in_a_response_is_found_but_for_the_brief_and_critical_cards() {
    let saying = |detail: &str| {
        let mut card = card();
        card.detail = Some(detail.to_owned());
        card
    };
    let twice = |change: fn(&mut Card)| {
        let mut cards = vec![
            saying("- Age 70: sleepiness and falls come more easily"),
            saying("- Age 70: start low and go slowly"),
        ];
        change(&mut cards[0]);
        let faults = check_response(&Response { cards });
        faults
            .iter()
            .filter(|fault| fault.contains("twice"))
            .count()
    };
    assert_eq!(twice(|_| ()), 1);
    assert_eq!(twice(|card| card.indicator = Indicator::Critical), 0);
    let brief = |card: &mut Card| card.extension.card.rules = vec!["patient-brief".to_owned()];
    assert_eq!(twice(brief), 0);
    let mut once = saying("- Age 7\n- Codeine 30 mg, in these orders");
    once.summary = "Codeine at age 7: choose another medicine?".to_owned();
    let faults = check_response(&Response { cards: vec![once] });
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("summary says already")),
        "{faults:?}"
    );
}
