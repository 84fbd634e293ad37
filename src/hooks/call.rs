//! `POST /cds-services/{id}`: one call from body to cards.
//!
//! Prefetch first, then only what is missing; the one place that waits on a network.

use super::admitted::Admitted;
use super::audited::Heard;
use super::body::receive;
use super::gather::{self, Asking};
use super::quieted::Known;
use super::{HookError, Service, Shared, Who, request, terms};
use crate::advise::{self, Advice, Call, Outcome};
use crate::audit::Event;
use crate::auth::Caller;
use crate::cards::ClientOptions;
use crate::fhir::{self, Fetched, Gap, Record, Source};
use crate::rules;
use crate::telemetry::{self, Stage, Stopwatch};
use crate::wire;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;
use tracing::field::{self, Empty};
use tracing::{Span, debug, info, info_span, warn};

/// Kept back from the deadline for the core and for writing the answer.
const RESERVE: Duration = Duration::from_millis(40);
/// Kept back from it for writing the answer alone.
const WRITING: Duration = Duration::from_millis(10);

/// The handler.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    Admitted { service, caller }: Admitted,
    request: Request,
) -> Result<Response, HookError> {
    let watch = Stopwatch::start();
    let span = info_span!(
        "call",
        service.id = service.id,
        hook = service.hook.as_str(),
        client = caller.name(),
        hook_instance = Empty
    );
    let mut heard = Heard::new(&shared, service, Event::Call);
    let answered = tracing::Instrument::instrument(
        answer(&caller, service, request, watch, &mut heard),
        span.clone(),
    )
    .await;
    let status = match &answered {
        Ok(_) => StatusCode::OK,
        Err(error) => error.status().0,
    };
    let took = watch.elapsed();
    telemetry::call_answered(service.id, status.as_u16(), took);
    if let Err(error) = &answered {
        heard.refused(error);
    }
    heard.write(status.as_u16(), took);
    span.in_scope(|| {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match &answered {
            Ok((_, said)) => info!(status = 200, duration_ms, cards = said.cards, topics = %said.topics, "answered"),
            Err(error) => info!(status = status.as_u16(), duration_ms, fault = %error.log_text(), "refused"),
        }
    });
    answered.map(|(response, _)| response)
}

/// What an answer says, for the log.
struct Said {
    cards: usize,
    topics: String,
}

async fn answer(
    caller: &Caller,
    service: &'static Service,
    request: Request,
    watch: Stopwatch,
    heard: &mut Heard<'_>,
) -> Result<(Response, Said), HookError> {
    let shared = heard.shared;
    let who = Who::of(caller, request.extensions());
    let admitted = shared.admit(&who);
    heard.from(who);
    admitted?;
    let body = receive(request, shared.body_time).await?;
    let mut request = request::read(&body, service)?;
    heard.request(&request);
    let advised = advise_on_read(shared, service, caller, &mut request, watch).await;
    let advice = match advised {
        Some(advised) => {
            heard.advice(&advised.advice);
            remember(shared, caller, &advised, watch).await;
            Some(advised.advice)
        }
        None => None,
    };
    let writing = Stopwatch::start();
    let cards = cards_of(advice)?;
    heard.cards(&cards.cards);
    let topics: Vec<&str> = cards
        .cards
        .iter()
        .map(|card| card.source.topic.code.as_str())
        .collect();
    let said = Said {
        cards: cards.cards.len(),
        topics: topics.join(","),
    };
    for card in &cards.cards {
        let rule = card
            .extension
            .card
            .rules
            .first()
            .map_or("none", String::as_str);
        telemetry::card(rule, card.indicator.as_str());
    }
    let body = write(&cards);
    writing.finish(Stage::Write);
    Ok((
        ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        said,
    ))
}

/// Keeps what feedback on the cards will be about, within what is left of the time.
async fn remember(shared: &Shared, caller: &Caller, advised: &Advised, watch: Stopwatch) {
    if let (Some(periods), Some(known)) = (&shared.quiet, &advised.known) {
        let left = terms::deadline(shared, caller)
            .saturating_sub(WRITING)
            .saturating_sub(watch.elapsed());
        periods.remember(caller, known, &advised.advice, left).await;
    }
}

/// The body of a 200.
pub fn write(cards: &wire::Response) -> Vec<u8> {
    serde_json::to_vec(cards).expect("cards serialise: their maps have string keys")
}

/// Everything between a body and its advice: what the handler, `replay` and the fixture tests share.
/// `None`: a patient or a proxy asks, and gets no clinician guidance (contract R-094).
pub async fn advise_on(
    shared: &Shared,
    service: &'static Service,
    caller: &Caller,
    body: &[u8],
    watch: Stopwatch,
) -> Result<Option<Advice>, HookError> {
    let mut request = request::read(body, service)?;
    let advised = advise_on_read(shared, service, caller, &mut request, watch).await;
    Ok(advised.map(|advised| advised.advice))
}

/// An advice, and what was looked up for it where the site has quiet periods.
struct Advised {
    advice: Advice,
    known: Option<Known>,
}

