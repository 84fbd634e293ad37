use super::*;

#[test]
fn what_the_server_said_answers_a_missing_key() {
    let body = bundle(&[order("m1", "Patient/p1")]);
    let call = call("{}").with(Fetched::complete(Query::Medications, vec![body]));
    assert_eq!(
        (call.read(), call.rows()),
        (Read::Complete, vec!["m1".into()])
    );
}

#[test]
fn pages_that_came_before_the_end_count() {
    let first = page(&[order("m1", "Patient/p1")], "x");
    let call = call("{}").with(Fetched {
        ended: Some(Why::Timeout),
        ..Fetched::complete(Query::Medications, vec![first])
    });
    assert_eq!(
        (call.read(), call.rows()),
        (Read::Partial(Why::Timeout), vec!["m1".into()])
    );
}

#[test]
fn nothing_at_all_is_a_failure_with_its_reason() {
    for why in [
        Why::Timeout,
        Why::Refused,
        Why::Status(404),
        Why::NotAllowed,
    ] {
        let call = call("{}").with(Fetched::failed(Query::Medications, why.clone()));
        assert_eq!(call.read(), Read::Failed(why));
    }
}

#[test]
fn a_body_that_is_no_answer_is_malformed() {
    for body in [
        "<html>",
        "{",
        "7",
        &outcome("error"),
        r#"{"resourceType":"Patient"}"#,
    ] {
        let call = call("{}").with(Fetched::complete(Query::Medications, vec![body.into()]));
        assert_eq!(call.read(), Read::Failed(Why::Malformed), "{body}");
    }
}

#[test]
fn rows_sent_under_another_key_stay_when_the_fetch_fails() {
    let call = call(&format!(r#"{{"item7":{}}}"#, order("m1", "Patient/p1")))
        .with(Fetched::failed(Query::Medications, Why::Timeout));
    assert_eq!(call.read(), Read::Partial(Why::Timeout));
    assert_eq!(call.rows(), ["m1"]);
}

/// R-121: a server that ignores which patient is meant proves nothing by what it leaves out.
#[test]
fn an_answer_with_other_patients_resources_is_partial_at_best() {
    let others = || order("x", "Patient/p2");
    for rows in [vec![order("m1", "Patient/p1"), others()], vec![others()]] {
        let own = rows.len() - 1;
        let body = bundle(&rows);
        let call = call("{}").with(Fetched::complete(Query::Medications, vec![body]));
        assert_eq!(call.read(), Read::Partial(Why::OtherPatient));
        assert_eq!(call.rows().len(), own);
    }
}

#[test]
fn somebody_elses_patient_is_no_answer() {
    let body = r#"{"resourceType":"Patient","id":"p2"}"#;
    let call = call("{}")
        .with(Fetched::complete(Query::Patient, vec![body.into()]))
        .needing(&[Query::Patient]);
    assert_eq!(call.read(), Read::Failed(Why::OtherPatient));
}
