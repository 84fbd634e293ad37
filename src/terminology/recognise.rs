//! Which medicine a record means: several codings, a text, or both.
//!
//! Knows which coding to believe and how to name what was found.
//! Refuses to know orders and doses, and reads no strength of an opioid from text.

use super::{
    Code, CodingRef, DoseFormClass, Ingredient, Medicine, OpioidContent, Recognised, Sets,
    Terminology, ValueSet,
    derive::{Words, by_ingredient, settle},
    drugs::{Drug, Level},
    lexicon::Meaning,
    medicine::ACETAMINOPHEN,
    strengths,
};

/// Codings by how much they tell, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    OpioidProduct,
    OpioidComponent,
    Row(Level),
    /// In a set, without a row of ingredients.
    SetOnly,
}

/// A coding that the tables know.
#[derive(Debug, Clone, Copy)]
struct Known<'a> {
    rank: Rank,
    rxcui: u32,
    coding: CodingRef<'a>,
}

/// What is in a medicine.
#[derive(Debug, Default)]
struct Found {
    sets: Sets,
    ingredients: Vec<u16>,
    opioids: Vec<OpioidContent>,
    extended: bool,
}

/// The medicine that codings and text name.
pub(super) fn medicine(
    tables: &Terminology,
    codings: &[CodingRef<'_>],
    text: Option<&str>,
) -> Medicine {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let known = codings.iter().filter_map(|coding| known(tables, *coding));
    let best = known.clone().min_by_key(|known| known.rank);
    match best {
        Some(best) => {
            let peers: Vec<Known<'_>> = known.filter(|known| known.rank == best.rank).collect();
            coded(tables, best, &peers, text)
        }
        None => named(tables, codings, text),
    }
}

fn known<'a>(tables: &Terminology, coding: CodingRef<'a>) -> Option<Known<'a>> {
    let rxcui = tables.drugs.rxcui(Code::read(coding)?)?;
    let drugs = &tables.drugs;
    let rank = if drugs.products.contains_key(&rxcui) {
        Rank::OpioidProduct
    } else if drugs.components.contains_key(&rxcui) {
        Rank::OpioidComponent
    } else if let Some(drug) = drugs.drugs.get(&rxcui) {
        Rank::Row(drug.level)
    } else {
        tables
            .members
            .name(Code::rxcui(rxcui))
            .map(|_| Rank::SetOnly)?
    };
    Some(Known {
        rank,
        rxcui,
        coding,
    })
}

