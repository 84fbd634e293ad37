//! The three services: ids, hooks, and what discovery says of them.

use super::{HookError, Shared};
use crate::patient::Hook;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// One service.
#[derive(Debug)]
pub struct Service {
    /// Path segment (contract R-026).
    pub id: &'static str,
    /// The hook that it answers.
    pub hook: Hook,
    /// For people.
    pub title: &'static str,
    /// For people; plain text that is also valid markdown.
    pub description: &'static str,
}

/// All services, by their ids in `interfaces.md`.
pub static SERVICES: [Service; 3] = [
    Service {
        id: "opioid-order-sign",
        hook: Hook::OrderSign,
        title: "Opioid safety at signing",
        description: "Looks at opioid and sedative orders that are about to be signed, together with the patient's \
                      medicines, conditions and care so far, and advises on overdose risk, naloxone, fast dose \
                      reduction and the total daily dose. Silent for other orders.",
    },
    Service {
        id: "opioid-patient-view",
        hook: Hook::PatientView,
        title: "Opioid safety overview",
        description: "When the chart of a patient who takes opioids, or is treated for opioid use disorder, is \
                      opened: a brief of what matters for safety, and naloxone where it is missing. Silent for other \
                      patients.",
    },
    Service {
        id: "opioid-order-select",
        hook: Hook::OrderSelect,
        title: "Opioid safety while ordering",
        description: "While orders are being selected: only dangers that should be known before more is typed, such \
                      as a strong long-acting opioid for somebody who takes none, or an opioid with naltrexone.",
    },
];

/// The service with this id.
pub fn service(id: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.id == id)
}

/// All services but those that are switched off.
pub fn enabled(disabled: &[String]) -> Vec<&'static Service> {
    SERVICES
        .iter()
        .filter(|service| !disabled.iter().any(|id| id == service.id))
        .collect()
}

/// Another method on a service's path: 404 where there is no such service, else 405.
pub(super) async fn wrong_method(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, HookError> {
    let Path(id) = path.map_err(|_| HookError::UnknownService)?;
    shared.service(&id)?;
    Err(HookError::Method)
}
