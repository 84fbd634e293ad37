//! Refusals: one variant per thing a client can do something about, its status, and its OperationOutcome.
//!
//! Caller text is apart from log text, and neither repeats anything of the request (contract R-246).

use crate::fhir::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;

/// Why a request was not answered with cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookError {
    /// No such path.
    UnknownPath,
    /// No such service, or it is switched off.
    UnknownService,
    /// Path known, method not.
    Method,
    /// No token that is accepted; one and the same whatever the reason (contract R-304).
    Unauthorized,
    /// Body is not declared as JSON, or is in an encoding that we do not take.
    MediaType,
    /// Body over the limit.
    TooLarge,
    /// Body could not be received.
    Broken,
    /// Body was not there in time.
    SlowBody,
    /// Body is not one JSON object of bearable depth; says what is wrong.
    NotJson(&'static str),
    /// A member is missing or unusable.
    Member(Fault),
    /// The call is for another hook.
    WrongHook {
        /// The hook of the call, if it is one of the published ones.
        sent: Option<&'static str>,
        /// The hook of the service.
        expected: &'static str,
    },
    /// Required data could not be had, and nothing true can be said without them (412).
    Missing(Vec<Query>),
    /// This client calls too often; how many seconds to wait.
    TooMany(u64),
    /// All room for calls is taken.
    Busy,
    /// Starting, stopping, or without what it needs to let clients in.
    NotReady,
    /// Took far too long.
    TooSlow,
    /// Ours.
    Bug,
}

/// A member at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Path, as `context.patientId`.
    pub member: Cow<'static, str>,
    /// Completes "`member` …".
    pub problem: &'static str,
    /// It is missing, rather than wrong.
    pub missing: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationOutcome<'a> {
    resource_type: &'static str,
    issue: [Issue<'a>; 1],
}

#[derive(Serialize)]
struct Issue<'a> {
    severity: &'static str,
    code: &'static str,
    details: Details<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
struct Details<'a> {
    text: &'a str,
}

impl HookError {
    /// Status and FHIR issue type (contract ).
    pub fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Self::UnknownPath | Self::UnknownService => (StatusCode::NOT_FOUND, "not-found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "not-supported"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "login"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-long"),
            Self::Broken | Self::NotJson(_) => (StatusCode::BAD_REQUEST, "structure"),
            Self::Member(Fault { missing: true, .. }) => (StatusCode::BAD_REQUEST, "required"),
            Self::Member(_) | Self::WrongHook { .. } => (StatusCode::BAD_REQUEST, "value"),
            Self::Missing(_) => (StatusCode::PRECONDITION_FAILED, "incomplete"),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "timeout"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "throttled"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "throttled"),
            Self::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "transient"),
            Self::TooSlow => (StatusCode::SERVICE_UNAVAILABLE, "timeout"),
            Self::Bug => (StatusCode::INTERNAL_SERVER_ERROR, "exception"),
        }
    }

    /// What the client is told.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::UnknownPath => "There is nothing at this path.".into(),
            Self::UnknownService => {
                "There is no service with this id; GET /cds-services lists those that answer."
                    .into()
            }
            Self::Method => {
                "This path does not take this method; the Allow header lists those that it takes."
                    .into()
            }
            Self::Unauthorized => "The call carries no token that this service accepts.".into(),
            Self::MediaType => {
                "The body must be declared as application/json, uncompressed or gzip.".into()
            }
            Self::TooLarge => "The body is larger than this service takes.".into(),
            Self::Broken => "The body could not be received.".into(),
            Self::NotJson(problem) => format!("The body {problem}.").into(),
            Self::Member(fault) => format!("{} {}.", fault.member, fault.problem).into(),
            Self::WrongHook { sent, expected } => format!(
                "This service answers the hook {expected}; the call names {}.",
                sent.unwrap_or("a hook that is not one of ours")
            )
            .into(),
            Self::Missing(queries) => {
                let keys: Vec<&str> = queries.iter().map(|query| query.key()).collect();
                format!(
                    "Required data could not be had. Missing prefetch keys: {}. Send them as prefetch, or give access to a \
                     FHIR server that this service may call.",
                    keys.join(", ")
                )
                .into()
            }
            Self::SlowBody => "The body did not arrive in time.".into(),
            Self::TooMany(_) => {
                "This client calls more often than it may; Retry-After says when to try again."
                    .into()
            }
            Self::Busy => "The service has as many calls as it takes at once; try again.".into(),
            Self::NotReady => "The service cannot take calls now; try again.".into(),
            Self::TooSlow => "The answer took too long; try again.".into(),
            Self::Bug => "The service failed; the call was not checked.".into(),
        }
    }

    /// What the log is told: which kind of refusal, and which member.
    pub fn log_text(&self) -> Cow<'static, str> {
        match self {
            Self::NotJson(problem) => format!("body {problem}").into(),
            Self::Member(fault) => format!("{} {}", fault.member, fault.problem).into(),
            Self::WrongHook { sent, expected } => format!(
                "hook {} instead of {expected}",
                sent.unwrap_or("unpublished")
            )
            .into(),
            other => other.message(),
        }
    }

    /// The OperationOutcome.
    pub fn body(&self) -> String {
        let (_, code) = self.status();
        let text = self.message();
        let expression = match self {
            Self::Member(fault) => Some([fault.member.as_ref()]),
            Self::WrongHook { .. } => Some(["hook"]),
            _ => None,
        };
        let outcome = OperationOutcome {
            resource_type: "OperationOutcome",
            issue: [Issue {
                severity: "error",
                code,
                details: Details { text: &text },
                expression,
            }],
        };
        serde_json::to_string(&outcome).expect("texts serialise")
    }

    /// The refusal that an answer of this status stands for, where a layer gave it without a body.
    pub fn of_status(status: StatusCode) -> HookError {
        match status {
            StatusCode::NOT_FOUND => Self::UnknownPath,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaType,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::SlowBody,
            StatusCode::SERVICE_UNAVAILABLE => Self::TooSlow,
            status if status.is_client_error() => Self::Broken,
            _ => Self::Bug,
        }
    }
}

