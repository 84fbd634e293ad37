//! Strengths of ingredients that are no opioids, as names write them.
//!
//! Knows RxNorm's way of naming a product, and the same in a record's words.
//! Refuses to choose: a name that tells several amounts (a pack) tells none.

use super::{Strength, StrengthUnit};
use rust_decimal::Decimal;

/// Milligrams of this ingredient in one unit or millilitre: 325 of "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet".
pub(super) fn in_name(ingredient: &str, name: &str) -> Option<Strength> {
    let name = name.to_lowercase();
    let mut told = name.split(ingredient).skip(1).filter_map(amount);
    let first = told.next()?;
    told.next().is_none().then_some(first)
}

/// "325 mg", "32 mg/ml", "160 mg/5 ml" at the start of a text, a brand in brackets before it left out.
fn amount(text: &str) -> Option<Strength> {
    let bracketed = text.trim_start().strip_prefix('(');
    let after_brand = bracketed.and_then(|text| text.split_once(')'));
    let (value, rest) = number(after_brand.map_or(text, |(_, after)| after))?;
    let per = rest.strip_prefix("mg")?.trim_start().strip_prefix('/');
    let Some(per) = per.map(str::trim_start) else {
        return Some(milligrams(value));
    };
    if per.starts_with("ml") {
        return Some(per_millilitre(value));
    }
    match number(per).filter(|(_, rest)| rest.starts_with("ml")) {
        Some((millilitres, _)) => value.checked_div(millilitres).map(per_millilitre),
        None => Some(milligrams(value)),
    }
}

/// A number above 0, and what follows it.
fn number(text: &str) -> Option<(Decimal, &str)> {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, rest) = text.split_at(end);
    let value = number.parse().ok().filter(|value| *value > Decimal::ZERO)?;
    Some((value, rest.trim_start()))
}

fn milligrams(value: Decimal) -> Strength {
    Strength {
        value,
        unit: StrengthUnit::Mg,
    }
}

fn per_millilitre(value: Decimal) -> Strength {
    Strength {
        value,
        unit: StrengthUnit::MgPerMl,
    }
}

#[cfg(test)]
mod tests {
    use super::in_name;
    use crate::terminology::StrengthUnit::{self, Mg, MgPerMl};

    fn told(name: &str) -> Option<(String, StrengthUnit)> {
        let strength = in_name("acetaminophen", name)?;
        Some((strength.value.normalize().to_string(), strength.unit))
    }

    #[test]
    fn one_amount_is_read_by_its_unit() {
        for (name, value, unit) in [
            (
                "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet [Norco]",
                "325",
                Mg,
            ),
            (
                "8 HR acetaminophen 650 MG Extended Release Oral Tablet",
                "650",
                Mg,
            ),
            ("acetaminophen 32 MG/ML Oral Solution", "32", MgPerMl),
            ("Acetaminophen 160 mg/5 mL suspension", "32", MgPerMl),
            ("acetaminophen 325 mg/oxycodone 5 mg tablet", "325", Mg),
            ("acetaminophen (TYLENOL) 500 MG tablet", "500", Mg),
            ("oxycodone 5 mg-acetaminophen 325 mg tablet", "325", Mg),
        ] {
            assert_eq!(told(name), Some((value.to_owned(), unit)), "{name}");
        }
    }

    #[test]
    fn no_amount_or_several_are_none() {
        for name in [
            "acetaminophen",
            "hydrocodone-acetaminophen 5-325 MG per tablet",
            "HYDROcodone-acetaminophen (NORCO) 5-325 MG per tablet",
            "acetaminophen 1 g",
            "acetaminophen 0 MG Oral Tablet",
            "{6 (acetaminophen 325 MG Oral Tablet) / 6 (acetaminophen 500 MG Oral Tablet) } Pack",
            "oxycodone 5 MG Oral Tablet",
        ] {
            assert_eq!(told(name), None, "{name}");
        }
    }
}
