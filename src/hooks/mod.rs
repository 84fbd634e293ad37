//! The HTTP surface of CDS Hooks: discovery, calls, feedback, health, errors.
//!
//! Knows routes, statuses, and the order in which a request is checked (contract section 3).
//! Refuses to know clinical meaning, and layers that are not about CDS Hooks.

mod admitted;
mod audited;
mod body;
pub mod call;
mod clock;
mod code_systems;
mod discovery;
mod error;
mod feedback;
pub mod gather;
mod health;
mod members;
mod quieted;
mod rate;
mod refusals;
pub mod request;
mod service;
mod terms;
mod who;

pub(crate) use body::receive;
pub use clock::Clock;
pub use discovery::document;
pub use error::{Fault, HookError};
pub use gather::{Chart, Servers};
pub use quieted::{QuietError, QuietPeriods};
pub use rate::Rate;
pub use refusals::Refusals;
pub use service::{SERVICES, Service, enabled, service};
pub use who::Who;

use crate::advise::Content;
use crate::audit::Audit;
use crate::auth::Gate;
use crate::cards::ClientOptions;
use crate::config::Discovery;
use axum::Router;
use axum::body::Bytes;
use axum::routing::{MethodRouter, get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What all calls share; the same from start to end, but for readiness.
#[derive(Debug)]
pub struct Shared {
    /// Codes, words, settings.
    pub content: Content,
    /// Where the data come from that the prefetch lacks.
    pub chart: Chart,
    /// What a client can take.
    pub options: ClientOptions,
    /// By when an answer leaves.
    pub deadline: Duration,
    /// A body that is not there after as long is refused.
    pub body_time: Duration,
    /// How often one client may call; `None`: as often as it wants.
    pub rate: Option<Rate>,
    /// How many refused tokens one address may send; `None`: any number.
    pub refusals: Option<Refusals>,
    /// Where `as_of` comes from.
    pub clock: Clock,
    /// The audit trail, where the site wants one.
    pub audit: Option<Audit>,
    /// Quiet periods, where the site wants them.
    pub quiet: Option<QuietPeriods>,
    /// Services that answer.
    pub services: Vec<&'static Service>,
    /// Lets trusted clients in; `None`: nobody is asked who they are.
    pub gate: Option<Arc<Gate>>,
    /// Discovery asks for a token, too.
    pub guarded_discovery: bool,
    /// Override reason codes that metrics may name.
    pub known_reasons: BTreeSet<String>,
    discovery: Bytes,
    stopping: AtomicBool,
}

impl Shared {
    /// Services that answer, and how they are advertised.
    pub fn new(
        content: Content,
        chart: Chart,
        services: Vec<&'static Service>,
        discovery: Discovery,
    ) -> Shared {
        Shared {
            content,
            chart,
            options: ClientOptions::default(),
            deadline: Duration::from_millis(450),
            body_time: Duration::from_secs(10),
            rate: None,
            refusals: None,
            audit: None,
            quiet: None,
            clock: Clock::System,
            discovery: Bytes::from(document(&services, discovery)),
            services,
            gate: None,
            guarded_discovery: false,
            known_reasons: feedback::known_reasons(),
            stopping: AtomicBool::new(false),
        }
    }

    /// From now on readiness fails, so that no new calls are sent here.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Whether any token could be checked.
    fn has_keys(&self) -> bool {
        let now = Clock::System.now();
        let gate = self.gate.as_ref();
        gate.is_none_or(|gate| gate.key_sets(now).0 > 0)
    }

    /// Counts a call of this client.
    fn admit(&self, who: &Who) -> Result<(), HookError> {
        self.rate.as_ref().map_or(Ok(()), |rate| rate.admit(who))
    }

    /// The service with this id, if it answers.
    fn service(&self, id: &str) -> Result<&'static Service, HookError> {
        self.services
            .iter()
            .copied()
            .find(|service| service.id == id)
            .ok_or(HookError::UnknownService)
    }
}

/// Every route of the service.
fn routes() -> [(&'static str, MethodRouter<Arc<Shared>>); 8] {
    [
        ("/cds-services", get(discovery::discovery)),
        (
            "/cds-services/{id}",
            post(call::call).fallback(service::wrong_method),
        ),
        (
            "/cds-services/{id}/feedback",
            post(feedback::feedback).fallback(service::wrong_method),
        ),
        ("/CodeSystem/{id}", get(code_systems::code_system)),
        ("/health/live", get(health::live)),
        ("/health/ready", get(health::ready)),
        ("/.well-known/jwks.json", get(discovery::own_keys)),
        ("/openapi.yaml", get(health::openapi)),
    ]
}

/// The routes of the management listener.
fn management_routes(metrics: PrometheusHandle) -> [(&'static str, MethodRouter<Arc<Shared>>); 3] {
    let page = move || async move { metrics.render() };
    [
        ("/health/live", get(health::live)),
        ("/health/ready", get(health::ready)),
        ("/metrics", get(page)),
    ]
}

/// The paths of both listeners, for those who describe them.
pub fn paths() -> BTreeSet<&'static str> {
    routes()
        .into_iter()
        .map(|(path, _)| path)
        .chain(["/metrics"])
        .collect()
}

/// The service's router; layers are the server's.
pub fn router(shared: Arc<Shared>) -> Router {
    assemble(routes(), shared)
}

/// The management listener's router.
pub fn management_router(shared: Arc<Shared>, metrics: PrometheusHandle) -> Router {
    assemble(management_routes(metrics), shared)
}

fn assemble(
    routes: impl IntoIterator<Item = (&'static str, MethodRouter<Arc<Shared>>)>,
    shared: Arc<Shared>,
) -> Router {
    routes
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        })
        .method_not_allowed_fallback(|| async { HookError::Method })
        .fallback(|| async { HookError::UnknownPath })
        .with_state(shared)
}
