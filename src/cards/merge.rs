//! Which findings become cards, in which order, and where the others speak (catalogue section 5).
//!
//! The whole mechanism stands here: groups, who leads, naloxone once, order, caps, lines.
//! Knows findings, groups and numbers of cards.
//! Refuses to know words.

use super::ClientOptions;
use crate::patient::Hook;
use crate::quiet::Hushed;
use crate::rules::{Answer, Finding, Proposal, Rule, Suggest};
use crate::wire::Indicator;
use std::cmp::Reverse;

/// A concern group: one card each. The order of this list is the order of cards of one indicator.
pub(crate) struct Group {
    /// Name, as in `about.md`.
    pub(crate) name: &'static str,
    /// Who leads among equals, first to last; others follow in catalogue order.
    pub(crate) order: &'static [&'static str],
}

const fn group(name: &'static str, order: &'static [&'static str]) -> Group {
    Group { name, order }
}

/// Groups in the order of section 5 rule 3. The brief, on patient-view only, is first among cards of its indicator.
pub(crate) const GROUPS: &[Group] = &[
    group(BRIEF, &["patient-brief"]),
    group(
        STOP_HARM,
        &[
            "fentanyl-naive",
            "naltrexone-conflict",
            "codeine-tramadol-child",
        ],
    ),
    group(TAPER, &["taper-safety", "bup-transition", "restart-gap"]),
    group(OUD, &["oud-treatment", "moud-protect"]),
    group(
        "life-stage",
        &["pregnancy", "codeine-tramadol-breastfeeding"],
    ),
    group(
        SEDATION,
        &[
            "opioid-benzo",
            "opioid-cns",
            "breathing-risk",
            "sedative-stop",
            "kidney-liver",
        ],
    ),
    group(RESCUE, &["prior-overdose", "naloxone-offer"]),
    group(
        DOSE,
        &[
            "mme-total",
            "dose-increase",
            "duplicate-opioid",
            "methadone-qt",
            "rx-quantity-check",
            "apap-max",
        ],
    ),
    group(
        START_WELL,
        &[
            "erla-naive",
            "nonopioid-first",
            "goals-plan",
            "acute-quantity",
            "followup-interval",
        ],
    ),
    group(
        "check",
        &[
            "pdmp-check",
            "tox-expectations",
            "tox-unexpected",
            "care-coordination",
        ],
    ),
];

/// What is due, on the brief: the most useful first (sheet 4.32, item 4); the others follow in catalogue order.
const DUE_FIRST: &[&str] = &[
    "naloxone-offer",
    "coverage-gap",
    "opioid-benzo",
    "care-coordination",
    "bup-transition",
    "followup-interval",
    "goals-plan",
    "whole-person-screen",
    "visit-barriers",
];
/// Lines of what is due on the brief (sheet 4.32, item 4); the offer of naloxone and cards left out come on top.
const MOST_DUE: usize = 3;

const BRIEF: &str = "brief";
const STOP_HARM: &str = "stop-harm";
const TAPER: &str = "taper";
const OUD: &str = "oud";
const SEDATION: &str = "sedation";
const RESCUE: &str = "overdose-rescue";
const DOSE: &str = "dose";
const START_WELL: &str = "start-well";

const NALOXONE_OFFER: &str = "naloxone-offer";
const PRIOR_OVERDOSE: &str = "prior-overdose";
const TAPER_SAFETY: &str = "taper-safety";
const MME_TOTAL: &str = "mme-total";
/// A line beside other members of its group, a card when it is alone.
const LINE_BESIDE_OTHERS: &str = "kidney-liver";
/// A line beside the card about a benzodiazepine (sheet 4.10).
const OPIOID_BENZO: &str = "opioid-benzo";
const OPIOID_CNS: &str = "opioid-cns";

/// A finding and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Voice<'a> {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// What it found.
    pub(crate) finding: &'a Finding,
    /// Its place among the rule's findings.
    pub(crate) at: usize,
    /// Index in [`GROUPS`].
    group: usize,
    /// Order among equals of the group.
    place: usize,
}

