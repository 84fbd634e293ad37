//! The reads that rules may need: one definition for prefetch templates and for FHIR queries.
//!
//! Knows keys, templates and search parameters (contract section 5).
//! Refuses to know which hook needs which read.

use std::fmt::Write;

/// One read of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Query {
    /// `Patient/{id}`. Required.
    Patient,
    /// MedicationRequest: regimen and history. Required.
    Medications,
    /// Condition.
    Conditions,
    /// Encounter, newest first.
    Encounters,
    /// Observation, category laboratory.
    Laboratory,
    /// Observation, category survey.
    Surveys,
    /// Procedure.
    Procedures,
    /// CarePlan.
    Plans,
    /// MedicationStatement; fetched only.
    Statements,
    /// MedicationDispense; fetched only.
    Dispenses,
    /// Goal; fetched only.
    Goals,
    /// ServiceRequest; fetched only.
    ServiceRequests,
    /// Appointment; fetched only.
    Appointments,
    /// Task; fetched only.
    Tasks,
    /// Observation, category social-history; fetched only.
    SocialHistory,
    /// The encounter of the context; fetched only, and only if the context names one.
    ContextEncounter,
}

const PATIENT: &str = "{{context.patientId}}";
const ENCOUNTER: &str = "{{context.encounterId}}";

/// What one read is called and how it is asked for.
struct Definition {
    key: &'static str,
    resource_type: &'static str,
    /// With prefetch tokens.
    question: &'static str,
    advertised: bool,
}

const fn advertised(
    key: &'static str,
    resource_type: &'static str,
    question: &'static str,
) -> Definition {
    Definition {
        key,
        resource_type,
        question,
        advertised: true,
    }
}

const fn fetched(
    key: &'static str,
    resource_type: &'static str,
    question: &'static str,
) -> Definition {
    Definition {
        advertised: false,
        ..advertised(key, resource_type, question)
    }
}

impl Query {
    /// Every read, in the order in which keys are advertised.
    pub const ALL: [Self; 16] = [
        Self::Patient,
        Self::Medications,
        Self::Conditions,
        Self::Encounters,
        Self::Laboratory,
        Self::Surveys,
        Self::Procedures,
        Self::Plans,
        Self::Statements,
        Self::Dispenses,
        Self::Goals,
        Self::ServiceRequests,
        Self::Appointments,
        Self::Tasks,
        Self::SocialHistory,
        Self::ContextEncounter,
    ];

    /// Contract R-132: Observation always with a category, MedicationRequest always with a status list.
    const fn definition(self) -> Definition {
        match self {
            Self::Patient => advertised("patient", "Patient", "Patient/{{context.patientId}}"),
            Self::Medications => advertised(
                "medications",
                "MedicationRequest",
                "MedicationRequest?patient={{context.patientId}}&status=active,on-hold,completed,stopped",
            ),
            Self::Conditions => advertised(
                "conditions",
                "Condition",
                "Condition?patient={{context.patientId}}",
            ),
            Self::Encounters => advertised(
                "encounters",
                "Encounter",
                "Encounter?patient={{context.patientId}}&_sort=-date&_count=50",
            ),
            Self::Laboratory => advertised(
                "laboratory",
                "Observation",
                "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=100",
            ),
            Self::Surveys => advertised(
                "surveys",
                "Observation",
                "Observation?patient={{context.patientId}}&category=survey&_sort=-date&_count=50",
            ),
            Self::Procedures => advertised(
                "procedures",
                "Procedure",
                "Procedure?patient={{context.patientId}}&_sort=-date&_count=50",
            ),
            Self::Plans => advertised(
                "plans",
                "CarePlan",
                "CarePlan?patient={{context.patientId}}&status=active",
            ),
            _ => self.fetched_definition(),
        }
    }

    const fn fetched_definition(self) -> Definition {
        match self {
            Self::Statements => fetched(
                "statements",
                "MedicationStatement",
                "MedicationStatement?patient={{context.patientId}}",
            ),
            Self::Dispenses => fetched(
                "dispenses",
                "MedicationDispense",
                "MedicationDispense?patient={{context.patientId}}",
            ),
            Self::Goals => fetched("goals", "Goal", "Goal?patient={{context.patientId}}"),
            Self::ServiceRequests => fetched(
                "service-requests",
                "ServiceRequest",
                "ServiceRequest?patient={{context.patientId}}&status=active,on-hold,completed",
            ),
            Self::Appointments => fetched(
                "appointments",
                "Appointment",
                "Appointment?patient={{context.patientId}}",
            ),
            Self::Tasks => fetched("tasks", "Task", "Task?patient={{context.patientId}}"),
            Self::SocialHistory => fetched(
                "social-history",
                "Observation",
                "Observation?patient={{context.patientId}}&category=social-history&_sort=-date&_count=50",
            ),
            _ => fetched(
                "encounter",
                "Encounter",
                "Encounter/{{context.encounterId}}",
            ),
        }
    }

