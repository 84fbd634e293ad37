//! Every way not to get an answer.

use super::*;

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
        assert_eq!(fetched[0], without(Query::Medications, Why::TooMuch, 1));
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
        let malformed = without(Query::Medications, Why::Malformed, 1);
        assert_eq!(fetched[0], malformed, "{body}");
    }
    let server = Server::start(|_| Says::Truncated).await;
    // How far the answer got before the connection broke is up to the operating system.
    let broken = server.ask(&medications()).await.swap_remove(0).ended;
    assert!(matches!(broken, Some(Why::Malformed | Why::Unreachable)));
}

#[tokio::test]
async fn what_is_declared_to_be_no_json_of_r4_is_not_read() {
    for (declared, why) in [
        ("text/html", Why::Malformed),
        ("application/fhir+xml", Why::Malformed),
        ("application/fhir+json; fhirVersion=5.0", Why::OtherVersion),
    ] {
        let server = Server::start(move |_| {
            Says::With(200, "content-type", declared.into(), page_of("m1", None))
        })
        .await;
        let fetched = server.ask(&medications()).await;
        assert_eq!(fetched[0], without(Query::Medications, why, 1));
    }
}

#[tokio::test]
async fn entries_of_all_lists_count_together() {
    let server = Server::start(|_| ok(page_of("m1", None))).await;
    let limits = Limits {
        entries: 1,
        ..Limits::default()
    };
    let needs = [Query::Medications, Query::Conditions].map(Need::from);
    let fetched = server.ask_within(limits, 20_000, &needs).await;
    let refused = fetched.iter().filter(|f| f.ended == Some(Why::TooMuch));
    assert_eq!(refused.count(), 1, "{fetched:?}");
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
