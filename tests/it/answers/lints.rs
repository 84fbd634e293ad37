//! The checks of single rules: what is wrong in an answer, as text.

use super::Call;
use opioid_cds::rules::{CHECK_INCOMPLETE, RULES};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

pub(super) fn cards(call: &Call) -> impl Iterator<Item = &Value> {
    list(&call.answer, "cards")
}

pub(super) fn suggestions(call: &Call) -> impl Iterator<Item = &Value> {
    cards(call).flat_map(|card| list(card, "suggestions"))
}

pub(super) fn actions(call: &Call) -> impl Iterator<Item = &Value> {
    suggestions(call).flat_map(|suggestion| list(suggestion, "actions"))
}

pub(super) fn links(call: &Call) -> impl Iterator<Item = &Value> {
    cards(call).flat_map(|card| list(card, "links"))
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// One fault per value that is not as it should be.
pub(super) fn faulty<'a>(
    values: impl Iterator<Item = &'a Value>,
    is_sound: impl Fn(&Value) -> bool,
) -> Vec<String> {
    values
        .filter(|value| !is_sound(value))
        .map(Value::to_string)
        .collect()
}

pub(super) fn drafts(call: &Call) -> impl Iterator<Item = &Value> {
    let entries = call
        .request
        .pointer("/context/draftOrders/entry")
        .and_then(Value::as_array);
    entries
        .into_iter()
        .flatten()
        .map(|entry| &entry["resource"])
}

pub(super) fn draft_named<'a>(call: &'a Call, kind: &str, id: &str) -> Option<&'a Value> {
    drafts(call).find(|draft| text(draft, "resourceType") == kind && text(draft, "id") == id)
}

pub(super) fn walk(
    value: &Value,
    name: &str,
    wrong: &mut Vec<String>,
    is_wrong: fn(&Value, &str) -> bool,
) {
    // the client's own order goes back as it came.
    if name == "resource" && value["id"].is_string() {
        return;
    }
    if is_wrong(value, name) {
        wrong.push(format!("{name} is {value}"));
    }
    match value {
        Value::Array(list) => list
            .iter()
            .for_each(|value| walk(value, name, wrong, is_wrong)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| walk(value, name, wrong, is_wrong)),
        _ => {}
    }
}

pub(super) fn nothing_is_null(call: &Call) -> Vec<String> {
    let mut wrong = Vec::new();
    walk(&call.answer, "", &mut wrong, |value, _| value.is_null());
    wrong
}

pub(super) fn nothing_is_empty(call: &Call) -> Vec<String> {
    let mut wrong = Vec::new();
    walk(&call.answer, "", &mut wrong, |value, name| match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty() && name != "cards",
        Value::Object(members) => members.is_empty(),
        _ => false,
    });
    wrong
}

/// What a client sent is not ours to mend: only created resources have to be R4.
pub(super) fn resources_are_r4(call: &Call) -> Vec<String> {
    let created = actions(call).filter(|action| text(action, "type") == "create");
    created
        .filter_map(|action| opioid_cds_fhir::check(&action["resource"].to_string()).err())
        .map(|e| e.to_string())
        .collect()
}

pub(super) fn there_is_a_list_of_cards(call: &Call) -> Vec<String> {
    faulty([&call.answer["cards"]].into_iter(), Value::is_array)
}

pub(super) fn there_are_no_system_actions(call: &Call) -> Vec<String> {
    faulty([&call.answer].into_iter(), |answer| {
        answer.get("systemActions").is_none()
    })
}

pub(super) fn only_known_members(call: &Call) -> Vec<String> {
    let members = call.answer.as_object().expect("an object").keys();
    members
        .filter(|name| !["cards", "systemActions", "extension"].contains(&name.as_str()))
        .cloned()
        .collect()
}

/// Lower case, version 5, variant of RFC 9562.
pub(super) fn is_derived_uuid(uuid: &str) -> bool {
    let parts: Vec<&str> = uuid.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && uuid
            .chars()
            .all(|c| c == '-' || c.is_ascii_digit() || matches!(c, 'a'..='f'))
        && parts[2].starts_with('5')
        && parts[3].starts_with(['8', '9', 'a', 'b'])
}

pub(super) fn cards_have_derived_uuids(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| is_derived_uuid(text(card, "uuid")))
}

pub(super) fn summaries_are_short_and_plain(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        let summary = text(card, "summary");
        // A name of the record is shown as it is written there.
        let is_marked = summary.contains("**") && !call.request.to_string().contains("**");
        let is_plain =
            !summary.contains(['\n', '\r', '\u{2028}']) && !is_marked && !summary.contains("](");
        (1..140).contains(&summary.encode_utf16().count()) && is_plain
    })
}

