//! Uuids of cards and suggestions: derived, so that a retry gets the same and a changed order new ones (contract ).
//!
//! Refuses to use chance.

use super::Naming;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Name space of this project's cards.
const NAMESPACE: Uuid = Uuid::from_u128(0x91107daba76b424f925334d32a938f6a);
/// Parts of a name, kept apart by a character that none of them holds.
const BORDER: &str = "\u{1f}";

/// Gives every card and suggestion of a response its own uuid.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    naming: Naming<'a>,
    given: BTreeSet<Uuid>,
}

/// What a card's uuid is derived from.
#[derive(Debug, Clone)]
pub(crate) struct CardName(String);

impl<'a> Names<'a> {
    pub(crate) fn new(naming: Naming<'a>) -> Self {
        Names {
            naming,
            given: BTreeSet::new(),
        }
    }

    /// A card's name: service, hook instance, leading rule, drafts, summary.
    pub(crate) fn of_card(&self, rule: &str, drafts: &[&str], summary: &str) -> CardName {
        let drafts = drafts.join(",");
        CardName(
            [
                self.naming.service_id,
                self.naming.hook_instance,
                rule,
                &drafts,
                summary,
            ]
            .join(BORDER),
        )
    }

    /// The card's uuid.
    pub(crate) fn card(&mut self, card: &CardName) -> String {
        self.give(card.0.clone())
    }

    /// A suggestion's uuid: the card's name and the suggestion's.
    pub(crate) fn suggestion(&mut self, card: &CardName, key: &str) -> String {
        self.give([&card.0, key].join(BORDER))
    }

    /// Two drafts without ids may lead to the same name: the second gets one of its own.
    fn give(&mut self, mut name: String) -> String {
        loop {
            let uuid = Uuid::new_v5(&NAMESPACE, name.as_bytes());
            if self.given.insert(uuid) {
                return uuid.to_string();
            }
            name.push_str(BORDER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Naming};

    fn uuid(hook_instance: &str, summary: &str) -> String {
        let mut names = Names::new(Naming {
            service_id: "opioid-order-sign",
            hook_instance,
        });
        let card = names.of_card("mme-total", &["MedicationRequest/1"], summary);
        names.card(&card)
    }

    #[test]
    fn a_retry_gets_the_same_and_a_change_another() {
        assert_eq!(uuid("a", "x"), uuid("a", "x"));
        assert_ne!(uuid("a", "x"), uuid("b", "x"));
        assert_ne!(uuid("a", "x"), uuid("a", "y"));
        assert_eq!(uuid("a", "x").as_bytes()[14], b'5');
    }

    #[test]
    fn the_same_name_twice_in_a_response_gives_two_uuids() {
        let mut names = Names::new(Naming {
            service_id: "s",
            hook_instance: "h",
        });
        let card = names.of_card("fentanyl-naive", &["MedicationRequest/"], "x");
        assert_ne!(names.card(&card), names.card(&card));
        assert_ne!(
            names.suggestion(&card, "delete-draft"),
            names.suggestion(&card, "follow-up")
        );
    }
}
