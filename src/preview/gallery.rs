//! The people on the left: built-in cases, or patients of a FHIR server, each with a one-line story.
//!
//! Knows what a list of patients shows.
//! Refuses to know advice: what fired comes from the case's recorded answer.

use super::resources::{Person, briefly, medicine_of};
use crate::cases::{self, BuiltIn};
use crate::wire;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Cases to begin with, and what each is about.
const FIRST: [(&str, &str); 7] = [
    (
        "naloxone-offer/fires-sleep-apnea",
        "New oxycodone, and sleep apnea",
    ),
    (
        "opioid-benzo/fires-new-hydrocodone-beside-lorazepam",
        "New hydrocodone beside lorazepam",
    ),
    (
        "taper-safety/fires-stop-120-mme-after-six-years",
        "Morphine stopped at once after six years",
    ),
    (
        "fentanyl-naive/fires-new-patch-no-opioid-found",
        "A first fentanyl patch",
    ),
    (
        "patient-brief/fires-goal-in-her-own-words",
        "Opening the chart: a brief",
    ),
    (
        "check-incomplete/fires-small-opioid-medications-unread",
        "The medication list could not be read",
    ),
    (
        "mme-total/silent-mme-49",
        "49 MME a day: nothing to say of the total",
    ),
];

/// Everybody on the left.
#[derive(Debug, Default)]
pub struct Gallery {
    samples: Vec<Sample>,
    /// The FHIR server that the patients come from, where they are not the built-in ones.
    server: Option<String>,
}

/// One person and the call that is made for them.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    /// `naloxone-offer/fires-sleep-apnea`.
    pub id: String,
    /// Rule id, `protocol`, `stories`, or a heading.
    pub group: String,
    /// What decides, in words.
    pub title: String,
    /// Who, and what is about to be signed.
    pub story: String,
    /// Rules that speak on the recorded cards.
    pub fired: Vec<String>,
    /// Most urgent recorded indicator; empty where there is no card.
    pub indicator: &'static str,
    /// A sentence for the reader.
    pub note: Option<String>,
    /// Site settings that the recorded answer rests on.
    pub site: Vec<String>,
    #[serde(skip)]
    request: String,
    #[serde(skip)]
    as_of: Option<Timestamp>,
    /// Path of the case's own FHIR base, where it needs one.
    #[serde(skip)]
    fhir: Option<String>,
}

/// A patient of a FHIR server.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Bare id.
    pub id: String,
    /// The resource.
    pub patient: Value,
}

impl Gallery {
    /// The built-in cases; `fhir_base` serves those that need a FHIR server.
    pub fn built_in(fhir_base: Option<&str>) -> Gallery {
        let samples = cases::built_in()
            .iter()
            .map(|case| Sample::of_case(case, fhir_base))
            .collect();
        Gallery {
            samples,
            server: None,
        }
    }

    /// Patients of a FHIR server, whose charts the service reads itself.
    pub fn of_server(base: &str, patients: &[Listed], as_of: Timestamp) -> Gallery {
        let samples = patients
            .iter()
            .map(|listed| Sample::of_patient(base, listed, as_of))
            .collect();
        Gallery {
            samples,
            server: Some(base.to_owned()),
        }
    }

    /// All, in order.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The FHIR server that the patients come from, where they are not the built-in ones.
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// The sample with this id.
    pub fn sample(&self, id: &str) -> Option<&Sample> {
        self.samples.iter().find(|sample| sample.id == id)
    }

    /// Names of the groups.
    pub fn names(&self) -> Vec<&str> {
        self.groups().into_iter().map(|(name, _)| name).collect()
    }

    /// The sample with this id, else the first one to look at.
    pub fn pick(&self, id: Option<&str>) -> Option<&Sample> {
        id.and_then(|id| self.sample(id))
            .or_else(|| FIRST.iter().find_map(|(id, _)| self.sample(id)))
            .or_else(|| self.samples.first())
    }

    /// Those to begin with, each with its title.
    pub(super) fn first(&self) -> Vec<(&Sample, &'static str)> {
        FIRST
            .iter()
            .filter_map(|(id, title)| Some((self.sample(id)?, *title)))
            .collect()
    }

    /// Groups in order, each with its samples.
    pub(super) fn groups(&self) -> Vec<(&str, Vec<&Sample>)> {
        let mut groups: Vec<(&str, Vec<&Sample>)> = Vec::new();
        for sample in &self.samples {
            match groups.last_mut() {
                Some((group, samples)) if *group == sample.group => samples.push(sample),
                _ => groups.push((&sample.group, vec![sample])),
            }
        }
        groups
    }

    /// Rules that fired anywhere.
    pub(super) fn fired(&self) -> BTreeSet<&str> {
        self.samples
            .iter()
            .flat_map(|sample| sample.fired.iter().map(String::as_str))
            .collect()
    }
}

impl Sample {
    fn of_case(case: &BuiltIn, fhir_base: Option<&str>) -> Sample {
        let request: Value = serde_json::from_str(case.request).unwrap_or_default();
        let response: wire::Response = serde_json::from_str(case.response).unwrap_or_default();
        let fired: BTreeSet<&str> = response
            .cards
            .iter()
            .flat_map(|card| card.extension.card.rules.iter().map(String::as_str))
            .collect();
        let indicator = response.cards.iter().map(|card| card.indicator).max();
        let id = format!("{}/{}", case.group, case.name);
        let needs_server = case.has_fhir();
        Sample {
            fhir: fhir_base
                .filter(|_| needs_server)
                .map(|base| format!("{base}/{id}")),
            group: case.group.to_owned(),
            title: in_words(case.name),
            story: story(&request, case.as_of()),
            fired: fired.into_iter().map(str::to_owned).collect(),
            indicator: indicator.map_or("", wire::Indicator::as_str),
            note: case.note(),
            site: case.site(),
            request: case.request.to_owned(),
            as_of: Some(case.as_of()),
            id,
        }
    }

