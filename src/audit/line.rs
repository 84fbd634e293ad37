//! The shape of an audit line.

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A hook call.
    #[default]
    Call,
    /// Feedback on cards.
    Feedback,
}

/// One line. Members without a value are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it was answered, by the service's clock.
    pub at: String,
    /// What happened.
    pub event: Event,
    /// Issuer of the client's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Tenant of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Address that the connection came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Id of the service.
    pub service: String,
    /// The hook of the service.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hook: String,
    /// `hookInstance` of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook_instance: Option<String>,
    /// Keyed hash of the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// HTTP status of the answer.
    pub status: u16,
    /// Milliseconds from the first byte to the answer.
    pub duration_ms: u64,
    /// Rules that fired or could not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Cards that were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    /// Prefetch keys of a 412.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Entries of a feedback.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<Outcome>,
}

/// A rule that fired or could not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Rule id.
    pub id: String,
    /// What it answered.
    pub answer: Answer,
    /// uuid of the card that shows something of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_on: Option<String>,
    /// What kind of answer to an earlier card keeps it quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<String>,
}

/// What a rule answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It applies.
    Fires,
    /// It cannot know.
    CannotTell,
}

/// A card that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its uuid, which feedback names.
    pub uuid: String,
    /// The rules that it speaks for, the leading one first.
    pub rules: Vec<String>,
    /// info, warning, critical.
    pub indicator: String,
}

/// What became of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// uuid of the card; left out where what was sent is no uuid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// accepted, overridden.
    pub outcome: String,
    /// A code of the project, `other` or `none`.
    pub reason: String,
}
