//! A request's body: declared as JSON, within the limit, UTF-8, one object of bearable depth.

use super::HookError;
use super::members::Members;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::LengthLimitError;
use std::error::Error;
use std::time::Duration;

/// Deeper than any FHIR resource, and what serde_json reads without a tree of its own.
const DEPTH: usize = 120;

/// Receives the body within the time, after its media type and encoding.
pub(crate) async fn receive(request: Request, time: Duration) -> Result<Bytes, HookError> {
    if !is_json(request.headers()) || is_encoded(request.headers()) {
        return Err(HookError::MediaType);
    }
    tokio::time::timeout(time, Bytes::from_request(request, &()))
        .await
        .map_err(|_| HookError::SlowBody)?
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE || is_over_the_wire(&rejection) {
                HookError::TooLarge
            } else {
                HookError::Broken
            }
        })
}

/// Was it the limit on what is sent, which stands before decompression, that ended the body?
fn is_over_the_wire(rejection: &BytesRejection) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(rejection);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// `application/json`, with any parameters and in any letter case (contract R-008), or FHIR's own name for it.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let media_type = value.split(';').next().unwrap_or_default().trim();
            [
                "application/json",
                "application/fhir+json",
                "application/json+fhir",
            ]
            .iter()
            .any(|json| media_type.eq_ignore_ascii_case(json))
        })
}

/// An encoding that is still there was not undone: it is none that we know. Nobody is told before they are known.
fn is_encoded(headers: &HeaderMap) -> bool {
    let encoding = headers.get(header::CONTENT_ENCODING);
    encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The body's members (contract ).
pub(super) fn members(body: &[u8]) -> Result<Members<'_>, HookError> {
    let text = std::str::from_utf8(body).map_err(|_| HookError::NotJson("is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii();
    if text.is_empty() {
        return Err(HookError::NotJson("is empty"));
    }
    if too_deep(text.as_bytes()) {
        return Err(HookError::NotJson("is nested too deeply"));
    }
    if !text.starts_with('{') {
        return Err(HookError::NotJson("is not a JSON object"));
    }
    let members: Members<'_> =
        serde_json::from_str(text).map_err(|_| HookError::NotJson("is not well-formed JSON"))?;
    if members.repeats() {
        return Err(HookError::NotJson("names a member twice"));
    }
    Ok(members)
}

/// Does any value stand inside more than [`DEPTH`] others?
fn too_deep(json: &[u8]) -> bool {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(json, at),
            _ => {}
        }
        at += 1;
    }
    false
}

/// Where the string that begins here ends.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_strings() {
        assert!(!too_deep(format!("\"{}\"", "[".repeat(200)).as_bytes()));
        assert!(!too_deep(format!("\"\\\"{}\"", "[".repeat(200)).as_bytes()));
        assert!(!too_deep("[]".repeat(500).as_bytes()));
        assert!(too_deep("[".repeat(121).as_bytes()));
        assert!(too_deep(
            format!("{{\"a\":{}", "{\"a\":".repeat(120)).as_bytes()
        ));
        assert!(!too_deep("\"\\".as_bytes()));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in [
            "",
            "  ",
            "[]",
            "\"x\"",
            "1",
            "null",
            "{",
            "{\"a\":1,}",
            "{\"a\":1} x",
            "// x\n{}",
        ] {
            assert!(
                matches!(members(body.as_bytes()), Err(HookError::NotJson(_))),
                "{body}"
            );
        }
        assert!(matches!(
            members(b"{\"a\":\"\xff\"}"),
            Err(HookError::NotJson("is not UTF-8"))
        ));
        assert!(matches!(
            members(b"{\"a\":1,\"a\":1}"),
            Err(HookError::NotJson("names a member twice"))
        ));
        assert!(matches!(
            members("[".repeat(100_000).as_bytes()),
            Err(HookError::NotJson(_))
        ));
    }
}
