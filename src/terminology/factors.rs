//! MME factors by factor set, ingredient and dose form class.
//!
//! Knows the rows of `mme-factors.csv` and which row speaks for an ingredient in a form.
//! Refuses to know doses, timings and arithmetic.

use super::{
    DoseFormClass, Problem,
    archive::Files,
    rows::{self, Row},
};
use rust_decimal::Decimal;
use std::{collections::HashMap, fmt, str::FromStr};

/// A published list of conversion factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum FactorSet {
    /// CDC guideline of 2016, with the methadone bands.
    Cdc2016,
    /// CDC compilation of September 2018 (analytic, wide).
    Cdc2018,
    /// CDC guideline of 2022: the default.
    #[default]
    Cdc2022,
    /// NIH HEAL calculator of 2025 (research use, wide).
    NihHeal2025,
}

impl FactorSet {
    /// All sets, oldest first.
    pub const ALL: [FactorSet; 4] = [
        FactorSet::Cdc2016,
        FactorSet::Cdc2018,
        FactorSet::Cdc2022,
        FactorSet::NihHeal2025,
    ];

    /// The name in `mme-factors.csv` and in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            FactorSet::Cdc2016 => "cdc-2016",
            FactorSet::Cdc2018 => "cdc-2018",
            FactorSet::Cdc2022 => "cdc-2022",
            FactorSet::NihHeal2025 => "nih-heal-2025",
        }
    }
}

impl FactorSet {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            FactorSet::Cdc2016 => "CDC 2016",
            FactorSet::Cdc2018 => "CDC 2018",
            FactorSet::Cdc2022 => "CDC 2022",
            FactorSet::NihHeal2025 => "NIH HEAL 2025",
        }
    }
}

impl fmt::Display for FactorSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is none of the factor sets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no factor set: cdc-2016, cdc-2018, cdc-2022 or nih-heal-2025")]
pub struct UnknownFactorSet(pub String);

impl FromStr for FactorSet {
    type Err = UnknownFactorSet;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|set| set.as_str() == name)
            .ok_or_else(|| UnknownFactorSet(name.to_owned()))
    }
}

/// What to do with an opioid in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handling {
    /// Multiply by the factor.
    Convert,
    /// Leave out, and the total stays exact (buprenorphine).
    Exclude,
    /// No number is computed, and the total becomes a floor (injections).
    NotComputed,
}

/// What the factor multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitBasis {
    /// Milligrams a day.
    Mg,
    /// Micrograms a day.
    Ug,
    /// Delivery rate in micrograms an hour of the patches worn at one time.
    UgPerHour,
}

/// Bounds of the patient's daily amount of the ingredient within which a factor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Exclusive lower bound.
    pub min: Option<Decimal>,
    /// Inclusive upper bound.
    pub max: Option<Decimal>,
}

impl Band {
    /// Does this daily amount fall in the band?
    pub fn holds(&self, daily: Decimal) -> bool {
        self.min.is_none_or(|min| daily > min) && self.max.is_none_or(|max| daily <= max)
    }
}

/// One row of `mme-factors.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorRow {
    /// Convert, exclude or not computed.
    pub handling: Handling,
    /// What the factor multiplies; rows without a factor say [`UnitBasis::Mg`].
    pub unit_basis: UnitBasis,
    /// The factor; zero on rows that do not convert, where it means nothing.
    pub factor: Decimal,
    /// `None`: the factor holds for every amount.
    pub band: Option<Band>,
}

type Key = (FactorSet, Option<u32>, Option<DoseFormClass>);

/// All factors, ready to ask.
#[derive(Debug, Clone, Default)]
pub struct FactorTable(HashMap<Key, Vec<FactorRow>>);

