//! From daily amounts to MME a day under a factor set (R7, R10).
//!
//! Knows bands and what a factor multiplies.
//! Refuses to know patients: whoever asks says what the ingredient's total is.

use super::{
    Answer, Disagreement, Fraction, MmePerDay, OrderDose, Reading, StepDose,
    factor::{Factors, factors},
    gap::Gap,
    instruction::Intake,
    intake::Amount,
    reading::amount_of,
    working::working,
};
use crate::terminology::{FactorRow, FactorSet, FactorTable, OpioidContent, UnitBasis};
use rust_decimal::Decimal;

/// The order's answer under a factor set.
///
/// `same_ingredient_total` is the patient's daily amount of the ingredient over all orders, in mg:
/// it chooses the band of a banded factor (R10).
/// `None` looks at this order alone.
pub fn convert(
    reading: &Reading,
    table: &FactorTable,
    set: FactorSet,
    same_ingredient_total: Option<Decimal>,
) -> OrderDose {
    let mut dose = unconverted(reading);
    let factors = match factors(reading, table, set) {
        Ok(factors) => factors,
        Err((answer, because)) => {
            dose.answer = answer;
            dose.because = Some(because);
            return dose;
        }
    };
    let conversion = Conversion {
        reading,
        factors,
        total: same_ingredient_total,
    };
    for (step, (_, intake)) in dose.steps.iter_mut().zip(&reading.steps) {
        step.mme_per_day = intake.and_then(|intake| conversion.mme(&[intake]));
    }
    if reading.intakes.is_empty() {
        return dose;
    }
    match conversion.mme(&reading.intakes) {
        Some(mme) => {
            dose.answer = Answer::Converted;
            dose.mme_per_day = Some(mme);
            dose.working = conversion.working();
            dose.because = None;
        }
        None => dose.because = Some(Gap::TooLarge.sentence(&reading.name)),
    }
    dose
}

/// All that is known without a factor.
fn unconverted(reading: &Reading) -> OrderDose {
    let amounts: Vec<String> = reading.amounts().iter().map(ToString::to_string).collect();
    let step = |(sequence, _): &(i64, Option<Intake>)| StepDose {
        sequence: *sequence,
        mme_per_day: None,
    };
    OrderDose {
        answer: Answer::Unknown,
        mme_per_day: None,
        daily_dose: (!amounts.is_empty()).then(|| amounts.join(" + ")),
        working: None,
        read_from: reading.read_from(),
        because: Some(reading.gap.sentence(&reading.name)),
        up_to: reading.up_to(),
        steps: reading.steps.iter().map(step).collect(),
        units_per_day: reading.units_per_day(),
        note: reading.disagreement().map(note),
    }
}

fn note(disagreement: Disagreement) -> String {
    let unit = if disagreement.in_millilitres {
        " mL"
    } else {
        ""
    };
    let shown = |number: Decimal| number.round_dp(2).normalize();
    format!(
        "The instruction allows {}{unit} a day, the quantity over its days makes {}{unit} a day; \
         the higher is shown.",
        shown(disagreement.by_instruction),
        shown(disagreement.by_quantity),
    )
}

struct Conversion<'a> {
    reading: &'a Reading,
    factors: Factors<'a>,
    total: Option<Decimal>,
}

impl Conversion<'_> {
    fn mme(&self, intakes: &[Intake]) -> Option<MmePerDay> {
        let mut parts = self.factors.iter().map(|(content, rows)| {
            let amount = amount_of(intakes, content)?;
            let row = self.row(rows, content, amount)?;
            in_basis(amount, row.unit_basis)?.times(row.factor)
        });
        let first = parts.next()??;
        let sum = parts.try_fold(first, |sum, next| sum.plus(next?))?;
        sum.decimal().map(MmePerDay::new)
    }

    /// R10: the band of the patient's total with this order at this amount; it is never less than the order's own.
    fn row<'r>(
        &self,
        rows: &'r [FactorRow],
        content: &OpioidContent,
        amount: Amount,
    ) -> Option<&'r FactorRow> {
        let own = amount.value().decimal()?;
        let whole = amount_of(&self.reading.intakes, content).and_then(|all| all.value().decimal());
        let others = self
            .total
            .zip(whole)
            .and_then(|(total, whole)| total.checked_sub(whole))
            .map_or(Decimal::ZERO, |others| others.max(Decimal::ZERO));
        let together = own.checked_add(others)?;
        rows.iter()
            .find(|row| row.band.is_none_or(|band| band.holds(together)))
    }

    fn working(&self) -> Option<String> {
        let intakes = &self.reading.intakes;
        let mut lines = Vec::new();
        for (content, rows) in &self.factors {
            let row = self.row(rows, content, amount_of(intakes, content)?)?;
            for intake in intakes {
                lines.push(working(intake, content, row.unit_basis, row.factor)?);
            }
        }
        Some(lines.join(" + "))
    }
}

/// The amount in what the factor multiplies: a rate never meets a factor per milligram.
fn in_basis(amount: Amount, basis: UnitBasis) -> Option<Fraction> {
    match (amount, basis) {
        (Amount::Milligrams(mass), UnitBasis::Mg) => Some(mass),
        (Amount::Milligrams(mass), UnitBasis::Ug) => mass.times(Decimal::ONE_THOUSAND),
        (Amount::MicrogramsPerHour(rate), UnitBasis::UgPerHour) => Some(rate),
        _ => None,
    }
}
