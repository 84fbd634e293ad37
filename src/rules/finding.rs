//! What a rule answers: facts, case and proposals; the words are in `cards/`.

use crate::patient::Doubt;
use crate::wire::Indicator;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A value for a slot of a card text. Numbers and dates arrive as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Text; escaped for Markdown and HTML when it is filled in.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// Yes or no, for `if`.
    Flag(bool),
}

/// Values by slot name.
pub type Slots = BTreeMap<&'static str, Slot>;

/// A reason that belongs to this person. The phrase `key` in the rule's card, else in `cards/phrases.<language>.md`, says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Name of the phrase.
    pub key: &'static str,
    /// Its slots.
    pub slots: Slots,
    /// Rows that show it: relative references.
    pub evidence: Vec<String>,
}

/// Why naloxone is proposed, for the order's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Row of the record, if it is a Condition.
    pub condition: Option<String>,
    /// In words.
    pub text: String,
}

/// What a suggestion may change about a draft (catalogue section 4: lower the quantity, name what it follows, stop it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftChange {
    /// A smaller quantity of one fill.
    LowerQuantity {
        /// In the unit of the order.
        quantity: Decimal,
        /// Days that it lasts.
        days: Decimal,
    },
    /// It follows this order of the record.
    Follows {
        /// `MedicationRequest/id`.
        prior: String,
    },
    /// It is stopped.
    Stopped,
}

/// What taking a suggestion does to the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// A draft order for rescue naloxone.
    Naloxone {
        /// The factors.
        reasons: Vec<Reason>,
    },
    /// Remove this draft of the call.
    DeleteDraft {
        /// `Type/id`.
        reference: String,
    },
    /// Change one thing about this draft of the call; everything else stays as it was received.
    UpdateDraft {
        /// `Type/id`.
        reference: String,
        /// What changes.
        change: DraftChange,
    },
    /// A Task for somebody.
    Task {
        /// Due within so many days of `as_of`.
        due_days: Option<u32>,
        /// Row that it is about.
        focus: Option<String>,
    },
    /// A draft ServiceRequest.
    ServiceRequest {
        /// Due within so many days of `as_of`.
        due_days: Option<u32>,
    },
    /// A draft CommunicationRequest to the patient or somebody else.
    CommunicationRequest,
    /// A proposed Goal, in the patient's own words once filled in.
    Goal,
}

/// A suggestion. Its label and description are the phrase `key` of the rule's card, else of the shared phrases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggest {
    /// Name of the phrase, and of the suggestion's uuid.
    pub key: &'static str,
    /// Slots of label and description.
    pub slots: Slots,
    /// What it does.
    pub proposal: Proposal,
    /// Pre-selected; at most one, harmless.
    pub recommended: bool,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `None`: a line only, never a card.
    pub indicator: Option<Indicator>,
    /// Which row of the sheet: the card text's `case` slot.
    pub case: &'static str,
    /// Slots of the rule's card text.
    pub slots: Slots,
    /// Reasons, most important first.
    pub facts: Vec<Fact>,
    /// What could not be read and touches this finding.
    pub doubts: Vec<Doubt>,
    /// Drafts that it concerns: relative references.
    pub drafts: Vec<String>,
    /// Proposals, most useful first; at most four.
    pub suggest: Vec<Suggest>,
    /// For the evaluation log: why, one sentence each.
    pub because: Vec<String>,
}

impl Finding {
    /// The finding behind `check-incomplete`: what could not be read, and nothing else.
    pub fn about_gaps(doubts: Vec<Doubt>) -> Finding {
        Finding {
            indicator: Some(Indicator::Info),
            case: "incomplete",
            slots: Slots::new(),
            facts: Vec::new(),
            doubts,
            drafts: Vec::new(),
            suggest: Vec::new(),
            because: vec!["A check was cut short by what could not be read.".into()],
        }
    }
}

/// A rule's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The table says yes; one finding, or one per draft where the sheet says so.
    Fires(Vec<Finding>),
    /// The table says no; holds why, one sentence each.
    Silent(Vec<String>),
    /// What decides could not be read.
    CannotTell(Vec<Doubt>),
}

impl Answer {
    /// Silent, for this reason.
    pub fn silent(because: impl Into<String>) -> Answer {
        Answer::Silent(vec![because.into()])
    }

    /// The word of `explain`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fires(_) => "fires",
            Self::Silent(_) => "silent",
            Self::CannotTell(_) => "cannot-tell",
        }
    }
}
