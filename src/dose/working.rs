//! The multiplication as people check it: "10 mg × 4 per day × 1.5".
//!
//! Knows how amounts and rates are written.
//! Refuses to compute.

use super::{
    Fraction,
    instruction::Intake,
    intake::{Daily, delivery},
    units::Measure,
};
use crate::terminology::{OpioidContent, UnitBasis};
use rust_decimal::Decimal;

/// Places after the point before a fraction is written as "1 per 3 days".
const PLACES: u32 = 4;

/// One intake of one opioid times its factor.
pub(super) fn working(
    intake: &Intake,
    content: &OpioidContent,
    basis: UnitBasis,
    factor: Decimal,
) -> Option<String> {
    let up_to = if intake.up_to { "up to " } else { "" };
    let strength = || Fraction::whole(content.strength?.value);
    let left = match intake.daily {
        Daily::Worn { patches, .. } => {
            let noun = if patches == Fraction::ONE {
                "patch"
            } else {
                "patches"
            };
            format!(
                "{} µg/h × {up_to}{} {noun}",
                short(delivery(content)?),
                short(patches)
            )
        }
        Daily::Rate { rate, .. } => format!("{up_to}{} µg/h", short(rate)),
        Daily::Dosed {
            dose: Measure::Mass(mass),
            times,
        } => {
            format!("{} × {up_to}{}", written(mass, basis)?, a_day(times, ""))
        }
        daily => match daily.measure()? {
            Measure::Mass(mass) => format!("{up_to}{} per day", written(mass, basis)?),
            Measure::Count(units) => {
                format!(
                    "{} × {up_to}{}",
                    written(strength()?, basis)?,
                    a_day(units, "")
                )
            }
            Measure::Volume(volume) => {
                format!(
                    "{}/mL × {up_to}{}",
                    written(strength()?, basis)?,
                    a_day(volume, " mL")
                )
            }
            Measure::Rate(_) => return None,
        },
    };
    Some(format!("{left} × {}", factor.normalize()))
}

fn written(milligrams: Fraction, basis: UnitBasis) -> Option<String> {
    Some(match basis {
        UnitBasis::Ug => format!("{} µg", short(milligrams.times(Decimal::ONE_THOUSAND)?)),
        UnitBasis::Mg | UnitBasis::UgPerHour => format!("{} mg", short(milligrams)),
    })
}

/// "4 per day", "0.5 per day", "1 per 3 days".
fn a_day(times: Fraction, unit: &str) -> String {
    match times.decimal().filter(|times| times.scale() <= PLACES) {
        Some(times) => format!("{times}{unit} per day"),
        None => {
            let (top, bottom) = times.parts();
            format!("{top}{unit} per {bottom} days")
        }
    }
}

fn short(value: Fraction) -> String {
    let (top, bottom) = value.parts();
    match value.decimal() {
        Some(decimal) => decimal.round_dp(PLACES * 2).normalize().to_string(),
        None => format!("{top}/{bottom}"),
    }
}
