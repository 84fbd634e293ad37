//! What a medicine is: its ingredients, its sets, the opioid in it.

use super::{Sets, ValueSet};
use rust_decimal::Decimal;

/// The ingredient of many pain and cold medicines, by its name in RxNorm.
pub(super) const ACETAMINOPHEN: &str = "acetaminophen";

/// How a medicine was recognised, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognised {
    /// A product code with strength and form.
    Product,
    /// A component code (SCDC, SBDC): strength, and a form if all its products share it.
    Component,
    /// An ingredient, brand or group code: what is in it, not how much.
    Ingredient,
    /// Only its text, by ingredient name.
    Text,
    /// Coded or named, and not one of the medicines that the tables know: no opioid as far as the tables reach.
    Other,
    /// Nothing usable: unknown code and no usable text.
    Unidentified,
}

/// A base ingredient (IN, not the salt).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ingredient {
    /// RxNorm code; `None` where no source gives one.
    pub rxcui: Option<u32>,
    /// Name in lower case.
    pub name: String,
}

/// Dose form classes of `mme-factors.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the table")]
pub enum DoseFormClass {
    Oral,
    Rectal,
    Transdermal,
    Nasal,
    BuccalSublingualTabletLozenge,
    FilmOralSpray,
    Injection,
    Implant,
    Topical,
    Iontophoretic,
}

impl DoseFormClass {
    /// The class by its name in the tables.
    pub(super) fn parse(name: &str) -> Option<DoseFormClass> {
        Some(match name {
            "oral" => DoseFormClass::Oral,
            "rectal" => DoseFormClass::Rectal,
            "transdermal" => DoseFormClass::Transdermal,
            "nasal" => DoseFormClass::Nasal,
            "buccal-sl-tablet-lozenge" => DoseFormClass::BuccalSublingualTabletLozenge,
            "film-oral-spray" => DoseFormClass::FilmOralSpray,
            "injection" => DoseFormClass::Injection,
            "implant" => DoseFormClass::Implant,
            "topical" => DoseFormClass::Topical,
            "iontophoretic" => DoseFormClass::Iontophoretic,
            _ => return None,
        })
    }
}

/// What a strength is measured in (UCUM as in `opioid-products.csv`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "UCUM says it")]
pub enum StrengthUnit {
    Mg,
    MgPerMl,
    MgPerHour,
    MgPerActuation,
}

/// Strength of one opioid in one unit of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// Amount in `unit`.
    pub value: Decimal,
    /// Milligrams per unit, mL, hour or actuation.
    pub unit: StrengthUnit,
}

/// One opioid in a product or component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpioidContent {
    /// Which opioid.
    pub ingredient: Ingredient,
    /// How much; `None` if only the ingredient is known.
    pub strength: Option<Strength>,
    /// Form; `None` where the code does not say.
    pub form: Option<DoseFormClass>,
    /// Days a patch is worn (3 or 7), where the name says so.
    pub wear_days: Option<u8>,
}

/// A medicine as far as codes and text tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medicine {
    /// Name for people: the record's own text or display, else the table's name.
    pub name: String,
    /// Short name for sentences: ingredients joined by "/", else `name`.
    pub short_name: String,
    /// The RxNorm code that was taken among several codings.
    pub rxcui: Option<String>,
    /// How it was recognised.
    pub recognised: Recognised,
    /// Its medicine sets.
    pub sets: Sets,
    /// All base ingredients, opioid or not.
    pub ingredients: Vec<Ingredient>,
    /// The opioids in it; empty for other medicines.
    pub opioids: Vec<OpioidContent>,
    /// Acetaminophen in one unit or millilitre, where it holds any and the name of its code, else its own name, says how much.
    pub acetaminophen: Option<Strength>,
    /// Release class ER/LA (`is_extended_release` of the product, methadone, patches).
    pub extended_release: bool,
}

impl Medicine {
    /// Is it in this set?
    pub fn is(&self, set: ValueSet) -> bool {
        self.sets.has(set)
    }

    /// Does it hold acetaminophen, alone or in a combination?
    pub fn holds_acetaminophen(&self) -> bool {
        self.ingredients
            .iter()
            .any(|ingredient| ingredient.name == ACETAMINOPHEN)
    }

    /// Any opioid: OPIOID, cough and cold products, buprenorphine, methadone, or one known by ingredient only.
    pub fn is_opioid(&self) -> bool {
        use ValueSet::*;
        [
            Opioid,
            OpioidCough,
            Buprenorphine,
            Methadone,
            OpioidByIngredient,
        ]
        .into_iter()
        .any(|set| self.is(set))
    }
}
