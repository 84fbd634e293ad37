//! What a patient takes a day, and how much of each opioid that is (R7, R8).
//!
//! Knows doses against the strength and form of a product.
//! Refuses to know how the dose was told.

use super::{Fraction, units::Measure};
use crate::terminology::{DoseFormClass, Medicine, OpioidContent, Strength, StrengthUnit};
use rust_decimal::Decimal;

/// A day's use of a medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Daily {
    /// A single dose, so often.
    Dosed { dose: Measure, times: Fraction },
    /// An amount a day, however it is divided: a cap, a sum, a quantity over days.
    Whole(Measure),
    /// Patches worn at one time, and how often a day they are changed.
    Worn {
        patches: Fraction,
        changes: Fraction,
    },
    /// A delivery rate in micrograms an hour, and how often a day it is renewed.
    Rate { rate: Fraction, changes: Fraction },
}

/// How much of one opioid a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    Milligrams(Fraction),
    MicrogramsPerHour(Fraction),
}

impl Amount {
    pub(super) fn value(self) -> Fraction {
        match self {
            Amount::Milligrams(value) | Amount::MicrogramsPerHour(value) => value,
        }
    }

    /// The sum; `None` for amounts of two kinds.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Amount::Milligrams(a), Amount::Milligrams(b)) => Some(Amount::Milligrams(a.plus(b)?)),
            (Amount::MicrogramsPerHour(a), Amount::MicrogramsPerHour(b)) => {
                Some(Amount::MicrogramsPerHour(a.plus(b)?))
            }
            _ => None,
        }
    }
}

/// A day's supply in what a pharmacy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supply {
    Units(Fraction),
    Millilitres(Fraction),
}

impl Supply {
    pub(super) fn value(self) -> Fraction {
        match self {
            Supply::Units(value) | Supply::Millilitres(value) => value,
        }
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Supply::Units(a), Supply::Units(b)) => Some(Supply::Units(a.plus(b)?)),
            (Supply::Millilitres(a), Supply::Millilitres(b)) => {
                Some(Supply::Millilitres(a.plus(b)?))
            }
            _ => None,
        }
    }
}

impl Daily {
    /// The amount a day in the unit of the dose; `None` for patches and rates.
    pub(super) fn measure(self) -> Option<Measure> {
        match self {
            Daily::Dosed { dose, times } => dose.map(|value| value.by(times)),
            Daily::Whole(measure) => Some(measure),
            Daily::Worn { .. } | Daily::Rate { .. } => None,
        }
    }

    /// How much of this opioid; `None` where the strength does not say.
    pub(super) fn amount_of(self, content: &OpioidContent) -> Option<Amount> {
        match self {
            Daily::Dosed { .. } | Daily::Whole(_) => {
                milligrams(self.measure()?, content.strength).map(Amount::Milligrams)
            }
            Daily::Worn { patches, .. } => {
                Some(Amount::MicrogramsPerHour(delivery(content)?.by(patches)?))
            }
            Daily::Rate { rate, .. } => Some(Amount::MicrogramsPerHour(rate)),
        }
    }

    /// What of the pharmacy's supply goes a day; a mass is counted back through the strength.
    pub(super) fn supply(self, medicine: &[OpioidContent]) -> Option<Supply> {
        match self {
            Daily::Worn { patches, changes } => Some(Supply::Units(patches.by(changes)?)),
            Daily::Rate { rate, changes } => {
                let patches = rate.by(delivery(only(medicine)?)?.inverse())?;
                Some(Supply::Units(patches.by(changes)?))
            }
            Daily::Dosed { .. } | Daily::Whole(_) => match self.measure()? {
                Measure::Count(count) => Some(Supply::Units(count)),
                Measure::Volume(millilitres) => Some(Supply::Millilitres(millilitres)),
                Measure::Mass(mass) => {
                    let strength = only(medicine)?.strength?;
                    let units = mass.by(positive(strength)?.inverse())?;
                    match strength.unit {
                        StrengthUnit::MgPerMl => Some(Supply::Millilitres(units)),
                        StrengthUnit::Mg | StrengthUnit::MgPerActuation => {
                            Some(Supply::Units(units))
                        }
                        StrengthUnit::MgPerHour => None,
                    }
                }
                Measure::Rate(_) => None,
            },
        }
    }
}

