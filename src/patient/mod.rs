//! The patient's situation: clinical facts, each with where it came from.
//!
//! Knows regimens before and after signing, setting, scope, conditions, doses.
//! Refuses to know rules, cards and JSON.
//! Definitions carry the names of the rule catalogue, section 2 (`P-…`).

mod assemble;
mod care;
mod clinic;
mod conditions;
mod course;
mod coverage;
mod dosage;
mod dosing;
mod evidence;
mod facts;
mod history;
mod known;
mod language;
mod medicines;
mod precautions;
mod regimen;
mod row;
mod scope;
mod site;
mod snapshot;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
mod tolerance;
mod totals;
mod toxicology;

pub use assemble::{Ask, Basis};
pub use care::{Care, CareRow};
pub use clinic::{Clinic, ClinicKind};
pub use course::{CourseStep, course};
pub use dosing::{Dosing, OldEgfr, Received};
pub use facts::{
    ConditionFact, Facts, FollowUp, GoalFact, Kidney, KidneyGrade, Moud, MoudEnded, NaloxoneOnHand,
    Overdose, PregnancyDates, ScoreFact, TaperPlan,
};
pub use known::{Doubt, FactDate, Known};
pub use language::Language;
pub use precautions::{Precautions, Qtc, Surgery};
pub use row::{MedicineRow, Person, Role, RowKind, Step};
pub use site::{Service, Site, Switch};
pub use snapshot::{
    History, Hook, LongTerm, Mme, Naive, RecentOpioid, Scope, ScopeBranch, Snapshot, Tolerance,
    TrendPoint,
};
pub use toxicology::{DraftedTest, OnList, ToxResult, ToxSet, Toxicology};
