//! The core: a call and a record in, cards and an evaluation log out. No I/O, no clock, no randomness.

use crate::cards::{CardTexts, ClientOptions};
use crate::fhir::{Query, Record};
use crate::patient::{Hook, Site, Snapshot};
use crate::rules::Answer;
use crate::terminology::Terminology;
use crate::wire;
use jiff::Timestamp;

/// What is loaded at start and the same for every call.
#[derive(Debug)]
pub struct Content {
    /// Codes, medicines, factors.
    pub terminology: Terminology,
    /// Words.
    pub cards: CardTexts,
    /// Settings.
    pub site: Site,
}

/// One call, as far as the core needs it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The hook.
    pub hook: Hook,
    /// Id of the service that was called.
    pub service_id: &'a str,
    /// `hookInstance`.
    pub hook_instance: &'a str,
    /// Bare patient id.
    pub patient_id: &'a str,
    /// `context.userId`.
    pub user_id: &'a str,
    /// Bare encounter id.
    pub encounter_id: Option<&'a str>,
    /// `context.selections`; empty = all drafts.
    pub selections: &'a [std::borrow::Cow<'a, str>],
    /// What this client can take.
    pub options: &'a ClientOptions,
}

/// The answer of a call.
#[derive(Debug)]
pub enum Outcome {
    /// 200.
    Cards(wire::Response),
    /// 412: nothing true can be said without these.
    Missing(Vec<Query>),
}

/// Which card, if any, carries a rule.
#[derive(Debug)]
pub struct RuleLog {
    /// Rule id.
    pub id: &'static str,
    /// Its answer.
    pub answer: Answer,
    /// uuid of the card that carries its card, suggestion or line.
    pub shown_on: Option<String>,
}

/// Everything that one call came to.
#[derive(Debug)]
pub struct Advice {
    /// What the client gets.
    pub outcome: Outcome,
    /// Every rule of the hook, in catalogue order, `check-incomplete` last.
    pub rules: Vec<RuleLog>,
    /// The facts; `None` where the drafts concern nothing that a rule looks at and nothing was read.
    pub snapshot: Option<Snapshot>,
}

/// Could any rule of this hook fire on these drafts, whatever the record says (catalogue section 7 row 1)?
/// Always true for `patient-view`.
pub fn concerns_us(content: &Content, call: &Call<'_>, record: &Record<'_>) -> bool {
    let _ = (content, call, record);
    true
}

/// Advice for one call. Pure: the same arguments give the same answer.
pub fn advise(content: &Content, call: &Call<'_>, record: &Record<'_>, as_of: Timestamp) -> Advice {
    let _ = (content, call, record, as_of);
    Advice {
        outcome: Outcome::Cards(wire::Response::default()),
        rules: Vec::new(),
        snapshot: None,
    }
}
