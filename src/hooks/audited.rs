//! From a call to its audit line.

use super::{HookError, Service, Shared, Who};
use crate::advise::Advice;
use crate::audit::{Answer, Card, Event, Line, Outcome, Rule};
use crate::{rules, wire};
use std::time::Duration;
use uuid::Uuid;

/// What is heard of a call while it is answered; nothing where there is no audit trail.
#[derive(Debug)]
pub(super) struct Heard<'a> {
    pub(super) shared: &'a Shared,
    line: Option<Line>,
}

impl<'a> Heard<'a> {
    pub(super) fn new(shared: &'a Shared, service: &Service, event: Event) -> Heard<'a> {
        let line = shared.audit.as_ref().map(|_| Line {
            event,
            service: service.id.to_owned(),
            hook: service.hook.as_str().to_owned(),
            ..Line::default()
        });
        Heard { shared, line }
    }

    pub(super) fn from(&mut self, who: Who) {
        if let Some(line) = &mut self.line {
            line.client = who.issuer;
            line.tenant = who.tenant;
            line.peer = who.peer.map(|peer| peer.to_string());
        }
    }

    /// The envelope was in order.
    pub(super) fn request(&mut self, request: &wire::Request<'_>) {
        if let (Some(line), Some(audit)) = (&mut self.line, &self.shared.audit) {
            line.hook_instance = Some(request.hook_instance.to_string());
            line.patient = audit.patient(line.client.as_deref(), &request.patient_id);
        }
    }

    /// The core was reached.
    pub(super) fn advice(&mut self, advice: &Advice) {
        if let Some(line) = &mut self.line {
            line.rules = advice.rules.iter().filter_map(rule).collect();
        }
    }

    pub(super) fn cards(&mut self, cards: &[wire::Card]) {
        if let Some(line) = &mut self.line {
            line.cards = cards.iter().map(card).collect();
        }
    }

    pub(super) fn refused(&mut self, error: &HookError) {
        if let (Some(line), HookError::Missing(queries)) = (&mut self.line, error) {
            line.missing = queries.iter().map(|query| query.key().to_owned()).collect();
        }
    }

    pub(super) fn feedback(&mut self, card: &str, outcome: &str, reason: &str) {
        if let Some(line) = &mut self.line {
            line.feedback.push(Outcome {
                // Whatever else stands there may be anything.
                card: Uuid::try_parse(card).ok().map(|uuid| uuid.to_string()),
                outcome: outcome.to_owned(),
                reason: reason.to_owned(),
            });
        }
    }

    /// It was answered, so the line is whole.
    pub(super) fn write(self, status: u16, took: Duration) {
        if let (Some(mut line), Some(audit)) = (self.line, &self.shared.audit) {
            line.at = self.shared.clock.now().to_string();
            line.status = status;
            line.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            audit.write(&line);
        }
    }
}

fn rule(log: &crate::advise::RuleLog) -> Option<Rule> {
    let answer = match log.answer {
        rules::Answer::Silent(_) => return None,
        rules::Answer::Fires(..) => Answer::Fires,
        rules::Answer::CannotTell(..) => Answer::CannotTell,
    };
    Some(Rule {
        id: log.id.to_owned(),
        answer,
        shown_on: log.shown_on.clone(),
        quiet: log.quiet.map(|hush| hush.kind.as_str().to_owned()),
    })
}

fn card(card: &wire::Card) -> Card {
    Card {
        uuid: card.uuid.clone(),
        rules: card.extension.card.rules.clone(),
        indicator: card.indicator.as_str().to_owned(),
    }
}
