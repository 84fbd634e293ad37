use super::*;
use crate::fhir::{Allowed, MemoryServer, Read, Source, read_record, to_fetch};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response as Reply};
use std::sync::Mutex;

const P1: &str = r#"{"resourceType":"Patient","id":"p1"}"#;

/// One request as the server saw it.
#[derive(Debug, Clone, Default)]
struct Seen {
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
    Redirect(String),
    Late(Duration, String),
    Truncated,
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
        let log = Log::default();
        let answer: Answer = Arc::new(answer);
        let app = Router::new()
            .fallback(reply)
            .with_state((answer, log.clone()));
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
        self.ask_within(Limits::default(), 2_000, needs).await
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
        Client::new(limits).unwrap().gather(&call, needs).await
    }

    async fn ask_medications(&self, references: &[&str]) -> Vec<Fetched> {
        let references: Vec<String> = references.iter().map(|r| (*r).to_owned()).collect();
        let call = Call {
            base: &self.allowed(),
            token: None,
            patient_id: "p1",
            encounter_id: None,
            deadline: Instant::now() + Duration::from_secs(2),
        };
        let limits = Limits {
            medications: 2,
            ..Limits::default()
        };
        let client = Client::new(limits).unwrap();
        client.gather_medications(&call, &references).await
    }
}

async fn reply(State((answer, log)): State<(Answer, Log)>, headers: HeaderMap, uri: Uri) -> Reply {
    let text = |name: &str| Some(headers.get(name)?.to_str().unwrap().to_owned());
    let url = uri.path_and_query().unwrap().as_str().to_owned();
    log.lock().unwrap().push(Seen {
        token: text("authorization"),
        accept: text("accept"),
        prefer: text("prefer"),
        url: url.clone(),
    });
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
        Says::Late(delay, body) => {
            tokio::time::sleep(delay).await;
            body.into_response()
        }
        Says::Truncated => (
            [(header::CONTENT_LENGTH, "100")],
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

#[tokio::test]
async fn each_call_carries_the_token_and_asks_for_fhir_json() {
    let server = Server::start(|_| ok(P1)).await;
    let fetched = server.ask(&[Need::from(Query::Patient)]).await;
    assert_eq!(
        fetched,
        [Fetched::complete(Query::Patient, vec![P1.into()])]
    );
    let seen = server.seen();
    assert_eq!(seen[0].url, "/fhir/Patient/p1");
    assert_eq!(seen[0].token.as_deref(), Some("Bearer s3cret-token"));
    assert_eq!(seen[0].accept.as_deref(), Some("application/fhir+json"));
    assert_eq!(seen[0].prefer.as_deref(), Some("handling=strict"));
    assert!(
        !format!("{fetched:?}").contains("p1"),
        "bodies are not shown"
    );
}

#[tokio::test]
async fn every_query_is_asked_at_once_and_agrees_with_the_server_in_memory() {
    let chart = format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{P1}}},{},{{"resource":{{"resourceType":"Condition","id":"c1","subject":{{"reference":"Patient/p1"}}}}}}]}}"#,
        order("m1").replace("\"id\"", "\"status\":\"active\",\"id\"")
    );
    let (memory, _) = MemoryServer::from_texts([("chart", &chart)]);
    let needs: Vec<Need> = Query::ALL
        .into_iter()
        .filter(|q| *q != Query::ContextEncounter)
        .map(Need::from)
        .collect();
    let in_process = super::super::fetch_from_memory(&memory, "p1", None, &needs);
    let server = Server::start(move |url| {
        let (status, body) = memory.answer(url.strip_prefix("/fhir/").unwrap());
        assert_eq!(status, 200);
        Says::Late(Duration::from_millis(150), body)
    })
    .await;
    let started = Instant::now();
    let over_http = server.ask(&needs).await;
    assert!(
        started.elapsed() < Duration::from_millis(150 * 8),
        "in parallel"
    );
    assert_eq!(over_http, in_process);
    assert_eq!(server.seen().len(), 15);
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let server = Server::start(|url| match url {
        u if u.contains("page=3") => ok(page_of("m3", None)),
        u if u.contains("page=2") => ok(page_of("m2", Some("?page=3"))),
        _ => ok(page_of("m1", Some("MedicationRequest?page=2"))),
    })
    .await;
    let fetched = server.ask(&medications()).await;
    assert_eq!((fetched[0].pages.len(), &fetched[0].ended), (3, &None));
    let record = read_record(
        &Source {
            fetched: &fetched,
            ..Source::new("p1")
        },
        &[Query::Medications],
    );
    assert_eq!(record.medication_requests.len(), 3);
    assert_eq!(*record.read(Query::Medications), Read::Complete);
}

