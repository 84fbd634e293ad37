//! The search parameters that our own queries use.

use super::store::Stored;
use std::borrow::Cow;
use std::cmp::Reverse;
use url::form_urlencoded;

/// Parameters and their FHIR types. Any other is refused, as a strict server would.
pub(super) const PARAMETERS: [(&str, &str); 6] = [
    ("_id", "token"),
    ("category", "token"),
    ("date", "date"),
    ("intent", "token"),
    ("patient", "reference"),
    ("status", "token"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    AsStored,
    OldestFirst,
    NewestFirst,
}

/// A parsed search: every filter has to match, by one of its values.
#[derive(Debug)]
pub(super) struct Search {
    filters: Vec<(String, Vec<String>)>,
    order: Order,
}

impl Search {
    pub(super) fn parse(query: &str) -> Result<Self, String> {
        let mut search = Self {
            filters: Vec::new(),
            order: Order::AsStored,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "_id" | "category" | "intent" | "patient" | "status" => {
                    let values = value.split(',').map(str::to_owned).collect();
                    search.filters.push((name.into_owned(), values));
                }
                "_sort" => {
                    search.order = match &*value {
                        "date" => Order::OldestFirst,
                        "-date" => Order::NewestFirst,
                        _ => return Err("Only _sort=date and _sort=-date are known.".to_owned()),
                    }
                }
                // Everything found comes in one page.
                "_count" if value.parse::<u32>().is_ok() => {}
                "_format" => {}
                _ => return Err("A search parameter is not known, or its value is not.".to_owned()),
            }
        }
        Ok(search)
    }

    pub(super) fn matches(&self, stored: &Stored) -> bool {
        self.filters.iter().all(|(name, values)| {
            values.iter().any(|value| match name.as_str() {
                "_id" => stored.id == *value,
                "patient" => {
                    let id = value.rsplit('/').next().unwrap_or(value);
                    stored.patients.iter().any(|patient| patient == id)
                }
                "category" => stored.has_category(value),
                "intent" => stored.intent.as_deref() == Some(bare(value)),
                _ => stored.status.as_deref() == Some(bare(value)),
            })
        })
    }

    pub(super) fn sort(&self, found: &mut [&Stored]) {
        match self.order {
            Order::AsStored => {}
            Order::OldestFirst => found.sort_by_key(|stored| stored.date),
            Order::NewestFirst => found.sort_by_key(|stored| Reverse(stored.date)),
        }
    }
}

/// The code of a token, without its system.
fn bare(token: &str) -> &str {
    token.rsplit('|').next().unwrap_or(token)
}

/// A path segment without its percent-encoding.
pub(super) fn decoded(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let form = segment.replace('+', "%2B").replace('&', "%26");
    let form = form.replace('=', "%3D");
    form_urlencoded::parse(form.as_bytes())
        .next()
        .map_or(Cow::Borrowed(segment), |(name, _)| {
            Cow::Owned(name.into_owned())
        })
}
