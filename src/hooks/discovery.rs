//! `GET /cds-services`: computed from what the rules need, so that it cannot drift from what is read.

use super::admitted::Reader;
use super::{Service, Shared};
use crate::config::Discovery;
use crate::fhir::Query;
use crate::rules;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Version of the CDS Hooks specification (contract R-029).
const CDS_HOOKS: &str = "3.0.0";
/// The hook pages' metadata tables (contract R-030).
const HOOK_VERSION: &str = "1.0";

const USAGE_REQUIREMENTS: &str = "Needs the patient and the medication orders, as prefetch or through a FHIR server \
    with an access token; the other data make the advice more complete, and cards say what was not checked. \
    Unsigned orders of the session must be in draftOrders. Each suggestion has one action, so no action-level \
    selection is used.";

#[derive(Serialize)]
struct Document<'a> {
    services: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    hook: &'a str,
    title: &'a str,
    description: &'a str,
    id: &'a str,
    #[serde(serialize_with = "as_object")]
    prefetch: Vec<Query>,
    usage_requirements: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_version: Option<&'a str>,
}

fn as_object<S: Serializer>(queries: &[Query], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        queries
            .iter()
            .filter_map(|query| Some((query.key(), query.template()?))),
    )
}

/// The discovery document.
pub fn document(services: &[&Service], discovery: Discovery) -> String {
    let later = (discovery == Discovery::V3).then_some(());
    let services = services
        .iter()
        .map(|service| Entry {
            hook: service.hook.as_str(),
            title: service.title,
            description: service.description,
            id: service.id,
            prefetch: rules::needs(service.hook),
            usage_requirements: USAGE_REQUIREMENTS,
            version: later.map(|()| CDS_HOOKS),
            hook_version: later.map(|()| HOOK_VERSION),
        })
        .collect();
    serde_json::to_string(&Document { services }).expect("texts serialise")
}

/// Always the same while the service runs (contract R-036).
pub(super) async fn discovery(State(shared): State<Arc<Shared>>, _: Reader) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        shared.discovery.clone(),
    )
}
