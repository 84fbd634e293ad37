//! What leaves is safe to show and to click: held over every fixture, as it is and with hostile texts in the record.
//! Contract R-177, R-193, R-198 to R-202, R-207.

use crate::service::{cases, content};
use crate::tidy::root;
use opioid_cds::cases::{Case, Runner};
use opioid_cds::terminology::{CodingRef, Terminology};
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::sample::Index;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

/// Where a link may lead: `cards/links.csv`.
static LINKS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let text = fs::read_to_string(root().join("cards/links.csv")).expect("links");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.expect("a row")[1].to_owned());
    rows.collect()
});

/// What somebody could write into a record.
const HOSTILE: [&str; 14] = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</p><a href=https://evil.example/>here</a>",
    "[approve](https://evil.example/?a=1)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "https://evil.example/login www.evil.example mail@evil.example",
    "javascript:alert(1)",
    "**Ignore all rules and sign**\n\n# Sign now\n\n1. Give 100 mg",
    "| a | b |\n|---|---|\n| c | d |",
    "```\ncode\n```",
    "&lt;b&gt; &#60;b&#62;",
    "\u{202e}gm 001\u{202c} \u{200b}\u{0}",
    "{{ 7 * 7 }} {% for x in y %} ${7*7}",
];

/// Adds a text to every display, text, name, note and instruction of a record; codes stay, so that rules still fire.
fn spoil(value: &mut Value, name: &str, hostile: &str) {
    match value {
        Value::String(text) => {
            let is_text = [
                "display",
                "text",
                "family",
                "given",
                "valueString",
                "patientInstruction",
                "description",
                "title",
                "unit",
            ];
            if is_text.contains(&name) {
                *text = format!("{text} {hostile}");
            }
        }
        Value::Array(list) => list
            .iter_mut()
            .for_each(|value| spoil(value, name, hostile)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(name, value)| spoil(value, name, hostile)),
        _ => {}
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// Every fault of an answer to this request.
fn faults(request: &Value, site: &toml::Table, answer: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for card in list(answer, "cards") {
        for plain in [text(card, "/summary"), text(card, "/source/label")] {
            faults.extend(fault_in_plain(plain));
        }
        faults.extend(fault_in_markdown(text(card, "/detail")));
        let links = list(card, "links").iter().map(|link| text(link, "/url"));
        for url in links.chain([text(card, "/source/url")]) {
            faults.extend(fault_in_link(url, site));
        }
        for suggestion in list(card, "suggestions") {
            faults.extend(fault_in_plain(text(suggestion, "/label")));
            for action in list(suggestion, "actions") {
                faults.extend(fault_in_plain(text(action, "/description")));
                faults.extend(fault_in_action(request, action));
            }
        }
    }
    faults
}

fn fault_in_plain(plain: &str) -> Option<String> {
    let opens = plain.char_indices().any(|(at, c)| {
        c == '<'
            && plain[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
    });
    let is_odd = plain
        .chars()
        .any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    (opens || plain.contains("](") || is_odd).then(|| format!("markup in plain text: {plain}"))
}

/// GitHub's Markdown: nothing but paragraphs, lists and emphasis, which are ours.
fn fault_in_markdown(detail: &str) -> Vec<String> {
    let mut found = Vec::new();
    let github = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    for event in Parser::new_ext(detail, github) {
        let is_ours = match &event {
            Event::Start(tag) => matches!(
                tag,
                Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong | Tag::Emphasis
            ),
            Event::End(_) | Event::Text(_) | Event::SoftBreak | Event::HardBreak => true,
            _ => false,
        };
        if !is_ours {
            found.push(format!("{event:?} in detail: {detail}"));
        }
    }
    // Clients look for addresses after the text has been unescaped, and some put it into a page as it is.
    let lower = detail.to_lowercase();
    let mail = lower
        .split_once('@')
        .is_some_and(|(before, _)| !before.ends_with(' '));
    if mail || ["://", "www.", "<"].iter().any(|part| lower.contains(part)) {
        found.push(format!("an address or a tag in detail: {detail}"));
    }
    found
}

fn fault_in_link(url: &str, site: &toml::Table) -> Option<String> {
    let page = url.split('#').next().unwrap_or_default();
    let of_site = site
        .values()
        .any(|value| value.to_string().contains(&format!("\"{url}\"")));
    let guide = url.starts_with("https://opioid-cds.example.org/guides/");
    let known = url.is_empty() || LINKS.contains(url) || LINKS.contains(page) || of_site || guide;
    (!known).then(|| format!("a link that is on no list: {url}"))
}

fn fault_in_action(request: &Value, action: &Value) -> Option<String> {
    let resource = &action["resource"];
    match text(action, "/type") {
        "create" => {
            let is_order = resource["resourceType"] == "MedicationRequest";
            (is_order && is_opioid(resource))
                .then(|| format!("creates an opioid order: {resource}"))
        }
        "update" => {
            let draft = drafts(request)
                .into_iter()
                .find(|draft| draft["id"] == resource["id"]);
            match draft {
                Some(draft) => fault_in_update(draft, resource),
                None => Some(format!("updates what is no draft: {resource}")),
            }
        }
        "delete" => {
            let named = text(action, "/resourceId");
            let is_draft = drafts(request).into_iter().any(|draft| {
                format!("{}/{}", text(draft, "/resourceType"), text(draft, "/id")) == named
            });
            (!is_draft).then(|| format!("deletes what is no draft: {named}"))
        }
        other => Some(format!("action {other}")),
    }
}

fn drafts(request: &Value) -> Vec<&Value> {
    list(&request["context"]["draftOrders"], "entry")
        .iter()
        .map(|entry| &entry["resource"])
        .collect()
}

fn is_opioid(order: &Value) -> bool {
    let codings = list(&order["medicationCodeableConcept"], "coding");
    let codings: Vec<CodingRef<'_>> = codings
        .iter()
        .map(|coding| CodingRef {
            system: coding["system"].as_str(),
            code: coding["code"].as_str(),
            display: coding["display"].as_str(),
        })
        .collect();
    let text = order["medicationCodeableConcept"]["text"].as_str();
    Terminology::builtin().medicine(&codings, text).is_opioid()
}

/// As received, but for: a smaller quantity with its days, the order that it follows, and that it is stopped.
fn fault_in_update(draft: &Value, update: &Value) -> Option<String> {
    let mut rest = update.clone();
    let members: &mut Map<String, Value> = rest.as_object_mut()?;
    if draft.get("priorPrescription").is_none() {
        members.remove("priorPrescription");
    }
    if update["status"] == "stopped" {
        members.insert("status".into(), draft["status"].clone());
    }
    let (before, after) = (quantity(draft), quantity(update));
    if before != after {
        if after.is_none() || after >= before {
            return Some(format!("raises the quantity from {before:?} to {after:?}"));
        }
        let dispense = rest["dispenseRequest"].as_object_mut()?;
        dispense["quantity"]["value"] = draft["dispenseRequest"]["quantity"]["value"].clone();
        match draft["dispenseRequest"].get("expectedSupplyDuration") {
            Some(duration) => dispense.insert("expectedSupplyDuration".into(), duration.clone()),
            None => dispense.remove("expectedSupplyDuration"),
        };
    }
    (&rest != draft).then(|| format!("changes more than it may: {update}"))
}

fn quantity(order: &Value) -> Option<f64> {
    order.pointer("/dispenseRequest/quantity/value")?.as_f64()
}

fn answer(runner: &mut Runner, case: &Case, request: &Value) -> Vec<String> {
    runner.prepare(case, 0).expect("a case");
    let answered = runner.answer(case, request.to_string().as_bytes(), case.as_of);
    faults(request, &case.site, &answered.body)
}

#[test]
fn every_fixture_is_answered_safely_whatever_its_record_says() {
    let mut runner = Runner::new(content(), toml::Table::new()).expect("a runtime");
    let mut found = Vec::new();
    let mut actions = 0;
    for (at, case) in cases().iter().enumerate() {
        let Ok(request) = serde_json::from_slice::<Value>(&case.request) else {
            continue;
        };
        actions += String::from_utf8_lossy(case.response.as_deref().unwrap_or_default().as_bytes())
            .matches("\"actions\"")
            .count();
        let mut spoilt = request.clone();
        spoil(&mut spoilt, "", HOSTILE[at % HOSTILE.len()]);
        for request in [&request, &spoilt] {
            let faults = answer(&mut runner, case, request);
            found.extend(
                faults
                    .into_iter()
                    .map(|fault| format!("{}: {fault}", case.name)),
            );
        }
    }
    assert!(actions > 500, "only {actions} actions were looked at");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

thread_local! {
    static RUNNER: RefCell<Runner> =
        RefCell::new(Runner::new(content(), toml::Table::new()).expect("a runtime"));
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut cases = cases();
    cases.retain(|case| case.name.contains("fires-"));
    cases
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_text_of_a_record_becomes_markup_a_link_or_an_order(
        which in any::<Index>(),
        hostile in "\\PC{0,60}|([<>&*_#|`\\\\\\[\\](){}~:/@.!a-z0-9 \n-]){0,60}"
    ) {
        let case = which.get(&CASES);
        let mut request: Value = serde_json::from_slice(&case.request).expect("JSON");
        spoil(&mut request, "", &hostile);
        let found = RUNNER.with(|runner| answer(&mut runner.borrow_mut(), case, &request));
        proptest::prop_assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

/// The checks above see what they are for.
#[test]
fn the_checks_find_what_is_unsafe() {
    let draft = json!({"resourceType": "MedicationRequest", "id": "m1", "status": "draft",
        "dispenseRequest": {"quantity": {"value": 30}},
        "dosageInstruction": [{"text": "1 tablet"}]});
    let request = json!({"context": {"draftOrders": {"entry": [{"resource": draft}]}}});
    let update = |pointer: &str, value: Value| {
        let mut changed = draft.clone();
        *changed.pointer_mut(pointer).expect("there") = value;
        fault_in_action(&request, &json!({"type": "update", "resource": changed}))
    };
    assert_eq!(update("/dispenseRequest/quantity/value", json!(20)), None);
    assert!(update("/dispenseRequest/quantity/value", json!(40)).is_some());
    assert!(update("/dosageInstruction/0/text", json!("2 tablets")).is_some());
    let oxycodone = json!({"resourceType": "MedicationRequest", "medicationCodeableConcept": {"coding": [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049683"}]}});
    assert!(fault_in_action(&request, &json!({"type": "create", "resource": oxycodone})).is_some());
    assert!(
        fault_in_action(
            &request,
            &json!({"type": "delete", "resourceId": "MedicationRequest/m2"})
        )
        .is_some()
    );
    for detail in [
        "<b>x</b>",
        "[a](b)",
        "# x",
        "see https://x.example",
        "![a](b)",
        "`x`",
        "1. x",
    ] {
        assert!(!fault_in_markdown(detail).is_empty(), "{detail}");
    }
    assert!(fault_in_markdown("Words, **bold**:\n\n- one\n- two").is_empty());
    assert!(fault_in_link("https://evil.example", &toml::Table::new()).is_some());
}
