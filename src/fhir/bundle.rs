//! A body or prefetch value opened: which resources are in it, and what its shape says about completeness.
//!
//! Knows Bundles, also nested, OperationOutcomes, the pre-1.0 wrapper and links.
//! Refuses to know what was asked and whose the resources are.

use super::resources::Text;
use super::views::json::{self, Element, Member};
use serde::de::MapAccess;
use serde_json::value::RawValue;

/// Bundles in Bundles are opened this deep; nobody has been seen to send more than two.
const DEPTH: usize = 4;

/// One resource, and what its entry said about it.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) raw: &'a RawValue,
    pub(super) kind: Text<'a>,
    pub(super) full_url: Option<Text<'a>>,
    /// Not an include (`search.mode`).
    pub(super) is_match: bool,
}

/// What a value turned out to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing that can be used: as if it had not come.
    #[default]
    Unusable,
    /// One resource.
    Single,
    /// A Bundle.
    Bundle,
    /// An OperationOutcome in place of the answer, or a wrapped error.
    Failure,
}

/// A value, opened.
#[derive(Debug, Default)]
pub(super) struct Opened<'a> {
    pub(super) shape: Shape,
    pub(super) items: Vec<Item<'a>>,
    /// Entries whose resource cannot be read.
    pub(super) bad: usize,
    /// Entries without any resource.
    pub(super) hollow: usize,
    /// Where the list goes on.
    pub(super) next: Option<Text<'a>>,
    /// An OperationOutcome of severity error or fatal, or one that does not say.
    pub(super) failure: bool,
}

impl<'a> Opened<'a> {
    /// Opens a prefetch value or a response body.
    pub(super) fn new(value: &'a RawValue) -> Self {
        let mut opened = Self::default();
        match json::resource_type(value) {
            Some(kind) if kind == "Bundle" => {
                opened.shape = Shape::Bundle;
                opened.bundle(value, DEPTH);
            }
            Some(kind) if kind == "OperationOutcome" => opened.shape = Shape::Failure,
            Some(kind) => {
                opened.shape = Shape::Single;
                opened.items.push(Item {
                    raw: value,
                    kind,
                    full_url: None,
                    is_match: true,
                });
            }
            None if value.get().starts_with('{') => opened = Self::unwrapped(value),
            None if value.get().starts_with('[') => opened.loose(value),
            None => {}
        }
        opened
    }

    /// Adds what a further page holds. Where the list goes on is for the last page to say.
    pub(super) fn append(&mut self, page: Self) {
        self.items.extend(page.items);
        self.bad += page.bad;
        self.hollow += page.hollow;
        self.failure |= page.failure || page.shape == Shape::Failure;
        self.next = page.next;
    }

    /// `{ "response": {"status": "200 OK"}, "resource": {…} }`, as before CDS Hooks 1.0.
    fn unwrapped(value: &'a RawValue) -> Self {
        let wrapped: Wrapped<'a> = json::read(value).unwrap_or_default();
        match wrapped.resource {
            Some(resource) if json::resource_type(resource).is_some() => Self::new(resource),
            _ if wrapped.response.unwrap_or_default().is_failure() => Self {
                shape: Shape::Failure,
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    /// A bare list of resources: usable one by one, but no answer to a query.
    fn loose(&mut self, value: &'a RawValue) {
        let list: Vec<&'a RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
        for resource in list {
            let entry = Entry {
                resource: Some(resource),
                ..Entry::default()
            };
            self.entry(entry, DEPTH);
        }
    }

    fn bundle(&mut self, value: &'a RawValue, depth: usize) {
        let bundle: Bundle<'a> = json::read(value).unwrap_or_default();
        self.next = self.next.take().or(bundle.next);
        for entry in bundle.entries {
            match entry {
                Some(entry) => self.entry(entry, depth),
                None => self.bad += 1,
            }
        }
    }

    fn entry(&mut self, entry: Entry<'a>, depth: usize) {
        let is_outcome = entry.mode.as_deref() == Some("outcome");
        let kind = entry.resource.and_then(json::resource_type);
        let Some(raw) = entry.resource.filter(|raw| raw.get() != "null") else {
            self.hollow += usize::from(!is_outcome);
            return;
        };
        let Some(kind) = kind else {
            self.bad += usize::from(!is_outcome);
            return;
        };
        if kind == "OperationOutcome" {
            let outcome: Outcome = json::read(raw).unwrap_or_default();
            self.failure |= !outcome.harmless;
        } else if kind == "Bundle" {
            match depth.checked_sub(1) {
                Some(depth) => self.bundle(raw, depth),
                None => self.bad += 1,
            }
        } else if !is_outcome {
            self.items.push(Item {
                raw,
                kind,
                full_url: entry.full_url,
                is_match: entry.mode.as_deref() != Some("include"),
            });
        }
    }
}

#[derive(Default)]
struct Bundle<'a> {
    entries: Vec<Option<Entry<'a>>>,
    next: Option<Text<'a>>,
}

impl<'a> Element<'a> for Bundle<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "entry" => self.entries = value.slots()?,
            "link" => {
                let links: Vec<Link<'a>> = value.list()?;
                self.next = links.into_iter().find_map(Link::next);
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Entry<'a> {
    full_url: Option<Text<'a>>,
    resource: Option<&'a RawValue>,
    mode: Option<Text<'a>>,
}

impl<'a> Element<'a> for Entry<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "fullUrl" => self.full_url = value.text()?,
            "resource" => self.resource = Some(value.raw()?),
            "search" => self.mode = value.element::<Search<'a>>()?.and_then(|s| s.mode),
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Search<'a> {
    mode: Option<Text<'a>>,
}

impl<'a> Element<'a> for Search<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "mode" => self.mode = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Link<'a> {
    relation: Option<Text<'a>>,
    url: Option<Text<'a>>,
}

impl<'a> Link<'a> {
    /// A `next` without a URL still says that the list goes on.
    fn next(self) -> Option<Text<'a>> {
        (self.relation.as_deref() == Some("next")).then(|| self.url.unwrap_or_default())
    }
}

impl<'a> Element<'a> for Link<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "relation" => self.relation = value.text()?,
            "url" => self.url = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Outcome {
    /// There are issues, and all are warnings or information.
    harmless: bool,
}

impl<'a> Element<'a> for Outcome {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "issue" => {
                let issues: Vec<Option<Issue<'a>>> = value.slots()?;
                self.harmless = !issues.is_empty()
                    && issues
                        .iter()
                        .all(|issue| issue.as_ref().is_some_and(Issue::is_harmless));
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Issue<'a> {
    severity: Option<Text<'a>>,
}

impl Issue<'_> {
    fn is_harmless(&self) -> bool {
        matches!(self.severity.as_deref(), Some("warning" | "information"))
    }
}

impl<'a> Element<'a> for Issue<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "severity" => self.severity = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Wrapped<'a> {
    resource: Option<&'a RawValue>,
    response: Option<Response<'a>>,
}

impl<'a> Element<'a> for Wrapped<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "resource" => self.resource = Some(value.raw()?),
            "response" => self.response = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Response<'a> {
    status: Option<Text<'a>>,
}

impl Response<'_> {
    fn is_failure(&self) -> bool {
        let status = self.status.as_deref().unwrap_or_default();
        status.starts_with(['4', '5'])
    }
}

impl<'a> Element<'a> for Response<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "status" => self.status = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}
