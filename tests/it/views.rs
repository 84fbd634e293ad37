//! The borrowed views read what the R4 model reads: each resource, written again by the model, gives the same record.

use opioid_cds::fhir;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Types that rules read.
const TYPES: [&str; 14] = [
    "Patient",
    "Medication",
    "MedicationRequest",
    "MedicationStatement",
    "MedicationDispense",
    "Condition",
    "Encounter",
    "Observation",
    "Procedure",
    "CarePlan",
    "Goal",
    "ServiceRequest",
    "Appointment",
    "Task",
];

#[test]
fn views_of_every_example_equal_the_model() {
    let mut compared = 0;
    for file in json_files(Path::new("tests/it/hl7-examples")) {
        let text = fs::read_to_string(&file).expect("an example");
        compared += usize::from(equals_the_model(&text, &file.display().to_string()));
    }
    assert!(compared >= 18, "only {compared} examples could be compared");
}

#[test]
fn views_of_every_case_equal_the_model() {
    let mut compared = 0;
    for file in json_files(Path::new("fhir-fixtures")) {
        if file.file_name().is_none_or(|name| name != "request.json") {
            continue;
        }
        // A protocol case may be no JSON on purpose.
        let Ok(request) =
            serde_json::from_str::<Value>(&fs::read_to_string(&file).expect("a request"))
        else {
            continue;
        };
        for resource in resources(&request) {
            compared += usize::from(equals_the_model(
                &resource.to_string(),
                &file.display().to_string(),
            ));
        }
    }
    assert!(
        compared > 500,
        "only {compared} resources could be compared"
    );
}

/// Compares; false where the resource is not strict R4 and so has no second reading.
fn equals_the_model(text: &str, place: &str) -> bool {
    let Ok(kind) = opioid_cds_fhir::check(text) else {
        return false;
    };
    if !TYPES.contains(&kind.as_str()) {
        return false;
    }
    let again = opioid_cds_fhir::reserialise(text).expect("what was checked can be written again");
    let patient = fhir::patients_in(text)
        .first()
        .cloned()
        .unwrap_or_else(|| "none".to_owned());
    let own = format!("{:?}", fhir::read_everything(&patient, text));
    let model = format!("{:?}", fhir::read_everything(&patient, &again));
    assert_eq!(own, model, "{place}: {kind}");
    true
}

/// Every resource in prefetch and draft orders.
fn resources(request: &Value) -> Vec<&Value> {
    let drafts = request.pointer("/context/draftOrders");
    let prefetch = request.get("prefetch").and_then(Value::as_object);
    let values = drafts
        .into_iter()
        .chain(prefetch.into_iter().flat_map(serde_json::Map::values));
    values
        .flat_map(|value| match value.get("entry").and_then(Value::as_array) {
            Some(entries) => entries
                .iter()
                .filter_map(|entry| entry.get("resource"))
                .collect(),
            None => vec![value],
        })
        .collect()
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
