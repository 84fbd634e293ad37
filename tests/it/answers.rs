//! What holds for every answer: one row, one rule of the contract; each row is shown to catch its own fault.
//!
//! The recorded answers of all cases are looked at; `tests/fixtures.rs` holds that they are what the service says.

mod lints;

use crate::service::cases;
use lints::*;
use serde_json::{Value, json};

/// A request and the cards that it was answered with.
#[derive(Clone)]
struct Call {
    request: Value,
    answer: Value,
    /// The settings of the case.
    site: String,
}

/// What is wrong, if anything.
type Lint = fn(&Call) -> Vec<String>;
/// How to break an answer so that the lint speaks: where, and what is put there.
type Break = (&'static str, Value);

/// Contract section 6: id, check, and a fault that the check has to find.
fn lints() -> Vec<(&'static str, Lint, Break)> {
    vec![
        (
            "R-003",
            resources_are_r4,
            (
                "/cards/0/suggestions/0/actions/0/resource/resourceType",
                json!("Nothing"),
            ),
        ),
        ("R-004", nothing_is_null, ("/cards/0/detail", Value::Null)),
        ("R-005", nothing_is_empty, ("/cards/0/links", json!([]))),
        (
            "R-006",
            nothing_is_empty,
            ("/cards/0/source/url", json!("")),
        ),
        (
            "R-170",
            there_is_a_list_of_cards,
            ("/cards", json!({"0": 1})),
        ),
        (
            "R-172",
            there_are_no_system_actions,
            ("/systemActions", json!([{"type": "delete"}])),
        ),
        ("R-173", only_known_members, ("/decisions", json!([1]))),
        (
            "R-174",
            cards_have_derived_uuids,
            (
                "/cards/0/uuid",
                json!("4A3C1B9E-0000-4000-8000-000000000000"),
            ),
        ),
        (
            "R-175",
            summaries_are_short_and_plain,
            ("/cards/0/summary", json!("x".repeat(140))),
        ),
        ("R-176", details_are_texts, ("/cards/0/detail", json!(7))),
        (
            "R-177",
            details_are_simple_markdown,
            ("/cards/0/detail", json!("See <b>this</b>.")),
        ),
        (
            "R-178",
            indicators_are_known,
            ("/cards/0/indicator", json!("hard-stop")),
        ),
        (
            "R-179",
            sources_have_a_label,
            ("/cards/0/source/label", json!(1)),
        ),
        (
            "R-180",
            source_urls_are_absolute,
            ("/cards/0/source/url", json!("/guideline")),
        ),
        (
            "R-181",
            there_are_no_icons,
            ("/cards/0/source/icon", json!("data:image/png;base64,x")),
        ),
        (
            "R-182",
            codings_are_complete,
            ("/cards/0/source/topic", json!({"code": "x"})),
        ),
        (
            "R-183",
            topics_are_rules,
            ("/cards/0/source/topic/code", json!("some-topic")),
        ),
        (
            "R-184",
            behaviour_goes_with_suggestions,
            ("/cards/0/selectionBehavior", Value::Null),
        ),
        (
            "R-185",
            behaviours_are_known,
            ("/cards/0/selectionBehavior", json!("all")),
        ),
        (
            "R-186",
            reasons_are_complete,
            (
                "/cards/0/overrideReasons/0",
                json!({"code": "a", "system": "b"}),
            ),
        ),
        (
            "R-187",
            reasons_are_few_and_unique,
            ("/cards/0/overrideReasons/1/code", json!("other")),
        ),
        ("R-188", links_are_a_list, ("/cards/0/links", json!([]))),
        (
            "R-189",
            suggestions_have_labels,
            ("/cards/0/suggestions/0/label", json!(" ")),
        ),
        (
            "R-190",
            suggestions_have_uuids_of_their_own,
            (
                "/cards/0/suggestions/1/uuid",
                json!("2f0e6c1e-3f4b-5a64-9d5c-8c1f5d3f7a01"),
            ),
        ),
        (
            "R-191",
            at_most_one_is_recommended,
            ("/cards/0/suggestions/1/isRecommended", json!(true)),
        ),
        (
            "R-192",
            actions_are_a_list,
            ("/cards/0/suggestions/0/actions", json!([])),
        ),
        (
            "R-193",
            there_is_one_action_a_suggestion,
            (
                "/cards/0/suggestions/0/actions/1",
                json!({"type": "delete"}),
            ),
        ),
        (
            "R-194",
            there_is_no_action_selection,
            (
                "/cards/0/suggestions/0/actionSelectionBehavior",
                json!("all"),
            ),
        ),
        (
            "R-195",
            action_types_are_known,
            ("/cards/0/suggestions/0/actions/0/type", json!("upsert")),
        ),
        (
            "R-196",
            actions_are_described,
            ("/cards/0/suggestions/0/actions/0/description", json!("")),
        ),
        (
            "R-197",
            created_resources_are_new_drafts_of_this_patient,
            (
                "/cards/0/suggestions/0/actions/0/resource/subject/reference",
                json!("Patient/p2"),
            ),
        ),
        (
            "R-198",
            updates_hold_the_whole_order,
            (
                "/cards/0/suggestions/1/actions/0/resource/x-own",
                Value::Null,
            ),
        ),
        (
            "R-199",
            deletes_name_a_reference,
            (
                "/cards/0/suggestions/2/actions/0/resource",
                json!("MedicationRequest/d1"),
            ),
        ),
        (
            "R-200",
            only_drafts_are_changed,
            (
                "/cards/0/suggestions/2/actions/0/resourceId",
                json!("MedicationRequest/m9"),
            ),
        ),
        (
            "R-201",
            action_types_fit_their_resources,
            (
                "/cards/0/suggestions/0/actions/0/resource/resourceType",
                json!("Appointment"),
            ),
        ),
        (
            "R-202",
            no_suggestion_gives_more_opioid,
            (
                "/cards/0/suggestions/1/actions/0/resource/dosageInstruction",
                json!([{"text": "twice"}]),
            ),
        ),
        (
            "R-203",
            links_are_complete,
            ("/cards/0/links/0/type", json!("relative")),
        ),
        (
            "R-204",
            link_urls_are_absolute_https,
            ("/cards/0/links/0/url", json!("http://www.cdc.gov/")),
        ),
        (
            "R-205",
            app_context_is_for_apps,
            ("/cards/0/links/0/appContext", json!("x")),
        ),
        (
            "R-206",
            nothing_launches_itself,
            ("/cards/0/links/0/autolaunchable", json!(true)),
        ),
        (
            "R-207",
            links_are_those_of_the_list,
            ("/cards/0/links/0/url", json!("https://example.org/")),
        ),
        (
            "R-208",
            urls_hold_nothing_of_the_call,
            (
                "/cards/0/links/0/url",
                json!("https://example.org/?patient=patient-of-the-call"),
            ),
        ),
        (
            "R-209",
            cards_are_few_and_in_order,
            ("/cards/1/indicator", json!("critical")),
        ),
        (
            "R-211",
            codings_are_complete,
            ("/cards/0/overrideReasons/0/system", Value::Null),
        ),
        (
            "R-214",
            summaries_carry_the_message,
            ("/cards/0/summary", json!("See below.")),
        ),
        (
            "R-360",
            extensions_are_objects,
            ("/cards/0/extension", json!([1])),
        ),
        (
            "R-361",
            extensions_are_named_by_domain,
            ("/cards/0/extension/rules", json!({"a": 1})),
        ),
        (
            "R-363",
            extensions_are_ours_only,
            (
                "/cards/0/extension/com.epic.cdshooks.card.detail.content-type",
                json!({"a": 1}),
            ),
        ),
    ]
}

#[test]
fn every_answer_of_every_case_keeps_the_rules_of_responses() {
    let calls = recorded();
    assert!(calls.len() > 250, "only {} answers", calls.len());
    let mut wrong = Vec::new();
    for (name, call) in &calls {
        for (rule, lint, _) in lints() {
            wrong.extend(
                lint(call)
                    .into_iter()
                    .map(|fault| format!("{name}: {rule}: {fault}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_of_responses_finds_its_fault() {
    for (rule, lint, (pointer, value)) in lints() {
        let call = sample();
        assert_eq!(
            lint(&call),
            Vec::<String>::new(),
            "{rule}: the sample is sound"
        );
        let mut broken = call;
        put(&mut broken.answer, pointer, value);
        assert!(!lint(&broken).is_empty(), "{rule} does not see {pointer}");
    }
}

/// Puts a value at a pointer, adding the last member if it is not there; null takes it out unless the lint is about nulls.
fn put(answer: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match answer.pointer_mut(parent).expect(pointer) {
        Value::Object(members) if value.is_null() && name != "detail" => {
            members.remove(name).expect("something to take out");
        }
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
        }
        Value::Array(list) => match list.get_mut(name.parse::<usize>().expect("an index")) {
            Some(place) => *place = value,
            None => list.push(value),
        },
        _ => panic!("{pointer} is no place"),
    }
}

/// Every 200 that is recorded, with its request.
fn recorded() -> Vec<(String, Call)> {
    cases()
        .into_iter()
        .filter(|case| case.status == 200)
        .map(|case| {
            let request = serde_json::from_slice(&case.request).expect("JSON");
            let answer = serde_json::from_str(case.response.as_deref().expect("recorded"));
            let answer = answer.expect("JSON");
            let site = case.site.to_string();
            let call = Call {
                request,
                answer,
                site,
            };
            (case.name, call)
        })
        .collect()
}

/// A sound answer that holds one of everything.
fn sample() -> Call {
    let draft = json!({"resourceType": "MedicationRequest", "id": "d1", "status": "draft", "intent": "order", "x-own": true,
        "subject": {"reference": "Patient/patient-of-the-call"}, "dosageInstruction": [{"text": "once"}]});
    let mut updated = draft.clone();
    updated["priorPrescription"] = json!({"reference": "MedicationRequest/m1"});
    let created = json!({"resourceType": "ServiceRequest", "status": "draft", "intent": "order", "code": {"text": "Talk"},
        "subject": {"reference": "Patient/patient-of-the-call"}});
    let coding = |code: &str| json!({"code": code, "system": "https://opioid-cds.example.org/x", "display": code});
    let suggestion =
        |uuid: &str, action: Value| json!({"label": "Do it", "uuid": uuid, "actions": [action]});
    let card = json!({
        "uuid": "5a9a3c6e-8a0e-5b8e-9f43-6a9c7f2f5b11",
        "summary": "Oxycodone 10 mg with lorazepam 1 mg: is the pair meant?",
        "detail": "- **One** line\n- Another\n\nSee [this](https://www.cdc.gov/).",
        "indicator": "warning",
        "source": {"label": "CDC 2022, Rec 11", "url": "https://www.cdc.gov/mmwr/", "topic": {"code": "opioid-benzo", "system": "s"}},
        "suggestions": [
            suggestion("2f0e6c1e-3f4b-5a64-9d5c-8c1f5d3f7a01", json!({"type": "create", "description": "Adds it.", "resource": created})),
            suggestion("2f0e6c1e-3f4b-5a64-9d5c-8c1f5d3f7a02", json!({"type": "update", "description": "Changes it.", "resource": updated})),
            suggestion("2f0e6c1e-3f4b-5a64-9d5c-8c1f5d3f7a03", json!({"type": "delete", "description": "Removes it.", "resourceId": "MedicationRequest/d1"})),
        ],
        "selectionBehavior": "any",
        "overrideReasons": [coding("other"), coding("intended")],
        "links": [{"label": "CDC 2022", "url": "https://www.cdc.gov/mmwr/volumes/71/rr/rr7103a1.htm", "type": "absolute"}],
        "extension": {"org.opioid-cds.card": {"rules": ["opioid-benzo"]}}
    });
    let mut first = card.clone();
    first["suggestions"][0]["isRecommended"] = json!(true);
    first["selectionBehavior"] = json!("at-most-one");
    let second = json!({
        "uuid": "5a9a3c6e-8a0e-5b8e-9f43-6a9c7f2f5b12", "summary": "Naloxone at home: none was found in this record.",
        "indicator": "info", "source": {"label": "FDA", "topic": {"code": "naloxone-offer", "system": "s"}},
        "extension": {"org.opioid-cds.card": {"rules": ["naloxone-offer"]}}
    });
    Call {
        request: json!({"hook": "order-sign", "hookInstance": "instance-of-the-call", "context": {
            "patientId": "patient-of-the-call", "userId": "Practitioner/d1",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]}}}),
        answer: json!({"cards": [first, second]}),
        site: String::new(),
    }
}
