//! What an order's instructions allow a day, before any factor.
//!
//! Knows which of structured dose, text and quantity tells it (R12), and how instructions add up (R6).
//! Refuses to know factors.

use super::{
    AmountUnit, DailyAmount, Fraction, Instruction, Order, Quantity, ReadFrom,
    gap::Gap,
    instruction::{self, Intake},
    intake::{Amount, Supply},
    quantity,
    units::Measure,
};
use crate::terminology::{Medicine, OpioidContent, Recognised, ValueSet};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Instruction and quantity tell different units a day (R12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disagreement {
    /// What the instruction allows a day.
    pub by_instruction: Decimal,
    /// Quantity of one fill over its days.
    pub by_quantity: Decimal,
    /// Both are millilitres, not counted units.
    pub in_millilitres: bool,
}

/// An order's daily amounts; convert it under as many factor sets and totals as needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub(super) name: String,
    pub(super) opioids: Vec<OpioidContent>,
    pub(super) is_buprenorphine: bool,
    pub(super) intakes: Vec<Intake>,
    pub(super) gap: Gap,
    pub(super) steps: Vec<(i64, Option<Intake>)>,
    scheduled: Vec<Intake>,
    any_as_needed: bool,
    all_as_needed: bool,
    disagreement: Option<Disagreement>,
}

impl Reading {
    /// The most of each opioid a day; empty where nothing usable was found.
    pub fn amounts(&self) -> Vec<DailyAmount> {
        self.amounts_of(&self.intakes).unwrap_or_default()
    }

    /// The same without the instructions that are taken as needed.
    pub fn scheduled_amounts(&self) -> Vec<DailyAmount> {
        self.amounts_of(&self.scheduled).unwrap_or_default()
    }

    /// The reading of the scheduled instructions alone, to be converted by itself.
    pub fn scheduled(&self) -> Reading {
        let keep = |(sequence, intake): &(i64, Option<Intake>)| {
            (*sequence, intake.filter(|intake| !intake.as_needed))
        };
        Reading {
            intakes: self.scheduled.clone(),
            gap: if self.intakes.is_empty() {
                self.gap
            } else {
                Gap::NothingScheduled
            },
            steps: self.steps.iter().map(keep).collect(),
            any_as_needed: false,
            all_as_needed: false,
            disagreement: None,
            ..self.clone()
        }
    }

    /// The most counted units a day (patches: changes a day).
    pub fn units_per_day(&self) -> Option<Decimal> {
        match supply_of(&self.intakes, &self.opioids)? {
            Supply::Units(units) => units.decimal(),
            Supply::Millilitres(_) => None,
        }
    }

    /// The most millilitres a day.
    pub fn millilitres_per_day(&self) -> Option<Decimal> {
        match supply_of(&self.intakes, &self.opioids)? {
            Supply::Millilitres(millilitres) => millilitres.decimal(),
            Supply::Units(_) => None,
        }
    }

    /// The most milligrams a day, where every dose is told as a mass. Of which ingredient, the order does not say.
    pub fn milligrams_per_day(&self) -> Option<Decimal> {
        let mut masses = self
            .intakes
            .iter()
            .map(|intake| match intake.daily.measure() {
                Some(Measure::Mass(mass)) => Some(mass),
                _ => None,
            });
        let first = masses.next()??;
        masses
            .try_fold(first, |sum, next| sum.plus(next?))?
            .decimal()
    }

    /// Which place told the dose; the weakest where several did.
    pub fn read_from(&self) -> Option<ReadFrom> {
        self.intakes.iter().map(|intake| intake.from).max()
    }

    /// Is any instruction taken as needed?
    pub fn any_as_needed(&self) -> bool {
        self.any_as_needed
    }

    /// Are there instructions, and all of them taken as needed?
    pub fn all_as_needed(&self) -> bool {
        self.all_as_needed
    }

    /// Is the amount the most that is allowed, as needed or at the end of a range?
    pub fn up_to(&self) -> bool {
        self.intakes.iter().any(|intake| intake.up_to)
    }

    /// Numbered steps: each sequence with its daily amounts, in order; `None` where it could not be read.
    pub fn steps(&self) -> Vec<(i64, Option<Vec<DailyAmount>>)> {
        let amounts = |intake: &Option<Intake>| self.amounts_of(&[(*intake)?]);
        self.steps
            .iter()
            .map(|(sequence, intake)| (*sequence, amounts(intake)))
            .collect()
    }

    /// Why nothing usable was found: one sentence.
    pub fn because(&self) -> Option<String> {
        self.intakes
            .is_empty()
            .then(|| self.gap.sentence(&self.name))
    }

    /// Instruction and quantity differ by more than a fifth of what the instruction allows.
    pub fn disagreement(&self) -> Option<Disagreement> {
        self.disagreement
    }

    /// Days that a quantity lasts at the most that is allowed: counted units, or mL of a liquid.
    pub fn supply_days(&self, quantity: &Quantity) -> Option<Decimal> {
        quantity::days(quantity, supply_of(&self.intakes, &self.opioids)?)
    }

    fn amounts_of(&self, intakes: &[Intake]) -> Option<Vec<DailyAmount>> {
        let amount = |content: &OpioidContent| {
            let amount = amount_of(intakes, content)?;
            Some(DailyAmount {
                ingredient: content.ingredient.clone(),
                amount: amount.value().decimal()?,
                unit: match amount {
                    Amount::Milligrams(_) => AmountUnit::Mg,
                    Amount::MicrogramsPerHour(_) => AmountUnit::UgPerHour,
                },
            })
        };
        self.opioids.iter().map(amount).collect()
    }
}

