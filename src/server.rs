//! Listeners, layers in order, graceful shutdown.
//!
//! Knows what is around the routes: ids, traces, CORS, compression, limits, panics.
//! Refuses to know what a call means.

mod limits;
mod pages;
mod preview;
mod tls;

pub use limits::Limits;
pub use pages::paths as page_paths;
pub use tls::Tls;

use crate::guides::Guides;
use crate::hooks::{HookError, Shared, management_router, router};
use crate::preview::Preview;
use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsAcceptor;
use limits::Room;
use metrics_exporter_prometheus::PrometheusHandle;
use std::any::Any;
use std::borrow::Cow;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::Layer;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::{info, warn};

/// An outer guard: the deadline of a call ends its waiting long before (contract R-381).
const GUARD: Duration = Duration::from_secs(30);
/// Calls in flight get this long when the service stops.
const LAST_CALLS: Duration = Duration::from_secs(10);
/// Histograms are folded this often, or they grow.
const UPKEEP: Duration = Duration::from_secs(5);
/// Browsers may remember a preflight this long.
const PREFLIGHT: Duration = Duration::from_secs(600);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is around the calls: how the layers are set, and the other pages.
#[derive(Debug, Clone)]
pub struct Layers {
    /// Exact origins.
    pub cors_origins: Vec<String>,
    /// What a client may take.
    pub limits: Limits,
    /// The printable pages.
    pub guides: Arc<Guides>,
    /// The preview page, where it is wanted.
    pub preview: Option<Arc<Preview>>,
}

impl Default for Layers {
    fn default() -> Layers {
        Layers {
            cors_origins: Vec::new(),
            limits: Limits::default(),
            guides: Guides::builtin(),
            preview: None,
        }
    }
}

/// The service as a client meets it: all routes in all layers.
pub fn app(shared: Arc<Shared>, layers: &Layers) -> Router {
    let mut routes = router(shared.clone()).merge(pages::router(layers.guides.clone()));
    if let Some(preview) = &layers.preview {
        routes = routes.merge(preview::router(shared, preview.clone()));
    }
    around(routes, layers)
}

/// The layers around any routes. The last one added sees a request first.
fn around(routes: Router, layers: &Layers) -> Router {
    let plain_path = MapRequestLayer::new(plain_path);
    Router::new()
        .fallback_service(plain_path.layer(routes))
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            GUARD,
        ))
        .layer(DefaultBodyLimit::max(layers.limits.body_bytes))
        .layer(RequestDecompressionLayer::new().pass_through_unaccepted(true))
        .layer(MapRequestLayer::new(layers.limits.body()))
        .layer(from_fn_with_state(Room::of(&layers.limits), limits::admit))
        .layer(map_response(with_outcome))
        .layer(CompressionLayer::new())
        .layer(cors(&layers.cors_origins))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID.clone()))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::new(REQUEST_ID.clone(), MakeRequestUuid))
        .layer(SetSensitiveRequestHeadersLayer::new([
            header::AUTHORIZATION,
        ]))
}

/// Neither path nor query: they are the client's text.
fn span(request: &Request) -> tracing::Span {
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    tracing::info_span!("http", method = %request.method(), request_id = id)
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            REQUEST_ID.clone(),
        ])
        .expose_headers([REQUEST_ID.clone()])
        .max_age(PREFLIGHT)
}

