//! Arguments of the commands other than `serve`.

use super::{ContentSettings, ServiceSettings};
use crate::terminology::FactorSet;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// Shells that completions exist for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "their names")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// For people or for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Form of replay's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// One JSON object.
    Json,
    /// For build servers.
    Junit,
}

/// Arguments of `demo`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds demo\n  opioid-cds demo --listen 127.0.0.1:0\n  opioid-cds demo --fhir-server http://127.0.0.1:8888\n\nNo authentication, synthetic patients, this machine only: never put it where others reach it."
)]
pub struct DemoArguments {
    /// Address of the service; must be on this machine. Port 0 takes a free one.
    #[arg(
        long,
        env = "OPIOID_CDS_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
    /// Address of the FHIR server over the fixtures; must be on this machine. Port 0 takes a free one.
    #[arg(
        long,
        env = "OPIOID_CDS_FHIR_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8090"
    )]
    pub fhir_listen: SocketAddr,
    /// Address of health and metrics; must be on this machine.
    #[arg(
        long,
        env = "OPIOID_CDS_MANAGEMENT_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9090"
    )]
    pub management_listen: SocketAddr,
    /// Show the patients of this FHIR R4 server instead of the built-in ones; it is asked without a token.
    #[arg(
        long,
        env = "OPIOID_CDS_FHIR_SERVER",
        value_name = "URL",
        conflicts_with = "fhir_listen"
    )]
    pub fhir_server: Option<Url>,
    /// Browser origin that may call, exactly as browsers send it (repeatable): for a CDS Hooks client in a browser.
    #[arg(long, env = "OPIOID_CDS_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = super::origin)]
    pub cors_origin: Vec<String>,
    /// The day it is in the demo; without it, the day of the fixtures, or today with --fhir-server.
    #[arg(long, env = "OPIOID_CDS_AS_OF", value_name = "INSTANT")]
    pub as_of: Option<Timestamp>,
    /// Services.
    #[command(flatten)]
    pub services: ServiceSettings,
    /// Content.
    #[command(flatten)]
    pub content: ContentSettings,
}

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds replay fhir-fixtures\n  opioid-cds replay fhir-fixtures/opioid-benzo --format junit > report.xml\n  opioid-cds replay --url http://127.0.0.1:8080 fhir-fixtures\n  opioid-cds replay --watch --cards cards fhir-fixtures/naloxone-offer\n\nExit code: 0 all equal, 1 differences, 2 could not run."
)]
pub struct ReplayArguments {
    /// Case folders, or folders that hold some.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Send the cases to this service instead, with their dates moved to now.
    #[arg(long, value_name = "BASE")]
    pub url: Option<Url>,
    /// With --url: serve the `fhir/` folders of cases here; the service must list http://ADDRESS as --fhir-server.
    /// Without it, cases that need a FHIR server are skipped.
    #[arg(long, value_name = "ADDRESS", requires = "url")]
    pub fhir_listen: Option<SocketAddr>,
    /// The instant that the cases are judged at, instead of their own; with --url, the service's clock.
    #[arg(long, env = "OPIOID_CDS_AS_OF", value_name = "INSTANT")]
    pub as_of: Option<Timestamp>,
    /// Form of the report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Show what changed, then write each response.json anew; asks first where somebody sits at a terminal.
    /// A case whose rule answers otherwise than its folder's name promises is left as it is.
    #[arg(long, conflicts_with_all = ["url", "as_of", "watch"])]
    pub update: bool,
    /// Run again whenever a case, or a file of --site, --cards or --terminology, changes.
    #[arg(long)]
    pub watch: bool,
    /// Content.
    #[command(flatten)]
    pub content: ContentSettings,
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds explain request.json\n  opioid-cds explain --fhir chart/ request.json --format json\n  opioid-cds explain --fhir-server http://127.0.0.1:18081 request.json\n  opioid-cds explain bundle.json        # as patient-view, for each patient in it\n\nExit code: 0 all files answered, 2 otherwise."
)]
pub struct ExplainArguments {
    /// CDS Hooks requests, FHIR Bundles or resources.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Answers what the prefetch lacks from the resources in this folder: JSON resources, Bundles or NDJSON.
    #[arg(long, value_name = "DIR")]
    pub fhir: Option<PathBuf>,
    /// Asks this FHIR server for what the prefetch lacks, where a request names it as its fhirServer; http is for test servers.
    #[arg(long, value_name = "URL", conflicts_with = "fhir")]
    pub fhir_server: Option<String>,
    /// The instant that the requests are judged at; without it, now.
    #[arg(long, env = "OPIOID_CDS_AS_OF", value_name = "INSTANT")]
    pub as_of: Option<Timestamp>,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
    /// Content.
    #[command(flatten)]
    pub content: ContentSettings,
}

