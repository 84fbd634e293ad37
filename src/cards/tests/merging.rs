//! Which cards there are, and where the others speak.

use super::{CRITICAL, INFO, WARNING, detail, labels};
use crate::cards::sample::*;
use crate::cards::{ClientOptions, render};
use crate::patient::Hook;
use crate::rules::Proposal;
use crate::wire::{Indicator, SelectionBehavior};

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
