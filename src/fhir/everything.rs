//! A file instead of a call: everything in it is the record, and what is not in it is not there.
//!
//! Knows JSON resources, Bundles and NDJSON.
//! Refuses to know files: it is given their text.

use super::bundle::{Opened, Shape};
use super::resources::{Reference, Text};
use super::rows::{Rows, Taken};
use super::views::json::{self, Element, Member};
use super::whose::Whose;
use super::{Gap, Query, Read, Record, Why};
use serde::de::MapAccess;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The JSON documents of a text: one, or one per line. A line that is no JSON comes as its number.
pub(super) fn documents(text: &str) -> Vec<Result<&RawValue, usize>> {
    let text = text.trim_start_matches('\u{feff}');
    if let Ok(whole) = serde_json::from_str(text) {
        return vec![Ok(whole)];
    }
    let lines: Vec<_> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| serde_json::from_str::<&RawValue>(line).map_err(|_| index + 1))
        .collect();
    let is_object = |line: &Result<&RawValue, usize>| line.is_ok_and(|v| v.get().starts_with('{'));
    if lines.len() > 1 && !lines.iter().any(is_object) {
        // Not lines of JSON at all: one broken document.
        return vec![Err(1)];
    }
    lines
}

/// The patients of a file: its Patient resources, or else the subjects that its resources name. Each once, in order.
pub fn patients_in(text: &str) -> Vec<String> {
    let mut patients = Vec::new();
    let mut subjects = Vec::new();
    for value in documents(text).into_iter().flatten() {
        for item in Opened::new(value).items {
            let subject: Subject<'_> = json::read(item.raw).unwrap_or_default();
            if item.kind == "Patient" {
                patients.extend(subject.id.map(Text::into_owned));
            } else {
                subjects.extend(subject.patients().map(str::to_owned));
            }
        }
    }
    let mut named = if patients.is_empty() {
        subjects
    } else {
        patients
    };
    let mut seen = std::collections::BTreeSet::new();
    named.retain(|patient| seen.insert(patient.clone()));
    named
}

/// The record that a file holds about a patient. Every read is complete unless part of the file cannot be read.
pub fn read_everything<'a>(patient_id: &'a str, text: &'a str) -> Record<'a> {
    let opened = opened(text);
    let mut whose = Whose::new(patient_id);
    for item in &opened.items {
        whose.learn(item);
    }
    let mut rows = Rows::new(whose);
    let mut unclear: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &opened.items {
        if rows.take(item) == Taken::Unclear {
            *unclear.entry(&item.kind).or_default() += 1;
        }
    }
    let mut record = rows.into_record();
    for query in Query::ALL {
        let unclear = unclear.get(query.resource_type()).unwrap_or(&0);
        let read = read_of(&opened, *unclear);
        if let Read::Partial(why) = &read {
            record.gaps.push(Gap::Read(query, why.clone()));
        }
        record.reads.insert(query, read);
    }
    let bad = opened.bad + opened.hollow;
    let unreadable = unclear
        .into_iter()
        .chain((bad > 0).then_some(("Resource", bad)));
    record
        .gaps
        .extend(unreadable.map(|(resource_type, count)| Gap::Entries {
            resource_type: resource_type.to_owned(),
            place: "file".to_owned(),
            count,
        }));
    record
}

fn read_of(opened: &Opened<'_>, unclear: usize) -> Read {
    let bad = opened.bad + opened.hollow + unclear;
    if opened.next.is_some() {
        Read::Partial(Why::MorePages)
    } else if bad > 0 {
        let of = bad + opened.items.len();
        Read::Partial(Why::Entries { bad, of })
    } else {
        Read::Complete
    }
}

/// All documents of a file as one. A document that holds nothing of FHIR, and a file without any, count as unreadable.
fn opened(text: &str) -> Opened<'_> {
    let mut opened = Opened::default();
    let documents = documents(text);
    opened.bad += usize::from(documents.is_empty());
    for document in documents {
        let Ok(value) = document else {
            opened.bad += 1;
            continue;
        };
        let more = opened.next.take();
        let document = Opened::new(value);
        let is_empty = document.shape == Shape::Unusable && document.items.is_empty();
        opened.bad += usize::from(is_empty);
        opened.append(document);
        opened.next = opened.next.take().or(more);
    }
    opened
}

/// Whom a resource of any type is about.
#[derive(Default)]
pub(super) struct Subject<'a> {
    pub(super) id: Option<Text<'a>>,
    named: Vec<Reference<'a>>,
}

impl Subject<'_> {
    /// Ids of the patients named.
    pub(super) fn patients(&self) -> impl Iterator<Item = &str> {
        self.named.iter().filter_map(|reference| {
            let (kind, id) = reference.target()?;
            matches!(kind, "Patient" | "").then_some(id)
        })
    }
}

impl<'a> Element<'a> for Subject<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "subject" | "patient" | "for" => self.named.extend(value.element()?),
            "participant" => {
                let participants: Vec<Participant<'a>> = value.list()?;
                let actors = participants.into_iter().filter_map(|p| p.actor);
                self.named.extend(actors);
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Participant<'a> {
    actor: Option<Reference<'a>>,
}