/// Arguments of `mme`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds mme order.json\n  opioid-cds mme --factor-set cdc-2016 --format json orders.ndjson\n\nThe total leaves out orders that are cancelled, stopped, completed, entered in error or doNotPerform. No date is looked at."
)]
pub struct MmeArguments {
    /// MedicationRequest resources, Bundles or NDJSON.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Which conversion factors.
    #[arg(long, env = "OPIOID_CDS_FACTOR_SET", value_name = "SET", default_value_t = FactorSet::Cdc2022)]
    pub factor_set: FactorSet,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = TextFormat::Text)]
    pub format: TextFormat,
    /// Terminology files laid over the built-in ones, file by file.
    #[arg(long, env = "OPIOID_CDS_TERMINOLOGY", value_name = "DIR")]
    pub terminology: Option<PathBuf>,
}

/// Arguments of `new`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds new rule quiet-nights\n  opioid-cds new case opioid-benzo silent-benzodiazepine-ended-15-days-ago\n  opioid-cds new case opioid-benzo fires-clonazepam --from fires-new-opioid\n\nNothing is written over. docs/AUTHORING.md goes through it step by step."
)]
pub struct NewArguments {
    /// What to lay out.
    #[command(subcommand)]
    pub thing: NewThing,
}

/// What can be laid out.
#[derive(Debug, Clone, Subcommand)]
pub enum NewThing {
    /// Code, words and a first case of a rule, and its line in the list of rules.
    Rule {
        /// Small letters, digits and hyphens; for ever.
        id: String,
    },
    /// The folder of a case.
    Case {
        /// The rule, or `protocol` or `stories`.
        rule: String,
        /// What the rule answers, then what decides it: `fires-…`, `silent-…`, `unsure-…`.
        case: String,
        /// Copy this case of the same rule instead of a skeleton.
        #[arg(long, value_name = "CASE")]
        from: Option<String>,
    },
}

/// Arguments of `check`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds check\n  opioid-cds check --site site.toml --cards our-cards/\n\nExit code: 0 nothing found, 1 faults found."
)]
pub struct CheckArguments {
    /// Folder of fixtures; without it `fhir-fixtures` in this folder, where there is one.
    #[arg(long, value_name = "DIR")]
    pub fixtures: Option<PathBuf>,
    /// Trusted clients, as given to serve.
    #[arg(long, env = "OPIOID_CDS_TRUSTED_CLIENTS", value_name = "FILE")]
    pub trusted_clients: Option<PathBuf>,
    /// Allow what serve allows with --development.
    #[arg(long, env = "OPIOID_CDS_DEVELOPMENT")]
    pub development: bool,
    /// Content.
    #[command(flatten)]
    pub content: ContentSettings,
}

/// Arguments of `healthcheck`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Exit code: 0 ready, 1 not ready or not reachable.")]
pub struct HealthcheckArguments {
    /// Address of the service on this machine, as given to serve.
    #[arg(
        long,
        env = "OPIOID_CDS_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
}
