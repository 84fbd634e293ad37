//! Strict, lax and repeated reading.

use super::*;

const ORDER: &str = r##"{
    "resourceType": "MedicationRequest",
    "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "oxycodone"}}],
    "status": "active",
    "intent": "order",
    "medicationReference": {"reference": "#m"},
    "subject": {"reference": "Patient/1"},
    "_authoredOn": {"extension": [{
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown"
    }]},
    "dosageInstruction": [{
        "asNeededBoolean": false,
        "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 0.10, "unit": "mg"}}]
    }]
}"##;

fn with(name: &str, changed: Value) -> String {
    let mut order = value(ORDER);
    order[name] = changed;
    order.to_string()
}

fn refusal(json: &str) -> String {
    check(json).expect_err(json).to_string()
}

#[test]
fn a_resource_of_r4_passes_and_is_named() {
    assert_eq!(check(ORDER).expect("valid"), "MedicationRequest");
    assert_eq!(check_lax(ORDER).expect("valid"), "MedicationRequest");
}

#[test]
fn unknown_elements_are_refused_at_every_level() {
    let error = refusal(&with("colour", json!("red")));
    assert_eq!(
        error,
        "MedicationRequest does not follow R4 in `colour`: unknown field `colour`"
    );
    let error = refusal(&with(
        "dosageInstruction",
        json!([{"doseQuantity": {"value": 1}}]),
    ));
    assert_eq!(
        error,
        "MedicationRequest does not follow R4 in `dosageInstruction`: unknown field `doseQuantity`"
    );
}

