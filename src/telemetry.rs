//! Every span field, event and metric name, in one place.
//!
//! Knows names and labels; every label is bounded.
//! Refuses to know patient data: no names, ids of patients, drugs, texts, tokens or bodies pass through here.
//!
//! Log and span fields: `request_id`, `service.id`, `hook`, `hook_instance`, `status`, `duration_ms`,
//! `cards` (how many), `topics` (rule ids of the cards), `missing` (prefetch keys), `fault` (log text of a refusal),
//! `client` (name of a trusted client), `why` (a word for why a token was refused), `source` (of a key set),
//! `feedback.outcome`, `feedback.reason` (a code of the project, else `other`), `rule.id`, `gap` (name of a read and why).

use crate::config::{LogFormat, LogSettings};
use crate::fhir::{Query, Why};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Calls answered; labels `service`, `status`.
const CALLS: &str = "opioid_cds_calls_total";
/// Seconds a call took; label `service`.
const CALL_SECONDS: &str = "opioid_cds_call_duration_seconds";
/// Seconds a stage of a call took; label `stage`: read, gather, advise, write.
const STAGE_SECONDS: &str = "opioid_cds_stage_duration_seconds";
/// Questions for which the FHIR server was sent a request; label `outcome`: ok, or why not.
const FHIR_QUERIES: &str = "opioid_cds_fhir_queries_total";
/// Requests sent to the FHIR server: pages and second tries count each.
const FHIR_REQUESTS: &str = "opioid_cds_fhir_requests_total";
/// Resources of another patient that came and were left out; label `resource_type`.
const OTHER_PATIENTS: &str = "opioid_cds_other_patient_resources_total";
/// Reads that failed or stayed partial; labels `query`, `why`.
const GAPS: &str = "opioid_cds_gaps_total";
/// Rules by answer; labels `rule`, `answer`: fires, silent, cannot-tell.
const RULES: &str = "opioid_cds_rules_total";
/// Cards sent; labels `rule` (the leading one), `indicator`.
const CARDS: &str = "opioid_cds_cards_total";
/// Feedback; labels `service`, `outcome`: accepted, overridden; `reason`: a code of the project, other, none.
const FEEDBACK: &str = "opioid_cds_feedback_total";
/// Feedback on cards that are known, where the site has quiet periods; labels `rule` (the one that the answer is about),
/// `outcome`, `reason`.
const RULE_FEEDBACK: &str = "opioid_cds_rule_feedback_total";
/// Rules that fired and were quiet; labels `rule`, `kind` (of the answer that keeps it quiet).
const QUIET: &str = "opioid_cds_quiet_total";
/// Times that the store of quiet periods did not answer; label `step`: look, remember, answer.
const QUIET_STORE_FAILED: &str = "opioid_cds_quiet_store_failures_total";
/// Audit lines that could not be written.
const AUDIT_LOST: &str = "opioid_cds_audit_lost_total";
/// Tokens accepted; label `replay`: unchecked, first, again, warned, unknown.
const ADMITTED: &str = "opioid_cds_tokens_accepted_total";
/// Tokens refused; label `why`: a word, store-down, or throttled (its address sent too many that were refused).
const REFUSED: &str = "opioid_cds_tokens_refused_total";
/// Always 1; label `version`.
const BUILD: &str = "opioid_cds_build_info";

/// Bounds of the duration histograms, in seconds; the deadline is 0.45.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.45, 1.0, 5.0,
];

/// A stage of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Checking the body and reading the prefetch.
    Read,
    /// Asking the FHIR server.
    Gather,
    /// The core.
    Advise,
    /// Writing the answer.
    Write,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Gather => "gather",
            Self::Advise => "advise",
            Self::Write => "write",
        }
    }
}

/// A step that needs the store of quiet periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuietStep {
    /// What is quiet for a call: nothing is, where this fails.
    Look,
    /// Keeping what a card was about: feedback on it is not followed, where this fails.
    Remember,
    /// Following feedback.
    Answer,
}

impl QuietStep {
    fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Remember => "remember",
            Self::Answer => "answer",
        }
    }
}

/// Measures from its start.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that measures durations; no answer depends on it"
    )]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Records what a stage took, and gives a new stopwatch for the next one.
    pub fn finish(self, stage: Stage) -> Stopwatch {
        histogram!(STAGE_SECONDS, "stage" => stage.as_str()).record(self.elapsed().as_secs_f64());
        Stopwatch::start()
    }
}

/// Sets up logging to standard error.
pub fn log(settings: &LogSettings) -> Result<(), String> {
    let filter = EnvFilter::try_new(&settings.log_level)
        .map_err(|error| format!("--log {}: {error}", settings.log_level))?;
    let with_colours = std::io::stderr().is_terminal();
    tracing_subscriber::registry()
        .with(filter)
        .with(lines(settings.log_format, std::io::stderr, with_colours))
        .try_init()
        .map_err(|error| format!("logging: {error}"))
}

/// What is logged in this form, as it goes to a writer.
pub fn lines<S, W>(
    form: LogFormat,
    writer: W,
    with_colours: bool,
) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(with_colours)
        .with_writer(writer);
    match form {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .boxed(),
    }
}

/// Panics are logged by their place alone: what was thrown may hold patient data.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// A recorder for the whole process; call once.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = builder()?.install_recorder()?;
    describe();
    Ok(handle)
}

