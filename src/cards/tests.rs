use super::sample::*;
use super::{ClientOptions, gate, render};
use crate::fhir::{Gap, Query, Read, Why};
use crate::patient::{Doubt, GoalFact, Hook, Known, Language};
use crate::rules::{Proposal, Slot};
use crate::terminology::ValueSet;
use crate::wire::{Card, Indicator, SelectionBehavior};
use std::collections::BTreeMap;

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

#[test]
fn a_card_has_its_parts_in_order() {
    let mut benzo = finding(WARNING, "Oxycodone and sleep apnea");
    benzo.facts = vec![sleep_apnea()];
    benzo.doubts = vec![Doubt::Unread(Query::Encounters)];
    let cards = cards([("opioid-benzo", vec![benzo])]);
    assert_eq!(cards.len(), 1);
    let card = &cards[0];
    assert_eq!(
        card.summary,
        "Oxycodone and sleep apnea: summary of opioid-benzo"
    );
    assert_eq!(
        detail(card),
        "- Sleep apnea, on the record since Mar 2021\n\nKnown of opioid-benzo.\n\n**Could not check:** Visits could not be read; recent reviews and hospice visits were not checked.\n\n**Words you could use:** What helps you? I will call you."
    );
    assert_eq!(card.source.topic.code, "opioid-benzo");
    assert_eq!(
        card.source.topic.system,
        "https://opioid-cds.example.org/CodeSystem/opioid-cds-topic"
    );
    assert_eq!(card.extension.card.rules, ["opioid-benzo"]);
    assert_eq!(card.extension.card.evidence, ["Condition/c1"]);
    assert_eq!(card.selection_behavior, None);
    assert_eq!(gate::check_card(card), Vec::<String>::new());
}

#[test]
fn text_of_the_record_cannot_become_markup() {
    let evil = "<img src=x onerror=alert(1)>\n# *h* [x](https://evil.example)\u{202e}";
    let mut benzo = finding(WARNING, evil);
    let slots = [("name", text(evil)), ("date", text(""))].into();
    benzo.facts = vec![fact("lung", slots, "Condition/c2")];
    let cards = cards([("opioid-benzo", vec![benzo])]);
    let shown = detail(&cards[0]);
    assert!(
        shown.starts_with(
            "- &lt;img src=x onerror=alert(1)&gt; # \\*h\\* \\[x\\](https: //evil.example), on"
        ),
        "{shown}"
    );
    assert!(!cards[0].summary.contains(['\n', '\u{202e}']));
}

#[test]
fn a_summary_never_passes_139_units() {
    for name in [
        "hydrocodone bitartrate and acetaminophen ".repeat(9),
        "💊".repeat(200),
        "x".repeat(400),
    ] {
        let cards = cards([("mme-total", vec![finding(INFO, &name)])]);
        assert!(cards[0].summary.encode_utf16().count() <= 139);
        assert!(cards[0].summary.contains('…'));
        assert!(cards[0].summary.ends_with("summary of mme-total"));
    }
}

#[test]
fn naloxone_is_offered_once_on_the_highest_card_that_can_host_it() {
    let mut offer = finding(WARNING, "Oxycodone");
    offer.facts = vec![sleep_apnea()];
    offer.suggest = vec![
        naloxone(),
        suggest("teach-naloxone", Proposal::CommunicationRequest),
    ];
    let mut dose = finding(INFO, "Oxycodone");
    dose.facts = vec![sleep_apnea()];
    dose.suggest = vec![suggest(
        "follow-up",
        Proposal::ServiceRequest { due_days: Some(14) },
    )];
    let mut benzo = finding(INFO, "Oxycodone");
    benzo.suggest = vec![naloxone()];
    let cards = cards([
        ("naloxone-offer", vec![offer]),
        ("opioid-benzo", vec![benzo]),
        ("mme-total", vec![dose]),
    ]);
    assert_eq!(cards.len(), 2);
    assert_eq!(cards[0].source.topic.code, "opioid-benzo");
    assert_eq!(
        cards[0].indicator,
        Indicator::Info,
        "a guest does not raise the indicator"
    );
    assert_eq!(
        labels(&cards[0]),
        [
            "Add naloxone 4 mg nasal spray, 2 devices",
            "Show how to use the naloxone spray"
        ]
    );
    assert_eq!(labels(&cards[1]), ["Plan a check-in within 14 days"]);
    assert_eq!(
        cards[0].extension.card.rules,
        ["opioid-benzo", "naloxone-offer"]
    );
    assert!(detail(&cards[0]).contains("Sleep apnea"));
    assert!(
        !detail(&cards[1]).contains("Sleep apnea"),
        "a fact is stated once a response"
    );
    let links: Vec<&str> = cards[0]
        .links
        .iter()
        .map(|link| link.label.as_str())
        .collect();
    assert_eq!(links, ["Source of naloxone-offer"]);
    let codes: Vec<&str> = cards[0]
        .override_reasons
        .iter()
        .map(|reason| reason.code.as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "reason-opioid-benzo",
            "shared",
            "reason-naloxone-offer",
            "other"
        ]
    );
}