#[test]
fn missing_required_elements_are_refused() {
    let error = refusal(r#"{"resourceType":"Observation","status":"final"}"#);
    assert_eq!(
        error,
        "Observation does not follow R4: missing field `code`"
    );
    let mut order = value(ORDER);
    order
        .as_object_mut()
        .expect("an object")
        .remove("medicationReference");
    refusal(&order.to_string());
}

#[test]
fn values_of_a_wrong_type_are_refused_even_where_fhirbolt_repairs_them() {
    for (name, wrong) in [
        ("status", json!(5)),
        ("status", json!(null)),
        ("status", json!({"value": "active"})),
        ("status", json!(["active"])),
        ("doNotPerform", json!("false")),
        ("doNotPerform", json!("no")),
        ("doNotPerform", json!(0)),
        ("subject", json!("Patient/1")),
        ("subject", json!([{"reference": "Patient/1"}])),
        ("category", json!({"text": "community"})),
        ("category", json!([["community"]])),
        ("category", json!([null])),
        ("dispenseRequest", json!({"numberOfRepeatsAllowed": "1"})),
        ("dispenseRequest", json!({"numberOfRepeatsAllowed": 1.5})),
        ("dispenseRequest", json!({"numberOfRepeatsAllowed": -1})),
        ("dispenseRequest", json!({"quantity": {"value": "30"}})),
        ("dispenseRequest", json!({"quantity": {"value": true}})),
    ] {
        let error = refusal(&with(name, wrong.clone()));
        assert!(
            error.contains(&format!("`{name}")),
            "{name} {wrong}: {error}"
        );
    }
}

#[test]
fn what_is_empty_or_said_twice_is_refused() {
    for (name, empty) in [
        ("category", json!([])),
        ("category", json!([{}])),
        ("status", json!("")),
    ] {
        assert!(refusal(&with(name, empty)).starts_with("not FHIR JSON: an empty"));
    }
    let twice = ORDER.replacen(
        "\"status\": \"active\"",
        "\"status\": \"active\", \"status\": \"stopped\"",
        1,
    );
    assert!(refusal(&twice).contains("`status` twice"));
    assert!(refusal(&format!("{ORDER} {{}}")).contains("trailing characters"));
}

#[test]
fn what_is_no_resource_is_refused_in_both_ways_of_reading() {
    for (json, words) in [
        ("", "not FHIR JSON"),
        ("[]", "a resource, which is a JSON object"),
        ("5", "a resource, which is a JSON object"),
        ("{}", "no `resourceType`"),
        (r#"{"resourceType":5}"#, "not FHIR JSON"),
        (
            r#"{"resourceType":"Prescription"}"#,
            "a resource type that R4 does not have",
        ),
        (
            r#"{"resourceType":"Patient","contained":[{"resourceType":"Prescription"}]}"#,
            "a resource type that R4 does not have",
        ),
    ] {
        assert!(refusal(json).contains(words), "{json}");
        let lax = check_lax(json).expect_err(json).to_string();
        assert!(lax.contains(words), "{json}: {lax}");
    }
}

#[test]
fn lax_reading_forgives_what_is_unknown_missing_or_empty() {
    for json in [
        r#"{"resourceType":"Observation"}"#,
        r#"{"resourceType":"Patient","colour":"red","shape":{"round":true}}"#,
        r#"{"resourceType":"Patient","colours":["red","blue"],"name":[{"nicknames":["A"]}]}"#,
        r#"{"resourceType":"Patient","name":[],"active":"true"}"#,
        r#"{"resourceType":"Patient","name":{"given":"A"}}"#,
    ] {
        check(json).expect_err(json);
        check_lax(json).expect(json);
    }
    let error = check_lax(r#"{"resourceType":"Patient","name":[{"given":["A",5]}]}"#)
        .expect_err("a number is not a name")
        .to_string();
    assert!(error.contains("in `name`"), "{error}");
}

#[test]
fn a_bundle_names_the_entry_at_fault() {
    let patients: Vec<Value> = (0..200)
        .map(|number| {
            json!({"resource": {"resourceType": "Patient", "id": number.to_string()},
                   "search": {"mode": "match"}})
        })
        .collect();
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": patients});
    assert_eq!(check(&bundle.to_string()).expect("valid"), "Bundle");
    bundle["entry"][123]["resource"]["colour"] = json!("red");
    assert_eq!(
        refusal(&bundle.to_string()),
        "entry 123 of the Bundle: Patient does not follow R4 in `colour`: unknown field `colour`"
    );
    check_lax(&bundle.to_string()).expect("lax");
}

#[test]
fn resources_within_resources_end_before_the_stack_does() {
    for depth in [16, 1000, 100_000] {
        let before = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":"#;
        let json = format!(
            r#"{}{{"resourceType":"Patient"}}{}"#,
            before.repeat(depth),
            "}]}".repeat(depth)
        );
        check(&json).expect_err("too deep");
        check_lax(&json).expect_err("too deep");
    }
}

#[test]
fn reading_again_gives_the_same_resource_with_its_decimals_as_written() {
    let again = reserialise(ORDER).expect("valid");
    assert!(again.starts_with(r#"{"resourceType":"MedicationRequest""#));
    assert!(again.contains(r#""value":0.10,"#), "{again}");
    assert_eq!(value(&again), value(ORDER));
    reserialise(&with("colour", json!("red"))).expect_err("strict");
}

/// Puts something else in the place of every value, one at a time.
fn changes(whole: &Value, at: &mut Vec<String>, found: &mut Vec<Value>) {
    let here = whole.pointer(&at.concat()).expect("a place that exists");
    let inner: Vec<String> = match here {
        Value::Object(members) => members.keys().cloned().collect(),
        Value::Array(elements) => (0..elements.len()).map(|index| index.to_string()).collect(),
        _ => Vec::new(),
    };
    for other in [
        json!(null),
        json!([]),
        json!({}),
        json!(""),
        json!(5),
        json!(0.5),
        json!(true),
        json!("x"),
        json!([null]),
        json!([[]]),
        json!([1, 2]),
        json!({"x": [1, 2]}),
        json!({"resourceType": "Patient"}),
    ] {
        let mut changed = whole.clone();
        if let Some(place) = changed.pointer_mut(&at.concat()) {
            *place = other;
        }
        found.push(changed);
    }
    for name in inner {
        at.push(format!("/{name}"));
        changes(whole, at, found);
        at.pop();
    }
}

#[test]
fn no_change_of_a_resource_makes_reading_panic_or_hang() {
    let mut found = Vec::new();
    changes(&value(ORDER), &mut Vec::new(), &mut found);
    assert!(found.len() > 400);
    for changed in found {
        let json = changed.to_string();
        if check(&json).is_ok() {
            check_lax(&json).expect("lax reading takes what strict reading takes");
            assert_eq!(value(&reserialise(&json).expect("checked")), changed);
        } else {
            // Refused or forgiven, but decided.
            let _decided = check_lax(&json);
        }
    }
}
