//! The resources that suggestions create.

use super::*;

const NOBODY: &str = "";

fn follow_up() -> DraftServiceRequest<'static> {
    DraftServiceRequest {
        patient: "Patient/1",
        encounter: Some("Encounter/2"),
        authored_on: "2026-03-01",
        requester: Some("PractitionerRole/3"),
        code: Coding {
            system: "http://snomed.info/sct",
            code: "390906007",
            display: "Follow-up encounter",
        },
        text: "Visit to look at pain and function",
        category: Some(CodeableText {
            coding: None,
            text: "Visit",
        }),
        priority: Some(Priority::Routine),
        occurrence: Some(Occurrence::Between {
            start: "2026-03-08",
            end: "2026-03-15",
        }),
        reason_codes: vec![CodeableText {
            coding: None,
            text: "Dose raised",
        }],
        reason_references: vec!["Condition/4"],
        note: Some("By telephone is fine."),
        patient_instruction: Some("Bring all your medicines."),
    }
}

fn call() -> DraftTask<'static> {
    DraftTask {
        patient: "Patient/1",
        encounter: Some("Encounter/2"),
        authored_on: "2026-03-01",
        requester: Some("Practitioner/3"),
        intent: TaskIntent::Proposal,
        priority: Some(Priority::Asap),
        code: Coding {
            system: "https://opioid-cds.example.org/CodeSystem/opioid-cds-topic",
            code: "opioid-benzo",
            display: "",
        },
        text: "Contact the other prescriber",
        description: "Agree with the prescriber of alprazolam who looks after both medicines.",
        focus: Some("MedicationRequest/5"),
        owner: Some("Practitioner/3"),
        due: Some("2026-03-04"),
        reason_code: Some(CodeableText {
            coding: None,
            text: "Two prescribers",
        }),
        reason_reference: Some("MedicationRequest/5"),
    }
}

fn teaching() -> DraftCommunicationRequest<'static> {
    DraftCommunicationRequest {
        patient: "Patient/1",
        encounter: Some("Encounter/2"),
        authored_on: "2026-03-01",
        requester: Some("Practitioner/3"),
        category: CodeableText {
            coding: None,
            text: "How to use naloxone",
        },
        priority: None,
        payload: "Show patient and household how to use it.",
        recipient: Some("Patient/1"),
        reason_codes: Vec::new(),
        reason_references: vec!["Condition/4"],
    }
}

fn walking() -> DraftGoal<'static> {
    DraftGoal {
        patient: "Patient/1",
        start_date: "2026-03-01",
        expressed_by: Some("Patient/1"),
        description: CodeableText {
            coding: None,
            text: "Walk to the shop",
        },
        addresses: vec!["Condition/4", "MedicationRequest/5"],
    }
}

fn plan() -> DraftCarePlan<'static> {
    DraftCarePlan {
        patient: "Patient/1",
        encounter: Some("Encounter/2"),
        created: "2026-03-01",
        author: Some("Practitioner/3"),
        category: None,
        title: "Pain plan",
        description: Some("What we try and when we look again."),
        addresses: vec!["Condition/4", "Observation/6"],
        goals: vec!["Goal/7"],
    }
}