#[tokio::test]
async fn a_list_the_client_began_is_finished() {
    let server = Server::start(|_| ok(page_of("m2", None))).await;
    let first = page_of("m1", Some(&format!("{}?page=2", server.base)));
    let raw: &RawValue = serde_json::from_str(&first).unwrap();
    let prefetch = [("medications".into(), Some(raw))];
    let source = Source {
        prefetch: &prefetch,
        ..Source::new("p1")
    };
    let needs = [Query::Medications];
    let wanted = to_fetch(&source, &read_record(&source, &needs), &needs);
    let fetched = server.ask(&wanted).await;
    assert_eq!(server.urls(), ["/fhir?page=2"]);
    let record = read_record(
        &Source {
            fetched: &fetched,
            ..source
        },
        &needs,
    );
    assert_eq!(record.medication_requests.len(), 2);
    assert_eq!(*record.read(Query::Medications), Read::Complete);
}

#[tokio::test]
async fn a_hostile_next_link_is_never_contacted() {
    let stranger = Server::start(|_| ok(page_of("x", None))).await;
    let hostile = format!("{}/MedicationRequest?page=2", stranger.base);
    let next = hostile.clone();
    let server = Server::start(move |_| ok(page_of("m1", Some(&next)))).await;
    let fetched = server.ask(&medications()).await;
    assert_eq!(
        (fetched[0].pages.len(), &fetched[0].ended),
        (1, &Some(Why::MorePages))
    );
    let sent = Need {
        query: Query::Medications,
        next: Some(hostile),
    };
    assert_eq!(server.ask(&[sent]).await[0].ended, Some(Why::MorePages));
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stranger = Server::start(|_| ok(P1)).await;
    let to = format!("{}/Patient/p1", stranger.base);
    let server = Server::start(move |_| Says::Redirect(to.clone())).await;
    let fetched = server.ask(&[Need::from(Query::Patient)]).await;
    assert_eq!(fetched[0].ended, Some(Why::Status(302)));
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn chains_without_end_and_loops_end() {
    let server = Server::start(|_| ok(page_of("m1", Some("?page=2")))).await;
    let fetched = server.ask(&medications()).await;
    assert_eq!(
        (fetched[0].pages.len(), &fetched[0].ended),
        (2, &Some(Why::MorePages))
    );
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let page = count.fetch_add(1, Ordering::Relaxed);
        ok(page_of(&format!("m{page}"), Some(&format!("?page={page}"))))
    })
    .await;
    let fetched = server.ask(&medications()).await;
    assert_eq!(
        (fetched[0].pages.len(), &fetched[0].ended),
        (20, &Some(Why::TooMuch))
    );
}

#[tokio::test]
async fn too_many_bytes_or_entries_are_not_taken() {
    let server = Server::start(|_| ok(page_of("m1", None))).await;
    for limits in [
        Limits {
            body_bytes: 50,
            ..Limits::default()
        },
        Limits {
            total_bytes: 50,
            ..Limits::default()
        },
        Limits {
            entries: 0,
            ..Limits::default()
        },
    ] {
        let fetched = server.ask_within(limits, 2_000, &medications()).await;
        assert_eq!(
            fetched[0],
            Fetched::failed(Query::Medications, Why::TooMuch)
        );
    }
}

