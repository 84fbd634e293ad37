//! Texts of suggested resources that people read: instructions, goals, tasks, messages, notes.
//!
//! Knows in which members of which R4 resource they stand.
//! Refuses to know drafts of the client: what an `update` gives back is theirs.

use crate::wire::{ActionType, Card};
use serde_json::Value;

/// Members that hold text for people, as JSON pointers.
const MEMBERS: [(&str, &str); 8] = [
    ("MedicationRequest", "/dosageInstruction/0/text"),
    (
        "MedicationRequest",
        "/dosageInstruction/0/patientInstruction",
    ),
    ("Goal", "/description/text"),
    ("Task", "/description"),
    ("Task", "/code/text"),
    ("ServiceRequest", "/note/0/text"),
    ("ServiceRequest", "/code/text"),
    ("CommunicationRequest", "/payload/0/contentString"),
];

/// What people read in the resources that a card creates.
pub(super) fn texts(card: &Card) -> Vec<(String, String)> {
    let actions = card
        .suggestions
        .iter()
        .flat_map(|suggestion| &suggestion.actions);
    let created = actions.filter(|action| action.kind == ActionType::Create);
    let resources = created.filter_map(|action| {
        let resource = action.resource.as_ref()?;
        serde_json::from_str::<Value>(resource.get()).ok()
    });
    let mut texts = Vec::new();
    for resource in resources {
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        for (of, pointer) in MEMBERS.iter().filter(|(of, _)| *of == kind) {
            let text = resource.pointer(pointer).and_then(Value::as_str);
            texts.extend(text.map(|text| ((*of).to_owned(), text.to_owned())));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::texts;
    use crate::cards::sample::{cards, finding, suggest};
    use crate::rules::Proposal;
    use crate::wire::Indicator;

    #[test]
    fn what_a_goal_and_a_check_in_say_is_read() {
        let mut benzo = finding(Some(Indicator::Warning), "Oxycodone 5 mg");
        benzo.suggest = vec![
            suggest("goal", Proposal::Goal),
            suggest("follow-up", Proposal::ServiceRequest { due_days: Some(14) }),
        ];
        let cards = cards([("opioid-benzo", vec![benzo])]);
        let found = texts(&cards[0]);
        assert!(
            found
                .iter()
                .any(|(of, text)| of == "Goal" && text.contains("your own words"))
        );
        assert!(
            found
                .iter()
                .any(|(of, text)| of == "ServiceRequest" && text.contains("14 days"))
        );
    }
}
