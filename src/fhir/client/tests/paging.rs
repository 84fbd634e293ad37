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

/// contract R-343
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

/// contract R-344
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