impl IntoResponse for HookError {
    fn into_response(self) -> Response {
        let (status, _) = self.status();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/json")],
            self.body(),
        )
            .into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        let leaves_body = [
            StatusCode::UNAUTHORIZED,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        if leaves_body.contains(&status) {
            // What was not read cannot be skipped: the connection ends (HTTP/2 drops this header, and its stream alone ends).
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            let encodings = HeaderValue::from_static("gzip");
            response
                .headers_mut()
                .insert(header::ACCEPT_ENCODING, encodings);
        }
        let seconds = match self {
            Self::TooMany(seconds) => Some(seconds),
            _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
        };
        if let Some(seconds) = seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(missing: bool) -> HookError {
        HookError::Member(Fault {
            member: "context.userId".into(),
            problem: "is required",
            missing,
        })
    }

    /// contract
    #[test]
    fn every_refusal_has_its_status_and_issue_type() {
        for (error, status, code) in [
            (HookError::UnknownPath, 404, "not-found"),
            (HookError::UnknownService, 404, "not-found"),
            (HookError::Method, 405, "not-supported"),
            (HookError::Unauthorized, 401, "login"),
            (HookError::MediaType, 415, "not-supported"),
            (HookError::TooLarge, 413, "too-long"),
            (HookError::Broken, 400, "structure"),
            (HookError::NotJson("is empty"), 400, "structure"),
            (member(true), 400, "required"),
            (member(false), 400, "value"),
            (
                HookError::WrongHook {
                    sent: None,
                    expected: "order-sign",
                },
                400,
                "value",
            ),
            (HookError::Missing(vec![Query::Patient]), 412, "incomplete"),
            (HookError::SlowBody, 408, "timeout"),
            (HookError::TooMany(7), 429, "throttled"),
            (HookError::Busy, 503, "throttled"),
            (HookError::NotReady, 503, "transient"),
            (HookError::TooSlow, 503, "timeout"),
            (HookError::Bug, 500, "exception"),
        ] {
            assert_eq!(
                (error.status().0.as_u16(), error.status().1),
                (status, code),
                "{error:?}"
            );
            let body = error.body();
            assert!(opioid_cds_fhir::check(&body).is_ok(), "{body}");
        }
    }

    #[test]
    fn the_412_names_the_missing_prefetch_keys() {
        let text = HookError::Missing(vec![Query::Patient, Query::Medications]).message();
        assert!(text.contains("patient, medications"), "{text}");
    }
}
