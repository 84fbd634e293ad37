//! `GET /CodeSystem/{id}`: what the codes on cards mean.

use super::{HookError, Shared};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// A code system of this project, as FHIR JSON.
pub(super) async fn code_system(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Response, HookError> {
    let content = &shared.content;
    let system = content
        .cards
        .code_system(&content.site.canonical_base, &id)
        .ok_or(HookError::UnknownPath)?;
    let headers = [
        (header::CONTENT_TYPE, "application/fhir+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    Ok((headers, Json(system)).into_response())
}