pub(super) fn details_are_texts(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        card.get("detail").is_none_or(Value::is_string)
    })
}

/// Paragraphs, emphasis, lists, small headings and https links, as GitHub's Markdown reads them.
pub(super) fn details_are_simple_markdown(call: &Call) -> Vec<String> {
    let allowed = |event: &Event<'_>| match event {
        Event::Start(Tag::Link { dest_url, .. }) => dest_url.starts_with("https://"),
        Event::Start(Tag::Heading { level, .. }) | Event::End(TagEnd::Heading(level)) => {
            *level <= HeadingLevel::H3
        }
        Event::Start(Tag::Paragraph | Tag::Emphasis | Tag::Strong | Tag::List(_) | Tag::Item)
        | Event::End(
            TagEnd::Paragraph
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::Link,
        )
        | Event::Text(_)
        | Event::SoftBreak
        | Event::HardBreak => true,
        _ => false,
    };
    faulty(cards(call), |card| {
        Parser::new_ext(
            text(card, "detail"),
            Options::ENABLE_GFM
                | Options::ENABLE_TABLES
                | Options::ENABLE_TASKLISTS
                | Options::ENABLE_STRIKETHROUGH,
        )
        .all(|event| allowed(&event))
    })
}

pub(super) fn indicators_are_known(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        ["info", "warning", "critical"].contains(&text(card, "indicator"))
    })
}

pub(super) fn sources_have_a_label(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        !text(&card["source"], "label").trim().is_empty()
    })
}

pub(super) fn source_urls_are_absolute(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        card["source"]
            .get("url")
            .is_none_or(|url| url.as_str().is_some_and(|url| url.starts_with("https://")))
    })
}

pub(super) fn there_are_no_icons(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| card["source"].get("icon").is_none())
}

pub(super) fn codings_are_complete(call: &Call) -> Vec<String> {
    let codings = cards(call)
        .flat_map(|card| list(card, "overrideReasons").chain([&card["source"]["topic"]]));
    faulty(codings, |coding| {
        !text(coding, "code").is_empty() && !text(coding, "system").is_empty()
    })
}

pub(super) fn topics_are_rules(call: &Call) -> Vec<String> {
    let known = |id: &str| id == CHECK_INCOMPLETE || RULES.iter().any(|rule| rule.id == id);
    faulty(cards(call), |card| {
        let leading = &card["extension"]["org.opioid-cds.card"]["rules"][0];
        let topic = &card["source"]["topic"]["code"];
        topic.as_str().is_some_and(known) && topic == leading
    })
}

pub(super) fn behaviour_goes_with_suggestions(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        card.get("selectionBehavior").is_some() == card.get("suggestions").is_some()
    })
}

pub(super) fn behaviours_are_known(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        card.get("selectionBehavior")
            .is_none_or(|known| known == "any" || known == "at-most-one")
    })
}

pub(super) fn reasons_are_complete(call: &Call) -> Vec<String> {
    let complete = |reason: &Value| {
        ["code", "system", "display"]
            .iter()
            .all(|name| !text(reason, name).is_empty())
    };
    faulty(
        cards(call).flat_map(|card| list(card, "overrideReasons")),
        complete,
    )
}

pub(super) fn reasons_are_few_and_unique(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        let codes: Vec<&str> = list(card, "overrideReasons")
            .map(|reason| text(reason, "code"))
            .collect();
        codes.len() <= 8 && codes.iter().collect::<BTreeSet<_>>().len() == codes.len()
    })
}

pub(super) fn is_list_or_absent(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.as_array().is_some_and(|list| !list.is_empty()))
}

pub(super) fn links_are_a_list(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| is_list_or_absent(card.get("links")))
}

pub(super) fn suggestions_have_labels(call: &Call) -> Vec<String> {
    faulty(suggestions(call), |suggestion| {
        !text(suggestion, "label").trim().is_empty()
    })
}

pub(super) fn suggestions_have_uuids_of_their_own(call: &Call) -> Vec<String> {
    let mut seen = BTreeSet::new();
    suggestions(call)
        .map(|suggestion| text(suggestion, "uuid"))
        .filter(|uuid| !is_derived_uuid(uuid) || !seen.insert(*uuid))
        .map(str::to_owned)
        .collect()
}

pub(super) fn at_most_one_is_recommended(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        list(card, "suggestions")
            .filter(|suggestion| suggestion["isRecommended"] == true)
            .count()
            <= 1
    })
}

