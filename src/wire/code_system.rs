//! What the codes on cards mean: FHIR R4 `CodeSystem`, as far as we fill it.

use serde::Serialize;

/// A code system of this project.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeSystem {
    /// `CodeSystem`
    pub resource_type: &'static str,
    /// Last part of `url`.
    pub id: &'static str,
    /// As it stands on cards.
    pub url: String,
    /// Version of the service that made it.
    pub version: &'static str,
    /// For machines.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// `active`
    pub status: &'static str,
    /// What the codes are for.
    pub description: &'static str,
    /// Codes differ by case.
    pub case_sensitive: bool,
    /// `complete`: every code is here.
    pub content: &'static str,
    /// Number of codes.
    pub count: usize,
    /// The codes.
    pub concept: Vec<Concept>,
}

/// One code.
#[derive(Debug, Clone, Serialize)]
pub struct Concept {
    /// As it stands on cards.
    pub code: String,
    /// In words, where the words are the same everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Other wordings, and other languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub designation: Vec<Designation>,
}

/// Another wording of a code.
#[derive(Debug, Clone, Serialize)]
pub struct Designation {
    /// BCP-47
    pub language: &'static str,
    /// The wording.
    pub value: String,
}
