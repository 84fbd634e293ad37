//! Data types: codings, quantities, references, timings, dosages.

use super::json::{Element, Member};
use crate::fhir::When;
use crate::fhir::resources::*;
use serde::de::MapAccess;

impl<'a> Element<'a> for Coding<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "system" => self.system = value.text()?,
            "code" => self.code = value.text()?,
            "display" => self.display = value.text()?,
            // R5 has a CodeableConcept where R4 has a Coding (`Encounter.class`).
            "coding" => {
                if let Some(coding) = value.element()? {
                    *self = coding;
                }
            }
            _ => value.skip()?,
        }
        Ok(())
    }

    /// DSTU2 had plain codes where R4 has codings (`Encounter.class`).
    fn from_text(text: Text<'a>) -> Option<Self> {
        Some(Self {
            code: Some(text),
            ..Self::default()
        })
    }
}

impl<'a> Element<'a> for CodeableConcept<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "coding" => self.coding = value.list()?,
            "text" => self.text = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }

    fn from_text(text: Text<'a>) -> Option<Self> {
        Some(Self {
            text: Some(text),
            ..Self::default()
        })
    }
}

/// A status that was a plain code up to STU3 (`Condition.clinicalStatus`).
pub(super) fn status_concept(mut concept: CodeableConcept<'_>) -> CodeableConcept<'_> {
    if concept.coding.is_empty() {
        concept
            .coding
            .extend(concept.text.clone().and_then(Coding::from_text));
    }
    concept
}

impl<'a> Element<'a> for Reference<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "reference" => self.reference = value.text()?,
            "display" => self.display = value.text()?,
            "identifier" => {
                self.identifier = value.element::<Identifier<'a>>()?.and_then(|i| i.value);
            }
            // STU3: MedicationRequest.requester was an element around the reference.
            "agent" => {
                if let Some(agent) = value.element()? {
                    *self = agent;
                }
            }
            _ => value.skip()?,
        }
        Ok(())
    }

    /// A reference must not be lost: it may name another patient.
    fn from_text(text: Text<'a>) -> Option<Self> {
        Some(Self {
            reference: Some(text),
            ..Self::default()
        })
    }
}

#[derive(Default)]
pub(in crate::fhir) struct Identifier<'a> {
    pub(in crate::fhir) value: Option<Text<'a>>,
}

impl<'a> Element<'a> for Identifier<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "value" => self.value = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Period {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "start" => self.start = value.when()?,
            "end" => self.end = value.when()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// A single date in the place of a period.
pub(super) fn single_date(when: Option<When>) -> Option<Period> {
    when.map(|when| Period {
        start: Some(when),
        end: Some(when),
    })
}

/// The latest that a period is known to cover.
pub(super) fn latest(period: Period) -> Option<When> {
    period.end.or(period.start)
}

impl<'a> Element<'a> for Quantity<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "value" => self.value = value.decimal()?,
            "unit" => self.unit = value.text()?,
            "code" => self.code = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Ratio<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "numerator" => self.numerator = value.element()?.unwrap_or_default(),
            "denominator" => self.denominator = value.element()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Range<'a> {
    low: Option<Quantity<'a>>,
    high: Option<Quantity<'a>>,
}

impl<'a> Element<'a> for Range<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "low" => self.low = value.element()?,
            "high" => self.high = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for TimingRepeat<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "boundsPeriod" => self.bounds_period = value.element()?,
            "boundsDuration" | "boundsQuantity" => self.bounds_duration = value.element()?,
            "frequency" => self.frequency = value.decimal()?,
            "frequencyMax" => self.frequency_max = value.decimal()?,
            "period" => self.period = value.decimal()?,
            "periodMax" => self.period_max = value.decimal()?,
            "periodUnit" | "periodUnits" => self.period_unit = value.text()?,
            "dayOfWeek" => self.day_of_week = value.texts()?,
            "timeOfDay" => self.time_of_day = value.texts()?,
            "when" => self.when = value.texts()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for Timing<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "repeat" => self.repeat = value.element()?,
            "code" => self.code = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> DoseAndRate<'a> {
    /// Takes a member that is the same inside `doseAndRate` and, up to STU3, directly in the instruction.
    fn dose_member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "doseQuantity" | "doseSimpleQuantity" => self.dose_quantity = value.element()?,
            "doseRange" => {
                let range: Range<'a> = value.element()?.unwrap_or_default();
                self.dose_range_low = range.low;
                self.dose_range_high = range.high;
            }
            "rateQuantity" | "rateSimpleQuantity" => self.rate_quantity = value.element()?,
            "rateRatio" => self.rate_ratio = value.element()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Element<'a> for DoseAndRate<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "type" => self.kind = value.element()?,
            _ => self.dose_member(name, value)?,
        }
        Ok(())
    }
}

/// A Dosage as it is read: the dose in the STU3 place is kept apart until the end.
#[derive(Default)]
pub(super) struct Instruction<'a> {
    dosage: Dosage<'a>,
    direct: DoseAndRate<'a>,
}

impl<'a> Element<'a> for Instruction<'a> {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        let dosage = &mut self.dosage;
        match name {
            "sequence" => dosage.sequence = value.integer()?,
            "text" => dosage.text = value.text()?,
            "patientInstruction" => dosage.patient_instruction = value.text()?,
            "timing" => dosage.timing = value.element()?,
            "asNeeded" | "asNeededBoolean" => {
                dosage.as_needed |= value.boolean()?.unwrap_or_default();
            }
            "asNeededCodeableConcept" | "asNeededFor" => {
                dosage.as_needed |= !value.list::<CodeableConcept<'a>>()?.is_empty();
            }
            "route" => dosage.route = value.element()?,
            "doseAndRate" => dosage.dose_and_rate = value.list()?,
            "maxDosePerPeriod" => dosage.max_dose_per_period = value.element()?,
            "maxDosePerAdministration" => dosage.max_dose_per_administration = value.element()?,
            _ => self.direct.dose_member(name, value)?,
        }
        Ok(())
    }

    fn from_text(text: Text<'a>) -> Option<Self> {
        Some(Self {
            dosage: Dosage {
                text: Some(text),
                ..Dosage::default()
            },
            direct: DoseAndRate::default(),
        })
    }
}

impl<'a> From<Instruction<'a>> for Dosage<'a> {
    fn from(instruction: Instruction<'a>) -> Self {
        let Instruction { mut dosage, direct } = instruction;
        if direct != DoseAndRate::default() {
            dosage.dose_and_rate.push(direct);
        }
        dosage
    }
}

/// The dosages of a list of instructions.
pub(super) fn dosages(instructions: Vec<Instruction<'_>>) -> Vec<Dosage<'_>> {
    instructions.into_iter().map(Dosage::from).collect()
}
