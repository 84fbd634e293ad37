//! Everything the rules may look at, for one call.

use super::{
    Care, Dosing, Doubt, FactDate, Facts, Known, Language, MedicineRow, Precautions, Role, RowKind,
    Site, Toxicology,
};
use crate::dose::{MmePerDay, Total};
use crate::fhir::{Gap, Query, Read};
use crate::terminology::ValueSet;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The hooks that the service answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// `order-sign`
    OrderSign,
    /// `order-select`
    OrderSelect,
    /// `patient-view`
    PatientView,
}

impl Hook {
    /// The name of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderSign => "order-sign",
            Self::OrderSelect => "order-select",
            Self::PatientView => "patient-view",
        }
    }

    /// Has drafts?
    pub fn is_order(self) -> bool {
        self != Self::PatientView
    }
}

/// Branches of P-SCOPE-OUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeBranch {
    /// Under 18.
    Age,
    /// Cancer.
    Cancer,
    /// Sickle cell disease.
    SickleCell,
    /// Palliative care or end of life.
    Palliative,
    /// Hospice (P-HOSPICE).
    Hospice,
}

/// Is this person outside the guideline's scope?
#[derive(Debug, Clone)]
pub struct Scope {
    /// P-SCOPE-OUT: the branches that hold; `No` = in scope.
    pub out: Known<Vec<ScopeBranch>>,
    /// What shows each branch, or why it is unknown, in words.
    pub because: Vec<String>,
    /// Rows behind it.
    pub evidence: Vec<String>,
}

impl Scope {
    /// Does this branch hold?
    pub fn is(&self, branch: ScopeBranch) -> bool {
        self.out
            .yes()
            .is_some_and(|branches| branches.contains(&branch))
    }
}

/// Totals before and after signing (equal on patient-view).
#[derive(Debug, Clone)]
pub struct Mme {
    /// `None`: the medications could not be read, so there is no total of the regimen.
    pub before: Option<Total>,
    /// `None` likewise.
    pub after: Option<Total>,
    /// The drafts alone (for calls whose medications could not be read).
    pub drafts_alone: Total,
    /// The daily dose 12 and 6 months ago and now; `None` = not known.
    pub trend: Vec<TrendPoint>,
}

/// One point of the trend.
#[derive(Debug, Clone)]
pub struct TrendPoint {
    /// Months before now: 12, 6, 0.
    pub months_ago: u32,
    /// Total on that day.
    pub mme_per_day: Option<MmePerDay>,
    /// "at least".
    pub floor: bool,
}

/// P-NAIVE holds; what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naive {
    /// The last opioid before the window, where any: name and last day covered.
    pub last: Option<(String, FactDate)>,
}

/// An opioid that covered any of the last 90 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentOpioid {
    /// Short name.
    pub name: String,
    /// "20 mg", "25 µg/h", or unknown.
    pub daily_dose: Option<String>,
    /// MME/day.
    pub mme_per_day: Option<MmePerDay>,
    /// Last day covered (today if it still runs); `None` where no end is recorded.
    pub last_day: Option<FactDate>,
    /// Label amount for tolerance of this drug, "30 mg a day".
    pub label_amount: Option<String>,
    /// `Type/id`.
    pub reference: String,
}

/// P-TOLERANT holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolerance {
    /// Rows that show it.
    pub evidence: Vec<String>,
}

/// P-LTOT holds, or the same of another medicine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongTerm {
    /// Length of the unbroken run, allowing 14-day gaps.
    pub ltot_days: i64,
    /// First day of the run.
    pub since: Date,
}

/// What the medication history says.
#[derive(Debug, Clone)]
pub struct History {
    /// P-NAIVE.
    pub naive: Known<Naive>,
    /// P-TOLERANT.
    pub tolerant: Known<Tolerance>,
    /// P-LTOT.
    pub long_term: Known<LongTerm>,
    /// A benzodiazepine on a schedule, by the days of P-LTOT.
    pub long_term_benzodiazepine: Known<LongTerm>,
    /// Opioids that covered any of the last 90 days, latest first.
    pub recent: Vec<RecentOpioid>,
    /// An opioid run of ≥50 MME/day ended 14 to 180 days ago ("lost tolerance"): when it ended.
    pub lost_tolerance: Option<FactDate>,
    /// A run of MOUD or opioid ended more than 14 days ago and nothing is current: last day.
    pub last_supply_end: Option<FactDate>,
}

