//! A hook call's envelope: every member checked in the order of contract section 3, FHIR parts left raw.
//!
//! Null and empty: missing where the member is required, absent where it is optional (contract section 11).

use super::body;
use super::error::{Fault, HookError};
use super::members::{Members, text};
use super::service::Service;
use crate::patient::Hook;
use crate::wire::{FhirAuthorization, Request};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use url::Url;

/// A GUID is 36 characters; clients send others (contract R-055).
const LONGEST_HOOK_INSTANCE: usize = 128;
/// Longer than any known client's; it goes into a header.
const LONGEST_TOKEN: usize = 64 * 1024;

/// Hooks of the specification's registry: names that a refusal may repeat.
const PUBLISHED_HOOKS: [&str; 9] = [
    "patient-view",
    "order-sign",
    "order-select",
    "order-dispatch",
    "appointment-book",
    "encounter-start",
    "encounter-discharge",
    "medication-prescribe",
    "order-review",
];

const REQUIRED_TEXT: &str = "is required and must be a non-empty string";
const DRAFT_ORDERS: &str = "is required and must be a FHIR Bundle; a client that lacks the scope for unsigned orders, \
    or whose endpoint is registered for another hook version, sends the call without it";

type Checked<T> = Result<T, HookError>;

fn fault(member: impl Into<Cow<'static, str>>, problem: &'static str) -> HookError {
    HookError::Member(Fault {
        member: member.into(),
        problem,
        missing: false,
    })
}

fn missing(member: &'static str, problem: &'static str) -> HookError {
    HookError::Member(Fault {
        member: member.into(),
        problem,
        missing: true,
    })
}

/// The hook that a body names, before anything else of it is looked at: for saved requests.
pub fn hook_of(body: &[u8]) -> Checked<String> {
    let members = body::members(body)?;
    required_text(&members, "hook", "hook").map(Cow::into_owned)
}

/// Checks a body that was sent to this service.
pub fn read<'a>(body: &'a [u8], service: &Service) -> Checked<Request<'a>> {
    let members = body::members(body)?;
    let hook = required_text(&members, "hook", "hook")?;
    if hook != service.hook.as_str() {
        let sent = PUBLISHED_HOOKS.into_iter().find(|known| hook == *known);
        return Err(HookError::WrongHook {
            sent,
            expected: service.hook.as_str(),
        });
    }
    let hook_instance = required_text(&members, "hookInstance", "hookInstance")?;
    if hook_instance.chars().count() > LONGEST_HOOK_INSTANCE {
        return Err(fault("hookInstance", "is longer than 128 characters"));
    }
    let fhir_server = members
        .present("fhirServer")
        .map(fhir_server)
        .transpose()?
        .flatten();
    let authorization = members
        .present("fhirAuthorization")
        .map(authorization)
        .transpose()?;
    if authorization.is_some() && fhir_server.is_none() {
        return Err(missing(
            "fhirServer",
            "is required where fhirAuthorization is given",
        ));
    }
    let context = context(&members)?;
    let user_id = required_text(&context, "userId", "context.userId")?;
    let patient_id = patient_id(&context)?;
    if let Some(Authorization {
        patient: Some(granted),
        ..
    }) = &authorization
        && bare(granted.clone(), "Patient/") != patient_id
    {
        return Err(fault(
            "fhirAuthorization.patient",
            "is another patient than context.patientId",
        ));
    }
    Ok(Request {
        hook,
        hook_instance,
        fhir_server,
        fhir_authorization: authorization.map(|authorization| authorization.token),
        user_id,
        patient_id,
        encounter_id: encounter_id(&context)?,
        draft_orders: service
            .hook
            .is_order()
            .then(|| draft_orders(&context))
            .transpose()?,
        selections: if service.hook == Hook::OrderSelect {
            selections(&context)?
        } else {
            Vec::new()
        },
        prefetch: members
            .present("prefetch")
            .map(prefetch)
            .transpose()?
            .unwrap_or_default(),
    })
}

fn required_text<'a>(
    members: &Members<'a>,
    name: &str,
    path: &'static str,
) -> Checked<Cow<'a, str>> {
    match members.present(name) {
        None => Err(missing(path, REQUIRED_TEXT)),
        Some(value) => match text(value) {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(missing(path, REQUIRED_TEXT)),
            None => Err(fault(path, REQUIRED_TEXT)),
        },
    }
}

/// Contract: absolute, http or https, nothing that could point elsewhere.
fn fhir_server(value: &RawValue) -> Checked<Option<Cow<'_, str>>> {
    const PROBLEM: &str = "must be an absolute http or https URL without user, query or fragment";
    let text = text(value).ok_or_else(|| fault("fhirServer", PROBLEM))?;
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&text).map_err(|_| fault("fhirServer", PROBLEM))?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '\\');
    if !plain {
        return Err(fault("fhirServer", PROBLEM));
    }
    Ok(Some(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches('/')),
        Cow::Owned(text) => Cow::Owned(text.trim_end_matches('/').to_owned()),
    }))
}

struct Authorization<'a> {
    token: FhirAuthorization<'a>,
    patient: Option<Cow<'a, str>>,
}

