//! Orders made short for the tests of the dose rules.

mod checks;
mod errors;
mod places;
mod properties;
mod rules;
mod sigs;

use super::{
    Answer, Dose, DoseKind, Instruction, Order, OrderDose, Quantity, Ratio, Reading, Timing,
    convert, read,
};
use crate::terminology::{CodingRef, FactorSet, Medicine, Terminology};
use rust_decimal::Decimal;

pub(super) const OXYCODONE_10: &str = "1049683";
pub(super) const HYDROCODONE_APAP_10: &str = "856999";
pub(super) const FENTANYL_25: &str = "245134";
pub(super) const FENTANYL_12: &str = "577057";
pub(super) const METHADONE_10: &str = "864706";
pub(super) const METHADONE_5: &str = "864718";
pub(super) const TRAMADOL_50: &str = "835603";
pub(super) const HYDROMORPHONE_4: &str = "897702";
pub(super) const BUPRENORPHINE_NALOXONE_8: &str = "351267";
pub(super) const MORPHINE_SOLUTION_2: &str = "892589";
pub(super) const LEVORPHANOL_2: &str = "197873";

pub(super) fn medicine(rxcui: &str) -> Medicine {
    let coding = CodingRef {
        system: Some("http://www.nlm.nih.gov/research/umls/rxnorm"),
        code: Some(rxcui),
        display: None,
    };
    Terminology::builtin().medicine(&[coding], None)
}

pub(super) fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(super) fn quantity(value: &str, unit: &str) -> Quantity {
    Quantity {
        value: Some(decimal(value)),
        unit: None,
        code: (!unit.is_empty()).then(|| unit.to_owned()),
    }
}

pub(super) fn dose(kind: DoseKind, value: &str, unit: &str) -> Dose {
    Dose {
        kind,
        amount: quantity(value, unit),
    }
}

/// `frequency` times every `period` `unit`.
pub(super) fn every(frequency: i64, period: i64, unit: &str) -> Timing {
    Timing {
        frequency: Some(frequency.into()),
        period: Some(period.into()),
        period_unit: Some(unit.to_owned()),
        ..Timing::default()
    }
}

pub(super) fn take(value: &str, unit: &str, timing: Timing) -> Instruction {
    Instruction {
        timing: Some(timing),
        doses: vec![dose(DoseKind::Ordered, value, unit)],
        ..Instruction::default()
    }
}

pub(super) fn as_needed(instruction: Instruction) -> Instruction {
    Instruction {
        as_needed: true,
        ..instruction
    }
}

pub(super) fn at_most(value: &str, unit: &str, period: i64, per: &str) -> Option<Ratio> {
    Some(Ratio {
        numerator: quantity(value, unit),
        denominator: quantity(&period.to_string(), per),
    })
}

pub(super) fn text(text: &str) -> Instruction {
    Instruction {
        text: Some(text.to_owned()),
        ..Instruction::default()
    }
}

/// An order of instructions alone.
pub(super) fn reading(rxcui: &str, instructions: &[Instruction]) -> Reading {
    filled(rxcui, instructions, None)
}

/// An order with one fill of a quantity for some days.
pub(super) fn filled(
    rxcui: &str,
    instructions: &[Instruction],
    fill: Option<(Quantity, i64)>,
) -> Reading {
    let medicine = medicine(rxcui);
    read(&Order {
        medicine: &medicine,
        instructions,
        quantity: fill.as_ref().map(|(quantity, _)| quantity),
        supply_days: fill.as_ref().map(|(_, days)| (*days).into()),
    })
}

pub(super) fn under(set: FactorSet, reading: &Reading) -> OrderDose {
    convert(reading, Terminology::builtin().factors(), set, None)
}

pub(super) fn converted(reading: &Reading) -> OrderDose {
    under(FactorSet::Cdc2022, reading)
}

/// The number, or the answer where there is none.
pub(super) fn shown(dose: &OrderDose) -> String {
    match (dose.answer, dose.mme_per_day) {
        (Answer::Converted, Some(mme)) => mme.to_string(),
        (answer, None) => answer.as_str().to_owned(),
        (answer, Some(_)) => format!("{answer:?} with a number"),
    }
}

pub(super) fn mme(rxcui: &str, instructions: &[Instruction]) -> String {
    shown(&converted(&reading(rxcui, instructions)))
}
