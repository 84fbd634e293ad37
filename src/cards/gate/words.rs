//! "Words you could use": what is said to the patient (language guide sections 2, 3 and 6).
//!
//! Knows reading level, length, the open question and the next contact.
//! Refuses to know whether the words are kind.

use super::reading::{Reading, sentences};
use super::{pattern, unescaped};
use crate::wire::Card;
use regex::Regex;
use std::sync::LazyLock;

/// Run-in of part 5 in English.
const RUN_IN: &str = "**Words you could use:** ";
const MOST_WORDS: usize = 60;
const HIGHEST_GRADE: f64 = 6.0;

static OPEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\W*(what|how|who|where|when|which|tell me)\b"));
static CLOSED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\W*(do|did|does|are|is|have|has)\b"));
static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(I|we)(['’]ll| will)\b.*\b(call|check|see|talk|meet|phone|speak|look|visit|stay)",
    )
});
static LESS_OPIOID: &str = "taper-safety";

/// Everything that is wrong with the words of a card.
pub(super) fn check(card: &Card) -> Vec<String> {
    let said = card.detail.as_deref().and_then(said);
    let leads_to_less = card
        .extension
        .card
        .rules
        .first()
        .is_some_and(|rule| rule == LESS_OPIOID);
    match said {
        None if leads_to_less => {
            vec!["a card about less opioid says nothing to the patient".to_owned()]
        }
        None => Vec::new(),
        Some(said) => faults(&said, leads_to_less),
    }
}

/// Reading grade of what is said to the patient; none where nothing is said in English.
pub(super) fn grade(detail: &str) -> Option<f64> {
    said(detail).map(|said| Reading::of(&said).grade())
}

fn said(detail: &str) -> Option<String> {
    let at = detail.find(RUN_IN)?;
    detail[at + RUN_IN.len()..].lines().next().map(unescaped)
}

fn faults(said: &str, leads_to_less: bool) -> Vec<String> {
    let reading = Reading::of(said);
    let questions = said.matches('?').count();
    let open = sentences(said).any(|sentence| {
        OPEN.is_match(sentence)
            && (sentence.contains('?') || sentence.to_lowercase().contains("tell me"))
    });
    let checks = [
        (
            reading.words > MOST_WORDS,
            format!("{} words, at most {MOST_WORDS}", reading.words),
        ),
        (
            reading.grade() > HIGHEST_GRADE,
            format!("grade {:.1}, at most {HIGHEST_GRADE}", reading.grade()),
        ),
        (
            reading.mean() > 14.0,
            format!("{:.0} words a sentence, at most 14", reading.mean()),
        ),
        (
            reading.longest > 22,
            format!("a sentence of {} words, at most 22", reading.longest),
        ),
        (
            !(1..=2).contains(&questions),
            format!("{questions} questions, one is asked (a second may offer)"),
        ),
        (!open, "no open question (what, how, tell me)".to_owned()),
        (
            CLOSED.is_match(said),
            "starts with a closed question".to_owned(),
        ),
        (said.contains('%'), "a percentage".to_owned()),
        (
            leads_to_less && !NEXT.is_match(said),
            "no next contact on a card about less opioid".to_owned(),
        ),
    ];
    checks
        .into_iter()
        .filter(|(is_wrong, _)| *is_wrong)
        .map(|(_, message)| format!("words to use: {message}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn the_examples_of_the_guide_pass() {
        for said in [
            "Who is at home with you at night? You have sleep apnea, and this medicine can slow breathing more while you sleep. A nose spray at home lets someone help fast. Would you like me to add it?",
            "How do you use each medicine across a day and night? Both can make you sleepy at once. Let's find the lowest mix that lets you rest and move.",
            "What would you want to be different? There are medicines that steady the body and cut cravings. You can start soon, and we keep treating your pain.",
        ] {
            assert_eq!(faults(said, false), Vec::<String>::new());
        }
        let taper = "What worries you most about lowering it? Going step by step is safer for your body. We can pause at any time. I'll call you Thursday and I'm staying with you.";
        assert_eq!(faults(taper, true), Vec::<String>::new());
    }

    #[test]
    fn what_the_guide_forbids_is_found() {
        for (said, less) in [
            ("Do you take it?", false),
            ("This is a statement.", false),
            ("What helps? Why? When? How?", false),
            ("What helps? It works in 20 % of people.", false),
            ("What worries you about it?", true),
            (
                "What considerations regarding pharmacological alternatives necessitate individualized deliberation?",
                false,
            ),
        ] {
            assert!(!faults(said, less).is_empty(), "{said}");
        }
    }
}
