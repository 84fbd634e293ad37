//! Risk facts and other findings of the record (catalogue section 2, "Risk facts").

use super::{FactDate, Known, MedicineRow};
use rust_decimal::Decimal;

/// A usable row of the problem list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionFact {
    /// Name for people, re-labelled by the language guide section 5.
    pub name: String,
    /// Onset, else recorded.
    pub date: Option<FactDate>,
    /// `Condition/…`.
    pub reference: String,
}

/// An opioid overdose in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdose {
    /// The row.
    pub condition: ConditionFact,
    /// Dated within 24 months before `as_of`.
    pub within_24_months: bool,
    /// Where it is not: a row that may be, since it has no date or only a year.
    pub perhaps_recent: Option<String>,
    /// The substance, where coded.
    pub substance: Option<&'static str>,
    /// Recorded as intentional.
    pub intentional: bool,
}

/// What is known about how far a pregnancy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PregnancyDates {
    /// Estimated date of delivery, today or later.
    pub due: Option<FactDate>,
    /// Whole weeks by `due`, else as measured.
    pub weeks: Option<i64>,
    /// The day of the measurement, where there is no `due`.
    pub measured: Option<FactDate>,
    /// `Observation/…` that says so.
    pub reference: String,
}

/// How severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KidneyGrade {
    /// eGFR 30–59 or N18.3.
    Moderate,
    /// eGFR below 30, N18.4–N18.6, dialysis.
    Severe,
}

/// Kidney function that matters for opioids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kidney {
    /// Grade.
    pub grade: KidneyGrade,
    /// "eGFR 28" or the condition's name.
    pub name: String,
    /// When.
    pub date: Option<FactDate>,
    /// Where from.
    pub reference: String,
}

/// Rescue naloxone in the record (P-NALOXONE-ON-HAND).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NaloxoneOnHand {
    /// Name of the product.
    pub name: String,
    /// Date of the row; `None` for one in the same drafts.
    pub date: Option<FactDate>,
    /// `Type/id`.
    pub reference: String,
    /// It is among this call's drafts.
    pub drafted: bool,
}

/// Medication for opioid use disorder now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moud {
    /// Name of the medicine or procedure.
    pub name: String,
    /// First day of the unbroken run, where known.
    pub date: Option<FactDate>,
    /// `Type/id`.
    pub reference: String,
}

/// A supply of medication for opioid use disorder that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoudEnded {
    /// Name of the medicine.
    pub name: String,
    /// Its first day.
    pub started: FactDate,
    /// Day on which it ran out, or would have.
    pub ended: FactDate,
    /// The order was ended before that day.
    pub early: bool,
    /// `Type/id`.
    pub reference: String,
}

/// A screening score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreFact {
    /// Value.
    pub value: Decimal,
    /// When.
    pub date: FactDate,
    /// `Observation/…`.
    pub reference: String,
}

/// A goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalFact {
    /// Description as recorded (the person's own words where the patient expressed it).
    pub words: String,
    /// The patient expressed it.
    pub by_patient: bool,
    /// When.
    pub date: Option<FactDate>,
    /// `Goal/…`.
    pub reference: String,
}

/// An opioid taper that was agreed (CarePlan, Goal or Procedure whose title or text contains "taper").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaperPlan {
    /// Last update.
    pub updated: Option<FactDate>,
    /// Updated within 60 days.
    pub fresh: bool,
    /// `Type/id`.
    pub reference: String,
}

/// A visit, order or task ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// When.
    pub date: FactDate,
    /// `Type/id`.
    pub reference: String,
}

/// What the record says beyond medicines. Lists are most recent first.
#[derive(Debug, Clone)]
pub struct Facts {
    /// `sdb`.
    pub sleep_breathing: Known<ConditionFact>,
    /// `lung`.
    pub lung: Known<ConditionFact>,
    /// `overdose`, the latest, at any time.
    pub overdose: Known<Overdose>,
    /// `oud`.
    pub oud: Known<ConditionFact>,
    /// `oud` rests only on F11.2* or SNOMED 75544000, with P-LTOT and no other OUD row, overdose or MOUD ever seen (sheet 4.6 "code only").
    pub oud_code_only: bool,
    /// `oud-remission`.
    pub oud_remission: Known<ConditionFact>,
    /// Other substance use disorder.
    pub other_substance_use: Known<ConditionFact>,
    /// Alcohol use disorder.
    pub alcohol_use: Known<ConditionFact>,
    /// `kidney`.
    pub kidney: Known<Kidney>,
    /// `liver`.
    pub liver: Known<ConditionFact>,
    /// `pregnant`.
    pub pregnant: Known<ConditionFact>,
    /// How far, where `pregnant` holds and it is recorded.
    pub pregnancy_dates: Option<PregnancyDates>,
    /// A pregnancy row without a date: ask.
    pub pregnancy_undated: Option<ConditionFact>,
    /// Mental-health diagnoses.
    pub mental_health: Known<Vec<ConditionFact>>,
    /// Latest PHQ-9 item 9 above 0 within 30 days, with no later PHQ-9 that has it at 0.
    pub phq_item9: Known<ScoreFact>,
    /// Rescue naloxone on hand.
    pub naloxone: Known<NaloxoneOnHand>,
    /// MOUD now.
    pub moud: Known<Moud>,
    /// Where no medicine of MOUD is current: its last supply, if it ended within 90 days.
    pub moud_ended: Option<MoudEnded>,
    /// Release from custody within 28 days.
    pub released: Known<ConditionFact>,
    /// Active taper plan.
    pub taper_plan: Known<TaperPlan>,
    /// Latest active goal.
    pub goal: Known<GoalFact>,
    /// Latest PEG score.
    pub peg: Known<ScoreFact>,
    /// Reviewed within 90 days (P-REVIEWED, the part that does not depend on feedback): what shows it.
    pub reviewed: Known<FactDate>,
    /// Next booked visit.
    pub next_visit: Known<FollowUp>,
    /// Rows listed as unconfirmed or provisional that would matter: named only.
    pub unconfirmed: Vec<ConditionFact>,
}

/// Rows that matter for a "needs" question.
impl Facts {
    /// References of the rows given, for `evidence`.
    pub fn references<'a>(rows: impl Iterator<Item = &'a MedicineRow>) -> Vec<String> {
        rows.map(|row| row.reference.clone()).collect()
    }
}
