//! Bodies that real clients send (contract section 13), and bodies that nobody should.

use super::*;
use crate::fhir::{Allowed, MemoryServer, patients_in, read_everything};
use proptest::prelude::*;

/// The shape that Epic documents: long ids, references, data-absent requester, one dose three times.
fn epic_draft(order_id: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"resourceType":"MedicationRequest","id":"{order_id}",
        "status":"draft","intent":"order","medicationReference":{{"reference":"Medication/eMed.1-x","display":"oxyCODONE 5 MG tablet"}},
        "subject":{{"reference":"https://ehr.example.org/api/FHIR/R4/Patient/p1","display":"محمد 山田 👩‍👧"}},
        "requester":{{"extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}}]}},
        "dosageInstruction":[{{"_text":{{"extension":[]}},"doseAndRate":[
          {{"type":{{"coding":[{{"system":"http://epic.com/CodeSystem/dose-rate-type","code":"calculated"}}]}},"doseQuantity":{{"value":5,"unit":"mg"}}}},
          {{"type":{{"coding":[{{"system":"http://epic.com/CodeSystem/dose-rate-type","code":"admin-amount"}}]}},"doseQuantity":{{"value":1,"unit":"tablet"}}}},
          {{"type":{{"coding":[{{"system":"http://epic.com/CodeSystem/dose-rate-type","code":"ordered"}}]}},"doseQuantity":{{"value":5,"unit":"mg"}}}}]}}]}}}},
        {{"resource":{{"resourceType":"Medication","id":"eMed.1-x","code":{{"coding":[
          {{"system":"urn:oid:2.16.840.1.113883.6.88","code":"7804"}},{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1049621"}},
          {{"system":"urn:oid:2.16.840.1.113883.6.253","code":"52959"}}]}},
          "ingredient":[{{"itemCodeableConcept":{{"coding":[{{"code":"7804"}}]}},"strength":{{"numerator":{{"value":15,"unit":"MG/5ML"}},"denominator":{{"value":15,"unit":"MG/5ML"}}}}}}]}}}}]}}"#
    )
}

#[test]
fn an_order_as_epic_sends_it_is_read() {
    let id = "e.A-9".repeat(38) + "long";
    assert_eq!(id.len(), 194);
    let nulls: Vec<String> = Query::ALL[1..]
        .iter()
        .map(|q| format!("\"{}\":null", q.key()))
        .collect();
    let call = call(&format!("{{{}}}", nulls.join(",")))
        .needing(&Query::ALL)
        .drafting(&epic_draft(&id));
    call.look(|_, record| {
        let draft = &record.drafts[0];
        assert_eq!(draft.reference, format!("MedicationRequest/{id}"));
        assert_eq!(draft.request.dosage_instruction[0].dose_and_rate.len(), 3);
        let medication = record.medication_of(&draft.request.medication).unwrap();
        assert_eq!(medication.code.as_ref().unwrap().coding.len(), 3);
        assert_eq!(record.gaps, [Gap::Read(Query::Patient, Why::NotSent)]);
    });
}

#[test]
fn an_empty_search_as_epic_answers_it_is_empty() {
    let call = medications(
        r#"{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"x"}],"entry":[{"fullUrl":"urn:uuid:1",
        "resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing","details":{"coding":[{"code":"4101"}]}}]},"search":{"mode":"outcome"}}]}"#,
    );
    assert_eq!(call.read(), Read::Complete);
    assert_eq!(call.gaps(), []);
}

#[test]
fn an_order_as_the_sandbox_sends_it_is_read() {
    let call = call("{}").drafting(
        r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","id":"request-123","status":"draft",
        "category":{"coding":[{"code":"outpatient"}]},"subject":{"reference":"Patient/p1"},
        "dosageInstruction":[{"doseAndRate":[{"doseQuantity":{"value":2,"code":"{pill}"}}]}]}}]}"#,
    );
    call.look(|_, record| {
        let request = &record.drafts[0].request;
        assert_eq!(
            request.category[0].coding[0].code.as_deref(),
            Some("outpatient")
        );
        assert!(request.medication.concept.is_none() && request.intent.is_none());
        assert!(
            record.unresolved_medications().is_empty(),
            "no medicine chosen yet"
        );
    });
}

#[test]
fn a_draft_whose_subject_cannot_be_placed_is_still_looked_at() {
    let draft =
        r#"{"resourceType":"MedicationRequest","id":"m1","subject":{"reference":"urn:uuid:9"}}"#;
    let call = call("{}").drafting(&bundle(&[draft.into()]));
    assert_eq!(call.look(|_, record| record.drafts.len()), 1);
}

#[test]
fn everybodys_orders_in_place_of_the_patients_leave_the_patients() {
    // What a server does that ignores `patient` (seen with Helios without its search parameters).
    let rows: Vec<String> = (0..200)
        .map(|n| order(&format!("m{n}"), &format!("Patient/p{n}")))
        .collect();
    let call = call("{}").with(Fetched::complete(
        Query::Medications,
        vec![outcome_bundle("warning", &rows)],
    ));
    assert_eq!(call.rows(), ["m1"]);
    assert_eq!(call.read(), Read::Partial(Why::OtherPatient));
}

#[test]
fn nesting_without_end_is_survived() {
    let deep =
        |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    for value in [
        deep("[", "]"),
        deep(
            "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":",
            "}]}",
        ),
        deep("{\"response\":{},\"resource\":", "}"),
        format!(
            r#"{{"resourceType":"MedicationRequest","id":"m1","subject":{}}}"#,
            deep("{\"a\":[", "]}")
        ),
    ] {
        let call = medications(&value).drafting(&value);
        let _ = call.read();
        let _ = read_everything("p1", &value);
        let _ = MemoryServer::from_texts([("x", &value)]);
    }
}

proptest! {
    #[test]
    fn no_text_makes_anything_panic(text in any::<String>(), url in any::<String>()) {
        let _ = patients_in(&text);
        let _ = read_everything("p1", &text);
        let (server, _) = MemoryServer::from_texts([("x", &text)]);
        let _ = server.answer(&url);
        let _ = server.answer(&format!("Patient/{url}"));
        let _ = server.answer(&format!("Condition?patient={url}"));
        let fetched = [Fetched::complete(Query::Medications, vec![text.clone(), text])];
        let _ = read_record(&Source { fetched: &fetched, ..Source::new(&url) }, &Query::ALL);
        if let Some(relative) = Query::Patient.url(&url, None) {
            let base = Allowed::parse(&["https://ehr.example.org/fhir"]).unwrap();
            let base = base.base("https://ehr.example.org/fhir").unwrap();
            let path = base.query(&relative).unwrap().path().to_owned();
            prop_assert!(path.starts_with("/fhir/Patient/") && path.len() > "/fhir/Patient/".len());
        }
    }
}
