//! The preview's routes: `/preview`, where `/` leads, its parts, its booklet, its style and script.
//!
//! Knows headers, and how a pasted request becomes a snapshot.
//! Refuses to know what stands on the page: that is `preview`.
//! Logs nothing of what is pasted, and keeps none of it.

use crate::advise::{self, Advice, Outcome};
use crate::auth::Caller;
use crate::cards::CardTexts;
use crate::explained::Explained;
use crate::hooks::{HookError, SERVICES, Service, Shared, call, receive, request};
use crate::patient::Language;
use crate::preview::{self, Cover, Entry, Frame, Page, Preview, Said, Sample, Shot};
use crate::telemetry::Stopwatch;
use crate::wire;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the handlers share.
#[derive(Clone)]
struct Here {
    shared: Arc<Shared>,
    preview: Arc<Preview>,
}

/// The router of the preview.
pub(super) fn router(shared: Arc<Shared>, preview: Arc<Preview>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("preview") }))
        .route("/preview", get(page))
        .route("/preview/view", post(view))
        .route("/preview/words", get(words))
        .route("/preview/booklet", get(booklet))
        .route("/preview/page.css", get(style))
        .route("/preview/page.js", get(script))
        .method_not_allowed_fallback(|| async { HookError::Method })
        .with_state(Here { shared, preview })
}

