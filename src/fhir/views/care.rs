//! What is planned: CarePlan, Goal, ServiceRequest and Task, Appointment.

use super::datatypes::single_date;
use super::json::{Element, Member};
use crate::fhir::When;
use crate::fhir::resources::*;
use serde::de::MapAccess;
use std::borrow::Cow;

holder!(Participant { who: Reference<'a> } from "actor");
holder!(Activity { detail: Detail<'a> } from "detail");
holder!(Detail { code: CodeableConcept<'a> } from "code");

#[derive(Default)]
struct Meta {
    last_updated: Option<When>,
}

impl<'a> Element<'a> for Meta {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "lastUpdated" => self.last_updated = value.when()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// `restriction` of a Task: when it is to be done.
#[derive(Default)]
struct Restriction {
    period: Option<Period>,
}

impl<'a> Element<'a> for Restriction {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "period" => self.period = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// `text`: the status of a narrative does not matter here, its words do.
#[derive(Default)]
struct Narrative<'a> {
    div: Option<Text<'a>>,
}

impl<'a> Element<'a> for Narrative<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "div" => self.div = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// XHTML without its markup: tags become spaces, the five XML entities and `&nbsp;` become characters.
fn plain(xhtml: &str) -> Option<String> {
    let mut words = String::with_capacity(xhtml.len());
    let mut rest = xhtml;
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        words.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    let words = words
        .replace("&nbsp;", " ")
        .replace("&#160;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&");
    let words: Vec<&str> = words.split_whitespace().collect();
    Some(words.join(" ")).filter(|words| !words.is_empty())
}

impl<'a> Element<'a> for CarePlan<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "category" => self.category = value.list()?,
            "title" => self.title = value.text()?,
            "description" => self.description = value.text()?,
            "text" => {
                let div = value.element::<Narrative<'a>>()?.and_then(|n| n.div);
                self.text = div.and_then(|div| plain(&div)).map(Cow::Owned);
            }
            "subject" | "patient" => self.subject = value.element()?,
            "period" => self.period = value.element()?,
            "created" => self.created = value.when()?,
            "meta" => self.last_updated = value.element::<Meta>()?.and_then(|m| m.last_updated),
            "addresses" => self.addresses = value.list()?,
            "activity" => {
                self.activity_codes = Detail::all(Activity::all(value.list()?));
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Goal<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "lifecycleStatus" | "status" => self.lifecycle_status = value.text()?,
            "category" => self.category = value.list()?,
            "description" => self.description = value.element()?,
            "subject" | "patient" => self.subject = value.element()?,
            "expressedBy" | "author" => self.expressed_by = value.element()?,
            "startDate" => self.start_date = value.when()?,
            "statusDate" => self.status_date = value.when()?,
            "meta" => self.last_updated = value.element::<Meta>()?.and_then(|m| m.last_updated),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for ServiceRequest<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "intent" => self.intent = value.text()?,
            "code" => self.code = value.element()?,
            "subject" | "patient" | "for" => self.subject = value.element()?,
            "authoredOn" => self.authored_on = value.when()?,
            "occurrenceDateTime" => self.occurrence = single_date(value.when()?),
            "occurrencePeriod" | "executionPeriod" => self.occurrence = value.element()?,
            "restriction" => {
                let period = value.element::<Restriction>()?.and_then(|r| r.period);
                self.occurrence = self.occurrence.or(period);
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Appointment<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "start" => self.start = value.when()?,
            "description" => self.description = value.text()?,
            "participant" => self.participants = Participant::all(value.list()?),
            _ => value.skip()?,
        }
        Ok(())
    }
}