/// The situation of one patient in one call.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Today at the site.
    pub as_of: Date,
    /// The hook.
    pub hook: Hook,
    /// The settings.
    pub site: Site,
    /// `Patient/…`.
    pub patient: String,
    /// `Encounter/…` of the context.
    pub encounter: Option<String>,
    /// `Practitioner/…` or `PractitionerRole/…` of the user.
    pub user: Option<String>,
    /// Age in years; `None`: birth date not read.
    pub age: Option<i64>,
    /// Language of the patient's words.
    pub language: Language,
    /// The context encounter is inpatient.
    pub inpatient_encounter: bool,
    /// P-SCOPE-OUT.
    pub scope: Scope,
    /// Record rows, then drafts.
    pub rows: Vec<MedicineRow>,
    /// Totals.
    pub mme: Mme,
    /// History.
    pub history: History,
    /// Conditions, observations, plans.
    pub facts: Facts,
    /// What the sheets on starting, raising and supplying opioids ask beyond that.
    pub dosing: Dosing,
    /// Care besides opioids, visits, screening, barriers.
    pub care: Care,
    /// What drug labels ask beyond the risk facts.
    pub precautions: Precautions,
    /// Urine drug tests.
    pub toxicology: Toxicology,
    /// How far each read got.
    pub reads: BTreeMap<Query, Read>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Drafts whose medicine could not be identified at all: `Type/id`.
    pub unidentified_drafts: Vec<String>,
    /// The drafts hold something that a rule looks at (catalogue section 7 row 1); true on patient-view.
    pub drafts_concern_us: bool,
}

impl Snapshot {
    /// New-medicine drafts in the community that this hook's rules look at.
    pub fn drafts(&self) -> impl Iterator<Item = &MedicineRow> {
        self.rows
            .iter()
            .filter(|row| row.kind == RowKind::Draft && row.role == Role::Draft && row.in_focus)
    }

    /// All community drafts, also those that are only context (order-select).
    pub fn all_drafts(&self) -> impl Iterator<Item = &MedicineRow> {
        self.rows
            .iter()
            .filter(|row| row.kind == RowKind::Draft && row.role == Role::Draft)
    }

    /// The regimen before signing.
    pub fn before(&self) -> impl Iterator<Item = &MedicineRow> {
        self.rows.iter().filter(|row| row.before)
    }

    /// The regimen if this is signed (equals `before` on patient-view).
    pub fn after(&self) -> impl Iterator<Item = &MedicineRow> {
        self.rows.iter().filter(|row| row.after)
    }

    /// Current rows that a draft stops.
    pub fn stopped(&self) -> impl Iterator<Item = &MedicineRow> {
        self.rows.iter().filter(|row| row.role == Role::Stopped)
    }

    /// The row with this reference.
    pub fn row(&self, reference: &str) -> Option<&MedicineRow> {
        self.rows.iter().find(|row| row.reference == reference)
    }

    /// Rows of the regimen after signing in this set.
    pub fn after_in(&self, set: ValueSet) -> impl Iterator<Item = &MedicineRow> {
        self.after().filter(move |row| row.is(set))
    }

    /// Was this read complete?
    pub fn is_read(&self, query: Query) -> bool {
        matches!(self.reads.get(&query), Some(Read::Complete))
    }

    /// Is there anything at all from this read (complete or partial)?
    pub fn is_partly_read(&self, query: Query) -> bool {
        matches!(
            self.reads.get(&query),
            Some(Read::Complete | Read::Partial(_))
        )
    }

    /// The doubt that follows if this read is not complete.
    pub fn unread(&self, query: Query) -> Option<Doubt> {
        (!self.is_read(query)).then_some(Doubt::Unread(query))
    }
}
