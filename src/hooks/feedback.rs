//! `POST /cds-services/{id}/feedback`: checked whole, counted, logged without what anybody wrote.
//!
//! Takes the form of the specification and Epic's, which says `overrideReasons` (contract R-270).

use super::admitted::Admitted;
use super::audited::Heard;
use super::error::{Fault, HookError};
use super::members::{Members, text};
use super::quieted::{QuietPeriods, log_record_problem};
use super::{Service, Shared, Who, body};
use crate::audit::Event;
use crate::auth::Caller;
use crate::rules::RULES;
use crate::telemetry::{self, QuietStep, Stopwatch};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use tracing::info;

/// Longest comment that is taken; it may hold patient data, so it is measured and dropped (contract R-271).
const LONGEST_COMMENT: usize = 10_000;
/// A suggestion of the card was taken.
const ACCEPTED: &str = "accepted";

/// What one entry comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// uuid of the card, as the client sends it.
    card: String,
    outcome: &'static str,
    /// Code of the override reason, where one is given.
    reason: Option<String>,
}

/// The handler.
pub(super) async fn feedback(
    State(shared): State<Arc<Shared>>,
    Admitted { service, caller }: Admitted,
    request: Request,
) -> Result<StatusCode, HookError> {
    let watch = Stopwatch::start();
    let mut heard = Heard::new(&shared, service, Event::Feedback);
    let taken = take(&caller, service, request, &mut heard).await;
    let status = match &taken {
        Ok(()) => StatusCode::OK,
        Err(error) => error.status().0,
    };
    heard.write(status.as_u16(), watch.elapsed());
    taken.map(|()| StatusCode::OK)
}

async fn take(
    caller: &Caller,
    service: &'static Service,
    request: Request,
    heard: &mut Heard<'_>,
) -> Result<(), HookError> {
    let shared = heard.shared;
    let who = Who::of(caller, request.extensions());
    let admitted = shared.admit(&who);
    heard.from(who);
    admitted?;
    let body = body::receive(request, shared.body_time).await?;
    let watch = Stopwatch::start();
    for entry in read(&body)? {
        let reason = label(entry.reason.as_deref(), &shared.known_reasons);
        if let Some(periods) = &shared.quiet {
            if watch.elapsed() < shared.deadline {
                follow(shared, periods, caller, &entry, &reason).await;
            } else {
                telemetry::quiet_store_failed(QuietStep::Answer);
            }
        }
        info!(
            service.id = service.id,
            feedback.outcome = entry.outcome,
            feedback.reason = reason,
            "feedback"
        );
        heard.feedback(&entry.card, entry.outcome, &reason);
        telemetry::feedback(service.id, entry.outcome, reason);
    }
    Ok(())
}

/// What the answer to a card comes to: counted for the rule that it is about, and kept where it keeps rules quiet.
async fn follow(
    shared: &Shared,
    periods: &QuietPeriods,
    caller: &Caller,
    entry: &Entry,
    reason: &str,
) {
    let rule = if entry.outcome == ACCEPTED {
        // What was taken shows in the record.
        periods.leader(caller, &entry.card).await
    } else {
        let offers = |rule: &str, code: &str| {
            let about = shared.content.cards.about(rule);
            about.is_some_and(|about| about.reasons.iter().any(|reason| reason.code == code))
        };
        let code = entry.reason.as_deref();
        let heard = periods
            .put_away(caller, &entry.card, code, offers, shared.clock.now())
            .await;
        heard.map(|(rule, kind)| {
            log_record_problem(rule, kind, reason);
            rule
        })
    };
    if let Some(rule) = rule {
        telemetry::rule_answered(rule, entry.outcome, reason.to_owned());
    }
}

/// The override reason codes of all card texts, from their front matter.
pub(super) fn known_reasons() -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct About {
        #[serde(default, rename = "override")]
        reasons: Vec<Reason>,
    }
    #[derive(Deserialize)]
    struct Reason {
        code: String,
    }
    RULES
        .iter()
        .filter_map(|rule| toml::from_str::<About>(rule.about.split("+++").nth(1)?).ok())
        .flat_map(|about| about.reasons)
        .map(|reason| reason.code)
        .collect()
}

/// A reason code that may stand in logs and metrics: ours, or a word for the rest.
fn label(reason: Option<&str>, known: &BTreeSet<String>) -> String {
    match reason {
        None => "none",
        Some(code) if known.contains(code) => code,
        Some(_) => "other",
    }
    .to_owned()
}

