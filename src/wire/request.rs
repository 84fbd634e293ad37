//! What arrives: one hook call (CDS Hooks, "Calling a CDS Service").

use serde_json::value::RawValue;
use std::borrow::Cow;

/// A hook call whose members have been checked; FHIR parts are still raw.
#[derive(Debug)]
pub struct Request<'a> {
    /// Name of the hook as sent.
    pub hook: Cow<'a, str>,
    /// Non-empty, at most 128 characters.
    pub hook_instance: Cow<'a, str>,
    /// Base URL without trailing slash.
    pub fhir_server: Option<Cow<'a, str>>,
    /// How to call `fhir_server`.
    pub fhir_authorization: Option<FhirAuthorization<'a>>,
    /// `ResourceType/id` of the user.
    pub user_id: Cow<'a, str>,
    /// Bare id of the patient.
    pub patient_id: Cow<'a, str>,
    /// Bare id of the encounter.
    pub encounter_id: Option<Cow<'a, str>>,
    /// `context.draftOrders`: a Bundle; order hooks only.
    pub draft_orders: Option<&'a RawValue>,
    /// `context.selections`; order-select only.
    pub selections: Vec<Cow<'a, str>>,
    /// Keys in the order sent; `None` is an explicit null ("read, and empty").
    pub prefetch: Vec<(Cow<'a, str>, Option<&'a RawValue>)>,
}

/// `fhirAuthorization`. The token never appears in `Debug`.
pub struct FhirAuthorization<'a> {
    /// Bearer token.
    pub access_token: Cow<'a, str>,
    /// Seconds from receipt; absent if the client left it out.
    pub expires_in: Option<i64>,
}

impl std::fmt::Debug for FhirAuthorization<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FhirAuthorization")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
