//! What every handler starts from: the service that is called, and who calls it. Settled before any body is read
//! (contract section 3, order of checks).

use super::audited::Heard;
use super::{Clock, HookError, Service, Shared, Who};
use crate::audit::Event;
use crate::auth::{Caller, Refused, Replay};
use crate::telemetry;
use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::Duration;
use tracing::{info, warn};

/// A service that answers, and its caller.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) service: &'static Service,
    pub(super) caller: Caller,
}

impl FromRequestParts<Arc<Shared>> for Admitted {
    type Rejection = HookError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Admitted, HookError> {
        let Path(id): Path<String> = Path::from_request_parts(parts, shared)
            .await
            .map_err(|_| HookError::UnknownService)?;
        let service = shared.service(&id)?;
        let caller = match caller(parts, shared).await {
            Ok(caller) => caller,
            Err(error) => {
                turned_away(parts, shared, service, &error);
                return Err(error);
            }
        };
        let services = caller.client().and_then(|client| client.services.as_ref());
        if services.is_some_and(|services| !services.contains(service.id)) {
            return Err(HookError::UnknownService);
        }
        Ok(Admitted { service, caller })
    }
}

/// A call whose token is refused stands in the audit trail, too, with the address that it came from.
fn turned_away(parts: &Parts, shared: &Shared, service: &Service, error: &HookError) {
    let event = if parts.uri.path().ends_with("/feedback") {
        Event::Feedback
    } else {
        Event::Call
    };
    let mut heard = Heard::new(shared, service, event);
    heard.from(Who::of(&Caller::anybody(), &parts.extensions));
    heard.write(error.status().0.as_u16(), Duration::ZERO);
}

/// Who asks for the discovery document: a site may want to know (contract R-037).
#[derive(Debug)]
pub(super) struct Reader;

impl FromRequestParts<Arc<Shared>> for Reader {
    type Rejection = HookError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Reader, HookError> {
        if shared.guarded_discovery {
            caller(parts, shared).await?;
        }
        Ok(Reader)
    }
}

/// Tokens live by the system's clock, whatever the clock of the answers is.
async fn caller(parts: &Parts, shared: &Shared) -> Result<Caller, HookError> {
    let Some(gate) = &shared.gate else {
        return Ok(Caller::anybody());
    };
    let who = Who::of(&Caller::anybody(), &parts.extensions);
    if let Some(refusals) = &shared.refusals {
        refusals.admit(&who).inspect_err(|_| {
            info!(status = 429, why = "throttled", "token not looked at");
            telemetry::token_refused("throttled");
        })?;
    }
    let values = parts.headers.get_all(header::AUTHORIZATION);
    let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
    match gate
        .admit(&values, parts.uri.path(), Clock::System.now())
        .await
    {
        Ok(caller) => {
            let client = caller.name();
            match caller.replay() {
                Replay::Warned => warn!(client, "a token came twice"),
                Replay::Unknown => warn!(client, "not known whether the token came before"),
                _ => {}
            }
            telemetry::admitted(replay_name(caller.replay()));
            Ok(caller)
        }
        Err(Refused::Token(why)) => {
            info!(status = 401, why = why.as_str(), "token refused");
            telemetry::token_refused(why.as_str());
            if let Some(refusals) = &shared.refusals {
                refusals.count(&who);
            }
            Err(HookError::Unauthorized)
        }
        Err(Refused::StoreDown) => {
            warn!(status = 503, "the store of seen tokens does not answer");
            telemetry::token_refused("store-down");
            Err(HookError::NotReady)
        }
    }
}

fn replay_name(replay: Replay) -> &'static str {
    match replay {
        Replay::Unchecked => "unchecked",
        Replay::First => "first",
        Replay::Again => "again",
        Replay::Warned => "warned",
        Replay::Unknown => "unknown",
    }
}
