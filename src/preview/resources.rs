//! Patients and orders as a screen shows them: from any JSON, however odd.
//!
//! Knows where FHIR keeps names and texts.
//! Refuses to judge: what is not there is left out.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

/// Who the chart is about.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Person {
    /// As written; empty if none is.
    pub(super) name: String,
    /// "woman, 54".
    pub(super) about: String,
    /// As written.
    pub(super) birth_date: String,
}

impl Person {
    pub(super) fn of(patient: &Value, as_of: Timestamp) -> Person {
        let name = &patient["name"][0];
        let given = name["given"].as_array().into_iter().flatten();
        let parts = given.chain([&name["family"]]).filter_map(Value::as_str);
        let parts: Vec<&str> = parts.collect();
        let birth_date = patient["birthDate"].as_str().unwrap_or_default();
        let today = as_of.to_zoned(TimeZone::UTC).date();
        let age = birth_date
            .parse::<Date>()
            .ok()
            .map(|born| years(born, today));
        let kind = kind(patient["gender"].as_str(), age);
        let about = match age {
            Some(age) => format!("{kind}, {age}"),
            None => kind.to_owned(),
        };
        Person {
            name: if parts.is_empty() {
                name["text"].as_str().unwrap_or_default().to_owned()
            } else {
                parts.join(" ")
            },
            about: about.trim_start_matches(", ").to_owned(),
            birth_date: birth_date.to_owned(),
        }
    }
}

fn kind(gender: Option<&str>, age: Option<i16>) -> &'static str {
    let is_adult = age.is_none_or(|age| age >= 18);
    match (gender, is_adult) {
        (Some("female"), true) => "woman",
        (Some("male"), true) => "man",
        (Some("female"), false) => "girl",
        (Some("male"), false) => "boy",
        _ => "",
    }
}

fn years(born: Date, today: Date) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    today.year() - born.year() - i16::from(!had_birthday)
}

/// An order or another resource in two lines.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    /// `MedicationRequest/d1`, or the type alone.
    pub(super) reference: String,
    /// What kind, in words.
    pub(super) kind: &'static str,
    /// What it is.
    pub(super) title: String,
    /// How it is to be taken or done.
    pub(super) text: String,
    /// Says that something ends.
    pub(super) is_stop: bool,
}

impl Line {
    pub(super) fn of(resource: &Value) -> Line {
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let id = resource["id"].as_str().unwrap_or_default();
        let status = resource["status"].as_str().unwrap_or_default();
        Line {
            reference: if id.is_empty() {
                kind.to_owned()
            } else {
                format!("{kind}/{id}")
            },
            kind: match kind {
                "MedicationRequest" => "Medicine",
                "ServiceRequest" => "Referral or service",
                "Task" => "Task",
                "CommunicationRequest" => "Message",
                "Appointment" => "Visit",
                "Goal" => "Goal",
                "CarePlan" => "Plan",
                _ => "Order",
            },
            title: medicine_of(resource),
            text: how(resource),
            is_stop: matches!(status, "stopped" | "cancelled")
                || resource["doNotPerform"] == Value::Bool(true),
        }
    }
}

/// What an order is for: the medicine's name, or the text of its code.
pub(super) fn medicine_of(resource: &Value) -> String {
    let concept = |name: &str| {
        let concept = &resource[name];
        let text = concept["text"].as_str();
        text.or_else(|| concept["coding"][0]["display"].as_str())
            .or_else(|| concept["coding"][0]["code"].as_str())
            .map(str::to_owned)
    };
    ["medicationCodeableConcept", "code", "description"]
        .into_iter()
        .find_map(concept)
        .or_else(|| {
            resource["medicationReference"]["display"]
                .as_str()
                .map(str::to_owned)
        })
        .or_else(|| resource["category"][0]["text"].as_str().map(str::to_owned))
        .or_else(|| resource["description"].as_str().map(str::to_owned))
        .unwrap_or_else(|| "no name".to_owned())
}

/// A medicine in one or two words, for a list: "acetaminophen / hydrocodone" of an RxNorm name.
pub(super) fn briefly(name: &str) -> String {
    const SALTS: [&str; 6] = [
        "hydrochloride",
        "sulfate",
        "bitartrate",
        "sodium",
        "phosphate",
        "citrate",
    ];
    let ingredients = name.split_whitespace().filter(|word| {
        (*word == "/" || word.starts_with(|c: char| c.is_ascii_lowercase()))
            && !SALTS.contains(word)
    });
    let short = ingredients.collect::<Vec<_>>().join(" ");
    if short.is_empty() {
        name.to_owned()
    } else {
        short
    }
}

