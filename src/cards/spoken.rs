//! Product names as a clinician says them: "72 HR fentanyl 0.025 MG/HR Transdermal System" is "fentanyl patch 25 mcg/hour".
//!
//! Knows how RxNorm builds the name of a product.
//! Refuses to guess: a text that is not built so stays as it was given.

use rust_decimal::Decimal;

/// Forms of RxNorm and how they are said; others stay as they are.
const FORMS: [(&str, &str); 17] = [
    ("oral tablet", "tablet"),
    ("extended release oral tablet", "extended-release tablet"),
    ("oral capsule", "capsule"),
    ("extended release oral capsule", "extended-release capsule"),
    ("disintegrating oral tablet", "dissolving tablet"),
    ("oral solution", "oral solution"),
    ("oral suspension", "oral suspension"),
    ("oral lozenge", "lozenge"),
    ("oral strip", "film"),
    ("sublingual tablet", "sublingual tablet"),
    ("buccal tablet", "buccal tablet"),
    ("buccal film", "buccal film"),
    ("transdermal system", PATCH),
    ("nasal spray", NASAL_SPRAY),
    ("rectal suppository", "suppository"),
    ("injection", "injection"),
    ("prefilled syringe", "prefilled syringe"),
];
const PATCH: &str = "patch";
const NASAL_SPRAY: &str = "nasal spray";

/// Salts, which nobody says: with or without them it is the same medicine.
const SALTS: [&str; 6] = [
    "hydrochloride",
    "sulfate",
    "bitartrate",
    "phosphate",
    "citrate",
    "tartrate",
];

/// Said after the opioid that they come with, whatever the alphabet says.
const SAID_LAST: [&str; 3] = ["acetaminophen", "aspirin", "ibuprofen"];

/// Said in micrograms below one milligram.
const IN_MICROGRAMS: [(&str, &str); 4] = [
    ("fentanyl", "lozenge"),
    ("fentanyl", "buccal tablet"),
    ("fentanyl", "sublingual tablet"),
    ("buprenorphine", "buccal film"),
];

/// An ingredient and its amount, as in the name.
struct Part {
    name: String,
    amount: Decimal,
    unit: String,
}

/// A product, or several with "; " between them, as they are said; `None` where none is a product name of RxNorm.
pub(crate) fn products(text: &str) -> Option<String> {
    if !text.contains("; ") {
        return product(text);
    }
    let said: Vec<Option<String>> = text.split("; ").map(product).collect();
    if said.iter().all(Option::is_none) {
        return None;
    }
    let each = text.split("; ").zip(said);
    let each: Vec<String> = each
        .map(|(given, said)| said.unwrap_or_else(|| given.to_owned()))
        .collect();
    Some(each.join("; "))
}

/// The product as it is said, or `None` if the text is no product name of RxNorm.
/// A remark in brackets at the end ("(Jul 2026)", "[Vicodin]") is kept.
fn product(text: &str) -> Option<String> {
    // Most texts of a card have no number in them.
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (name, remark) = remark(text);
    let (hours, name) = hours(name);
    let (mut parts, form) = parts(name)?;
    let (_, form) = FORMS
        .iter()
        .find(|(written, _)| form.eq_ignore_ascii_case(written))?;
    parts.sort_by_key(|part| SAID_LAST.contains(&part.name.as_str()));
    let said = said(&parts, form, hours) + &remark;
    Some(match text.starts_with(char::is_uppercase) {
        true => said[..1].to_uppercase() + &said[1..],
        false => said,
    })
}

/// Parts the remark off: a brand or a date.
fn remark(text: &str) -> (&str, String) {
    for (open, close) in [(" [", ']'), (" (", ')')] {
        if let Some((name, inner)) = text
            .strip_suffix(close)
            .and_then(|text| text.rsplit_once(open))
        {
            return (name, format!(" ({inner})"));
        }
    }
    (text, String::new())
}

/// "12 HR": for how long it works.
fn hours(name: &str) -> (Option<&str>, &str) {
    let mut words = name.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(hours), Some(unit), Some(rest))
            if unit.eq_ignore_ascii_case("hr") && hours.parse::<Decimal>().is_ok() =>
        {
            (Some(hours), rest)
        }
        _ => (None, name),
    }
}

/// Ingredients with their amounts, and the form.
fn parts(name: &str) -> Option<(Vec<Part>, String)> {
    let mut parts = Vec::new();
    let mut form = String::new();
    for part in name.split(" / ") {
        // Only after the last one there is a form.
        if !form.is_empty() {
            return None;
        }
        let words: Vec<&str> = part.split_whitespace().collect();
        let at = words
            .iter()
            .position(|word| word.parse::<Decimal>().is_ok())?;
        let (amount, unit) = (words.get(at)?.parse().ok()?, words.get(at + 1)?);
        let ingredient = ingredient(words.get(..at)?)?;
        form = words.get(at + 2..)?.join(" ");
        parts.push(Part {
            name: ingredient,
            amount,
            unit: unit.to_lowercase(),
        });
    }
    Some((parts, form))
}

