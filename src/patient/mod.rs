//! The patient's situation: clinical facts, each with where it came from.
//!
//! Knows regimens before and after signing, setting, scope, conditions, doses.
//! Refuses to know rules, cards and JSON.
//! Definitions carry the names of the rule catalogue, section 2 (`P-…`).

mod facts;
mod known;
mod row;
mod site;
mod snapshot;

pub use facts::{
    ConditionFact, Facts, FollowUp, GoalFact, Kidney, KidneyGrade, Moud, NaloxoneOnHand, Overdose, ScoreFact,
    TaperPlan,
};
pub use known::{Doubt, FactDate, Known};
pub use row::{MedicineRow, Person, Role, RowKind};
pub use site::Site;
pub use snapshot::{
    History, Hook, LongTerm, Mme, Naive, RecentOpioid, Scope, ScopeBranch, Snapshot, Tolerance, TrendPoint,
};
