//! Text for clinicians: how hard it is to read (language guide section 2).
//!
//! Knows which parts of a card are read by clinicians, and that a medicine's name is no hard word to them.
//! Refuses to know what is said to the patient: that is `words`.

use super::super::MME_WORDS;
use super::reading::Reading;
use super::{unescaped, words};
use crate::terminology::Terminology;
use crate::wire::Card;

/// Flesch-Kincaid.
const HIGHEST_GRADE: f64 = 11.0;
const MOST_WORDS_A_SENTENCE: f64 = 18.0;
/// Fewer words have no grade worth the name: one long word decides it.
const LEAST_WORDS: usize = 15;

/// Everything that is too hard to read on a card: its evidence and other prose, and the card as a whole.
/// The sentence that explains MME has the guide's own words and is left out.
pub(super) fn check(card: &Card) -> Vec<String> {
    let detail = card.detail.as_deref().unwrap_or_default();
    let lines: Vec<String> = detail
        .lines()
        .filter(|line| !words::is_run_in(line))
        .map(|line| without_mme(&unescaped(line)))
        .collect();
    let is_prose = |line: &&String| !line.starts_with("- ") && !line.ends_with(':');
    let prose: Vec<&str> = lines.iter().filter(is_prose).map(String::as_str).collect();
    let prose = prose.join("\n");
    let all = format!("{}\n{}", card.summary, lines.join("\n"));
    let mut faults = faults(&prose);
    let (grade, is_hard) = hardness(reading(&all));
    if is_hard {
        faults.push(format!(
            "the card as a whole is of grade {grade:.1}, at most {HIGHEST_GRADE}"
        ));
    }
    faults
}

/// What is wrong with prose for clinicians.
pub(super) fn faults(prose: &str) -> Vec<String> {
    let reading = reading(prose);
    let (grade, is_hard) = hardness(reading);
    let mean = reading.mean();
    let checks = [
        (
            is_hard,
            format!("grade {grade:.1}, at most {HIGHEST_GRADE}"),
        ),
        (
            mean > MOST_WORDS_A_SENTENCE,
            format!("{mean:.0} words a sentence, at most {MOST_WORDS_A_SENTENCE}"),
        ),
    ];
    let wrong = checks.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong
        .map(|(_, message)| format!("text for clinicians: {message}: {prose}"))
        .collect()
}

/// The grade, and whether it is too high.
fn hardness(reading: Reading) -> (f64, bool) {
    let grade = reading.grade();
    (grade, reading.words >= LEAST_WORDS && grade > HIGHEST_GRADE)
}

/// Counts of a text in which the name of a medicine is as easy as a number.
pub(super) fn reading(text: &str) -> Reading {
    Reading::with_names(text, is_medicine)
}

fn is_medicine(word: &str) -> bool {
    let medicine = Terminology::builtin().medicine(&[], Some(word));
    !medicine.ingredients.is_empty()
}

fn without_mme(line: &str) -> String {
    match line.find(MME_WORDS) {
        // The sentence begins with the abbreviation.
        Some(at) => {
            let start = line[..at].rfind("MME").unwrap_or(at);
            let end = line[at..].find('.').map_or(line.len(), |end| at + end + 1);
            format!("{}{}", &line[..start], &line[end..])
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{faults, reading, without_mme};

    #[test]
    fn hard_prose_is_found_and_names_of_medicines_are_not_hard() {
        let hard = "Concomitant administration of benzodiazepines necessitates individualized consideration of respiratory compromise, particularly in severely debilitated individuals.";
        assert_eq!(faults(hard).len(), 1);
        let long = "We look at it and we look at it again and then we look at it once more and so we go on and on.";
        assert!(faults(long)[0].contains("words a sentence"));
        let named = "Ask about hydromorphone and buprenorphine first.";
        assert!(reading(named).grade() < 6.0, "{}", reading(named).grade());
        assert_eq!(faults(named), Vec::<String>::new());
    }

    #[test]
    fn the_sentence_of_the_guide_is_left_out() {
        let text =
            "Known. MME: morphine milligram equivalents, a way to add opioids together. More.";
        assert_eq!(without_mme(text), "Known.  More.");
    }
}
