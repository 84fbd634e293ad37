//! Liveness, readiness, and the contract in the repository.

use super::{HookError, Shared};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;

const OPENAPI: &str = include_str!("../../openapi.yaml");
const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// The process answers.
pub(super) async fn live() -> impl IntoResponse {
    (JSON, r#"{"status":"live"}"#)
}

/// Content is loaded (else the process would not have started), it is not stopping, and it can check the tokens of at
/// least one client: that one client's issuer does not answer must not take the service from the others.
pub(super) async fn ready(
    State(shared): State<Arc<Shared>>,
) -> Result<impl IntoResponse, HookError> {
    if shared.is_stopping() || !shared.has_keys() {
        return Err(HookError::NotReady);
    }
    Ok((JSON, r#"{"status":"ready"}"#))
}

/// `openapi.yaml`.
pub(super) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], OPENAPI)
}
