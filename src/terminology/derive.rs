//! Sets that follow from what is in a medicine, where no file lists its code.
//!
//! Knows ingredient classes, the opioid tables and what the words of a name say about a form.
//! Refuses to know codes and requests.

use super::{
    Code, DoseFormClass, OpioidContent, Sets, StrengthUnit,
    ValueSet::{self, *},
    drugs::{Drug, Drugs, Level, Opioids},
    members::Members,
    names::Names,
    recipes::recipe,
};
use rust_decimal::Decimal;

/// Sets whose recipe looks at the form.
const BY_FORM: [ValueSet; 5] = [
    Benzodiazepine,
    Laxative,
    Sedative,
    SedatingAntihistamine,
    SedativeNamedOnly,
];

/// Sets of the opioid tables that say more than [`OpioidByIngredient`].
const LISTED_OPIOID: Sets = Sets::of(&[
    Opioid,
    OpioidCough,
    BuprenorphineOud,
    BuprenorphinePain,
    Methadone,
]);

/// Drops "an opioid by ingredient" where a list knows the product.
pub(super) fn settle(sets: Sets) -> Sets {
    if sets.intersection(LISTED_OPIOID).is_empty() {
        sets
    } else {
        sets.without(Sets::of(&[OpioidByIngredient]))
    }
}

/// The words of a name or text, lower case, with the forms that they imply spelt out.
pub(super) struct Words(String);

impl Words {
    pub(super) fn of(text: &str) -> Words {
        let mut words = text.to_lowercase();
        let (mut topical, mut injected, mut rectal) = (false, false, false);
        for word in words.split(|letter: char| !letter.is_alphanumeric()) {
            match word {
                "cream" | "gel" | "ointment" | "lotion" | "eye" | "ear" | "otic" => topical = true,
                "iv" | "intravenous" | "intramuscular" | "subcutaneous" | "intrathecal"
                | "epidural" | "infusion" | "pca" | "vial" | "ampule" | "ampoule" | "ampul"
                | "syringe" => injected = true,
                "suppository" | "suppositories" => rectal = true,
                _ => {}
            }
        }
        for (is, word) in [
            (topical, " topical"),
            (injected, " inject"),
            (rectal, " rectal"),
        ] {
            if is {
                words.push_str(word);
            }
        }
        Words(words)
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(word))
    }

    /// The dose form class that the words name.
    pub(super) fn form(&self) -> Option<DoseFormClass> {
        use DoseFormClass::*;
        let forms: [(&[&str], DoseFormClass); 10] = [
            (&["iontophoretic"], Iontophoretic),
            (&["patch", "transdermal"], Transdermal),
            (&["implant"], Implant),
            (&["inject", "cartridge", "prefilled"], Injection),
            (&["rectal", "enema"], Rectal),
            (&["nasal"], Nasal),
            (
                &[
                    "buccal film",
                    "oral film",
                    "sublingual film",
                    "oral spray",
                    "mucosal spray",
                ],
                FilmOralSpray,
            ),
            (
                &["buccal", "sublingual", "lozenge", "troche", "lollipop"],
                BuccalSublingualTabletLozenge,
            ),
            (&["topical"], Topical),
            (
                &[
                    "oral", "tablet", "capsule", "syrup", "elixir", " tab", " cap",
                ],
                Oral,
            ),
        ];
        forms
            .into_iter()
            .find(|(words, _)| self.any(words))
            .map(|(_, form)| form)
    }

    fn says_extended(&self) -> bool {
        // RxNorm begins such names with the hours; elsewhere they could be an interval.
        let hours = ["12 hr", "24 hr"]
            .iter()
            .any(|hours| self.0.starts_with(hours));
        hours
            || self.any(&["extended release", "extended-release"])
            || tokens(&self.0).any(|word| matches!(word.as_str(), "er" | "xr" | "sr" | "cr"))
    }
}

