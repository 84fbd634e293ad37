//! Medicines by RxNorm code: ingredients, brand, opioid content, NDC.
//!
//! Knows `drug-ingredients.csv`, `drug-classes.csv`, the opioid tables and `ndc.csv`.
//! Refuses to know sets of the catalogue beyond what an ingredient class gives.

use super::{
    Code, DoseFormClass, Ingredient, OpioidContent, Problem, Sets, Strength, StrengthUnit, System,
    ValueSet,
    archive::Files,
    names::{Names, Span},
    recipes::{CLASSES, recipe},
    rows::{self, Row},
};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// What kind of thing an RxNorm code names, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// SCD, SBD or a pack.
    Product,
    /// SCDC or SBDC.
    Component,
    /// Ingredient, brand, or a group of products.
    Ingredient,
}

/// A row of `drug-ingredients.csv`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drug {
    pub(super) level: Level,
    pub(super) name: Span,
    pub(super) brand: Option<u16>,
    start: u32,
    count: u8,
}

/// What products of one brand share.
#[derive(Debug, Default)]
pub(super) struct Brand {
    pub(super) name: String,
    /// Ingredients of the brand row, else those that all its products share.
    pub(super) ingredients: Vec<u16>,
    has_row: bool,
    /// Sets of all its products; `None` as long as there is no product.
    pub(super) every: Option<Sets>,
    /// Sets of any of its products.
    pub(super) any: Sets,
    /// Opioid form of its products; inner `None` if they differ.
    pub(super) form: Option<Option<DoseFormClass>>,
}

/// The opioids of a product or component.
#[derive(Debug, Default)]
pub(super) struct Opioids {
    pub(super) contents: Vec<OpioidContent>,
    pub(super) extended: bool,
    /// A component's products.
    pub(super) products: Vec<u32>,
}

/// All medicines.
#[derive(Debug, Default)]
pub(super) struct Drugs {
    pub(super) drugs: HashMap<u32, Drug>,
    pub(super) ingredients: Vec<Ingredient>,
    pub(super) by_name: HashMap<String, u16>,
    /// Sets that an ingredient's classes give, by ingredient.
    pub(super) classes: Vec<Sets>,
    lists: Vec<u16>,
    pub(super) brands: Vec<Brand>,
    brand_of: HashMap<String, u16>,
    pub(super) products: HashMap<u32, Opioids>,
    pub(super) components: HashMap<u32, Opioids>,
    ndc: HashMap<u64, u32>,
}

impl Drugs {
    /// Ingredients of a drug, by place.
    pub(super) fn ingredients_of(&self, drug: &Drug) -> &[u16] {
        let start = drug.start as usize;
        self.lists
            .get(start..start + usize::from(drug.count))
            .unwrap_or_default()
    }

    /// An ingredient by place.
    pub(super) fn ingredient(&self, place: u16) -> Option<&Ingredient> {
        self.ingredients.get(usize::from(place))
    }

    /// Sets that the classes of an ingredient give.
    pub(super) fn class_sets(&self, place: u16) -> Sets {
        self.classes
            .get(usize::from(place))
            .copied()
            .unwrap_or_default()
    }

    /// Is this ingredient an opioid?
    pub(super) fn is_opioid(&self, place: u16) -> bool {
        self.class_sets(place).has(ValueSet::OpioidByIngredient)
    }

    /// The RxNorm number of an RxNorm code or of an NDC that the tables know.
    pub(super) fn rxcui(&self, code: Code) -> Option<u32> {
        match code.as_ndc() {
            Some(ndc) => self.ndc.get(&ndc).copied(),
            None => code.as_rxcui(),
        }
    }

    /// The opioids of a product, else of a component.
    pub(super) fn opioids(&self, rxcui: u32) -> Option<&Opioids> {
        self.products
            .get(&rxcui)
            .or_else(|| self.components.get(&rxcui))
    }

