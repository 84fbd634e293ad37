//! Every MedicationRequest of a file, whoever's it is, as one Bundle of one patient in which each has an id of its own.

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

/// Whose all orders are taken to be.
pub(super) const PATIENT: &str = "mme";

/// Orders of these statuses are listed, and left out of the total.
const NOT_TAKEN: [&str; 4] = ["cancelled", "stopped", "completed", "entered-in-error"];

/// What the file says of an order.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) status: String,
    do_not_perform: bool,
}

impl Named {
    /// Does it count in the total?
    pub(super) fn counts(&self) -> bool {
        !self.do_not_perform && !NOT_TAKEN.contains(&self.status.as_str())
    }
}

/// The orders of a file.
#[derive(Debug)]
pub(super) struct Found {
    /// All orders and Medications.
    pub(super) bundle: String,
    names: Vec<Named>,
}

impl Found {
    /// What the file says of the order that has this reference in `bundle`.
    pub(super) fn named(&self, reference: &str) -> Option<&Named> {
        let number: usize = reference.strip_prefix("MedicationRequest/")?.parse().ok()?;
        self.names.get(number)
    }
}

/// Reads a resource, a Bundle, or NDJSON.
pub(super) fn orders_in(text: &str) -> anyhow::Result<Found> {
    let mut names = Vec::new();
    let mut entries = Vec::new();
    for document in documents(text)? {
        take(document, None, &mut names, &mut entries);
    }
    let bundle =
        json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string();
    Ok(Found { bundle, names })
}

fn documents(text: &str) -> anyhow::Result<Vec<Value>> {
    let text = text.trim_start_matches('\u{feff}');
    let whole = match serde_json::from_str(text) {
        Ok(whole) => return Ok(vec![whole]),
        Err(error) => error,
    };
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    if lines.len() < 2 || serde_json::from_str::<Value>(lines[0].1).is_err() {
        bail!("neither JSON nor NDJSON: {whole}");
    }
    lines
        .into_iter()
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| anyhow!("line {}: {error}", at + 1))
        })
        .collect()
}

fn take(value: Value, full_url: Option<String>, names: &mut Vec<Named>, entries: &mut Vec<Value>) {
    let Value::Object(mut resource) = value else {
        if let Value::Array(list) = value {
            list.into_iter()
                .for_each(|value| take(value, None, names, entries));
        }
        return;
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match resource.get("resourceType").and_then(Value::as_str) {
        Some("Bundle") => {
            let Some(Value::Array(list)) = resource.remove("entry") else {
                return;
            };
            for mut entry in list {
                let full_url = entry
                    .get("fullUrl")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                if let Some(inner) = entry.get_mut("resource").map(Value::take) {
                    take(inner, full_url, names, entries);
                }
            }
        }
        Some("MedicationRequest") => {
            names.push(Named {
                id: text(resource.get("id")),
                status: text(resource.get("status")).trim().to_ascii_lowercase(),
                do_not_perform: resource.get("doNotPerform") == Some(&Value::Bool(true)),
            });
            resource.insert("id".to_owned(), json!((names.len() - 1).to_string()));
            resource.insert("status".to_owned(), json!("active"));
            resource.insert(
                "subject".to_owned(),
                json!({"reference": format!("Patient/{PATIENT}")}),
            );
            resource.remove("doNotPerform");
            entries.push(json!({"resource": resource}));
        }
        Some("Medication") => match full_url {
            Some(url) => entries.push(json!({"fullUrl": url, "resource": resource})),
            None => entries.push(json!({"resource": resource})),
        },
        _ => {}
    }
}