async fn advise_on_read(
    shared: &Shared,
    service: &'static Service,
    caller: &Caller,
    request: &mut wire::Request<'_>,
    watch: Stopwatch,
) -> Option<Advised> {
    let as_of = shared.clock.now();
    terms::rename_prefetch(caller, request);
    Span::current().record(
        "hook_instance",
        field::display(request.hook_instance.escape_debug()),
    );
    if !is_for_clinicians(request) {
        return None;
    }
    let advised = read_and_advise(shared, service, caller, request, as_of, watch).await;
    log_advice(&advised.advice);
    Some(advised)
}

/// The cards of an advice, or the 412.
pub fn cards_of(advice: Option<Advice>) -> Result<wire::Response, HookError> {
    match advice.map(|advice| advice.outcome) {
        None => Ok(wire::Response::default()),
        Some(Outcome::Cards(response)) => Ok(response),
        Some(Outcome::Missing(queries)) => Err(HookError::Missing(queries)),
    }
}

/// Patients and their proxies get no clinician guidance (contract R-094).
pub fn is_for_clinicians(request: &wire::Request<'_>) -> bool {
    !["Patient/", "RelatedPerson/"]
        .iter()
        .any(|kind| request.user_id.starts_with(kind))
}

/// The call as the core sees it.
pub fn core_call<'a>(
    service: &'static Service,
    request: &'a wire::Request<'_>,
    options: &'a ClientOptions,
) -> Call<'a> {
    Call {
        hook: service.hook,
        service_id: service.id,
        hook_instance: &request.hook_instance,
        patient_id: &request.patient_id,
        user_id: &request.user_id,
        encounter_id: request.encounter_id.as_deref(),
        selections: &request.selections,
        options,
        quiet: None,
    }
}

/// Reads, gathers what is missing, and advises.
pub async fn advise_on_request(
    shared: &Shared,
    service: &'static Service,
    caller: &Caller,
    request: &wire::Request<'_>,
    as_of: Timestamp,
    watch: Stopwatch,
) -> Advice {
    read_and_advise(shared, service, caller, request, as_of, watch)
        .await
        .advice
}

async fn read_and_advise(
    shared: &Shared,
    service: &'static Service,
    caller: &Caller,
    request: &wire::Request<'_>,
    as_of: Timestamp,
    watch: Stopwatch,
) -> Advised {
    let needs = rules::needs(service.hook);
    let options = terms::options(shared, caller);
    let call = core_call(service, request, &options);
    let advised = |record: &Record<'_>, known: Option<Known>| {
        let advising = Stopwatch::start();
        let call = Call {
            quiet: known.as_ref().map(|known| &known.quiet),
            ..call
        };
        let advice = advise::advise(&shared.content, &call, record, as_of);
        advising.finish(Stage::Advise);
        Advised { advice, known }
    };
    let left = |watch: Stopwatch| {
        terms::deadline(shared, caller)
            .saturating_sub(RESERVE)
            .saturating_sub(watch.elapsed())
    };
    let quiet = async |left: Duration| match &shared.quiet {
        Some(periods) => {
            periods
                .of_call(caller, request, service.hook, as_of, left)
                .await
        }
        None => None,
    };
    let today = Some(as_of.to_zoned(TimeZone::UTC).date());
    let reading = Stopwatch::start();
    let wanted = {
        let source = source(request, &[], today);
        let record = fhir::read_record(&source, &needs);
        if !advise::concerns_us(&shared.content, &call, &record) {
            reading.finish(Stage::Read);
            return advised(&record, None);
        }
        let wanted = gather::wanted(&shared.chart, &source, request, &record, &needs);
        reading.finish(Stage::Read);
        if wanted.is_empty() {
            let known = quiet(left(watch)).await;
            return advised(&record, known);
        }
        wanted
    };
    let left = left(watch);
    let gathering = Stopwatch::start();
    let asking = Asking {
        caller,
        request,
        needs: &needs,
        left,
    };
    let fetched = gather::gather(&shared.chart, &asking, wanted);
    let (fetched, known) = join(fetched, quiet(left)).await;
    let reading = gathering.finish(Stage::Gather);
    let source = source(request, &fetched, today);
    let record = fhir::read_record(&source, &needs);
    reading.finish(Stage::Read);
    advised(&record, known)
}

pub(super) fn source<'a>(
    request: &'a wire::Request<'a>,
    fetched: &'a [Fetched],
    today: Option<Date>,
) -> Source<'a> {
    Source {
        encounter_id: request.encounter_id.as_deref(),
        draft_orders: request.draft_orders,
        prefetch: &request.prefetch,
        fetched,
        as_of: today,
        ..Source::new(&request.patient_id)
    }
}

/// Rules by answer and reads by gap, counted; gaps also logged, without what they were about.
fn log_advice(advice: &Advice) {
    for rule in &advice.rules {
        telemetry::rule(rule.id, rule.answer.as_str());
        if let Some(hush) = rule.quiet {
            telemetry::quiet(rule.id, hush.kind.as_str());
        }
    }
    for gap in &advice.snapshot.gaps {
        match gap {
            Gap::Read(query, why) => {
                telemetry::gap(*query, why);
                debug!(query = query.key(), why = telemetry::why(why), "gap");
            }
            Gap::OtherPatient {
                resource_type,
                count,
            } => {
                telemetry::other_patient(resource_type, *count);
                warn!(%resource_type, count, "resources of another patient left out");
            }
            Gap::Entries { .. } | Gap::Medication { .. } => {}
        }
    }
}
