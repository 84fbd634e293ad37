//! From proposals to CDS Hooks suggestions: one file per kind of resource.
//!
//! Knows which R4 resource a proposal becomes, and which drafts may be deleted.
//! Refuses to know why it was proposed, and every word: labels and texts come from `cards/`.

mod communication_request;
mod delete;
mod goal;
mod naloxone;
mod service_request;
mod task;
mod update;

use crate::patient::Snapshot;
use crate::rules::Proposal;
use crate::wire::{Action, ActionType};
use jiff::ToSpan;
use opioid_cds_fhir::{BuildError, Coding};
use serde_json::value::RawValue;

/// Last part of the address of the code system of suggested resources.
pub const CODE_SYSTEM: &str = "opioid-cds-suggestion";

/// The words of a suggestion, plain and filled.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Name of the suggestion, which is its code where no standard one exists.
    pub key: &'a str,
    /// At most 40 characters.
    pub label: &'a str,
    /// One plain sentence.
    pub description: &'a str,
    /// What goes into the resource; the description where nothing else is said.
    pub text: Option<&'a str>,
    /// What the patient reads of it, where that is not English.
    pub for_patient: Option<&'a str>,
}

impl Said<'_> {
    fn content(&self) -> &str {
        self.text.unwrap_or(self.description)
    }

    /// The content in the patient's language where there is one: only for what the patient reads.
    fn patient_content(&self) -> &str {
        self.for_patient.unwrap_or_else(|| self.content())
    }
}

/// Why a proposal did not become an action.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The draft to be deleted is none of this call's, has no id, or renews something that is going on.
    #[error("the draft may not be deleted by a suggestion")]
    NotDeletable,
    /// The draft to be changed is none of this call's, has no id, or the change is not one that a suggestion may make.
    #[error("the draft may not be changed like this by a suggestion")]
    NotChangeable,
    /// A text that the resource needs is not in `cards/`.
    #[error("the suggestion \"{0}\" has no text for its resource")]
    NoText(String),
    /// The resource could not be written.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The resource was written, and is no JSON.
    #[error("the resource is no JSON")]
    Json(#[from] serde_json::Error),
}

/// What a proposal comes to: the type of the action and of its resource, as `create MedicationRequest`.
pub fn kind(proposal: &Proposal) -> String {
    let of = |reference: &str| reference.split('/').next().unwrap_or_default().to_owned();
    match proposal {
        Proposal::DeleteDraft { reference } => format!("delete {}", of(reference)),
        Proposal::UpdateDraft { reference, .. } => format!("update {}", of(reference)),
        Proposal::Naloxone { .. } => "create MedicationRequest".to_owned(),
        Proposal::Task { .. } => "create Task".to_owned(),
        Proposal::ServiceRequest { .. } => "create ServiceRequest".to_owned(),
        Proposal::CommunicationRequest => "create CommunicationRequest".to_owned(),
        Proposal::Goal => "create Goal".to_owned(),
    }
}

/// The one action of a suggestion.
pub fn action(snapshot: &Snapshot, proposal: &Proposal, said: Said<'_>) -> Result<Action, NotMade> {
    let frame = Frame::of(snapshot, said);
    let json = match proposal {
        Proposal::DeleteDraft { reference } => return delete::action(snapshot, reference, said),
        Proposal::UpdateDraft { reference, change } => {
            return update::action(snapshot, reference, change, said);
        }
        Proposal::Naloxone { reasons } => naloxone::order(&frame, reasons)?,
        Proposal::Task { due_days, focus } => task::task(&frame, *due_days, focus.as_deref())?,
        Proposal::ServiceRequest { due_days } => service_request::order(&frame, *due_days)?,
        Proposal::CommunicationRequest => communication_request::request(&frame)?,
        Proposal::Goal => goal::goal(&frame)?,
    };
    Ok(Action {
        kind: ActionType::Create,
        description: said.description.to_owned(),
        resource: Some(RawValue::from_string(json)?),
        resource_id: None,
    })
}

/// What every created resource carries (catalogue section 4, "Common to every sheet").
struct Frame<'a> {
    snapshot: &'a Snapshot,
    said: Said<'a>,
    /// `as_of` as FHIR writes it.
    today: String,
    /// Code system of the project's suggestions.
    system: String,
}

impl<'a> Frame<'a> {
    fn of(snapshot: &'a Snapshot, said: Said<'a>) -> Frame<'a> {
        Frame {
            snapshot,
            said,
            today: snapshot.as_of.to_string(),
            system: format!("{}/CodeSystem/{CODE_SYSTEM}", snapshot.site.canonical_base),
        }
    }

    /// The suggestion's own code, where no code of a standard system says it.
    fn code(&self) -> Coding<'_> {
        Coding {
            system: &self.system,
            code: self.said.key,
            display: self.said.label,
        }
    }

    /// The last day of so many days from now.
    fn due(&self, days: Option<u32>) -> Option<String> {
        let day = self
            .snapshot
            .as_of
            .checked_add(i64::from(days?).days())
            .ok()?;
        Some(day.to_string())
    }

    fn encounter(&self) -> Option<&str> {
        self.snapshot.encounter.as_deref()
    }

    fn requester(&self) -> Option<&str> {
        self.snapshot.user.as_deref()
    }
}

#[cfg(test)]
mod tests;
