//! R-309: who calls is settled before a byte of the body is asked for, however large it is said to be.

use super::signer::ES384;
use super::{SIGN, gate, guarded, one_client};
use crate::running::running;
use crate::service::{antibiotic, send, shared};
use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use futures_util::stream;
use opioid_cds::server::Limits;
use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Five times what is taken.
const LARGE: usize = 50 << 20;
const PART: usize = 64 << 10;
/// For answers that come at once.
const PATIENT: Duration = Duration::from_secs(60);

/// A body without end, and how often it was asked for more.
fn endless() -> (Body, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let parts = stream::repeat_with(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from_static(&[b' '; PART]))
    });
    (Body::from_stream(parts), asked)
}

fn request(
    token: Option<&str>,
    length: Option<usize>,
    encoding: Option<&str>,
) -> axum::http::request::Builder {
    let mut request = Request::post(SIGN).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(length) = length {
        request = request.header(header::CONTENT_LENGTH, length);
    }
    if let Some(encoding) = encoding {
        request = request.header(header::CONTENT_ENCODING, encoding);
    }
    request
}

#[tokio::test]
async fn nobody_unknown_makes_us_read_a_body() {
    let service = guarded(gate(one_client("")).await);
    for length in [None, Some(LARGE), Some(10)] {
        for encoding in [None, Some("gzip"), Some("br")] {
            for token in [None, Some("a.b.c")] {
                let (body, asked) = endless();
                let request = request(token, length, encoding).body(body);
                let answer = send(&service, request.expect("a request")).await;
                assert_eq!(answer.status, 401, "{length:?} {encoding:?}");
                assert_eq!(asked.load(Ordering::SeqCst), 0, "{length:?} {encoding:?}");
            }
        }
    }
}

/// Whoever is known is told that it is too much: at once where that was announced, else when the limit is reached.
#[tokio::test]
async fn a_known_client_with_a_large_body_is_a_413() {
    let service = guarded(gate(one_client("")).await);
    let limit = Limits::default().body_bytes;
    for (length, most) in [(Some(LARGE), 1), (None, limit / PART + 1)] {
        let token = ES384.token(|_| ());
        let (body, asked) = endless();
        let request = request(Some(&token), length, None).body(body);
        let answer = send(&service, request.expect("a request")).await;
        assert_eq!(answer.status, 413, "{length:?}");
        answer.refusal();
        assert!(asked.load(Ordering::SeqCst) <= most, "{length:?}");
    }
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; LARGE]).expect("compressed");
    let bomb = bomb.finish().expect("compressed");
    let token = ES384.token(|_| ());
    let request = request(Some(&token), Some(bomb.len()), Some("gzip")).body(Body::from(bomb));
    let answer = send(&service, request.expect("a request")).await;
    assert_eq!(answer.status, 413, "inflated");
}

/// From outside: the answer is there before anything of the body was sent, and nobody is told to go on.
#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_sent() {
    let mut shared = shared();
    shared.gate = Some(Arc::new(gate(one_client("")).await));
    let service = running(shared, Limits::default(), None).await;
    for (expect, encoding, length) in [
        ("", "", format!("content-length: {LARGE}")),
        ("", "", "content-length: 1000".to_owned()),
        ("", "", "transfer-encoding: chunked".to_owned()),
        (
            "",
            "content-encoding: gzip\r\n",
            format!("content-length: {LARGE}"),
        ),
        (
            "expect: 100-continue\r\n",
            "",
            format!("content-length: {LARGE}"),
        ),
        (
            "expect: 100-continue\r\n",
            "",
            "content-length: 1000".to_owned(),
        ),
    ] {
        let mut stream = TcpStream::connect(service.address)
            .await
            .expect("a connection");
        let head = format!(
            "POST {SIGN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{expect}{encoding}{length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("written");
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(PATIENT, reading).await;
        read.expect("an end without a body").expect("an answer");
        let answer = String::from_utf8_lossy(&answer).to_lowercase();
        assert!(answer.starts_with("http/1.1 401"), "{head}{answer}");
        assert!(answer.contains("connection: close"), "{head}{answer}");
    }
    // A small body of a stranger, sent all at once, is a 401, too.
    let mut stream = TcpStream::connect(service.address)
        .await
        .expect("a connection");
    let body = antibiotic().to_string();
    let whole = format!(
        "POST {SIGN} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(whole.as_bytes()).await.expect("written");
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 401");
    service.stopped().await;
}
