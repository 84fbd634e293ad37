//! Terms that cards do not use (`cards/banned-terms.csv`, language guide section 5).
//!
//! Knows the list and the names in which a listed word may stand.
//! Refuses to know where the text is from.

use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

struct Term {
    pattern: Regex,
    preferred: String,
}

/// Compiled once: some seventy patterns.
static TERMS: LazyLock<Vec<Term>> = LazyLock::new(|| {
    let list = include_str!("../../../cards/banned-terms.csv");
    csv::Reader::from_reader(list.as_bytes())
        .into_records()
        .filter_map(|row| {
            let row = row.ok()?;
            // The list folds case inside its patterns.
            let pattern = RegexBuilder::new(row.get(0)?).build().ok()?;
            Some(Term {
                pattern,
                preferred: row.get(1)?.to_owned(),
            })
        })
        .collect()
});

/// Names of organisations and products that hold a listed word.
const ALLOWED: [&str; 4] = [
    "National Institute on Drug Abuse",
    "Substance Abuse and Mental Health Services Administration",
    "Abuse-Deterrent",
    "hormone replacement therapy",
];

/// Banned terms in a text, with what to say instead.
pub(crate) fn banned(text: &str) -> Vec<String> {
    let mut scanned = text.to_owned();
    for name in ALLOWED {
        scanned = scanned.replace(name, " ");
    }
    TERMS
        .iter()
        .filter_map(|term| {
            let hit = term.pattern.find(&scanned)?;
            Some(format!(
                "\"{}\" is not said; instead: {}",
                hit.as_str(),
                term.preferred
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{TERMS, banned};

    #[test]
    fn every_line_of_the_list_compiles() {
        let lines = include_str!("../../../cards/banned-terms.csv")
            .lines()
            .count();
        assert_eq!(TERMS.len(), lines - 1);
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
            assert!(!banned(text).is_empty(), "{text}");
        }
        for text in [
            "National Institute on Drug Abuse",
            "oxycodone 5 MG Abuse-Deterrent Oral Tablet",
            "mat",
        ] {
            assert!(banned(text).is_empty(), "{text}");
        }
    }
}
