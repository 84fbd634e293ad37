//! A draft CommunicationRequest: something to be said or shown.
//!
//! Refuses to name the recipient: the text says who it is for.

use super::{Frame, NotMade};
use opioid_cds_fhir::{CodeableText, DraftCommunicationRequest, communication_request};

pub(super) fn request(frame: &Frame<'_>) -> Result<String, NotMade> {
    Ok(communication_request(&DraftCommunicationRequest {
        patient: &frame.snapshot.patient,
        encounter: frame.encounter(),
        authored_on: &frame.today,
        requester: frame.requester(),
        category: CodeableText {
            coding: Some(frame.code()),
            text: frame.said.label,
        },
        priority: None,
        payload: frame.said.patient_content(),
        recipient: None,
        reason_codes: Vec::new(),
        reason_references: Vec::new(),
    })?)
}
