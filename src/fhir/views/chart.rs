//! Patient, Condition, Encounter, Observation and the other resources of the chart.

use super::datatypes::{latest, single_date, status_concept};
use super::json::{self, Element, Member};
use crate::fhir::When;
use crate::fhir::resources::*;
use serde::de::MapAccess;
use std::borrow::Cow;

/// Members that hold one element worth reading, such as `participant.individual`.
macro_rules! holder {
    ($holder:ident { $field:ident: $kind:ty } from $($name:literal)|+) => {
        #[derive(Default)]
        struct $holder<'a> {
            $field: Option<$kind>,
        }

        impl<'a> Element<'a> for $holder<'a> {
            fn member<A: MapAccess<'a>>(
                &mut self,
                name: &str,
                value: Member<'_, 'a, A>,
            ) -> Result<(), A::Error> {
                match name {
                    $($name)|+ => self.$field = value.element()?,
                    _ => value.skip()?,
                }
                Ok(())
            }
        }

        impl<'a> $holder<'a> {
            fn all(list: Vec<Self>) -> Vec<$kind> {
                list.into_iter().filter_map(|holder| holder.$field).collect()
            }
        }
    };
}

holder!(Participant { who: Reference<'a> } from "individual" | "actor");
holder!(Diagnosis { condition: Reference<'a> } from "condition");
holder!(Hospitalization { disposition: CodeableConcept<'a> } from "dischargeDisposition");
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

#[derive(Default)]
struct Communication<'a> {
    language: Option<CodeableConcept<'a>>,
    preferred: bool,
}

impl<'a> Element<'a> for Communication<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "language" => self.language = value.element()?,
            "preferred" => self.preferred = value.boolean()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Patient<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "birthDate" => self.birth_date = value.when()?,
            "gender" => self.gender = value.text()?,
            "communication" => {
                let mut spoken: Vec<Communication<'a>> = value.list()?;
                spoken.sort_by_key(|c| !c.preferred);
                self.languages = spoken.into_iter().filter_map(|c| c.language).collect();
            }
            "deceasedBoolean" => self.deceased |= value.boolean()?.unwrap_or_default(),
            "deceasedDateTime" => self.deceased |= value.text()?.is_some(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Condition<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "clinicalStatus" => self.clinical_status = value.element()?.map(status_concept),
            "verificationStatus" => self.verification_status = value.element()?.map(status_concept),
            "category" => self.category = value.list()?,
            "code" => self.code = value.element()?,
            "subject" | "patient" => self.subject = value.element()?,
            "encounter" | "context" => self.encounter = value.element()?,
            "onsetDateTime" => self.onset = value.when()?,
            "onsetPeriod" => self.onset = value.element::<Period>()?.and_then(|p| p.start),
            "recordedDate" | "assertedDate" | "dateRecorded" => {
                self.recorded_date = value.when()?
            }
            _ if name.starts_with("abatement") => self.abate(name, value)?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Condition<'a> {
    fn abate<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        let raw = value.raw()?;
        self.abated |= !matches!(
            raw.get(),
            "null" | "false" | "\"false\"" | "\"\"" | "{}" | "[]"
        );
        match name {
            "abatementDateTime" | "abatementDate" => {
                self.abatement = json::text(raw).and_then(|t| When::parse(&t));
            }
            "abatementPeriod" => self.abatement = json::read::<Period>(raw).and_then(latest),
            _ => {}
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Encounter<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "class" => self.class = value.element()?,
            "type" => self.kind = value.list()?,
            "serviceType" => self.service_type = value.element()?,
            "subject" | "patient" => self.subject = value.element()?,
            "participant" => self.participants = Participant::all(value.list()?),
            "period" => self.period = value.element()?,
            "reasonCode" | "reason" => self.reason_code = value.list()?,
            "reasonReference" | "indication" => self.reason_reference = value.list()?,
            "diagnosis" => self.diagnosis = Diagnosis::all(value.list()?),
            "hospitalization" => {
                let stays = Hospitalization::all(value.list()?);
                self.discharge_disposition = stays.into_iter().next();
            }
            "serviceProvider" => self.service_provider = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> ObservationValue<'a> {
    fn value_member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "valueQuantity" => {
                let measured: Measured<'a> = value.element()?.unwrap_or_default();
                self.comparator = measured.comparator;
                self.quantity = Some(measured.quantity).filter(|q| *q != Quantity::default());
            }
            "valueCodeableConcept" => self.concept = value.element()?,
            "valueString" => self.string = value.text()?,
            "valueInteger" => self.integer = value.integer()?,
            "valueBoolean" => self.boolean = value.boolean()?,
            "valueDateTime" => self.date_time = value.when()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// A quantity that was measured, and so may only be a bound.
#[derive(Default)]
struct Measured<'a> {
    quantity: Quantity<'a>,
    comparator: Option<Text<'a>>,
}

impl<'a> Element<'a> for Measured<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "comparator" => self.comparator = value.text()?,
            _ => self.quantity.member(name, value)?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for ObservationComponent<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "code" => self.code = value.element()?,
            _ => self.value.value_member(name, value)?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Observation<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "category" => self.category = value.list()?,
            "code" => self.code = value.element()?,
            "subject" | "patient" => self.subject = value.element()?,
            "effectiveDateTime" | "effectiveInstant" => self.effective = value.when()?,
            "effectivePeriod" => self.effective = value.element()?.and_then(latest),
            "issued" => self.issued = value.when()?,
            "interpretation" => self.interpretation = value.list()?,
            "component" => self.component = value.list()?,
            _ => self.value.value_member(name, value)?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Procedure<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "code" => self.code = value.element()?,
            "subject" | "patient" => self.subject = value.element()?,
            "performedDateTime" => self.performed = single_date(value.when()?),
            "performedPeriod" => self.performed = value.element()?,
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
