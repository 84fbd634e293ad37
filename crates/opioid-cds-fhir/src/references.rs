//! Which resource types R4 lets an element refer to, for the elements that the builders fill.
//!
//! fhirbolt takes any text as a reference; a server that validates refuses the resource.
//! Refuses to know whether the resource referred to exists.

use fhirbolt::model::r4::types::Reference;

use crate::elements::{BuildError, given, text};

/// What `reasonReference` of a MedicationRequest may name: another order is not a reason.
/// ServiceRequest and CommunicationRequest also take reports and documents, which no builder needs.
pub const REASONS_OF_AN_ORDER: &[&str] = &["Condition", "Observation"];

/// What `Goal.addresses` may name.
pub const REASONS_OF_A_GOAL: &[&str] = &[
    "Condition",
    "Observation",
    "MedicationStatement",
    "NutritionOrder",
    "ServiceRequest",
    "RiskAssessment",
];

/// What `requester` of an order, a task or a message may name.
pub(crate) const REQUESTERS: &[&str] = &[
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Patient",
    "RelatedPerson",
    "Device",
];

const ANY: &[&str] = &[];

/// An element that holds references, and the types R4 allows there.
pub(crate) struct ReferenceElement {
    path: &'static str,
    allowed: &'static [&'static str],
}

impl ReferenceElement {
    /// An element that takes a reference to any type.
    pub(crate) const fn to_any(path: &'static str) -> Self {
        Self { path, allowed: ANY }
    }

    /// An element that takes references to these types only.
    pub(crate) const fn to(path: &'static str, allowed: &'static [&'static str]) -> Self {
        Self { path, allowed }
    }

    /// The one reference that has to be there.
    pub(crate) fn required(&self, reference: &str) -> Result<Box<Reference>, BuildError> {
        self.optional(Some(reference))?
            .ok_or(BuildError::Missing { path: self.path })
    }

    /// One reference or none; a blank text is none.
    pub(crate) fn optional(
        &self,
        reference: Option<&str>,
    ) -> Result<Option<Box<Reference>>, BuildError> {
        let Some(reference) = given(reference) else {
            return Ok(None);
        };
        if names_one_of(self.allowed, reference) {
            Ok(Some(Box::new(pointing_at(reference))))
        } else {
            Err(BuildError::Reference {
                path: self.path,
                allowed: allowed_types(self.allowed),
            })
        }
    }

    /// All references that R4 allows here; the others are left out.
    pub(crate) fn those_allowed(&self, references: &[&str]) -> Vec<Reference> {
        references
            .iter()
            .filter_map(|reference| given(Some(reference)))
            .filter(|reference| names_one_of(self.allowed, reference))
            .map(pointing_at)
            .collect()
    }
}

/// Whether a reference names a resource of one of these types (of any, if none are listed).
///
/// `Patient/1`, a version of it and an absolute URL ending in it say their type.
/// `urn:uuid:…` says nothing and is believed; `#id` points inside a resource and is refused,
/// because a created resource contains none.
pub fn names_one_of(types: &[&str], reference: &str) -> bool {
    if reference.starts_with("urn:") {
        return true;
    }
    let unversioned = reference
        .split_once("/_history/")
        .map_or(reference, |(unversioned, _)| unversioned);
    let Some((before, id)) = unversioned.rsplit_once('/') else {
        return false;
    };
    let named = before.rsplit_once('/').map_or(before, |(_, named)| named);
    !id.is_empty()
        && named.starts_with(|first: char| first.is_ascii_uppercase())
        && (types.is_empty() || types.contains(&named))
}

fn pointing_at(reference: &str) -> Reference {
    Reference {
        reference: text(reference),
        ..Default::default()
    }
}

fn allowed_types(types: &[&str]) -> String {
    if types.is_empty() {
        "a resource".to_owned()
    } else {
        types.join(" or ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_its_type_in_every_form_fhir_writes_it() {
        for reference in [
            "Condition/1",
            "Condition/a-b.c/_history/3",
            "https://ehr.example/fhir/r4/Condition/1",
            "https://ehr.example/fhir/r4/Condition/1/_history/2",
            "urn:uuid:5f2e9d3c-8f0e-4c0a-9d55-0d4a4c6d7b11",
        ] {
            assert!(names_one_of(REASONS_OF_AN_ORDER, reference), "{reference}");
        }
        for reference in [
            "MedicationRequest/1",
            "https://ehr.example/fhir/r4/Patient/1",
            "Condition/",
            "Condition",
            "/1",
            "#condition",
            "",
        ] {
            assert!(!names_one_of(REASONS_OF_AN_ORDER, reference), "{reference}");
        }
    }

    #[test]
    fn any_type_is_still_a_type() {
        assert!(names_one_of(&[], "MedicationRequest/1"));
        assert!(!names_one_of(&[], "note/1"));
    }
}
