//! What leaves: cards (CDS Hooks, "CDS Service Response").

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Body of a 200.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Response {
    /// May be empty: nothing to say.
    pub cards: Vec<Card>,
}

/// Urgency; the order is the order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Indicator {
    /// For information.
    Info,
    /// Worth a look before going on.
    Warning,
    /// Interrupting is meant.
    Critical,
}

impl Indicator {
    /// The word of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// One card.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// Derived, never random (contract R-174).
    pub uuid: String,
    /// At most 139 UTF-16 units, plain text.
    pub summary: String,
    /// GitHub-flavoured Markdown without HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Urgency.
    pub indicator: Indicator,
    /// Where it comes from.
    pub source: Source,
    /// What can be done with one click.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
    /// Present exactly when `suggestions` is (cds-resp-6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_behavior: Option<SelectionBehavior>,
    /// Reasons to decline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub override_reasons: Vec<Coding>,
    /// Further reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Which rules speak and what the evidence is.
    pub extension: Extension,
}

/// `source` of a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// Short name.
    pub label: String,
    /// Guideline page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Rule id.
    pub topic: Coding,
}

/// A coding that is always complete (contract R-211).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coding {
    /// Code.
    pub code: String,
    /// Code system.
    pub system: String,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// How many suggestions may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectionBehavior {
    /// Any number.
    Any,
    /// One or none.
    AtMostOne,
}

/// One suggestion, one action (contract R-193).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// At most 40 characters.
    pub label: String,
    /// Derived like the card's.
    pub uuid: String,
    /// Pre-selected by some clients.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_recommended: bool,
    /// Exactly one.
    pub actions: Vec<Action>,
}

/// What taking a suggestion does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Create, update or delete.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// One plain sentence.
    pub description: String,
    /// The resource to create, or the whole updated one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Box<RawValue>>,
    /// `Type/id` to delete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
}

/// `action.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionType {
    /// New resource.
    Create,
    /// Whole resource as it shall be.
    Update,
    /// Remove a draft.
    Delete,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Text for people.
    pub label: String,
    /// Absolute https URL.
    pub url: String,
    /// Absolute or SMART.
    #[serde(rename = "type")]
    pub kind: LinkType,
}

/// `link.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkType {
    /// A page.
    Absolute,
    /// A SMART app's launch URL.
    Smart,
}

/// `extension` of a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Extension {
    /// The one extension of this project.
    #[serde(rename = "org.opioid-cds.card")]
    pub card: CardExtension,
}

/// Shape of `org.opioid-cds.card`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CardExtension {
    /// The leading rule first.
    pub rules: Vec<String>,
    /// Relative references.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}