impl Voice<'_> {
    /// Is this the same finding?
    pub(crate) fn is(&self, other: Voice<'_>) -> bool {
        std::ptr::eq(self.finding, other.finding)
    }
}

/// A card to be: who speaks on it, the leader first.
#[derive(Debug)]
pub(crate) struct Planned<'a> {
    /// Indicator of the merged card.
    pub(crate) indicator: Indicator,
    /// Members of the group, the leader first; never empty.
    pub(crate) members: Vec<Voice<'a>>,
    /// `naloxone-offer` as a guest: its suggestion and reasons, without raising the indicator.
    pub(crate) guest: Option<Voice<'a>>,
    /// Findings that speak as a bullet here.
    pub(crate) lines: Vec<Voice<'a>>,
    /// The naloxone suggestion, if this is the card that offers it.
    pub(crate) naloxone: Option<(Voice<'a>, &'a Suggest)>,
    group: usize,
}

impl Planned<'_> {
    /// Is this the brief?
    pub(crate) fn is_brief(&self) -> bool {
        GROUPS[self.group].name == BRIEF
    }

    fn is(&self, group: &str) -> bool {
        GROUPS[self.group].name == group
    }

    fn is_critical(&self) -> bool {
        self.indicator == Indicator::Critical
    }
}

/// The cards of a response in their order, capped, every line in its place. A finding that is quiet is left out, and hides
/// nothing but itself: another rule that would stand back for it speaks.
pub(crate) fn plan<'a>(
    hook: Hook,
    answers: &'a [(&'static Rule, Answer)],
    hushed: &Hushed,
    group_of: impl Fn(&str) -> Option<&'a str>,
    options: &ClientOptions,
) -> Vec<Planned<'a>> {
    let mut voices = voices(hook, answers, group_of);
    suppress(&mut voices);
    voices.retain(|voice| !hushed.is(voice.rule.id, voice.at));
    let (speaking, mut lines): (Vec<_>, Vec<_>) = voices
        .into_iter()
        .partition(|voice| voice.finding.indicator.is_some());
    let speaking = step_back(speaking, &mut lines);
    let (offers, speaking): (Vec<_>, Vec<_>) = speaking
        .into_iter()
        .partition(|voice| voice.rule.id == NALOXONE_OFFER);
    let mut cards = grouped(speaking);
    sort(&mut cards);
    // One finding for the whole set of drafts; a second one would say the same.
    if let Some(offer) = offers.into_iter().next() {
        place_offer(hook, offer, &mut cards, &mut lines);
    }
    sort(&mut cards);
    let overflow = cap(hook, &mut cards, options);
    place_lines(&mut cards, lines, overflow);
    offer_naloxone_once(&mut cards);
    cards
}

fn voices<'a>(
    hook: Hook,
    answers: &'a [(&'static Rule, Answer)],
    group_of: impl Fn(&str) -> Option<&'a str>,
) -> Vec<Voice<'a>> {
    let mut voices = Vec::new();
    for (catalogue, (rule, answer)) in answers.iter().enumerate() {
        let Answer::Fires(findings) = answer else {
            continue;
        };
        let named = group_of(rule.id);
        // On patient-view overdose facts and steps join the card about opioid use disorder.
        let named = named.map(|name| {
            if hook == Hook::PatientView && name == RESCUE {
                OUD
            } else {
                name
            }
        });
        let Some(group) = GROUPS.iter().position(|group| named == Some(group.name)) else {
            continue;
        };
        let order = GROUPS[group].order.iter().position(|id| *id == rule.id);
        // The leaders' list comes first; in the shared group of patient-view `oud` rules come before rescue rules.
        let place = order.unwrap_or(GROUPS[group].order.len() + catalogue);
        voices.extend(findings.iter().enumerate().map(|(at, finding)| Voice {
            rule,
            finding,
            at,
            group,
            place,
        }));
    }
    voices
}

