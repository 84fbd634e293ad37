//! No patient data in logs: everything that is logged while every fixture runs is searched for what the fixtures say of people.

use opioid_cds::cases::{Runner, find};
use opioid_cds::fhir::Query;
use opioid_cds::rules::RULES;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// What was logged.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

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

/// Names, birth dates, identifiers, medicines, tokens, of every resource in a request.
fn private(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let is_private = [
                    "family",
                    "given",
                    "birthDate",
                    "access_token",
                    "line",
                    "display",
                    "text",
                    "div",
                ]
                .contains(&name.as_str());
                match value {
                    Value::String(text) if is_private => {
                        texts.insert(text.clone());
                    }
                    Value::Array(list) if is_private => {
                        texts.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    value => private(value, texts),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| private(value, texts)),
        _ => {}
    }
}

///
#[test]
fn nothing_that_a_fixture_says_of_a_person_is_logged() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fhir-fixtures"));
    let mut runner = Runner::new(crate::service::content(), toml::Table::new()).expect("a runtime");
    let captured = Captured::default();
    let logging = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(captured.clone())
        .with_ansi(false)
        .finish();
    let recorder = opioid_cds::telemetry::local().expect("a recorder");
    let handle = recorder.handle();
    let mut texts = BTreeSet::new();
    metrics::with_local_recorder(&recorder, || {
        tracing::subscriber::with_default(logging, || {
            for case in find(folder).expect("fixtures are readable") {
                runner
                    .run(&case)
                    .unwrap_or_else(|error| panic!("{}: {error}", case.name));
                let request = serde_json::from_slice::<Value>(&case.request).unwrap_or_default();
                private(&request, &mut texts);
            }
        });
    });
    let logged = String::from_utf8_lossy(&captured.0.lock().expect("not poisoned")).into_owned()
        + &handle.render();
    assert!(
        logged.contains("gap") && logged.contains("opioid_cds_rules_total"),
        "nothing was logged"
    );
    // Names of rules and reads hold such words too, and texts as short as "mg" stand in ordinary ones.
    let ours: Vec<&str> = RULES
        .iter()
        .map(|rule| rule.id)
        .chain(Query::ALL.map(Query::key))
        .collect();
    let is_telling =
        |text: &&String| text.len() > 5 && !ours.iter().any(|name| name.contains(text.as_str()));
    for text in texts.iter().filter(is_telling) {
        assert!(!logged.contains(text.as_str()), "logged: {text}");
    }
}
