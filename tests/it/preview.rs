//! The preview's routes without a browser: headers, what is shown of every case, what is refused, what is not kept.

use crate::service::{get, post, service, service_with};
use axum::Router;
use axum::http::{StatusCode, header};
use opioid_cds::cases::{built_in, built_in_as_of};
use opioid_cds::preview::{Gallery, Preview};
use opioid_cds::server::Layers;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn with_preview(reads_servers: bool) -> Router {
    service_with(&Layers {
        preview: Some(Arc::new(Preview {
            gallery: Gallery::built_in(None),
            words: BTreeMap::new(),
            reads_servers,
        })),
        ..Layers::default()
    })
}

async fn view(service: &Router, asked: &Value) -> Value {
    let answer = post(service, "/preview/view", asked.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn the_page_is_there_only_where_it_is_wanted() {
    for path in ["/preview", "/preview/booklet", "/preview/page.js"] {
        assert_eq!(get(&service(), path).await.status, 404, "{path}");
        assert_eq!(get(&with_preview(true), path).await.status, 200, "{path}");
    }
}

/// Whoever opens the address of the service wants the page; without it there is nothing at `/`.
#[tokio::test]
async fn the_root_leads_to_the_page_where_there_is_one() {
    let answer = get(&with_preview(true), "/").await;
    assert_eq!(answer.status, 307);
    assert_eq!(answer.header(header::LOCATION), "preview");
    let without = get(&service(), "/").await;
    assert_eq!(without.status, 404);
    without.refusal();
}

#[tokio::test]
async fn it_loads_its_own_files_only_and_is_never_stored() {
    let service = with_preview(true);
    for path in ["/preview", "/preview/page.css", "/preview/page.js"] {
        let answer = get(&service, path).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
    let page = get(&service, "/preview").await.text;
    for inline in [
        " style=",
        " onclick=",
        "<style",
        "src=\"http",
        "href=\"http",
    ] {
        assert!(!page.contains(inline), "{inline}");
    }
}

#[tokio::test]
async fn every_case_has_its_chart() {
    let service = with_preview(true);
    for case in built_in() {
        let id = format!("{}/{}", case.group, case.name);
        let shown = view(&service, &json!({ "case": id })).await;
        if case.as_of() == built_in_as_of() {
            assert_eq!(shown["request"], case.request, "{id}");
        }
        let screen = shown["screen"].as_str().unwrap_or_default();
        assert!(screen.contains("class=\"primary\""), "{id}: {screen}");
        assert!(!screen.contains("<img"), "{id}: markup of the record");
    }
}

#[tokio::test]
async fn an_answer_is_shown_with_its_reasons() {
    let service = with_preview(true);
    let case = built_in()
        .into_iter()
        .find(|case| case.name == "fires-sleep-apnea")
        .expect("a case");
    let answer = post(&service, "/cds-services/opioid-order-sign", case.request).await;
    let asked = json!({"request": case.request, "response": answer.text, "status": 200});
    let shown = view(&service, &asked).await;
    let (cards, why) = (shown["cards"].to_string(), shown["why"].to_string());
    for text in [
        "Add naloxone 4 mg nasal spray",
        "Information",
        "Already has it",
    ] {
        assert!(cards.contains(text), "{text}: {cards}");
    }
    for text in [
        "naloxone-offer",
        "rules are silent",
        "× 1.5",
        "What was read",
    ] {
        assert!(why.contains(text), "{text}: {why}");
    }
}

#[tokio::test]
async fn a_fault_in_the_words_is_named_with_its_line() {
    let service = with_preview(true);
    let case = built_in()
        .into_iter()
        .find(|case| case.name == "fires-sleep-apnea")
        .expect("a case");
    let file = "breathing-risk/card.en.md";
    let words = get(&service, &format!("/preview/words?file={file}"))
        .await
        .text;
    assert!(words.starts_with("# "), "{words}");
    let body = post(&service, "/cds-services/opioid-order-sign", case.request)
        .await
        .text;
    let ask = |words: String| json!({"request": case.request, "response": body, "status": 200, "words": {file: words}});
    let own = words
        .lines()
        .skip(1)
        .fold("# My words".to_owned(), |all, line| all + "\n" + line);
    let shown = view(&service, &ask(own)).await;
    assert!(shown["cards"].to_string().contains("My words"), "{shown}");
    let shown = view(&service, &ask("# {{ nobody }}\n".to_owned())).await;
    let problem = shown["problems"][0].as_str().unwrap_or_default();
    assert!(
        problem.starts_with("breathing-risk/card.en.md, line 1"),
        "{problem}"
    );
    assert!(
        !shown["cards"].to_string().contains("Changed words"),
        "{shown}"
    );
    let none = get(&service, "/preview/words?file=../Cargo.toml").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn what_is_broken_is_told_by_line_and_column() {
    let service = with_preview(true);
    for (request, told) in [
        ("{\n \"hook\": ,", "line 2, column 10"),
        ("[]", "is not a JSON object"),
        (
            "{\"hook\":\"x\"}",
            "order-sign, order-select or patient-view",
        ),
        ("{\"hook\":\"order-sign\"}", "hookInstance is required"),
    ] {
        let shown = view(&service, &json!({ "request": request })).await;
        let problem = shown["problem"].as_str().unwrap_or_default();
        assert!(problem.contains(told), "{request}: {problem}");
    }
    let answer = post(&service, "/preview/view", "{").await;
    assert_eq!(answer.status, 400);
    answer.refusal();
}

/// Where clients show who they are, the page must not fetch charts for somebody who did not.
#[tokio::test]
async fn with_authentication_the_page_reads_no_server() {
    let mut request: Value = serde_json::from_str(
        built_in()
            .into_iter()
            .find(|case| case.name == "fires-sleep-apnea")
            .expect("a case")
            .request,
    )
    .expect("JSON");
    request["fhirServer"] = json!("http://127.0.0.1:1");
    request["prefetch"] = json!({});
    let ask = json!({"request": request.to_string(), "response": "{\"cards\":[]}", "status": 200});
    for (reads, told) in [
        (false, "no FHIR server to ask"),
        (true, "not on the allow-list"),
    ] {
        let service = opioid_cds::server::app(
            Arc::new(servers()),
            &Layers {
                preview: Some(Arc::new(Preview {
                    reads_servers: reads,
                    ..Preview::default()
                })),
                ..Layers::default()
            },
        );
        let why = view(&service, &ask).await["why"].to_string();
        assert!(why.contains(told), "{reads}: {why}");
    }
}

fn servers() -> opioid_cds::hooks::Shared {
    use opioid_cds::fhir::{Allowed, Client, Limits};
    let mut shared = crate::service::shared();
    shared.chart = opioid_cds::hooks::Chart::Servers(opioid_cds::hooks::Servers {
        own_tokens: None,
        client: Client::new(Limits::default()).expect("a client"),
        allowed: Allowed::parse::<&str>(&[]).expect("nobody"),
        by_client: BTreeMap::new(),
        open: true,
    });
    shared
}

#[tokio::test]
async fn the_booklet_holds_the_cards_of_the_cases() {
    let service = with_preview(true);
    let page = get(&service, "/preview/booklet?rule=fentanyl-naive")
        .await
        .text;
    for text in [
        "For the reviewer",
        "Reading level of the words to say",
        "Source",
        "New patch no opioid found",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let others = get(&service, "/preview/booklet?rule=mme-total").await.text;
    assert!(
        !others.contains("New patch no opioid found"),
        "another rule's case"
    );
}
