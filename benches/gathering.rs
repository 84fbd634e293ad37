//! Calls that have to read the record over FHIR, over loopback, against servers that answer and servers that fail.
//!
//! `cargo bench --bench gathering`. Three tables: one call after another where the server answers; many at once; and many at
//! once where it fails in every way of `tests/it/faulty.rs`, with the deadline that the service has by default.
//! The last one ends with an error where an answer left later than 50 ms after the deadline (contract R-381).

#[path = "../tests/it/faulty.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod faulty;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use faulty::{BODY_LIMIT, FAULTS, HANGS, PATIENT};
use opioid_cds::config::{ContentSettings, Discovery, load};
use opioid_cds::fhir::{Allowed, Client, Limits, MemoryServer};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, enabled};
use opioid_cds::server::{Layers, app};
use opioid_cds::telemetry::Stopwatch;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tower::ServiceExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A patient from public sample data, with a draft: the same as prefetch, and on the FHIR server.
const STORY: &str =
    include_str!("../fhir-fixtures/stories/cancers-that-do-not-count-new-morphine/request.json");
const AS_OF: &str = "1988-01-10T12:00:00Z";
const DEADLINE: Duration = Duration::from_millis(450);
const MAY_BE_LATE: Duration = Duration::from_millis(50);

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let bench = Bench::start().await;
        println!(
            "{:<44} {:>7} {:>8} {:>8} {:>8}",
            "call", "calls", "p50 ms", "p99 ms", "max ms"
        );
        for (name, body, base) in [
            ("prefetch, one at a time", bench.prefetched(), None),
            ("FHIR only, one at a time", bench.bare(), Some("none/none")),
        ] {
            let mut took = Vec::new();
            for _ in 0..300 {
                took.push(bench.call(body.clone(), base).await);
            }
            report(name, took);
        }
        for at_once in [8, 32] {
            let took = bench.many(at_once, 20, &["none/none".to_owned()]).await;
            report(&format!("FHIR only, {at_once} at once"), took);
        }
        let faults: Vec<String> = FAULTS
            .iter()
            .chain(&HANGS)
            .flat_map(|fault| {
                ["all", "medications", "conditions"].map(|at| format!("{}/{at}", fault.name))
            })
            .collect();
        let took = bench.many(32, 24, &faults).await;
        let worst = took.iter().copied().max().unwrap_or_default();
        report("every fault, 32 at once, deadline 450 ms", took);
        println!("\nlatest answer {} after the deadline", late(worst));
        ExitCode::from(u8::from(worst > DEADLINE + MAY_BE_LATE))
    })
}

fn late(worst: Duration) -> String {
    match worst.checked_sub(DEADLINE) {
        Some(late) => format!("{:.1} ms", late.as_secs_f64() * 1e3),
        None => "not".to_owned(),
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn report(name: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: f64| {
        let index = (took.len() as f64 * share) as usize;
        took[index.min(took.len() - 1)].as_secs_f64() * 1e3
    };
    println!(
        "{name:<44} {:>7} {:>8.2} {:>8.2} {:>8.2}",
        took.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// The service and the FHIR server, on this machine.
struct Bench {
    service: Router,
    host: String,
    request: Value,
}

impl Bench {
    async fn start() -> Bench {
        let mut request: Value = serde_json::from_str(STORY).expect("JSON");
        // The faulty server knows its patient by this name.
        let patient = request["context"]["patientId"]
            .as_str()
            .expect("an id")
            .to_owned();
        request =
            serde_json::from_str(&request.to_string().replace(&patient, PATIENT)).expect("JSON");
        let prefetch = request["prefetch"].as_object().expect("prefetch");
        let texts = prefetch.iter().filter(|(_, value)| !value.is_null());
        let (chart, _) =
            MemoryServer::from_texts(texts.map(|(key, value)| (key, value.to_string())));
        let host = faulty::start(chart, "http://192.0.2.1/".to_owned()).await;
        let content = load(&ContentSettings::default()).expect("the built-in content loads");
        let servers = Servers {
            client: Client::new(Limits {
                body_bytes: 16 * BODY_LIMIT,
                ..Limits::default()
            })
            .expect("a client"),
            allowed: Allowed::parse(&[&host]).expect("an allow-list"),
            by_client: BTreeMap::new(),
            open: false,
        };
        let chart = Chart::Servers(servers);
        let mut shared = Shared::new(content, chart, enabled(&[]), Discovery::V3);
        shared.clock = Clock::Fixed(AS_OF.parse().expect("an instant"));
        shared.deadline = DEADLINE;
        Bench {
            service: app(Arc::new(shared), &Layers::default()),
            host,
            request,
        }
    }

    fn prefetched(&self) -> Value {
        self.request.clone()
    }

    fn bare(&self) -> Value {
        let mut body = self.request.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("prefetch");
        }
        body
    }

    /// How long the answer took.
    async fn call(&self, body: Value, base: Option<&str>) -> Duration {
        timed(self.service.clone(), &self.host, body, base).await
    }

    /// So many clients at once, each so many calls, taking the bases in turn.
    async fn many(&self, at_once: usize, each: usize, bases: &[String]) -> Vec<Duration> {
        let mut clients = JoinSet::new();
        for client in 0..at_once {
            let (service, host, body) = (self.service.clone(), self.host.clone(), self.bare());
            let bases = bases.to_vec();
            clients.spawn(async move {
                let mut took = Vec::new();
                for call in 0..each {
                    let base = &bases[(client + call * at_once) % bases.len()];
                    took.push(timed(service.clone(), &host, body.clone(), Some(base)).await);
                }
                took
            });
        }
        clients.join_all().await.into_iter().flatten().collect()
    }
}

async fn timed(service: Router, host: &str, mut body: Value, base: Option<&str>) -> Duration {
    if let Some(base) = base {
        body["fhirServer"] = json!(format!("{host}/{base}/fhir"));
    }
    let request = Request::post("/cds-services/opioid-order-sign")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request");
    let watch = Stopwatch::start();
    let response = service.oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 16 << 20)
        .await
        .expect("a body");
    let took = watch.elapsed();
    assert!(matches!(status, 200 | 412), "{status}: {body:?}");
    took
}