/// Words of letters and digits, lower case.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Sets that the classes of the ingredients give to a product of this name.
fn by_class(drugs: &Drugs, ingredients: &[u16], words: &dyn Fn() -> Words) -> Sets {
    let mut sets = ingredients.iter().fold(Sets::EMPTY, |sets, place| {
        sets.union(drugs.class_sets(*place))
    });
    if sets.has(OpioidByIngredient) {
        // An embedded blocker (morphine/naltrexone) does not block.
        sets = sets.without(Sets::of(&[Naltrexone]));
    }
    if sets.intersection(Sets::of(&BY_FORM)).is_empty() {
        return sets;
    }
    let words = words();
    let barred = BY_FORM.into_iter().filter_map(recipe);
    let barred = barred.filter(|recipe| words.any(recipe.unless_named));
    barred.fold(sets, |sets, recipe| sets.without(Sets::of(&[recipe.set])))
}

/// Sets that ingredients and words give where no product is known.
pub(super) fn by_ingredient(drugs: &Drugs, ingredients: &[u16], words: &Words) -> Sets {
    let mut sets = by_class(drugs, ingredients, &|| Words(words.0.clone()));
    let names: Vec<&str> = ingredients
        .iter()
        .filter_map(|place| drugs.ingredient(*place))
        .map(|ingredient| ingredient.name.as_str())
        .collect();
    let injected = words.form() == Some(DoseFormClass::Injection);
    for name in &names {
        match *name {
            "buprenorphine" => sets = sets.with(Buprenorphine),
            "methadone" if !injected => sets = sets.with(Methadone).with(ExtendedRelease),
            // Outside of injections every fentanyl product is for tolerant patients only.
            "fentanyl" if !injected => sets = sets.with(TolerantOnly),
            _ => {}
        }
    }
    let patch = words.form() == Some(DoseFormClass::Transdermal);
    let buprenorphine = sets.has(Buprenorphine);
    if sets.has(OpioidByIngredient) && !buprenorphine && (patch || words.says_extended()) {
        sets = sets.with(ExtendedRelease);
    }
    if sets.has(Naltrexone) && words.any(&["inject", "depot", "extended release suspension"]) {
        sets = sets.with(NaltrexoneDepot);
    }
    let rescue = match names.as_slice() {
        // The ingredient alone proves no rescue form: combinations carry its code too.
        ["naloxone"] => words.any(&["nasal", "inject"]),
        ["nalmefene"] => words.any(&["nasal", "auto-injector", "auto injector"]),
        _ => false,
    };
    if rescue {
        sets.with(NaloxoneRescue)
    } else {
        sets
    }
}

/// Completes the sets of every medicine; medicines of a level rest on those of the level before.
pub(super) fn complete(drugs: &mut Drugs, members: &mut Members, names: &Names) {
    opioid_tables(drugs, members, names);
    let mut by_level: Vec<(Level, u32, Drug)> = drugs
        .drugs
        .iter()
        .map(|(rxcui, drug)| (drug.level, *rxcui, *drug))
        .collect();
    by_level.sort_unstable_by_key(|(level, rxcui, _)| (*level, *rxcui));
    for (level, rxcui, drug) in by_level {
        let code = Code::rxcui(rxcui);
        let ingredients = drugs.ingredients_of(&drug);
        let words = || Words::of(names.get(drug.name));
        let mut sets = match level {
            Level::Product => by_class(drugs, ingredients, &words),
            Level::Component => by_class(drugs, ingredients, &words)
                .union(shared_by_products(drugs, members, rxcui)),
            Level::Ingredient => by_ingredient_row(drugs, ingredients, &words),
        };
        let brand = drug
            .brand
            .and_then(|place| drugs.brands.get(usize::from(place)));
        if let Some((brand, every)) = brand.and_then(|brand| Some((brand, brand.every?)))
            && level != Level::Product
        {
            sets = sets.intersection(brand.any).union(every);
        }
        // A pain medicine with something else in it is a cold remedy or an opioid.
        let only_for_pain = |place: &u16| drugs.class_sets(*place).has(NonopioidPain);
        if !ingredients.iter().all(only_for_pain) {
            sets = sets.without(Sets::of(&[NonopioidPain]));
        }
        let sets = sets.without(members.barred(code));
        if !sets.is_empty() {
            members.grant(code, sets);
        }
        if level == Level::Product {
            add_to_brand(drugs, members, rxcui, drug);
        }
    }
}

