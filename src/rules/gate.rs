//! Which rules run: scope, tiers, hospice, setting (catalogue section 2, P-SCOPE-OUT and P-SETTING; section 7).

use super::{Answer, RULES, Rule, Tier, treatment};
use crate::fhir::Query;
use crate::patient::{Known, ScopeBranch, Snapshot};

/// Every rule of the hook with its answer, in catalogue order.
pub fn evaluate(snapshot: &Snapshot) -> Vec<(&'static Rule, Answer)> {
    RULES
        .iter()
        .filter(|rule| rule.hooks.contains(&snapshot.hook))
        .map(|rule| (rule, answer(rule, snapshot)))
        .collect()
}

fn answer(rule: &Rule, snapshot: &Snapshot) -> Answer {
    if snapshot.hook.is_order() && !snapshot.drafts_concern_us {
        return Answer::silent("No draft holds anything that a rule looks at.");
    }
    if let Some(silent) = out_of_scope(rule, snapshot) {
        return silent;
    }
    if rule.tier == Tier::Guideline
        && snapshot.hook.is_order()
        && treatment::is_renewal_only(snapshot)
    {
        return Answer::silent(
            "Only a renewal of medication for opioid use disorder: no guideline card.",
        );
    }
    if rule.tier == Tier::Guideline && !rule.in_unknown_scope {
        if snapshot.age.is_none() {
            return Answer::CannotTell(vec![crate::patient::Doubt::Unread(Query::Patient)]);
        }
        if let Known::Unsure(doubt) = &snapshot.scope.out {
            return Answer::CannotTell(vec![doubt.clone()]);
        }
    }
    (rule.check)(snapshot)
}

fn out_of_scope(rule: &Rule, snapshot: &Snapshot) -> Option<Answer> {
    let scope = &snapshot.scope;
    if scope.is(ScopeBranch::Hospice) && !rule.in_hospice {
        return Some(Answer::silent("Hospice care: off by scope."));
    }
    // patient-brief has a short form of its own in cancer, sickle cell disease and palliative care.
    let short_form = rule.id == "patient-brief";
    // A line speaks only on a card that is shown all the same: whether there is one, the merge step knows.
    if rule.tier == Tier::Guideline && !short_form && !rule.own_scope && scope.out.is_yes() {
        return Some(Answer::Silent(scope.because.clone()));
    }
    if short_form && scope.is(ScopeBranch::Age) {
        return Some(Answer::silent("Under 18: adult rules are off."));
    }
    None
}