#[test]
fn every_draft_passes_the_strict_check() {
    for (resource_type, json) in [
        ("MedicationRequest", medication_request(&naloxone())),
        ("ServiceRequest", service_request(&follow_up())),
        ("Task", task(&call())),
        ("CommunicationRequest", communication_request(&teaching())),
        ("Goal", goal(&walking())),
        ("CarePlan", care_plan(&plan())),
    ] {
        let json = json.expect(resource_type);
        assert_eq!(check(&json).expect(&json), resource_type);
        assert!(json.starts_with(&format!(r#"{{"resourceType":"{resource_type}""#)));
        assert_eq!(
            reserialise(&json).expect(&json),
            json,
            "the one way to write it"
        );
    }
}

#[test]
fn naloxone_is_written_as_the_catalogue_asks() {
    let json = medication_request(&naloxone()).expect("complete");
    assert_eq!(
        value(&json),
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
                "text": "naloxone 4 mg nasal spray"
            },
            "subject": {"reference": "Patient/1"},
            "encounter": {"reference": "Encounter/2"},
            "authoredOn": "2026-03-01",
            "requester": {"reference": "Practitioner/3"},
            "reasonCode": [{"text": "50 MME a day or more"}],
            "reasonReference": [{"reference": "Condition/4"}],
            "dosageInstruction": [{
                "text": "Spray one device into one nostril for suspected overdose.",
                "patientInstruction": "Show the people you live with where it is.",
                "asNeededBoolean": true,
                "route": {
                    "coding": [{
                        "system": "http://snomed.info/sct",
                        "code": "46713006",
                        "display": "Nasal route"
                    }],
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
fn the_other_drafts_say_who_when_and_why() {
    let service = value(&service_request(&follow_up()).expect("complete"));
    assert_eq!(service["status"], "draft");
    assert_eq!(service["intent"], "order");
    assert_eq!(service["occurrencePeriod"]["end"], "2026-03-15");
    assert_eq!(service["note"][0]["text"], "By telephone is fine.");

    let task = value(&task(&call()).expect("complete"));
    assert_eq!(task["status"], "requested");
    assert_eq!(task["intent"], "proposal");
    assert_eq!(task["for"]["reference"], "Patient/1");
    assert_eq!(task["restriction"]["period"]["end"], "2026-03-04");
    assert_eq!(task["focus"]["reference"], "MedicationRequest/5");

    let said = value(&communication_request(&teaching()).expect("complete"));
    assert_eq!(said["status"], "draft");
    assert_eq!(said["subject"]["reference"], "Patient/1");
    assert_eq!(said["recipient"][0]["reference"], "Patient/1");

    let goal = value(&goal(&walking()).expect("complete"));
    assert_eq!(goal["lifecycleStatus"], "proposed");
    assert_eq!(goal["startDate"], "2026-03-01");
    assert_eq!(goal["addresses"], json!([{"reference": "Condition/4"}]));

    let plan = value(&care_plan(&plan()).expect("complete"));
    assert_eq!(
        (&plan["status"], &plan["intent"]),
        (&json!("draft"), &json!("plan"))
    );
    assert_eq!(plan["addresses"], json!([{"reference": "Condition/4"}]));
}

#[test]
fn decimals_keep_their_text_and_other_text_is_refused() {
    let with = |value: &'static str| DraftMedicationRequest {
        quantity: Some(Quantity {
            value,
            unit: "mL",
            ..Default::default()
        }),
        ..naloxone()
    };
    for amount in [
        "0.1",
        "0.10",
        "1.50",
        "30",
        "100000000000000000000.000000000000000001",
    ] {
        let json = medication_request(&with(amount)).expect(amount);
        assert!(json.contains(&format!(r#""value":{amount},"#)), "{json}");
        check(&json).expect(&json);
    }
    for amount in ["", "two", "1,5", "1.", ".5", "NaN", "1 "] {
        medication_request(&with(amount)).expect_err(amount);
    }
}

#[test]
fn what_has_to_be_there_is_asked_for_by_name() {
    let refusals = [
        medication_request(&DraftMedicationRequest {
            patient: NOBODY,
            ..naloxone()
        }),
        medication_request(&DraftMedicationRequest {
            text: " ",
            ..naloxone()
        }),
        medication_request(&DraftMedicationRequest {
            code: Coding::default(),
            ..naloxone()
        }),
        medication_request(&DraftMedicationRequest {
            dosage_text: "",
            ..naloxone()
        }),
        service_request(&DraftServiceRequest {
            authored_on: "",
            ..follow_up()
        }),
        task(&DraftTask {
            patient: NOBODY,
            ..call()
        }),
        task(&DraftTask {
            description: "",
            ..call()
        }),
        communication_request(&DraftCommunicationRequest {
            payload: "",
            ..teaching()
        }),
        communication_request(&DraftCommunicationRequest {
            category: CodeableText::default(),
            ..teaching()
        }),
        goal(&DraftGoal {
            description: CodeableText::default(),
            ..walking()
        }),
        care_plan(&DraftCarePlan {
            title: "",
            ..plan()
        }),
    ]
    .map(|refused| refused.expect_err("incomplete").to_string());
    assert_eq!(
        refusals.map(|refusal| refusal.replace(" is required and was not given", "")),
        [
            "MedicationRequest.subject",
            "MedicationRequest.medicationCodeableConcept",
            "MedicationRequest.medicationCodeableConcept",
            "MedicationRequest.dosageInstruction.text",
            "ServiceRequest.authoredOn",
            "Task.for",
            "Task.description",
            "CommunicationRequest.payload.contentString",
            "CommunicationRequest.category",
            "Goal.description.text",
            "CarePlan.title",
        ]
    );
}

#[test]
fn dates_and_references_that_are_none_are_refused_without_repeating_them() {
    for (refused, words) in [
        (
            task(&DraftTask {
                authored_on: "yesterday",
                ..call()
            }),
            "Task.authoredOn is not a date as FHIR writes it",
        ),
        (
            goal(&DraftGoal {
                start_date: "2026-03-01T09:30:00Z",
                ..walking()
            }),
            "Goal.startDate is not a date as FHIR writes it",
        ),
        (
            task(&DraftTask {
                patient: "Group/1",
                ..call()
            }),
            "Task.for has to be a reference to Patient",
        ),
        (
            task(&DraftTask {
                focus: Some("the oxycodone"),
                ..call()
            }),
            "Task.focus has to be a reference to a resource",
        ),
    ] {
        assert_eq!(refused.expect_err(words).to_string(), words);
    }
}

#[test]
fn blank_text_is_left_out() {
    let json = medication_request(&DraftMedicationRequest {
        encounter: Some(""),
        patient_instruction: Some(" "),
        reason_codes: vec![CodeableText::default()],
        reason_references: vec![""],
        route: Some(Coding::default()),
        quantity: None,
        repeats: None,
        ..naloxone()
    })
    .expect("complete");
    check(&json).expect(&json);
    for absent in [
        "encounter",
        "patientInstruction",
        "reason",
        "route",
        "dispenseRequest",
    ] {
        assert!(!json.contains(absent), "{absent}: {json}");
    }
}

#[test]
fn the_model_itself_refuses_what_lacks_a_required_element() {
    use fhirbolt::model::r4::{Resource, resources::MedicationRequest};

    let bare = Resource::MedicationRequest(Box::default());
    let error = elements::written("MedicationRequest", &bare).expect_err("no status");
    assert_eq!(
        error.to_string(),
        "R4 refuses the MedicationRequest: missing required field `MedicationRequest.status`"
    );
    let no_medication = Resource::MedicationRequest(Box::new(MedicationRequest {
        status: "active".into(),
        intent: "order".into(),
        subject: Box::default(),
        ..Default::default()
    }));
    elements::written("MedicationRequest", &no_medication).expect_err("no medication");
}
