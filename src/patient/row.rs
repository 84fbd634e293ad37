//! One row of the medicine list: an order, a statement, a dispense or a draft.

use super::Received;
use crate::dose::{MmePerDay, OrderDose, Reading};
use crate::terminology::{Medicine, Sets, ValueSet};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// What kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// MedicationRequest of the record.
    Request,
    /// MedicationStatement.
    Statement,
    /// MedicationDispense.
    Dispense,
    /// New-medicine draft of this call.
    Draft,
}

/// The part a row plays for this call (`role` of `explain`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// In the regimen before and after signing.
    Current,
    /// A draft of this call that community rules look at.
    Draft,
    /// In the regimen before; a draft stops it.
    Stopped,
    /// In the regimen before and superseded by a draft, or an older row that a later one renews.
    Superseded,
    /// Not in the regimen: past, on hold, elsewhere, or an inpatient draft.
    NotCurrent,
}

impl Role {
    /// The word of `explain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Draft => "draft",
            Self::Stopped => "stopped",
            Self::Superseded => "superseded",
            Self::NotCurrent => "not-current",
        }
    }
}

/// A person or organisation named by a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Relative reference, where given.
    pub reference: Option<String>,
    /// Display, where given.
    pub display: Option<String>,
}

/// One row of the medicine list.
#[derive(Debug, Clone)]
pub struct MedicineRow {
    /// `MedicationRequest/m1`; a draft without id has `MedicationRequest/`.
    pub reference: String,
    /// Kind.
    pub kind: RowKind,
    /// Role in this call.
    pub role: Role,
    /// Status as sent.
    pub status: String,
    /// The medicine.
    pub medicine: Medicine,
    /// Dose and MME (for opioids with MME; for others daily amount only where dose and timing are usable).
    pub dose: OrderDose,
    /// First day of coverage.
    pub start: Option<Date>,
    /// Day on which the supply runs out (P-RX-CURRENT), without grace; `None`: no end derivable.
    pub end: Option<Date>,
    /// Last day covered: the day before `end`, or the stated last day itself.
    pub last_day: Option<Date>,
    /// When it was written or asserted.
    pub asserted: Option<Date>,
    /// Days of supply with repeats, where derivable.
    pub supply_days: Option<Decimal>,
    /// Quantity of one fill in counted units, where given.
    pub quantity: Option<Decimal>,
    /// `numberOfRepeatsAllowed`.
    pub repeats: u32,
    /// In the regimen before signing.
    pub before: bool,
    /// In the regimen if this is signed.
    pub after: bool,
    /// Counts in MME(before) or MME(after) where it is an opioid (grace days, METHADONE-OUD and series rules applied).
    pub counts_in_mme: bool,
    /// Medication for opioid use disorder: BUP-OUD or METHADONE-OUD.
    pub moud: bool,
    /// Depot naltrexone given for opioid use disorder: by its reason, or without one where the disorder is on the record.
    pub depot_for_oud: bool,
    /// Every instruction is as needed.
    pub as_needed: bool,
    /// An order for a person outside the hospital, by intent, category and `doNotPerform`; true for statements and dispenses.
    pub order_like: bool,
    /// For drafts: the hook's rules look at this one (order-select: named in `selections`).
    pub in_focus: bool,
    /// Drafts: references of the current rows that this draft supersedes.
    pub supersedes: Vec<String>,
    /// Requests that it says it follows or replaces (`priorPrescription`, `replaces`, `authorizingPrescription`).
    pub prior: Vec<String>,
    /// Who ordered it.
    pub requester: Option<Person>,
    /// Reason in words, where coded or referenced.
    pub reason: Option<String>,
    /// Sets of its reason.
    pub reason_sets: Sets,
    /// First instruction's text, as written.
    pub instruction_text: Option<String>,
    /// A stop order's own reference, for a `Stopped` row.
    pub stopped_by: Option<String>,
    /// Numbered steps of a schedule, in order.
    pub steps: Vec<Step>,
    /// Daily amounts before factors.
    pub reading: Reading,
    /// Drafts: the order as received, and its own supply.
    pub received: Option<Received>,
}

/// One numbered step of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// MME/day of this step alone.
    pub mme_per_day: Option<MmePerDay>,
    /// Days from the first step's start; `None` where the order does not say.
    pub begins_after_days: Option<i64>,
}

impl MedicineRow {
    /// Is its medicine in this set?
    pub fn is(&self, set: ValueSet) -> bool {
        self.medicine.is(set)
    }

    /// An opioid that is not medication for opioid use disorder.
    pub fn is_pain_opioid(&self) -> bool {
        self.medicine.is_opioid() && !self.moud
    }

    /// Medication for opioid use disorder of any kind (group MOUD).
    pub fn treats_opioid_use(&self) -> bool {
        self.moud || self.depot_for_oud
    }

    /// A triggering sedative: SEDATIVE, or a scheduled sedating antihistamine.
    pub fn is_sedative(&self) -> bool {
        self.is(ValueSet::Sedative)
            || (self.is(ValueSet::SedatingAntihistamine)
                && !self.as_needed
                && self.kind != RowKind::Statement)
    }

    /// Shares a base ingredient with the other.
    pub fn same_ingredient(&self, other: &MedicineRow) -> bool {
        self.medicine
            .ingredients
            .iter()
            .any(|a| other.medicine.ingredients.iter().any(|b| a.name == b.name))
    }

    /// A depot injection of naltrexone.
    pub fn is_depot(&self) -> bool {
        self.is(ValueSet::NaltrexoneDepot)
    }

    /// Shares an opioid with the other.
    pub fn same_opioid(&self, other: &MedicineRow) -> bool {
        let ours = &self.medicine.opioids;
        ours.iter().any(|a| {
            other
                .medicine
                .opioids
                .iter()
                .any(|b| a.ingredient.name == b.ingredient.name)
        })
    }

    /// Same medicine for the purpose of renewals: the same opioid and release class, else the same ingredient.
    pub fn renews_kind_of(&self, other: &MedicineRow) -> bool {
        if self.medicine.is_opioid() || other.medicine.is_opioid() {
            self.same_opioid(other)
                && self.medicine.extended_release == other.medicine.extended_release
        } else {
            self.same_ingredient(other)
        }
    }

    /// Same strength: equal strengths of each opioid; for other medicines the same code or name.
    pub fn same_strength(&self, other: &MedicineRow) -> bool {
        if self.medicine.rxcui.is_some() && self.medicine.rxcui == other.medicine.rxcui {
            return true;
        }
        let strengths = |row: &MedicineRow| -> Vec<_> {
            row.medicine.opioids.iter().map(|o| o.strength).collect()
        };
        let (ours, theirs) = (strengths(self), strengths(other));
        if ours.is_empty() || ours.iter().any(Option::is_none) {
            return self
                .medicine
                .name
                .eq_ignore_ascii_case(&other.medicine.name);
        }
        ours == theirs
    }
}
