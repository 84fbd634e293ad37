use super::*;

#[test]
fn their_resources_are_left_out_and_counted() {
    let call = medications(&bundle(&[
        order("m1", "Patient/p1"),
        order("m2", "Patient/p2"),
        order("m3", "https://ehr.example/fhir/Patient/p2"),
        order("m4", "https://ehr.example/fhir/Patient/p1"),
        order("m5", "Patient/p1/_history/3"),
        order("m6", "Group/p1"),
    ]));
    assert_eq!(call.rows(), ["m1", "m4", "m5"]);
    assert_eq!(call.read(), Read::Complete);
    assert_eq!(
        call.gaps(),
        [Gap::OtherPatient {
            resource_type: "MedicationRequest".into(),
            count: 3
        }]
    );
}

/// Nothing in it is this patient's: that says nothing about this patient, and a server that can be asked is asked.
#[test]
fn a_list_of_nobody_but_others_proves_nothing() {
    let call = medications(&bundle(&[order("m2", "Patient/p2")]));
    assert_eq!(call.read(), Read::Partial(Why::OtherPatient));
    assert!(call.rows().is_empty());
    assert_eq!(call.wanted(), [Need::from(Query::Medications)]);
    let body = bundle(&[order("m1", "Patient/p1")]);
    let call = call.with(Fetched::complete(Query::Medications, vec![body]));
    assert_eq!(call.read(), Read::Complete);
    assert_eq!(call.rows(), ["m1"]);
}

#[test]
fn a_patient_key_that_holds_somebody_else_was_not_sent() {
    let call =
        call(r#"{"patient":{"resourceType":"Patient","id":"p2"}}"#).needing(&[Query::Patient]);
    assert_eq!(call.read(), Read::Failed(Why::NotSent));
    assert!(call.look(|_, record| record.patient.is_none()));
}

#[test]
fn logical_and_urn_subjects_are_the_patients_if_the_patient_says_so() {
    let patient = format!(
        r#"{{"resourceType":"Bundle","entry":[{{"fullUrl":"urn:uuid:1f","resource":{P1}}}]}}"#
    );
    let rows = [
            r#"{"resourceType":"MedicationRequest","id":"m1","subject":{"reference":"urn:uuid:1f"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m2","subject":{"identifier":{"value":"MRN7"}}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m3","subject":{"reference":"urn:uuid:2f"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m4","subject":{"identifier":{"value":"MRN8"}}}"#,
            r##"{"resourceType":"MedicationRequest","id":"m5","subject":{"reference":"#p"}}"##,
            r#"{"resourceType":"MedicationRequest","id":"m6","subject":{"display":"Ann"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m7","subject":"Patient/p2"}"#,
            r#"{"resourceType":"MedicationRequest","id":"m8"}"#,
        ]
        .map(String::from);
    let call = call(&format!(
        r#"{{"medications":{},"patient":{patient}}}"#,
        bundle(&rows)
    ));
    assert_eq!(call.rows(), ["m1", "m2", "m6", "m8"]);
    assert_eq!(call.read(), Read::Partial(Why::Entries { bad: 3, of: 11 }));
}

#[test]
fn an_appointment_is_the_patients_unless_only_others_take_part() {
    let appointments = [
            r#"{"resourceType":"Appointment","id":"a1","participant":[{"actor":{"reference":"Practitioner/d"}},{"actor":{"reference":"Patient/p1"}}]}"#,
            r#"{"resourceType":"Appointment","id":"a2","participant":[{"actor":{"reference":"Patient/p2"}}]}"#,
            r#"{"resourceType":"Appointment","id":"a3","participant":[{"actor":{"reference":"Location/l"}}]}"#,
        ]
        .map(String::from);
    let call = call(&format!(r#"{{"appointments":{}}}"#, bundle(&appointments)));
    call.look(|_, record| {
        let ids: Vec<_> = record
            .appointments
            .iter()
            .filter_map(|a| a.id.as_deref())
            .collect();
        assert_eq!(ids, ["a1", "a3"]);
    });
}
