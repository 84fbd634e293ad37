//! Lists that go on.

use super::*;

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
        next: Some(hostile),
        ..Need::from(Query::Medications)
    };
    assert_eq!(server.ask(&[sent]).await[0].ended, Some(Why::MorePages));
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
        let page = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ok(page_of(&format!("m{page}"), Some(&format!("?page={page}"))))
    })
    .await;
    let fetched = server.ask(&medications()).await;
    assert_eq!(
        (fetched[0].pages.len(), &fetched[0].ended),
        (20, &Some(Why::TooMuch))
    );
}

fn results(days: &[&str], next: &str) -> String {
    let entries: Vec<_> = days
        .iter()
        .map(|day| {
            format!(
                r#"{{"resource":{{"resourceType":"Observation","id":"{day}","subject":{{"reference":"Patient/p1"}},"effectiveDateTime":"{day}"}}}}"#
            )
        })
        .collect();
    let entries = entries.join(",");
    format!(
        r#"{{"resourceType":"Bundle","link":[{{"relation":"next","url":"{next}"}}],"entry":[{entries}]}}"#
    )
}

/// R-117: years of results are not paged through for windows of months.
#[tokio::test]
async fn results_are_followed_back_as_far_as_rules_look() {
    let server = Server::start(|url| match url {
        u if u.contains("page=2") => ok(results(&["2024-05-01", "2020-01-01"], "?page=3")),
        u if u.contains("page=3") => Says::Never,
        _ => ok(results(&["2026-10-01", "2025-01-01"], "?page=2")),
    })
    .await;
    let need = |query| Need {
        as_of: Some("2026-11-01".parse().unwrap()),
        ..Need::from(query)
    };
    let needs = [need(Query::Laboratory)];
    let fetched = server.ask_within(Limits::default(), 20_000, &needs).await;
    assert_eq!((fetched[0].pages.len(), &fetched[0].ended), (2, &None));
    let source = Source {
        fetched: &fetched,
        as_of: needs[0].as_of,
        ..Source::new("p1")
    };
    let record = read_record(&source, &[Query::Laboratory]);
    assert_eq!(*record.read(Query::Laboratory), Read::Complete);
    assert_eq!(record.observations.len(), 4);
}