pub(super) fn actions_are_a_list(call: &Call) -> Vec<String> {
    faulty(suggestions(call), |suggestion| {
        is_list_or_absent(suggestion.get("actions"))
    })
}

pub(super) fn there_is_one_action_a_suggestion(call: &Call) -> Vec<String> {
    faulty(suggestions(call), |suggestion| {
        list(suggestion, "actions").count() == 1
    })
}

pub(super) fn there_is_no_action_selection(call: &Call) -> Vec<String> {
    faulty(suggestions(call), |suggestion| {
        suggestion.get("actionSelectionBehavior").is_none()
    })
}

pub(super) fn action_types_are_known(call: &Call) -> Vec<String> {
    faulty(actions(call), |action| {
        ["create", "update", "delete"].contains(&text(action, "type"))
    })
}

pub(super) fn actions_are_described(call: &Call) -> Vec<String> {
    faulty(actions(call), |action| {
        !text(action, "description").trim().is_empty()
    })
}

/// The status is the catalogue's: a Task is requested, a Goal proposed, everything else a draft.
pub(super) fn created_resources_are_new_drafts_of_this_patient(call: &Call) -> Vec<String> {
    let patient = call.request["context"]["patientId"]
        .as_str()
        .unwrap_or_default();
    let patient = format!("Patient/{}", patient.trim_start_matches("Patient/"));
    faulty(
        actions(call).filter(|action| action["type"] == "create"),
        |action| {
            let resource = &action["resource"];
            let kind = text(resource, "resourceType");
            let subject = if kind == "Task" {
                &resource["for"]
            } else {
                &resource["subject"]
            };
            let (status, expected) = match kind {
                "Task" => (text(resource, "status"), "requested"),
                "Goal" => (text(resource, "lifecycleStatus"), "proposed"),
                _ => (text(resource, "status"), "draft"),
            };
            let has_intent = ["Goal", "CommunicationRequest"].contains(&kind)
                || !text(resource, "intent").is_empty();
            text(subject, "reference") == patient
                && status == expected
                && has_intent
                && resource.get("id").is_none()
        },
    )
}

/// Nothing of the order that was sent is lost.
pub(super) fn updates_hold_the_whole_order(call: &Call) -> Vec<String> {
    faulty(
        actions(call).filter(|action| action["type"] == "update"),
        |action| {
            let resource = &action["resource"];
            let draft = draft_named(call, text(resource, "resourceType"), text(resource, "id"));
            let members = draft.and_then(Value::as_object).into_iter().flatten();
            draft.is_some()
                && members
                    .into_iter()
                    .all(|(name, _)| resource.get(name).is_some())
        },
    )
}

pub(super) fn deletes_name_a_reference(call: &Call) -> Vec<String> {
    faulty(actions(call), |action| {
        let is_delete = action["type"] == "delete";
        let named = text(action, "resourceId")
            .split('/')
            .filter(|part| !part.is_empty())
            .count()
            == 2;
        action.get("resourceId").is_some() == is_delete
            && action.get("resource").is_none() == is_delete
            && named == is_delete
    })
}

pub(super) fn target(action: &Value) -> Option<(&str, &str)> {
    match text(action, "type") {
        "delete" => text(action, "resourceId").split_once('/'),
        "update" => Some((
            text(&action["resource"], "resourceType"),
            text(&action["resource"], "id"),
        )),
        _ => None,
    }
}

pub(super) fn only_drafts_are_changed(call: &Call) -> Vec<String> {
    faulty(actions(call), |action| {
        action["type"] == "create"
            || target(action).is_some_and(|(kind, id)| draft_named(call, kind, id).is_some())
    })
}

pub(super) fn action_types_fit_their_resources(call: &Call) -> Vec<String> {
    const CREATED: [&str; 7] = [
        "MedicationRequest",
        "ServiceRequest",
        "Task",
        "CommunicationRequest",
        "Goal",
        "CarePlan",
        "Procedure",
    ];
    faulty(actions(call), |action| match target(action) {
        None => CREATED.contains(&text(&action["resource"], "resourceType")),
        Some((kind, _)) => ["MedicationRequest", "ServiceRequest", "Task"].contains(&kind),
    })
}

