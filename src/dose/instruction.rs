//! From one dosage instruction to a day's use (R2, R4, R5, R7, R12).
//!
//! Knows which of several doses counts, what caps it, and when the text is asked.
//! Refuses to add instructions up.

use super::{
    Dose, DoseKind, Fraction, Instruction, Quantity, Ratio, ReadFrom, Timing,
    gap::Gap,
    intake::{Daily, agrees, is_patch, usable},
    text::{self, Clause, Sig},
    timing::{days_of_unit, times_per_day},
    units::{Measure, Unit, unit_of},
};
use crate::terminology::Medicine;

/// A day's use as one instruction tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Intake {
    pub(super) daily: Daily,
    pub(super) as_needed: bool,
    /// The most that is allowed, not what is taken every day.
    pub(super) up_to: bool,
    pub(super) from: ReadFrom,
}

/// The structured dose, else the text where it follows the common forms (R12).
pub(super) fn intake(instruction: &Instruction, medicine: &Medicine) -> Result<Intake, Gap> {
    let sig = || instruction.text.as_deref().and_then(text::read);
    let as_needed = as_needed(instruction);
    match structured(instruction, medicine) {
        Ok(daily) => Ok(Intake {
            daily,
            as_needed,
            up_to: as_needed || instruction.timing.as_ref().is_some_and(has_range),
            from: ReadFrom::Dosage,
        }),
        Err(gap) => {
            let sig = sig().ok_or(gap)?;
            Ok(Intake {
                daily: from_text(&sig, medicine).ok_or(gap)?,
                as_needed: as_needed || sig.as_needed,
                up_to: as_needed || sig.as_needed || sig.range,
                from: ReadFrom::Text,
            })
        }
    }
}

/// As needed by its element or its words: a record that leaves the element out does not make it scheduled.
pub(super) fn as_needed(instruction: &Instruction) -> bool {
    let codes = instruction.timing.iter().flat_map(|timing| &timing.codes);
    instruction.as_needed
        || codes
            .chain(&instruction.text)
            .any(|words| text::says_as_needed(words))
}

fn has_range(timing: &Timing) -> bool {
    timing.frequency_max.is_some() && timing.frequency_max != timing.frequency
}

fn structured(instruction: &Instruction, medicine: &Medicine) -> Result<Daily, Gap> {
    let times = instruction.timing.as_ref().and_then(times_per_day);
    let dose = chosen_dose(instruction, medicine).ok_or_else(|| dose_gap(instruction, medicine));
    if is_patch(medicine) {
        let changes = times.ok_or(Gap::NoTiming);
        return worn(dose?, changes?).ok_or(Gap::Unit);
    }
    let cap = instruction
        .max_dose_per_period
        .as_ref()
        .and_then(per_day)
        .filter(|cap| usable(*cap, medicine));
    match (dose, times, cap) {
        (Ok(dose), Some(times), cap) => dosed(dose, times, cap).ok_or(Gap::Absurd),
        (_, None, Some(cap)) => Ok(Daily::Whole(cap)),
        (Ok(_), None, None) => Err(Gap::NoTiming),
        (Err(gap), _, _) => Err(gap),
    }
}

/// R7: the change interval must be there and enters nothing but the supply.
fn worn(dose: Measure, changes: Fraction) -> Option<Daily> {
    match dose {
        Measure::Count(patches) => Some(Daily::Worn { patches, changes }),
        Measure::Rate(rate) => Some(Daily::Rate { rate, changes }),
        Measure::Mass(_) | Measure::Volume(_) => None,
    }
}

/// Dose times frequency, capped by what a day allows (R5).
fn dosed(dose: Measure, times: Fraction, cap: Option<Measure>) -> Option<Daily> {
    let plain = Daily::Dosed { dose, times };
    let whole = plain.measure()?;
    let capped = whole.capped(cap);
    Some(if capped == whole {
        plain
    } else {
        Daily::Whole(capped)
    })
}

