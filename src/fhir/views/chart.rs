//! Patient, Condition, Encounter, Observation, Procedure.

use super::datatypes::{latest, single_date, status_concept};
use super::json::{self, Element, Member};
use crate::fhir::When;
use crate::fhir::resources::*;
use serde::de::MapAccess;

holder!(Participant { who: Reference<'a> } from "individual");
holder!(Diagnosis { condition: Reference<'a> } from "condition");
holder!(Hospitalization { disposition: CodeableConcept<'a> } from "dischargeDisposition");

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
            "period" | "actualPeriod" => self.period = value.element()?,
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
