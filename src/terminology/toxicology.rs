//! What a urine drug test looks for, and what a result may mean: `toxicology-tests.csv` and `toxicology.csv`.
//!
//! Knows which code tests for which substance and by which method, and what stands between substances and medicines.
//! Refuses to judge a result.

use super::{Code, CodingRef, Problem, archive::Files, members::code_of, rows};
use std::collections::HashMap;

/// How a result was obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestMethod {
    /// An immunoassay: quick, and it can mistake one substance for another.
    Presumptive,
    /// Chromatography with mass spectrometry, or another confirmation.
    Definitive,
    /// The code does not say; no conclusion rests on it.
    Unstated,
}

/// What stands between a substance and a medicine, or another substance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The medicine, or what the body makes of it, is the substance.
    Explains,
    /// An immunoassay may mistake the medicine for the substance.
    Crosses,
    /// An immunoassay does not see the medicine, though it belongs to the class.
    Misses,
    /// Who takes the medicine would have a positive test.
    Shows,
    /// Hospitals give it: the medicine, by name.
    Given,
    /// A class covers this substance.
    Covers,
}

impl Relation {
    fn parse(name: &str) -> Result<Relation, String> {
        Ok(match name {
            "explains" => Relation::Explains,
            "crosses" => Relation::Crosses,
            "misses" => Relation::Misses,
            "shows" => Relation::Shows,
            "given" => Relation::Given,
            "covers" => Relation::Covers,
            other => return Err(format!("\"{other}\" is no relation")),
        })
    }
}

/// Both tables.
#[derive(Debug, Clone, Default)]
pub struct Toxicology {
    tests: HashMap<Code, (String, TestMethod)>,
    relations: HashMap<String, Vec<(Relation, String)>>,
}

impl Toxicology {
    /// The substance that a code tests for, and how.
    pub fn test(&self, coding: CodingRef<'_>) -> Option<(&str, TestMethod)> {
        let (analyte, method) = self.tests.get(&Code::read(coding)?)?;
        Some((analyte, *method))
    }

    /// Names that stand in this relation to a substance.
    pub fn related(&self, analyte: &str, relation: Relation) -> impl Iterator<Item = &str> {
        self.relations
            .get(analyte)
            .into_iter()
            .flatten()
            .filter(move |(found, _)| *found == relation)
            .map(|(_, what)| what.as_str())
    }

    /// Substances that have this medicine in this relation.
    pub fn analytes(&self, relation: Relation, medicine: &str) -> impl Iterator<Item = &str> {
        self.relations
            .iter()
            .filter(move |(_, rows)| {
                rows.iter()
                    .any(|row| row.0 == relation && row.1 == medicine)
            })
            .map(|(analyte, _)| analyte.as_str())
    }
}

/// Reads both tables.
pub(super) fn read(files: &Files<'_>, problems: &mut Vec<Problem>) -> Toxicology {
    let mut table = Toxicology::default();
    if let Some(text) = files.get("toxicology.csv") {
        let columns = &["analyte", "relation", "what"];
        rows::each(text, columns, problems, |row| {
            let relation = Relation::parse(row.get(1))?;
            let what = row.some(2).ok_or("the column \"what\" is empty")?;
            let rows = table.relations.entry(row.get(0).to_owned()).or_default();
            rows.push((relation, what.to_lowercase()));
            Ok(())
        });
    }
    if let Some(text) = files.get("toxicology-tests.csv") {
        let columns = &["system", "code", "analyte", "method"];
        rows::each(text, columns, problems, |row| {
            let method = match row.get(3) {
                "presumptive" => TestMethod::Presumptive,
                "definitive" => TestMethod::Definitive,
                "" => TestMethod::Unstated,
                other => return Err(format!("\"{other}\" is no method")),
            };
            let analyte = row.some(2).ok_or("the column \"analyte\" is empty")?;
            table
                .tests
                .insert(code_of(row)?, (analyte.to_owned(), method));
            Ok(())
        });
    }
    table
}
