use super::*;

#[test]
fn an_absent_key_is_unknown_and_is_asked_for() {
    let call = call("{}");
    assert_eq!(call.read(), Read::Failed(Why::NotSent));
    assert_eq!(call.wanted(), [Need::from(Query::Medications)]);
    assert_eq!(call.gaps(), [Gap::Read(Query::Medications, Why::NotSent)]);
}

#[test]
fn null_is_known_empty() {
    let call = medications("null");
    assert_eq!(call.read(), Read::Complete);
    assert_eq!(call.wanted(), []);
    assert_eq!(call.gaps(), []);
}

#[test]
fn a_bundle_without_entries_is_known_empty() {
    for empty in [
        r#"{"resourceType":"Bundle"}"#,
        r#"{"resourceType":"Bundle","entry":[]}"#,
        r#"{"resourceType":"Bundle","entry":null}"#,
        r#"{"type":"searchset","total":0,"resourceType":"Bundle"}"#,
    ] {
        assert_eq!(medications(empty).read(), Read::Complete, "{empty}");
    }
}

#[test]
fn a_bundle_of_a_warning_alone_is_known_empty() {
    for severity in ["warning", "information"] {
        let call = medications(&outcome_bundle(severity, &[]));
        assert_eq!(call.read(), Read::Complete);
    }
}

#[test]
fn a_bundle_of_an_error_alone_failed_and_is_not_asked_again() {
    for severity in ["error", "fatal", "?"] {
        let call = medications(&outcome_bundle(severity, &[]));
        assert_eq!(call.read(), Read::Failed(Why::ClientFailed));
        assert_eq!(call.wanted(), []);
    }
}

#[test]
fn an_outcome_in_place_of_the_answer_failed_whatever_its_severity() {
    for severity in ["error", "information"] {
        let call = medications(&outcome(severity));
        assert_eq!(call.read(), Read::Failed(Why::ClientFailed));
        assert_eq!(call.wanted(), []);
    }
}

#[test]
fn an_outcome_beside_matches_leaves_them() {
    let rows = [order("m1", "Patient/p1")];
    let call = medications(&outcome_bundle("warning", &rows));
    assert_eq!(
        (call.read(), call.rows()),
        (Read::Complete, vec!["m1".into()])
    );
    let call = medications(&outcome_bundle("error", &rows));
    assert_eq!(call.read(), Read::Partial(Why::ClientFailed));
    assert_eq!(call.rows(), ["m1"]);
}

#[test]
fn a_list_that_goes_on_is_partial_until_its_pages_are_read() {
    let first = page(&[order("m1", "Patient/p1")], "https://ehr/fhir?page=2");
    let call = medications(&first);
    assert_eq!(call.read(), Read::Partial(Why::MorePages));
    assert_eq!(
        call.wanted(),
        [Need {
            query: Query::Medications,
            next: Some("https://ehr/fhir?page=2".into()),
            as_of: None,
        }]
    );
    let second = bundle(&[order("m2", "Patient/p1"), order("m1", "Patient/p1")]);
    let call = call.with(Fetched::complete(Query::Medications, vec![second]));
    assert_eq!(call.read(), Read::Complete);
    assert_eq!(call.rows(), ["m1", "m2"], "the repeated row counts once");
}

#[test]
fn a_list_whose_rest_cannot_be_had_stays_partial() {
    let first = page(&[order("m1", "Patient/p1")], "https://ehr/fhir?page=2");
    for why in [Why::Timeout, Why::NotAllowed] {
        let call = medications(&first).with(Fetched::failed(Query::Medications, why));
        assert_eq!(call.read(), Read::Partial(Why::MorePages));
        assert_eq!(call.rows(), ["m1"]);
    }
}

#[test]
fn a_next_link_without_an_address_is_still_a_next_link() {
    let call = medications(r#"{"resourceType":"Bundle","link":[{"relation":"next"}],"entry":[]}"#);
    assert_eq!(call.read(), Read::Partial(Why::MorePages));
    assert_eq!(call.wanted(), []);
}

#[test]
fn a_usable_bundle_or_resource_is_had() {
    let one = order("m1", "Patient/p1");
    for value in [bundle(std::slice::from_ref(&one)), one] {
        let call = medications(&value);
        assert_eq!(
            (call.read(), call.rows()),
            (Read::Complete, vec!["m1".into()])
        );
    }
}

#[test]
fn anything_else_counts_as_absent() {
    for value in [
        "\"Bundle\"",
        "7",
        "true",
        "{}",
        "[]",
        "[1,2]",
        r#"{"resourceType":7}"#,
        r#"{"resourceType":"Condition","id":"c1"}"#,
        r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c1"}}]}"#,
    ] {
        let call = medications(value);
        assert_eq!(call.read(), Read::Failed(Why::NotSent), "{value}");
        assert_eq!(call.wanted().len(), 1, "{value}");
    }
}