    fn intern(&mut self, rxcui: Option<u32>, name: &str) -> u16 {
        if let Some(place) = self.by_name.get(name) {
            if let Some(known) = self.ingredients.get_mut(usize::from(*place)) {
                known.rxcui = known.rxcui.or(rxcui);
            }
            return *place;
        }
        let place = u16::try_from(self.ingredients.len()).unwrap_or(u16::MAX);
        self.ingredients.push(Ingredient {
            rxcui,
            name: name.to_owned(),
        });
        self.classes.push(Sets::EMPTY);
        self.by_name.insert(name.to_owned(), place);
        place
    }

    fn brand(&mut self, name: &str) -> u16 {
        if let Some(place) = self.brand_of.get(name) {
            return *place;
        }
        let place = u16::try_from(self.brands.len()).unwrap_or(u16::MAX);
        self.brands.push(Brand {
            name: name.to_owned(),
            ..Brand::default()
        });
        self.brand_of.insert(name.to_owned(), place);
        place
    }
}

/// Fills [`Drugs`] from the files.
pub(super) struct Reading<'a, 'f> {
    pub(super) files: &'a Files<'f>,
    pub(super) names: &'a mut Names,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Reading<'_, '_> {
    /// Reads all tables of medicines.
    pub(super) fn drugs(mut self) -> Drugs {
        let mut drugs = Drugs::default();
        self.classes(&mut drugs);
        self.ingredients(&mut drugs);
        self.products(&mut drugs);
        self.components(&mut drugs);
        self.ndc(&mut drugs);
        drugs
    }

