mod asking;
mod failing;
mod forbidden;
mod medications;
mod paging;
mod retrying;

use super::*;
use crate::fhir::{Allowed, MemoryServer, Query, Read, Source, Why, read_record, to_fetch};
use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response as Reply};
use serde_json::value::RawValue;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use tokio::sync::Barrier;

const P1: &str = r#"{"resourceType":"Patient","id":"p1"}"#;

/// One request as the server saw it.
#[derive(Debug, Clone, Default)]
struct Seen {
    peer: String,
    url: String,
    token: Option<String>,
    accept: Option<String>,
    prefer: Option<String>,
}

type Log = Arc<Mutex<Vec<Seen>>>;
type Answer = Arc<dyn Fn(&str) -> Says + Send + Sync>;

/// How the server answers.
enum Says {
    Body(u16, String),
    /// With one more header, which may replace one.
    With(u16, &'static str, String, String),
    Redirect(String),
    Never,
    Truncated,
}

/// What was asked, the reason why it ended, and after how many requests, with nothing brought.
fn without(query: Query, why: Why, requests: usize) -> Fetched {
    Fetched {
        requests,
        ..Fetched::failed(query, why)
    }
}

fn ok(body: impl Into<String>) -> Says {
    Says::Body(200, body.into())
}

/// A FHIR server on this machine.
struct Server {
    base: String,
    log: Log,
}

impl Server {
    async fn start(answer: impl Fn(&str) -> Says + Send + Sync + 'static) -> Self {
        Self::meeting(1, answer).await
    }

    /// Answers so many requests together, once all of them are there.
    async fn meeting(
        requests: usize,
        answer: impl Fn(&str) -> Says + Send + Sync + 'static,
    ) -> Self {
        let log = Log::default();
        let answer: Answer = Arc::new(answer);
        let together = Arc::new(Barrier::new(requests));
        let app = Router::new()
            .fallback(reply)
            .with_state((answer, log.clone(), together))
            .into_make_service_with_connect_info::<SocketAddr>();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/fhir", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base, log }
    }

    fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }

    fn urls(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.url).collect()
    }

    fn allowed(&self) -> Base {
        Allowed::parse(&[&self.base])
            .unwrap()
            .base(&self.base)
            .unwrap()
    }

    async fn ask(&self, needs: &[Need]) -> Vec<Fetched> {
        self.ask_within(Limits::default(), 20_000, needs).await
    }

    async fn ask_within(&self, limits: Limits, millis: u64, needs: &[Need]) -> Vec<Fetched> {
        let token = SecretString::from("s3cret-token");
        let call = Call {
            base: &self.allowed(),
            token: Some(&token),
            patient_id: "p1",
            encounter_id: None,
            deadline: Instant::now() + Duration::from_millis(millis),
        };
        // A busy machine takes its time.
        let limits = Limits {
            connect: Duration::from_secs(20),
            ..limits
        };
        let client = Client::new(limits).unwrap();
        client.gather(&call, needs, &[], |_| Vec::new()).await
    }

    async fn ask_medications(&self, references: &[&str]) -> Vec<Fetched> {
        let references: Vec<String> = references.iter().map(|r| (*r).to_owned()).collect();
        let call = Call {
            base: &self.allowed(),
            token: None,
            patient_id: "p1",
            encounter_id: None,
            deadline: Instant::now() + Duration::from_secs(20),
        };
        let limits = Limits {
            medications: 2,
            connect: Duration::from_secs(20),
            ..Limits::default()
        };
        let client = Client::new(limits).unwrap();
        client.gather(&call, &[], &references, |_| Vec::new()).await
    }
}

async fn reply(
    State((answer, log, together)): State<(Answer, Log, Arc<Barrier>)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    uri: Uri,
) -> Reply {
    let text = |name: &str| Some(headers.get(name)?.to_str().unwrap().to_owned());
    let url = uri.path_and_query().unwrap().as_str().to_owned();
    log.lock().unwrap().push(Seen {
        peer: peer.to_string(),
        token: text("authorization"),
        accept: text("accept"),
        prefer: text("prefer"),
        url: url.clone(),
    });
    together.wait().await;
    match answer(&url) {
        Says::Body(status, body) => {
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (
                status,
                [(header::CONTENT_TYPE, "application/fhir+json")],
                body,
            )
                .into_response()
        }
        Says::Redirect(to) => {
            (axum::http::StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        }
        Says::With(status, name, value, body) => {
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            let mut reply = (
                status,
                [(header::CONTENT_TYPE, "application/fhir+json")],
                body,
            )
                .into_response();
            let name = axum::http::HeaderName::from_static(name);
            reply.headers_mut().insert(name, value.parse().unwrap());
            reply
        }
        Says::Never => std::future::pending().await,
        Says::Truncated => (
            [
                (header::CONTENT_LENGTH, "100"),
                (header::CONTENT_TYPE, "application/fhir+json"),
            ],
            axum::body::Body::from_stream(futures_util::stream::iter([
                Ok::<_, std::io::Error>("{\"resourceType\":"),
                Err(std::io::Error::other("gone")),
            ])),
        )
            .into_response(),
    }
}

fn order(id: &str) -> String {
    format!(
        r#"{{"resource":{{"resourceType":"MedicationRequest","id":"{id}","subject":{{"reference":"Patient/p1"}}}}}}"#
    )
}

fn page_of(id: &str, next: Option<&str>) -> String {
    let link = next.map(|url| format!(r#""link":[{{"relation":"next","url":"{url}"}}],"#));
    format!(
        r#"{{"resourceType":"Bundle",{}"entry":[{}]}}"#,
        link.unwrap_or_default(),
        order(id)
    )
}

fn medications() -> [Need; 1] {
    [Need::from(Query::Medications)]
}