/// A medicine by its code; what its text says otherwise does not count.
fn coded(
    tables: &Terminology,
    best: Known<'_>,
    peers: &[Known<'_>],
    text: Option<&str>,
) -> Medicine {
    let code = Code::rxcui(best.rxcui);
    let table_name = tables.name_of(code).unwrap_or_default();
    let drug = tables.drugs.drugs.get(&best.rxcui);
    let mut found = match drug {
        Some(drug) => {
            let mut found = content(tables, best.rxcui, drug);
            if drug.level == Level::Ingredient {
                add_peers(tables, &mut found, peers);
            }
            found
        }
        // A retired group code: its name is all there is.
        None => in_text(tables, table_name).unwrap_or_default(),
    };
    found.sets = peers
        .iter()
        .map(|peer| tables.sets_of_code(Code::rxcui(peer.rxcui)))
        .fold(
            if drug.is_some() {
                Sets::EMPTY
            } else {
                found.sets
            },
            Sets::union,
        )
        .without(tables.members.barred(code));
    let recognised = match best.rank {
        Rank::OpioidProduct | Rank::Row(Level::Product) => Recognised::Product,
        Rank::OpioidComponent | Rank::Row(Level::Component) => Recognised::Component,
        Rank::Row(Level::Ingredient) | Rank::SetOnly => Recognised::Ingredient,
    };
    let display = best
        .coding
        .display
        .map(str::trim)
        .filter(|display| !display.is_empty());
    let name = text.or(display).unwrap_or(table_name).to_owned();
    assemble(
        tables,
        found,
        Named {
            name,
            recognised,
            rxcui: Some(best.rxcui.to_string()),
        },
    )
}

fn content(tables: &Terminology, rxcui: u32, drug: &Drug) -> Found {
    let drugs = &tables.drugs;
    let ingredients = drugs.ingredients_of(drug).to_vec();
    let (opioids, extended) = match drugs.opioids(rxcui) {
        Some(opioids) => (opioids.contents.clone(), opioids.extended),
        None => {
            let brand = drug
                .brand
                .and_then(|place| drugs.brands.get(usize::from(place)));
            let form = brand
                .and_then(|brand| brand.form.flatten())
                .or_else(|| Words::of(tables.names.get(drug.name)).form());
            (by_name_only(tables, &ingredients, form), false)
        }
    };
    Found {
        sets: Sets::EMPTY,
        ingredients,
        opioids,
        extended,
    }
}

/// Some clients send a combination as one code for each ingredient.
fn add_peers(tables: &Terminology, found: &mut Found, peers: &[Known<'_>]) {
    for peer in peers {
        let Some(drug) = tables.drugs.drugs.get(&peer.rxcui) else {
            continue;
        };
        let more = content(tables, peer.rxcui, drug);
        for place in more.ingredients {
            if !found.ingredients.contains(&place) {
                found.ingredients.push(place);
            }
        }
        for content in more.opioids {
            let known = found
                .opioids
                .iter_mut()
                .find(|known| known.ingredient == content.ingredient);
            match known {
                Some(known) => known.form = known.form.or(content.form),
                None => found.opioids.push(content),
            }
        }
    }
}

/// A medicine by its text, else by the display of a coding.
fn named(tables: &Terminology, codings: &[CodingRef<'_>], text: Option<&str>) -> Medicine {
    let displays = codings
        .iter()
        .filter_map(|coding| coding.display)
        .map(str::trim)
        .filter(|display| !display.is_empty());
    let usable: Vec<&str> = text
        .into_iter()
        .chain(displays)
        .filter(|text| text.chars().filter(|letter| letter.is_alphabetic()).count() >= 3)
        .collect();
    let name = usable
        .first()
        .copied()
        .or(text)
        .unwrap_or("unidentified medicine")
        .to_owned();
    let found = usable.iter().find_map(|text| in_text(tables, text));
    let recognised = match (&found, usable.is_empty()) {
        (Some(_), _) => Recognised::Text,
        (None, false) => Recognised::Other,
        (None, true) => Recognised::Unidentified,
    };
    let found = found.unwrap_or_default();
    assemble(
        tables,
        found,
        Named {
            name,
            recognised,
            rxcui: None,
        },
    )
}

/// The ingredients and brands that a text names, and what follows from them.
fn in_text(tables: &Terminology, text: &str) -> Option<Found> {
    let drugs = &tables.drugs;
    let meanings = tables.lexicon.find(text);
    let words = Words::of(text);
    let mut form = words.form();
    let mut sets = Sets::EMPTY;
    let mut ingredients: Vec<u16> = Vec::new();
    let mut brands = Vec::new();
    for meaning in &meanings {
        let more = match meaning {
            Meaning::Ingredients(places) => places,
            Meaning::Brand(place) => {
                let brand = drugs.brands.get(usize::from(*place))?;
                brands.push(brand);
                form = form.or(brand.form.flatten());
                &brand.ingredients
            }
        };
        for place in more {
            if !ingredients.contains(place) {
                ingredients.push(*place);
            }
        }
    }
    if ingredients.is_empty() {
        return None;
    }
    let mut given = by_ingredient(drugs, &ingredients, &words);
    for brand in &brands {
        let Some(every) = brand.every else { continue };
        sets = sets.union(every);
        // "Sublimaze" names fentanyl, and no product of it is for use at home.
        if brands.len() == meanings.len() {
            given = given.intersection(brand.any.union(every));
        }
    }
    sets = sets.union(given);
    if ingredients.iter().any(|place| drugs.is_opioid(*place)) {
        sets = sets.without(Sets::of(&[ValueSet::Naltrexone, ValueSet::NaloxoneRescue]));
    }
    let opioids = by_name_only(tables, &ingredients, form);
    Some(Found {
        sets: settle(sets),
        ingredients,
        opioids,
        extended: false,
    })
}

/// Opioids of which only the ingredient is known.
fn by_name_only(
    tables: &Terminology,
    ingredients: &[u16],
    form: Option<DoseFormClass>,
) -> Vec<OpioidContent> {
    ingredients
        .iter()
        .filter(|place| tables.drugs.is_opioid(**place))
        .filter_map(|place| tables.drugs.ingredient(*place))
        .map(|ingredient| OpioidContent {
            ingredient: ingredient.clone(),
            strength: None,
            form,
            wear_days: None,
        })
        .collect()
}

struct Named {
    name: String,
    recognised: Recognised,
    rxcui: Option<String>,
}

fn assemble(tables: &Terminology, found: Found, named: Named) -> Medicine {
    let drugs = &tables.drugs;
    // The opioid first: it is what the sentence is about.
    let mut places = found.ingredients;
    places.sort_by_key(|place| !drugs.is_opioid(*place));
    let ingredients: Vec<Ingredient> = places
        .iter()
        .filter_map(|place| drugs.ingredient(*place))
        .cloned()
        .collect();
    let names: Vec<&str> = ingredients
        .iter()
        .map(|known| known.name.as_str())
        .collect();
    let short_name = if names.is_empty() {
        named.name.clone()
    } else {
        names.join("/")
    };
    let transdermal = found
        .opioids
        .iter()
        .any(|content| content.form == Some(DoseFormClass::Transdermal));
    let extended = [ValueSet::ExtendedRelease, ValueSet::Methadone];
    let coded = named.rxcui.as_deref().and_then(|rxcui| rxcui.parse().ok());
    let table_name = coded.and_then(|rxcui| tables.name_of(Code::rxcui(rxcui)));
    let acetaminophen = table_name
        .into_iter()
        .chain([named.name.as_str()])
        .filter(|_| names.contains(&ACETAMINOPHEN))
        .find_map(|name| strengths::in_name(ACETAMINOPHEN, name));
    let extended_release =
        found.extended || transdermal || extended.into_iter().any(|set| found.sets.has(set));
    Medicine {
        name: named.name,
        short_name,
        rxcui: named.rxcui,
        recognised: named.recognised,
        sets: found.sets,
        ingredients,
        opioids: found.opioids,
        acetaminophen,
        extended_release,
    }
}