/// Patient data may be on it: never stored by a browser.
fn own(kind: &'static str) -> [(HeaderName, &'static str); 5] {
    [
        (header::CONTENT_TYPE, kind),
        (
            header::CONTENT_SECURITY_POLICY,
            preview::CONTENT_SECURITY_POLICY,
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

fn html(page: Page) -> Result<Response, HookError> {
    let text = page.map_err(|_| HookError::Bug)?;
    Ok((own("text/html; charset=utf-8"), text).into_response())
}

async fn style() -> impl IntoResponse {
    (own("text/css; charset=utf-8"), preview::STYLE)
}

async fn script() -> impl IntoResponse {
    (own("text/javascript; charset=utf-8"), preview::SCRIPT)
}

#[derive(Deserialize)]
struct PageAsked {
    case: Option<String>,
}

async fn page(
    State(here): State<Here>,
    Query(asked): Query<PageAsked>,
) -> Result<Response, HookError> {
    let now = here.shared.clock.now();
    let sample = here
        .preview
        .gallery
        .pick(asked.case.as_deref())
        .ok_or(HookError::UnknownPath)?;
    let text = sample.request(now);
    let read = here.read(&text, now).await;
    let screen = read.screen(&[], Some(sample), now);
    let files: Vec<String> = CardTexts::word_files().into_keys().collect();
    html(screen.and_then(|screen| {
        preview::page(
            &here.preview,
            Frame {
                sample,
                request: &text,
                screen,
                as_of: now,
                spanish: here.speaks_spanish(),
                files: &files,
            },
        )
    }))
}

/// A call that the page shows, and what it came to.
#[derive(Deserialize)]
struct Asked {
    case: Option<String>,
    /// Without it: the case's own.
    request: Option<String>,
    #[serde(default)]
    added: Vec<Value>,
    /// What the service answered, if it was asked.
    response: Option<String>,
    status: Option<u16>,
    /// Card files as the page has them.
    #[serde(default)]
    words: BTreeMap<String, String>,
}

/// Parts of the page.
#[derive(Debug, Default, Serialize)]
struct Shown {
    request: String,
    screen: String,
    cards: String,
    why: String,
    /// Why the request cannot be read.
    problem: Option<String>,
    /// Faults in the page's card files.
    problems: Vec<String>,
}

async fn view(State(here): State<Here>, request: Request) -> Result<Response, HookError> {
    let body = receive(request, here.shared.body_time).await?;
    let asked: Asked = serde_json::from_slice(&body)
        .map_err(|_| HookError::NotJson("is not what the preview page sends"))?;
    let now = here.shared.clock.now();
    let gallery = &here.preview.gallery;
    let sample = asked.case.as_deref().and_then(|id| gallery.sample(id));
    let text = match (asked.request, sample) {
        (Some(text), _) => text,
        (None, Some(sample)) => sample.request(now),
        (None, None) => return Err(HookError::UnknownPath),
    };
    let read = here.read(&text, now).await;
    let mut shown = Shown {
        screen: read
            .screen(&asked.added, sample, now)
            .map_err(|_| HookError::Bug)?,
        problem: read.problem.clone(),
        request: text,
        ..Shown::default()
    };
    if let Some(response) = asked.response {
        let answer = Answer {
            status: asked.status.unwrap_or(200),
            body: &response,
        };
        here.answered(&mut shown, read, &answer, asked.words, now)
            .map_err(|_| HookError::Bug)?;
    }
    Ok((
        own("application/json"),
        Json(shown).into_response().into_body(),
    )
        .into_response())
}

/// What the service answered.
struct Answer<'a> {
    status: u16,
    body: &'a str,
}

impl Answer<'_> {
    fn cards(&self) -> wire::Response {
        serde_json::from_str(self.body).unwrap_or_default()
    }

    fn refusal(&self) -> String {
        let outcome: Value = serde_json::from_str(self.body).unwrap_or_default();
        let text = &outcome["issue"][0]["details"]["text"];
        text.as_str()
            .unwrap_or("The answer has no text for people.")
            .to_owned()
    }
}

/// A request as the core read it.
struct Read {
    request: Value,
    problem: Option<String>,
    advised: Option<(Advice, &'static Service)>,
}

impl Read {
    fn screen(&self, added: &[Value], sample: Option<&Sample>, now: Timestamp) -> Page {
        preview::screen(&Shot {
            request: &self.request,
            added,
            snapshot: self.advised.as_ref().map(|(advice, _)| &advice.snapshot),
            problem: self.problem.as_deref(),
            sample,
            as_of: now,
        })
    }
}

impl Here {
    /// May patients' words be in Spanish?
    fn speaks_spanish(&self) -> bool {
        let site = &self.shared.content.site;
        site.patient_languages.contains(&Language::Spanish)
    }

    /// Reads a request as the service would, and says what is wrong with it.
    async fn read(&self, text: &str, now: Timestamp) -> Read {
        let request: Value = match serde_json::from_str(text) {
            Ok(request) => request,
            Err(error) => {
                return Read {
                    request: Value::Null,
                    problem: Some(broken(&error)),
                    advised: None,
                };
            }
        };
        match self.advised(text, now).await {
            Ok(advised) => Read {
                request,
                problem: None,
                advised: Some(advised),
            },
            Err(error) => Read {
                request,
                problem: Some(error.message().into_owned()),
                advised: None,
            },
        }
    }

    async fn advised(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<(Advice, &'static Service), HookError> {
        let service = service_for(text)?;
        let mut read = request::read(text.as_bytes(), service)?;
        if !self.preview.reads_servers {
            read.fhir_server = None;
            read.fhir_authorization = None;
        }
        let watch = Stopwatch::start();
        let advice =
            call::advise_on_request(&self.shared, service, &Caller::anybody(), &read, now, watch)
                .await;
        Ok((advice, service))
    }

    /// Cards and reasons, in the page's own words where it has some.
    fn answered(
        &self,
        shown: &mut Shown,
        read: Read,
        answer: &Answer<'_>,
        words: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<(), preview::Fault> {
        if answer.status != 200 {
            let text = answer.refusal();
            shown.cards = preview::cards(&Said::Refused(answer.status, &text), false, "")?;
            return Ok(());
        }
        let mut response = answer.cards();
        let mut advised = read.advised;
        let edited = !words.is_empty();
        if edited {
            match self.texts(words) {
                Ok(texts) => {
                    advised = advised
                        .map(|(advice, service)| reworded(&texts, advice, service, &shown.request));
                    if let Some((advice, _)) = &advised
                        && let Outcome::Cards(cards) = &advice.outcome
                    {
                        response = cards.clone();
                    }
                }
                Err(problems) => shown.problems = problems,
            }
        }
        let edited = edited && shown.problems.is_empty();
        let silence = advised.as_ref().map_or("", |(advice, _)| silence(advice));
        shown.cards = preview::cards(&Said::Cards(&response), edited, silence)?;
        if let Some((advice, service)) = advised {
            let snapshot = advice.snapshot.clone();
            let explained = Explained::of(advice, service.hook, now);
            shown.why = preview::why(explained, &snapshot)?;
        }
        Ok(())
    }

    /// The site's card files with the page's laid over them.
    fn texts(&self, words: BTreeMap<String, String>) -> Result<CardTexts, Vec<String>> {
        let mut files = self.preview.words.clone();
        files.extend(words);
        CardTexts::load(&files).map_err(|problems| {
            let line = |problem: &crate::cards::Problem| match problem.line {
                Some(line) => format!("{}, line {line}: {}", problem.file, problem.message),
                None => format!("{}: {}", problem.file, problem.message),
            };
            problems.iter().map(line).collect()
        })
    }
}

/// The service for a request's own hook.
fn service_for(text: &str) -> Result<&'static Service, HookError> {
    let hook = request::hook_of(text.as_bytes())?;
    SERVICES
        .iter()
        .find(|service| service.hook.as_str() == hook)
        .ok_or(HookError::WrongHook {
            sent: None,
            expected: "order-sign, order-select or patient-view",
        })
}

fn reworded(
    texts: &CardTexts,
    advice: Advice,
    service: &'static Service,
    text: &str,
) -> (Advice, &'static Service) {
    let Ok(read) = request::read(text.as_bytes(), service) else {
        return (advice, service);
    };
    let options = crate::cards::ClientOptions::default();
    let call = call::core_call(service, &read, &options);
    (
        advise::advise_in_words(texts, &call, advice.snapshot),
        service,
    )
}

/// What an empty list of cards means.
fn silence(advice: &Advice) -> &'static str {
    if advice.snapshot.hook.is_order() && !advice.snapshot.drafts_concern_us {
        "The orders hold nothing that a rule looks at, so nothing else was read."
    } else {
        "Every rule was asked and has nothing to say; their reasons stand below."
    }
}

/// Line and column of what is no JSON, and what the reader expected.
fn broken(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    format!(
        "It is not well-formed JSON: line {}, column {}: {what}.",
        error.line(),
        error.column()
    )
}

#[derive(Deserialize)]
struct WordsAsked {
    file: String,
}

/// The words of a card file as this service has them.
async fn words(
    State(here): State<Here>,
    Query(asked): Query<WordsAsked>,
) -> Result<Response, HookError> {
    let built_in = CardTexts::word_files();
    let text = built_in.get(&asked.file).ok_or(HookError::UnknownPath)?;
    let site = here.preview.words.get(&asked.file).map(String::as_str);
    let text = site.unwrap_or(text).to_owned();
    Ok((own("text/plain; charset=utf-8"), text).into_response())
}

#[derive(Deserialize)]
struct BookletAsked {
    rule: Option<String>,
    lang: Option<String>,
}

async fn booklet(
    State(here): State<Here>,
    Query(asked): Query<BookletAsked>,
) -> Result<Response, HookError> {
    let now = here.shared.clock.now();
    let rule = asked.rule.as_deref().filter(|rule| !rule.is_empty());
    let in_spanish = asked.lang.as_deref() == Some("es");
    let mut entries = Vec::new();
    for sample in here.preview.gallery.samples() {
        if rule.is_some_and(|rule| rule != sample.group) {
            continue;
        }
        let mut request = sample.request(now);
        if in_spanish {
            request = preview::for_spanish(&request);
        }
        // A case that is refused on purpose has no card to review.
        let Ok((advice, _)) = here.advised(&request, now).await else {
            continue;
        };
        if let Outcome::Cards(response) = &advice.outcome {
            entries.extend(Entry::of(entries.len() + 1, sample, response));
        }
    }
    let groups = here.preview.gallery.names();
    let cover = Cover {
        rule,
        groups: &groups,
        in_spanish,
        spanish: here.speaks_spanish(),
    };
    html(preview::booklet(entries, &cover))
}
