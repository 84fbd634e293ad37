//! How long an answer keeps a rule quiet, by its code (rule catalogue section 6).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a clinician's answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It was weighed, and the order stands.
    ClinicalJudgement,
    /// The patient decided.
    PatientDecision,
    /// It has been done.
    AlreadyDone,
    /// The record is wrong; counted and logged for quality review.
    RecordProblem,
    /// Put away without a reason, or with one that says nothing about how long.
    NotNow,
}

impl Kind {
    /// The word of `explain`, metrics and audit lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClinicalJudgement => "clinical-judgement",
            Self::PatientDecision => "patient-decision",
            Self::AlreadyDone => "already-done",
            Self::RecordProblem => "record-problem",
            Self::NotNow => "not-now",
        }
    }
}

/// What ends a quiet period before its time; a graver finding always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// Nothing else.
    InTime,
    /// A new factor.
    OnNewFactor,
    /// A new factor, a dose changed by 20 % or more, a new sedative, a new overdose.
    OnChange,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The code; a star at its end stands for anything.
    pub code: &'static str,
    /// What it says.
    pub kind: Kind,
    /// Days that it holds.
    pub days: i64,
    /// What ends it before.
    pub ends: Ends,
}

const fn row(code: &'static str, kind: Kind, days: i64, ends: Ends) -> Row {
    Row {
        code,
        kind,
        days,
        ends,
    }
}

const fn judged(code: &'static str) -> Row {
    row(code, Kind::ClinicalJudgement, 90, Ends::OnChange)
}

const fn wrong(code: &'static str) -> Row {
    row(code, Kind::RecordProblem, 30, Ends::InTime)
}

/// The table; any other code, and none, is [`NOT_NOW`].
pub const TABLE: &[Row] = &[
    judged("benefit-*"),
    judged("goals-reviewed"),
    judged("discussed*"),
    judged("not-appropriate"),
    judged("treated-stable"),
    judged("specialist-plan"),
    judged("ob-plan-in-place"),
    judged("explained"),
    // Returns on a new factor (sheet 4.8).
    row(
        "offered-declined",
        Kind::PatientDecision,
        180,
        Ends::OnNewFactor,
    ),
    row("declined-today", Kind::PatientDecision, 30, Ends::InTime),
    row("patient-*", Kind::PatientDecision, 180, Ends::InTime),
    row("already-*", Kind::AlreadyDone, 365, Ends::InTime),
    row(
        "prescribers-coordinated",
        Kind::AlreadyDone,
        365,
        Ends::InTime,
    ),
    // Many leave treatment within months.
    row(
        "in-treatment-elsewhere",
        Kind::AlreadyDone,
        90,
        Ends::InTime,
    ),
    wrong("record-wrong"),
    wrong("diagnosis-outdated"),
    wrong("calculation-wrong"),
    wrong("criteria-not-met"),
    wrong("in-remission"),
    wrong("not-an-overdose"),
    wrong("not-naive-outside-record"),
    wrong("not-pregnant"),
    wrong("not-breastfeeding-now"),
    wrong("naltrexone-stopped"),
];

/// This encounter only, or where none is named this draft only; what is kept of it is gone after so many days.
pub const NOT_NOW: Row = row("", Kind::NotNow, 7, Ends::InTime);

/// Longest that what binds an answer to one draft is kept: a draft that lies longer is judged anew.
pub(super) const DRAFT_DAYS: i64 = 7;

/// Quiet for the same draft only, whatever their indicator or the code; a star at the end stands for anything.
const SAME_DRAFT: [&str; 6] = [
    "fentanyl-naive",
    "naltrexone-conflict",
    "codeine-tramadol-*",
    "taper-safety",
    "moud-protect",
    "pregnancy",
];

/// The row of this code.
pub fn row_of(code: Option<&str>) -> Row {
    let row = code.and_then(|code| TABLE.iter().find(|row| matches(row.code, code)));
    row.copied().unwrap_or(NOT_NOW)
}

/// Is this rule quiet for the same draft only?
pub fn is_bound_to_draft(rule: &str) -> bool {
    SAME_DRAFT.iter().any(|name| matches(name, rule))
}

/// So many days after an instant; the instant itself where no calendar goes so far.
pub(super) fn after(now: Timestamp, days: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * days))
        .unwrap_or(now)
}

fn matches(pattern: &str, code: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => pattern == code,
    }
}
