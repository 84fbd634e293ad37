//! Medication, and the four resources that name one.

use super::datatypes::{Instruction, dosages};
use super::json::{Element, Member};
use crate::fhir::resources::*;
use serde::de::MapAccess;

/// The extension that names the request an R4 MedicationRequest replaces.
const REPLACES: &str = "http://hl7.org/fhir/StructureDefinition/request-replaces";

impl<'a> Element<'a> for Medication<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "code" => self.code = value.element()?,
            "ingredient" => {
                let ingredients = value.list::<Ingredient<'a>>()?;
                self.ingredients = ingredients.into_iter().filter_map(|i| i.item).collect();
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Ingredient<'a> {
    item: Option<CodeableConcept<'a>>,
}

impl<'a> Element<'a> for Ingredient<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "itemCodeableConcept" => self.item = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// A contained resource, of which only Medications are of use.
#[derive(Default)]
struct Contained<'a> {
    is_medication: bool,
    medication: Medication<'a>,
}

impl<'a> Element<'a> for Contained<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "resourceType" => {
                self.is_medication = value.text()?.is_some_and(|kind| kind == "Medication");
            }
            _ => self.medication.member(name, value)?,
        }
        Ok(())
    }
}

/// R5's CodeableReference.
#[derive(Default)]
struct Either<'a> {
    concept: Option<CodeableConcept<'a>>,
    reference: Option<Reference<'a>>,
}

impl<'a> Element<'a> for Either<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "concept" => self.concept = value.element()?,
            "reference" => self.reference = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> MedicationChoice<'a> {
    /// Takes one of the members that make up `medication[x]`.
    fn choice_member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "medicationCodeableConcept" => self.concept = value.element()?,
            "medicationReference" => self.reference = value.element()?,
            // R5: one element for both.
            "medication" => {
                let either: Either<'a> = value.element()?.unwrap_or_default();
                self.concept = either.concept.or(self.concept.take());
                self.reference = either.reference.or(self.reference.take());
            }
            "contained" => {
                self.contained = value
                    .list::<Contained<'a>>()?
                    .into_iter()
                    .filter(|c| c.is_medication)
                    .map(|c| c.medication)
                    .collect();
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for DispenseRequest<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "validityPeriod" => self.validity_period = value.element()?,
            "numberOfRepeatsAllowed" => self.number_of_repeats_allowed = value.integer()?,
            "quantity" => self.quantity = value.element()?,
            "expectedSupplyDuration" => self.expected_supply_duration = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Extension<'a> {
    url: Option<Text<'a>>,
    reference: Option<Reference<'a>>,
}

impl<'a> Element<'a> for Extension<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "url" => self.url = value.text()?,
            "valueReference" => self.reference = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

fn replaced(extensions: Vec<Extension<'_>>) -> Vec<Reference<'_>> {
    extensions
        .into_iter()
        .filter(|extension| extension.url.as_deref() == Some(REPLACES))
        .filter_map(|extension| extension.reference)
        .collect()
}

impl<'a> Element<'a> for MedicationRequest<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "intent" => self.intent = value.text()?,
            "doNotPerform" => self.do_not_perform = value.boolean()?.unwrap_or_default(),
            "reportedBoolean" => self.reported_boolean = value.boolean()?,
            "reportedReference" => self.reported_reference = value.element()?,
            "category" => self.category = value.list()?,
            "subject" | "patient" => self.subject = value.element()?,
            "encounter" | "context" => self.encounter = value.element()?,
            "authoredOn" | "dateWritten" => self.authored_on = value.when()?,
            "requester" | "prescriber" => self.requester = value.element()?,
            "reasonCode" | "reasonCodeableConcept" => self.reason_code = value.list()?,
            "reasonReference" => self.reason_reference = value.list()?,
            "dosageInstruction" => {
                self.dosage_instruction = dosages(value.list::<Instruction<'a>>()?)
            }
            "dispenseRequest" => self.dispense_request = value.element()?,
            "priorPrescription" => self.prior_prescription = value.element()?,
            "extension" => self.replaces = replaced(value.list()?),
            _ => self.medication.choice_member(name, value)?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for MedicationStatement<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "subject" | "patient" => self.subject = value.element()?,
            "effectiveDateTime" => self.effective = open_from(value.when()?),
            "effectivePeriod" => self.effective = value.element()?,
            "dateAsserted" => self.date_asserted = value.when()?,
            "informationSource" => self.information_source = value.element()?,
            "reasonCode" | "reasonForUseCodeableConcept" => self.reason_code = value.list()?,
            "reasonReference" | "reasonForUseReference" => self.reason_reference = value.list()?,
            "dosage" => self.dosage = dosages(value.list::<Instruction<'a>>()?),
            _ => self.medication.choice_member(name, value)?,
        }
        Ok(())
    }
}

/// A statement with one date was true from then on; its status says whether it still is.
fn open_from(start: Option<crate::fhir::When>) -> Option<Period> {
    start.map(|start| Period {
        start: Some(start),
        end: None,
    })
}

impl<'a> Element<'a> for MedicationDispense<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "id" => self.id = value.text()?,
            "status" => self.status = value.text()?,
            "subject" | "patient" => self.subject = value.element()?,
            "authorizingPrescription" => self.authorizing_prescription = value.list()?,
            "quantity" => self.quantity = value.element()?,
            "daysSupply" => self.days_supply = value.element()?,
            "whenHandedOver" => self.when_handed_over = value.when()?,
            "whenPrepared" => self.when_prepared = value.when()?,
            "dosageInstruction" => {
                self.dosage_instruction = dosages(value.list::<Instruction<'a>>()?)
            }
            _ => self.medication.choice_member(name, value)?,
        }
        Ok(())
    }
}
