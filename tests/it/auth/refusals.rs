//! Refused tokens cost time: from one address only so many are looked at (contract R-355).

use super::signer::{ES384, Signer};
use super::{SIGN, gate, one_client};
use crate::privacy::{Captured, everything_logged};
use crate::service::{Answer, antibiotic, send, shared};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use jsonwebtoken::Algorithm;
use opioid_cds::hooks::Refusals;
use opioid_cds::server::{Layers, app};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

const LIMIT: u32 = 3;
const HOUR: Duration = Duration::from_secs(3600);
const ONE: &str = "192.0.2.1:4000";
const OTHER: &str = "192.0.2.2:4000";

async fn service() -> Router {
    let mut shared = shared();
    shared.gate = Some(Arc::new(gate(one_client("")).await));
    shared.guarded_discovery = true;
    shared.refusals = NonZeroU32::new(LIMIT).map(|most| Refusals::of(most, HOUR));
    app(Arc::new(shared), &Layers::default())
}

/// A call from this address, with a token or without.
async fn call(service: &Router, from: &str, path: &str, token: Option<&str>) -> Answer {
    let from: SocketAddr = from.parse().expect("an address");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .extension(ConnectInfo(from));
    let request = token.iter().fold(request, |request, token| {
        request.header(header::AUTHORIZATION, format!("Bearer {token}"))
    });
    let body = Body::from(antibiotic().to_string());
    send(service, request.body(body).expect("a request")).await
}

/// No signature is checked, and nobody else is kept out: a good token is not used up, and passes from elsewhere.
#[tokio::test]
async fn an_address_that_sends_many_bad_tokens_is_a_429_with_the_time_to_wait() {
    let service = service().await;
    let forged = Signer::ec(Algorithm::ES384).token(|_| ());
    for token in [None, Some("abc"), Some(&*forged)] {
        assert_eq!(call(&service, ONE, SIGN, token).await.status, 401);
    }
    let good = ES384.token(|_| ());
    for path in [SIGN, "/cds-services/opioid-order-sign/feedback"] {
        for token in [None, Some(&*forged), Some(&*good)] {
            let refused = call(&service, ONE, path, token).await;
            assert_eq!(refused.status, 429, "{path}");
            let wait = refused.header(header::RETRY_AFTER).parse::<u64>();
            assert!(wait.is_ok_and(|seconds| seconds > 3000));
            refused.refusal();
        }
    }
    let discovery = Request::get("/cds-services")
        .extension(ConnectInfo(ONE.parse::<SocketAddr>().expect("an address")))
        .body(Body::empty());
    let discovery = send(&service, discovery.expect("a request")).await;
    assert_eq!(discovery.status, 429, "guarded discovery counts, too");
    assert_eq!(call(&service, OTHER, SIGN, Some(&good)).await.status, 200);
}

#[tokio::test]
async fn good_tokens_are_not_counted() {
    let service = service().await;
    for _ in 0..3 * LIMIT {
        let token = ES384.token(|_| ());
        assert_eq!(call(&service, ONE, SIGN, Some(&token)).await.status, 200);
    }
}

/// Neither when a token is refused nor when none is looked at any more.
#[tokio::test]
async fn no_address_of_a_refused_caller_is_logged() {
    let captured = Captured::default();
    // A lone subscriber could be asked on another test's thread first, and tracing would remember its no.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _logging = tracing::subscriber::set_default(everything_logged(&captured));
    let service = service().await;
    for _ in 0..=LIMIT {
        call(&service, ONE, SIGN, Some("a.b.c")).await;
    }
    let logged = captured.text();
    for word in ["token refused", "token not looked at"] {
        assert!(logged.contains(word), "nothing was logged of: {word}");
    }
    assert!(!logged.contains("192.0.2"), "{logged}");
}
