//! What the package promises, seen from outside.

use serde_json::{Value, json};

use super::*;

mod checking;
mod drafts;

fn value(json: &str) -> Value {
    serde_json::from_str(json).expect("what was written is JSON")
}

/// Rescue naloxone as the rule catalogue orders it.
fn naloxone() -> DraftMedicationRequest<'static> {
    DraftMedicationRequest {
        patient: "Patient/1",
        encounter: Some("Encounter/2"),
        authored_on: "2026-03-01",
        requester: Some("Practitioner/3"),
        code: Coding {
            system: "http://www.nlm.nih.gov/research/umls/rxnorm",
            code: "1725059",
            display: "naloxone hydrochloride 40 MG/ML Nasal Spray",
        },
        text: "naloxone 4 mg nasal spray",
        dosage_text: "Spray one device into one nostril for suspected overdose.",
        patient_instruction: Some("Show the people you live with where it is."),
        as_needed: true,
        route: Some(Coding {
            system: "http://snomed.info/sct",
            code: "46713006",
            display: "Nasal route",
        }),
        quantity: Some(Quantity {
            value: "2",
            unit: "device",
            system: "http://unitsofmeasure.org",
            code: "{device}",
        }),
        repeats: Some(1),
        reason_codes: vec![CodeableText {
            coding: None,
            text: "50 MME a day or more",
        }],
        reason_references: vec!["Condition/4", "MedicationRequest/5"],
    }
}