/// Contract; `scope` and `subject` are opaque, and may be missing.
fn authorization(value: &RawValue) -> Checked<Authorization<'_>> {
    const TOKEN: &str = "is required and must be a bearer token";
    let members =
        Members::of(value).ok_or_else(|| fault("fhirAuthorization", "must be an object"))?;
    if members.repeats() {
        return Err(fault("fhirAuthorization", "names a member twice"));
    }
    let access_token = required_text(&members, "access_token", "fhirAuthorization.access_token")?;
    if access_token.len() > LONGEST_TOKEN
        || !access_token.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(fault("fhirAuthorization.access_token", TOKEN));
    }
    let token_type = required_text(&members, "token_type", "fhirAuthorization.token_type")?;
    if !token_type.eq_ignore_ascii_case("bearer") {
        return Err(fault("fhirAuthorization.token_type", "must be Bearer"));
    }
    for name in ["expires_in", "scope", "subject"] {
        if members.present(name).is_none() {
            tracing::debug!(member = name, "fhirAuthorization lacks a required member");
        }
    }
    Ok(Authorization {
        token: FhirAuthorization {
            access_token,
            expires_in: members.present("expires_in").and_then(seconds),
        },
        patient: members
            .present("patient")
            .and_then(text)
            .filter(|patient| !patient.is_empty()),
    })
}

/// Whole seconds, also as a string (contract R-017) or with a fraction, which is cut.
fn seconds(value: &RawValue) -> Option<i64> {
    let text = text(value).unwrap_or(Cow::Borrowed(value.get()));
    let text = text.trim();
    text.parse().ok().or_else(|| {
        text.split_once('.')
            .and_then(|(whole, _)| whole.parse().ok())
    })
}

fn context<'a>(members: &Members<'a>) -> Checked<Members<'a>> {
    const PROBLEM: &str = "is required and must be an object";
    let value = members
        .present("context")
        .ok_or_else(|| missing("context", PROBLEM))?;
    let context = Members::of(value).ok_or_else(|| fault("context", PROBLEM))?;
    if context.repeats() {
        return Err(fault("context", "names a member twice"));
    }
    Ok(context)
}

/// The id without `Type/`, which some clients send (contract R-072).
fn bare<'a>(id: Cow<'a, str>, prefix: &str) -> Cow<'a, str> {
    match id {
        Cow::Borrowed(id) => Cow::Borrowed(id.strip_prefix(prefix).unwrap_or(id)),
        Cow::Owned(id) => Cow::Owned(id.strip_prefix(prefix).unwrap_or(&id).to_owned()),
    }
}

fn patient_id<'a>(context: &Members<'a>) -> Checked<Cow<'a, str>> {
    let id = bare(
        required_text(context, "patientId", "context.patientId")?,
        "Patient/",
    );
    if id.is_empty() {
        return Err(missing("context.patientId", REQUIRED_TEXT));
    }
    Ok(id)
}

fn encounter_id<'a>(context: &Members<'a>) -> Checked<Option<Cow<'a, str>>> {
    let Some(value) = context.present("encounterId") else {
        return Ok(None);
    };
    let id = text(value).ok_or_else(|| fault("context.encounterId", "must be a string"))?;
    Ok(Some(bare(id, "Encounter/")).filter(|id| !id.trim().is_empty()))
}

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(rename = "resourceType", borrow)]
    resource_type: Option<&'a RawValue>,
}

/// A Bundle of whatever type and content (contract ).
fn draft_orders<'a>(context: &Members<'a>) -> Checked<&'a RawValue> {
    let value = context
        .present("draftOrders")
        .ok_or_else(|| missing("context.draftOrders", DRAFT_ORDERS))?;
    let outline: Option<Outline<'_>> = value
        .get()
        .starts_with('{')
        .then(|| serde_json::from_str(value.get()).ok())
        .flatten();
    let resource_type = outline
        .and_then(|outline| outline.resource_type)
        .and_then(text);
    if resource_type.as_deref() != Some("Bundle") {
        return Err(fault("context.draftOrders", DRAFT_ORDERS));
    }
    Ok(value)
}

/// `Type/id` each; missing or empty means every draft (contract R-096).
fn selections<'a>(context: &Members<'a>) -> Checked<Vec<Cow<'a, str>>> {
    let Some(value) = context.present("selections") else {
        return Ok(Vec::new());
    };
    let entries: Vec<&RawValue> = serde_json::from_str(value.get())
        .map_err(|_| fault("context.selections", "must be an array of references"))?;
    Ok(entries
        .into_iter()
        .filter_map(text)
        .filter(|reference| !reference.is_empty())
        .collect())
}

type Prefetch<'a> = Vec<(Cow<'a, str>, Option<&'a RawValue>)>;

fn prefetch(value: &RawValue) -> Checked<Prefetch<'_>> {
    let members = Members::of(value).ok_or_else(|| fault("prefetch", "must be an object"))?;
    Ok(members
        .0
        .into_iter()
        .map(|(key, value)| (key, (value.get() != "null").then_some(value)))
        .collect())
}