    fn each(
        &mut self,
        file: &'static str,
        columns: &[&str],
        take: impl FnMut(&Row<'_>) -> Result<(), String>,
    ) {
        match self.files.get(file) {
            Some(text) if rows::each(text, columns, self.problems, take) > 0 => {}
            _ => self
                .problems
                .push(Problem::of(file, "the table holds no row")),
        }
    }

    fn classes(&mut self, drugs: &mut Drugs) {
        self.each(
            "drug-classes.csv",
            &["class", "ingredient_rxcui", "ingredient"],
            |row| {
                let place = drugs.intern(row.maybe(1)?, &row.get(2).to_lowercase());
                let given = CLASSES.iter().filter(|(class, _)| *class == row.get(0));
                for (_, set) in given {
                    let only = recipe(*set).map_or(&[][..], |recipe| recipe.only_named);
                    if only.is_empty() || only.contains(&row.get(2)) {
                        let sets = &mut drugs.classes[usize::from(place)];
                        *sets = sets.with(*set);
                    }
                }
                Ok(())
            },
        );
    }

    fn ingredients(&mut self, drugs: &mut Drugs) {
        let columns = &[
            "rxcui",
            "tty",
            "name",
            "ingredient_rxcuis",
            "ingredients",
            "brand",
        ];
        let Some(text) = self.files.get("drug-ingredients.csv") else {
            return;
        };
        let names = &mut *self.names;
        rows::each(text, columns, self.problems, |row| {
            let level = match row.get(1) {
                "SCD" | "SBD" | "GPCK" | "BPCK" => Level::Product,
                "SCDC" | "SBDC" => Level::Component,
                "IN" | "PIN" | "MIN" | "BN" | "SCDF" | "SCDG" | "SBDF" | "SBDG" => {
                    Level::Ingredient
                }
                other => return Err(format!("\"{other}\" is no term type of RxNorm")),
            };
            let start = u32::try_from(drugs.lists.len()).unwrap_or(u32::MAX);
            let mut codes = row.get(3).split(';');
            for name in row.get(4).split(';').filter(|name| !name.is_empty()) {
                let rxcui = codes.next().unwrap_or_default();
                let place = drugs.intern(rxcui.parse().ok(), name);
                drugs.lists.push(place);
            }
            let count = drugs.lists.len() - start as usize;
            let count = u8::try_from(count).map_err(|_| "more than 255 ingredients")?;
            let brand = row.some(5).map(|name| drugs.brand(name));
            let drug = Drug {
                level,
                name: names.add(row.get(2)),
                brand,
                start,
                count,
            };
            drugs.drugs.insert(row.number(0)?, drug);
            if let Some(place) = brand {
                let own = drugs.ingredients_of(&drug).to_vec();
                let brand = &mut drugs.brands[usize::from(place)];
                match (
                    row.get(1) == "BN",
                    brand.has_row,
                    brand.ingredients.is_empty(),
                ) {
                    (true, ..) => (brand.ingredients, brand.has_row) = (own, true),
                    (_, true, _) => {}
                    (_, _, true) => brand.ingredients = own,
                    _ => brand.ingredients.retain(|place| own.contains(place)),
                }
            }
            Ok(())
        });
    }

    fn products(&mut self, drugs: &mut Drugs) {
        let columns = &[
            "rxcui",
            "ingredient_rxcui",
            "ingredient",
            "strength_value",
            "strength_unit",
            "dose_form_class",
            "is_extended_release",
            "wear_days",
        ];
        self.each("opioid-products.csv", columns, |row| {
            // Heroin stands there with its other name.
            let name = row.get(2).split(" (").next().unwrap_or_default();
            let place = drugs.intern(row.maybe(1)?, name);
            // A site's product counts though its ingredient is in no class.
            let sets = &mut drugs.classes[usize::from(place)];
            *sets = sets.with(ValueSet::OpioidByIngredient);
            let ingredient = drugs.ingredients[usize::from(place)].clone();
            let form = DoseFormClass::parse(row.get(5))
                .ok_or_else(|| format!("\"{}\" is no dose form class", row.get(5)))?;
            let content = OpioidContent {
                ingredient,
                strength: strength(row, 3, 4)?,
                form: Some(form),
                wear_days: row.maybe(7)?,
            };
            let product = drugs.products.entry(row.number(0)?).or_default();
            product.extended |= row.get(6) == "1";
            product.contents.push(content);
            Ok(())
        });
    }

    fn components(&mut self, drugs: &mut Drugs) {
        let columns = &[
            "rxcui",
            "ingredient_rxcui",
            "ingredient",
            "strength_value",
            "strength_unit",
            "dose_form_class",
            "is_extended_release",
            "product_rxcuis",
        ];
        self.each("opioid-components.csv", columns, |row| {
            let form = row.some(5).map(|name| {
                DoseFormClass::parse(name)
                    .ok_or_else(|| format!("\"{name}\" is no dose form class"))
            });
            let place = drugs.intern(row.maybe(1)?, row.get(2));
            let content = OpioidContent {
                ingredient: drugs.ingredients[usize::from(place)].clone(),
                strength: strength(row, 3, 4)?,
                form: form.transpose()?,
                wear_days: None,
            };
            let component = drugs.components.entry(row.number(0)?).or_default();
            component.extended |= row.get(6) == "1";
            component.contents.push(content);
            component.products = row
                .get(7)
                .split(';')
                .filter_map(|code| code.parse().ok())
                .collect();
            Ok(())
        });
    }

    fn ndc(&mut self, drugs: &mut Drugs) {
        self.each("ndc.csv", &["ndc11", "rxcui"], |row| {
            let ndc = Code::parse(System::Ndc, row.get(0))
                .and_then(Code::as_ndc)
                .ok_or_else(|| format!("\"{}\" is no NDC of 11 digits", row.get(0)))?;
            drugs.ndc.insert(ndc, row.number(1)?);
            Ok(())
        });
    }
}

fn strength(row: &Row<'_>, value: usize, unit: usize) -> Result<Option<Strength>, String> {
    let Some(value) = row.maybe::<Decimal>(value)? else {
        return Ok(None);
    };
    let unit = match row.get(unit) {
        "mg" => StrengthUnit::Mg,
        "mg/mL" => StrengthUnit::MgPerMl,
        "mg/h" => StrengthUnit::MgPerHour,
        "mg/{actuat}" => StrengthUnit::MgPerActuation,
        other => return Err(format!("\"{other}\" is no unit of a strength")),
    };
    if value <= Decimal::ZERO {
        return Err(format!("a strength of {value}"));
    }
    Ok(Some(Strength { value, unit }))
}