/// `taper-safety` silences `mme-total`: two readings of one number (sheet 4.4). It does so where it is quiet, too, since the
/// other reading would plead for a lower dose in the middle of a taper.
fn suppress(voices: &mut Vec<Voice<'_>>) {
    let tapers = voices
        .iter()
        .any(|voice| voice.rule.id == TAPER_SAFETY && voice.finding.indicator.is_some());
    voices.retain(|voice| !(tapers && voice.rule.id == MME_TOTAL));
}

/// Cards that become lines: start-well for a draft that stop-harm is about (rule 6), `kidney-liver` beside others,
/// `opioid-cns` beside `opioid-benzo`. How to store it or live with it is not said of a draft that stop-harm is about.
fn step_back<'a>(speaking: Vec<Voice<'a>>, lines: &mut Vec<Voice<'a>>) -> Vec<Voice<'a>> {
    let is = |voice: &Voice<'_>, group: &str| GROUPS[voice.group].name == group;
    let stopped: Vec<&String> = speaking
        .iter()
        .filter(|voice| is(voice, STOP_HARM))
        .flat_map(|voice| &voice.finding.drafts)
        .collect();
    let sedation = speaking
        .iter()
        .filter(|voice| is(voice, SEDATION) && voice.rule.id != LINE_BESIDE_OTHERS)
        .count();
    let benzo = speaking.iter().any(|voice| voice.rule.id == OPIOID_BENZO);
    let starts_what_is_stopped = |voice: &Voice<'_>| {
        let drafts = &voice.finding.drafts;
        is(voice, START_WELL)
            && !drafts.is_empty()
            && drafts.iter().all(|draft| stopped.contains(&draft))
    };
    lines.retain(|line| !starts_what_is_stopped(line));
    let (cards, back): (Vec<_>, Vec<_>) = speaking.iter().copied().partition(|voice| {
        let start_of_stopped = starts_what_is_stopped(voice);
        let beside_others = voice.rule.id == LINE_BESIDE_OTHERS && sedation > 0;
        let beside_benzo = voice.rule.id == OPIOID_CNS && benzo;
        !(start_of_stopped || beside_others || beside_benzo)
    });
    lines.extend(back);
    cards
}

/// One card a group for the whole set of drafts; stop-harm one a draft (rule 6).
fn grouped(speaking: Vec<Voice<'_>>) -> Vec<Planned<'_>> {
    let mut cards: Vec<Planned<'_>> = Vec::new();
    for voice in speaking {
        let draft = voice.finding.drafts.first();
        let home = cards.iter_mut().find(|card| {
            card.group == voice.group
                && (!card.is(STOP_HARM) || card.members[0].finding.drafts.first() == draft)
        });
        match home {
            Some(card) => card.members.push(voice),
            None => cards.push(Planned {
                indicator: Indicator::Info,
                members: vec![voice],
                guest: None,
                lines: Vec::new(),
                naloxone: None,
                group: voice.group,
            }),
        }
    }
    for card in &mut cards {
        card.members
            .sort_by_key(|voice| (Reverse(voice.finding.indicator), voice.place));
        card.indicator = card.members[0].finding.indicator.unwrap_or(Indicator::Info);
    }
    cards
}

/// Rule 3; the sort is stable, so that stop-harm cards keep the order of their drafts.
fn sort(cards: &mut [Planned<'_>]) {
    cards.sort_by_key(|card| (Reverse(card.indicator), card.group));
}

/// Rule 1: naloxone goes to the highest card that it can be a guest of; on patient-view an info-level offer joins the brief.
fn place_offer<'a>(
    hook: Hook,
    offer: Voice<'a>,
    cards: &mut Vec<Planned<'a>>,
    lines: &mut Vec<Voice<'a>>,
) {
    let host = cards.iter_mut().find(|card| {
        [SEDATION, DOSE, TAPER, OUD]
            .iter()
            .any(|group| card.is(group))
            || card
                .members
                .iter()
                .any(|voice| voice.rule.id == PRIOR_OVERDOSE)
    });
    if let Some(card) = host {
        card.guest = Some(offer);
        return;
    }
    let joins_brief = hook == Hook::PatientView && offer.finding.indicator == Some(Indicator::Info);
    if joins_brief && let Some(brief) = cards.iter_mut().find(|card| card.is_brief()) {
        brief.guest = Some(offer);
        lines.push(offer);
        return;
    }
    cards.extend(grouped(vec![offer]));
}

/// Rule 4: criticals neither dropped nor counted; the brief keeps its place. Gives the cards that are left out.
fn cap<'a>(hook: Hook, cards: &mut Vec<Planned<'a>>, options: &ClientOptions) -> Vec<Planned<'a>> {
    let most = match hook {
        Hook::PatientView => options.max_cards_patient_view,
        Hook::OrderSign | Hook::OrderSelect => options.max_cards_order,
    };
    let brief = cards
        .iter()
        .any(|card| card.is_brief() && !card.is_critical());
    let mut room = most.saturating_sub(usize::from(brief));
    let mut left_out = Vec::new();
    let mut shown = Vec::new();
    for card in cards.drain(..) {
        if card.is_critical() || (card.is_brief() && most > 0) {
            shown.push(card);
        } else if room > 0 {
            room -= 1;
            shown.push(card);
        } else {
            left_out.push(card);
        }
    }
    *cards = shown;
    left_out
}

