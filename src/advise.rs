//! The core: a call and a record in, cards and an evaluation log out. No I/O, no clock, no randomness.
//!
//! Decides what an empty list means: nothing to say, or something could not be read (catalogue section 7).

use crate::cards::{self, CardTexts, ClientOptions, Incomplete, Members, Naming};
use crate::fhir::{Query, Read, Record};
use crate::patient::{Ask, Basis, Doubt, Hook, ScopeBranch, Site, Snapshot, Switch};
use crate::quiet::{Hush, Hushed, Quiet};
use crate::rules::{self, Answer, CHECK_INCOMPLETE, Finding, Rule, Tier};
use crate::terminology::Terminology;
use crate::wire;
use jiff::Timestamp;
use std::borrow::Cow;

/// What is loaded at start and the same for every call.
#[derive(Debug)]
pub struct Content {
    /// Codes, medicines, factors.
    pub terminology: Terminology,
    /// Words.
    pub cards: CardTexts,
    /// Settings.
    pub site: Site,
}

/// One call, as far as the core needs it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The hook.
    pub hook: Hook,
    /// Id of the service that was called.
    pub service_id: &'a str,
    /// `hookInstance`.
    pub hook_instance: &'a str,
    /// Bare patient id.
    pub patient_id: &'a str,
    /// `context.userId`.
    pub user_id: &'a str,
    /// Bare encounter id.
    pub encounter_id: Option<&'a str>,
    /// `context.selections`; empty = all drafts.
    pub selections: &'a [Cow<'a, str>],
    /// What this client can take.
    pub options: &'a ClientOptions,
    /// Answers of clinicians that still hold for this patient; `None`: the site keeps none.
    pub quiet: Option<&'a Quiet>,
}

/// The answer of a call.
#[derive(Debug)]
pub enum Outcome {
    /// 200.
    Cards(wire::Response),
    /// 412: nothing true can be said without these.
    Missing(Vec<Query>),
}

/// Which card, if any, carries a rule.
#[derive(Debug)]
pub struct RuleLog {
    /// Rule id.
    pub id: &'static str,
    /// Its answer.
    pub answer: Answer,
    /// uuid of the card that carries its card, suggestion or line.
    pub shown_on: Option<String>,
    /// It fired and a finding of it is quiet: why, and until when.
    pub quiet: Option<Hush>,
}

/// Everything that one call came to.
#[derive(Debug)]
pub struct Advice {
    /// What the client gets.
    pub outcome: Outcome,
    /// Every rule of the hook, in catalogue order, `check-incomplete` last.
    pub rules: Vec<RuleLog>,
    /// Whom an answer to each card is about; `check-incomplete` is never answered.
    pub members: Vec<Members>,
    /// The facts.
    pub snapshot: Snapshot,
}

impl Call<'_> {
    fn ask(&self, as_of: Timestamp) -> Ask<'_> {
        Ask {
            hook: self.hook,
            patient_id: self.patient_id,
            user_id: self.user_id,
            encounter_id: self.encounter_id,
            selections: self.selections,
            as_of,
        }
    }
}

/// Could any rule of this hook fire on these drafts, whatever the record says (catalogue section 7 row 1)?
/// Always true for `patient-view`.
pub fn concerns_us(content: &Content, call: &Call<'_>, record: &Record<'_>) -> bool {
    let basis = Basis {
        terminology: &content.terminology,
        site: &content.site,
    };
    Snapshot::drafts_concern_us(record, &call.ask(Timestamp::UNIX_EPOCH), basis)
}

/// Advice for one call. Pure: the same arguments give the same answer.
pub fn advise(content: &Content, call: &Call<'_>, record: &Record<'_>, as_of: Timestamp) -> Advice {
    let basis = Basis {
        terminology: &content.terminology,
        site: &content.site,
    };
    let snapshot = Snapshot::of(record, &call.ask(as_of), basis);
    advise_in_words(&content.cards, call, snapshot)
}

/// Advice on a situation that is known already, in these words: what an author of cards looks at.
pub fn advise_in_words(words: &CardTexts, call: &Call<'_>, snapshot: Snapshot) -> Advice {
    let answers = rules::evaluate(&snapshot);
    let naming = Naming {
        service_id: call.service_id,
        hook_instance: call.hook_instance,
    };
    let hushed = call
        .quiet
        .map_or_else(Hushed::default, |quiet| quiet.hushed(&answers, &snapshot));
    let rendered = cards::render_without(&hushed, words, &snapshot, &answers, call.options, naming);

    let mut response = rendered.response;
    let mut incomplete = None;
    let outcome = match silence(&snapshot, &answers, &response) {
        Silence::Spoken | Silence::NothingToSay => None,
        Silence::Incomplete(doubts) if snapshot.site.incomplete_card == Switch::On => {
            let about = Incomplete {
                snapshot: &snapshot,
                doubts: &doubts,
                options: call.options,
            };
            let card = cards::incomplete_card(words, about, naming);
            incomplete = Some((card.uuid.clone(), doubts));
            response.cards.push(card);
            None
        }
        Silence::Incomplete(_) | Silence::Unknown => Some(Outcome::Missing(missing(&snapshot))),
    };
    let unshown = unshown_line(&snapshot, &answers);
    let mut rules: Vec<RuleLog> = answers
        .into_iter()
        .map(|(rule, answer)| {
            let shown_on = rendered.shown_on.get(rule.id).cloned();
            RuleLog {
                id: rule.id,
                answer: if is_unshown_line(&snapshot, rule, &answer) && shown_on.is_none() {
                    unshown.clone()
                } else {
                    answer
                },
                shown_on,
                quiet: hushed.of(rule.id),
            }
        })
        .collect();
    rules.push(incomplete_log(incomplete));
    Advice {
        outcome: outcome.unwrap_or(Outcome::Cards(response)),
        rules,
        members: rendered.members,
        snapshot,
    }
}

