//! Elements of the wrong shape, numbers as text, broken text.

use super::*;

#[test]
fn one_list_too_many_or_too_few_is_repaired() {
    let order = order(
        r#"{"subject":[{"reference":"Patient/p1"}],"reasonCode":{"coding":{"code":"x"}},
        "medicationCodeableConcept":[{"text":"oxycodone"}],"dosageInstruction":{"text":"one daily","timing":{"repeat":{"when":"HS"}}}}"#,
    );
    assert_eq!(
        order.subject.unwrap().reference.as_deref(),
        Some("Patient/p1")
    );
    assert_eq!(order.reason_code[0].coding[0].code.as_deref(), Some("x"));
    assert_eq!(
        order.medication.concept.unwrap().text.as_deref(),
        Some("oxycodone")
    );
    let timing = order.dosage_instruction[0].timing.as_ref().unwrap();
    assert_eq!(timing.repeat.as_ref().unwrap().when, ["HS"]);
}

#[test]
fn garbage_costs_its_element_alone() {
    let order = order(
        r#"{"resourceType":"MedicationRequest","id":"m1","status":{"x":1},"intent":["order"],"category":7,"subject":null,
        "authoredOn":"yesterday","dosageInstruction":[1,"take one",{"timing":"daily","doseAndRate":[false,{"doseQuantity":[]}]}],
        "dispenseRequest":"none","doNotPerform":"no","_authoredOn":{"extension":[]},"requester":{"extension":[{"url":"x"}]},"unknown":[[[1.5]]]}"#,
    );
    assert_eq!(order.id.as_deref(), Some("m1"));
    assert_eq!(
        (order.status, order.intent, order.subject),
        (None, None, None)
    );
    assert_eq!((order.authored_on, order.dispense_request), (None, None));
    assert_eq!(order.category, []);
    assert_eq!(order.requester, Some(Reference::default()));
    assert_eq!(order.dosage_instruction.len(), 2);
    assert_eq!(
        order.dosage_instruction[0].text.as_deref(),
        Some("take one")
    );
    assert_eq!(order.dosage_instruction[1].dose_and_rate.len(), 1);
}

#[test]
fn half_a_surrogate_pair_costs_one_character() {
    let order = order(
        r#"{"id":"m\ud800","note\udfff":1,"subject":{"display":"a\ud83d\ude00b\udc00"},"medicationCodeableConcept":{"text":"x\ud800y\n"},
        "reasonCode":"\ud800","dosageInstruction":[{"text":"ok\\\"\u0000"}]}"#,
    );
    assert_eq!(order.id.as_deref(), Some("m\u{fffd}"));
    assert_eq!(
        order.subject.unwrap().display.as_deref(),
        Some("a😀b\u{fffd}")
    );
    assert_eq!(
        order.medication.concept.unwrap().text.as_deref(),
        Some("x\u{fffd}y\n")
    );
    assert_eq!(
        order.dosage_instruction[0].text.as_deref(),
        Some("ok\\\"\0")
    );
}

#[test]
fn a_very_deep_element_costs_itself_alone() {
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    let body = format!(r#"{{"id":"m1","subject":{deep},"note":{deep},"status":"active"}}"#);
    let order = order(&body);
    assert_eq!(
        (order.id.as_deref(), order.status.as_deref()),
        (Some("m1"), Some("active"))
    );
}

#[test]
fn a_repeated_member_counts_as_last_written() {
    assert_eq!(
        order(r#"{"status":"draft","status":"active"}"#)
            .status
            .as_deref(),
        Some("active")
    );
}

#[test]
fn decimals_keep_their_digits() {
    let value = |json: &str| {
        let body = format!(r#"{{"quantity":{{"value":{json}}}}}"#);
        read::<MedicationDispense<'_>>(raw(&body))
            .unwrap()
            .quantity
            .unwrap()
            .value
    };
    assert_eq!(value("1.50").unwrap().to_string(), "1.50");
    assert_eq!(value("0.1"), number("0.1"));
    assert_eq!(value("1e3"), number("1000"));
    assert_eq!(value("1.25E+2"), number("125"));
    assert_eq!(value("25e-1"), number("2.5"));
    assert_eq!(value("-3"), number("-3"));
    assert_eq!(value("\"7.5\""), number("7.5"));
    assert_eq!(value("\" 7.5 \""), number("7.5"));
    for nothing in [
        "1e40",
        "-1e999999999999",
        "1e-40",
        "9e99999",
        "\"1_000\"",
        "\"5 mg\"",
        "\"\"",
        "true",
        "null",
        "{}",
        "[]",
        "100000000000000000000000000000000000",
    ] {
        assert_eq!(value(nothing), None, "{nothing}");
    }
}

#[test]
fn whole_numbers_have_to_be_whole_and_to_fit() {
    let repeats = |json: &str| {
        let body = format!(r#"{{"dispenseRequest":{{"numberOfRepeatsAllowed":{json}}}}}"#);
        let request = read::<MedicationRequest<'_>>(raw(&body)).unwrap();
        request.dispense_request.unwrap().number_of_repeats_allowed
    };
    assert_eq!(
        (repeats("3"), repeats("3.0"), repeats("\"3\"")),
        (Some(3), Some(3), Some(3))
    );
    assert_eq!(
        (repeats("2.5"), repeats("-1"), repeats("1e12")),
        (None, None, None)
    );
}

#[test]
fn a_code_written_as_a_number_is_text() {
    let order = order(r#"{"medicationCodeableConcept":{"coding":[{"code":1049683}]}}"#);
    let concept = order.medication.concept.unwrap();
    assert_eq!(concept.coding[0].code.as_deref(), Some("1049683"));
}

#[test]
fn the_resource_type_is_found_first_or_last() {
    assert_eq!(
        resource_type(raw(r#"{"resourceType":"Patient","x":1}"#)).as_deref(),
        Some("Patient")
    );
    assert_eq!(
        resource_type(raw(
            r#"{"x":{"resourceType":"No"},"resourceType":"Patient"}"#
        ))
        .as_deref(),
        Some("Patient")
    );
    for none in [
        "{}",
        "7",
        "[]",
        r#"{"resourceType":""}"#,
        r#"{"resourceType":7}"#,
        r#"{"resourceType":"a b"}"#,
    ] {
        assert_eq!(resource_type(raw(none)), None, "{none}");
    }
}
