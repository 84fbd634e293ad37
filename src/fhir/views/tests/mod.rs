mod any_json;
mod odd_json;

use super::json::{read, resource_type};
use crate::fhir::resources::*;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use std::borrow::Cow;

fn raw(json: &str) -> &RawValue {
    serde_json::from_str(json).unwrap()
}

fn order(json: &str) -> MedicationRequest<'_> {
    read(raw(json)).unwrap()
}

fn dosage(json: &str) -> Dosage<'static> {
    let body = format!(r#"{{"dosageInstruction":[{json}]}}"#);
    let body: &'static str = Box::leak(body.into_boxed_str());
    order(body).dosage_instruction.swap_remove(0)
}

fn number(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

#[test]
fn an_order_is_read_whole() {
    let order = order(
        r#"{"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order",
        "extension":[{"url":"http://x","valueString":"y"},{"url":"http://hl7.org/fhir/StructureDefinition/request-replaces","valueReference":{"reference":"MedicationRequest/m0"}}],
        "category":[{"coding":[{"system":"s","code":"community"}]}],
        "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1049683","display":"Oxycodone"}],"text":"Oxycodone"},
        "subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"authoredOn":"2026-10-01",
        "requester":{"reference":"Practitioner/d"},"reportedBoolean":false,
        "reasonCode":[{"text":"pain"}],"reasonReference":[{"reference":"Condition/c1"}],
        "priorPrescription":{"reference":"MedicationRequest/m00"},
        "dispenseRequest":{"validityPeriod":{"start":"2026-10-01","end":"2026-10-31"},"numberOfRepeatsAllowed":1,
          "quantity":{"value":120,"unit":"tablet"},"expectedSupplyDuration":{"value":30,"code":"d"}},
        "dosageInstruction":[{"sequence":1,"text":"one","timing":{"repeat":{"boundsPeriod":{"start":"2026-10-01"},
          "frequency":1,"frequencyMax":2,"period":4,"periodMax":6,"periodUnit":"h","dayOfWeek":["mon"],"timeOfDay":["08:00:00"],"when":["MORN"]},"code":{"text":"q4h"}},
          "asNeededBoolean":true,"route":{"coding":[{"code":"26643006"}]},
          "doseAndRate":[{"type":{"coding":[{"code":"ordered"}]},"doseRange":{"low":{"value":5,"unit":"mg"},"high":{"value":10.50,"unit":"mg"}}}],
          "maxDosePerPeriod":{"numerator":{"value":60,"unit":"mg"},"denominator":{"value":1,"code":"d"}}}]}"#,
    );
    assert_eq!(order.id.as_deref(), Some("m1"));
    assert_eq!(
        order.replaces[0].reference.as_deref(),
        Some("MedicationRequest/m0")
    );
    assert_eq!(
        order.category[0].coding[0].code.as_deref(),
        Some("community")
    );
    assert_eq!(order.reported_boolean, Some(false));
    let supply = order.dispense_request.as_ref().unwrap();
    assert_eq!(supply.number_of_repeats_allowed, Some(1));
    assert_eq!(supply.quantity.as_ref().unwrap().value, number("120"));
    let dosage = &order.dosage_instruction[0];
    let repeat = dosage.timing.as_ref().unwrap().repeat.as_ref().unwrap();
    assert_eq!(
        (repeat.frequency_max, repeat.period_max),
        (number("2"), number("6"))
    );
    assert_eq!(repeat.when, ["MORN"]);
    assert!(dosage.as_needed);
    let dose = &dosage.dose_and_rate[0];
    assert_eq!(dose.dose_range_high.as_ref().unwrap().value, number("10.5"));
    let most = dosage.max_dose_per_period.as_ref().unwrap();
    assert_eq!(most.denominator.code.as_deref(), Some("d"));
}