/// Slashes at the end or doubled mean nothing (contract R-019).
fn plain_path(mut request: Request) -> Request {
    if let Cow::Owned(path) = plain(request.uri().path()) {
        let query = request
            .uri()
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

fn plain(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && (path == "/" || !path.ends_with('/')) {
        return Cow::Borrowed(path);
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    Cow::Owned(format!("/{}", parts.join("/")))
}

/// Answers of layers get the body that every refusal has (contract R-243).
async fn with_outcome(response: Response) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == "application/json");
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let refusal = HookError::of_status(status);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if status == StatusCode::SERVICE_UNAVAILABLE {
        parts
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Response::from_parts(parts, refusal.body().into())
}

/// What was thrown may hold patient data: it goes nowhere.
fn on_panic(_: Box<dyn Any + Send>) -> Response {
    HookError::Bug.into_response()
}

/// Both listeners, bound.
#[derive(Debug)]
pub struct Listeners {
    /// Of the service.
    pub service: TcpListener,
    /// Of health and metrics.
    pub management: TcpListener,
    /// TLS of the service's listener.
    pub tls: Option<Tls>,
}

impl Listeners {
    /// Binds both.
    pub async fn bind(service: SocketAddr, management: SocketAddr) -> anyhow::Result<Listeners> {
        Ok(Listeners {
            service: TcpListener::bind(service)
                .await
                .with_context(|| format!("--listen {service}"))?,
            management: TcpListener::bind(management)
                .await
                .with_context(|| format!("--management-listen {management}"))?,
            tls: None,
        })
    }
}

/// Serves until `stop`; then readiness fails, after `notice` no new connections are taken, and calls in flight end.
pub async fn run(
    shared: Arc<Shared>,
    listeners: Listeners,
    layers: &Layers,
    metrics: PrometheusHandle,
    stop: impl Stop,
) -> anyhow::Result<()> {
    info!(address = %listeners.service.local_addr()?, "listening");
    info!(address = %listeners.management.local_addr()?, "management listening");
    let handle = Handle::new();
    let service = serve(
        listeners.service,
        app(shared.clone(), layers),
        &layers.limits,
        listeners.tls.as_ref(),
        handle.clone(),
    );
    let usual = Layers::default();
    let management = around(management_router(shared.clone(), metrics.clone()), &usual);
    let management = serve(
        listeners.management,
        management,
        &usual.limits,
        None,
        handle.clone(),
    );
    let upkeep = tokio::spawn(upkeep(shared.clone(), metrics));
    let renewal = listeners.tls.clone().map(|tls| tokio::spawn(tls.keep()));
    let end = async {
        let notice = stop.notice();
        stop.signal().await;
        info!("stopping");
        shared.stop();
        tokio::time::sleep(notice).await;
        handle.graceful_shutdown(Some(LAST_CALLS));
        std::future::pending().await
    };
    tokio::select! {
        served = async { tokio::try_join!(service, management) } => { served?; }
        () = end => {}
    }
    upkeep.abort();
    if let Some(renewal) = renewal {
        renewal.abort();
    }
    info!("stopped");
    Ok(())
}

/// What adds up is looked through now and then.
async fn upkeep(shared: Arc<Shared>, metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        metrics.run_upkeep();
        if let Some(rate) = &shared.rate {
            rate.forget_idle();
        }
        if let Some(refusals) = &shared.refusals {
            refusals.forget_idle();
        }
    }
}

async fn serve(
    listener: TcpListener,
    app: Router,
    limits: &Limits,
    tls: Option<&Tls>,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    // Without the acceptor, small answers would wait for more to send.
    let mut server = axum_server::from_tcp(listener.into_std()?)?
        .acceptor(NoDelayAcceptor::new())
        .handle(handle);
    limits.connection(server.http_builder());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => server.serve(app).await,
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls.config.clone());
            let server = server.map(|nodelay| acceptor.acceptor(nodelay));
            server.serve(app).await
        }
    }
}

/// What makes the service stop.
pub trait Stop: Send {
    /// How long readiness fails before connections are refused, so that nobody is sent here any more.
    fn notice(&self) -> Duration;
    /// Completes when it is time.
    fn signal(self) -> impl Future<Output = ()> + Send;
}

/// Interrupt or termination of the process.
#[derive(Debug, Clone, Copy)]
pub struct Signals {
    /// See [`Stop::notice`].
    pub notice: Duration,
}

impl Stop for Signals {
    fn notice(&self) -> Duration {
        self.notice
    }

    async fn signal(self) {
        let interrupt = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                },
                Err(error) => {
                    warn!(%error, "SIGTERM cannot be awaited");
                    let _ = interrupt.await;
                }
            }
        }
        #[cfg(not(unix))]
        let _ = interrupt.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    #[test]
    fn slashes_at_the_end_or_doubled_mean_nothing() {
        for (path, meant) in [
            ("/cds-services", "/cds-services"),
            ("/cds-services/", "/cds-services"),
            (
                "/cds-services//opioid-order-sign",
                "/cds-services/opioid-order-sign",
            ),
            ("//cds-services///", "/cds-services"),
            ("/", "/"),
            ("//", "/"),
        ] {
            assert_eq!(plain(path), meant);
        }
    }

    async fn panics() -> &'static str {
        panic!("Jane Doe")
    }

    ///
    /// contract R-249
    #[tokio::test]
    async fn a_panic_is_a_500_with_an_outcome_and_without_what_was_thrown() {
        let routes = Router::new().route("/panic", get(panics));
        let request = Request::get("/panic")
            .body(Body::empty())
            .expect("a request");
        let response = around(routes, &Layers::default())
            .oneshot(request)
            .await
            .expect("an answer");
        assert_eq!(response.status(), 500);
        let body = to_bytes(response.into_body(), 10_000)
            .await
            .expect("a body");
        let body = String::from_utf8_lossy(&body);
        assert!(
            body.contains("OperationOutcome") && !body.contains("Jane"),
            "{body}"
        );
    }
}
