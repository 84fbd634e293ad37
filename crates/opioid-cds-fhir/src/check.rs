//! Whether a text is a resource of R4.
//!
//! Reads into fhirbolt's `Resource` and never into one of its concrete types, whose readers fail on
//! any decimal, on `contained` and on order. Refuses to judge what the R4 model does not hold:
//! codes against value sets, dates against the calendar, cardinality `1..*`, profiles, invariants.

use std::borrow::Cow;

use fhirbolt::{
    model::r4::Resource,
    serde::{DeserializationConfig, DeserializationMode},
};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use crate::{difference, elements::to_json, strictness};

/// Why a text is not a resource of R4.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Not JSON, or JSON that no FHIR resource can be.
    #[error("not FHIR JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// JSON without `resourceType`.
    #[error("no `resourceType`, so this is not a FHIR resource")]
    NoResourceType,
    /// The R4 model refuses the resource.
    #[error("{resource_type} does not follow R4{}: {reason}", .element.as_deref().map(|element| format!(" in `{element}`")).unwrap_or_default())]
    Model {
        /// What the resource says it is.
        resource_type: String,
        /// The element of the resource that is at fault, where one alone is.
        element: Option<String>,
        /// What the model says.
        reason: String,
    },
    /// The model could only read the resource by repairing it.
    #[error(
        "{resource_type} does not follow R4 in `{path}`: one value where R4 has a list, or a value of another type"
    )]
    Repaired {
        /// What the resource says it is.
        resource_type: String,
        /// The first element that would be changed.
        path: String,
    },
    /// A resource within a Bundle is at fault.
    #[error("entry {index} of the Bundle: {fault}")]
    Entry {
        /// Its position, counted from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        fault: Box<CheckError>,
    },
}

/// Reads any R4 resource strictly and gives its `resourceType`.
///
/// Unknown elements, missing required elements, wrong types, names given twice, empty texts and
/// everything that fhirbolt would quietly repair are errors.
pub fn check(json: &str) -> Result<String, CheckError> {
    let (resource_type, resource) = read(json)?;
    let again = write(&resource_type, &resource)?;
    let one: Value = serde_json::from_str(json).map_err(CheckError::Json)?;
    let other: Value = serde_json::from_str(&again).map_err(CheckError::Json)?;
    match difference::between(&one, &other) {
        None => Ok(resource_type),
        Some(path) => Err(CheckError::Repaired {
            resource_type,
            path,
        }),
    }
}

/// Gives the `resourceType` of a resource that R4 has, forgiving what is unknown, missing or empty.
///
/// Null values, values of a wrong type and resource types that R4 does not have are still errors.
/// Each element is read alone, and a first fault that is forgiven hides a later one inside of it.
///
/// fhirbolt's own lax mode is not used: it reads the same list for ever where it does not know the
/// element that holds it.
pub fn check_lax(json: &str) -> Result<String, CheckError> {
    let resource_type = resource_type_of(json)?;
    strictness::not_too_deep(json).map_err(CheckError::Json)?;
    if let Some(fault) = entry_at_fault(json, check_lax) {
        return Err(fault);
    }
    let elements: Map<String, Value> = serde_json::from_str(json).map_err(CheckError::Json)?;
    let nothing = json!({ "resourceType": resource_type.as_str() }).to_string();
    if let Some(reason) = unforgivable(&nothing) {
        return Err(CheckError::Model {
            resource_type,
            element: None,
            reason,
        });
    }
    let fault = elements.iter().find_map(|(name, value)| {
        let reason = unforgivable(&alone(&resource_type, name, value))?;
        Some((name.clone(), reason))
    });
    match fault {
        None => Ok(resource_type),
        Some((element, reason)) => Err(CheckError::Model {
            resource_type,
            element: Some(element),
            reason,
        }),
    }
}

/// Reads any R4 resource strictly and writes it again as fhirbolt understood it.
///
/// For tests that compare another reader with fhirbolt; the order of elements may change.
pub fn reserialise(json: &str) -> Result<String, CheckError> {
    let (resource_type, resource) = read(json)?;
    write(&resource_type, &resource)
}

