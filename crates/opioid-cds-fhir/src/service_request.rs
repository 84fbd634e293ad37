//! A draft order of a service: a follow-up visit, a test, a referral.
//!
//! Refuses to know which service a rule asks for.

use fhirbolt::model::r4::{
    Resource,
    resources::{ServiceRequest, ServiceRequestOccurrence},
    types::{Annotation, Code, Markdown, Period},
};

use crate::{
    elements::{
        BuildError, CodeableText, Coding, Priority, concept, concepts, date_time, given, main_code,
        text, written,
    },
    references::{REASONS_OF_AN_ORDER, REQUESTERS, ReferenceElement},
};

const SUBJECT: ReferenceElement = ReferenceElement::to("ServiceRequest.subject", &["Patient"]);
const ENCOUNTER: ReferenceElement =
    ReferenceElement::to("ServiceRequest.encounter", &["Encounter"]);
const REQUESTER: ReferenceElement = ReferenceElement::to("ServiceRequest.requester", REQUESTERS);
const REASON: ReferenceElement =
    ReferenceElement::to("ServiceRequest.reasonReference", REASONS_OF_AN_ORDER);

/// When a service is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence<'a> {
    /// On a day or at a moment.
    On(&'a str),
    /// From one day to another, such as one to two weeks from now.
    Between {
        /// The first day.
        start: &'a str,
        /// The last day.
        end: &'a str,
    },
}

/// What a draft ServiceRequest says: `status` draft, `intent` order.
#[derive(Debug, Clone, Default)]
pub struct DraftServiceRequest<'a> {
    /// `subject`, as `Patient/…`.
    pub patient: &'a str,
    /// `encounter`, as `Encounter/…`.
    pub encounter: Option<&'a str>,
    /// `authoredOn`: the day the request is answered for.
    pub authored_on: &'a str,
    /// `requester`, mostly a Practitioner or PractitionerRole.
    pub requester: Option<&'a str>,
    /// The service's code.
    pub code: Coding<'a>,
    /// The service in words.
    pub text: &'a str,
    /// The kind of service, such as laboratory or counselling.
    pub category: Option<CodeableText<'a>>,
    /// How soon.
    pub priority: Option<Priority>,
    /// When.
    pub occurrence: Option<Occurrence<'a>>,
    /// Why, in words or codes.
    pub reason_codes: Vec<CodeableText<'a>>,
    /// Why, as conditions or observations of the record; references to other types are left out,
    /// because R4 does not allow them here ([`REASONS_OF_AN_ORDER`]): say those in `reason_codes`.
    pub reason_references: Vec<&'a str>,
    /// A remark for whoever does it.
    pub note: Option<&'a str>,
    /// What the patient is told about it.
    pub patient_instruction: Option<&'a str>,
}

/// Writes a draft ServiceRequest as JSON.
pub fn service_request(draft: &DraftServiceRequest<'_>) -> Result<String, BuildError> {
    let request = ServiceRequest {
        status: Code::from("draft"),
        intent: Code::from("order"),
        category: draft.category.and_then(concept).into_iter().collect(),
        priority: draft.priority.map(Priority::code),
        code: Some(main_code("ServiceRequest.code", draft.code, draft.text)?),
        subject: SUBJECT.required(draft.patient)?,
        encounter: ENCOUNTER.optional(draft.encounter)?,
        occurrence: draft.occurrence.map(occurrence).transpose()?,
        authored_on: Some(date_time("ServiceRequest.authoredOn", draft.authored_on)?),
        requester: REQUESTER.optional(draft.requester)?,
        reason_code: concepts(&draft.reason_codes),
        reason_reference: REASON.those_allowed(&draft.reason_references),
        note: given(draft.note).map(note).into_iter().collect(),
        patient_instruction: draft.patient_instruction.and_then(text),
        ..Default::default()
    };
    written(
        "ServiceRequest",
        &Resource::ServiceRequest(Box::new(request)),
    )
}

fn occurrence(occurrence: Occurrence<'_>) -> Result<ServiceRequestOccurrence, BuildError> {
    Ok(match occurrence {
        Occurrence::On(when) => ServiceRequestOccurrence::DateTime(date_time(
            "ServiceRequest.occurrenceDateTime",
            when,
        )?),
        Occurrence::Between { start, end } => ServiceRequestOccurrence::Period(Box::new(Period {
            start: Some(date_time("ServiceRequest.occurrencePeriod.start", start)?),
            end: Some(date_time("ServiceRequest.occurrencePeriod.end", end)?),
            ..Default::default()
        })),
    })
}

fn note(text: &str) -> Annotation {
    Annotation {
        text: Markdown::from(text),
        ..Default::default()
    }
}