impl<'a> Element<'a> for Participant<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "actor" => self.actor = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Synthea writes a patient: subjects by the full URL of the Patient's entry.
    const SYNTHEA: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:274b","resource":{"resourceType":"Patient","id":"274b","birthDate":"1952-03-28"},"request":{"method":"POST","url":"Patient"}},
        {"fullUrl":"urn:uuid:9d1e","resource":{"resourceType":"Condition","id":"9d1e","subject":{"reference":"urn:uuid:274b"},"code":{"text":"Chronic pain"}}},
        {"fullUrl":"urn:uuid:0a54","resource":{"resourceType":"MedicationRequest","id":"0a54","status":"stopped","subject":{"reference":"urn:uuid:274b"},
          "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1049221"}]},"reasonReference":[{"reference":"urn:uuid:9d1e"}]}}]}"#;

    /// As the Inferno reference server's bundles: the full URL is not the id.
    const INFERNO: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:1f51","resource":{"resourceType":"Patient","id":"999"}},
        {"fullUrl":"urn:uuid:33aa","resource":{"resourceType":"Medication","id":"m","code":{"text":"x"}}},
        {"resource":{"resourceType":"MedicationRequest","id":"r1","subject":{"reference":"Patient/999"},"medicationReference":{"reference":"urn:uuid:33aa"}}},
        {"resource":{"resourceType":"Goal","id":"g1","subject":{"reference":"urn:uuid:1f51"}}}]}"#;

    #[test]
    fn a_bundle_is_the_whole_record_of_its_patient() {
        assert_eq!(patients_in(SYNTHEA), ["274b"]);
        let record = read_everything("274b", SYNTHEA);
        assert_eq!(
            (record.conditions.len(), record.medication_requests.len()),
            (1, 1)
        );
        assert!(record.patient.is_some());
        for query in Query::ALL {
            assert_eq!(*record.read(query), Read::Complete, "{query:?}");
        }
        assert_eq!(record.gaps, []);
    }

    #[test]
    fn full_urls_and_ids_both_name_the_patient_and_the_medication() {
        let record = read_everything("999", INFERNO);
        assert_eq!(
            (record.goals.len(), record.medication_requests.len()),
            (1, 1)
        );
        assert!(
            record
                .medication_of(&record.medication_requests[0].medication)
                .is_some()
        );
        assert_eq!(record.gaps, []);
    }

    #[test]
    fn a_single_resource_is_read_for_the_subject_it_names() {
        let order = r#"{"resourceType":"MedicationRequest","id":"r1","subject":{"reference":"Patient/p9"}}"#;
        assert_eq!(patients_in(order), ["p9"]);
        let record = read_everything("p9", order);
        assert_eq!(record.medication_requests.len(), 1);
        assert_eq!(*record.read(Query::Patient), Read::Complete);
        assert!(record.patient.is_none());
    }

    #[test]
    fn ndjson_is_read_line_by_line_and_a_bad_line_costs_completeness() {
        let lines = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}\n\n{\"resourceType\":\"Condition\",\"id\":\"c1\"}\r\n";
        let record = read_everything("p1", lines);
        assert_eq!((record.conditions.len(), record.gaps.len()), (1, 0));
        let broken = format!("{lines}{{\"resourceType\":\n");
        assert_eq!(patients_in(&broken), ["p1"]);
        let record = read_everything("p1", &broken);
        assert_eq!(
            *record.read(Query::Goals),
            Read::Partial(Why::Entries { bad: 1, of: 3 })
        );
    }

    #[test]
    fn two_patients_in_a_file_are_kept_apart() {
        let both = r#"[{"resourceType":"Patient","id":"a"},{"resourceType":"Patient","id":"b"},
            {"resourceType":"Condition","id":"c","subject":{"reference":"Patient/b"}}]"#;
        assert_eq!(patients_in(both), ["a", "b"]);
        let record = read_everything("a", both);
        assert!(record.conditions.is_empty());
        let other = |kind: &str| Gap::OtherPatient {
            resource_type: kind.into(),
            count: 1,
        };
        assert_eq!(record.gaps, [other("Condition"), other("Patient")]);
    }

    #[test]
    fn a_saved_page_with_a_next_link_is_partial() {
        let page = r#"{"resourceType":"Bundle","link":[{"relation":"next","url":"x"}],"entry":[]}"#;
        let record = read_everything("p", page);
        assert_eq!(
            *record.read(Query::Medications),
            Read::Partial(Why::MorePages)
        );
    }

    #[test]
    fn nothing_readable_is_nothing_known() {
        for text in ["", "<html>", "7", "\u{feff}", "{\n\"id\":\n[\n1\n]"] {
            assert!(patients_in(text).is_empty());
            let record = read_everything("p", text);
            assert_ne!(*record.read(Query::Medications), Read::Complete, "{text:?}");
        }
    }
}
