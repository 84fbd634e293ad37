//! How much of everything a client may take: bytes, time, calls at once (contract ).
//!
//! Knows sizes and counts.
//! Refuses to know who calls: the rate of each client is counted where it is known, in `hooks`.

use crate::config::LimitSettings;
use crate::hooks::HookError;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Streams that one HTTP/2 connection may open at once.
const STREAMS: u32 = 128;
/// A connection that does not answer a ping for as long is dropped.
const PING: Duration = Duration::from_secs(20);
/// hyper reads into a buffer of at least this size.
const SMALLEST_HEADER: usize = 8 * 1024;

/// Limits around the routes.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest body, as sent and inflated, in bytes.
    pub body_bytes: usize,
    /// Largest header of a request, in bytes.
    pub header_bytes: usize,
    /// A header that is not there after as long ends the connection.
    pub header_time: Duration,
    /// Calls in flight; one more is answered 503 at once.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes: 10 << 20,
            header_bytes: 64 * 1024,
            header_time: Duration::from_secs(30),
            calls: 256,
        }
    }
}

impl Limits {
    /// Those of the command line.
    pub fn of(body_bytes: usize, settings: &LimitSettings) -> Limits {
        Limits {
            body_bytes,
            header_bytes: settings.max_header_bytes.max(SMALLEST_HEADER),
            header_time: Duration::from_millis(settings.header_timeout_ms),
            calls: settings.max_concurrent_calls,
        }
    }

    /// Counts a body while it is read, and not before: who calls is settled first (contract R-309). One that announces too
    /// much ends with its first byte.
    pub(super) fn body(&self) -> impl Fn(Request) -> Request + Clone + use<> {
        let most = self.body_bytes;
        move |request| {
            let announced = request.headers().get(header::CONTENT_LENGTH);
            let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
            let is_too_much = announced.is_some_and(|length: usize| length > most);
            let most = if is_too_much { 0 } else { most };
            request.map(|body| Body::new(Limited::new(body, most)))
        }
    }

    /// Sets what a connection may do before there is a request.
    pub(super) fn connection(&self, builder: &mut Builder<TokioExecutor>) {
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_time)
            .max_buf_size(self.header_bytes.max(SMALLEST_HEADER));
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(self.header_bytes).unwrap_or(u32::MAX));
    }
}

/// Room for calls.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    pub(super) fn of(limits: &Limits) -> Room {
        Room(Arc::new(Semaphore::new(limits.calls)))
    }
}

/// Answers at once where there is no room, so that clients are not kept waiting; health is always asked.
pub(super) async fn admit(State(room): State<Room>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/health/") {
        return next.run(request).await;
    }
    match room.0.try_acquire() {
        Ok(_held) => next.run(request).await,
        Err(_) => HookError::Busy.into_response(),
    }
}