/// A recorder for one test.
pub fn local() -> Result<metrics_exporter_prometheus::PrometheusRecorder, BuildError> {
    Ok(builder()?.build_recorder())
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
}

fn describe() {
    describe_counter!(CALLS, "Calls answered, by service and HTTP status.");
    describe_histogram!(CALL_SECONDS, metrics::Unit::Seconds, "Time a call took.");
    describe_histogram!(
        STAGE_SECONDS,
        metrics::Unit::Seconds,
        "Time a stage of a call took."
    );
    describe_counter!(FHIR_QUERIES, "Questions sent to a FHIR server, by outcome.");
    describe_counter!(FHIR_REQUESTS, "Requests sent to FHIR servers.");
    describe_counter!(
        OTHER_PATIENTS,
        "Resources of another patient than the call's, left out."
    );
    describe_counter!(GAPS, "Reads that failed or stayed partial.");
    describe_counter!(RULES, "Rules, by answer.");
    describe_counter!(CARDS, "Cards sent, by leading rule and indicator.");
    describe_counter!(FEEDBACK, "Feedback, by outcome and known override reason.");
    describe_counter!(
        RULE_FEEDBACK,
        "Feedback on known cards, by the rule that it is about."
    );
    describe_counter!(QUIET, "Rules that fired and were quiet, by kind of answer.");
    describe_counter!(
        QUIET_STORE_FAILED,
        "Times that the store of quiet periods did not answer."
    );
    describe_counter!(AUDIT_LOST, "Audit lines that could not be written.");
    describe_counter!(ADMITTED, "Tokens accepted, by what was known of them.");
    describe_counter!(REFUSED, "Tokens refused, by reason.");
    describe_gauge!(BUILD, "The version that runs.");
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// A call was answered; `service` is the id of one of our services.
pub fn call_answered(service: &'static str, status: u16, took: Duration) {
    counter!(CALLS, "service" => service, "status" => status.to_string()).increment(1);
    histogram!(CALL_SECONDS, "service" => service).record(took.as_secs_f64());
}

/// A question was put to the FHIR server in so many requests; `None`: it was answered. None sent, nothing counted.
pub fn fhir_query(outcome: Option<&Why>, requests: usize) {
    if requests > 0 {
        counter!(FHIR_QUERIES, "outcome" => outcome.map_or("ok", why)).increment(1);
        counter!(FHIR_REQUESTS).increment(requests as u64);
    }
}

/// So many resources of this type, which is one that rules read, were another patient's.
pub fn other_patient(resource_type: &str, count: usize) {
    counter!(OTHER_PATIENTS, "resource_type" => resource_type.to_owned()).increment(count as u64);
}

/// A read failed or stayed partial.
pub fn gap(query: Query, because: &Why) {
    counter!(GAPS, "query" => query.key(), "why" => why(because)).increment(1);
}

/// A rule answered.
pub fn rule(id: &'static str, answer: &'static str) {
    counter!(RULES, "rule" => id, "answer" => answer).increment(1);
}

/// A card was sent; the rule is the leading one.
pub fn card(rule: &str, indicator: &'static str) {
    counter!(CARDS, "rule" => rule.to_owned(), "indicator" => indicator).increment(1);
}

/// Feedback came; the reason is one of ours, `other` or `none`.
pub fn feedback(service: &'static str, outcome: &'static str, reason: String) {
    counter!(FEEDBACK, "service" => service, "outcome" => outcome, "reason" => reason).increment(1);
}

/// Feedback came on a card that is known; the rule is the one that it is about.
pub fn rule_answered(rule: &'static str, outcome: &'static str, reason: String) {
    counter!(RULE_FEEDBACK, "rule" => rule, "outcome" => outcome, "reason" => reason).increment(1);
}

/// A rule fired and was quiet.
pub fn quiet(rule: &'static str, kind: &'static str) {
    counter!(QUIET, "rule" => rule, "kind" => kind).increment(1);
}

/// The store of quiet periods did not answer in time.
pub fn quiet_store_failed(step: QuietStep) {
    counter!(QUIET_STORE_FAILED, "step" => step.as_str()).increment(1);
}

/// An audit line could not be written.
pub fn audit_lost() {
    counter!(AUDIT_LOST).increment(1);
}

/// A token was accepted.
pub fn admitted(replay: &'static str) {
    counter!(ADMITTED, "replay" => replay).increment(1);
}

/// A token was refused.
pub fn token_refused(why: &'static str) {
    counter!(REFUSED, "why" => why).increment(1);
}

/// Why a read failed, in logs and metrics: one word, a status by its hundred.
pub fn why(why: &Why) -> &'static str {
    match why {
        Why::NotSent => "not-sent",
        Why::NotAllowed => "not-allowed",
        Why::ClientFailed => "client-failed",
        Why::Refused => "refused",
        Why::Status(500..) => "status-5xx",
        Why::Status(400..) => "status-4xx",
        Why::Status(_) => "status-other",
        Why::Timeout => "timeout",
        Why::Unreachable => "unreachable",
        Why::Malformed => "malformed",
        Why::OtherVersion => "other-version",
        Why::OtherPatient => "other-patient",
        Why::TooMuch => "too-much",
        Why::MorePages => "more-pages",
        Why::Entries { .. } => "entries",
    }
}
