//! What stands in for an EHR: a FHIR server over resources in memory, for demo, replay and tests.
//!
//! Knows paths and statuses.
//! Refuses to know files, and to be more than our own queries need.

use crate::fhir::MemoryServer;
use axum::Router;
use axum::extract::{FromRequest, RawForm, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// A FHIR base: `GET /Patient/p1`, `GET /Condition?patient=p1`, `POST /Condition/_search`.
pub fn router(server: MemoryServer) -> Router {
    Router::new()
        .route("/{*path}", get(answer).post(search))
        .with_state(Arc::new(server))
}

/// Lets pages of these origins read it, with whatever headers they send.
pub fn open_to(bases: Router, origins: &[String]) -> Router {
    let origins = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    bases.layer(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request()),
    )
}

async fn answer(State(server): State<Arc<MemoryServer>>, request: Request) -> Response {
    let asked = request
        .uri()
        .path_and_query()
        .map_or("", |path| path.as_str());
    respond(server.answer(asked.trim_start_matches('/')))
}

async fn search(State(server): State<Arc<MemoryServer>>, request: Request) -> Response {
    let path = request
        .uri()
        .path()
        .trim_matches('/')
        .trim_end_matches("/_search")
        .to_owned();
    match RawForm::from_request(request, &()).await {
        Ok(RawForm(form)) => {
            respond(server.answer(&format!("{path}?{}", String::from_utf8_lossy(&form))))
        }
        Err(rejection) => rejection.into_response(),
    }
}

fn respond((status, body): (u16, String)) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        [(header::CONTENT_TYPE, "application/fhir+json")],
        body,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt;

    /// The CDS Hooks sandbox reads charts from a page, with headers of its own.
    #[tokio::test]
    async fn a_listed_origin_may_read_with_any_header() {
        let ours = "https://sandbox.cds-hooks.org";
        let (server, _) = MemoryServer::from_texts::<&str, &str>([]);
        let bases = open_to(router(server), &[ours.to_owned()]);
        for (origin, allowed) in [(ours, Some(ours)), ("https://evil.example", None)] {
            let asked = Request::builder()
                .method(Method::OPTIONS)
                .uri("/Condition/_search")
                .header(header::ORIGIN, origin)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
                .header(
                    header::ACCESS_CONTROL_REQUEST_HEADERS,
                    "x-smart,authorization",
                )
                .body(Body::empty())
                .expect("a request");
            let answer = bases.clone().oneshot(asked).await.expect("an answer");
            let header = |name| {
                answer
                    .headers()
                    .get(name)
                    .and_then(|value| value.to_str().ok())
            };
            assert_eq!(header(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed);
            assert_eq!(
                header(header::ACCESS_CONTROL_ALLOW_HEADERS),
                Some("x-smart,authorization")
            );
        }
    }
}
