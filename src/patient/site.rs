//! The clinical settings of a site (`--site FILE`), by the names of the rule catalogue.

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
    /// Link to the site's order set for immediate-release opioids at the lowest dose.
    pub ir_order_set_url: Option<String>,
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
            ir_order_set_url: None,
        }
    }
}
