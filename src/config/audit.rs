//! Settings of the audit trail, and of the reports made from it.

use super::{ContentSettings, TextFormat};
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;

/// The audit trail.
#[derive(Debug, Clone, Default, Args)]
pub struct AuditSettings {
    /// Append one JSON line for each call and feedback to this file (docs/audit.md); - is standard output.
    #[arg(long, env = "OPIOID_CDS_AUDIT_LOG", value_name = "FILE")]
    pub audit_log: Option<PathBuf>,
    /// Key of at least 32 bytes, with which the patient of an audit line is hashed; without it, no line names a patient.
    #[arg(
        long,
        env = "OPIOID_CDS_AUDIT_KEY_FILE",
        value_name = "FILE",
        requires = "audit_log"
    )]
    pub audit_key_file: Option<PathBuf>,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds report audit.jsonl\n  opioid-cds report --format json audit-*.jsonl\n  opioid-cds report --requests saved-requests/      # by sex, age band and race\n\nExit code: 0 reported, 2 a file could not be read."
)]
pub struct ReportArguments {
    /// Files of audit lines; - is standard input.
    #[arg(value_name = "FILE", required_unless_present = "requests")]
    pub files: Vec<PathBuf>,
    /// Instead: run the saved requests under these paths through the core, and count what fires and what is shown by
    /// sex, age band and, where the data hold it, race. Case folders, JSON requests, or NDJSON with one request a line.
    #[arg(
        long,
        value_name = "PATH",
        num_args = 1..,
        conflicts_with = "files"
    )]
    pub requests: Vec<PathBuf>,
    /// With --requests: the instant that requests outside case folders are judged at; without it, now.
    #[arg(
        long,
        env = "OPIOID_CDS_AS_OF",
        value_name = "INSTANT",
        requires = "requests"
    )]
    pub as_of: Option<Timestamp>,
    /// Form of the report.
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
    /// Content.
    #[command(flatten)]
    pub content: ContentSettings,
}
