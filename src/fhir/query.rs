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

/// Three years.
const LOOK_BACK_DAYS: i64 = 3 * 365;

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

    /// How many days back a list that is sorted newest first has to reach to count as whole (contract R-117).
    ///
    /// The longest window that a rule has on results is 12 months; this leaves room. Lists of visits and procedures have to
    /// be whole: what began long ago may still go on, and a server may sort it by its beginning.
    pub(super) fn look_back_days(self) -> Option<i64> {
        matches!(self, Self::Laboratory | Self::Surveys | Self::SocialHistory)
            .then_some(LOOK_BACK_DAYS)
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
mod tests;