#[test]
fn text_without_escapes_is_borrowed() {
    let order = order(r#"{"id":"m1","status":"ac\u0074ive"}"#);
    assert!(matches!(order.id, Some(Cow::Borrowed("m1"))));
    assert!(matches!(order.status, Some(Cow::Owned(ref s)) if s == "active"));
}

#[test]
fn a_category_object_is_a_list_of_one() {
    let order = order(r#"{"category":{"coding":[{"code":"community"}]}}"#);
    assert_eq!(
        order.category[0].coding[0].code.as_deref(),
        Some("community")
    );
}

#[test]
fn a_dose_is_found_in_each_of_its_places() {
    for place in [
        r#""doseAndRate":[{"doseQuantity":{"value":2,"unit":"tablet"}}]"#,
        r#""doseAndRate":{"doseQuantity":{"value":"2","unit":"tablet"}}"#,
        r#""doseQuantity":{"value":2.0,"unit":"tablet"}"#,
        r#""doseSimpleQuantity":{"value":2,"unit":"tablet"}"#,
    ] {
        let dosage = dosage(&format!("{{{place}}}"));
        assert_eq!(dosage.dose_and_rate.len(), 1, "{place}");
        let dose = dosage.dose_and_rate[0].dose_quantity.as_ref().unwrap();
        assert_eq!(dose.value, number("2"), "{place}");
    }
    let dosage = dosage(r#"{"doseRange":{"low":{"value":1},"high":{"value":2}}}"#);
    assert!(dosage.dose_and_rate[0].dose_range_low.is_some());
}

#[test]
fn the_three_entries_of_epic_stay_three() {
    let entry = |kind: &str| {
        format!(r#"{{"type":{{"coding":[{{"code":"{kind}"}}]}},"doseQuantity":{{"value":5}}}}"#)
    };
    let all = ["calculated", "admin-amount", "ordered"]
        .map(entry)
        .join(",");
    let dosage = dosage(&format!(r#"{{"doseAndRate":[{all}]}}"#));
    assert_eq!(dosage.dose_and_rate.len(), 3);
}

#[test]
fn as_needed_is_true_for_any_concept_and_false_for_false() {
    assert!(dosage(r#"{"asNeededCodeableConcept":{"text":"pain"}}"#).as_needed);
    assert!(dosage(r#"{"asNeededCodeableConcept":{}}"#).as_needed);
    assert!(dosage(r#"{"asNeededBoolean":"true"}"#).as_needed);
    assert!(!dosage(r#"{"asNeededBoolean":false}"#).as_needed);
    assert!(!dosage(r#"{"asNeededCodeableConcept":null}"#).as_needed);
}

#[test]
fn leftovers_of_dstu2_and_stu3_are_understood() {
    let order = order(
        r#"{"patient":{"reference":"Patient/p1"},"context":{"reference":"Encounter/e1"},"dateWritten":"2026-01-02",
        "requester":{"agent":{"reference":"Practitioner/d"}},"reasonCodeableConcept":{"text":"pain"}}"#,
    );
    assert_eq!(order.subject.unwrap().target(), Some(("Patient", "p1")));
    assert_eq!(order.encounter.unwrap().target(), Some(("Encounter", "e1")));
    assert_eq!(
        order.requester.unwrap().target(),
        Some(("Practitioner", "d"))
    );
    assert!(order.authored_on.is_some() && order.reason_code.len() == 1);

    let condition: Condition<'_> = read(raw(
        r#"{"clinicalStatus":"active","verificationStatus":"confirmed","assertedDate":"2020"}"#,
    ))
    .unwrap();
    assert_eq!(
        condition.clinical_status.unwrap().coding[0].code.as_deref(),
        Some("active")
    );
    assert!(condition.recorded_date.is_some());

    let encounter: Encounter<'_> =
        read(raw(r#"{"class":"inpatient","reason":[{"text":"x"}]}"#)).unwrap();
    assert_eq!(encounter.class.unwrap().code.as_deref(), Some("inpatient"));
    assert_eq!(encounter.reason_code.len(), 1);
}

#[test]
fn any_abatement_but_false_ends_a_condition() {
    let condition = |json: &str| -> Condition<'static> {
        let body: &'static str = Box::leak(json.to_owned().into_boxed_str());
        read(raw(body)).unwrap()
    };
    for abated in [
        r#"{"abatementDateTime":"2020-01"}"#,
        r#"{"abatementAge":{"value":40}}"#,
        r#"{"abatementString":"last year"}"#,
        r#"{"abatementBoolean":true}"#,
        r#"{"abatementPeriod":{"end":"2020-01-05"}}"#,
    ] {
        assert!(condition(abated).abated, "{abated}");
    }
    assert!(
        condition(r#"{"abatementPeriod":{"end":"2020-01-05"}}"#)
            .abatement
            .is_some()
    );
    for active in [
        r#"{"abatementBoolean":false}"#,
        r#"{"abatementDateTime":null}"#,
        "{}",
    ] {
        assert!(!condition(active).abated, "{active}");
    }
}

#[test]
fn an_observation_is_read_with_components_and_bounds() {
    let observation: Observation<'_> = read(raw(
        r#"{"resourceType":"Observation","id":"o1","status":"final","category":[{"coding":[{"code":"laboratory"}]}],
        "code":{"coding":[{"code":"33914-3"}]},"effectivePeriod":{"start":"2026-01-01","end":"2026-01-02"},"issued":"2026-01-03T10:00:00Z",
        "valueQuantity":{"value":60,"comparator":">","unit":"mL/min"},"interpretation":{"text":"low"},
        "component":[{"code":{"text":"a"},"valueCodeableConcept":{"text":"b"}},{"valueInteger":3},{"valueString":"s"},{"valueBoolean":true}]}"#,
    ))
    .unwrap();
    assert_eq!(
        observation.value.quantity.as_ref().unwrap().value,
        number("60")
    );
    assert_eq!(observation.value.comparator.as_deref(), Some(">"));
    assert_eq!(
        observation.effective.unwrap().first.to_string(),
        "2026-01-02"
    );
    assert_eq!(observation.interpretation[0].text.as_deref(), Some("low"));
    assert_eq!(observation.component.len(), 4);
    assert_eq!(observation.component[1].value.integer, Some(3));
}

#[test]
fn the_patients_preferred_language_comes_first() {
    let patient: Patient<'_> = read(raw(
        r#"{"resourceType":"Patient","id":"p1","birthDate":"1980","gender":"female","deceasedDateTime":"2026-01-01",
        "communication":[{"language":{"coding":[{"code":"en"}]}},{"language":{"coding":[{"code":"es"}]},"preferred":true}]}"#,
    ))
    .unwrap();
    let codes: Vec<_> = patient
        .languages
        .iter()
        .map(|l| l.coding[0].code.as_deref())
        .collect();
    assert_eq!(codes, [Some("es"), Some("en")]);
    assert!(patient.deceased);
}

#[test]
fn what_is_planned_is_read() {
    let plan: CarePlan<'_> = read(raw(
        r#"{"id":"cp","status":"active","title":"Taper","text":{"status":"generated","div":"<div xmlns=\"x\"><p>Slow&nbsp;taper &amp; support</p><br/>10%</div>"},
        "meta":{"lastUpdated":"2026-01-01T00:00:00Z"},"addresses":[{"reference":"Condition/c"}],"activity":[{"detail":{"code":{"text":"x"}}},{"reference":{}}]}"#,
    ))
    .unwrap();
    assert_eq!(plan.text.as_deref(), Some("Slow taper & support 10%"));
    assert!(plan.last_updated.is_some() && plan.activity_codes.len() == 1);

    let task: ServiceRequest<'_> = read(raw(
        r#"{"for":{"reference":"Patient/p1"},"executionPeriod":{"start":"2026"}}"#,
    ))
    .unwrap();
    assert!(task.subject.is_some() && task.occurrence.is_some());
}

#[test]
fn a_statement_with_one_date_is_open_from_then() {
    let statement: MedicationStatement<'_> =
        read(raw(r#"{"effectiveDateTime":"2022-01-03"}"#)).unwrap();
    let effective = statement.effective.unwrap();
    assert!(effective.start.is_some() && effective.end.is_none());
}
