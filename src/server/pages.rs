//! The printable pages: `GET /guides` and `GET /guides/{topic}?lang=en|es`.
//!
//! Knows addresses, languages and headers.
//! Refuses to know what stands on a page: that is `guides`.

use crate::guides::{CONTENT_SECURITY_POLICY, Guides};
use crate::hooks::HookError;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes, by path.
fn routes() -> [(&'static str, MethodRouter<Arc<Guides>>); 2] {
    [("/guides", get(list)), ("/guides/{topic}", get(guide))]
}

/// The paths, for those who describe them.
pub fn paths() -> impl Iterator<Item = &'static str> {
    routes().into_iter().map(|(path, _)| path)
}

/// The router of the pages.
pub(super) fn router(guides: Arc<Guides>) -> Router {
    routes()
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        })
        .method_not_allowed_fallback(|| async { HookError::Method })
        .with_state(guides)
}

type Asked = Query<BTreeMap<String, String>>;

async fn list(
    State(guides): State<Arc<Guides>>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let lang = guides.language(asked.get("lang").map(String::as_str), accepted(&headers));
    page(guides.list(lang))
}

async fn guide(
    State(guides): State<Arc<Guides>>,
    Path(topic): Path<String>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Result<Response, HookError> {
    let lang = guides.language(asked.get("lang").map(String::as_str), accepted(&headers));
    let text = guides.page(&topic, lang).ok_or(HookError::UnknownPath)?;
    Ok(page(text))
}

fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()
}

/// No scripts, nothing from elsewhere; the style stands in the page.
fn page(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::VARY, "accept-language"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, text).into_response()
}
