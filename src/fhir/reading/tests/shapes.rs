use super::*;

#[test]
fn the_wrapper_from_before_1_0_is_taken_off() {
    let wrapped =
        |inner: &str| format!(r#"{{"response":{{"status":"200 OK"}},"resource":{inner}}}"#);
    let call = medications(&wrapped(&bundle(&[order("m1", "Patient/p1")])));
    assert_eq!(
        (call.read(), call.rows()),
        (Read::Complete, vec!["m1".into()])
    );
    let call = medications(r#"{"response":{"status":"403 Forbidden"}}"#);
    assert_eq!(call.read(), Read::Failed(Why::ClientFailed));
    let call = medications(r#"{"response":{"status":"200 OK"},"resource":null}"#);
    assert_eq!(call.read(), Read::Failed(Why::NotSent));
}

#[test]
fn bundles_in_bundles_are_opened() {
    let inner = bundle(&[order("m1", "Patient/p1")]);
    let call = medications(&bundle(&[inner, order("m2", "Patient/p1")]));
    assert_eq!((call.read(), call.rows().len()), (Read::Complete, 2));
    let inner = page(&[order("m1", "Patient/p1")], "x");
    let call = medications(&bundle(&[inner]));
    assert_eq!(call.read(), Read::Partial(Why::MorePages));
}

#[test]
fn a_bundle_of_one_answers_a_read() {
    let call =
        call(&format!(r#"{{"patient":{}}}"#, bundle(&[P1.into()]))).needing(&[Query::Patient]);
    assert_eq!(call.read(), Read::Complete);
}

#[test]
fn entries_that_cannot_be_read_are_counted_and_cost_completeness() {
    let value = format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{}}},7,{{"resource":"x"}},{{"resource":{{"id":"m3"}}}}]}}"#,
        order("m1", "Patient/p1")
    );
    let call = medications(&value);
    assert_eq!(call.read(), Read::Partial(Why::Entries { bad: 3, of: 4 }));
    assert_eq!(call.rows(), ["m1"]);
    assert!(call.gaps().contains(&Gap::Entries {
        resource_type: "MedicationRequest".into(),
        place: "medications".into(),
        count: 3
    }));
}

#[test]
fn includes_are_used_but_are_no_matches() {
    let value = r#"{"resourceType":"Bundle","entry":[
            {"resource":{"resourceType":"MedicationRequest","id":"m1","medicationReference":{"reference":"Medication/d1"}},"search":{"mode":"match"}},
            {"resource":{"resourceType":"Medication","id":"d1","code":{"text":"oxycodone"}},"search":{"mode":"include"}}]}"#;
    let call = medications(value);
    assert_eq!(call.read(), Read::Complete);
    call.look(|_, record| {
        let order = &record.medication_requests[0];
        let found = record.medication_of(&order.medication).unwrap();
        assert_eq!(
            found.code.as_ref().unwrap().text.as_deref(),
            Some("oxycodone")
        );
        assert!(record.unresolved_medications().is_empty());
    });
    let only_include = value.replace("\"match\"", "\"outcome\"");
    assert_eq!(medications(&only_include).read(), Read::Complete);
}

#[test]
fn a_bare_list_gives_its_resources_but_is_no_answer() {
    let call = medications(&format!("[{}]", order("m1", "Patient/p1")));
    assert_eq!(call.rows(), ["m1"]);
    assert_ne!(call.read(), Read::Complete);
    assert_eq!(call.wanted().len(), 1);
}
