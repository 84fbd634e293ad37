//! From the answer to a card to what is quiet.
//!
//! A merged card speaks for several rules, and an answer is about those whose own reason it is:
//! a reason counts for the rules that offer it, and no reason for the whole card. What is said to a guideline rule never
//! quiets a harm rule beyond the drafts of that card, and a reason of it not at all.

use super::table::{self, DRAFT_DAYS, Kind};
use super::{Grounds, Mark, Period, Reach};
use crate::rules::{RULES, Rule, Tier};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A card that was sent, as much of it as is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCard {
    /// The encounter of the call.
    pub encounter: Option<Mark>,
    /// The rules merged on it, the leading one first; lines are not among them, because a card is not about its lines.
    pub rules: Vec<SentRule>,
}

/// A rule that spoke on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRule {
    /// Rule id.
    pub id: String,
    /// What its finding rested on.
    pub grounds: Grounds,
}

/// What an answer comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The rule that was answered.
    pub rule: &'static str,
    /// What the answer says.
    pub kind: Kind,
    /// What is quiet from now on.
    pub periods: Vec<Period>,
}

/// What is quiet after a card was put away with this code, or with none; `None`: the card spoke for no rule that there is.
/// `offers`: whether a rule offers a code.
pub fn answered(
    card: &SentCard,
    code: Option<&str>,
    offers: impl Fn(&str, &str) -> bool,
    now: Timestamp,
) -> Option<Heard> {
    let known = |sent: &'_ SentRule| RULES.iter().find(|rule| rule.id == sent.id);
    let members: Vec<(&Rule, &SentRule)> = card
        .rules
        .iter()
        .filter_map(|sent| Some((known(sent)?, sent)))
        .collect();
    let is_offered =
        |(rule, _): &&(&Rule, &SentRule)| code.is_some_and(|code| offers(rule.id, code));
    // A reason that no rule of the card offers says no more than none.
    let by_reason = members.iter().find(is_offered);
    let (asked, _) = *by_reason.or(members.first())?;
    let row = table::row_of(code.filter(|_| by_reason.is_some()));
    let mut periods = Vec::new();
    for member in &members {
        let (rule, sent) = *member;
        let of_a_guideline = rule.tier == Tier::Harm && asked.tier != Tier::Harm;
        if by_reason.is_some() && (of_a_guideline || !is_offered(&member)) {
            continue;
        }
        let reach = match (row.kind, card.encounter) {
            (Kind::NotNow, None) => Reach::Drafts,
            (Kind::NotNow, _) if of_a_guideline => Reach::Drafts,
            (Kind::NotNow, Some(encounter)) => Reach::Encounter(encounter),
            _ => Reach::Patient,
        };
        let bound = reach == Reach::Drafts || table::is_bound_to_draft(rule.id);
        let days = if bound {
            row.days.min(DRAFT_DAYS)
        } else {
            row.days
        };
        periods.push(Period {
            rule: rule.id.to_owned(),
            kind: row.kind,
            reach,
            ends: row.ends,
            until: table::after(now, days).as_second(),
            grounds: sent.grounds.clone(),
        });
    }
    Some(Heard {
        rule: asked.id,
        kind: row.kind,
        periods,
    })
}