#[derive(Deserialize)]
#[serde(expecting = "a resource, which is a JSON object")]
struct Outline<'a> {
    #[serde(rename = "resourceType", borrow)]
    resource_type: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

fn resource_type_of(json: &str) -> Result<String, CheckError> {
    let outline: Outline<'_> = serde_json::from_str(json).map_err(CheckError::Json)?;
    outline
        .resource_type
        .map(Cow::into_owned)
        .ok_or(CheckError::NoResourceType)
}

fn read(json: &str) -> Result<(String, Resource), CheckError> {
    let resource_type = resource_type_of(json)?;
    strictness::hold_for(json).map_err(CheckError::Json)?;
    match modelled(json) {
        Ok(resource) => Ok((resource_type, resource)),
        Err(error) => Err(
            entry_at_fault(json, check).unwrap_or_else(|| CheckError::Model {
                element: element_at_fault(json, &resource_type, &error),
                reason: reason(&error),
                resource_type,
            }),
        ),
    }
}

/// The only call of fhirbolt's reader, always strict.
///
/// `strictness` has to hold before: an empty list would be a panic.
fn modelled(json: &str) -> Result<Resource, serde_json::Error> {
    let mode = DeserializationMode::Strict;
    fhirbolt::json::from_str(json, Some(DeserializationConfig { mode }))
}

fn write(resource_type: &str, resource: &Resource) -> Result<String, CheckError> {
    to_json(resource).map_err(|error| CheckError::Model {
        resource_type: resource_type.to_owned(),
        element: None,
        reason: reason(&error),
    })
}

/// fhirbolt refuses a Bundle as a whole and does not say where: each entry is asked alone.
fn entry_at_fault(json: &str, ask: fn(&str) -> Result<String, CheckError>) -> Option<CheckError> {
    let bundle: Bundle<'_> = serde_json::from_str(json).ok()?;
    bundle.entry.iter().enumerate().find_map(|(index, entry)| {
        let fault = ask(entry.resource?.get()).err()?;
        Some(CheckError::Entry {
            index,
            fault: Box::new(fault),
        })
    })
}

/// fhirbolt does not say which element has the fault: the one that alone draws the same words.
fn element_at_fault(json: &str, resource_type: &str, error: &serde_json::Error) -> Option<String> {
    let fault = reason(error);
    // What the resource itself lacks, most elements lack alone.
    if is_absence(&fault) {
        return None;
    }
    let elements: Map<String, Value> = serde_json::from_str(json).ok()?;
    let mut suspects = elements.iter().filter(|(name, value)| {
        modelled(&alone(resource_type, name, value)).is_err_and(|error| reason(&error) == fault)
    });
    match (suspects.next(), suspects.next()) {
        (Some((name, _)), None) => Some(name.clone()),
        _ => None,
    }
}

fn alone(resource_type: &str, name: &str, value: &Value) -> String {
    let mut element = Map::new();
    element.insert("resourceType".to_owned(), resource_type.into());
    // `resourceType` itself, if that is the name, stays as it is.
    element.entry(name).or_insert_with(|| value.clone());
    Value::Object(element).to_string()
}

/// What is wrong beyond being unknown, missing or empty.
fn unforgivable(json: &str) -> Option<String> {
    strictness::hold_for(json).ok()?;
    let said = reason(&modelled(json).err()?);
    (!is_absence(&said) && !said.starts_with("unknown field")).then_some(said)
}

fn is_absence(reason: &str) -> bool {
    reason.starts_with("missing field") || reason.ends_with("is a required field")
}

/// fhirbolt's words where they are clear, ours where they are not.
fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    if said.starts_with("invalid type: resourceType") {
        "a resource type that R4 does not have".to_owned()
    } else if said.starts_with("invalid type: null") {
        "null, which FHIR allows only in a list beside extensions".to_owned()
    } else if said.starts_with("ParseBoolError") || said.contains("enum StringOrValue") {
        "neither a boolean nor a whole number, where R4 has one of them".to_owned()
    } else {
        said.split(", expected one of")
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}