fn by_ingredient_row(drugs: &Drugs, ingredients: &[u16], words: &dyn Fn() -> Words) -> Sets {
    let of_interest = |place: &u16| {
        !drugs.class_sets(*place).is_empty()
            || drugs.ingredient(*place).is_some_and(|ingredient| {
                matches!(ingredient.name.as_str(), "naloxone" | "nalmefene")
            })
    };
    if ingredients.iter().any(of_interest) {
        by_ingredient(drugs, ingredients, &words())
    } else {
        Sets::EMPTY
    }
}

/// What the mapping table asks of the product tables.
fn opioid_tables(drugs: &Drugs, members: &mut Members, names: &Names) {
    for (rxcui, opioids) in drugs.products.iter().chain(&drugs.components) {
        let code = Code::rxcui(*rxcui);
        let name = drugs
            .drugs
            .get(rxcui)
            .map_or("", |drug| names.get(drug.name));
        for content in &opioids.contents {
            if is_tolerant_only(content, opioids, name) {
                members.grant(code, Sets::of(&[TolerantOnly]));
            }
            if content.form == Some(DoseFormClass::Injection) {
                members.bar(code, Sets::of(&[Methadone]));
            }
            if content.form == Some(DoseFormClass::Iontophoretic) || is_smallest_patch(content) {
                members.bar(code, Sets::of(&[ExtendedRelease]));
            }
        }
    }
}

/// TOLERANT-ONLY of the catalogue.
fn is_tolerant_only(content: &OpioidContent, opioids: &Opioids, name: &str) -> bool {
    use DoseFormClass::*;
    match content.ingredient.name.as_str() {
        "fentanyl" => matches!(
            content.form,
            Some(Transdermal | Nasal | BuccalSublingualTabletLozenge | FilmOralSpray)
        ),
        "hydromorphone" => opioids.extended && name.starts_with("24 HR"),
        _ => false,
    }
}

/// The buprenorphine patch of 5 µg/h, which is not ERLA.
fn is_smallest_patch(content: &OpioidContent) -> bool {
    content.ingredient.name == "buprenorphine"
        && content.form == Some(DoseFormClass::Transdermal)
        && content.strength.is_some_and(|strength| {
            strength.unit == StrengthUnit::MgPerHour && strength.value == Decimal::new(5, 3)
        })
}

/// Opioid sets that all products of a component share.
fn shared_by_products(drugs: &Drugs, members: &Members, rxcui: u32) -> Sets {
    let shared = LISTED_OPIOID.union(Sets::of(&[Buprenorphine, ExtendedRelease]));
    drugs
        .components
        .get(&rxcui)
        .into_iter()
        .flat_map(|component| &component.products)
        .map(|product| members.sets(Code::rxcui(*product)))
        .reduce(Sets::intersection)
        .map_or(Sets::EMPTY, |sets| sets.intersection(shared))
}

fn add_to_brand(drugs: &mut Drugs, members: &Members, rxcui: u32, drug: Drug) {
    let forms = drugs.products.get(&rxcui).map(|opioids| {
        let mut forms = opioids.contents.iter().map(|content| content.form);
        forms.next().flatten()
    });
    let Some(brand) = drug
        .brand
        .and_then(|place| drugs.brands.get_mut(usize::from(place)))
    else {
        return;
    };
    let sets = members.sets(Code::rxcui(rxcui));
    brand.every = Some(brand.every.map_or(sets, |every| every.intersection(sets)));
    brand.any = brand.any.union(sets);
    if let Some(form) = forms {
        brand.form = Some(
            brand
                .form
                .map_or(form, |known| known.filter(|known| Some(*known) == form)),
        );
    }
}
