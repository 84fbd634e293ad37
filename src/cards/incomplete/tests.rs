use super::{Incomplete, incomplete_card};
use crate::cards::sample::{NAMING, snapshot, texts};
use crate::cards::{ClientOptions, gate};
use crate::fhir::{Gap, Query, Read, Why};
use crate::patient::{Doubt, Hook};
use crate::wire::Card;

fn detail(card: &Card) -> &str {
    card.detail.as_deref().unwrap_or_default()
}

#[test]
fn the_incomplete_card_names_what_was_not_read_and_what_to_ask() {
    let mut snapshot = snapshot(Hook::OrderSign);
    snapshot
        .reads
        .insert(Query::Medications, Read::Failed(Why::Refused));
    snapshot
        .reads
        .insert(Query::Conditions, Read::Failed(Why::Refused));
    let entries = |count| Gap::Entries {
        resource_type: "Condition".into(),
        place: "FHIR".into(),
        count,
    };
    snapshot.gaps = vec![
        entries(2),
        entries(3),
        Gap::Read(Query::Goals, Why::Refused),
    ];
    let doubts = [
        Doubt::Unread(Query::Medications),
        Doubt::Unread(Query::Conditions),
    ];
    let options = ClientOptions::default();
    let about = Incomplete {
        snapshot: &snapshot,
        doubts: &doubts,
        options: &options,
    };
    let card = incomplete_card(&texts(), about, NAMING);
    assert_eq!(
        card.summary,
        "Opioid safety check incomplete: medication list and problem list could not be read"
    );
    assert_eq!(card.source.label, "Opioid safety check: data not available");
    assert!(
        card.source.url.is_none()
            && card.suggestions.is_empty()
            && card.override_reasons.is_empty()
    );
    assert!(detail(&card).contains("naloxone on hand were not checked"));
    assert!(detail(&card).contains("Some entries could not be read: problem list (5)."));
    assert!(!detail(&card).contains("Goals"));
    assert!(detail(&card).contains("**Words you could use:** What medicines do you take now"));
    assert_eq!(gate::check_card(&card), Vec::<String>::new());
}

#[test]
fn the_incomplete_card_passes_the_gate_whatever_was_not_read() {
    let texts = texts();
    for query in [Query::Patient, Query::Medications, Query::Conditions] {
        let mut snapshot = snapshot(Hook::PatientView);
        snapshot.reads.insert(query, Read::Partial(Why::MorePages));
        let doubts = [Doubt::Unidentified("MedicationRequest/m9".into())];
        let options = ClientOptions {
            alphanumeric_topic: true,
            ..ClientOptions::default()
        };
        let about = Incomplete {
            snapshot: &snapshot,
            doubts: &doubts,
            options: &options,
        };
        let card = incomplete_card(&texts, about, NAMING);
        assert_eq!(card.source.topic.code, "checkincomplete");
        assert_eq!(gate::check_card(&card), Vec::<String>::new(), "{query:?}");
    }
}