/// How much of an opioid the intakes give together.
pub(super) fn amount_of(intakes: &[Intake], content: &OpioidContent) -> Option<Amount> {
    let mut amounts = intakes.iter().map(|intake| intake.daily.amount_of(content));
    let first = amounts.next()??;
    amounts.try_fold(first, |sum, next| sum.plus(next?))
}

fn supply_of(intakes: &[Intake], opioids: &[OpioidContent]) -> Option<Supply> {
    let mut supplies = intakes.iter().map(|intake| intake.daily.supply(opioids));
    let first = supplies.next()??;
    supplies.try_fold(first, |sum, next| sum.plus(next?))
}

/// Reads an order.
pub fn read(order: &Order<'_>) -> Reading {
    let medicine = order.medicine;
    let read: Vec<Result<Intake, Gap>> = order
        .instructions
        .iter()
        .map(|instruction| instruction::intake(instruction, medicine))
        .collect();
    let steps = steps(order.instructions, &read);
    let told = together(&read, !steps.is_empty(), medicine);
    let by_quantity = quantity::intake(order);
    let as_needed = || order.instructions.iter().map(instruction::as_needed);
    let all_as_needed = !order.instructions.is_empty() && as_needed().all(|needed| needed);
    let mut reading = Reading {
        name: medicine.short_name.clone(),
        opioids: medicine.opioids.clone(),
        is_buprenorphine: medicine.is(ValueSet::Buprenorphine),
        gap: told.as_ref().err().copied().unwrap_or(Gap::Absurd),
        intakes: told.unwrap_or_else(|_| by_quantity.into_iter().collect()),
        steps,
        scheduled: Vec::new(),
        any_as_needed: as_needed().any(|needed| needed),
        all_as_needed,
        disagreement: None,
    };
    if medicine.recognised == Recognised::Unidentified {
        reading.gap = Gap::Unidentified;
    }
    let scheduled = reading.intakes.iter().filter(|intake| !intake.as_needed);
    reading.scheduled = scheduled.copied().collect();
    if let Some(by_quantity) = by_quantity {
        reading.weigh(by_quantity);
    }
    reading
}

/// Every instruction has its own `sequence`: a schedule of steps (R6).
fn steps(instructions: &[Instruction], read: &[Result<Intake, Gap>]) -> Vec<(i64, Option<Intake>)> {
    let mut steps: Vec<_> = instructions
        .iter()
        .zip(read)
        .filter_map(|(instruction, read)| Some((instruction.sequence?, read.ok())))
        .collect();
    steps.sort_by_key(|(sequence, _)| *sequence);
    let own = steps.windows(2).all(|pair| pair[0].0 != pair[1].0);
    if own && steps.len() == instructions.len() && steps.len() > 1 {
        steps
    } else {
        Vec::new()
    }
}

/// All instructions, or the largest step; one that cannot be read leaves the whole unread.
fn together(
    read: &[Result<Intake, Gap>],
    in_steps: bool,
    medicine: &Medicine,
) -> Result<Vec<Intake>, Gap> {
    if read.is_empty() {
        return Err(Gap::NoInstruction);
    }
    let all: Vec<Intake> = read.iter().copied().collect::<Result<_, _>>()?;
    if !in_steps {
        return Ok(all);
    }
    let largest = all.into_iter().reduce(|most, next| {
        let larger = size(next, medicine).zip(size(most, medicine));
        match larger.map(|(next, most)| next.order(most)) {
            Some(Ordering::Greater) => next,
            _ => most,
        }
    });
    Ok(largest.into_iter().collect())
}

fn size(intake: Intake, medicine: &Medicine) -> Option<Fraction> {
    match medicine.opioids.first() {
        Some(content) => intake.daily.amount_of(content).map(Amount::value),
        None => intake.daily.supply(&[]).map(Supply::value),
    }
}

impl Reading {
    /// R12: the higher of structured dose and quantity is shown, and the difference named.
    ///
    /// Steps lower their dose, so a quantity below the largest step contradicts nothing.
    fn weigh(&mut self, by_quantity: Intake) {
        if self.intakes.is_empty() || self.read_from() != Some(ReadFrom::Dosage) {
            return;
        }
        let told = supply_of(&self.intakes, &self.opioids);
        let filled = supply_of(&[by_quantity], &self.opioids);
        let (told, filled, in_millilitres) = match (told, filled) {
            (Some(Supply::Units(told)), Some(Supply::Units(filled))) => (told, filled, false),
            (Some(Supply::Millilitres(told)), Some(Supply::Millilitres(filled))) => {
                (told, filled, true)
            }
            _ => return,
        };
        let beyond = |share: i64, side: Ordering| {
            told.times(Decimal::new(share, 1))
                .is_some_and(|bound| filled.order(bound) == side)
        };
        let more = beyond(12, Ordering::Greater);
        if !more && (!beyond(8, Ordering::Less) || !self.steps.is_empty()) {
            return;
        }
        let Some((by_instruction, quantity)) = told.decimal().zip(filled.decimal()) else {
            return;
        };
        self.disagreement = Some(Disagreement {
            by_instruction,
            by_quantity: quantity,
            in_millilitres,
        });
        if more {
            self.intakes = vec![by_quantity];
        }
    }
}
