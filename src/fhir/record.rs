//! What arrived about one patient, and what is missing: values plus gaps.

use super::Query;
use super::resources::*;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Neither in prefetch nor to be fetched: no FHIR server in the call.
    NotSent,
    /// The FHIR server of the call is not on the allow-list.
    NotAllowed,
    /// The client says in prefetch that its own read failed (OperationOutcome).
    ClientFailed,
    /// 401 or 403, or no usable token.
    Refused,
    /// Another HTTP status.
    Status(u16),
    /// Not in time.
    Timeout,
    /// The connection failed.
    Unreachable,
    /// Not FHIR JSON, or not the resource asked for.
    Malformed,
    /// The server says that it speaks another version of FHIR than R4.
    OtherVersion,
    /// The answer holds resources of another patient: it was not to the question that was asked.
    OtherPatient,
    /// Larger, or with more pages, than we take.
    TooMuch,
    /// The list goes on and the rest could not be had.
    MorePages,
    /// So many entries of so many could not be read.
    Entries {
        /// Not readable.
        bad: usize,
        /// Of all.
        of: usize,
    },
}

/// How far one read got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Nobody asked.
    NotAsked,
    /// Everything is here; nothing found means none in the data received.
    Complete,
    /// What is here counts; absence proves nothing.
    Partial(Why),
    /// Nothing is here, and that says nothing.
    Failed(Why),
}

/// Something that could not be read or was left out, without patient data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// A read that failed or is partial.
    Read(Query, Why),
    /// Entries of a resource type that could not be read.
    Entries {
        /// FHIR resource type.
        resource_type: String,
        /// Where: a prefetch key, "draftOrders" or "FHIR".
        place: String,
        /// How many.
        count: usize,
    },
    /// Resources of another patient were left out.
    OtherPatient {
        /// FHIR resource type.
        resource_type: String,
        /// How many.
        count: usize,
    },
    /// A Medication that an order names could not be had.
    Medication {
        /// `Type/id` of the order.
        order: String,
    },
}

/// One entry of `context.draftOrders`.
#[derive(Debug, Clone)]
pub struct DraftOrder<'a> {
    /// The entry's JSON as received, for `update` suggestions.
    pub raw: &'a RawValue,
    /// `MedicationRequest/…`; empty id if the draft has none.
    pub reference: String,
    /// Its view.
    pub request: MedicationRequest<'a>,
}

/// The record: values plus gaps.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    /// The patient.
    pub patient: Option<Patient<'a>>,
    /// Drafts that are MedicationRequests, in order.
    pub drafts: Vec<DraftOrder<'a>>,
    /// Drafts of other types that rules look at.
    pub draft_service_requests: Vec<ServiceRequest<'a>>,
    /// Prescriptions of the record.
    pub medication_requests: Vec<MedicationRequest<'a>>,
    /// Statements.
    pub medication_statements: Vec<MedicationStatement<'a>>,
    /// Dispenses.
    pub medication_dispenses: Vec<MedicationDispense<'a>>,
    /// Medication resources by id, from anywhere (drafts Bundle, prefetch, FHIR).
    pub medications: BTreeMap<String, Medication<'a>>,
    /// Conditions.
    pub conditions: Vec<Condition<'a>>,
    /// Encounters.
    pub encounters: Vec<Encounter<'a>>,
    /// Observations of all categories.
    pub observations: Vec<Observation<'a>>,
    /// Procedures.
    pub procedures: Vec<Procedure<'a>>,
    /// Care plans.
    pub care_plans: Vec<CarePlan<'a>>,
    /// Goals.
    pub goals: Vec<Goal<'a>>,
    /// Service requests.
    pub service_requests: Vec<ServiceRequest<'a>>,
    /// Appointments.
    pub appointments: Vec<Appointment<'a>>,
    /// How far each read got; a query that is not in the map was not asked.
    pub reads: BTreeMap<Query, Read>,
    /// Everything that could not be read or was left out.
    pub gaps: Vec<Gap>,
}

impl<'a> Record<'a> {
    /// How far this read got.
    pub fn read(&self, query: Query) -> &Read {
        self.reads.get(&query).unwrap_or(&Read::NotAsked)
    }

    /// The Medication that a relative, absolute or `urn:uuid:` reference names.
    ///
    /// A contained one (`#id`) is only known to its order: [`Record::medication_of`].
    pub fn medication(&self, reference: &Reference<'_>) -> Option<&Medication<'a>> {
        let text = reference.reference.as_deref()?;
        self.medications.get(text).or_else(|| {
            let (kind, id) = reference.target()?;
            matches!(kind, "Medication" | "")
                .then(|| self.medications.get(id))
                .flatten()
        })
    }

    /// The Medication that an order names by reference, contained ones included.
    pub fn medication_of<'r>(
        &'r self,
        choice: &'r MedicationChoice<'a>,
    ) -> Option<&'r Medication<'a>> {
        let reference = choice.reference.as_ref()?;
        let text = reference.reference.as_deref()?;
        let contained = text.strip_prefix('#').unwrap_or(text);
        choice
            .contained
            .iter()
            .find(|medication| medication.id.as_deref() == Some(contained))
            .or_else(|| self.medication(reference))
    }

    /// References to Medications that are nowhere in what arrived, each once: drafts first.
    pub fn unresolved_medications(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut references = Vec::new();
        for (_, choice) in self.choices() {
            let reference = choice.reference.as_ref();
            if let Some(text) = reference.and_then(|r| r.reference.as_deref())
                && self.is_unresolved(choice)
                && seen.insert(text)
            {
                references.push(text.to_owned());
            }
        }
        references
    }

    /// `Type/id` of the rows whose Medication is not there.
    pub(super) fn orders_without_medication(&self) -> Vec<String> {
        self.choices()
            .filter(|(_, choice)| self.is_unresolved(choice))
            .map(|(order, _)| order)
            .collect()
    }

    fn is_unresolved(&self, choice: &MedicationChoice<'a>) -> bool {
        let named = choice.reference.as_ref().and_then(|r| r.reference.as_ref());
        choice.concept.is_none() && named.is_some() && self.medication_of(choice).is_none()
    }

    /// Everything that names a medicine.
    fn choices(&self) -> impl Iterator<Item = (String, &MedicationChoice<'a>)> {
        let name = |kind: &str, id: &Option<Text<'a>>| {
            format!("{kind}/{}", id.as_deref().unwrap_or_default())
        };
        let drafts = self.drafts.iter();
        let drafts = drafts.map(|d| (d.reference.clone(), &d.request.medication));
        let requests = self.medication_requests.iter();
        let requests = requests.map(move |r| (name("MedicationRequest", &r.id), &r.medication));
        let statements = self.medication_statements.iter();
        let statements =
            statements.map(move |s| (name("MedicationStatement", &s.id), &s.medication));
        let dispenses = self.medication_dispenses.iter();
        let dispenses = dispenses.map(move |d| (name("MedicationDispense", &d.id), &d.medication));
        drafts.chain(requests).chain(statements).chain(dispenses)
    }
}