/// Every entry, or what is wrong with the first bad one: the batch is taken whole or not at all (contract R-269).
fn read(body: &[u8]) -> Result<Vec<Entry>, HookError> {
    const PROBLEM: &str = "is required and must be an array";
    let members = body::members(body)?;
    let list = members
        .present("feedback")
        .ok_or_else(|| fault("feedback", PROBLEM, true))?;
    let entries: Vec<&RawValue> =
        serde_json::from_str(list.get()).map_err(|_| fault("feedback", PROBLEM, false))?;
    entries
        .into_iter()
        .enumerate()
        .map(|(at, value)| entry(value).map_err(|wrong| wrong.at(at)))
        .collect()
}

/// What is wrong with one entry.
struct Wrong {
    member: &'static str,
    problem: &'static str,
    missing: bool,
}

impl Wrong {
    fn at(self, index: usize) -> HookError {
        let dot = if self.member.is_empty() { "" } else { "." };
        fault(
            format!("feedback[{index}]{dot}{}", self.member),
            self.problem,
            self.missing,
        )
    }
}

fn fault(member: impl Into<Cow<'static, str>>, problem: &'static str, missing: bool) -> HookError {
    HookError::Member(Fault {
        member: member.into(),
        problem,
        missing,
    })
}

fn missing(member: &'static str, problem: &'static str) -> Wrong {
    Wrong {
        member,
        problem,
        missing: true,
    }
}

fn wrong(member: &'static str, problem: &'static str) -> Wrong {
    Wrong {
        member,
        problem,
        missing: false,
    }
}

fn required_text<'a>(members: &Members<'a>, name: &'static str) -> Result<Cow<'a, str>, Wrong> {
    const PROBLEM: &str = "is required and must be a non-empty string";
    let value = members
        .present(name)
        .ok_or_else(|| missing(name, PROBLEM))?;
    text(value)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| wrong(name, PROBLEM))
}

fn entry(value: &RawValue) -> Result<Entry, Wrong> {
    let members = Members::of(value).ok_or_else(|| wrong("", "must be an object"))?;
    let card = required_text(&members, "card")?.into_owned();
    let outcome = match required_text(&members, "outcome")?.as_ref() {
        "accepted" => ACCEPTED,
        "overridden" => "overridden",
        _ => return Err(wrong("outcome", "must be accepted or overridden")),
    };
    accepted_suggestions(&members, outcome)?;
    let reason = override_reason(&members)?;
    let timestamp = required_text(&members, "outcomeTimestamp")?;
    if timestamp.parse::<Timestamp>().is_err() {
        return Err(wrong(
            "outcomeTimestamp",
            "must be a date and time with an offset, as 2026-11-01T12:00:00Z",
        ));
    }
    Ok(Entry {
        card,
        outcome,
        reason,
    })
}

/// Required and not empty where a card was accepted (contract R-264).
fn accepted_suggestions(members: &Members<'_>, outcome: &str) -> Result<(), Wrong> {
    const NAME: &str = "acceptedSuggestions";
    const PROBLEM: &str = "must be an array of objects with an id";
    let list = match members.present(NAME) {
        Some(value) => {
            serde_json::from_str::<Vec<&RawValue>>(value.get()).map_err(|_| wrong(NAME, PROBLEM))?
        }
        None => Vec::new(),
    };
    if list.is_empty() && outcome == ACCEPTED {
        return Err(missing(NAME, "is required where outcome is accepted"));
    }
    let has_id = |value: &RawValue| {
        Members::of(value)
            .and_then(|suggestion| {
                suggestion
                    .present("id")
                    .and_then(text)
                    .map(|id| !id.is_empty())
            })
            .unwrap_or(false)
    };
    if list.into_iter().all(has_id) {
        Ok(())
    } else {
        Err(wrong(NAME, PROBLEM))
    }
}