#[test]
fn naloxone_has_a_card_of_its_own_where_nobody_hosts_it() {
    let mut offer = finding(INFO, "Oxycodone");
    offer.suggest = vec![naloxone()];
    let cards = cards([("naloxone-offer", vec![offer])]);
    assert_eq!(cards[0].source.topic.code, "naloxone-offer");
    assert_eq!(cards[0].suggestions.len(), 1);
    assert!(cards[0].suggestions[0].is_recommended);
    assert_eq!(cards[0].selection_behavior, Some(SelectionBehavior::Any));
}

#[test]
fn on_patient_view_an_info_offer_joins_the_brief_and_a_warning_does_not() {
    let snapshot = snapshot(Hook::PatientView);
    let offer = |indicator| {
        let mut offer = finding(indicator, "Oxycodone");
        offer.suggest = vec![naloxone()];
        offer
    };
    let joined = rendered(
        &snapshot,
        [
            ("naloxone-offer", vec![offer(INFO)]),
            ("patient-brief", vec![finding(INFO, "Oxycodone")]),
        ],
    );
    let cards = joined.response.cards;
    assert_eq!(cards.len(), 1);
    assert_eq!(
        detail(&cards[0]),
        "- Taking Oxycodone\n- Second line\n\n**What is due:**\n\n- Line of naloxone-offer\n\n**Words you could use:** What helps you? I will call you."
    );
    assert_eq!(cards[0].suggestions.len(), 1);
    assert_eq!(joined.shown_on["naloxone-offer"], cards[0].uuid);
    let apart = rendered(
        &snapshot,
        [
            ("naloxone-offer", vec![offer(WARNING)]),
            ("patient-brief", vec![finding(INFO, "Oxycodone")]),
        ],
    );
    let topics: Vec<&str> = apart
        .response
        .cards
        .iter()
        .map(|card| card.source.topic.code.as_str())
        .collect();
    assert_eq!(topics, ["naloxone-offer", "patient-brief"]);
}

#[test]
fn a_line_goes_to_the_brief_and_nowhere_without_a_card() {
    let snapshot = snapshot(Hook::PatientView);
    let line = || ("opioid-benzo", vec![finding(None, "Oxycodone")]);
    let shown = rendered(
        &snapshot,
        [line(), ("patient-brief", vec![finding(INFO, "Oxycodone")])],
    );
    assert!(detail(&shown.response.cards[0]).contains("- Line of opioid-benzo"));
    assert!(shown.shown_on.contains_key("opioid-benzo"));
    let alone = rendered(&snapshot, [line()]);
    assert!(alone.response.cards.is_empty() && alone.shown_on.is_empty());
}

#[test]
fn cards_are_capped_and_criticals_are_not() {
    let snapshot = snapshot(Hook::OrderSign);
    let fired = || {
        answers([
            ("fentanyl-naive", vec![finding(CRITICAL, "Fentanyl")]),
            ("opioid-benzo", vec![finding(WARNING, "Oxycodone")]),
            ("naloxone-offer", vec![]),
            ("mme-total", vec![finding(WARNING, "Oxycodone")]),
        ])
    };
    let options = ClientOptions {
        max_cards_order: 1,
        ..ClientOptions::default()
    };
    let rendered = render(&texts(), &snapshot, &fired(), &options, NAMING);
    let topics: Vec<&str> = rendered
        .response
        .cards
        .iter()
        .map(|card| card.source.topic.code.as_str())
        .collect();
    assert_eq!(topics, ["fentanyl-naive", "opioid-benzo"]);
    let last = &rendered.response.cards[1];
    assert!(detail(last).ends_with("**Also worth a look:**\n\n- Line of mme-total"));
    assert_eq!(rendered.shown_on["mme-total"], last.uuid);
    assert_eq!(last.extension.card.rules, ["opioid-benzo", "mme-total"]);
}

#[test]
fn a_taper_card_silences_the_total() {
    let cards = rendered(
        &snapshot(Hook::OrderSign),
        [
            ("taper-safety", vec![finding(WARNING, "Morphine")]),
            ("mme-total", vec![finding(WARNING, "Morphine")]),
        ],
    );
    assert_eq!(cards.response.cards.len(), 1);
    assert!(!cards.shown_on.contains_key("mme-total"));
}