/// Outside the guideline's scope a line is silent unless it stands on a card that is shown all the same (catalogue section 1).
fn is_unshown_line(snapshot: &Snapshot, rule: &Rule, answer: &Answer) -> bool {
    rule.tier == Tier::Line && snapshot.scope.out.is_yes() && matches!(answer, Answer::Fires(_))
}

/// What such a line answers where no card carries it: silent, or cannot tell where a rule that makes cards cannot.
fn unshown_line(snapshot: &Snapshot, answers: &[(&'static Rule, Answer)]) -> Answer {
    let mut doubts: Vec<Doubt> = Vec::new();
    for (rule, answer) in answers {
        if let (Answer::CannotTell(why), true) = (answer, rule.tier != Tier::Line) {
            doubts.extend(
                why.iter()
                    .filter(|doubt| !doubts.contains(doubt))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
    }
    if doubts.is_empty() {
        Answer::Silent(snapshot.scope.because.clone())
    } else {
        Answer::CannotTell(doubts)
    }
}

/// What no card means.
enum Silence {
    /// There is a card.
    Spoken,
    /// Rows 1 and 7: an empty list is the truth.
    NothingToSay,
    /// Rows 4 and 5: a check was cut short by these.
    Incomplete(Vec<Doubt>),
    /// Rows 3 and 6: nothing true can be said.
    Unknown,
}

fn silence(
    snapshot: &Snapshot,
    answers: &[(&'static Rule, Answer)],
    response: &wire::Response,
) -> Silence {
    if !response.cards.is_empty() {
        return Silence::Spoken;
    }
    let quiet_by_rule = snapshot.scope.is(ScopeBranch::Hospice)
        || (snapshot.hook == Hook::PatientView && snapshot.inpatient_encounter);
    if quiet_by_rule || (snapshot.hook.is_order() && !snapshot.drafts_concern_us) {
        return Silence::NothingToSay;
    }
    let unread = |query: Query| !snapshot.is_partly_read(query);
    if unread(Query::Patient) && unread(Query::Medications) {
        return Silence::Unknown;
    }
    if snapshot.hook == Hook::PatientView {
        return patient_view_silence(snapshot);
    }
    let doubts = decisive_doubts(answers, unread);
    if doubts.is_empty() {
        Silence::NothingToSay
    } else {
        Silence::Incomplete(doubts)
    }
}

/// Rows 5 to 7 for `patient-view`: under 18 the adult rules have nothing to say, whatever was read.
fn patient_view_silence(snapshot: &Snapshot) -> Silence {
    if snapshot.is_read(Query::Medications) || snapshot.scope.is(ScopeBranch::Age) {
        return Silence::NothingToSay;
    }
    let facts = &snapshot.facts;
    let points_to_opioids = snapshot.before().any(|row| row.medicine.is_opioid())
        || facts.oud.is_yes()
        || facts.moud.is_yes();
    if points_to_opioids {
        Silence::Incomplete(vec![Doubt::Unread(Query::Medications)])
    } else {
        Silence::Unknown
    }
}

/// Row 4: harm rules that could not tell because Patient, medications or conditions were not read, or a draft not identified;
/// and any rule that could not tell because one of the two required reads brought nothing, since an empty list would say
/// that it was had (contract R-125).
fn decisive_doubts(
    answers: &[(&'static Rule, Answer)],
    unread: impl Fn(Query) -> bool,
) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (rule, answer) in answers {
        let Answer::CannotTell(why) = answer else {
            continue;
        };
        let decisive = |doubt: &&Doubt| match doubt {
            Doubt::Unread(query) if query.required() && unread(*query) => true,
            Doubt::Unread(Query::Patient | Query::Medications | Query::Conditions)
            | Doubt::Unidentified(_) => rule.tier == Tier::Harm,
            _ => false,
        };
        for doubt in why.iter().filter(decisive) {
            if !doubts.contains(doubt) {
                doubts.push(doubt.clone());
            }
        }
    }
    doubts
}

fn missing(snapshot: &Snapshot) -> Vec<Query> {
    let required = [Query::Patient, Query::Medications, Query::Conditions];
    required
        .into_iter()
        .filter(|query| !matches!(snapshot.reads.get(query), Some(Read::Complete)))
        .collect()
}

fn incomplete_log(card: Option<(String, Vec<Doubt>)>) -> RuleLog {
    match card {
        Some((uuid, doubts)) => RuleLog {
            id: CHECK_INCOMPLETE,
            answer: Answer::Fires(vec![Finding::about_gaps(doubts)]),
            shown_on: Some(uuid),
            quiet: None,
        },
        None => RuleLog {
            id: CHECK_INCOMPLETE,
            answer: Answer::silent(
                "Takes the place of an empty list only where a check was cut short.",
            ),
            shown_on: None,
            quiet: None,
        },
    }
}
