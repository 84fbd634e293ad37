//! Names of ingredients and brands as they stand in free text.
//!
//! Knows whole words, in any case and with any punctuation between them.
//! Refuses to know strengths and doses: none is read from text.

use super::{Problem, Sets, archive::Files, derive::tokens, drugs::Drugs, rows};
use std::collections::HashMap;

/// What a name in a text stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Ingredients, by place.
    Ingredients(Vec<u16>),
    /// A brand, by place.
    Brand(u16),
}

/// All names, by their first word.
#[derive(Debug, Default)]
pub(super) struct Lexicon(HashMap<String, Vec<(Vec<String>, Meaning)>>);

impl Lexicon {
    /// Collects the names of the tables.
    pub(super) fn read(
        files: &Files<'_>,
        drugs: &mut Drugs,
        problems: &mut Vec<Problem>,
    ) -> Lexicon {
        let mut lexicon = Lexicon::default();
        for (place, ingredient) in (0..).zip(&drugs.ingredients) {
            // "sennosides, usp" is written without its pharmacopoeia.
            let name = ingredient.name.split(',').next().unwrap_or_default();
            lexicon.add(name, Meaning::Ingredients(vec![place]));
        }
        for (place, brand) in (0..).zip(&drugs.brands) {
            let of_interest = |place: &u16| {
                let name = drugs
                    .ingredient(*place)
                    .map_or("", |known| known.name.as_str());
                drugs.class_sets(*place) != Sets::EMPTY || matches!(name, "naloxone" | "nalmefene")
            };
            // Over-the-counter brands of other medicines are often plain English words.
            if brand.ingredients.iter().any(of_interest) {
                let name = brand
                    .name
                    .split(" Reformulated ")
                    .next()
                    .unwrap_or_default();
                lexicon.add(name, Meaning::Brand(place));
            }
        }
        let Some(text) = files.get("medicine-names.csv") else {
            return lexicon;
        };
        rows::each(text, &["name", "ingredients"], problems, |row| {
            let mut places = Vec::new();
            for name in row.get(1).split(';') {
                let place = drugs.by_name.get(name);
                places.push(*place.ok_or_else(|| format!("\"{name}\" is no ingredient"))?);
            }
            lexicon.add(row.get(0), Meaning::Ingredients(places));
            Ok(())
        });
        lexicon
    }

    fn add(&mut self, name: &str, meaning: Meaning) {
        let mut words = tokens(name);
        let Some(first) = words.next() else { return };
        let rest: Vec<String> = words.collect();
        let entries = self.0.entry(first).or_default();
        if !entries.iter().any(|(known, _)| *known == rest) {
            entries.push((rest, meaning));
            // The longest name wins: "Tylenol with Codeine" before "Tylenol".
            entries.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
    }

    /// All names in a text, in order.
    pub(super) fn find(&self, text: &str) -> Vec<&Meaning> {
        let words: Vec<String> = tokens(text).collect();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let entries = self.0.get(word).map_or(&[][..], Vec::as_slice);
            let hit = entries
                .iter()
                .find(|(rest, _)| words[at + 1..].starts_with(rest));
            match hit {
                Some((rest, meaning)) => {
                    found.push(meaning);
                    at += 1 + rest.len();
                }
                None => at += 1,
            }
        }
        found
    }
}
