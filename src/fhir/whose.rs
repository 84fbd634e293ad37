//! Whose a resource is: references read, and compared with the patient of the call.
//!
//! Knows relative, absolute, `urn:uuid:` and logical references.
//! Refuses to guess: a subject that cannot be placed is neither the patient nor somebody else.

use super::bundle::Item;
use super::resources::{Appointment, Reference, Text};
use super::views::datatypes::Identifier;
use super::views::json::{self, Element, Member};
use serde::de::MapAccess;
use std::collections::BTreeSet;

impl Reference<'_> {
    /// Type and id that the reference names, relative or absolute; the type is empty where only an id is given
    /// (`urn:uuid:…`, a bare id). `None` for contained (`#…`) and logical references.
    pub fn target(&self) -> Option<(&str, &str)> {
        target(self.reference.as_deref()?)
    }
}

fn target(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.trim().trim_end_matches('/');
    if reference.is_empty() || reference.starts_with('#') {
        return None;
    }
    for prefix in ["urn:uuid:", "urn:oid:"] {
        if let Some(id) = reference.strip_prefix(prefix) {
            return Some(("", id));
        }
    }
    let current = reference
        .split_once("/_history/")
        .map_or(reference, |(current, _)| current);
    let Some((rest, id)) = current.rsplit_once('/') else {
        return Some(("", current));
    };
    Some((rest.rsplit_once('/').map_or(rest, |(_, kind)| kind), id))
}

/// The patient of the call, by every name it goes by in what arrived.
#[derive(Debug)]
pub(super) struct Whose<'a> {
    id: &'a str,
    full_urls: BTreeSet<Text<'a>>,
    identifiers: BTreeSet<Text<'a>>,
}

/// Whether a resource is the patient's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    Yes,
    No,
    /// The subject cannot be placed.
    Unclear,
}

impl<'a> Whose<'a> {
    pub(super) fn new(patient_id: &'a str) -> Self {
        Self {
            id: patient_id.strip_prefix("Patient/").unwrap_or(patient_id),
            full_urls: BTreeSet::new(),
            identifiers: BTreeSet::new(),
        }
    }

    /// Learns the names of the patient from a Patient resource, if it is this patient's.
    pub(super) fn learn(&mut self, item: &Item<'a>) {
        if item.kind != "Patient" {
            return;
        }
        let names: Names<'a> = json::read(item.raw).unwrap_or_default();
        if names.id.as_deref() == Some(self.id) {
            self.full_urls.extend(item.full_url.clone());
            self.identifiers.extend(names.identifiers);
        }
    }

    /// A Patient without an id is taken for the patient.
    pub(super) fn is_patient(&self, id: Option<&str>) -> Belongs {
        match id {
            Some(id) if id != self.id => Belongs::No,
            _ => Belongs::Yes,
        }
    }

    /// A resource that names no subject is taken for the patient's.
    pub(super) fn is_subject(&self, subject: Option<&Reference<'_>>) -> Belongs {
        let Some(subject) = subject else {
            return Belongs::Yes;
        };
        let Some(reference) = subject.reference.as_deref() else {
            return match subject.identifier.as_deref() {
                Some(value) if value != self.id && !self.identifiers.contains(value) => {
                    Belongs::Unclear
                }
                _ => Belongs::Yes,
            };
        };
        if self.full_urls.contains(reference) {
            return Belongs::Yes;
        }
        match target(reference) {
            Some(("Patient" | "", id)) if id == self.id => Belongs::Yes,
            Some(("", _)) | None => Belongs::Unclear,
            Some(_) => Belongs::No,
        }
    }

    /// An appointment is the patient's unless the patients in it are all others.
    pub(super) fn takes_part(&self, appointment: &Appointment<'_>) -> Belongs {
        let mut answer = None;
        for participant in &appointment.participants {
            let kind = participant.target().map_or("", |(kind, _)| kind);
            if !matches!(kind, "Patient" | "") {
                continue;
            }
            match self.is_subject(Some(participant)) {
                Belongs::Yes if participant.reference.is_some() => return Belongs::Yes,
                Belongs::No => answer = Some(Belongs::No),
                _ => {}
            }
        }
        answer.unwrap_or(Belongs::Yes)
    }
}

/// What a Patient resource is called.
#[derive(Default)]
struct Names<'a> {
    id: Option<Text<'a>>,
    identifiers: Vec<Text<'a>>,
}

impl<'a> Element<'a> for Names<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "identifier" => {
                let identifiers: Vec<Identifier<'a>> = value.list()?;
                self.identifiers = identifiers.into_iter().filter_map(|i| i.value).collect();
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}
