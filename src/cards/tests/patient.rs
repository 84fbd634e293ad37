//! Words to the patient: language and the patient's own goal.

use super::{WARNING, detail};
use crate::cards::sample::*;
use crate::cards::{CardTexts, ClientOptions, gate, render};
use crate::patient::{GoalFact, Hook, Known, Language};

#[test]
fn the_patients_words_are_in_the_patients_language() {
    let mut snapshot = snapshot(Hook::OrderSign);
    snapshot.language = Language::Spanish;
    let rendered = rendered(&snapshot, [("opioid-benzo", vec![finding(WARNING, "a")])]);
    let card = &rendered.response.cards[0];
    assert!(
        detail(card)
            .ends_with("**Words you could use, in Spanish:** ¿Qué le ayuda? Hablamos pronto.")
    );
    assert!(detail(card).contains("Known of opioid-benzo."));
    assert_eq!(gate::check_card(card), Vec::<String>::new());
}

#[test]
fn the_goal_is_quoted_only_in_the_patients_own_words_and_only_whole() {
    let files = |say: &str| {
        let mut files = files();
        let card = files.get_mut("opioid-benzo/card.en.md").expect("a sample");
        *card = card.replace("What helps you? I will call you.", say);
        files
    };
    let texts = CardTexts::load(&files(
        "What helps you?{% if goal %} Your goal is “{{ goal }}”.{% endif %}",
    ))
    .expect("`goal` is given to every text to the patient");
    let said = |words: &str, by_patient: bool| {
        let mut snapshot = snapshot(Hook::OrderSign);
        snapshot.facts.goal = Known::Yes(GoalFact {
            words: words.to_owned(),
            by_patient,
            date: None,
            reference: "Goal/g1".to_owned(),
        });
        let fired = answers([("opioid-benzo", vec![finding(WARNING, "a")])]);
        let rendered = render(&texts, &snapshot, &fired, &ClientOptions::default(), NAMING);
        let card = rendered.response.cards.into_iter().next();
        card.and_then(|card| card.detail).unwrap_or_default()
    };
    assert!(said("Walk my dog.", true).ends_with("Your goal is “Walk my dog”."));
    assert!(said("Walk my dog.", false).ends_with("What helps you?"));
    assert!(said(&"Walk my dog ".repeat(9), true).ends_with("What helps you?"));
}

#[test]
fn the_goal_is_quoted_once_a_response() {
    let mut files = files();
    for rule in ["opioid-benzo", "mme-total"] {
        let card = files
            .get_mut(&format!("{rule}/card.en.md"))
            .expect("a sample");
        *card = card.replace(
            "What helps you?",
            "What helps you?{% if goal %} Your goal is “{{ goal }}”.{% endif %}",
        );
    }
    let texts = CardTexts::load(&files).expect("sound files");
    let mut snapshot = snapshot(Hook::OrderSign);
    snapshot.facts.goal = Known::Yes(GoalFact {
        words: "Walk my dog".to_owned(),
        by_patient: true,
        date: None,
        reference: "Goal/g1".to_owned(),
    });
    let fired = answers([
        ("opioid-benzo", vec![finding(WARNING, "a")]),
        ("mme-total", vec![finding(WARNING, "b")]),
    ]);
    let response = render(&texts, &snapshot, &fired, &ClientOptions::default(), NAMING).response;
    let quoted: Vec<bool> = response
        .cards
        .iter()
        .map(|card| detail(card).contains("Walk my dog"))
        .collect();
    assert_eq!(quoted, [true, false]);
}
