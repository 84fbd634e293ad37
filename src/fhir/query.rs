//! The reads that rules may need: one definition for prefetch templates and for FHIR queries.

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
