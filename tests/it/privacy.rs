//! No patient data outside answers: everything that is logged, counted, audited or refused while every fixture runs,
//! at every level and in both forms, is searched for what the fixtures say of people.

use crate::service::{cases, content, post, shared};
use opioid_cds::audit::Audit;
use opioid_cds::cases::{Case, Runner};
use opioid_cds::config::LogFormat;
use opioid_cds::fhir::Query;
use opioid_cds::hooks::QuietPeriods;
use opioid_cds::rules::RULES;
use opioid_cds::server::{Layers, app};
use opioid_cds::store::Kept;
use opioid_cds::telemetry;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

/// What was written.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("not poisoned")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Captured;

    fn make_writer(&'a self) -> Captured {
        self.clone()
    }
}

/// Stands in every name, text and id of a marked request, and in nothing of ours.
const MARK: &str = "Zq7Person";
/// Members that say who somebody is or what they take.
const PRIVATE: [&str; 14] = [
    "family",
    "given",
    "birthDate",
    "access_token",
    "line",
    "city",
    "postalCode",
    "display",
    "text",
    "div",
    "patientInstruction",
    "userId",
    "patientId",
    "id",
];

/// Texts of a request that may not be seen anywhere else.
fn private(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let is_private = PRIVATE.contains(&name.as_str());
                match value {
                    Value::String(text) if is_private => {
                        texts.insert(text.clone());
                    }
                    Value::Array(list) if is_private => {
                        texts.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    Value::Array(list) if name == "identifier" || name == "telecom" => {
                        let values = list.iter().filter_map(|entry| entry["value"].as_str());
                        texts.extend(values.map(str::to_owned));
                    }
                    value => private(value, texts),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| private(value, texts)),
        _ => {}
    }
}

/// The same request with a mark in every text that is private, ids and references alike.
fn mark(value: &mut Value, name: &str) {
    match value {
        Value::String(text)
            if name == "reference" || (PRIVATE.contains(&name) && name != "birthDate") =>
        {
            text.push_str(MARK);
        }
        Value::Array(list) => list.iter_mut().for_each(|value| mark(value, name)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(name, value)| mark(value, name)),
        _ => {}
    }
}

fn marked(case: &Case) -> Option<Vec<u8>> {
    let mut request: Value = serde_json::from_slice(&case.request).ok()?;
    mark(&mut request, "");
    Some(request.to_string().into_bytes())
}

/// Both forms, each as `serve` would write it. The lines of every other level are among those of `trace`.
pub(crate) fn everything_logged(captured: &Captured) -> impl Subscriber {
    let text = telemetry::lines(LogFormat::Text, captured.clone(), false);
    let json = telemetry::lines(LogFormat::Json, captured.clone(), false);
    tracing_subscriber::registry()
        .with(LevelFilter::TRACE)
        .with(vec![text, json])
}

/// Sends each case as it is, marked, and broken off, and gives the bodies that were no cards.
async fn sent(cases: &[Case], captured: &Captured) -> String {
    let mut shared = shared();
    let audit = Audit::to(Box::new(captured.clone()));
    shared.audit = audit.with_key(b"0123456789abcdef0123456789abcdef");
    shared.quiet = QuietPeriods::with_key(Kept::in_memory(), b"0123456789abcdef0123456789abcdef");
    let service = app(Arc::new(shared), &Layers::default());
    let mut refusals = String::new();
    for case in cases {
        let hook = String::from_utf8_lossy(&case.request).contains("\"patient-view\"");
        let id = if hook {
            "opioid-patient-view"
        } else {
            "opioid-order-sign"
        };
        let whole = marked(case).unwrap_or_default();
        let half = whole[..whole.len() / 2].to_vec();
        for body in [case.request.clone(), whole, half] {
            let answer = post(&service, &format!("/cds-services/{id}"), body).await;
            refusals.push_str(&format!("{:?}\n", answer.headers));
            if answer.status != 200 {
                refusals.push_str(&answer.text);
            }
        }
    }
    refusals
}

///
#[test]
fn nothing_that_a_fixture_says_of_a_person_is_logged_counted_audited_or_in_a_refusal() {
    let cases = cases();
    let captured = Captured::default();
    let recorder = telemetry::local().expect("a recorder");
    let handle = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // While there is but one subscriber, tracing asks the thread that meets a log statement first, and that may be another
    // test's, which has none: then the statement would be silent for ever.
    let second = tracing::Dispatch::new(tracing_subscriber::registry());
    let refusals = metrics::with_local_recorder(&recorder, || {
        tracing::subscriber::with_default(everything_logged(&captured), || {
            // With its own chart and settings, and then over HTTP.
            let mut runner = Runner::new(content(), toml::Table::new()).expect("a runtime");
            for case in &cases {
                runner
                    .run(case)
                    .unwrap_or_else(|error| panic!("{}: {error}", case.name));
            }
            runtime.block_on(sent(&cases, &captured))
        })
    });
    drop(second);
    let seen = captured.text() + &handle.render() + &refusals;
    for expected in [
        "\"message\":\"gap\"",
        "answered",
        "refused",
        "opioid_cds_rules_total",
        "\"event\":\"call\"",
        "OperationOutcome",
        "\"level\":\"INFO\"",
    ] {
        assert!(
            seen.contains(expected),
            "{expected} is not there: nothing was captured"
        );
    }
    assert!(!seen.contains(MARK), "{}", around(&seen, MARK));

    let mut texts = BTreeSet::new();
    for case in &cases {
        let request = serde_json::from_slice::<Value>(&case.request).unwrap_or_default();
        private(&request, &mut texts);
    }
    // Names of rules and reads hold such words too, and texts as short as "mg" stand in ordinary ones.
    let ours: Vec<&str> = RULES
        .iter()
        .map(|rule| rule.id)
        .chain(Query::ALL.map(Query::key))
        .collect();
    let is_telling =
        |text: &&String| text.len() > 5 && !ours.iter().any(|name| name.contains(text.as_str()));
    let telling: Vec<&String> = texts.iter().filter(is_telling).collect();
    assert!(
        telling.len() > 500,
        "only {} texts are searched for",
        telling.len()
    );
    for text in telling {
        assert!(!seen.contains(text.as_str()), "{}", around(&seen, text));
    }
}

fn around(seen: &str, text: &str) -> String {
    let line = seen.lines().find(|line| line.contains(text));
    format!("{text} was seen: {}", line.unwrap_or_default())
}
