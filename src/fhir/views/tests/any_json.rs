//! Whatever the JSON, no view and no record panics.

use super::super::json::{read, resource_type};
use super::raw;
use crate::fhir::resources::*;
use proptest::prelude::*;
use std::borrow::Cow;

fn any_json() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "resourceType",
        "id",
        "status",
        "subject",
        "reference",
        "coding",
        "code",
        "value",
        "dosageInstruction",
        "timing",
        "repeat",
        "doseAndRate",
        "doseQuantity",
        "category",
        "contained",
        "entry",
        "resource",
        "link",
        "extension",
        "url",
        "abatementPeriod",
        "valueQuantity",
        "component",
        "text",
        "div",
        "authoredOn",
        "period",
        "x",
    ]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(|f| format!("{f:e}")),
        "[0-9]{1,40}".prop_map(|d| format!("1{d}")),
        prop::sample::select(vec![
            "Bundle",
            "Patient",
            "MedicationRequest",
            "2021-02-29",
            "2021-13",
            "#a",
            "\\ud800",
            "\\n",
            "<p"
        ])
        .prop_map(|s| format!("\"{s}\"")),
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|v| format!("[{}]", v.join(","))),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|m| {
                let members: Vec<_> = m.iter().map(|(n, v)| format!("\"{n}\":{v}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_a_view_panic_or_lose_an_object(json in any_json()) {
        let value = raw(&json);
        let is_object = json.starts_with('{');
        let may_be_object = is_object || json.starts_with('[');
        macro_rules! views {
            ($($view:ident),+) => {$(
                let view: Option<$view<'_>> = read(value);
                prop_assert!(!is_object || view.is_some());
                prop_assert!(may_be_object || view.is_none());
            )+};
        }
        views!(Patient, MedicationRequest, MedicationStatement, MedicationDispense, Condition, Encounter,
            Observation, Procedure, CarePlan, Goal, ServiceRequest, Appointment, Medication);
        let _ = resource_type(value);
    }

    #[test]
    fn no_json_makes_the_record_panic(json in any_json()) {
        let value = raw(&json);
        let prefetch = [(Cow::Borrowed("medications"), Some(value)), (Cow::Borrowed("x"), Some(value))];
        let source = crate::fhir::Source {
            draft_orders: Some(value),
            prefetch: &prefetch,
            ..crate::fhir::Source::new("p1")
        };
        let record = crate::fhir::read_record(&source, &crate::fhir::Query::ALL);
        let _ = crate::fhir::to_fetch(&source, &record, &crate::fhir::Query::ALL);
    }
}
