//! What is said once in a response.

use super::{INFO, WARNING, detail};
use crate::cards::sample::*;
use crate::cards::{CardTexts, ClientOptions, gate, render};
use crate::patient::Hook;
use crate::rules::{Finding, Slot};
use crate::wire::Card;

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

/// Cards of an order-sign call, where this rule's `about.md` has one line more and its group is `dose`.
fn cards_with<const N: usize>(
    rule: &str,
    says: &str,
    fired: [(&str, Vec<Finding>); N],
) -> Vec<Card> {
    let mut files = files();
    let about = files
        .get_mut(&format!("{rule}/about.md"))
        .expect("a sample");
    *about = about.replace("slots =", &format!("{says}\nslots ="));
    for rule in ["opioid-benzo", "mme-total"] {
        let about = files
            .get_mut(&format!("{rule}/about.md"))
            .expect("a sample");
        *about = about.replace("group = \"sedation\"", "group = \"dose\"");
    }
    let card = files
        .get_mut(&format!("{rule}/card.en.md"))
        .expect("a sample");
    *card = card.replace(
        "## Line\n",
        "## Line\n{% if case == \"loud\" %}{% endif %}Age 70: ",
    );
    let texts = CardTexts::load(&files).expect("sound files");
    let rendered = render(
        &texts,
        &snapshot(Hook::OrderSign),
        &answers(fired),
        &ClientOptions::default(),
        NAMING,
    );
    assert_eq!(rendered.problems, Vec::new());
    rendered.response.cards
}

fn aged(indicator: Option<crate::wire::Indicator>, age: &str) -> Finding {
    let mut finding = finding(indicator, "Oxycodone");
    finding.slots.insert("age", text("70"));
    finding.facts = vec![
        sleep_apnea(),
        fact("older", [("age", text(age))].into(), "Patient/p1"),
    ];
    finding
}

#[test]
fn a_fact_that_the_line_of_a_merged_rule_says_is_no_bullet() {
    let merged = |age| {
        let cards = cards_with(
            "opioid-benzo",
            "line_says = [\"older\"]",
            [
                ("mme-total", vec![finding(WARNING, "Oxycodone")]),
                ("opioid-benzo", vec![aged(INFO, age)]),
            ],
        );
        detail(&cards[0]).to_owned()
    };
    assert!(merged("70").starts_with("- Age 70: line of opioid-benzo\n- Sleep apnea, on"));
    assert!(!merged("70").contains("sleepiness"));
    assert!(
        merged("71").contains("- Age 71: sleepiness"),
        "another age is another fact"
    );
}

#[test]
fn a_fact_that_a_line_at_the_end_says_is_no_bullet() {
    let mut dose = finding(WARNING, "Oxycodone");
    dose.facts = aged(None, "70").facts;
    let cards = cards_with(
        "opioid-benzo",
        "line_says = [\"older\"]",
        [
            ("mme-total", vec![dose]),
            ("opioid-benzo", vec![aged(None, "70")]),
        ],
    );
    let shown = detail(&cards[0]);
    assert_eq!(shown.matches("Age 70").count(), 1, "{shown}");
    assert!(shown.ends_with("- Age 70: line of opioid-benzo"));
}

#[test]
fn a_fact_that_the_summary_says_is_a_bullet_only_where_there_is_no_other() {
    let shown = |keep: usize| {
        let mut finding = aged(WARNING, "70");
        finding
            .slots
            .insert("medicine", text("Oxycodone at age 70"));
        finding.slots.insert("age", text("70"));
        finding.facts.drain(..keep);
        let says = "summary_says = [\"older\"]";
        let cards = cards_with("mme-total", says, [("mme-total", vec![finding])]);
        detail(&cards[0]).to_owned()
    };
    assert!(!shown(0).contains("Age 70"), "{}", shown(0));
    assert!(shown(1).starts_with("- Age 70: sleepiness"), "{}", shown(1));
}

#[test]
fn a_foremost_case_speaks_before_the_leaders_reasons_where_it_is_as_grave() {
    let shown = |indicator| {
        let mut benzo = finding(indicator, "Oxycodone");
        benzo.case = "loud";
        let mut dose = finding(WARNING, "Oxycodone");
        dose.facts = vec![sleep_apnea()];
        let fired = [("mme-total", vec![dose]), ("opioid-benzo", vec![benzo])];
        let cards = cards_with("opioid-benzo", "foremost = [\"loud\"]", fired);
        assert!(cards[0].summary.ends_with("mme-total"));
        detail(&cards[0]).to_owned()
    };
    assert!(shown(WARNING).starts_with("- Age 70: line of opioid-benzo\n- Sleep apnea"));
    assert!(shown(INFO).starts_with("- Sleep apnea"));
}

#[test]
fn facts_that_rules_name_differently_are_one() {
    let row = |key| {
        let slots = [
            ("medicine", text("lorazepam")),
            ("dose", text("1 mg/day")),
            ("drafted", Slot::Flag(true)),
            ("prescriber", text("")),
            ("mme", text("")),
        ];
        fact(key, slots.into(), "MedicationRequest/m2")
    };
    let mut benzo = finding(WARNING, "Oxycodone");
    benzo.facts = vec![row("benzodiazepine")];
    let mut dose = finding(INFO, "Oxycodone");
    dose.facts = vec![row("sedative"), sleep_apnea()];
    let cards = cards([("opioid-benzo", vec![benzo]), ("mme-total", vec![dose])]);
    assert!(detail(&cards[0]).contains("Lorazepam 1 mg/day"));
    assert!(
        detail(&cards[1]).starts_with("- Sleep apnea"),
        "{}",
        detail(&cards[1])
    );
}

#[test]
fn the_brief_and_its_lines_leave_out_what_the_other_says() {
    let mut files = files();
    let brief = files.get_mut("patient-brief/card.en.md").expect("a sample");
    *brief = brief.replace(
        "- second line",
        "{% if \"opioid-benzo\" not in due %}- second line{% endif %}",
    );
    let line = files.get_mut("opioid-benzo/card.en.md").expect("a sample");
    *line = line.replace(
        "line of opioid-benzo",
        "{% if on_brief %}short{% else %}long{% endif %} line",
    );
    let texts = CardTexts::load(&files).expect("sound files");
    let shown = |hook, lead| {
        let fired = answers([
            (lead, vec![finding(INFO, "Oxycodone")]),
            ("opioid-benzo", vec![finding(None, "Oxycodone")]),
        ]);
        let options = ClientOptions::default();
        let rendered = render(&texts, &snapshot(hook), &fired, &options, NAMING);
        detail(&rendered.response.cards[0]).to_owned()
    };
    let brief = shown(Hook::PatientView, "patient-brief");
    assert!(
        brief.contains("- Short line") && !brief.contains("Second line"),
        "{brief}"
    );
    assert!(shown(Hook::OrderSign, "mme-total").contains("- Long line"));
}