/// R4: ordered, else calculated, else the first usable one, a count typed `admin-amount` last.
fn chosen_dose(instruction: &Instruction, medicine: &Medicine) -> Option<Measure> {
    let measured =
        |dose: &Dose| Measure::of_quantity(&dose.amount).filter(|dose| usable(*dose, medicine));
    let kinds = [
        DoseKind::Ordered,
        DoseKind::Calculated,
        DoseKind::Other,
        DoseKind::AdminAmount,
    ];
    let dose = kinds.into_iter().find_map(|kind| {
        let mut of_kind = instruction.doses.iter().filter(|dose| dose.kind == kind);
        of_kind.find_map(measured)
    });
    let rate = || {
        let rate = instruction.rate.as_ref().and_then(Measure::of_quantity)?;
        (matches!(rate, Measure::Rate(_)) && usable(rate, medicine)).then_some(rate)
    };
    let cap = instruction
        .max_dose_per_administration
        .as_ref()
        .and_then(Measure::of_quantity);
    Some(dose.or_else(rate)?.capped(cap))
}

/// Why no dose could be chosen.
fn dose_gap(instruction: &Instruction, medicine: &Medicine) -> Gap {
    let told: Vec<&Quantity> = instruction
        .doses
        .iter()
        .map(|dose| &dose.amount)
        .chain(&instruction.rate)
        .filter(|amount| amount.value.is_some())
        .collect();
    if told.is_empty() {
        return Gap::NoDose;
    }
    if told.iter().all(|amount| unit_of(amount).is_none()) {
        return Gap::Unit;
    }
    let Some(measure) = told.into_iter().find_map(Measure::of_quantity) else {
        return Gap::Absurd;
    };
    let strengths = medicine
        .opioids
        .iter()
        .all(|content| content.strength.is_some());
    match measure {
        Measure::Count(_) | Measure::Volume(_) if !strengths => Gap::NoStrength,
        _ => Gap::Unit,
    }
}

/// `maxDosePerPeriod` as an amount a day; its period in h, d or wk (R5).
fn per_day(ratio: &Ratio) -> Option<Measure> {
    let most = Measure::of_quantity(&ratio.numerator)?;
    let period = &ratio.denominator;
    let unit = [&period.code, &period.unit]
        .into_iter()
        .flatten()
        .find_map(|unit| days_of_unit(unit))?;
    let periods =
        [(1, 24), (1, 1), (7, 1)].map(|(top, bottom)| Fraction::of(top.into(), bottom.into()));
    if !periods.contains(&Some(unit)) {
        return None;
    }
    let days = unit.times(period.value?)?;
    most.map(|value| value.by(days.inverse()))
}

/// A text's clauses added up, capped by its limit.
fn from_text(sig: &Sig, medicine: &Medicine) -> Option<Daily> {
    let most = match sig.most {
        None => None,
        Some((value, Some(unit))) => Some(Measure::of(value, unit)?),
        // "max 8 per day" speaks of the doses' own unit, which must be a counted one.
        Some((value, None)) => {
            let counted = sig
                .clauses
                .iter()
                .all(|clause| clause.unit == Unit::Counted);
            Some(Measure::Count(value)).filter(|_| counted && !sig.clauses.is_empty())
        }
    };
    if sig.most.is_some() && most.is_none() {
        return None;
    }
    let patch = is_patch(medicine);
    match (sig.clauses.as_slice(), most) {
        ([], Some(most)) => (!patch && usable(most, medicine)).then_some(Daily::Whole(most)),
        ([clause], most) => {
            let dose = dose_of(clause, medicine)?;
            match (clause.times, most) {
                (Some(changes), None) if patch => worn(dose, changes),
                _ if patch => None,
                (Some(times), most) => dosed(dose, times, most),
                (None, most) => most
                    .filter(|most| usable(*most, medicine))
                    .map(Daily::Whole),
            }
        }
        (clauses, most) if !patch => {
            let mut days = clauses.iter().map(|clause| {
                let times = clause.times?;
                dose_of(clause, medicine)?.map(|value| value.by(times))
            });
            let first = days.next()??;
            let sum = days.try_fold(first, |sum, next| sum.plus(next?))?;
            Some(Daily::Whole(sum.capped(most)))
        }
        _ => None,
    }
}

/// A clause's dose, if the medicine can use it and what is told again agrees.
fn dose_of(clause: &Clause, medicine: &Medicine) -> Option<Measure> {
    let dose = Measure::of(clause.value, clause.unit).filter(|dose| usable(*dose, medicine))?;
    let again: Vec<Measure> = clause
        .again
        .iter()
        .map(|(value, unit)| Measure::of(Fraction::whole(*value)?, *unit))
        .collect::<Option<_>>()?;
    agrees(dose, &again, medicine).then_some(dose)
}
