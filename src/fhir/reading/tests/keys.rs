use super::*;

#[test]
fn resources_under_other_keys_are_presence_at_most() {
    let call = call(&format!(r#"{{"item7":{}}}"#, order("m1", "Patient/p1")));
    assert_eq!(call.rows(), ["m1"]);
    assert_eq!(call.read(), Read::Partial(Why::NotSent));
    assert_eq!(call.wanted(), [Need::from(Query::Medications)]);
}

#[test]
fn the_patient_is_read_wherever_it_stands() {
    let call = call(&format!(r#"{{"-user":7,"item1":{P1}}}"#)).needing(&[Query::Patient]);
    assert_eq!(call.read(), Read::Complete);
    assert_eq!(call.wanted(), []);
}

#[test]
fn an_alias_stands_for_our_key() {
    let mut call = call(r#"{"MEDS":null}"#);
    call.aliases.insert("MEDS".into(), "medications".into());
    assert_eq!(call.read(), Read::Complete);
}

#[test]
fn two_keys_of_one_read_must_both_be_complete() {
    let diagnoses = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c1"}}]}"#;
    let both = |problems: &str| {
        let mut call = call(&format!(
            r#"{{"conditions":{problems},"diagnoses":{diagnoses}}}"#
        ));
        call.aliases.insert("diagnoses".into(), "conditions".into());
        call.needing(&[Query::Conditions])
    };
    assert_eq!(both("null").read(), Read::Complete);
    assert_eq!(
        both(&outcome("error")).read(),
        Read::Partial(Why::ClientFailed)
    );
}

#[test]
fn observations_are_told_apart_by_category() {
    let lab = r#"{"resourceType":"Observation","id":"o1","category":[{"coding":[{"code":"laboratory"}]}]}"#;
    let needs = [Query::Laboratory, Query::Surveys];
    let call = call(&format!(r#"{{"other":{lab}}}"#)).needing(&needs);
    call.look(|_, record| {
        assert_eq!(record.observations.len(), 1);
        assert_eq!(*record.read(Query::Laboratory), Read::Partial(Why::NotSent));
        assert_eq!(*record.read(Query::Surveys), Read::Failed(Why::NotSent));
        assert_eq!(*record.read(Query::Plans), Read::NotAsked);
    });
}

#[test]
fn the_context_encounter_may_be_among_the_encounters() {
    let encounters = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Encounter","id":"e1"}}]}"#;
    let call =
        call(&format!(r#"{{"encounters":{encounters}}}"#)).needing(&[Query::ContextEncounter]);
    assert_eq!(call.read(), Read::Complete);
    let call = super::call("{}").needing(&[Query::ContextEncounter]);
    assert_eq!(call.read(), Read::Failed(Why::NotSent));
}
