//! Small records for the unit tests of single facts: rows under prefetch keys, and the snapshot that they make.

use super::{Ask, Basis, Hook, Site, Snapshot};
use crate::fhir::{Query, Source, read_record};
use crate::terminology::Terminology;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

const READS: [(&str, Query); 14] = [
    ("medications", Query::Medications),
    ("conditions", Query::Conditions),
    ("encounters", Query::Encounters),
    ("laboratory", Query::Laboratory),
    ("surveys", Query::Surveys),
    ("procedures", Query::Procedures),
    ("plans", Query::Plans),
    ("statements", Query::Statements),
    ("dispenses", Query::Dispenses),
    ("goals", Query::Goals),
    ("service-requests", Query::ServiceRequests),
    ("appointments", Query::Appointments),
    ("tasks", Query::Tasks),
    ("social-history", Query::SocialHistory),
];
/// Rows under this key are drafts, and the call is one of order-sign.
pub(super) const DRAFTS: &str = "drafts";

/// The snapshot of a chart with these resources on 1 November 2026; the key `missing` was not sent.
pub(super) fn snapshot_of(missing: &str, rows: &[(&str, Value)]) -> Snapshot {
    let mut texts = vec![(
        "patient",
        json!({"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01"}),
    )];
    for (key, _) in READS.iter().filter(|(key, _)| *key != missing) {
        let mut bundle = bundle(key, rows);
        bundle["type"] = json!("searchset");
        texts.push((*key, bundle));
    }
    let raw = |text: &Value| RawValue::from_string(text.to_string()).expect("JSON");
    let bodies: Vec<(&str, Box<RawValue>)> =
        texts.iter().map(|(key, text)| (*key, raw(text))).collect();
    let prefetch: Vec<(Cow<'_, str>, Option<&RawValue>)> = bodies
        .iter()
        .map(|(key, body)| (Cow::Borrowed(*key), Some(&**body)))
        .collect();
    let drafts = raw(&bundle(DRAFTS, rows));
    let mut source = Source::new("p1");
    source.prefetch = &prefetch;
    let has_drafts = rows.iter().any(|(key, _)| *key == DRAFTS);
    source.draft_orders = has_drafts.then_some(&*drafts);
    let hook = match has_drafts {
        true => Hook::OrderSign,
        false => Hook::PatientView,
    };
    let needs: Vec<Query> = READS.iter().map(|(_, query)| *query).collect();
    let record = read_record(&source, &needs);
    let ask = Ask {
        hook,
        patient_id: "p1",
        user_id: "Practitioner/d1",
        encounter_id: None,
        selections: &[],
        as_of: "2026-11-01T12:00:00Z".parse().expect("a time"),
    };
    let site = Site::default();
    let basis = Basis {
        terminology: Terminology::builtin(),
        site: &site,
    };
    Snapshot::of(&record, &ask, basis)
}

/// The rows of one key, all of them this patient's.
fn bundle(key: &str, rows: &[(&str, Value)]) -> Value {
    let own = rows.iter().filter(|(at, _)| *at == key);
    let entries: Vec<Value> = own
        .map(|(_, row)| {
            let mut row = row.clone();
            let who = if key == "tasks" { "for" } else { "subject" };
            row[who] = json!({"reference": "Patient/p1"});
            json!({"resource": row})
        })
        .collect();
    json!({"resourceType": "Bundle", "entry": entries})
}

/// A LOINC code.
pub(super) fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

/// A SNOMED CT code.
pub(super) fn snomed(code: &str) -> Value {
    json!({"coding": [{"system": "http://snomed.info/sct", "code": code}]})
}
