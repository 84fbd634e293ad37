//! A FHIR server in memory: reads by id, searches by patient with the filters of our own queries, nothing more.
//!
//! Knows the queries of [`Query`](super::Query) and answers as a server would, status and all.
//! Refuses to open sockets and files: it is given texts and paths.

mod search;
mod store;

use super::{Asked, Fetched, Need, Why};
use crate::fhir::resources::Reference;
use search::{Search, decoded};
use serde_json::json;
use std::borrow::Cow;
pub use store::Problem;
use store::Stored;

/// The resource types that are served even if none is there.
const TYPES: [&str; 15] = [
    "Appointment",
    "CarePlan",
    "Condition",
    "Encounter",
    "Goal",
    "Medication",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Practitioner",
    "Procedure",
    "ServiceRequest",
    "Task",
];

/// Resources, answered as a FHIR R4 server answers.
#[derive(Debug, Default)]
pub struct MemoryServer {
    resources: Vec<Stored>,
}

impl MemoryServer {
    /// Takes JSON resources, Bundles and NDJSON, each with a name for the list of what could not be taken.
    ///
    /// References to a Bundle entry's full URL become `Type/id`, as in a transaction; a later version of a resource replaces
    /// an earlier one.
    pub fn from_texts<N, T>(texts: impl IntoIterator<Item = (N, T)>) -> (Self, Vec<Problem>)
    where
        N: AsRef<str>,
        T: AsRef<str>,
    {
        let mut store = store::Store::default();
        for (name, text) in texts {
            store.take(name.as_ref(), text.as_ref());
        }
        let (resources, problems) = store.into_parts();
        (Self { resources }, problems)
    }

    /// Ids of the patients: of the Patient resources, or of the subjects where there is none. Sorted.
    pub fn patients(&self) -> Vec<String> {
        let patients = self.resources.iter().filter(|r| r.kind == "Patient");
        let mut ids: Vec<String> = patients.map(|r| r.id.clone()).collect();
        if ids.is_empty() {
            let subjects = self.resources.iter().flat_map(|r| r.patients.clone());
            ids.extend(subjects);
        }
        ids.sort();
        ids.dedup();
        ids
    }

    /// Status and body for a GET of a path with query, relative to the base: `Patient/p1`, `Condition?patient=p1`, `metadata`.
    ///
    /// A search sent as POST is the same with its form as the query.
    pub fn answer(&self, path_and_query: &str) -> (u16, String) {
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        let segments: Vec<Cow<'_, str>> = path.trim_matches('/').split('/').map(decoded).collect();
        match segments.iter().map(|s| &**s).collect::<Vec<_>>()[..] {
            ["metadata"] => (200, self.capabilities()),
            [kind] | [kind, "_search"] if self.serves(kind) => self.search(kind, query),
            [kind, id] if self.serves(kind) => match self.find(kind, id) {
                Some(found) => (200, found.text.clone()),
                None => outcome(404, "not-found", "There is no such resource."),
            },
            _ => outcome(404, "not-supported", "There is no such resource type here."),
        }
    }

    fn serves(&self, kind: &str) -> bool {
        TYPES.contains(&kind) || self.resources.iter().any(|r| r.kind == kind)
    }

    fn find(&self, kind: &str, id: &str) -> Option<&Stored> {
        self.resources.iter().find(|r| r.kind == kind && r.id == id)
    }

    fn search(&self, kind: &str, query: &str) -> (u16, String) {
        let search = match Search::parse(query) {
            Ok(search) => search,
            Err(message) => return outcome(400, "invalid", &message),
        };
        let mut found: Vec<&Stored> = self
            .resources
            .iter()
            .filter(|stored| stored.kind == kind && search.matches(stored))
            .collect();
        search.sort(&mut found);
        (200, searchset(&found))
    }

    fn capabilities(&self) -> String {
        let mut kinds: Vec<&str> = TYPES.to_vec();
        kinds.extend(self.resources.iter().map(|r| &*r.kind));
        kinds.sort_unstable();
        kinds.dedup();
        let resources: Vec<_> = kinds
            .into_iter()
            .map(|kind| {
                json!({
                    "type": kind,
                    "interaction": [{"code": "read"}, {"code": "search-type"}],
                    "searchParam": search::PARAMETERS.map(|(name, kind)| json!({"name": name, "type": kind})),
                })
            })
            .collect();
        json!({
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": "2026-01-01",
            "kind": "instance",
            "implementation": {"description": "Resources in memory, read-only"},
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [{"mode": "server", "resource": resources}],
        })
        .to_string()
    }
}

/// Asks the server in memory what a client would ask over HTTP.
///
/// A list that goes on elsewhere is asked for whole: the memory has no pages.
pub fn fetch_from_memory(
    server: &MemoryServer,
    patient_id: &str,
    encounter_id: Option<&str>,
    needs: &[Need],
) -> Vec<Fetched> {
    let urls = needs
        .iter()
        .filter_map(|need| Some((need.query, need.query.url(patient_id, encounter_id)?)));
    urls.map(|(query, url)| Fetched::answered(Asked::Query(query), server.answer(&url)))
        .collect()
}

/// Asks the server in memory for Medications by reference; what is no Medication reference is not asked.
pub fn fetch_medications_from_memory(server: &MemoryServer, references: &[String]) -> Vec<Fetched> {
    references
        .iter()
        .filter_map(|text| {
            let reference = Reference {
                reference: Some(text.into()),
                ..Reference::default()
            };
            let (kind, id) = reference.target()?;
            let id = super::query::encoded(id)?;
            let asked = Asked::Medication(text.clone());
            (kind == "Medication")
                .then(|| Fetched::answered(asked, server.answer(&format!("Medication/{id}"))))
        })
        .collect()
}

impl Fetched {
    fn answered(asked: Asked, (status, body): (u16, String)) -> Self {
        match status {
            200 => Self {
                asked,
                pages: vec![body],
                ended: None,
                requests: 1,
            },
            status => Self {
                asked,
                pages: Vec::new(),
                ended: Some(Why::Status(status)),
                requests: 1,
            },
        }
    }
}

/// Written by hand: the resources go out as they came in.
fn searchset(found: &[&Stored]) -> String {
    let mut body = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","total":{}"#,
        found.len()
    );
    for (index, stored) in found.iter().enumerate() {
        body.push_str(if index == 0 { r#","entry":["# } else { "," });
        body.push_str(r#"{"resource":"#);
        body.push_str(&stored.text);
        body.push_str(r#","search":{"mode":"match"}}"#);
    }
    body.push_str(if found.is_empty() { "}" } else { "]}" });
    body
}

fn outcome(status: u16, code: &str, diagnostics: &str) -> (u16, String) {
    let issue = json!({"severity": "error", "code": code, "diagnostics": diagnostics});
    let body = json!({"resourceType": "OperationOutcome", "issue": [issue]});
    (status, body.to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests;
