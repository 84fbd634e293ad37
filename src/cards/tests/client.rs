//! What a client gets: names, selection, links, suggestions that it can take.

use super::{CRITICAL, WARNING, detail, labels};
use crate::cards::sample::*;
use crate::cards::{CardTexts, ClientOptions, Guide, Naming, gate, render};
use crate::patient::{Hook, Language};
use crate::rules::Proposal;
use crate::terminology::ValueSet;
use crate::wire::SelectionBehavior;

#[test]
fn drafts_without_ids_still_get_uuids_of_their_own() {
    let mut nameless = finding(CRITICAL, "Fentanyl");
    nameless.drafts = vec!["MedicationRequest/".into()];
    let mut other = nameless.clone();
    other.drafts = vec!["MedicationRequest/x".into()];
    let cards = cards([("fentanyl-naive", vec![nameless.clone(), other, nameless])]);
    assert_eq!(cards.len(), 2, "one draft, one card");
}

#[test]
fn a_client_gets_the_topic_and_selection_that_it_knows() {
    let mut snapshot = snapshot(Hook::OrderSign);
    snapshot.rows = vec![draft("m1", "oxycodone 5 mg", &[ValueSet::Opioid])];
    let mut fentanyl = finding(CRITICAL, "Fentanyl");
    let delete = || {
        suggest(
            "delete-draft",
            Proposal::DeleteDraft {
                reference: "MedicationRequest/m1".into(),
            },
        )
    };
    fentanyl.suggest = vec![delete(), delete()];
    let fired = answers([("fentanyl-naive", vec![fentanyl])]);
    let options = ClientOptions {
        alphanumeric_topic: true,
        any_only: true,
        ..ClientOptions::default()
    };
    let texts = texts();
    let card = &render(&texts, &snapshot, &fired, &options, NAMING)
        .response
        .cards[0];
    assert_eq!(card.source.topic.code, "fentanylnaive");
    assert_eq!(card.selection_behavior, Some(SelectionBehavior::Any));
    let card = &render(&texts, &snapshot, &fired, &ClientOptions::default(), NAMING)
        .response
        .cards[0];
    assert_eq!(card.selection_behavior, Some(SelectionBehavior::AtMostOne));
    assert_eq!(
        labels(card),
        ["Remove oxycodone draft"],
        "the same suggestion stands once"
    );
}

#[test]
fn the_same_call_gives_the_same_body_and_another_instance_other_uuids() {
    let fired = || answers([("opioid-benzo", vec![finding(WARNING, "a")])]);
    let (texts, snapshot) = (texts(), snapshot(Hook::OrderSign));
    let body = |naming| {
        let response = render(
            &texts,
            &snapshot,
            &fired(),
            &ClientOptions::default(),
            naming,
        )
        .response;
        serde_json::to_string(&response).expect("JSON")
    };
    assert_eq!(body(NAMING), body(NAMING));
    let other = Naming {
        hook_instance: "another",
        ..NAMING
    };
    assert_ne!(body(NAMING), body(other));
}

fn guide(topic: &str, rules: &[&str], for_patient: bool) -> Guide {
    let titles = [
        (Language::English, format!("About {topic}")),
        (Language::Spanish, format!("Sobre {topic}")),
    ];
    Guide {
        topic: topic.to_owned(),
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        for_patient,
        titles: titles.into(),
    }
}

#[test]
fn a_card_links_to_the_guides_that_fit_best_and_only_where_they_are_served() {
    let links = |texts: &CardTexts, language| {
        let mut snapshot = snapshot(Hook::OrderSign);
        snapshot.language = language;
        let fired = answers([("opioid-benzo", vec![finding(WARNING, "a")])]);
        let rendered = render(texts, &snapshot, &fired, &ClientOptions::default(), NAMING);
        let card = rendered.response.cards.into_iter().next().expect("a card");
        let guides = card
            .links
            .into_iter()
            .filter(|link| link.url.contains("/guides/"));
        guides
            .map(|link| (link.label, link.url))
            .collect::<Vec<_>>()
    };
    let mut texts = texts();
    assert!(links(&texts, Language::English).is_empty());
    texts.link_guides(
        "https://cds.example.org/",
        vec![
            guide("third", &["x", "y", "opioid-benzo"], true),
            guide("none", &["mme-total"], true),
            guide("second", &["x", "opioid-benzo"], false),
            guide("first", &["opioid-benzo"], true),
        ],
    );
    let link = |label: &str, url: &str| {
        (
            label.to_owned(),
            format!("https://cds.example.org/guides/{url}"),
        )
    };
    assert_eq!(
        links(&texts, Language::English),
        [
            link("Guide to print: About first", "first?lang=en"),
            link("Guide to print: About second", "second?lang=en"),
        ]
    );
    assert_eq!(
        links(&texts, Language::Spanish),
        [
            link("Guide to print, in Spanish: Sobre first", "first?lang=es"),
            link("Guide to print: About second", "second?lang=en"),
        ],
        "what only the team reads stays English"
    );
}

#[test]
fn what_a_client_cannot_take_becomes_a_line() {
    let mut benzo = finding(WARNING, "a");
    benzo.suggest = vec![
        naloxone(),
        suggest("follow-up", Proposal::ServiceRequest { due_days: Some(14) }),
    ];
    let fired = answers([("opioid-benzo", vec![benzo])]);
    let options = ClientOptions {
        suggestions: Some(["create MedicationRequest".to_owned()].into()),
        ..ClientOptions::default()
    };
    let snapshot = snapshot(Hook::OrderSign);
    let card = &render(&texts(), &snapshot, &fired, &options, NAMING)
        .response
        .cards[0];
    assert_eq!(labels(card), ["Add naloxone 4 mg nasal spray, 2 devices"]);
    assert!(
        detail(card).ends_with("**Also worth a look:**\n\n- Plan a check-in within 14 days"),
        "{}",
        detail(card)
    );
    let nothing = ClientOptions {
        suggestions: Some(Default::default()),
        ..ClientOptions::default()
    };
    let card = &render(&texts(), &snapshot, &fired, &nothing, NAMING)
        .response
        .cards[0];
    assert!(card.suggestions.is_empty() && card.selection_behavior.is_none());
    assert_eq!(gate::check_card(card), Vec::<String>::new());
}
