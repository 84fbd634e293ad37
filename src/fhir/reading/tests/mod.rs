mod decision_table;
mod drafts;
mod fetched;
mod keys;
mod newest_first;
mod odd_bodies;
mod other_patients;
mod shapes;

use super::*;

/// A call, its JSON kept alive.
struct Call {
    body: String,
    fetched: Vec<Fetched>,
    needs: Vec<Query>,
    aliases: BTreeMap<String, String>,
}

const P1: &str = r#"{"resourceType":"Patient","id":"p1","birthDate":"1980-02-23","identifier":[{"value":"MRN7"}]}"#;

fn call(prefetch: &str) -> Call {
    Call {
        body: format!(r#"{{"prefetch":{prefetch}}}"#),
        fetched: Vec::new(),
        needs: vec![Query::Medications],
        aliases: BTreeMap::new(),
    }
}

impl Call {
    fn needing(mut self, needs: &[Query]) -> Self {
        self.needs = needs.to_vec();
        self
    }

    fn with(mut self, fetched: Fetched) -> Self {
        self.fetched.push(fetched);
        self
    }

    fn drafting(mut self, drafts: &str) -> Self {
        self.body = self
            .body
            .replacen('{', &format!(r#"{{"drafts":{drafts},"#), 1);
        self
    }

    fn look<T>(&self, look: impl FnOnce(&Source<'_>, Record<'_>) -> T) -> T {
        let body: BTreeMap<&str, &RawValue> = serde_json::from_str(&self.body).unwrap();
        // In the order sent, as the wire reads it; the tests name their keys in alphabetical order.
        let prefetch: BTreeMap<String, Option<&RawValue>> =
            serde_json::from_str(body["prefetch"].get()).unwrap();
        let prefetch: Vec<_> = prefetch
            .into_iter()
            .map(|(key, value)| (Cow::Owned(key), value))
            .collect();
        let source = Source {
            encounter_id: Some("e1"),
            draft_orders: body.get("drafts").copied(),
            prefetch: &prefetch,
            key_aliases: &self.aliases,
            fetched: &self.fetched,
            as_of: Some("2026-11-01".parse().unwrap()),
            ..Source::new("p1")
        };
        let record = read_record(&source, &self.needs);
        look(&source, record)
    }

    fn read(&self) -> Read {
        self.look(|_, record| record.read(self.needs[0]).clone())
    }

    fn rows(&self) -> Vec<String> {
        self.look(|_, record| {
            let rows = record.medication_requests.iter();
            rows.map(|r| r.id.as_deref().unwrap_or("-").to_owned())
                .collect()
        })
    }

    fn wanted(&self) -> Vec<Need> {
        let mut wanted = self.look(|source, record| to_fetch(source, &record, &self.needs));
        // It is the same for all of a call.
        for need in &mut wanted {
            assert!(need.as_of.take().is_some());
        }
        wanted
    }

    fn gaps(&self) -> Vec<Gap> {
        self.look(|_, record| record.gaps)
    }
}

fn order(id: &str, subject: &str) -> String {
    format!(
        r#"{{"resourceType":"MedicationRequest","id":"{id}","subject":{{"reference":"{subject}"}},"medicationCodeableConcept":{{"text":"x"}}}}"#
    )
}

fn bundle(resources: &[String]) -> String {
    let entries: Vec<_> = resources
        .iter()
        .map(|r| format!(r#"{{"resource":{r}}}"#))
        .collect();
    format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#,
        entries.join(",")
    )
}

fn page(resources: &[String], next: &str) -> String {
    bundle(resources).replacen(
        "\"entry\"",
        &format!(r#""link":[{{"relation":"self","url":"x"}},{{"relation":"next","url":"{next}"}}],"entry""#),
        1,
    )
}

fn outcome(severity: &str) -> String {
    format!(
        r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"x"}}]}}"#
    )
}

fn outcome_bundle(severity: &str, resources: &[String]) -> String {
    let entry = format!(
        r#"{{"resource":{},"search":{{"mode":"outcome"}}}}"#,
        outcome(severity)
    );
    let rest = resources.iter().map(|r| format!(r#",{{"resource":{r}}}"#));
    format!(
        r#"{{"resourceType":"Bundle","total":0,"entry":[{entry}{}]}}"#,
        rest.collect::<String>()
    )
}

fn medications(value: &str) -> Call {
    call(&format!(r#"{{"medications":{value}}}"#))
}