/// The reason's code, from either spelling (contract R-265, R-270).
fn override_reason(members: &Members<'_>) -> Result<Option<String>, Wrong> {
    let (name, value) = match (
        members.present("overrideReason"),
        members.present("overrideReasons"),
    ) {
        (Some(value), _) => ("overrideReason", value),
        (None, Some(value)) => ("overrideReasons", value),
        (None, None) => return Ok(None),
    };
    let object = Members::of(value).ok_or_else(|| wrong(name, "must be an object"))?;
    let reason = object.present("reason");
    let comment = object.present("userComment");
    if reason.is_none() && comment.is_none() && object.present("extension").is_none() {
        return Err(wrong(name, "must hold a reason or a userComment"));
    }
    if let Some(comment) = comment {
        let comment =
            text(comment).ok_or_else(|| wrong(name, "has a userComment that is not a string"))?;
        if comment.chars().count() > LONGEST_COMMENT {
            return Err(wrong(
                name,
                "has a userComment of more than 10000 characters",
            ));
        }
    }
    let Some(reason) = reason else {
        return Ok(None);
    };
    let coding =
        Members::of(reason).ok_or_else(|| wrong(name, "has a reason that is not a Coding"))?;
    Ok(coding.present("code").and_then(text).map(Cow::into_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(entries: &str) -> Result<Vec<Entry>, String> {
        read(format!("{{\"feedback\":[{entries}]}}").as_bytes())
            .map_err(|error| error.message().into_owned())
    }

    fn accepted() -> &'static str {
        r#"{"card":"123456","outcome":"accepted","acceptedSuggestions":[{"id":"s1"}],"outcomeTimestamp":"2026-11-01T12:00:00.5Z"}"#
    }

    /// R-261 to R-267, R-275
    #[test]
    fn what_the_specification_allows_is_taken() {
        assert_eq!(batch("").map(|entries| entries.len()), Ok(0));
        let twice = format!("{},{}", accepted(), accepted());
        assert_eq!(batch(&twice).map(|entries| entries.len()), Ok(2));
        let overridden = r#"{"card":"c","outcome":"overridden","outcomeTimestamp":"2026-11-01T12:00:00+01:00",
            "overrideReason":{"reason":{"code":"already-has-it","system":"s"},"userComment":"…"},"x-unknown":1}"#;
        let entries = batch(overridden).expect("taken");
        assert_eq!(
            entries,
            [Entry {
                card: "c".to_owned(),
                outcome: "overridden",
                reason: Some("already-has-it".to_owned())
            }]
        );
    }

    /// R-270
    #[test]
    fn epics_forms_are_taken() {
        for reasons in [
            r#"{"reason":{"code":"patient-declined","system":"s","display":"d"}}"#,
            r#"{"extension":{"com.epic.cdshooks.feedback.overrideReason.id":"7"},"userComment":"text"}"#,
        ] {
            let entry = format!(
                r#"{{"card":"c","outcome":"overridden","overrideReasons":{reasons},"outcomeTimestamp":"2026-11-01T12:00:00Z"}}"#
            );
            assert!(batch(&entry).is_ok(), "{reasons}");
        }
    }

    /// R-262 to R-266, R-269
    #[test]
    fn a_bad_entry_refuses_the_batch_and_is_named() {
        for (from, to, named) in [
            ("\"card\":\"123456\",", "", "feedback[1].card"),
            ("\"123456\"", "\"\"", "feedback[1].card"),
            ("accepted\",\"acc", "ignored\",\"acc", "feedback[1].outcome"),
            ("[{\"id\":\"s1\"}]", "[]", "feedback[1].acceptedSuggestions"),
            ("{\"id\":\"s1\"}", "{}", "feedback[1].acceptedSuggestions"),
            (
                "{\"id\":\"s1\"}",
                "\"s1\"",
                "feedback[1].acceptedSuggestions",
            ),
            (
                "2026-11-01T12:00:00.5Z",
                "yesterday",
                "feedback[1].outcomeTimestamp",
            ),
        ] {
            let entries = format!("{},{}", accepted(), accepted().replace(from, to));
            let message = batch(&entries).expect_err(to);
            assert!(message.starts_with(named), "{message}");
        }
        assert!(
            batch("7")
                .expect_err("a number")
                .starts_with("feedback[0] must")
        );
        for body in ["{}", "{\"feedback\":null}", "{\"feedback\":{}}"] {
            assert!(
                matches!(read(body.as_bytes()), Err(HookError::Member(_))),
                "{body}"
            );
        }
    }

    #[test]
    fn only_our_own_codes_reach_logs_and_metrics() {
        let known = BTreeSet::from(["already-has-it".to_owned()]);
        assert_eq!(label(Some("already-has-it"), &known), "already-has-it");
        assert_eq!(label(Some("Jane Doe"), &known), "other");
        assert_eq!(label(None, &known), "none");
    }
}
