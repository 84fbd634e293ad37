//! The clinical settings of a site (`--site FILE`), by the names of the rule catalogue.

use super::{Clinic, Language};
use serde::Deserialize;

/// Flat keys; every `[name=default]` of the catalogue, by that name.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// IANA time zone in which `as_of` and record times become dates.
    pub tz: String,
    /// Days that a supply counts on after its arithmetic end.
    pub grace_days: u32,
    /// Base of the project's code systems on cards.
    pub canonical_base: String,
    /// Factor set of all totals.
    pub factor_set: String,
    /// `check-incomplete` card instead of 412 (catalogue section 7 rows 4 and 5).
    pub incomplete_card: Switch,
    /// Months for which rescue naloxone counts as on hand.
    pub naloxone_on_hand_months: u32,
    /// Refills on the suggested naloxone order.
    pub naloxone_repeats: u32,
    /// A supply ended this many days ago still counts as going on (`fentanyl-naive`).
    pub restart_gap_days: u32,
    /// Tolerance must reach to within this many days (P-TOLERANT).
    pub tolerant_gap_days: u32,
    /// A row without an end counts as current when written within this many days.
    pub no_end_days: u32,
    /// A renewal may start this many days early (P-AFTER).
    pub renewal_early_days: u32,
    /// `taper-safety`: a step above this share (percent) is fast.
    pub taper_fast_percent: u32,
    /// `taper-safety`: after a year, a step above this share (percent) asks to check the pace.
    pub taper_check_percent: u32,
    /// `opioid-benzo`: a rise of this share (percent) counts as raised.
    pub raised_percent: u32,
    /// `acute-quantity`: an acute supply of more days than these.
    pub acute_quantity_days: u32,
    /// `goals-plan`: a goal or plan of the last so many months counts.
    pub goals_plan_months: u32,
    /// `followup-interval`: a check-in within so many days of a start or increase.
    pub followup_days: u32,
    /// `followup-interval`: the longest time between check-ins of steady long-term treatment, in days.
    pub followup_interval_days: u32,
    /// `pdmp-check`: reviews of the monitoring program are in the record, so that none found means something.
    pub pdmp_evidence_readable: bool,
    /// `pdmp-check`: launch URL of the site's SMART app for the monitoring program.
    pub pdmp_app_url: Option<String>,
    /// `nonopioid-first`: care that can be ordered at this site.
    pub services_available: Vec<Service>,
    /// `whole-person-screen`: a questionnaire of the last so many months counts.
    pub whole_person_screen_months: u32,
    /// `coverage-gap`: a supply that ends within so many days.
    pub coverage_gap_days: u32,
    /// `tox-unexpected`: cannabinoids count.
    pub tox_cannabinoids: bool,
    /// `oud-treatment`: buprenorphine can be started at this site within a week.
    pub offers_buprenorphine: bool,
    /// Places to which referrals go; a referral names those of its kind.
    pub clinics: Vec<Clinic>,
    /// `methadone-qt`: an electrocardiogram of the last so many months counts.
    pub methadone_qt_months: u32,
    /// Languages besides English in which a patient's words may be shown, where the record names one of them.
    pub patient_languages: Vec<Language>,
    /// Link to the site's order set for immediate-release opioids at the lowest dose.
    pub ir_order_set_url: Option<String>,
}

/// Care for pain that is no medicine, by the name of its suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Physical therapy.
    PhysicalTherapy,
    /// Cognitive behavioral therapy.
    BehavioralTherapy,
    /// Acupuncture.
    Acupuncture,
    /// A class about pain, in a group.
    PainClass,
    /// Mindfulness.
    Mindfulness,
    /// Tai chi.
    TaiChi,
}

/// On or off, as a site writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

impl Default for Site {
    fn default() -> Self {
        Site {
            tz: "UTC".into(),
            grace_days: 14,
            canonical_base: "https://opioid-cds.example.org".into(),
            factor_set: "cdc-2022".into(),
            incomplete_card: Switch::On,
            naloxone_on_hand_months: 24,
            naloxone_repeats: 1,
            restart_gap_days: 7,
            tolerant_gap_days: 3,
            no_end_days: 365,
            renewal_early_days: 10,
            taper_fast_percent: 25,
            taper_check_percent: 10,
            raised_percent: 20,
            acute_quantity_days: 7,
            goals_plan_months: 12,
            followup_days: 28,
            followup_interval_days: 90,
            pdmp_evidence_readable: false,
            pdmp_app_url: None,
            services_available: vec![
                Service::PhysicalTherapy,
                Service::BehavioralTherapy,
                Service::PainClass,
                Service::TaiChi,
                Service::Acupuncture,
                Service::Mindfulness,
            ],
            whole_person_screen_months: 12,
            coverage_gap_days: 7,
            tox_cannabinoids: false,
            offers_buprenorphine: true,
            clinics: Vec::new(),
            methadone_qt_months: 12,
            patient_languages: Vec::new(),
            ir_order_set_url: None,
        }
    }
}
