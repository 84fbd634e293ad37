//! A proposed Goal, to be filled in with the patient.
//!
//! Refuses to know what matters to the patient.

use super::{Frame, NotMade};
use opioid_cds_fhir::{CodeableText, DraftGoal, goal as write};

pub(super) fn goal(frame: &Frame<'_>) -> Result<String, NotMade> {
    Ok(write(&DraftGoal {
        patient: &frame.snapshot.patient,
        start_date: &frame.today,
        expressed_by: Some(&frame.snapshot.patient),
        description: CodeableText {
            coding: Some(frame.code()),
            text: frame.said.patient_content(),
        },
        addresses: Vec::new(),
    })?)
}
