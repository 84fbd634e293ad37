//! Terms that cards do not use (`cards/banned-terms.csv`, language guide section 5).
//!
//! Knows the list and the names in which a listed word may stand.
//! Refuses to know where the text is from.

use regex::{Regex, RegexSet};
use std::sync::LazyLock;

struct Terms {
    /// All patterns at once: nearly every text has none of them.
    any: RegexSet,
    each: Vec<(Regex, String)>,
}

/// Compiled once. The list folds case inside its patterns.
static TERMS: LazyLock<Terms> = LazyLock::new(|| {
    let list = include_str!("../../../cards/banned-terms.csv");
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
        .any
        .matches(&scanned)
        .into_iter()
        .filter_map(|at| {
            let (pattern, preferred) = TERMS.each.get(at)?;
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
    use super::{TERMS, banned};

    #[test]
    fn every_line_of_the_list_compiles() {
        let lines = include_str!("../../../cards/banned-terms.csv")
            .lines()
            .count();
        assert_eq!(TERMS.each.len(), lines - 1);
        assert_eq!(TERMS.any.len(), lines - 1);
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
