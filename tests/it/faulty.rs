//! A FHIR server on this machine that fails in every way that we know of: `/{fault}/{target}/fhir/…`.
//!
//! The target is the key of the read that the fault is about, `medication` or `all`; everything else is answered well.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use opioid_cds::fhir::{MemoryServer, Query};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The patient of the chart.
pub(crate) const PATIENT: &str = "p1";
/// Bodies are larger than this where a fault says so.
pub(crate) const BODY_LIMIT: usize = 64 << 10;

/// What is left of an answer with this fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Nothing: as if it had not been asked for.
    Nothing,
    /// A list without its end.
    Beginning,
    /// Resources of somebody else.
    Others,
    /// Entries that cannot be read.
    Rubble,
}

/// A way to fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) leaves: Leaves,
    /// `None`: no answer, ever.
    answer: fn(&Asked) -> Option<Response>,
}

/// One request.
struct Asked {
    /// FHIR type that is asked for.
    kind: String,
    /// It is a read by id.
    is_read: bool,
    /// Of a list.
    page: usize,
    /// URL without `page`.
    url: String,
    /// Where nobody may follow.
    elsewhere: String,
}

const FHIR_JSON: &str = "application/fhir+json";

fn body(status: u16, kind: &'static str, body: impl Into<Body>) -> Option<Response> {
    let status = StatusCode::from_u16(status).expect("a status");
    Some((status, [(header::CONTENT_TYPE, kind)], body.into()).into_response())
}

fn fhir(value: &Value) -> Option<Response> {
    body(200, FHIR_JSON, value.to_string())
}

fn outcome(status: u16) -> Option<Response> {
    let issue = json!([{"severity": "error", "code": "processing"}]);
    let outcome = json!({"resourceType": "OperationOutcome", "issue": issue});
    body(status, FHIR_JSON, outcome.to_string())
}

fn with(response: Option<Response>, name: HeaderName, value: &str) -> Option<Response> {
    let mut response = response?;
    let value = value.parse().expect("a header");
    response.headers_mut().insert(name, value);
    Some(response)
}

fn html(kind: &'static str) -> Option<Response> {
    body(200, kind, "<html><body>Please sign in</body></html>")
}

/// A list that says it goes on there.
fn list(entries: &Value, next: &str) -> Value {
    json!({"resourceType": "Bundle", "type": "searchset", "entry": entries,
        "link": [{"relation": "next", "url": next}]})
}

/// What is about somebody else.
pub(crate) fn of_another(kind: &str) -> Value {
    let other = json!({"reference": "Patient/p2"});
    json!({"resourceType": kind, "id": if kind == "Patient" { "p2" } else { "of-p2" }, "status": "active",
        "subject": other, "patient": other, "for": other, "participant": [{"actor": other}]})
}

/// A Bundle of which no entry can be read.
pub(crate) fn rubble() -> Value {
    json!({"resourceType": "Bundle", "type": "searchset",
        "entry": [null, 7, {"resource": {"no": "type"}}, {"resource": "text"}]})
}

/// Begins as JSON does, and goes on with this for ever.
fn endless() -> Body {
    let blanks = Bytes::from_static(&[b' '; 4096]);
    let begin = Bytes::from_static(b"{\"resourceType\":\"Bundle\",");
    let all = stream::iter([begin]);
    use futures_util::StreamExt;
    Body::from_stream(
        all.chain(stream::repeat(blanks))
            .map(Ok::<Bytes, io::Error>),
    )
}

/// The beginning, then nothing more; `broken` if the connection ends there.
fn cut_off(broken: bool) -> Body {
    use futures_util::StreamExt;
    let begin = stream::iter([Ok(Bytes::from_static(b"{\"resourceType\":\"Bundle\","))]);
    if broken {
        Body::from_stream(begin.chain(stream::iter([Err(io::Error::other("gone"))])))
    } else {
        Body::from_stream(begin.chain(stream::pending()))
    }
}

/// A small body that grows far over the limit.
fn bomb() -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(br#"{"resourceType":"Bundle","entry":["#)
        .and_then(|()| gzip.write_all(&vec![b' '; 100 * BODY_LIMIT]))
        .and_then(|()| gzip.write_all(b"]}"))
        .expect("in memory");
    gzip.finish().expect("in memory")
}

const fn nothing(name: &'static str, answer: fn(&Asked) -> Option<Response>) -> Fault {
    leaving(Leaves::Nothing, name, answer)
}

const fn leaving(
    leaves: Leaves,
    name: &'static str,
    answer: fn(&Asked) -> Option<Response>,
) -> Fault {
    Fault {
        name,
        leaves,
        answer,
    }
}