impl FactorTable {
    /// The rows for an ingredient in a form: one, several bands, or none ("no factor").
    ///
    /// A row for the ingredient in this form comes before one for the ingredient in any form,
    /// and that before one for any opioid in this form:
    /// injected buprenorphine is excluded, not "not computed".
    pub fn rows(
        &self,
        set: FactorSet,
        ingredient_rxcui: Option<u32>,
        form: DoseFormClass,
    ) -> &[FactorRow] {
        let keys = [
            ingredient_rxcui.map(|code| (set, Some(code), Some(form))),
            ingredient_rxcui.map(|code| (set, Some(code), None)),
            Some((set, None, Some(form))),
        ];
        keys.into_iter()
            .flatten()
            .find_map(|key| self.0.get(&key))
            .map_or(&[], Vec::as_slice)
    }

    /// Keys with more than one row that is not banded: which one holds would be a guess.
    fn overlaps(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|((set, ingredient, _), rows)| {
            let several = rows.len() > 1 && rows.iter().any(|row| row.band.is_none());
            let ingredient = ingredient.map_or("any opioid".to_owned(), |code| code.to_string());
            several.then(|| format!("{set} has several factors for {ingredient} in one form"))
        })
    }

    /// Adds a row; `None` stands for any opioid or any form.
    pub(super) fn add(
        &mut self,
        set: FactorSet,
        ingredient_rxcui: Option<u32>,
        form: Option<DoseFormClass>,
        row: FactorRow,
    ) {
        self.0
            .entry((set, ingredient_rxcui, form))
            .or_default()
            .push(row);
    }
}

/// Reads `mme-factors.csv`.
pub(super) fn read(files: &Files<'_>, problems: &mut Vec<Problem>) -> FactorTable {
    let mut table = FactorTable::default();
    let Some(text) = files.get("mme-factors.csv") else {
        return table;
    };
    let columns = &[
        "factor_set",
        "ingredient_rxcui",
        "dose_form_class",
        "unit_basis",
        "factor",
        "min_daily_dose",
        "max_daily_dose",
        "handling",
    ];
    rows::each(text, columns, problems, |row| {
        // Kept in the table so that nobody adds them again, and never used.
        if row.get(0) == "unverified" {
            return Ok(());
        }
        let set: FactorSet = row
            .get(0)
            .parse()
            .map_err(|error: UnknownFactorSet| error.to_string())?;
        let form = match row.get(2) {
            "any" => None,
            name => Some(
                DoseFormClass::parse(name)
                    .ok_or_else(|| format!("\"{name}\" is no dose form class"))?,
            ),
        };
        table.add(set, row.maybe(1)?, form, factor_row(row)?);
        Ok(())
    });
    problems.extend(
        table
            .overlaps()
            .map(|message| Problem::of(text.file, message)),
    );
    table
}

fn factor_row(row: &Row<'_>) -> Result<FactorRow, String> {
    let handling = match row.get(7) {
        "convert" => Handling::Convert,
        "exclude" => Handling::Exclude,
        "not-computed" => Handling::NotComputed,
        other => return Err(format!("\"{other}\" is no handling")),
    };
    let unit_basis = match row.get(3) {
        "mg" => UnitBasis::Mg,
        "ug" => UnitBasis::Ug,
        "ug/h" => UnitBasis::UgPerHour,
        "" if handling != Handling::Convert => UnitBasis::Mg,
        other => return Err(format!("\"{other}\" is no unit basis")),
    };
    let factor: Option<Decimal> = row.maybe(4)?;
    let factor = match (handling, factor) {
        (Handling::Convert, Some(factor)) if factor > Decimal::ZERO => factor,
        (Handling::Convert, _) => return Err("a factor above 0 is needed to convert".to_owned()),
        (_, factor) => factor.unwrap_or_default(),
    };
    let (min, max) = (row.maybe(5)?, row.maybe(6)?);
    let band = (min.is_some() || max.is_some()).then_some(Band { min, max });
    Ok(FactorRow {
        handling,
        unit_basis,
        factor,
        band,
    })
}
