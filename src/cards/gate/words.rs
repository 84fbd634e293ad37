//! "Words you could use": what is said to the patient (language guide sections 2, 3 and 6).
//!
//! Knows reading level, length, the open question and the next contact, in each language.
//! Refuses to know whether the words are kind.

use super::reading::{Reading, sentences};
use super::{banned, pattern, unescaped};
use crate::patient::Language;
use crate::wire::Card;
use regex::Regex;
use std::sync::LazyLock;

/// Run-ins of part 5, as the shared phrases have them.
const RUN_INS: [(&str, Language); 2] = [
    ("**Words you could use:** ", Language::English),
    ("**Words you could use, in Spanish:** ", Language::Spanish),
];
const MOST_WORDS: usize = 60;
const HIGHEST_GRADE: f64 = 6.0;
/// Fernández-Huerta, taken as the counterpart of grade 6 (language guide section 2).
const LEAST_EASE: f64 = 70.0;
const LESS_OPIOID: &str = "taper-safety";

/// What words in one language are held to.
struct Patterns {
    open: Regex,
    closed: Regex,
    next_contact: Regex,
    /// Fear, promises and conditions (language guide section 3, 10, 13 and 14).
    unkind: Regex,
}

static ENGLISH: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    open: pattern(r"(?i)^\W*(what|how|who|where|when|which|tell me)\b"),
    closed: pattern(r"(?i)^\W*(do|did|does|are|is|have|has)\b"),
    next_contact: pattern(
        r"(?i)\b(I|we)(['’]ll| will)\b.*\b(call|check|see|talk|meet|phone|speak|look|visit|stay)",
    ),
    unkind: pattern(
        r"(?i)\b(die|dies|died|death|deadly|kill(s|ed)?|fatal|no risk|(is|are|be|keep you|keeps you) safe|guarantee\w*|if you (don['’]t|do not|won['’]t|refuse))\b",
    ),
});

static SPANISH: LazyLock<Patterns> = LazyLock::new(|| Patterns {
    open: pattern(
        r"(?i)^\W*((a|con|de|desde|en|para|por) )?(qué|cómo|quién(es)?|dónde|cuándo|cuál(es)?|cuánt[oa]s?|cuénteme|dígame)\b",
    ),
    closed: pattern(r"(?i)^\W*(toma|tiene|es|está|ha|puede|quiere|usa|le)\b"),
    next_contact: pattern(
        r"(?i)\b((le|lo|la) (llamo|llamaré|veo|veré)|nos vemos|hablamos|sigo con usted)\b",
    ),
    unkind: pattern(
        r"(?i)\b(morir|muere|muerte|mortal|matar|mata|sin riesgo|(es|está) segur[oa]|garantiza\w*|si (usted )?no (toma|viene|quiere|acepta|cumple))\b",
    ),
});

fn patterns(language: Language) -> &'static Patterns {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}

/// Everything that is wrong with the words of a card.
pub(super) fn check(card: &Card) -> Vec<String> {
    let leads_to_less = card
        .extension
        .card
        .rules
        .first()
        .is_some_and(|rule| rule == LESS_OPIOID);
    match card.detail.as_deref().and_then(said) {
        None if leads_to_less => {
            vec!["a card about less opioid says nothing to the patient".to_owned()]
        }
        None => Vec::new(),
        Some((said, language)) => faults(&said, language, leads_to_less),
    }
}

/// What stands in bold before words in Spanish.
pub(super) fn before_spanish() -> Option<&'static str> {
    let (run_in, _) = RUN_INS
        .iter()
        .find(|(_, language)| *language == Language::Spanish)?;
    Some(run_in.trim().trim_matches('*'))
}

/// How hard the words for the patient are to read, in their language's measure; none where there are none.
pub(super) fn measure(detail: &str) -> Option<String> {
    let (said, language) = said(detail)?;
    Some(match language {
        Language::English => format!("grade {:.1}", Reading::of(&said).grade()),
        Language::Spanish => format!("ease {:.0}", Reading::of_spanish(&said).ease()),
    })
}

/// The words of a card and their language.
fn said(detail: &str) -> Option<(String, Language)> {
    RUN_INS.into_iter().find_map(|(run_in, language)| {
        let at = detail.find(run_in)?;
        let said = detail[at + run_in.len()..].lines().next()?;
        Some((unescaped(said), language))
    })
}

/// Is this line said to the patient, in whatever language?
pub(super) fn is_run_in(line: &str) -> bool {
    RUN_INS.iter().any(|(run_in, _)| line.starts_with(run_in))
}

/// `detail` without words in another language: what the English list and the English measure are for.
pub(super) fn without_translation(detail: &str) -> String {
    let foreign = |line: &&str| {
        RUN_INS
            .iter()
            .any(|(run_in, language)| *language != Language::English && line.starts_with(run_in))
    };
    let lines: Vec<&str> = detail.lines().filter(|line| !foreign(line)).collect();
    lines.join("\n")
}

