//! The rows of the record: each resource through its view, once, and only if it is the patient's.
//!
//! Knows which resource type fills which list.
//! Refuses to know where a resource came from and what its absence means.

use super::bundle::{Item, Opened};
use super::resources::*;
use super::views::json::{self, Element};
use super::whose::{Belongs, Whose};
use super::{DraftOrder, Gap, Query, Record};
use std::collections::{BTreeMap, BTreeSet};

/// What became of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is in the record (perhaps since before), and answers these queries in part.
    Used(&'static [Query]),
    /// Left out.
    OtherPatient,
    /// Left out, because nothing says whose it is.
    Unclear,
    /// A type that no rule reads.
    NotRead,
}

/// What the views of rows have in common.
trait Row<'a>: Element<'a> {
    fn id(&self) -> Option<&Text<'a>>;
    fn belongs(&self, whose: &Whose<'_>) -> Belongs;
}

macro_rules! rows_by_subject {
    ($($view:ident),+) => {$(
        impl<'a> Row<'a> for $view<'a> {
            fn id(&self) -> Option<&Text<'a>> {
                self.id.as_ref()
            }

            fn belongs(&self, whose: &Whose<'_>) -> Belongs {
                whose.is_subject(self.subject.as_ref())
            }
        }
    )+};
}

rows_by_subject!(
    MedicationRequest,
    MedicationStatement,
    MedicationDispense,
    Condition,
    Encounter,
    Observation,
    Procedure,
    CarePlan,
    Goal,
    ServiceRequest
);

impl<'a> Row<'a> for Patient<'a> {
    fn id(&self) -> Option<&Text<'a>> {
        self.id.as_ref()
    }

    fn belongs(&self, whose: &Whose<'_>) -> Belongs {
        whose.is_patient(self.id.as_deref())
    }
}

impl<'a> Row<'a> for Appointment<'a> {
    fn id(&self) -> Option<&Text<'a>> {
        self.id.as_ref()
    }

    fn belongs(&self, whose: &Whose<'_>) -> Belongs {
        whose.takes_part(self)
    }
}

/// A resource after its view was read.
enum Seen<T> {
    New(T),
    Before,
    Left(Taken),
}

