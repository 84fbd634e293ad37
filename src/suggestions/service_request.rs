//! A draft ServiceRequest: a visit, a referral, a consult.
//!
//! Refuses to know who performs it.

use super::{Frame, NotMade};
use opioid_cds_fhir::{Coding, DraftServiceRequest, Occurrence, service_request};

/// Services that have a code of a standard system (sheets 4.16 and 4.27); acupuncture waits for its meaning to be settled.
const SERVICES: [(&str, Coding<'static>); 3] = [
    (
        "physical-therapy",
        Coding {
            system: "http://snomed.info/sct",
            code: "91251008",
            display: "Physical therapy procedure",
        },
    ),
    (
        "behavioral-therapy",
        Coding {
            system: "http://snomed.info/sct",
            code: "228557008",
            display: "Cognitive and behavioral therapy",
        },
    ),
    (
        "electrocardiogram",
        Coding {
            system: "http://snomed.info/sct",
            code: "29303009",
            display: "Electrocardiographic procedure",
        },
    ),
];

pub(super) fn order(frame: &Frame<'_>, due_days: Option<u32>) -> Result<String, NotMade> {
    let due = frame.due(due_days);
    let known = SERVICES.iter().find(|(key, _)| *key == frame.said.key);
    let code = known.map(|(_, code)| *code);
    Ok(service_request(&DraftServiceRequest {
        patient: &frame.snapshot.patient,
        encounter: frame.encounter(),
        authored_on: &frame.today,
        requester: frame.requester(),
        code: code.unwrap_or_else(|| frame.code()),
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
