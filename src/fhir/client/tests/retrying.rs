//! Once more, where that can help and fits.

use super::*;
use std::sync::atomic::Ordering::Relaxed;

/// Fails once in this way, then answers.
async fn failing_once(status: u16, retry_after: Option<&'static str>) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start(move |_| match (asked.fetch_add(1, Relaxed), retry_after) {
        (0, Some(after)) => Says::With(status, "retry-after", after.into(), "{}".into()),
        (0, None) => Says::Body(status, "{}".into()),
        _ => ok(page_of("m1", None)),
    })
    .await
}

#[tokio::test]
async fn a_server_that_is_busy_or_down_for_a_moment_is_asked_again() {
    for (status, after) in [
        (429, Some("0")),
        (503, Some("0")),
        (502, None),
        (503, None),
        (504, None),
    ] {
        let server = failing_once(status, after).await;
        let fetched = server
            .ask_within(Limits::default(), 20_000, &medications())
            .await;
        assert_eq!((fetched[0].pages.len(), &fetched[0].ended), (1, &None));
        assert_eq!(fetched[0].requests, 2, "{status}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Relaxed) {
        0 => Says::Truncated,
        _ => ok(page_of("m1", None)),
    })
    .await;
    let fetched = server
        .ask_within(Limits::default(), 20_000, &medications())
        .await;
    assert_eq!((&fetched[0].ended, fetched[0].requests), (&None, 2));
}

#[tokio::test]
async fn what_does_not_fit_into_the_deadline_is_not_tried_again() {
    let server = failing_once(429, Some("3600")).await;
    let fetched = server
        .ask_within(Limits::default(), 20_000, &medications())
        .await;
    assert_eq!(fetched[0], without(Query::Medications, Why::Status(429), 1));
}

#[tokio::test]
async fn a_second_failure_is_the_last() {
    let server = Server::start(|_| Says::With(429, "retry-after", "0".into(), "{}".into())).await;
    let fetched = server
        .ask_within(Limits::default(), 20_000, &medications())
        .await;
    assert_eq!(fetched[0], without(Query::Medications, Why::Status(429), 2));
}

#[tokio::test]
async fn the_first_failure_is_the_reason_where_the_second_try_hangs() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Relaxed) {
        0 => Says::Body(503, "{}".into()),
        _ => Says::Never,
    })
    .await;
    let fetched = server
        .ask_within(Limits::default(), 2_000, &medications())
        .await;
    assert_eq!(fetched[0], without(Query::Medications, Why::Status(503), 2));
}