/// A created MedicationRequest is naloxone; an update changes neither medicine nor dose nor frequency, and raises no amount.
pub(super) fn no_suggestion_gives_more_opioid(call: &Call) -> Vec<String> {
    let amount = |order: &Value| {
        order
            .pointer("/dispenseRequest/quantity/value")
            .and_then(Value::as_f64)
    };
    faulty(actions(call), |action| {
        let resource = &action["resource"];
        match text(action, "type") {
            "create" if text(resource, "resourceType") == "MedicationRequest" => {
                resource["medicationCodeableConcept"]
                    .to_string()
                    .contains("aloxone")
            }
            "update" => draft_named(call, text(resource, "resourceType"), text(resource, "id"))
                .is_some_and(|draft| {
                    let same = [
                        "medicationCodeableConcept",
                        "medicationReference",
                        "dosageInstruction",
                    ];
                    same.iter().all(|name| draft[name] == resource[name])
                        && amount(resource) <= amount(draft)
                }),
            _ => true,
        }
    })
}

pub(super) fn links_are_complete(call: &Call) -> Vec<String> {
    faulty(links(call), |link| {
        !text(link, "label").is_empty()
            && !text(link, "url").is_empty()
            && ["absolute", "smart"].contains(&text(link, "type"))
    })
}

pub(super) fn link_urls_are_absolute_https(call: &Call) -> Vec<String> {
    faulty(links(call), |link| {
        url::Url::parse(text(link, "url"))
            .is_ok_and(|url| url.scheme() == "https" && url.has_host())
    })
}

pub(super) fn app_context_is_for_apps(call: &Call) -> Vec<String> {
    faulty(links(call), |link| {
        link.get("appContext").is_none() || link["type"] == "smart"
    })
}

pub(super) fn nothing_launches_itself(call: &Call) -> Vec<String> {
    faulty(links(call), |link| link.get("autolaunchable").is_none())
}

/// `cards/links.csv`, or a page that the site's own settings name.
pub(super) fn links_are_those_of_the_list(call: &Call) -> Vec<String> {
    let known: BTreeSet<&str> = include_str!("../../../cards/links.csv")
        .lines()
        .filter_map(|row| row.split(',').nth(1))
        .collect();
    faulty(links(call), |link| {
        let url = text(link, "url");
        known.contains(url)
            || known.contains(url.split('#').next().unwrap_or_default())
            || call.site.contains(url)
    })
}

pub(super) fn urls_hold_nothing_of_the_call(call: &Call) -> Vec<String> {
    let context = &call.request["context"];
    let ids = [
        &context["patientId"],
        &context["userId"],
        &call.request["hookInstance"],
        &call.request["fhirAuthorization"]["access_token"],
    ];
    let secrets: Vec<&str> = ids
        .into_iter()
        .filter_map(Value::as_str)
        .filter(|id| id.len() > 3)
        .collect();
    let sources = cards(call).map(|card| &card["source"]);
    faulty(links(call).chain(sources), |link| {
        !secrets
            .iter()
            .any(|secret| text(link, "url").contains(secret))
    })
}

pub(super) fn cards_are_few_and_in_order(call: &Call) -> Vec<String> {
    let urgency: Vec<usize> = cards(call)
        .map(|card| {
            ["critical", "warning", "info"]
                .iter()
                .position(|known| card["indicator"] == **known)
                .unwrap_or(9)
        })
        .collect();
    let cap = if call.request["hook"] == "patient-view" {
        2
    } else {
        3
    };
    let counted = urgency.iter().filter(|urgency| **urgency > 0).count();
    if urgency.is_sorted() && counted <= cap {
        Vec::new()
    } else {
        vec![format!("{urgency:?}")]
    }
}

/// A summary names what it is about, so that it stands alone: a medicine, a number, or what could not be read.
pub(super) fn summaries_carry_the_message(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        let summary = text(card, "summary");
        summary.split_whitespace().count() >= 4
            && !summary.contains("below")
            && !summary.contains("detail")
    })
}

pub(super) fn extensions_are_objects(call: &Call) -> Vec<String> {
    faulty(cards(call), |card| {
        card.get("extension")
            .is_none_or(|own| own.as_object().is_some_and(|own| !own.is_empty()))
    })
}

pub(super) fn extensions_are_named_by_domain(call: &Call) -> Vec<String> {
    let names = cards(call)
        .filter_map(|card| card["extension"].as_object())
        .flatten();
    names
        .map(|(name, _)| name)
        .filter(|name| name.split('.').count() < 3)
        .cloned()
        .collect()
}

pub(super) fn extensions_are_ours_only(call: &Call) -> Vec<String> {
    let names = cards(call)
        .filter_map(|card| card["extension"].as_object())
        .flatten();
    names
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("org.opioid-cds."))
        .cloned()
        .collect()
}