/// Words without digits or marks, less the salt.
fn ingredient(words: &[&str]) -> Option<String> {
    let is_plain = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    if words.is_empty() || !words.iter().all(is_plain) {
        return None;
    }
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    // "Abuse-Deterrent oxycodone" says more than its ingredient.
    if words.iter().any(|word| word.contains('-')) {
        return None;
    }
    let without = match words.split_last() {
        Some((salt, rest)) if !rest.is_empty() && SALTS.contains(&salt.as_str()) => rest,
        _ => &words[..],
    };
    Some(without.join(" "))
}

fn said(parts: &[Part], form: &str, hours: Option<&str>) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    let names = names.join("/");
    let amounts: Vec<String> = parts.iter().map(|part| part.amount(form)).collect();
    if form == PATCH {
        // How long a patch is worn stands in its instruction.
        return format!("{names} {form} {}", amounts.join("/"));
    }
    if form == NASAL_SPRAY {
        // Its strength a millilitre is not what one spray gives.
        return format!("{names} {form}");
    }
    let form = match hours {
        Some(hours) => format!("{hours}-hour {form}"),
        None => form.to_owned(),
    };
    if parts.len() > 1 && parts.iter().any(|part| part.unit.contains('/')) {
        let each = parts.iter().zip(amounts);
        let each: Vec<String> = each
            .map(|(part, amount)| format!("{} {amount}", part.name))
            .collect();
        return format!("{} {form}", each.join(" and "));
    }
    format!("{names} {} {form}", amounts.join("/"))
}

impl Part {
    fn amount(&self, form: &str) -> String {
        let small = self.amount < Decimal::ONE;
        let micrograms = small
            && (self.unit == "mg/hr"
                || self.unit == "mg" && IN_MICROGRAMS.contains(&(&self.name, form)));
        let (amount, unit) = if micrograms {
            (
                self.amount * Decimal::ONE_THOUSAND,
                self.unit.replace("mg", "mcg"),
            )
        } else {
            (self.amount, self.unit.clone())
        };
        let unit = unit.replace("/hr", "/hour").replace("/ml", "/mL");
        format!("{} {unit}", amount.normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::{product, products};

    #[test]
    fn several_products_are_said_one_by_one() {
        assert_eq!(
            products("Oxycodone hydrochloride 5 MG Oral Tablet; morphine").as_deref(),
            Some("Oxycodone 5 mg tablet; morphine")
        );
        assert_eq!(products("oxycodone; morphine"), None);
    }

    #[test]
    fn products_are_said_as_clinicians_say_them() {
        for (written, said) in [
            (
                "72 HR fentanyl 0.025 MG/HR Transdermal System",
                "fentanyl patch 25 mcg/hour",
            ),
            (
                "72 HR fentanyl 0.0125 MG/HR Transdermal System",
                "fentanyl patch 12.5 mcg/hour",
            ),
            (
                "168 HR buprenorphine 0.01 MG/HR Transdermal System",
                "buprenorphine patch 10 mcg/hour",
            ),
            ("fentanyl 0.2 MG Oral Lozenge", "fentanyl 200 mcg lozenge"),
            (
                "buprenorphine 0.15 MG Buccal Film",
                "buprenorphine 150 mcg buccal film",
            ),
            (
                "Oxycodone hydrochloride 5 MG Oral Tablet",
                "Oxycodone 5 mg tablet",
            ),
            (
                "morphine sulfate 30 MG Extended Release Oral Tablet",
                "morphine 30 mg extended-release tablet",
            ),
            (
                "24 HR hydromorphone hydrochloride 8 MG Extended Release Oral Tablet",
                "hydromorphone 8 mg 24-hour extended-release tablet",
            ),
            (
                "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet [Vicodin]",
                "hydrocodone/acetaminophen 5 mg/325 mg tablet (Vicodin)",
            ),
            (
                "codeine phosphate 1.5 MG/ML / guaifenesin 45 MG/ML Oral Solution",
                "codeine 1.5 mg/mL and guaifenesin 45 mg/mL oral solution",
            ),
            (
                "naloxone hydrochloride 40 MG/ML Nasal Spray (Jul 2026)",
                "naloxone nasal spray (Jul 2026)",
            ),
            (
                "alprazolam 0.25 MG Oral Tablet",
                "alprazolam 0.25 mg tablet",
            ),
        ] {
            assert_eq!(product(written).as_deref(), Some(said), "{written}");
        }
    }

    #[test]
    fn what_is_no_product_name_stays_as_it_was_given() {
        for text in [
            "oxycodone",
            "Oxycodone 5 mg",
            "Percocet 5-325 mg",
            "10 ML morphine sulfate 1 MG/ML Injection",
            "Abuse-Deterrent oxycodone hydrochloride 5 MG Oral Tablet",
            "fentanyl 0.025 MG/HR",
            "oxycodone 5 MG Oral Tablet / acetaminophen 325 MG",
            "oxycodone 5 MG Modified Wafer",
            "Sleep apnea 2021",
            "12 Nov 2026",
            "5 MG Oral Tablet",
            "",
        ] {
            assert_eq!(product(text), None, "{text}");
        }
    }
}
