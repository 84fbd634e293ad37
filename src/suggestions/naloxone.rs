//! A draft order for rescue naloxone, exactly as sheet 4.8 gives it.
//!
//! Knows product, route and amount; 4 mg, not 8 or 10 mg, by the comparison that the sheet cites.
//! Refuses to know the words of the instruction.

use super::{Frame, NotMade};
use crate::rules::Reason;
use opioid_cds_fhir::{
    CodeableText, Coding, DraftMedicationRequest, Quantity, medication_request, names_one_of,
};

/// 4 mg per 0.1 mL device (sheet 4.8).
const NASAL_SPRAY: Coding<'static> = Coding {
    system: "http://www.nlm.nih.gov/research/umls/rxnorm",
    code: "1725059",
    display: "naloxone hydrochloride 40 MG/ML Nasal Spray",
};

const NASAL_ROUTE: Coding<'static> = Coding {
    system: "http://snomed.info/sct",
    code: "46713006",
    display: "Nasal route",
};

const TWO_DEVICES: Quantity<'static> = Quantity {
    value: "2",
    unit: "device",
    system: "http://unitsofmeasure.org",
    code: "{device}",
};

pub(super) fn order(frame: &Frame<'_>, reasons: &[Reason]) -> Result<String, NotMade> {
    let dosage_text = frame
        .said
        .text
        .ok_or_else(|| NotMade::NoText(frame.said.key.to_owned()))?;
    let mut conditions: Vec<&str> = Vec::new();
    let mut texts: Vec<&str> = Vec::new();
    for reason in reasons {
        match reason
            .condition
            .as_deref()
            .filter(|row| names_one_of(&["Condition"], row))
        {
            Some(row) if !conditions.contains(&row) => conditions.push(row),
            Some(_) => {}
            None if !texts.contains(&reason.text.as_str()) => texts.push(&reason.text),
            None => {}
        }
    }
    let reason_codes = texts
        .into_iter()
        .map(|text| CodeableText { coding: None, text })
        .collect();
    Ok(medication_request(&DraftMedicationRequest {
        patient: &frame.snapshot.patient,
        encounter: frame.encounter(),
        authored_on: &frame.today,
        requester: frame.requester(),
        code: NASAL_SPRAY,
        text: NASAL_SPRAY.display,
        dosage_text,
        // The pharmacy reads the text in English; the label for the patient is in their own language.
        patient_instruction: frame.said.for_patient,
        as_needed: true,
        route: Some(NASAL_ROUTE),
        quantity: Some(TWO_DEVICES),
        repeats: Some(frame.snapshot.site.naloxone_repeats),
        reason_codes,
        reason_references: conditions,
    })?)
}
