//! The command line: one tree of settings, from flags and `OPIOID_CDS_…` variables, and the content that they name.
//!
//! Knows names, defaults and help texts; `--help` is the reference.
//! Refuses to know what the settings are for.

mod arguments;
mod audit;
mod content;
mod limits;
mod quiet;
mod site;
mod tls;
mod trust;

pub use arguments::{
    CheckArguments, DemoArguments, ExplainArguments, HealthcheckArguments, MmeArguments,
    NewArguments, NewThing, ReplayArguments, ReportFormat, Shell, TextFormat,
};
pub use audit::{AuditSettings, ReportArguments};
pub use content::{ContentError, guide_base, guide_links, load, load_guides, load_with, overrides};
pub use limits::LimitSettings;
pub use quiet::{QuietSettings, QuietStore};
pub use site::{SiteError, read_site, site_from_table};
pub use tls::{TlsFiles, TlsSettings};
pub use trust::{Auth, GuardDown, ReplayGuard, TrustSettings};

use crate::cards::ClientOptions;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Opioid-safety decision support over CDS Hooks.
///
/// Few, true, patient-centered cards at the moment of prescribing.
#[derive(Debug, Parser)]
#[command(
    name = "opioid-cds",
    version,
    max_term_width = 110,
    after_help = "Examples:\n  opioid-cds demo\n  opioid-cds replay fhir-fixtures\n  opioid-cds explain fhir-fixtures/naloxone-offer/*/request.json\n\nAdvice for clinicians, who decide; not a medical device."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to log.
    #[command(flatten)]
    pub log: LogSettings,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service.
    Serve(Box<ServeSettings>),
    /// Run the service and a small FHIR server on this machine, with synthetic patients and nothing else installed.
    Demo(Box<DemoArguments>),
    /// Send saved requests through the core (or to a running service) and compare the answers.
    Replay(ReplayArguments),
    /// Say for each request, Bundle or resource what every rule answers, and why.
    Explain(ExplainArguments),
    /// MME per opioid order with the working shown, and the total.
    Mme(MmeArguments),
    /// Lay out the files of a new rule or case, in a checkout.
    New(NewArguments),
    /// Print the discovery document.
    Services(ServiceSettings),
    /// Look for faults in settings, cards, value sets, factors and fixtures.
    Check(CheckArguments),
    /// Say what came of the advice, from audit lines; or whom it reaches, from saved requests.
    Report(ReportArguments),
    /// Ask the local service whether it is ready; for container images without a shell.
    Healthcheck(HealthcheckArguments),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

/// How to log.
#[derive(Debug, Clone, Args)]
pub struct LogSettings {
    /// Form of the log lines on standard error.
    #[arg(long, global = true, env = "OPIOID_CDS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Least level that is logged: error, warn, info, debug, trace, or a filter such as `info,tower_http=debug`.
    #[arg(
        long = "log",
        global = true,
        env = "OPIOID_CDS_LOG",
        value_name = "LEVEL",
        default_value = "info"
    )]
    pub log_level: String,
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where content comes from.
#[derive(Debug, Clone, Default, Args)]
pub struct ContentSettings {
    /// Clinical settings of the site: TOML with flat keys, by the names in docs/site.md.
    #[arg(long, env = "OPIOID_CDS_SITE", value_name = "FILE")]
    pub site: Option<PathBuf>,
    /// Card texts laid over the built-in ones, file by file.
    #[arg(long, env = "OPIOID_CDS_CARDS", value_name = "DIR")]
    pub cards: Option<PathBuf>,
    /// Terminology files laid over the built-in ones, file by file.
    #[arg(long, env = "OPIOID_CDS_TERMINOLOGY", value_name = "DIR")]
    pub terminology: Option<PathBuf>,
}

/// Which services answer and how they are advertised.
#[derive(Debug, Clone, Args)]
pub struct ServiceSettings {
    /// Switch a service off, by its id; it is not advertised and answers 404 (repeatable).
    #[arg(long, env = "OPIOID_CDS_DISABLE_SERVICE", value_name = "ID", value_delimiter = ',',
          value_parser = ["opioid-order-sign", "opioid-patient-view", "opioid-order-select"])]
    pub disable_service: Vec<String>,
    /// Version of CDS Hooks that discovery speaks; 2.0 leaves out `version` and `hookVersion`.
    #[arg(long, env = "OPIOID_CDS_DISCOVERY", value_enum, value_name = "VERSION", default_value_t = Discovery::V3)]
    pub discovery: Discovery,
}

/// Version of the discovery document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Discovery {
    /// CDS Hooks 2.0: no `version`, no `hookVersion`.
    #[value(name = "2.0")]
    V2,
    /// CDS Hooks 3.0.
    #[value(name = "3.0")]
    V3,
}

/// How calls are answered.
#[derive(Debug, Clone, Args)]
pub struct CallSettings {
    /// A FHIR base that may be called (repeatable). http and private addresses only if listed exactly so.
    #[arg(
        long,
        env = "OPIOID_CDS_FHIR_SERVER",
        value_name = "URL",
        value_delimiter = ','
    )]
    pub fhir_server: Vec<Url>,
    /// By when an answer leaves, whatever the FHIR server does.
    #[arg(long, env = "OPIOID_CDS_DEADLINE_MS", value_name = "MS", default_value_t = 450,
          value_parser = clap::value_parser!(u64).range(50..=60_000))]
    pub deadline_ms: u64,
    /// Largest request body.
    #[arg(
        long,
        env = "OPIOID_CDS_MAX_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = 10_485_760
    )]
    pub max_body_bytes: usize,
    /// Most cards of an order-sign or order-select answer; critical cards are neither dropped nor counted.
    #[arg(
        long,
        env = "OPIOID_CDS_MAX_CARDS_ORDER_SIGN",
        value_name = "N",
        default_value_t = 3
    )]
    pub max_cards_order_sign: usize,
    /// Most cards of a patient-view answer; critical cards are neither dropped nor counted.
    #[arg(
        long,
        env = "OPIOID_CDS_MAX_CARDS_PATIENT_VIEW",
        value_name = "N",
        default_value_t = 2
    )]
    pub max_cards_patient_view: usize,
}

