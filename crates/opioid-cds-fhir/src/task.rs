//! Something for a person to do: call another prescriber, correct a row of the record.
//!
//! Refuses to know who ought to do it.

use fhirbolt::model::r4::{
    Resource,
    resources::{Task, TaskRestriction},
    types::{Code, Period},
};

use crate::{
    elements::{
        BuildError, CodeableText, Coding, Priority, concept, date_time, main_code, required_text,
        written,
    },
    references::{REQUESTERS, ReferenceElement},
};

const FOR: ReferenceElement = ReferenceElement::to("Task.for", &["Patient"]);
const ENCOUNTER: ReferenceElement = ReferenceElement::to("Task.encounter", &["Encounter"]);
const FOCUS: ReferenceElement = ReferenceElement::to_any("Task.focus");
const REQUESTER: ReferenceElement = ReferenceElement::to("Task.requester", REQUESTERS);
const OWNER: ReferenceElement = ReferenceElement::to(
    "Task.owner",
    &[
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "CareTeam",
        "HealthcareService",
        "Patient",
        "Device",
        "RelatedPerson",
    ],
);
const REASON: ReferenceElement = ReferenceElement::to_any("Task.reasonReference");

/// How binding the task is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskIntent {
    /// To be done.
    #[default]
    Order,
    /// Put forward, for a person to take up.
    Proposal,
}

/// What a Task says: `status` requested.
#[derive(Debug, Clone, Default)]
pub struct DraftTask<'a> {
    /// `for`, as `Patient/…`.
    pub patient: &'a str,
    /// `encounter`, as `Encounter/…`.
    pub encounter: Option<&'a str>,
    /// `authoredOn`: the day the request is answered for.
    pub authored_on: &'a str,
    /// `requester`, mostly a Practitioner or PractitionerRole.
    pub requester: Option<&'a str>,
    /// How binding it is.
    pub intent: TaskIntent,
    /// How soon.
    pub priority: Option<Priority>,
    /// The kind of task.
    pub code: Coding<'a>,
    /// The kind of task in words.
    pub text: &'a str,
    /// What is to be done, in a sentence.
    pub description: &'a str,
    /// What the task is about, such as the order to be stopped.
    pub focus: Option<&'a str>,
    /// Who does it.
    pub owner: Option<&'a str>,
    /// The last day for it: `restriction.period.end`.
    pub due: Option<&'a str>,
    /// Why, in words or a code; R4 takes one.
    pub reason_code: Option<CodeableText<'a>>,
    /// Why, as a resource of any type; R4 takes one.
    pub reason_reference: Option<&'a str>,
}

/// Writes a requested Task as JSON.
pub fn task(draft: &DraftTask<'_>) -> Result<String, BuildError> {
    let intent = match draft.intent {
        TaskIntent::Order => "order",
        TaskIntent::Proposal => "proposal",
    };
    let task = Task {
        status: Code::from("requested"),
        intent: Code::from(intent),
        priority: draft.priority.map(Priority::code),
        code: Some(main_code("Task.code", draft.code, draft.text)?),
        description: Some(required_text("Task.description", draft.description)?),
        focus: FOCUS.optional(draft.focus)?,
        r#for: Some(FOR.required(draft.patient)?),
        encounter: ENCOUNTER.optional(draft.encounter)?,
        authored_on: Some(date_time("Task.authoredOn", draft.authored_on)?),
        requester: REQUESTER.optional(draft.requester)?,
        owner: OWNER.optional(draft.owner)?,
        reason_code: draft.reason_code.and_then(concept).map(Box::new),
        reason_reference: REASON.optional(draft.reason_reference)?,
        restriction: draft.due.map(until).transpose()?,
        ..Default::default()
    };
    written("Task", &Resource::Task(Box::new(task)))
}

fn until(due: &str) -> Result<TaskRestriction, BuildError> {
    Ok(TaskRestriction {
        period: Some(Box::new(Period {
            end: Some(date_time("Task.restriction.period.end", due)?),
            ..Default::default()
        })),
        ..Default::default()
    })
}
