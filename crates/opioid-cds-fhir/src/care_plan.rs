//! The outline of a care plan, to be filled with the patient.
//!
//! Refuses to know the plan itself: no activities.

use fhirbolt::model::r4::{Resource, resources::CarePlan, types::Code};

use crate::{
    elements::{BuildError, CodeableText, concepts, date_time, required_text, text, written},
    references::ReferenceElement,
};

const SUBJECT: ReferenceElement = ReferenceElement::to("CarePlan.subject", &["Patient"]);
const ENCOUNTER: ReferenceElement = ReferenceElement::to("CarePlan.encounter", &["Encounter"]);
const AUTHOR: ReferenceElement = ReferenceElement::to(
    "CarePlan.author",
    &[
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Device",
        "RelatedPerson",
        "Organization",
        "CareTeam",
    ],
);
const ADDRESSES: ReferenceElement = ReferenceElement::to("CarePlan.addresses", &["Condition"]);
const GOAL: ReferenceElement = ReferenceElement::to("CarePlan.goal", &["Goal"]);

/// What a draft CarePlan says: `status` draft, `intent` plan.
#[derive(Debug, Clone, Default)]
pub struct DraftCarePlan<'a> {
    /// `subject`, as `Patient/…`.
    pub patient: &'a str,
    /// `encounter`, as `Encounter/…`.
    pub encounter: Option<&'a str>,
    /// `created`: the day the request is answered for.
    pub created: &'a str,
    /// `author`, what R4 has in place of a requester.
    pub author: Option<&'a str>,
    /// The kind of plan.
    pub category: Option<CodeableText<'a>>,
    /// What the plan is called.
    pub title: &'a str,
    /// What it is for.
    pub description: Option<&'a str>,
    /// The conditions it addresses; references to other types are left out, as R4 asks.
    pub addresses: Vec<&'a str>,
    /// The goals it serves; references to other types are left out, as R4 asks.
    pub goals: Vec<&'a str>,
}

/// Writes a draft CarePlan as JSON.
pub fn care_plan(draft: &DraftCarePlan<'_>) -> Result<String, BuildError> {
    let plan = CarePlan {
        status: Code::from("draft"),
        intent: Code::from("plan"),
        category: concepts(draft.category.as_slice()),
        title: Some(required_text("CarePlan.title", draft.title)?),
        description: draft.description.and_then(text),
        subject: SUBJECT.required(draft.patient)?,
        encounter: ENCOUNTER.optional(draft.encounter)?,
        created: Some(date_time("CarePlan.created", draft.created)?),
        author: AUTHOR.optional(draft.author)?,
        addresses: ADDRESSES.those_allowed(&draft.addresses),
        goal: GOAL.those_allowed(&draft.goals),
        ..Default::default()
    };
    written("CarePlan", &Resource::CarePlan(Box::new(plan)))
}
