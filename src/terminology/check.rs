//! The slow checks of the tables: for the `check` command and the tests, not for each start.
//!
//! Knows check digits, duplicates and sets that must not overlap.
//! Refuses to judge whether a code means what its set says.

use super::{
    Code, Problem, System, Terminology,
    archive::{Archive, Files, Text},
    members::{VALUE_SET, code_of},
    rows,
};
use std::collections::{BTreeMap, BTreeSet};

/// Every problem of the tables with a site's texts in their place.
pub(super) fn problems(overrides: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut problems = Terminology::load(overrides).err().unwrap_or_default();
    let Ok(archive) = Archive::open() else {
        return problems;
    };
    let mut check = Check {
        files: Files::new(&archive, overrides),
        problems: Vec::new(),
    };
    let sets = check.sets();
    check.disjoint(&sets);
    check.row_counts(overrides);
    check.unique("drug-ingredients.csv", &["rxcui"]);
    check.unique("drug-classes.csv", &["class", "ingredient"]);
    check.unique("opioid-products.csv", &["rxcui", "ingredient"]);
    check.unique("opioid-components.csv", &["rxcui", "ingredient"]);
    check.unique("prefix-rules.csv", &["set", "prefix"]);
    check.unique("set-additions.csv", &["set", "system", "code"]);
    check.unique("ndc.csv", &["ndc11"]);
    check.unique("toxicology-tests.csv", &["system", "code"]);
    check.unique("toxicology.csv", &["analyte", "relation", "what"]);
    let factor = [
        "factor_set",
        "ingredient_rxcui",
        "dose_form_class",
        "min_daily_dose",
    ];
    check.unique("mme-factors.csv", &factor);
    check.products_are_drugs();
    problems.append(&mut check.problems);
    problems.sort();
    problems.dedup();
    problems
}

struct Check<'a> {
    files: Files<'a>,
    problems: Vec<Problem>,
}

type Contents = BTreeMap<String, BTreeSet<Code>>;

impl Check<'_> {
    /// Reads every set and checks each row on the way.
    fn sets(&mut self) -> Contents {
        let mut contents = Contents::new();
        for set in self.files.value_sets() {
            let [own, add, remove] = self.files.value_set(set);
            let mut codes = BTreeSet::new();
            for text in [own, add].into_iter().flatten() {
                self.rows_of_set(text, |code| codes.insert(code), "stands there twice");
            }
            if let Some(text) = remove {
                self.rows_of_set(text, |code| codes.remove(&code), "is not in the set");
            }
            contents.insert(set.to_owned(), codes);
        }
        self.additions(&mut contents);
        contents
    }

    fn rows_of_set(&mut self, text: Text<'_>, mut keep: impl FnMut(Code) -> bool, refusal: &str) {
        rows::each(text, VALUE_SET, &mut self.problems, |row| {
            let code = code_of(row)?;
            if !has_valid_check_digit(code) {
                return Err(format!("\"{}\" has a wrong check digit", row.get(1)));
            }
            if row.get(2).is_empty() {
                return Err(format!("\"{}\" has no display", row.get(1)));
            }
            let kept = keep(code);
            kept.then_some(())
                .ok_or_else(|| format!("\"{}\" {refusal}", row.get(1)))
        });
    }

    fn additions(&mut self, contents: &mut Contents) {
        let Some(text) = self.files.get("set-additions.csv") else {
            return;
        };
        rows::each(
            text,
            &["system", "code", "set"],
            &mut self.problems,
            |row| {
                let code = code_of(row)?;
                let set = contents.get_mut(row.get(2));
                set.ok_or_else(|| format!("\"{}\" is no set", row.get(2)))?
                    .insert(code);
                Ok(())
            },
        );
    }

    fn disjoint(&mut self, sets: &Contents) {
        for (one, other) in DISJOINT {
            let (Some(left), Some(right)) = (sets.get(*one), sets.get(*other)) else {
                continue;
            };
            for code in left.intersection(right) {
                let message = format!("{code} is also in {other}, and the two must not overlap");
                self.problems
                    .push(Problem::of(&format!("value-sets/{one}.csv"), message));
            }
        }
    }

    /// `sets.csv` counts the rows of the built-in files; a site's file is its own affair.
    fn row_counts(&mut self, overrides: &BTreeMap<String, String>) {
        let Some(index) = self.files.get("sets.csv") else {
            return;
        };
        let mut counts = BTreeMap::new();
        rows::each(index, &["set", "file", "rows"], &mut self.problems, |row| {
            if !overrides.contains_key(row.get(1)) {
                counts.insert(row.get(0).to_owned(), row.number::<usize>(2)?);
            }
            Ok(())
        });
        for (set, stated) in counts {
            let [own, ..] = self.files.value_set(&set);
            let found = own.map_or(0, |text| {
                rows::each(text, VALUE_SET, &mut Vec::new(), |_| Ok(()))
            });
            if found != stated {
                let message = format!("{set} is said to have {stated} rows and has {found}");
                self.problems.push(Problem::of("sets.csv", message));
            }
        }
    }

    fn unique(&mut self, file: &'static str, key: &[&str]) {
        let Some(text) = self.files.get(file) else {
            return;
        };
        let mut seen = BTreeSet::new();
        rows::each(text, key, &mut self.problems, |row| {
            let values: Vec<String> = (0..key.len()).map(|at| row.get(at).to_owned()).collect();
            let message = format!("{} stands there twice", values.join(", "));
            seen.insert(values).then_some(()).ok_or(message)
        });
    }

    fn products_are_drugs(&mut self) {
        let mut drugs = BTreeSet::new();
        if let Some(text) = self.files.get("drug-ingredients.csv") {
            rows::each(text, &["rxcui"], &mut self.problems, |row| {
                drugs.insert(row.number::<u32>(0)?);
                Ok(())
            });
        }
        for file in ["opioid-products.csv", "opioid-components.csv", "ndc.csv"] {
            let Some(text) = self.files.get(file) else {
                continue;
            };
            rows::each(text, &["rxcui"], &mut self.problems, |row| {
                let known = drugs.contains(&row.number(0)?);
                let message = || format!("{} is not in drug-ingredients.csv", row.get(0));
                known.then_some(()).ok_or_else(message)
            });
        }
    }
}

