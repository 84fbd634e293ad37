//! The rules: each looks at one snapshot and answers fires, silent, or cannot tell.
//!
//! Knows the decision tables of the rule catalogue.
//! Refuses to know JSON, card layout, other rules and any I/O; rules cannot fail and write no prose.

mod acetaminophen;
mod clinics;
mod codeine;
mod course;
mod drafted;
mod finding;
mod gate;
mod increase;
mod named;
mod naming;
mod raised;
mod reduction;
mod share;
mod supply;
mod surprise;
#[cfg(test)]
mod test_support;
mod treatment;

pub use clinics::clinics;
pub use finding::{Answer, DraftChange, Fact, Finding, Proposal, Reason, Slot, Slots, Suggest};
pub use gate::evaluate;
pub use named::daily_milligrams;

use crate::fhir::Query;
use crate::patient::{Hook, Snapshot};

/// Tier of a rule (catalogue section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Harm rule: runs in every scope unless its sheet says otherwise.
    Harm,
    /// Guideline rule: off outside the guideline's scope.
    Guideline,
    /// Contributes a line only.
    Line,
}

/// One rule, as plain data.
#[derive(Debug)]
pub struct Rule {
    /// The id of the catalogue.
    pub id: &'static str,
    /// Hooks that it answers.
    pub hooks: &'static [Hook],
    /// Tier.
    pub tier: Tier,
    /// Stays on in hospice care.
    pub in_hospice: bool,
    /// Runs where scope or birth date is unknown (catalogue section 7).
    pub in_unknown_scope: bool,
    /// A guideline rule that asks for scope itself, because a part of it holds in every scope but hospice.
    pub own_scope: bool,
    /// Reads that it needs besides Patient and Medications.
    pub needs: &'static [Query],
    /// The decision table.
    pub check: fn(&Snapshot) -> Answer,
    /// `about.md`, embedded.
    pub about: &'static str,
    /// `card.en.md`, embedded.
    pub card_en: &'static str,
    /// `card.es.md`, embedded: what is said to the patient, in Spanish.
    pub card_es: &'static str,
}

macro_rules! rules {
    ($($module:ident = $id:literal on [$($hook:ident),+] tier $tier:ident $(in_hospice $hospice:literal)? $(in_unknown_scope $unknown:literal)? $(own_scope $own:literal)? needs [$($need:ident),*];)+) => {
        $(mod $module;)+
        /// All rules that are built, in catalogue order.
        pub static RULES: &[Rule] = &[
            $(Rule {
                id: $id,
                hooks: &[$(Hook::$hook),+],
                tier: Tier::$tier,
                in_hospice: false $(|| $hospice)?,
                in_unknown_scope: false $(|| $unknown)?,
                own_scope: false $(|| $own)?,
                needs: &[$(Query::$need),*],
                check: $module::check,
                about: include_str!(concat!("../../cards/", $id, "/about.md")),
                card_en: include_str!(concat!("../../cards/", $id, "/card.en.md")),
                card_es: include_str!(concat!("../../cards/", $id, "/card.es.md")),
            },)+
        ];
    };
}