#[test]
fn stop_harm_is_one_card_a_draft_and_two_rules_of_a_draft_share_it() {
    let about = |id: &str| {
        let mut finding = finding(CRITICAL, id);
        finding.drafts = vec![format!("MedicationRequest/{id}")];
        finding
    };
    let cards = cards([
        ("fentanyl-naive", vec![about("a"), about("b")]),
        ("naltrexone-conflict", vec![about("b")]),
    ]);
    assert_eq!(cards.len(), 2);
    assert_eq!(
        cards[1].extension.card.rules,
        ["fentanyl-naive", "naltrexone-conflict"]
    );
    assert!(detail(&cards[1]).contains("- Line of naltrexone-conflict"));
    assert_ne!(cards[0].uuid, cards[1].uuid);
}

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
fn every_card_says_that_the_problem_list_was_not_read() {
    let mut snapshot = snapshot(Hook::OrderSign);
    snapshot
        .reads
        .insert(Query::Conditions, Read::Failed(Why::Timeout));
    snapshot.gaps = vec![Gap::OtherPatient {
        resource_type: "Condition".into(),
        count: 2,
    }];
    let rendered = rendered(
        &snapshot,
        [
            ("opioid-benzo", vec![finding(WARNING, "a")]),
            ("mme-total", vec![finding(WARNING, "b")]),
        ],
    );
    for card in &rendered.response.cards {
        assert!(detail(card).contains("Problem list could not be read; cancer, sickle cell disease, hospice, sleep apnea and overdose history were not checked."));
        assert!(
            detail(card).contains("Left out, because they name another patient: problem list (2).")
        );
    }
}

#[test]
fn mme_is_explained_once() {
    let total = |mme: &str| {
        let slots = [
            ("mme", text(mme)),
            ("up_to", Slot::Flag(false)),
            ("floor", Slot::Flag(true)),
        ]
        .into();
        fact("mme-after", slots, "MedicationRequest/m1")
    };
    let mut benzo = finding(WARNING, "a");
    benzo.facts = vec![total("60")];
    let mut dose = finding(WARNING, "b");
    dose.facts = vec![total("60.0")];
    let response = rendered(
        &snapshot(Hook::OrderSign),
        [("opioid-benzo", vec![benzo]), ("mme-total", vec![dose])],
    )
    .response;
    assert!(detail(&response.cards[0]).contains("- Opioid total of at least 60 MME/day"));
    assert!(detail(&response.cards[0]).contains("a way to add opioids together"));
    assert_eq!(gate::check_response(&response), Vec::<String>::new());
}

#[test]
fn a_total_that_stands_on_the_card_is_not_said_again() {
    let slots = |key| [(key, text("60")), ("floor", Slot::Flag(false))].into();
    let total = |key| fact("mme-after", slots(key), "MedicationRequest/m1");
    let mut benzo = finding(WARNING, "a");
    let opioid = [
        ("medicine", text("oxycodone")),
        ("dose", text("40 mg")),
        ("mme", text("60")),
    ]
    .into();
    let mut after = total("mme");
    after.slots.insert("up_to", Slot::Flag(false));
    benzo.facts = vec![
        fact("opioid", opioid, "MedicationRequest/m1"),
        after.clone(),
    ];
    let shown = cards([("opioid-benzo", vec![benzo.clone()])]);
    assert!(!detail(&shown[0]).contains("Opioid total"));
    after.slots.insert("floor", Slot::Flag(true));
    benzo.facts[1] = after;
    let shown = cards([("opioid-benzo", vec![benzo])]);
    assert!(detail(&shown[0]).contains("Opioid total of at least 60 MME/day"));
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
fn a_text_that_cannot_be_filled_is_reported_and_left_out() {
    let mut benzo = finding(WARNING, "a");
    benzo.slots.clear();
    benzo.facts = vec![
        fact("older", BTreeMap::new(), "Patient/p1"),
        fact("no-such-fact", BTreeMap::new(), "x/1"),
    ];
    let rendered = rendered(&snapshot(Hook::OrderSign), [("opioid-benzo", vec![benzo])]);
    assert_eq!(rendered.response.cards[0].summary, "Title of opioid-benzo");
    let files: Vec<&str> = rendered
        .problems
        .iter()
        .map(|problem| problem.file.as_str())
        .collect();
    assert_eq!(
        files,
        [
            "opioid-benzo/card.en.md",
            "phrases.en.md",
            "opioid-benzo/card.en.md"
        ]
    );
    assert!(rendered.problems[1].line.is_some());
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
    let other = super::Naming {
        hook_instance: "another",
        ..NAMING
    };
    assert_ne!(body(NAMING), body(other));
}

fn guide(topic: &str, rules: &[&str], for_patient: bool) -> super::Guide {
    let titles = [
        (Language::English, format!("About {topic}")),
        (Language::Spanish, format!("Sobre {topic}")),
    ];
    super::Guide {
        topic: topic.to_owned(),
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        for_patient,
        titles: titles.into(),
    }
}

#[test]
fn a_card_links_to_the_guides_that_fit_best_and_only_where_they_are_served() {
    let links = |texts: &super::CardTexts, language| {
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

#[test]
fn the_goal_is_quoted_only_in_the_patients_own_words_and_only_whole() {
    let files = |say: &str| {
        let mut files = files();
        let card = files.get_mut("opioid-benzo/card.en.md").expect("a sample");
        *card = card.replace("What helps you? I will call you.", say);
        files
    };
    let texts = super::CardTexts::load(&files(
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
