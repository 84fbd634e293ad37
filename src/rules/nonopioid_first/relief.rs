//! Which common pain medicines may be named for this person (sheet 4.16).
//!
//! Knows what speaks against an NSAID or acetaminophen, and how much acetaminophen is in an order.
//! Refuses to name a medicine where what speaks against it could not be read.

use crate::patient::{Known, MedicineRow, Snapshot};
use crate::rules::Fact;
use crate::rules::named;
use crate::rules::naming::{fact, slots, text};
use rust_decimal::Decimal;

/// What may be named.
pub(super) struct Relief {
    /// An NSAID, "if heart, stomach and allergies allow".
    pub(super) nsaid: bool,
    /// Acetaminophen.
    pub(super) acetaminophen: bool,
    /// An order that holds acetaminophen already.
    pub(super) contained: Option<Contained>,
    /// Why no NSAID is named.
    pub(super) no_nsaid: Option<Fact>,
}

/// Acetaminophen in an order.
pub(super) struct Contained {
    pub(super) medicine: String,
    /// "1300 mg", or nothing where it could not be computed.
    pub(super) daily: String,
    pub(super) reference: String,
}

impl Relief {
    pub(super) fn of(snapshot: &Snapshot, drafts: &[&MedicineRow]) -> Relief {
        let facts = &snapshot.facts;
        let no_nsaid = against_nsaid(snapshot);
        let none = [
            facts.kidney.is_no(),
            facts.liver.is_no(),
            facts.pregnant.is_no(),
            facts.pregnancy_undated.is_none(),
            snapshot.care.bleeding.is_no(),
        ];
        let contained = drafts
            .iter()
            .copied()
            .chain(snapshot.after())
            .find_map(contained);
        Relief {
            nsaid: none.iter().all(|known| *known),
            acetaminophen: facts.liver.is_no() && contained.is_none(),
            contained,
            no_nsaid,
        }
    }
}

/// The first reason of this person against an NSAID.
fn against_nsaid(snapshot: &Snapshot) -> Option<Fact> {
    let facts = &snapshot.facts;
    let kidney = facts
        .kidney
        .yes()
        .map(|kidney| (kidney.name.clone(), kidney.date, kidney.reference.clone()));
    let bleeding = snapshot.care.bleeding.yes();
    let bleeding = bleeding.map(|row| (row.name.clone(), row.date, row.reference.clone()));
    let listed = |known: &Known<crate::patient::ConditionFact>| {
        known
            .yes()
            .map(|row| (row.name.clone(), row.date, row.reference.clone()))
    };
    // Its codes name visits and trimesters.
    let pregnancy = listed(&facts.pregnant)
        .map(|(_, date, reference)| ("pregnancy".to_owned(), date, reference));
    let found = kidney
        .or(bleeding)
        .or(pregnancy)
        .or(listed(&facts.liver));
    let (name, date, reference) = found?;
    let filled = slots([
        ("name", text(named::inline(&name))),
        ("date", text(named::month(date))),
    ]);
    Some(fact("no-nsaid", filled, vec![reference]))
}

fn contained(row: &MedicineRow) -> Option<Contained> {
    let holds = row
        .medicine
        .ingredients
        .iter()
        .any(|one| one.name == "acetaminophen");
    let daily = || {
        let strength = strength(&row.medicine.name)?;
        let amount = row.dose.units_per_day?.checked_mul(strength)?.normalize();
        Some(format!("{amount} mg"))
    };
    holds.then(|| Contained {
        medicine: row.medicine.short_name.clone(),
        daily: daily().unwrap_or_default(),
        reference: row.reference.clone(),
    })
}

/// The "325" of "acetaminophen 325 MG / hydrocodone 5 MG Oral Tablet".
fn strength(name: &str) -> Option<Decimal> {
    let name = name.to_lowercase();
    let (_, after) = name.split_once("acetaminophen ")?;
    let mut words = after.split_whitespace();
    let number = words.next()?.parse().ok()?;
    (words.next()? == "mg").then_some(number)
}

#[cfg(test)]
mod tests {
    use super::strength;
    use rust_decimal::Decimal;

    #[test]
    fn the_strength_of_acetaminophen_is_read_from_the_name() {
        let name = "acetaminophen 325 MG / hydrocodone bitartrate 5 MG Oral Tablet";
        assert_eq!(strength(name), Some(Decimal::from(325)));
        assert_eq!(
            strength("acetaminophen 21.7 MG/ML / hydrocodone 0.5 MG/ML Oral Solution"),
            None
        );
        assert_eq!(strength("oxycodone 5 MG Oral Tablet"), None);
    }
}
