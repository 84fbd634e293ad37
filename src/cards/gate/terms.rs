//! Terms that cards do not use (`cards/banned-terms.csv` and `banned-terms.es.csv`, language guide section 5).
//!
//! Knows the lists and the names in which a listed word may stand.
//! Refuses to know where the text is from.

use crate::patient::Language;
use regex::{Regex, RegexSet};
use std::sync::LazyLock;

struct Terms {
    /// All patterns at once: nearly every text has none of them.
    any: RegexSet,
    each: Vec<(Regex, String)>,
}

/// Compiled once. The lists fold case inside their patterns.
static ENGLISH: LazyLock<Terms> =
    LazyLock::new(|| terms(include_str!("../../../cards/banned-terms.csv")));
static SPANISH: LazyLock<Terms> =
    LazyLock::new(|| terms(include_str!("../../../cards/banned-terms.es.csv")));

fn terms(list: &str) -> Terms {
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(list.as_bytes())
        .into_records()
        .filter_map(Result::ok)
        .collect();
    let patterns = rows.iter().filter_map(|row| row.get(0));
    Terms {
        any: RegexSet::new(patterns.clone()).expect("a fixed list that the tests compile"),
        each: patterns
            .zip(rows.iter().filter_map(|row| row.get(1)))
            .filter_map(|(pattern, preferred)| {
                Some((Regex::new(pattern).ok()?, preferred.to_owned()))
            })
            .collect(),
    }
}

/// Names of organisations and products that hold a listed word.
const ALLOWED: [&str; 4] = [
    "National Institute on Drug Abuse",
    "Substance Abuse and Mental Health Services Administration",
    "Abuse-Deterrent",
    "hormone replacement therapy",
];

/// Banned terms in a text of this language, with what to say instead.
pub(crate) fn banned(text: &str, language: Language) -> Vec<String> {
    let terms = match language {
        Language::English => &*ENGLISH,
        Language::Spanish => &*SPANISH,
    };
    let mut scanned = text.to_owned();
    for name in ALLOWED {
        scanned = scanned.replace(name, " ");
    }
    terms
        .any
        .matches(&scanned)
        .into_iter()
        .filter_map(|at| {
            let (pattern, preferred) = terms.each.get(at)?;
            let hit = pattern.find(&scanned)?;
            Some(format!(
                "\"{}\" is not said; instead: {preferred}",
                hit.as_str()
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, SPANISH, banned};
    use crate::patient::Language::{English, Spanish};

    #[test]
    fn every_line_of_the_lists_compiles() {
        let files = [
            (&ENGLISH, include_str!("../../../cards/banned-terms.csv")),
            (&SPANISH, include_str!("../../../cards/banned-terms.es.csv")),
        ];
        for (terms, file) in files {
            assert_eq!(terms.each.len(), file.lines().count() - 1);
            assert_eq!(terms.any.len(), terms.each.len());
        }
    }

    #[test]
    fn listed_terms_are_found_and_names_are_not() {
        for text in [
            "a known addict",
            "the screen was clean",
            "Taper now.",
            "above the CDC limit",
            "MAT",
        ] {
            assert!(!banned(text, English).is_empty(), "{text}");
        }
        for text in [
            "National Institute on Drug Abuse",
            "oxycodone 5 MG Abuse-Deterrent Oral Tablet",
            "mat",
        ] {
            assert!(banned(text, English).is_empty(), "{text}");
        }
    }

    #[test]
    fn spanish_has_a_list_of_its_own() {
        assert!(!banned("la prueba limpia", Spanish).is_empty());
        assert!(!banned("El paciente debe bajar.", Spanish).is_empty());
        assert!(banned("Sigo con usted.", Spanish).is_empty());
    }
}
