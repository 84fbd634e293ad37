//! Resources as they are kept: their text, and what searches look at.

use crate::fhir::bundle::{Item, Opened};
use crate::fhir::everything::{Subject, documents};
use crate::fhir::resources::{CodeableConcept, Coding, Period, Text};
use crate::fhir::views::json::{self, Element, Member};
use jiff::civil::Date;
use serde::de::MapAccess;
use std::collections::BTreeMap;
use std::fmt;

/// A text, or part of one, that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name that the text was given with.
    pub name: String,
    /// Counted from 1, where the text has lines of its own.
    pub line: Option<usize>,
    /// What is wrong, without patient data.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            line,
            message,
        } = self;
        match line {
            Some(line) => write!(f, "{name}:{line}: {message}"),
            None => write!(f, "{name}: {message}"),
        }
    }
}

/// One resource.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) text: String,
    pub(super) patients: Vec<String>,
    pub(super) status: Option<String>,
    pub(super) intent: Option<String>,
    categories: Vec<(Option<String>, String)>,
    pub(super) date: Option<Date>,
}

impl Stored {
    /// `code` or `system|code`.
    pub(super) fn has_category(&self, token: &str) -> bool {
        let (system, code) = match token.rsplit_once('|') {
            Some((system, code)) => (Some(system), code),
            None => (None, token),
        };
        self.categories.iter().any(|(known, category)| {
            category == code && system.is_none_or(|system| known.as_deref() == Some(system))
        })
    }
}

/// What is being filled.
#[derive(Debug, Default)]
pub(super) struct Store {
    resources: Vec<Stored>,
    places: BTreeMap<(String, String), usize>,
    problems: Vec<Problem>,
}

impl Store {
    pub(super) fn take(&mut self, name: &str, text: &str) {
        let documents = documents(text);
        if documents.is_empty() {
            self.problem(name, None, "There is nothing in it.");
        }
        let single = documents.len() == 1;
        let mut items = Vec::new();
        for document in documents {
            match document {
                Ok(value) => {
                    let opened = Opened::new(value);
                    let lost = opened.bad + opened.hollow;
                    if lost > 0 {
                        let message = format!("{lost} entries hold no FHIR resource.");
                        self.problem(name, None, &message);
                    } else if opened.items.is_empty() && !value.get().contains("\"Bundle\"") {
                        self.problem(name, None, "This is JSON, but no FHIR resource.");
                    }
                    items.extend(opened.items);
                }
                Err(_) if single => self.problem(name, None, "This is neither JSON nor NDJSON."),
                Err(line) => self.problem(name, Some(line), "This line is no JSON."),
            }
        }
        let names = local_names(&items);
        for item in &items {
            self.keep(name, item, &names);
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Stored>, Vec<Problem>) {
        (self.resources, self.problems)
    }

    fn problem(&mut self, name: &str, line: Option<usize>, message: &str) {
        self.problems.push(Problem {
            name: name.to_owned(),
            line,
            message: message.to_owned(),
        });
    }

    fn keep(&mut self, name: &str, item: &Item<'_>, names: &BTreeMap<String, String>) {
        let Some(id) = id_of(item) else {
            let message = format!("A {} has no id.", item.kind);
            return self.problem(name, None, &message);
        };
        let text = with_local_references(item.raw.get(), names);
        let text = match json::read::<Subject<'_>>(item.raw) {
            Some(Subject { id: Some(_), .. }) => text,
            _ => text.replacen('{', &format!("{{\"id\":\"{id}\","), 1),
        };
        let Some(stored) = stored(item, id, text) else {
            return;
        };
        let place = (stored.kind.clone(), stored.id.clone());
        match self.places.get(&place) {
            Some(&index) => self.resources[index] = stored,
            None => {
                self.places.insert(place, self.resources.len());
                self.resources.push(stored);
            }
        }
    }
}

/// The id, or what the entry's `urn:uuid:` full URL says in its place.
fn id_of(item: &Item<'_>) -> Option<String> {
    let own = json::read::<Subject<'_>>(item.raw).and_then(|s| s.id);
    let uuid = || item.full_url.as_deref()?.strip_prefix("urn:uuid:");
    let plain = |id: &&str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match own {
        Some(id) => Some(id.into_owned()),
        None => uuid().filter(plain).map(str::to_owned),
    }
}

/// Full URLs of the entries of one text, and `Type/id` for each.
fn local_names(items: &[Item<'_>]) -> BTreeMap<String, String> {
    items
        .iter()
        .filter_map(|item| {
            let url = item.full_url.as_deref()?.strip_prefix("urn:uuid:")?;
            Some((url.to_owned(), format!("{}/{}", item.kind, id_of(item)?)))
        })
        .collect()
}

fn with_local_references(json: &str, names: &BTreeMap<String, String>) -> String {
    const URN: &str = "\"urn:uuid:";
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, after)) = rest.split_once(URN) {
        text.push_str(before);
        let end = after.find('"').unwrap_or(after.len());
        let (uuid, after) = after.split_at(end);
        match names.get(uuid) {
            Some(name) => {
                text.push('"');
                text.push_str(name);
            }
            None => {
                text.push_str(URN);
                text.push_str(uuid);
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

fn stored(item: &Item<'_>, id: String, text: String) -> Option<Stored> {
    let value: &serde_json::value::RawValue = serde_json::from_str(&text).ok()?;
    let facts: Facts<'_> = json::read(value)?;
    let subject: Subject<'_> = json::read(value)?;
    let codings = facts.category.into_iter().flat_map(|c| c.coding);
    let categories = codings
        .filter_map(|Coding { system, code, .. }| {
            Some((system.map(Text::into_owned), code?.into_owned()))
        })
        .collect();
    let mut patients: Vec<String> = subject.patients().map(str::to_owned).collect();
    if item.kind == "Patient" {
        patients.push(id.clone());
    }
    Some(Stored {
        kind: item.kind.to_string(),
        patients,
        status: facts.status.map(Text::into_owned),
        intent: facts.intent.map(Text::into_owned),
        date: facts.date,
        categories,
        id,
        text,
    })
}

/// What searches look at.
#[derive(Default)]
struct Facts<'a> {
    status: Option<Text<'a>>,
    intent: Option<Text<'a>>,
    category: Vec<CodeableConcept<'a>>,
    date: Option<Date>,
}

impl<'a> Element<'a> for Facts<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "status" | "lifecycleStatus" => self.status = value.text()?,
            "intent" => self.intent = value.text()?,
            "category" => self.category = value.list()?,
            "effectiveDateTime" | "performedDateTime" | "authoredOn" | "recordedDate"
            | "whenHandedOver" | "startDate" | "start" => {
                self.date = value.when()?.map(|when| when.first);
            }
            "effectivePeriod" | "performedPeriod" | "period" => {
                let period: Option<Period> = value.element()?;
                self.date = period.and_then(|p| p.start).map(|when| when.first);
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}
