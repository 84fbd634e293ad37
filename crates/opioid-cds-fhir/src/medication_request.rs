//! A draft order of a medicine, such as rescue naloxone.
//!
//! Refuses to know which medicine or amount is right: everything is given by the caller.

use fhirbolt::model::r4::{
    Resource,
    resources::{MedicationRequest, MedicationRequestDispenseRequest, MedicationRequestMedication},
    types::{Boolean, Code, CodeableConcept, Dosage, DosageAsNeeded, UnsignedInt},
};

use crate::{
    elements::{
        BuildError, CodeableText, Coding, Quantity, concept, concepts, date_time, main_code,
        quantity, required_text, text, written,
    },
    references::{REASONS_OF_AN_ORDER, REQUESTERS, ReferenceElement},
};

const CATEGORY: Coding<'static> = Coding {
    system: "http://terminology.hl7.org/CodeSystem/medicationrequest-category",
    code: "community",
    display: "Community",
};

const SUBJECT: ReferenceElement = ReferenceElement::to("MedicationRequest.subject", &["Patient"]);
const ENCOUNTER: ReferenceElement =
    ReferenceElement::to("MedicationRequest.encounter", &["Encounter"]);
const REQUESTER: ReferenceElement = ReferenceElement::to("MedicationRequest.requester", REQUESTERS);
const REASON: ReferenceElement =
    ReferenceElement::to("MedicationRequest.reasonReference", REASONS_OF_AN_ORDER);

/// What a draft MedicationRequest says: `status` draft, `intent` order, category community.
#[derive(Debug, Clone, Default)]
pub struct DraftMedicationRequest<'a> {
    /// `subject`, as `Patient/…`.
    pub patient: &'a str,
    /// `encounter`, as `Encounter/…`.
    pub encounter: Option<&'a str>,
    /// `authoredOn`: the day the request is answered for.
    pub authored_on: &'a str,
    /// `requester`, mostly a Practitioner or PractitionerRole.
    pub requester: Option<&'a str>,
    /// The medicine's code.
    pub code: Coding<'a>,
    /// The medicine in words.
    pub text: &'a str,
    /// The whole dosage in words.
    pub dosage_text: &'a str,
    /// What the patient is told about taking it.
    pub patient_instruction: Option<&'a str>,
    /// `asNeededBoolean`.
    pub as_needed: bool,
    /// How it is given.
    pub route: Option<Coding<'a>>,
    /// How much is dispensed each time.
    pub quantity: Option<Quantity<'a>>,
    /// How often it may be dispensed again.
    pub repeats: Option<u32>,
    /// Why, in words or codes.
    pub reason_codes: Vec<CodeableText<'a>>,
    /// Why, as conditions or observations of the record; references to other types are left out,
    /// because R4 does not allow them here ([`REASONS_OF_AN_ORDER`]): say those in `reason_codes`.
    pub reason_references: Vec<&'a str>,
}

/// Writes a draft MedicationRequest as JSON.
pub fn medication_request(draft: &DraftMedicationRequest<'_>) -> Result<String, BuildError> {
    let medication = main_code(
        "MedicationRequest.medicationCodeableConcept",
        draft.code,
        draft.text,
    )?;
    let category = CodeableText {
        coding: Some(CATEGORY),
        text: CATEGORY.display,
    };
    let request = MedicationRequest {
        status: Code::from("draft"),
        intent: Code::from("order"),
        category: concepts(&[category]),
        medication: MedicationRequestMedication::CodeableConcept(medication),
        subject: SUBJECT.required(draft.patient)?,
        encounter: ENCOUNTER.optional(draft.encounter)?,
        authored_on: Some(date_time(
            "MedicationRequest.authoredOn",
            draft.authored_on,
        )?),
        requester: REQUESTER.optional(draft.requester)?,
        reason_code: concepts(&draft.reason_codes),
        reason_reference: REASON.those_allowed(&draft.reason_references),
        dosage_instruction: vec![dosage(draft)?],
        dispense_request: dispense_request(draft)?,
        ..Default::default()
    };
    written(
        "MedicationRequest",
        &Resource::MedicationRequest(Box::new(request)),
    )
}

fn dosage(draft: &DraftMedicationRequest<'_>) -> Result<Dosage, BuildError> {
    Ok(Dosage {
        text: Some(required_text(
            "MedicationRequest.dosageInstruction.text",
            draft.dosage_text,
        )?),
        patient_instruction: draft.patient_instruction.and_then(text),
        as_needed: Some(DosageAsNeeded::Boolean(Boolean::from(draft.as_needed))),
        route: draft.route.and_then(route).map(Box::new),
        ..Default::default()
    })
}

fn route(coding: Coding<'_>) -> Option<CodeableConcept> {
    concept(CodeableText {
        coding: Some(coding),
        text: coding.display,
    })
}

fn dispense_request(
    draft: &DraftMedicationRequest<'_>,
) -> Result<Option<MedicationRequestDispenseRequest>, BuildError> {
    if draft.quantity.is_none() && draft.repeats.is_none() {
        return Ok(None);
    }
    Ok(Some(MedicationRequestDispenseRequest {
        quantity: draft
            .quantity
            .map(|amount| quantity("MedicationRequest.dispenseRequest.quantity.value", amount))
            .transpose()?,
        number_of_repeats_allowed: draft.repeats.map(UnsignedInt::from),
        ..Default::default()
    }))
}