/// Instructions, then amount and days.
fn how(resource: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    let instructions = resource["dosageInstruction"].as_array();
    for instruction in instructions.into_iter().flatten() {
        parts.push(match instruction["text"].as_str() {
            Some(text) => text.to_owned(),
            None => coded(instruction),
        });
    }
    let dispense = &resource["dispenseRequest"];
    parts.extend(amount(&dispense["quantity"]).map(|amount| format!("dispense {amount}")));
    parts.extend(amount(&dispense["expectedSupplyDuration"]));
    if let Some(repeats) = dispense["numberOfRepeatsAllowed"]
        .as_u64()
        .filter(|n| *n > 0)
    {
        parts.push(match repeats {
            1 => "1 refill".to_owned(),
            repeats => format!("{repeats} refills"),
        });
    }
    for text in [
        &resource["payload"][0]["contentString"],
        &resource["note"][0]["text"],
    ] {
        parts.extend(text.as_str().map(str::to_owned));
    }
    if resource["resourceType"] == "Task" {
        parts.extend(resource["description"].as_str().map(str::to_owned));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// "1 tablet, 2 times in 1 d, as needed".
fn coded(instruction: &Value) -> String {
    let dose = &instruction["doseAndRate"][0];
    let dose = amount(&dose["doseQuantity"]).or_else(|| amount(&dose["doseRange"]["high"]));
    let repeat = &instruction["timing"]["repeat"];
    let times = number(&repeat["frequency"]).zip(number(&repeat["period"]));
    let times = times.map(|(times, period)| {
        let unit = match repeat["periodUnit"].as_str().unwrap_or_default() {
            "d" => "day",
            "h" => "hour",
            "wk" => "week",
            "mo" => "month",
            other => other,
        };
        match (&*times, &*period) {
            (times, "1") => format!("{times} × a {unit}"),
            ("1", period) => format!("every {period} {unit}s"),
            (times, period) => format!("{times} × in {period} {unit}s"),
        }
    });
    let as_needed = instruction["asNeededBoolean"] == Value::Bool(true)
        || instruction["asNeededCodeableConcept"].is_object();
    [dose, times, as_needed.then(|| "as needed".to_owned())]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

fn amount(quantity: &Value) -> Option<String> {
    let value = number(&quantity["value"])?;
    let unit = quantity["unit"].as_str().or(quantity["code"].as_str());
    Some(
        format!("{value} {}", unit.unwrap_or_default())
            .trim()
            .to_owned(),
    )
}

fn number(value: &Value) -> Option<String> {
    value.is_number().then(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_order_is_told_in_two_lines() {
        let line = Line::of(&json!({
            "resourceType": "MedicationRequest", "id": "d1", "status": "draft",
            "medicationCodeableConcept": {"coding": [{"code": "1049621", "display": "oxycodone 5 MG Oral Tablet"}]},
            "dosageInstruction": [{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
            "dispenseRequest": {"quantity": {"value": 20, "unit": "tablet"},
                "expectedSupplyDuration": {"value": 10, "unit": "days"}, "numberOfRepeatsAllowed": 1}
        }));
        assert_eq!(line.title, "oxycodone 5 MG Oral Tablet");
        assert_eq!(
            line.text,
            "1 tablet, 2 × a day, as needed; dispense 20 tablet; 10 days; 1 refill"
        );
        assert_eq!(line.reference, "MedicationRequest/d1");
        assert!(!line.is_stop);
    }

    #[test]
    fn what_is_odd_is_told_as_far_as_it_goes() {
        for odd in [
            json!(null),
            json!(7),
            json!({"code": 3, "dosageInstruction": {}}),
        ] {
            assert_eq!(Line::of(&odd).title, "no name");
        }
        let as_of = "2026-11-01T12:00:00Z".parse().expect("an instant");
        assert_eq!(Person::of(&json!({"birthDate": "19"}), as_of).about, "");
        let born_today = json!({"birthDate": "2008-11-02", "gender": "male"});
        assert_eq!(Person::of(&born_today, as_of).about, "boy, 17");
    }
}