#[tokio::test]
async fn every_way_to_fail_has_its_reason() {
    for (status, why) in [
        (401, Why::Refused),
        (403, Why::Refused),
        (404, Why::Status(404)),
        (429, Why::Status(429)),
        (500, Why::Status(500)),
    ] {
        let server = Server::start(move |_| Says::Body(status, "{}".into())).await;
        assert_eq!(server.ask(&medications()).await[0].ended, Some(why));
    }
    for body in [
        "<html></html>",
        "",
        "{\"resourceType\":\"Bundle\",",
        P1,
        "{\"resourceType\":\"OperationOutcome\"}",
        "[]",
    ] {
        let server = Server::start(move |_| ok(body)).await;
        let fetched = server.ask(&medications()).await;
        assert_eq!(
            fetched[0],
            Fetched::failed(Query::Medications, Why::Malformed),
            "{body}"
        );
    }
    let server = Server::start(|_| Says::Truncated).await;
    // How far the answer got before the connection broke is up to the operating system.
    let broken = server.ask(&medications()).await.swap_remove(0).ended;
    assert!(matches!(broken, Some(Why::Malformed | Why::Unreachable)));
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server {
        base,
        log: Log::default(),
    };
    assert_eq!(
        server.ask(&medications()).await[0].ended,
        Some(Why::Unreachable)
    );
}

#[tokio::test]
async fn the_deadline_ends_the_waiting_and_keeps_what_came() {
    let server = Server::start(|url| match url {
        u if u.contains("page=2") || u.contains("Condition") => {
            Says::Late(Duration::from_secs(30), "{}".into())
        }
        u if u.contains("Patient/") => ok(P1),
        _ => ok(page_of("m1", Some("?page=2"))),
    })
    .await;
    let needs = [Query::Patient, Query::Medications, Query::Conditions].map(Need::from);
    let started = Instant::now();
    let fetched = server.ask_within(Limits::default(), 300, &needs).await;
    assert!(started.elapsed() < Duration::from_millis(600));
    let ended: Vec<_> = fetched
        .iter()
        .map(|f| (f.pages.len(), f.ended.clone()))
        .collect();
    assert_eq!(
        ended,
        [(1, None), (1, Some(Why::Timeout)), (0, Some(Why::Timeout))]
    );
}

#[tokio::test]
async fn medications_are_read_by_every_reference_under_the_base() {
    let server = Server::start(|_| ok(r#"{"resourceType":"Medication","id":"d1"}"#)).await;
    let absolute = format!("{}/Medication/d1", server.base);
    let fetched = server
        .ask_medications(&["Medication/d1", &absolute, "Medication/d1"])
        .await;
    assert!(fetched.iter().all(|f| f.ended.is_none()), "{fetched:?}");
    assert_eq!(
        server.urls(),
        ["/fhir/Medication/d1"; 2],
        "the same reference once"
    );
    let refused = [
        "https://evil.test/fhir/Medication/d1",
        "http://169.254.169.254/Medication/d1",
        "//evil.test/Medication/d1",
        "../Medication/d1",
        "Medication/..",
        "Practitioner/d1",
        "urn:uuid:77",
        "#c",
        "",
    ];
    for fetched in server.ask_medications(&refused).await {
        assert!(
            matches!(fetched.ended, Some(Why::NotAllowed)),
            "{fetched:?}"
        );
    }
    assert_eq!(server.seen().len(), 2);
    assert_eq!(
        server.seen()[0].token,
        None,
        "anonymous if there is no token"
    );
}

#[tokio::test]
async fn more_medications_than_the_limit_are_not_read() {
    let server = Server::start(|_| ok(r#"{"resourceType":"Medication","id":"d"}"#)).await;
    let fetched = server
        .ask_medications(&["Medication/1", "Medication/2", "Medication/3"])
        .await;
    assert_eq!(
        fetched
            .iter()
            .filter(|f| f.ended == Some(Why::TooMuch))
            .count(),
        1
    );
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_medication_read_that_brings_something_else_is_malformed() {
    let server = Server::start(|_| ok(P1)).await;
    let fetched = server.ask_medications(&["Medication/d1"]).await;
    assert_eq!(fetched[0].ended, Some(Why::Malformed));
}