/// Is a text too hard to read for what is said to patients?
fn hardness(reading: Reading, language: Language) -> Option<String> {
    match language {
        Language::English => (reading.grade() > HIGHEST_GRADE)
            .then(|| format!("grade {:.1}, at most {HIGHEST_GRADE}", reading.grade())),
        Language::Spanish => (reading.ease() < LEAST_EASE)
            .then(|| format!("ease {:.0}, at least {LEAST_EASE}", reading.ease())),
    }
}

/// Why a text that the patient reads, such as an instruction, is too hard to read; `None` if it is plain.
#[cfg(test)]
pub(super) fn plainness(text: &str, language: Language) -> Option<String> {
    let reading = match language {
        Language::English => Reading::of(text),
        Language::Spanish => Reading::of_spanish(text),
    };
    let long = (reading.longest > 22).then(|| format!("a sentence of {} words", reading.longest));
    hardness(reading, language)
        .or(long)
        .or_else(|| banned(text, language).into_iter().next())
}

/// Everything that is wrong with words to the patient in this language.
pub(super) fn faults(said: &str, language: Language, leads_to_less: bool) -> Vec<String> {
    let patterns = patterns(language);
    let reading = match language {
        Language::English => Reading::of(said),
        Language::Spanish => Reading::of_spanish(said),
    };
    let questions = said.matches('?').count();
    let open = sentences(said).any(|sentence| {
        let asks = sentence.contains('?')
            || ["tell me", "cuénteme", "dígame"]
                .iter()
                .any(|ask| sentence.to_lowercase().contains(ask));
        patterns.open.is_match(sentence) && asks
    });
    let checks = [
        (
            reading.words > MOST_WORDS,
            format!("{} words, at most {MOST_WORDS}", reading.words),
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
            patterns.closed.is_match(said),
            "starts with a closed question".to_owned(),
        ),
        (said.contains('%'), "a percentage".to_owned()),
        (
            patterns.unkind.is_match(said),
            "fear, a promise or a condition".to_owned(),
        ),
        (
            leads_to_less && !patterns.next_contact.is_match(said),
            "no next contact on a card about less opioid".to_owned(),
        ),
    ];
    let mut found: Vec<String> = checks
        .into_iter()
        .filter(|(is_wrong, _)| *is_wrong)
        .map(|(_, message)| message)
        .chain(hardness(reading, language))
        .collect();
    if language != Language::English {
        found.extend(banned(said, language));
    }
    found
        .into_iter()
        .map(|message| format!("words to use: {message}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{faults, said, without_translation};
    use crate::patient::Language::{English, Spanish};

    #[test]
    fn the_examples_of_the_guide_pass() {
        for said in [
            "Who is at home with you at night? You have sleep apnea, and this medicine can slow breathing more while you sleep. A nose spray at home lets someone help fast. Would you like me to add it?",
            "How do you use each medicine across a day and night? Both can make you sleepy at once. Let's find the lowest mix that lets you rest and move.",
            "What would you want to be different? There are medicines that steady the body and cut cravings. You can start soon, and we keep treating your pain.",
        ] {
            assert_eq!(faults(said, English, false), Vec::<String>::new());
        }
        let taper = "What worries you most about lowering it? Going step by step is safer for your body. We can pause at any time. I'll call you Thursday and I'm staying with you.";
        assert_eq!(faults(taper, English, true), Vec::<String>::new());
    }

    #[test]
    fn what_the_guide_forbids_is_found() {
        for (said, less) in [
            ("Do you take it?", false),
            ("This is a statement.", false),
            ("What helps? Why? When? How?", false),
            ("What helps? It works in 20 % of people.", false),
            ("What worries you about it?", true),
            ("What helps? People die of this medicine.", false),
            ("What helps? If you don't come, we stop.", false),
            (
                "What considerations regarding pharmacological alternatives necessitate individualized deliberation?",
                false,
            ),
        ] {
            assert!(!faults(said, English, less).is_empty(), "{said}");
        }
    }

    #[test]
    fn spanish_words_are_held_to_the_same() {
        let taper = "¿Qué es lo que más le preocupa de dejar esta medicina? Ir paso a paso es más fácil para su cuerpo. Le llamo en una semana, y sigo con usted.";
        assert_eq!(faults(taper, Spanish, true), Vec::<String>::new());
        for (said, less) in [
            ("¿Toma usted la medicina?", false),
            ("Esta es una medicina.", false),
            ("¿Qué le preocupa de esto?", true),
            (
                "¿Qué le ayuda? La orina está limpia: la prueba limpia.",
                false,
            ),
            (
                "¿Qué consideraciones farmacológicas individualizadas necesitarían deliberaciones complementarias?",
                false,
            ),
        ] {
            assert!(!faults(said, Spanish, less).is_empty(), "{said}");
        }
    }

    #[test]
    fn words_in_another_language_are_found_and_kept_apart() {
        let detail = "- A fact\n\n**Words you could use, in Spanish:** ¿Qué le ayuda?";
        assert_eq!(said(detail), Some(("¿Qué le ayuda?".to_owned(), Spanish)));
        assert_eq!(without_translation(detail), "- A fact\n");
        let english = "**Words you could use:** What helps?";
        assert_eq!(said(english), Some(("What helps?".to_owned(), English)));
        assert_eq!(without_translation(english), english);
    }
}
