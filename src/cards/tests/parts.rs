//! What stands on one card, and where.

use super::{INFO, WARNING, detail};
use crate::cards::gate;
use crate::cards::sample::*;
use crate::fhir::{Gap, Query, Read, Why};
use crate::patient::{Doubt, Hook};
use std::collections::BTreeMap;

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
fn products_are_named_as_they_are_said_wherever_they_stand() {
    let patch = "72 HR fentanyl 0.025 MG/HR Transdermal System";
    let mut benzo = finding(WARNING, patch);
    let slots = [
        ("medicine", text(patch)),
        ("dose", text("")),
        ("mme", text("60")),
    ];
    benzo.facts = vec![fact("opioid", slots.into(), "MedicationRequest/m1")];
    let cards = cards([("opioid-benzo", vec![benzo])]);
    assert!(
        cards[0]
            .summary
            .starts_with("Fentanyl patch 25 mcg/hour: summary")
    );
    assert!(detail(&cards[0]).starts_with("- Fentanyl patch 25 mcg/hour (60 MME/day)"));
}