impl CallSettings {
    /// The deadline.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }

    /// What every client gets while clients have no settings of their own.
    pub fn options(&self) -> ClientOptions {
        ClientOptions {
            max_cards_order: self.max_cards_order_sign,
            max_cards_patient_view: self.max_cards_patient_view,
            ..ClientOptions::default()
        }
    }
}

/// Settings of `serve`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  opioid-cds serve --trusted-clients clients.toml --public-url https://cds.example.org --fhir-server https://ehr.example.org/fhir\n  opioid-cds serve --auth off --listen 127.0.0.1:8080\n  opioid-cds serve --auth off --development --site site.toml --fhir-server https://ehr.example.org/fhir"
)]
pub struct ServeSettings {
    /// Address of the service; port 0 takes a free one, which is logged.
    #[arg(
        long,
        env = "OPIOID_CDS_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
    /// Address of health and metrics.
    #[arg(
        long,
        env = "OPIOID_CDS_MANAGEMENT_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9090"
    )]
    pub management_listen: SocketAddr,
    /// The service's address as clients write it, for example https://cds.example.org: what the `aud` of their tokens
    /// begins with. Without it, that of a loopback listener.
    #[arg(long, env = "OPIOID_CDS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// Who may call.
    #[command(flatten)]
    pub trust: TrustSettings,
    /// TLS.
    #[command(flatten)]
    pub tls: TlsSettings,
    /// Browser origin that may call, exactly as browsers send it (repeatable).
    #[arg(long, env = "OPIOID_CDS_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub cors_origin: Vec<String>,
    /// Fixed clock, for integrators; only with --development.
    #[arg(
        long,
        env = "OPIOID_CDS_AS_OF",
        value_name = "INSTANT",
        requires = "development"
    )]
    pub as_of: Option<Timestamp>,
    /// Serve the preview page at /preview, where / leads: cards as an EHR shows them, and why.
    #[arg(long, env = "OPIOID_CDS_PREVIEW")]
    pub preview: bool,
    /// This is no production system: allows `--auth off` on any listener, and `--as-of`.
    #[arg(long, env = "OPIOID_CDS_DEVELOPMENT")]
    pub development: bool,
    /// Services.
    #[command(flatten)]
    pub services: ServiceSettings,
    /// Calls.
    #[command(flatten)]
    pub calls: CallSettings,
    /// Limits.
    #[command(flatten)]
    pub limits: LimitSettings,
    /// Audit.
    #[command(flatten)]
    pub audit: AuditSettings,
    /// Quiet periods.
    #[command(flatten)]
    pub quiet: QuietSettings,
    /// Content.
    #[command(flatten)]
    pub content: ContentSettings,
}

impl ServeSettings {
    /// Plain http that others can reach, and nobody has said that this is meant.
    fn is_bare(&self) -> bool {
        let is_meant = self.tls.files.is_some() || self.tls.plain_http || self.development;
        !is_meant && !self.listen.ip().is_loopback()
    }

    /// Why these settings do not make a service, if so.
    pub fn refusal(&self) -> Option<String> {
        let TrustSettings {
            auth,
            trusted_clients,
            ..
        } = &self.trust;
        match auth {
            Auth::Required if trusted_clients.is_none() => Some(
                "--auth required (the default) needs --trusted-clients FILE, which docs/auth.md describes; \
                 --auth off starts without, but only on a loopback address (--listen 127.0.0.1:8080) or with --development"
                    .to_owned(),
            ),
            Auth::Required if self.public_url.is_none() && !self.listen.ip().is_loopback() => Some(format!(
                "--listen {}: --public-url is needed, since each token must name the address that its client called",
                self.listen
            )),
            Auth::Off if !self.development && !self.listen.ip().is_loopback() => Some(format!(
                "--auth off with --listen {}: anybody who reaches this address could ask about patients; \
                 listen on a loopback address, or add --development if this is no production system",
                self.listen
            )),
            _ if self.quiet.lacks_key() => Some(
                "--quiet-periods needs --quiet-key-file FILE: what is kept is found and sealed with that key (docs/quiet.md)"
                    .to_owned(),
            ),
            _ if self.is_bare() => Some(format!(
                "--listen {}: plain http outside this machine; give --tls-cert and --tls-key, or say --plain-http where TLS \
                 ends before this service",
                self.listen
            )),
            Auth::Required | Auth::Off => None,
        }
    }
}

/// An origin: scheme, host and perhaps a port, nothing after.
fn origin(text: &str) -> Result<String, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("not an origin such as https://ehr.example.org: {error}"))?;
    let exact = url.origin().ascii_serialization();
    if exact == text {
        Ok(exact)
    } else {
        Err(format!("browsers would send this origin as {exact}"))
    }
}

#[cfg(test)]
mod tests;
