//! Medications by reference.

use super::*;

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

/// R-134: the order's medicine is asked for while the problem list is still on its way.
#[tokio::test]
async fn a_medication_is_read_as_soon_as_an_order_names_it() {
    let server = Server::start(|url| match url {
        u if u.contains("Condition") => Says::Never,
        u if u.contains("Medication/d1") => ok(r#"{"resourceType":"Medication","id":"d1"}"#),
        _ => ok(page_of("m1", None).replace(
            "\"subject\"",
            r#""medicationReference":{"reference":"Medication/d1"},"subject""#,
        )),
    })
    .await;
    let call = Call {
        base: &server.allowed(),
        token: None,
        patient_id: "p1",
        encounter_id: None,
        deadline: Instant::now() + Duration::from_secs(1),
    };
    let client = Client::new(Limits::default()).unwrap();
    let needs = [Query::Conditions, Query::Medications].map(Need::from);
    let fetched = client
        .gather(&call, &needs, &[], |fetched| {
            let source = Source {
                fetched,
                ..Source::new("p1")
            };
            read_record(&source, &[Query::Medications]).unresolved_medications()
        })
        .await;
    let asked: Vec<_> = fetched.iter().map(|f| (&f.asked, &f.ended)).collect();
    assert_eq!(
        asked,
        [
            (&Asked::Query(Query::Conditions), &Some(Why::Timeout)),
            (&Asked::Query(Query::Medications), &None),
            (&Asked::Medication("Medication/d1".into()), &None),
        ]
    );
}
