//! What goes over the wire, and how long.

use super::*;

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

/// No answer leaves before all questions are there: asked one after the other, they would never be answered.
/// contract R-134
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
    let in_process = crate::fhir::fetch_from_memory(&memory, "p1", None, &needs);
    let server = Server::meeting(needs.len(), move |url| {
        let (status, body) = memory.answer(url.strip_prefix("/fhir/").unwrap());
        assert_eq!(status, 200);
        ok(body)
    })
    .await;
    let over_http = server.ask_within(Limits::default(), 20_000, &needs).await;
    assert_eq!(over_http, in_process);
    assert_eq!(server.seen().len(), 15);
}

/// Contract section 12: a clinic's next call finds its connections open.
#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start(|_| ok(P1)).await;
    let client = Client::new(Limits::default()).unwrap();
    let base = server.allowed();
    for _ in 0..5 {
        let call = Call {
            base: &base,
            token: None,
            patient_id: "p1",
            encounter_id: None,
            deadline: Instant::now() + Duration::from_secs(20),
        };
        let needs = [Need::from(Query::Patient)];
        let fetched = client.gather(&call, &needs, &[], |_| Vec::new()).await;
        assert_eq!(fetched[0].ended, None);
    }
    let peers: BTreeSet<_> = server.seen().into_iter().map(|seen| seen.peer).collect();
    assert_eq!(peers.len(), 1);
}

/// contract R-341
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
async fn the_deadline_ends_the_waiting_and_keeps_what_came() {
    let server = Server::start(|url| match url {
        u if u.contains("page=2") || u.contains("Condition") => Says::Never,
        u if u.contains("Patient/") => ok(P1),
        _ => ok(page_of("m1", Some("?page=2"))),
    })
    .await;
    let needs = [Query::Patient, Query::Medications, Query::Conditions].map(Need::from);
    let fetched = server.ask_within(Limits::default(), 1_000, &needs).await;
    let ended: Vec<_> = fetched
        .iter()
        .map(|f| (f.pages.len(), f.ended.clone(), f.requests))
        .collect();
    assert_eq!(
        ended,
        [
            (1, None, 1),
            (1, Some(Why::Timeout), 2),
            (0, Some(Why::Timeout), 1)
        ]
    );
}

#[tokio::test]
async fn a_mark_of_byte_order_is_no_fault() {
    let server = Server::start(|_| ok(format!("\u{feff}{P1}"))).await;
    let fetched = server.ask(&[Need::from(Query::Patient)]).await;
    assert_eq!(
        fetched,
        [Fetched::complete(Query::Patient, vec![P1.into()])]
    );
}
