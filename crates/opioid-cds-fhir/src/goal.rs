//! A goal put forward to be agreed with the patient.
//!
//! Refuses to know what matters to the patient.

use fhirbolt::model::r4::{
    Resource,
    resources::{Goal, GoalStart},
    types::Code,
};

use crate::{
    elements::{BuildError, CodeableText, concept, date, written},
    references::{REASONS_OF_A_GOAL, ReferenceElement},
};

const SUBJECT: ReferenceElement = ReferenceElement::to("Goal.subject", &["Patient"]);
const EXPRESSED_BY: ReferenceElement = ReferenceElement::to(
    "Goal.expressedBy",
    &[
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
    ],
);
const ADDRESSES: ReferenceElement = ReferenceElement::to("Goal.addresses", REASONS_OF_A_GOAL);

/// What a Goal says: `lifecycleStatus` proposed. R4 gives it neither encounter nor requester.
#[derive(Debug, Clone, Default)]
pub struct DraftGoal<'a> {
    /// `subject`, as `Patient/…`.
    pub patient: &'a str,
    /// The day it is proposed for: `startDate`, a day without a time.
    pub start_date: &'a str,
    /// Who says it: the patient or a clinician.
    pub expressed_by: Option<&'a str>,
    /// The goal in words, with a code where there is one: the main code of this resource.
    pub description: CodeableText<'a>,
    /// What it is about; references to types that R4 does not allow here are left out
    /// ([`REASONS_OF_A_GOAL`]).
    pub addresses: Vec<&'a str>,
}

/// Writes a proposed Goal as JSON.
pub fn goal(draft: &DraftGoal<'_>) -> Result<String, BuildError> {
    let description = concept(draft.description).filter(|concept| concept.text.is_some());
    let goal = Goal {
        lifecycle_status: Code::from("proposed"),
        description: Box::new(description.ok_or(BuildError::Missing {
            path: "Goal.description.text",
        })?),
        subject: SUBJECT.required(draft.patient)?,
        start: Some(GoalStart::Date(date("Goal.startDate", draft.start_date)?)),
        expressed_by: EXPRESSED_BY.optional(draft.expressed_by)?,
        addresses: ADDRESSES.those_allowed(&draft.addresses),
        ..Default::default()
    };
    written("Goal", &Resource::Goal(Box::new(goal)))
}
