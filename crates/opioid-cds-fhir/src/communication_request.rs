//! A draft of something to be said to a person: show how to use naloxone, share a letter.
//!
//! Refuses to know the words and whether they are easy enough to read.

use fhirbolt::model::r4::{
    Resource,
    resources::{
        CommunicationRequest, CommunicationRequestPayload, CommunicationRequestPayloadContent,
    },
    types::Code,
};

use crate::{
    elements::{
        BuildError, CodeableText, Priority, concept, concepts, date_time, required_text, written,
    },
    references::{REASONS_OF_AN_ORDER, REQUESTERS, ReferenceElement},
};

const SUBJECT: ReferenceElement =
    ReferenceElement::to("CommunicationRequest.subject", &["Patient"]);
const ENCOUNTER: ReferenceElement =
    ReferenceElement::to("CommunicationRequest.encounter", &["Encounter"]);
const REQUESTER: ReferenceElement =
    ReferenceElement::to("CommunicationRequest.requester", REQUESTERS);
const RECIPIENT: ReferenceElement = ReferenceElement::to(
    "CommunicationRequest.recipient",
    &[
        "Patient",
        "RelatedPerson",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "CareTeam",
        "Group",
        "HealthcareService",
        "Device",
    ],
);
const REASON: ReferenceElement =
    ReferenceElement::to("CommunicationRequest.reasonReference", REASONS_OF_AN_ORDER);

/// What a draft CommunicationRequest says: `status` draft; R4 gives it no intent.
#[derive(Debug, Clone, Default)]
pub struct DraftCommunicationRequest<'a> {
    /// `subject`, as `Patient/…`.
    pub patient: &'a str,
    /// `encounter`, as `Encounter/…`.
    pub encounter: Option<&'a str>,
    /// `authoredOn`: the day the request is answered for.
    pub authored_on: &'a str,
    /// `requester`, mostly a Practitioner or PractitionerRole.
    pub requester: Option<&'a str>,
    /// What kind of message it is: the main code of this resource.
    pub category: CodeableText<'a>,
    /// How soon.
    pub priority: Option<Priority>,
    /// What is to be said.
    pub payload: &'a str,
    /// Who is told.
    pub recipient: Option<&'a str>,
    /// Why, in words or codes.
    pub reason_codes: Vec<CodeableText<'a>>,
    /// Why, as conditions or observations of the record; references to other types are left out,
    /// because R4 does not allow them here ([`REASONS_OF_AN_ORDER`]): say those in `reason_codes`.
    pub reason_references: Vec<&'a str>,
}

/// Writes a draft CommunicationRequest as JSON.
pub fn communication_request(draft: &DraftCommunicationRequest<'_>) -> Result<String, BuildError> {
    let category = concept(draft.category).ok_or(BuildError::Missing {
        path: "CommunicationRequest.category",
    })?;
    let request = CommunicationRequest {
        status: Code::from("draft"),
        category: vec![category],
        priority: draft.priority.map(Priority::code),
        subject: Some(SUBJECT.required(draft.patient)?),
        encounter: ENCOUNTER.optional(draft.encounter)?,
        payload: vec![payload(draft.payload)?],
        authored_on: Some(date_time(
            "CommunicationRequest.authoredOn",
            draft.authored_on,
        )?),
        requester: REQUESTER.optional(draft.requester)?,
        recipient: RECIPIENT
            .optional(draft.recipient)?
            .map(|recipient| *recipient)
            .into_iter()
            .collect(),
        reason_code: concepts(&draft.reason_codes),
        reason_reference: REASON.those_allowed(&draft.reason_references),
        ..Default::default()
    };
    written(
        "CommunicationRequest",
        &Resource::CommunicationRequest(Box::new(request)),
    )
}

fn payload(said: &str) -> Result<CommunicationRequestPayload, BuildError> {
    Ok(CommunicationRequestPayload {
        content: CommunicationRequestPayloadContent::String(required_text(
            "CommunicationRequest.payload.contentString",
            said,
        )?),
        ..Default::default()
    })
}