/// Answers at once, and wrongly.
pub(crate) const FAULTS: [Fault; 29] = [
    nothing("status-401", |_| outcome(401)),
    nothing("status-403", |_| body(403, "text/plain", "no")),
    nothing("status-404", |_| outcome(404)),
    nothing("status-429-later", |_| {
        with(outcome(429), header::RETRY_AFTER, "3600")
    }),
    nothing("status-429-at-once", |_| {
        with(outcome(429), header::RETRY_AFTER, "0")
    }),
    nothing("status-500", |_| outcome(500)),
    nothing("status-502-html", |_| {
        body(502, "text/html", "<h1>Bad Gateway</h1>")
    }),
    nothing("status-503-later", |_| {
        with(outcome(503), header::RETRY_AFTER, "3600")
    }),
    nothing("html", |_| html("text/html")),
    nothing("html-called-json", |_| html(FHIR_JSON)),
    nothing("xml", |_| {
        body(200, "application/fhir+xml", "<Bundle xmlns=\"x\"/>")
    }),
    nothing("another-fhir-version", |_| {
        body(
            200,
            "application/fhir+json; fhirVersion=1.0",
            r#"{"resourceType":"Bundle"}"#,
        )
    }),
    nothing("empty-body", |_| body(200, FHIR_JSON, "")),
    nothing("no-content", |_| body(204, FHIR_JSON, "")),
    nothing("not-utf-8", |_| {
        body(200, FHIR_JSON, vec![b'{', b'"', 0xff, b'"'])
    }),
    nothing("json-without-its-end", |_| {
        body(200, FHIR_JSON, r#"{"resourceType":"Bundle","entry":[{"#)
    }),
    nothing("connection-breaks", |_| body(200, FHIR_JSON, cut_off(true))),
    nothing("json-that-is-no-fhir", |_| {
        body(200, FHIR_JSON, r#"{"status":"ok","items":[]}"#)
    }),
    nothing("outcome-in-place-of-the-answer", |_| outcome(200)),
    nothing("another-shape", |asked| {
        fhir(&if asked.is_read {
            json!({"resourceType": "Bundle", "type": "searchset"})
        } else {
            json!({"resourceType": "Patient", "id": PATIENT})
        })
    }),
    nothing("nested-without-end", |_| {
        body(
            200,
            FHIR_JSON,
            format!("{{\"resourceType\":{}", "[".repeat(20_000)),
        )
    }),
    nothing("larger-than-announced-limit", |_| {
        body(200, FHIR_JSON, vec![b' '; 2 * BODY_LIMIT])
    }),
    nothing("endless-body", |_| body(200, FHIR_JSON, endless())),
    nothing("gzip-bomb", |_| {
        with(
            body(200, FHIR_JSON, bomb()),
            header::CONTENT_ENCODING,
            "gzip",
        )
    }),
    nothing("redirect", |asked| {
        with(body(302, FHIR_JSON, ""), header::LOCATION, &asked.elsewhere)
    }),
    leaving(Leaves::Others, "another-patient", |asked| {
        let other = of_another(&asked.kind);
        fhir(&if asked.is_read {
            other
        } else {
            json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": other}]})
        })
    }),
    leaving(Leaves::Rubble, "entries-that-cannot-be-read", |_| {
        fhir(&rubble())
    }),
    leaving(Leaves::Beginning, "pages-without-end", |asked| {
        let next = format!("{}&page={}", asked.url, asked.page + 1);
        fhir(&list(&json!([]), &next))
    }),
    leaving(Leaves::Beginning, "next-page-elsewhere", |asked| {
        fhir(&list(&json!([]), &asked.elsewhere))
    }),
];

/// Answers that do not end before the deadline.
pub(crate) const HANGS: [Fault; 3] = [
    nothing("no-answer", |_| None),
    nothing("body-that-stops-coming", |_| {
        body(200, FHIR_JSON, cut_off(false))
    }),
    leaving(Leaves::Beginning, "second-page-does-not-come", |asked| {
        let next = format!("{}&page=2", asked.url);
        if asked.page == 1 {
            fhir(&list(&json!([]), &next))
        } else {
            None
        }
    }),
];

/// The server.
struct Server {
    chart: MemoryServer,
    elsewhere: String,
}

/// Starts it; gives the address that bases begin with.
pub(crate) async fn start(chart: MemoryServer, elsewhere: String) -> String {
    let app = Router::new()
        .route("/{fault}/{target}/fhir/{*path}", get(answer))
        .with_state(Arc::new(Server { chart, elsewhere }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn answer(
    State(server): State<Arc<Server>>,
    Path((fault, target, path)): Path<(String, String, String)>,
    uri: Uri,
) -> Response {
    let search = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let asked = format!("{path}{search}");
    let fault = FAULTS
        .iter()
        .chain(&HANGS)
        .find(|known| known.name == fault && is_target(&target, &asked));
    let Some(fault) = fault else {
        let (status, body) = server.chart.answer(&asked);
        let status = StatusCode::from_u16(status).expect("a status");
        return (status, [(header::CONTENT_TYPE, FHIR_JSON)], body).into_response();
    };
    let (url, page) = asked.split_once("&page=").unwrap_or((&asked, "1"));
    let asked = Asked {
        kind: path.split('/').next().unwrap_or_default().to_owned(),
        is_read: search.is_empty(),
        page: page.parse().expect("a page"),
        url: url.to_owned(),
        elsewhere: server.elsewhere.clone(),
    };
    match (fault.answer)(&asked) {
        Some(response) => response,
        None => std::future::pending().await,
    }
}

fn is_target(target: &str, asked: &str) -> bool {
    let query = Query::from_key(target).and_then(|query| query.url(PATIENT, None));
    match query {
        Some(url) => asked.starts_with(&url),
        None => target == "all" || target == "medication" && asked.starts_with("Medication/"),
    }
}