/// The record as it fills.
pub(super) struct Rows<'a> {
    record: Record<'a>,
    whose: Whose<'a>,
    seen: BTreeSet<(Text<'a>, Text<'a>)>,
    drafts_seen: BTreeSet<(Text<'a>, Text<'a>)>,
    others: BTreeMap<String, usize>,
    bad_drafts: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(whose: Whose<'a>) -> Self {
        Self {
            record: Record::default(),
            whose,
            seen: BTreeSet::new(),
            drafts_seen: BTreeSet::new(),
            others: BTreeMap::new(),
            bad_drafts: 0,
        }
    }

    /// Takes a resource of the chart.
    pub(super) fn take(&mut self, item: &Item<'a>) -> Taken {
        macro_rules! row {
            ($list:ident, $queries:expr) => {
                match self.look(item) {
                    Seen::New(row) => {
                        self.record.$list.push(row);
                        Taken::Used(&$queries)
                    }
                    Seen::Before => Taken::Used(&$queries),
                    Seen::Left(taken) => taken,
                }
            };
        }
        match &*item.kind {
            "Patient" => match self.look(item) {
                Seen::New(patient) => {
                    self.record.patient.get_or_insert(patient);
                    Taken::Used(&[Query::Patient])
                }
                Seen::Before => Taken::Used(&[Query::Patient]),
                Seen::Left(taken) => taken,
            },
            "MedicationRequest" | "MedicationOrder" => {
                row!(medication_requests, [Query::Medications])
            }
            "MedicationStatement" => row!(medication_statements, [Query::Statements]),
            "MedicationDispense" => row!(medication_dispenses, [Query::Dispenses]),
            "Condition" => row!(conditions, [Query::Conditions]),
            "Encounter" => row!(encounters, [Query::Encounters]),
            "Procedure" => row!(procedures, [Query::Procedures]),
            "CarePlan" => row!(care_plans, [Query::Plans]),
            "Goal" => row!(goals, [Query::Goals]),
            "Appointment" => row!(appointments, [Query::Appointments]),
            "ServiceRequest" | "ProcedureRequest" => {
                row!(service_requests, [Query::ServiceRequests])
            }
            "Task" => row!(service_requests, [Query::Tasks]),
            "Observation" => match self.look::<Observation<'a>>(item) {
                Seen::New(row) => {
                    let queries = query_of(&row);
                    self.record.observations.push(row);
                    Taken::Used(queries)
                }
                Seen::Before => Taken::Used(&[]),
                Seen::Left(taken) => taken,
            },
            "Medication" => self.take_medication(item),
            _ => Taken::NotRead,
        }
    }

    /// Takes `context.draftOrders`: orders that are about to be signed, and the Medications they name.
    pub(super) fn take_drafts(&mut self, opened: Opened<'a>) {
        self.bad_drafts += opened.bad;
        for item in &opened.items {
            match &*item.kind {
                "MedicationRequest" | "MedicationOrder" => {
                    if let Some(request) = self.draft::<MedicationRequest<'a>>(item) {
                        let id = request.id.as_deref().unwrap_or_default();
                        let reference = format!("{}/{id}", item.kind);
                        self.record.drafts.push(DraftOrder {
                            raw: item.raw,
                            reference,
                            request,
                        });
                    }
                }
                "ServiceRequest" | "ProcedureRequest" | "Task" => {
                    if let Some(request) = self.draft(item) {
                        self.record.draft_service_requests.push(request);
                    }
                }
                "Medication" => {
                    self.take_medication(item);
                }
                _ => {}
            }
        }
    }

    /// A draft comes from this patient's own session: only one that names somebody else is left out.
    fn draft<T: Row<'a>>(&mut self, item: &Item<'a>) -> Option<T> {
        let row: T = json::read(item.raw)?;
        if row.belongs(&self.whose) == Belongs::No {
            *self.others.entry(item.kind.to_string()).or_default() += 1;
            return None;
        }
        let first = row
            .id()
            .is_none_or(|id| self.drafts_seen.insert((item.kind.clone(), id.clone())));
        first.then_some(row)
    }

    fn look<T: Row<'a>>(&mut self, item: &Item<'a>) -> Seen<T> {
        let row: T = json::read(item.raw).unwrap_or_default();
        match row.belongs(&self.whose) {
            Belongs::Yes => {}
            Belongs::Unclear => return Seen::Left(Taken::Unclear),
            Belongs::No => {
                *self.others.entry(item.kind.to_string()).or_default() += 1;
                return Seen::Left(Taken::OtherPatient);
            }
        }
        let name = row.id().or(item.full_url.as_ref());
        if name.is_none_or(|name| self.seen.insert((item.kind.clone(), name.clone()))) {
            Seen::New(row)
        } else {
            Seen::Before
        }
    }

    /// Kept under its id and its full URL; the first to come stays.
    fn take_medication(&mut self, item: &Item<'a>) -> Taken {
        let medication: Medication<'a> = json::read(item.raw).unwrap_or_default();
        let names = [medication.id.clone(), item.full_url.clone()];
        for name in names.into_iter().flatten() {
            self.record
                .medications
                .entry(name.into_owned())
                .or_insert_with(|| medication.clone());
        }
        Taken::Used(&[])
    }

    pub(super) fn into_record(self) -> Record<'a> {
        let mut record = self.record;
        sort(&mut record);
        if self.bad_drafts > 0 {
            record.gaps.push(Gap::Entries {
                resource_type: "Resource".to_owned(),
                place: "draftOrders".to_owned(),
                count: self.bad_drafts,
            });
        }
        for (resource_type, count) in self.others {
            record.gaps.push(Gap::OtherPatient {
                resource_type,
                count,
            });
        }
        let orders = record.orders_without_medication();
        record
            .gaps
            .extend(orders.into_iter().map(|order| Gap::Medication { order }));
        record
    }
}

/// One order of rows, whatever order they came in: which of two equals is named first is not for the sender to decide.
fn sort(record: &mut Record<'_>) {
    by_id(&mut record.medication_requests);
    by_id(&mut record.medication_statements);
    by_id(&mut record.medication_dispenses);
    by_id(&mut record.conditions);
    by_id(&mut record.encounters);
    by_id(&mut record.observations);
    by_id(&mut record.procedures);
    by_id(&mut record.care_plans);
    by_id(&mut record.goals);
    by_id(&mut record.service_requests);
    by_id(&mut record.appointments);
}

/// Rows without an id come last, as they came.
fn by_id<'a, T: Row<'a>>(rows: &mut [T]) {
    rows.sort_by(|one, other| {
        let names = (one.id(), other.id());
        (names.0.is_none(), names.0).cmp(&(names.1.is_none(), names.1))
    });
}

/// The Observation read that this one would have been an answer to.
fn query_of(observation: &Observation<'_>) -> &'static [Query] {
    let is = |wanted: &str| {
        let codes = observation.category.iter().flat_map(|c| &c.coding);
        codes.into_iter().any(|c| c.code.as_deref() == Some(wanted))
    };
    if is("laboratory") {
        &[Query::Laboratory]
    } else if is("survey") {
        &[Query::Surveys]
    } else if is("social-history") {
        &[Query::SocialHistory]
    } else {
        &[]
    }
}