/// Lines go to their group's card, else the brief, else the first card; what the cap left out to the last card.
fn place_lines<'a>(cards: &mut [Planned<'a>], lines: Vec<Voice<'a>>, overflow: Vec<Planned<'a>>) {
    if cards.is_empty() {
        return;
    }
    for line in lines {
        let own = cards.iter().position(|card| card.group == line.group);
        let brief = cards.iter().position(Planned::is_brief);
        // An offer that joined the brief speaks there.
        let guest = cards
            .iter()
            .position(|card| card.guest.is_some_and(|guest| guest.is(line)));
        cards[guest.or(own).or(brief).unwrap_or(0)].lines.push(line);
    }
    if let Some(brief) = cards.iter_mut().find(|card| card.is_brief()) {
        put_due_first(&mut brief.lines);
    }
    let left_out = overflow.into_iter().flat_map(|card| {
        let (members, guest, lines) = (card.members, card.guest, card.lines);
        members.into_iter().chain(guest).chain(lines)
    });
    if let Some(last) = cards.last_mut() {
        last.lines.extend(left_out);
    }
}

/// Sheet 4.32, item 4.
fn put_due_first(lines: &mut Vec<Voice<'_>>) {
    let place = |voice: &Voice<'_>| DUE_FIRST.iter().position(|id| *id == voice.rule.id);
    lines.sort_by_key(|voice| place(voice).unwrap_or(DUE_FIRST.len()));
    let mut due = 0;
    lines.retain(|voice| {
        let counts = voice.finding.indicator.is_none();
        due += usize::from(counts);
        !counts || due <= MOST_DUE
    });
}

/// Rule 1: one naloxone suggestion a response, that of `naloxone-offer` before any other rule's.
fn offer_naloxone_once(cards: &mut [Planned<'_>]) {
    let is_naloxone = |suggest: &Suggest| matches!(suggest.proposal, Proposal::Naloxone { .. });
    let of = |voice: Voice<'_>| voice.rule.id == NALOXONE_OFFER;
    let home = cards
        .iter()
        .position(|card| card.guest.is_some() || card.members.iter().any(|voice| of(*voice)))
        .into_iter()
        .chain(0..cards.len());
    for at in home {
        let card = &mut cards[at];
        let voices = card.guest.into_iter().chain(card.members.iter().copied());
        let mut suggests = voices.flat_map(|voice| {
            voice
                .finding
                .suggest
                .iter()
                .map(move |suggest| (voice, suggest))
        });
        let found = suggests.find(|(_, suggest)| is_naloxone(suggest));
        if found.is_some() {
            card.naloxone = found;
            return;
        }
    }
}

#[cfg(test)]
mod tests;
