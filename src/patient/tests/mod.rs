//! The definitions of the catalogue's section 2, on small records.

mod evidence;
mod regimen;
mod tolerance;

use super::*;
use crate::fhir::{Query, Source, read_record};
use crate::terminology::Terminology;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

const ALL: [Query; 8] = [
    Query::Patient,
    Query::Medications,
    Query::Conditions,
    Query::Encounters,
    Query::Laboratory,
    Query::Surveys,
    Query::Procedures,
    Query::Plans,
];

/// A record in the making.
struct Chart {
    hook: Hook,
    born: &'static str,
    prefetch: Vec<(&'static str, Vec<Value>)>,
    drafts: Vec<Value>,
    encounter: Option<&'static str>,
}

fn chart() -> Chart {
    Chart {
        hook: Hook::OrderSign,
        born: "1970-01-01",
        prefetch: Vec::new(),
        drafts: Vec::new(),
        encounter: None,
    }
}

impl Chart {
    fn with(mut self, key: &'static str, resource: Value) -> Chart {
        match self.prefetch.iter_mut().find(|(known, _)| *known == key) {
            Some((_, resources)) => resources.push(resource),
            None => self.prefetch.push((key, vec![resource])),
        }
        self
    }

    fn medication(self, resource: Value) -> Chart {
        self.with("medications", resource)
    }

    fn condition(self, resource: Value) -> Chart {
        self.with("conditions", resource)
    }

    fn draft(mut self, resource: Value) -> Chart {
        self.drafts.push(resource);
        self
    }

    fn on(mut self, hook: Hook) -> Chart {
        self.hook = hook;
        self
    }

    fn snapshot(&self) -> Snapshot {
        self.snapshot_without(&[])
    }

    /// The same with these keys neither sent nor to be had.
    fn snapshot_without(&self, missing: &[&str]) -> Snapshot {
        let mut values: Vec<(&str, Value)> = vec![(
            "patient",
            json!({"resourceType": "Patient", "id": "p1", "birthDate": self.born}),
        )];
        for key in [
            "medications",
            "conditions",
            "encounters",
            "laboratory",
            "surveys",
            "procedures",
            "plans",
            "statements",
        ] {
            let resources = self
                .prefetch
                .iter()
                .find(|(known, _)| *known == key)
                .map_or(&[][..], |(_, r)| r);
            let entries: Vec<Value> = resources.iter().map(|r| json!({"resource": r})).collect();
            values.push((
                key,
                json!({"resourceType": "Bundle", "type": "searchset", "entry": entries}),
            ));
        }
        let bodies: Vec<(&str, Box<RawValue>)> = values
            .iter()
            .filter(|(key, _)| !missing.contains(key))
            .map(|(key, value)| {
                (
                    *key,
                    RawValue::from_string(value.to_string()).expect("JSON"),
                )
            })
            .collect();
        let prefetch: Vec<(Cow<'_, str>, Option<&RawValue>)> = bodies
            .iter()
            .map(|(key, body)| (Cow::Borrowed(*key), Some(&**body)))
            .collect();
        let entries: Vec<Value> = self.drafts.iter().map(|r| json!({"resource": r})).collect();
        let drafts =
            RawValue::from_string(json!({"resourceType": "Bundle", "entry": entries}).to_string())
                .expect("JSON");
        let mut source = Source::new("p1");
        source.prefetch = &prefetch;
        source.draft_orders = Some(&drafts);
        source.encounter_id = self.encounter;
        let record = read_record(&source, &ALL);
        let ask = Ask {
            hook: self.hook,
            patient_id: "p1",
            user_id: "Practitioner/d1",
            encounter_id: self.encounter,
            selections: &[],
            as_of: "2026-11-01T12:00:00Z".parse().expect("a time"),
        };
        let site = Site::default();
        Snapshot::of(
            &record,
            &ask,
            Basis {
                terminology: Terminology::builtin(),
                site: &site,
            },
        )
    }
}

const OXYCODONE_10: &str = "1049683";
const OXYCODONE_15: &str = "1049611";

/// An order of `per_day` units a day for `days` days.
fn order(id: &str, rxcui: &str, per_day: u32, from: &str, days: u32) -> Value {
    json!({
        "resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": from,
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxcui}]},
        "dosageInstruction": [{"timing": {"repeat": {"frequency": per_day, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"expectedSupplyDuration": {"value": days, "unit": "days", "code": "d", "system": "http://unitsofmeasure.org"}}
    })
}

fn but(mut resource: Value, change: Value) -> Value {
    let Value::Object(changes) = change else {
        unreachable!("an object")
    };
    for (key, value) in changes {
        resource[key] = value;
    }
    resource
}

fn condition(id: &str, system: &str, code: &str) -> Value {
    json!({"resourceType": "Condition", "id": id, "subject": {"reference": "Patient/p1"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": system, "code": code}]}, "recordedDate": "2021-03-04"})
}

fn icd(id: &str, code: &str) -> Value {
    condition(id, "http://hl7.org/fhir/sid/icd-10-cm", code)
}

fn mme(total: &Option<crate::dose::Total>) -> String {
    match total {
        None => "not known".into(),
        Some(total) => {
            let number = total
                .mme_per_day
                .map_or("null".into(), |mme| mme.to_string());
            if total.floor {
                format!("at least {number}")
            } else {
                number
            }
        }
    }
}

fn role(snapshot: &Snapshot, reference: &str) -> &'static str {
    snapshot.row(reference).expect("the row").role.as_str()
}