/// A mass says how much only where the product has one opioid.
fn only(medicine: &[OpioidContent]) -> Option<&OpioidContent> {
    match medicine {
        [content] => Some(content),
        _ => None,
    }
}

fn positive(strength: Strength) -> Option<Fraction> {
    Fraction::whole(strength.value)
}

/// Milligrams of an opioid in an amount of the product (R8).
fn milligrams(measure: Measure, strength: Option<Strength>) -> Option<Fraction> {
    use StrengthUnit::{Mg, MgPerActuation, MgPerHour, MgPerMl};
    match (measure, strength) {
        (
            Measure::Mass(_),
            Some(Strength {
                unit: MgPerHour, ..
            }),
        ) => None,
        (Measure::Mass(mass), _) => Some(mass),
        (Measure::Count(units), Some(strength)) if matches!(strength.unit, Mg | MgPerActuation) => {
            positive(strength)?.by(units)
        }
        (Measure::Volume(volume), Some(strength)) if strength.unit == MgPerMl => {
            positive(strength)?.by(volume)
        }
        _ => None,
    }
}

/// Micrograms an hour of one patch.
pub(super) fn delivery(content: &OpioidContent) -> Option<Fraction> {
    let strength = content
        .strength
        .filter(|strength| strength.unit == StrengthUnit::MgPerHour)?;
    positive(strength)?.times(Decimal::ONE_THOUSAND)
}

/// Is the medicine worn as a patch?
pub(super) fn is_patch(medicine: &Medicine) -> bool {
    medicine.opioids.iter().any(|content| {
        content.form == Some(DoseFormClass::Transdermal)
            || content
                .strength
                .is_some_and(|strength| strength.unit == StrengthUnit::MgPerHour)
    })
}

/// Can every opioid of the medicine be computed from a dose in this unit?
///
/// A mass names one opioid: with two in the product it does not say of which.
/// A medicine without opioids has nothing to compute but its supply.
pub(super) fn usable(dose: Measure, medicine: &Medicine) -> bool {
    match (dose, medicine.opioids.as_slice()) {
        (Measure::Rate(_), contents) => !contents.is_empty() && is_patch(medicine),
        (_, []) => true,
        (Measure::Mass(_), [_, _, ..]) => false,
        (Measure::Count(_), contents) if is_patch(medicine) => {
            contents.iter().all(|content| delivery(content).is_some())
        }
        (dose, contents) => {
            !is_patch(medicine)
                && contents
                    .iter()
                    .all(|content| milligrams(dose, content.strength).is_some())
        }
    }
}

/// Does what a text tells again fit its dose: the strength of one unit, or the whole?
///
/// A combination is told again with all its strengths ("5-325 mg"), so one that fits is enough.
pub(super) fn agrees(dose: Measure, again: &[Measure], medicine: &Medicine) -> bool {
    let contents = medicine.opioids.as_slice();
    again.is_empty()
        || contents.is_empty()
        || contents
            .iter()
            .any(|content| again.iter().any(|told| is_same(dose, *told, content)))
}

fn is_same(dose: Measure, told: Measure, content: &OpioidContent) -> bool {
    let in_milligrams = |measure| milligrams(measure, content.strength);
    match (dose, told) {
        (Measure::Count(count), Measure::Rate(rate)) => {
            delivery(content).is_some_and(|one| one == rate || one.by(count) == Some(rate))
        }
        (Measure::Rate(rate), Measure::Count(count)) => {
            delivery(content).and_then(|one| one.by(count)) == Some(rate)
        }
        (Measure::Count(_), Measure::Mass(mass)) => {
            in_milligrams(Measure::Count(Fraction::ONE)) == Some(mass)
                || in_milligrams(dose) == Some(mass)
        }
        (Measure::Mass(_), Measure::Count(_) | Measure::Volume(_))
            if content.strength.is_none() =>
        {
            true
        }
        (Measure::Rate(_), _) | (_, Measure::Rate(_)) => false,
        _ => in_milligrams(dose).is_some() && in_milligrams(dose) == in_milligrams(told),
    }
}
