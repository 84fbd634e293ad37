//! A Task for somebody: a call, a look, a row to be put right.
//!
//! Refuses to know who does it.

use super::{Frame, NotMade};
use opioid_cds_fhir::{DraftTask, TaskIntent, task as write};

pub(super) fn task(
    frame: &Frame<'_>,
    due_days: Option<u32>,
    focus: Option<&str>,
) -> Result<String, NotMade> {
    let due = frame.due(due_days);
    Ok(write(&DraftTask {
        patient: &frame.snapshot.patient,
        encounter: frame.encounter(),
        authored_on: &frame.today,
        requester: frame.requester(),
        intent: TaskIntent::Order,
        priority: None,
        code: frame.code(),
        text: frame.said.label,
        description: frame.said.content(),
        // A draft without an id cannot be pointed at.
        focus: focus.filter(|row| !row.ends_with('/')),
        owner: None,
        due: due.as_deref(),
        reason_code: None,
        reason_reference: None,
    })?)
}
