//! A draft ServiceRequest: a visit, a referral, a consult.
//!
//! Refuses to know who performs it.

use super::{Frame, NotMade};
use opioid_cds_fhir::{DraftServiceRequest, Occurrence, service_request};

pub(super) fn order(frame: &Frame<'_>, due_days: Option<u32>) -> Result<String, NotMade> {
    let due = frame.due(due_days);
    Ok(service_request(&DraftServiceRequest {
        patient: &frame.snapshot.patient,
        encounter: frame.encounter(),
        authored_on: &frame.today,
        requester: frame.requester(),
        code: frame.code(),
        text: frame.said.label,
        category: None,
        priority: None,
        occurrence: due.as_deref().map(|end| Occurrence::Between {
            start: &frame.today,
            end,
        }),
        reason_codes: Vec::new(),
        reason_references: Vec::new(),
        note: Some(frame.said.content()),
        patient_instruction: None,
    })?)
}