    /// The prefetch key. The keys that are not advertised are understood as well.
    pub fn key(self) -> &'static str {
        self.definition().key
    }

    /// The read that a prefetch key stands for.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|query| query.key() == key)
    }

    /// The FHIR type of its resources.
    pub fn resource_type(self) -> &'static str {
        self.definition().resource_type
    }

    /// The `category` that tells the Observation reads apart.
    pub fn category(self) -> Option<&'static str> {
        match self {
            Self::Laboratory => Some("laboratory"),
            Self::Surveys => Some("survey"),
            Self::SocialHistory => Some("social-history"),
            _ => None,
        }
    }

    /// Whether discovery asks for it.
    pub fn advertised(self) -> bool {
        self.definition().advertised
    }

    /// Whether the catalogue calls it required (clinical rules, section 7).
    pub fn required(self) -> bool {
        matches!(self, Self::Patient | Self::Medications)
    }

    /// Whether it names one resource, rather than searching.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Patient | Self::ContextEncounter)
    }

    /// The prefetch template, for reads that are advertised.
    pub fn template(self) -> Option<&'static str> {
        let definition = self.definition();
        definition.advertised.then_some(definition.question)
    }

    /// The query relative to a FHIR base, with ids percent-encoded.
    ///
    /// `None` if it needs an encounter and there is none, or if an id cannot be part of a path.
    pub fn url(self, patient_id: &str, encounter_id: Option<&str>) -> Option<String> {
        let question = self.definition().question;
        let (token, id) = if question.contains(ENCOUNTER) {
            (ENCOUNTER, encounter_id?)
        } else {
            (PATIENT, patient_id)
        };
        Some(question.replace(token, &encoded(id)?))
    }
}

/// Percent-encodes an id for a path segment or a parameter.
///
/// `.` and `..` mean another path even when encoded, so there is no way to write them.
pub(super) fn encoded(id: &str) -> Option<String> {
    if matches!(id, "" | "." | "..") {
        return None;
    }
    let mut encoded = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").ok()?,
        }
    }
    Some(encoded)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests {
    use super::*;

    fn templates() -> Vec<&'static str> {
        Query::ALL.into_iter().filter_map(Query::template).collect()
    }

    #[test]
    fn the_eight_templates_are_those_of_the_contract() {
        let keys: Vec<_> = Query::ALL
            .into_iter()
            .filter(|q| q.advertised())
            .map(Query::key)
            .collect();
        assert_eq!(
            keys,
            [
                "patient",
                "medications",
                "conditions",
                "encounters",
                "laboratory",
                "surveys",
                "procedures",
                "plans"
            ]
        );
        assert_eq!(
            templates(),
            [
                "Patient/{{context.patientId}}",
                "MedicationRequest?patient={{context.patientId}}&status=active,on-hold,completed,stopped",
                "Condition?patient={{context.patientId}}",
                "Encounter?patient={{context.patientId}}&_sort=-date&_count=50",
                "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=100",
                "Observation?patient={{context.patientId}}&category=survey&_sort=-date&_count=50",
                "Procedure?patient={{context.patientId}}&_sort=-date&_count=50",
                "CarePlan?patient={{context.patientId}}&status=active",
            ]
        );
    }

    #[test]
    fn templates_use_the_patient_token_alone() {
        for template in templates() {
            assert_eq!(template.matches("{{").count(), 1, "{template}");
            assert_eq!(template.matches(PATIENT).count(), 1, "{template}");
            for forbidden in ["draftOrders", "encounterId", "today()", "%"] {
                assert!(!template.contains(forbidden), "{template}");
            }
        }
    }

    #[test]
    fn templates_stay_within_the_prefetch_restrictions() {
        let allowed = ["patient", "status", "category", "_sort", "_count"];
        for template in templates() {
            let Some((_, search)) = template.split_once('?') else {
                continue;
            };
            let mut names: Vec<_> = search
                .split('&')
                .filter_map(|p| p.split_once('='))
                .map(|(name, _)| name)
                .collect();
            assert!(names.iter().all(|n| allowed.contains(n)), "{template}");
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "no parameter twice: {template}");
        }
    }

    #[test]
    fn templates_are_few_short_and_plain() {
        assert!(templates().len() <= 8);
        for template in templates() {
            assert!(template.len() <= 500);
            assert!(template.matches('?').count() <= 1);
            assert!(!template.contains([' ', '#']) && !template.starts_with('/'));
            assert!(!template.contains("://"));
        }
        for query in Query::ALL {
            let key = query.key();
            assert!(key.starts_with(|c: char| c.is_ascii_alphabetic()));
            assert!(
                key.chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            );
        }
    }

    #[test]
    fn every_read_has_a_fhir_query_and_a_key_of_its_own() {
        for query in Query::ALL {
            let url = query.url("p1", Some("e1")).unwrap();
            assert!(url.starts_with(query.resource_type()), "{url}");
            assert!(!url.contains("{{"), "{url}");
            assert_eq!(Query::from_key(query.key()), Some(query));
        }
    }

    #[test]
    fn observations_have_a_category_and_orders_a_status() {
        for query in Query::ALL {
            let url = query.url("p1", Some("e1")).unwrap();
            if query.resource_type() == "Observation" {
                let category = query.category().unwrap();
                assert!(url.contains(&format!("category={category}")), "{url}");
            }
            if query.resource_type() == "MedicationRequest" {
                assert!(url.contains("status=active,"), "{url}");
            }
        }
    }

    #[test]
    fn ids_are_percent_encoded_and_never_leave_their_segment() {
        let url = Query::Patient.url("../../x?y#z&a=b é", None).unwrap();
        assert_eq!(url, "Patient/..%2F..%2Fx%3Fy%23z%26a%3Db%20%C3%A9");
        assert_eq!(Query::Patient.url("..", None), None);
        assert_eq!(Query::Patient.url("", None), None);
        let long = "eA.-1".repeat(39);
        assert_eq!(
            Query::Conditions.url(&long, None).unwrap(),
            format!("Condition?patient={long}")
        );
    }

    #[test]
    fn the_context_encounter_is_only_asked_for_if_there_is_one() {
        assert_eq!(Query::ContextEncounter.url("p1", None), None);
        assert_eq!(
            Query::ContextEncounter.url("p1", Some("e1")).unwrap(),
            "Encounter/e1"
        );
    }
}