rules! {
    fentanyl_naive = "fentanyl-naive" on [OrderSign, OrderSelect] tier Harm in_hospice true in_unknown_scope true
        needs [Statements, Dispenses, Conditions, ContextEncounter];
    naltrexone_conflict = "naltrexone-conflict" on [OrderSign, OrderSelect] tier Harm in_hospice true in_unknown_scope true
        needs [Statements, Dispenses, Conditions, ContextEncounter];
    codeine_tramadol_child = "codeine-tramadol-child" on [OrderSign, OrderSelect] tier Harm in_hospice true in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Procedures, ServiceRequests, ContextEncounter];
    taper_safety = "taper-safety" on [OrderSign] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Surveys, SocialHistory, Laboratory, Procedures, Plans, Goals, ContextEncounter];
    moud_protect = "moud-protect" on [OrderSign] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, ContextEncounter];
    oud_treatment = "oud-treatment" on [OrderSign, PatientView] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, ContextEncounter];
    prior_overdose = "prior-overdose" on [OrderSign, PatientView] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, Surveys, ContextEncounter];
    naloxone_offer = "naloxone-offer" on [OrderSign, PatientView] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Procedures, ContextEncounter];
    opioid_benzo = "opioid-benzo" on [OrderSign, PatientView] tier Guideline in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, Surveys, ServiceRequests, ContextEncounter];
    opioid_cns = "opioid-cns" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Procedures, Plans, ServiceRequests, ContextEncounter];
    breathing_risk = "breathing-risk" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, Surveys, ServiceRequests, ContextEncounter];
    mme_total = "mme-total" on [OrderSign] tier Guideline in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, Surveys, Goals, ServiceRequests, ContextEncounter];
    dose_increase = "dose-increase" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, Surveys, Goals, ServiceRequests, ContextEncounter];
    erla_naive = "erla-naive" on [OrderSign] tier Guideline in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, ServiceRequests, ContextEncounter];
    acute_quantity = "acute-quantity" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, ServiceRequests, ContextEncounter];
    rx_quantity_check = "rx-quantity-check" on [OrderSign] tier Harm in_unknown_scope true
        needs [ContextEncounter];
    nonopioid_first = "nonopioid-first" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Surveys, Procedures, Plans, ServiceRequests, ContextEncounter];
    goals_plan = "goals-plan" on [OrderSign, PatientView] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Surveys, Procedures, Plans, Goals, ContextEncounter];
    followup_interval = "followup-interval" on [OrderSign, PatientView] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Surveys, ServiceRequests, Tasks, Appointments, ContextEncounter];
    pdmp_check = "pdmp-check" on [OrderSign] tier Guideline
        needs [Conditions, Encounters, Procedures, ContextEncounter];
    tox_expectations = "tox-expectations" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Procedures, Plans, ServiceRequests, ContextEncounter];
    tox_unexpected = "tox-unexpected" on [PatientView] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Procedures, Plans, ServiceRequests, ContextEncounter];
    duplicate_opioid = "duplicate-opioid" on [OrderSign] tier Guideline in_unknown_scope true own_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, ServiceRequests, ContextEncounter];
    care_coordination = "care-coordination" on [OrderSign, PatientView] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, ContextEncounter];
    pregnancy = "pregnancy" on [OrderSign] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Surveys, SocialHistory, ContextEncounter];
    codeine_tramadol_breastfeeding = "codeine-tramadol-breastfeeding" on [OrderSign] tier Harm in_unknown_scope true
        needs [Conditions, Laboratory, Surveys, SocialHistory, ContextEncounter];
    kidney_liver = "kidney-liver" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Procedures, Plans, ServiceRequests, ContextEncounter];
    older_adult = "older-adult" on [OrderSign] tier Line
        needs [Statements, Dispenses, ContextEncounter];
    methadone_qt = "methadone-qt" on [OrderSign] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, Laboratory, Procedures, ContextEncounter];
    bup_transition = "bup-transition" on [OrderSign, PatientView] tier Line
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, Goals, ContextEncounter];
    safe_storage = "safe-storage" on [OrderSign] tier Line
        needs [Statements, Dispenses, Conditions, ContextEncounter];
    whole_person_screen = "whole-person-screen" on [PatientView] tier Line
        needs [Statements, Dispenses, Conditions, Surveys, SocialHistory, ContextEncounter];
    visit_barriers = "visit-barriers" on [PatientView] tier Line
        needs [Conditions, Surveys, SocialHistory];
    patient_brief = "patient-brief" on [PatientView] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Laboratory, Surveys, Procedures, Plans, Goals, ServiceRequests, Appointments, SocialHistory, ContextEncounter];
    coverage_gap = "coverage-gap" on [PatientView] tier Line
        needs [Statements, Dispenses, Conditions, ContextEncounter];
    restart_gap = "restart-gap" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, ServiceRequests, ContextEncounter];
    bowel_care = "bowel-care" on [OrderSign] tier Line
        needs [Statements, Dispenses, Conditions, ContextEncounter];
    sedative_stop = "sedative-stop" on [OrderSign] tier Guideline
        needs [Statements, Dispenses, Conditions, Encounters, Procedures, Plans, ServiceRequests, ContextEncounter];
    apap_max = "apap-max" on [OrderSign] tier Harm in_unknown_scope true
        needs [Statements, Dispenses, Conditions, ContextEncounter];
}

/// The id of the card that the merge step makes when data were missing (catalogue section 7).
pub const CHECK_INCOMPLETE: &str = "check-incomplete";

/// The reads that the rules of this hook need, required ones first.
pub fn needs(hook: Hook) -> Vec<Query> {
    let mut needs = vec![Query::Patient, Query::Medications];
    for rule in RULES.iter().filter(|rule| rule.hooks.contains(&hook)) {
        for need in rule.needs {
            if !needs.contains(need) {
                needs.push(*need);
            }
        }
    }
    needs
}
