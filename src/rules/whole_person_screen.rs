//! `whole-person-screen`: what has not been asked about mood, anxiety and daily life, and answers that ask for a look (sheet 4.30).
//!
//! Knows which questionnaires are missing and which scores stand out.
//! Refuses to diagnose: a score is a reason to ask.

#[cfg(test)]
mod tests;

use super::naming::{day, fact, slots, text};
use super::{Answer, Fact, Finding, Slot};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, ScoreFact, Snapshot};
use rust_decimal::Decimal;

/// From here a score is named.
const HIGH_SCORE: Decimal = Decimal::TEN;
/// The answer about thoughts of death or self-harm: any value above 0 is named.
const ITEM_9: &str = "PHQ-9 item 9";

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    match subject(snapshot) {
        Known::Yes(()) => {}
        Known::No => return Answer::silent("Neither long-term opioids nor opioid use disorder."),
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt]),
    }
    match snapshot.age {
        Some(age) if age < 18 => return Answer::silent("Under 18."),
        None => return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]),
        Some(_) => {}
    }
    let care = &snapshot.care;
    let asked = [
        ("mood", &care.mood_asked),
        ("anxiety", &care.anxiety_asked),
        ("needs", &care.needs_asked),
    ];
    let missing: Vec<String> = asked
        .iter()
        .filter(|(_, known)| known.is_no())
        .map(|(key, _)| (*key).to_owned())
        .collect();
    let high = high(snapshot);
    if missing.is_empty() && high.is_empty() {
        let doubt = asked.iter().find_map(|(_, known)| known.doubt().cloned());
        return doubt.map_or_else(
            || {
                Answer::silent(
                    "Mood, anxiety and daily life were asked about, and no score stands out.",
                )
            },
            |doubt| Answer::CannotTell(vec![doubt]),
        );
    }
    Answer::Fires(vec![line(snapshot, missing, high)])
}

fn subject(snapshot: &Snapshot) -> Known<()> {
    let long_term = &snapshot.history.long_term;
    let oud = &snapshot.facts.oud;
    if long_term.is_yes() || oud.is_yes() {
        return Known::Yes(());
    }
    let doubt = long_term.doubt().or(oud.doubt());
    doubt.map_or(Known::No, |doubt| Known::Unsure(doubt.clone()))
}

/// Scores of 10 and over, and item 9 above 0 within 30 days.
fn high(snapshot: &Snapshot) -> Vec<(&'static str, &ScoreFact)> {
    let scores = [
        ("PHQ-9", &snapshot.care.phq9),
        ("GAD-7", &snapshot.care.gad7),
    ];
    let high = scores
        .into_iter()
        .filter_map(|(name, score)| Some((name, score.as_ref()?)));
    let high = high.filter(|(_, score)| score.value >= HIGH_SCORE);
    let item9 = snapshot.facts.phq_item9.yes().map(|score| (ITEM_9, score));
    item9.into_iter().chain(high).collect()
}

fn line(
    snapshot: &Snapshot,
    missing: Vec<String>,
    high: Vec<(&'static str, &ScoreFact)>,
) -> Finding {
    let months = snapshot.site.whole_person_screen_months;
    let facts: Vec<Fact> = high
        .iter()
        .map(|(name, score)| {
            let filled = slots([("name", text(*name)), ("date", day(Some(score.date)))]);
            fact("score", filled, vec![score.reference.clone()])
        })
        .collect();
    let list = |told: &dyn Fn(&str, &ScoreFact) -> String| -> Vec<String> {
        high.iter().map(|(name, score)| told(name, score)).collect()
    };
    // Item 9 is above 0 or not; its value says no more.
    let value = |name: &str, score: &ScoreFact| {
        if name == ITEM_9 {
            String::new()
        } else {
            score.value.normalize().to_string()
        }
    };
    let names = list(&|name, _| name.to_owned());
    Finding {
        indicator: None,
        case: if names.is_empty() { "missing" } else { "score" },
        because: vec![
            format!(
                "Not found in {months} months: {}.",
                if missing.is_empty() {
                    "nothing".to_owned()
                } else {
                    missing.join(", ")
                }
            ),
            format!(
                "Scores that stand out: {}.",
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            ),
        ],
        slots: slots([
            ("missing", Slot::List(missing)),
            ("values", Slot::List(list(&value))),
            ("dates", Slot::List(list(&|_, score| score.date.day()))),
            ("scores", Slot::List(names)),
            ("months", text(months.to_string())),
        ]),
        facts,
        doubts: Vec::new(),
        drafts: Vec::new(),
        suggest: Vec::new(),
    }
}