    fn of_patient(base: &str, listed: &Listed, as_of: Timestamp) -> Sample {
        let person = Person::of(&listed.patient, as_of);
        let request = json!({
            "hook": "patient-view",
            "hookInstance": "5f0c5a3e-6f0e-4b9c-8a52-8f7f4f6a2d11",
            "fhirServer": base,
            "context": {"userId": "Practitioner/preview", "patientId": listed.id},
        });
        Sample {
            id: format!("patient/{}", listed.id),
            group: "Patients".to_owned(),
            title: person.name,
            story: person.about,
            fired: Vec::new(),
            indicator: "",
            note: None,
            site: Vec::new(),
            request: format!("{request:#}"),
            as_of: None,
            fhir: None,
        }
    }

    /// The call, its dates moved so that it is as old now as it was at its own clock.
    pub fn request(&self, now: Timestamp) -> String {
        let days = self
            .as_of
            .map_or(0, |as_of| cases::days_between(as_of, now));
        if days == 0 && self.fhir.is_none() {
            return self.request.clone();
        }
        let moved = cases::moved(self.request.as_bytes(), days);
        let Ok(mut request) = serde_json::from_slice::<Value>(&moved) else {
            return self.request.clone();
        };
        if let Some(fhir) = &self.fhir {
            request["fhirServer"] = json!(fhir);
        }
        format!("{request:#}")
    }
}

/// The same call for a patient who speaks Spanish, where it brings the patient.
pub fn for_spanish(request: &str) -> String {
    let Ok(mut call) = serde_json::from_str::<Value>(request) else {
        return request.to_owned();
    };
    let Some(patient) = call["prefetch"]["patient"].as_object_mut() else {
        return request.to_owned();
    };
    let coding = json!({"system": "urn:ietf:bcp:47", "code": "es", "display": "Spanish"});
    let spoken = json!([{"language": {"coding": [coding]}, "preferred": true}]);
    patient.insert("communication".to_owned(), spoken);
    call.to_string()
}

/// `fires-age-65-and-kidney` → "Age 65 and kidney".
fn in_words(name: &str) -> String {
    let name = ["fires-", "silent-", "unsure-"]
        .iter()
        .find_map(|kind| name.strip_prefix(kind))
        .unwrap_or(name);
    let mut words = name.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Who, and what the call is about.
fn story(request: &Value, as_of: Timestamp) -> String {
    let person = Person::of(&request["prefetch"]["patient"], as_of);
    let drafts: Vec<String> = request["context"]["draftOrders"]["entry"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| briefly(&medicine_of(&entry["resource"])))
        .take(2)
        .collect();
    let hook = match request["hook"].as_str() {
        Some("patient-view") => "chart opened".to_owned(),
        _ if drafts.is_empty() => "no draft".to_owned(),
        Some("order-select") => format!("choosing {}", drafts.join(", ")),
        _ => format!("signing {}", drafts.join(", ")),
    };
    [person.name, person.about, hook]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn every_case_is_listed_and_those_to_begin_with_are_there() {
        let gallery = Gallery::built_in(None);
        assert_eq!(gallery.samples().len(), cases::built_in().len());
        assert_eq!(gallery.first().len(), FIRST.len(), "a case was renamed");
        let shown = gallery.pick(None).expect("a sample");
        assert_eq!(shown.title, "Sleep apnea");
        assert!(shown.story.contains("signing oxycodone"), "{}", shown.story);
        assert!(shown.fired.contains(&"naloxone-offer".to_owned()));
    }

    #[test]
    fn a_case_moves_with_the_clock_and_names_its_own_server() {
        let gallery = Gallery::built_in(Some("http://127.0.0.1:1"));
        let sample = gallery.pick(Some("naloxone-offer/fires-sleep-apnea"));
        let sample = sample.expect("a sample");
        assert_eq!(sample.request(at("2026-11-01T12:00:00Z")), sample.request);
        let later = sample.request(at("2027-11-01T12:00:00Z"));
        assert!(later.contains("2027-11-01") && !later.contains("\"2026-11-01\""));
        let fetched = gallery
            .samples()
            .iter()
            .find(|sample| sample.fhir.is_some())
            .expect("a case with a server");
        let request = fetched.request(at("2026-11-01T12:00:00Z"));
        assert!(request.contains(&format!("http://127.0.0.1:1/{}", fetched.id)));
    }

    #[test]
    fn a_patient_of_a_server_is_a_chart_that_is_opened() {
        let patient = json!({"resourceType": "Patient", "id": "7", "gender": "female", "birthDate": "1962-03-04",
            "name": [{"given": ["Ada"], "family": "Byron"}]});
        let listed = [Listed {
            id: "7".to_owned(),
            patient,
        }];
        let gallery = Gallery::of_server("http://h/fhir", &listed, at("2026-11-01T12:00:00Z"));
        let sample = gallery.pick(None).expect("a sample");
        assert_eq!((&*sample.title, &*sample.story), ("Ada Byron", "woman, 64"));
        assert!(
            sample
                .request(at("2030-01-01T00:00:00Z"))
                .contains("http://h/fhir")
        );
    }
}
