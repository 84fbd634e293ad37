use super::{NotMade, Said, action};
use crate::cards::sample::{current, draft, naloxone, snapshot};
use crate::patient::{Hook, Role, Snapshot};
use crate::rules::Proposal;
use crate::terminology::ValueSet;
use crate::wire::{Action, ActionType};
use serde_json::{Value, json};

const SAID: Said<'static> = Said {
    for_patient: None,
    key: "follow-up",
    label: "Plan a check-in",
    description: "Adds a draft order for a check-in.",
    text: Some("Check in by phone."),
};

fn created(proposal: &Proposal) -> Value {
    let action = action(&snapshot(Hook::OrderSign), proposal, SAID).expect("an action");
    assert_eq!(action.kind, ActionType::Create);
    assert_eq!(action.description, SAID.description);
    let json = action.resource.expect("a resource");
    opioid_cds_fhir::check(json.get()).expect("R4");
    serde_json::from_str(json.get()).expect("JSON")
}

#[test]
fn naloxone_is_ordered_as_the_sheet_says() {
    let order = created(&naloxone().proposal);
    assert_eq!(
        order,
        json!({
            "resourceType": "MedicationRequest",
            "status": "draft",
            "intent": "order",
            "category": [{
                "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category",
                    "code": "community",
                    "display": "Community"
                }],
                "text": "Community"
            }],
            "medicationCodeableConcept": {
                "coding": [{
                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                    "code": "1725059",
                    "display": "naloxone hydrochloride 40 MG/ML Nasal Spray"
                }],
                "text": "naloxone hydrochloride 40 MG/ML Nasal Spray"
            },
            "subject": {"reference": "Patient/p1"},
            "encounter": {"reference": "Encounter/e1"},
            "authoredOn": "2026-11-01",
            "requester": {"reference": "Practitioner/d1"},
            "reasonCode": [{"text": "72 MME/day"}],
            "reasonReference": [{"reference": "Condition/c1"}],
            "dosageInstruction": [{
                "text": "Check in by phone.",
                "asNeededBoolean": true,
                "route": {
                    "coding": [{"system": "http://snomed.info/sct", "code": "46713006", "display": "Nasal route"}],
                    "text": "Nasal route"
                }
            }],
            "dispenseRequest": {
                "numberOfRepeatsAllowed": 1,
                "quantity": {
                    "value": 2,
                    "unit": "device",
                    "system": "http://unitsofmeasure.org",
                    "code": "{device}"
                }
            }
        })
    );
}

#[test]
fn the_shared_phrase_holds_the_instruction_of_the_sheet() {
    let sheet = "Spray one device into one nostril for suspected overdose (cannot be woken, slow or no breathing). Call 911. If no response in 2–3 minutes give a second device in the other nostril.";
    assert!(include_str!("../../cards/phrases.en.md").contains(sheet));
}

#[test]
fn other_resources_carry_patient_date_requester_and_a_code_of_ours() {
    let task = created(&Proposal::Task {
        due_days: Some(7),
        focus: Some("MedicationRequest/m1".into()),
    });
    assert_eq!(task["status"], "requested");
    assert_eq!(task["for"]["reference"], "Patient/p1");
    assert_eq!(task["focus"]["reference"], "MedicationRequest/m1");
    assert_eq!(task["description"], "Check in by phone.");
    assert_eq!(task["restriction"]["period"]["end"], "2026-11-08");
    assert_eq!(
        task["code"]["coding"][0]["system"],
        "https://opioid-cds.example.org/CodeSystem/opioid-cds-suggestion"
    );
    let order = created(&Proposal::ServiceRequest { due_days: Some(28) });
    assert_eq!(order["code"]["coding"][0]["code"], "follow-up");
    assert_eq!(order["occurrencePeriod"]["end"], "2026-11-29");
    let request = created(&Proposal::CommunicationRequest);
    assert_eq!(request["payload"][0]["contentString"], "Check in by phone.");
    assert_eq!(request["status"], "draft");
    let goal = created(&Proposal::Goal);
    assert_eq!(goal["lifecycleStatus"], "proposed");
    assert_eq!(goal["description"]["text"], "Check in by phone.");
    assert_eq!(goal["expressedBy"]["reference"], "Patient/p1");
}

fn deletes(snapshot: &Snapshot, reference: &str) -> Result<Action, NotMade> {
    action(
        snapshot,
        &Proposal::DeleteDraft {
            reference: reference.to_owned(),
        },
        SAID,
    )
}

#[test]
fn only_new_drafts_of_this_call_may_be_deleted() {
    let mut snapshot = snapshot(Hook::OrderSign);
    let mut renewal = draft("d2", "clonazepam 1 mg", &[]);
    renewal.supersedes = vec!["MedicationRequest/c2".into()];
    snapshot.rows = vec![
        current("c1", "morphine 15 mg", &[ValueSet::Opioid]),
        draft("d1", "morphine 30 mg", &[ValueSet::Opioid]),
        renewal,
        draft("d3", "oxycodone 5 mg", &[ValueSet::Opioid]),
        draft("", "oxycodone 5 mg", &[ValueSet::Opioid]),
    ];
    for refused in [
        "MedicationRequest/c1",
        "MedicationRequest/d1",
        "MedicationRequest/d2",
        "MedicationRequest/",
        "MedicationRequest/x",
    ] {
        assert!(
            matches!(deletes(&snapshot, refused), Err(NotMade::NotDeletable)),
            "{refused}"
        );
    }
    let action = deletes(&snapshot, "MedicationRequest/d3").expect("a new draft");
    assert_eq!(
        (action.kind, action.resource_id.as_deref()),
        (ActionType::Delete, Some("MedicationRequest/d3"))
    );
    assert!(action.resource.is_none());
}

#[test]
fn a_stop_order_may_be_deleted() {
    let mut snapshot = snapshot(Hook::OrderSign);
    let mut stopped = current("c1", "morphine 15 mg", &[ValueSet::Opioid]);
    stopped.role = Role::Stopped;
    stopped.stopped_by = Some("MedicationRequest/s1".into());
    snapshot.rows = vec![stopped];
    assert!(deletes(&snapshot, "MedicationRequest/s1").is_ok());
}

#[test]
fn naloxone_without_its_instruction_is_not_made() {
    let said = Said { text: None, ..SAID };
    let made = action(&snapshot(Hook::OrderSign), &naloxone().proposal, said);
    assert!(matches!(made, Err(NotMade::NoText(_))));
}
