use super::*;

#[test]
fn a_draft_and_its_chart_form_are_both_there() {
    let chart = order("m1", "Patient/p1");
    let draft = chart.replacen("\"id\"", "\"status\":\"stopped\",\"id\"", 1);
    let call = medications(&bundle(&[chart])).drafting(&bundle(&[draft.clone(), draft.clone()]));
    call.look(|_, record| {
        assert_eq!(record.drafts.len(), 1, "sent twice, counts once");
        assert_eq!(record.drafts[0].reference, "MedicationRequest/m1");
        assert_eq!(record.drafts[0].raw.get(), draft);
        assert_eq!(record.drafts[0].request.status.as_deref(), Some("stopped"));
        assert_eq!(record.medication_requests.len(), 1);
        assert_eq!(record.medication_requests[0].status, None);
    });
}

#[test]
fn other_requests_and_helpers_in_the_bundle_are_no_error() {
    let call = call("{}").drafting(&bundle(
        &[
            r#"{"resourceType":"ServiceRequest","id":"s1"}"#,
            r#"{"resourceType":"ProcedureRequest","id":"s2"}"#,
            r#"{"resourceType":"Practitioner","id":"d"}"#,
            r#"{"resourceType":"VisionPrescription"}"#,
            r#"{"resourceType":"MedicationRequest"}"#,
        ]
        .map(String::from),
    ));
    call.look(|_, record| {
        assert_eq!(record.draft_service_requests.len(), 2);
        assert_eq!(record.drafts.len(), 1);
        assert_eq!(record.drafts[0].reference, "MedicationRequest/");
    });
}

#[test]
fn a_draft_of_another_patient_is_left_out_and_named() {
    let call = call("{}")
        .needing(&[])
        .drafting(&bundle(&[order("m1", "Patient/p2")]));
    assert!(call.look(|_, record| record.drafts.is_empty()));
    assert_eq!(
        call.gaps(),
        [Gap::OtherPatient {
            resource_type: "MedicationRequest".into(),
            count: 1
        }]
    );
}

#[test]
fn drafts_without_anything_in_them_are_no_drafts() {
    for drafts in [
        r#"{"resourceType":"Bundle"}"#,
        r#"{"resourceType":"Bundle","entry":[]}"#,
        r#"{"resourceType":"Bundle","entry":[{},{"resource":null}]}"#,
    ] {
        let call = call("{}").drafting(drafts);
        assert!(call.look(|_, record| record.drafts.is_empty()));
        assert_eq!(call.needing(&[]).gaps(), []);
    }
}

#[test]
fn a_medication_is_found_in_every_form_of_reference() {
    let medication = r#"{"fullUrl":"urn:uuid:77","resource":{"resourceType":"Medication","id":"d1","code":{"text":"oxycodone"}}}"#;
    for (reference, contained) in [
        ("Medication/d1", ""),
        ("https://ehr.example/fhir/Medication/d1", ""),
        ("Medication/d1/_history/2", ""),
        ("urn:uuid:77", ""),
        (
            "#c1",
            r#""contained":[{"resourceType":"Organization","id":"o"},{"id":"c1","resourceType":"Medication","code":{"text":"oxycodone"}}],"#,
        ),
    ] {
        let order = format!(
            r#"{{"resource":{{"resourceType":"MedicationRequest",{contained}"id":"m1","medicationReference":{{"reference":"{reference}"}}}}}}"#
        );
        let call = call("{}").drafting(&format!(
            r#"{{"resourceType":"Bundle","entry":[{order},{medication}]}}"#
        ));
        call.look(|_, record| {
            let found = record.medication_of(&record.drafts[0].request.medication);
            let text = found
                .and_then(|m| m.code.as_ref())
                .and_then(|c| c.text.as_deref());
            assert_eq!(text, Some("oxycodone"), "{reference}");
        });
    }
}

#[test]
fn a_medication_that_is_nowhere_is_named_once_fetched_and_then_found() {
    let drafts = bundle(&[
            r#"{"resourceType":"MedicationRequest","id":"m1","medicationReference":{"reference":"Medication/d1"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m2","medicationReference":{"reference":"Medication/d1"}}"#,
        ].map(String::from));
    let call = call("{}").needing(&[]).drafting(&drafts);
    assert_eq!(
        call.look(|_, r| r.unresolved_medications()),
        ["Medication/d1"]
    );
    let named = |id: &str| Gap::Medication {
        order: format!("MedicationRequest/{id}"),
    };
    assert_eq!(call.gaps(), [named("m1"), named("m2")]);
    let call = call.with(Fetched {
        asked: Asked::Medication("Medication/d1".into()),
        pages: vec![r#"{"resourceType":"Medication","id":"d1"}"#.into()],
        requests: 1,
        ended: None,
    });
    assert_eq!(call.gaps(), []);
}
