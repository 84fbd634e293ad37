//! What a request says of its patient's sex, age and race, for counting whom the advice reaches.
//!
//! This is the one place that reads race; no rule, card, log line or metric knows it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

const RACE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
/// Categories of the US Office of Management and Budget, as US Core codes them.
const CATEGORIES: [(&str, &str); 5] = [
    ("1002-5", "American Indian or Alaska Native"),
    ("2028-9", "Asian"),
    ("2054-5", "Black or African American"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
    ("2106-3", "White"),
];
const NOT_KNOWN: &str = "not known";

/// The groups that one patient counts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) sex: &'static str,
    pub(super) age: &'static str,
    pub(super) race: &'static str,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Patient {
    gender: Value,
    birth_date: Value,
    extension: Value,
}

impl Person {
    /// Of a Patient resource; what is missing or cannot be read is not known.
    pub(super) fn of(patient: Option<&Value>, as_of: Timestamp) -> Person {
        let patient: Patient = patient
            .and_then(|patient| Patient::deserialize(patient).ok())
            .unwrap_or_default();
        Person {
            sex: match patient.gender.as_str() {
                Some("female") => "female",
                Some("male") => "male",
                Some("other") => "other",
                _ => NOT_KNOWN,
            },
            age: age(&patient.birth_date, as_of),
            race: race(&patient.extension),
        }
    }
}

/// A birth date of year or month alone counts as that year's or month's first day.
fn age(birth_date: &Value, as_of: Timestamp) -> &'static str {
    let text = birth_date.as_str().unwrap_or_default();
    let first = ["", "-01", "-01-01"]
        .into_iter()
        .find_map(|rest| format!("{text}{rest}").parse::<Date>().ok());
    let today = as_of.to_zoned(jiff::tz::TimeZone::UTC).date();
    let Some(born) = first.filter(|born| *born <= today) else {
        return NOT_KNOWN;
    };
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    match today.year() - born.year() - i16::from(!had_birthday) {
        ..18 => "under 18",
        18..45 => "18 to 44",
        45..65 => "45 to 64",
        65.. => "65 and over",
    }
}

fn race(extensions: &Value) -> &'static str {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let named = list(extensions)
        .into_iter()
        .filter(|extension| extension["url"] == RACE)
        .flat_map(|extension| list(&extension["extension"]))
        .filter(|part| part["url"] == "ombCategory")
        .filter_map(|part| {
            let code = part["valueCoding"]["code"].as_str()?;
            CATEGORIES
                .iter()
                .find(|(known, _)| *known == code)
                .map(|(_, name)| *name)
        });
    let mut named: Vec<&'static str> = named.collect();
    named.sort_unstable();
    named.dedup();
    match named.as_slice() {
        [] => NOT_KNOWN,
        [one] => one,
        _ => "more than one",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn person(patient: &Value) -> Person {
        let as_of = "2026-11-01T12:00:00Z".parse().expect("an instant");
        Person::of(Some(patient), as_of)
    }

    fn of_race(codes: &[&str]) -> &'static str {
        let parts: Vec<Value> = codes
            .iter()
            .map(|code| json!({"url": "ombCategory", "valueCoding": {"code": code}}))
            .collect();
        person(&json!({"extension": [{"url": RACE, "extension": parts}]})).race
    }

    #[test]
    fn groups_are_read_from_the_patient_and_else_not_known() {
        let known = person(&json!({"gender": "female", "birthDate": "1961-11-02"}));
        assert_eq!(
            (known.sex, known.age, known.race),
            ("female", "45 to 64", "not known")
        );
        for (born, age) in [
            ("1961-11-01", "65 and over"),
            ("1962", "45 to 64"),
            ("2008-11-01", "18 to 44"),
            ("2008-11-02", "under 18"),
            ("2027-01-01", "not known"),
            ("long ago", "not known"),
        ] {
            assert_eq!(person(&json!({"birthDate": born})).age, age, "{born}");
        }
        assert_eq!(of_race(&["2054-5"]), "Black or African American");
        assert_eq!(of_race(&["2054-5", "2106-3"]), "more than one");
        assert_eq!(of_race(&["ASKU"]), "not known");
        let odd = person(&json!({"gender": 5, "birthDate": [], "extension": "x"}));
        assert_eq!(
            (odd.sex, odd.age, odd.race),
            ("not known", "not known", "not known")
        );
    }
}