/// Is the code's own check digit right? Codes without one are.
pub(super) fn has_valid_check_digit(code: Code) -> bool {
    let digits: Vec<usize> = code
        .to_string()
        .chars()
        .filter_map(|letter| letter.to_digit(10))
        .filter_map(|digit| usize::try_from(digit).ok())
        .collect();
    match code.system() {
        System::Snomed => verhoeff(&digits),
        System::Loinc => mod_10(&digits),
        _ => true,
    }
}

/// Verhoeff's scheme over the dihedral group of order ten; SNOMED CT identifiers end in it.
fn verhoeff(digits: &[usize]) -> bool {
    let turned = |digit: usize, times: usize| {
        const STEP: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
        (0..times).fold(digit, |digit, _| STEP[digit])
    };
    let product = |left: usize, right: usize| match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left - 5 + 5 - right) % 5,
        (false, false) => (left + 5 - right) % 5,
    };
    let places = digits.iter().rev().enumerate();
    places.fold(0, |sum, (place, digit)| {
        product(sum, turned(*digit, place % 8))
    }) == 0
}

/// The modulus 10 check digit of LOINC: from the right every second digit counts twice.
fn mod_10(digits: &[usize]) -> bool {
    let sum: usize = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Files that must not share a code.
const DISJOINT: &[(&str, &str)] = &[
    ("naloxone-rescue", "naloxone-not-rescue"),
    ("naloxone-rescue", "opioid-analgesics-ambulatory"),
    ("opioid-antagonist-rescue", "naloxone-not-rescue"),
    ("buprenorphine-oud", "buprenorphine-pain"),
    ("buprenorphine-oud", "buprenorphine-injection-acute"),
    ("buprenorphine-pain", "buprenorphine-injection-acute"),
    ("opioid-other", "opioid-analgesics-ambulatory"),
    ("opioid-injectable", "opioid-analgesics-ambulatory"),
    ("benzodiazepines", "barbiturates"),
    ("benzodiazepines", "z-drugs"),
    ("benzodiazepines", "opioid-analgesics-ambulatory"),
    ("benzodiazepines", "cns-depressants-curated"),
    ("naltrexone", "opioid-analgesics-ambulatory"),
    ("veterinary-products", "cns-depressants-curated"),
    ("veterinary-products", "buprenorphine-oud"),
    ("veterinary-products", "buprenorphine-pain"),
    ("stimulants-in-ig-cns-set", "cns-depressants-curated"),
    ("opioid-use-disorder", "opioid-overdose"),
    ("opioid-use-disorder", "opioid-use-disorder-remission"),
    ("malignant-cancer", "cancer-nonmelanoma-skin"),
    ("malignant-cancer", "neoplasm-uncertain-or-in-situ"),
    ("malignant-cancer-snomed", "cancer-nonmelanoma-skin-snomed"),
    (
        "malignant-cancer-snomed",
        "neoplasm-uncertain-or-in-situ-snomed",
    ),
    ("malignant-cancer-snomed", "cancer-in-remission-snomed"),
    ("malignant-cancer-snomed", "cancer-site-unknown"),
    ("cancer-nonmelanoma-skin-snomed", "likely-terminal"),
    ("neoplasm-uncertain-or-in-situ-snomed", "likely-terminal"),
    ("nonopioid-pain", "opioid-analgesics-ambulatory"),
    ("nonopioid-pain", "opioid-other"),
    ("nonopioid-pain", "benzodiazepines"),
    ("nonopioid-pain-adjuvant", "benzodiazepines"),
    ("hospice", "limited-life-expectancy"),
    ("breastfeeding", "pregnancy"),
    ("pregnancy", "not-pregnant"),
    ("history-of-overdose", "opioid-overdose"),
];
