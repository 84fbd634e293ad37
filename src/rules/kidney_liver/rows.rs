//! The table of sheet 4.25: what each opioid draws at each grade.
//!
//! Knows opioids by ingredient, and acetaminophen in combinations.
//! Refuses to know cards.

use crate::patient::{Doubt, KidneyGrade, Known, MedicineRow, Snapshot};
use crate::rules::{acetaminophen, drafted, raised};
use rust_decimal::Decimal;

/// Cleared by the kidneys, with active or harmful products: named at both grades.
const AT_ANY_GRADE: [&str; 3] = ["morphine", "codeine", "meperidine"];
/// Named at the severe grade, as a line.
const WITH_CARE: [&str; 3] = ["hydromorphone", "oxycodone", "tramadol"];
/// More acetaminophen a day than a failing liver should get (milligrams).
const ACETAMINOPHEN_MG: Decimal = Decimal::from_parts(2000, 0, 0, false, 0);

/// How loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Line,
    Info,
    Warning,
}

/// Why the liver matters to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Liver {
    /// New, long-acting, methadone or tramadol.
    Opioid,
    /// More than 2 g of acetaminophen a day; holds grams.
    Acetaminophen(Decimal),
}

fn is(row: &MedicineRow, name: &str) -> bool {
    let mut opioids = row.medicine.opioids.iter();
    opioids.any(|opioid| opioid.ingredient.name == name)
}

fn any(row: &MedicineRow, names: &[&str]) -> bool {
    names.iter().any(|name| is(row, name))
}

/// Would any grade of kidney disease make this order worth a word?
pub(super) fn matters_to_kidneys(row: &MedicineRow) -> bool {
    any(row, &AT_ANY_GRADE) || any(row, &WITH_CARE) || is(row, "tapentadol")
}

/// The kidney rows.
pub(super) fn kidney(
    snapshot: &Snapshot,
    row: &MedicineRow,
    grade: KidneyGrade,
    open: &mut Vec<Doubt>,
) -> Option<Level> {
    let first = any(row, &AT_ANY_GRADE);
    match grade {
        KidneyGrade::Severe => {
            let long_acting_tramadol = is(row, "tramadol") && row.medicine.extended_release;
            if first || is(row, "tapentadol") || long_acting_tramadol {
                Some(Level::Warning)
            } else {
                any(row, &WITH_CARE).then_some(Level::Line)
            }
        }
        KidneyGrade::Moderate if !first => None,
        KidneyGrade::Moderate if drafted::is_new(snapshot, row) => Some(Level::Info),
        KidneyGrade::Moderate => match raised::raised(snapshot, row) {
            Known::Yes(()) => Some(Level::Info),
            Known::No => Some(Level::Line),
            Known::Unsure(doubt) => {
                open.push(doubt);
                Some(Level::Line)
            }
        },
    }
}

/// The liver row.
pub(super) fn liver(
    snapshot: &Snapshot,
    row: &MedicineRow,
    open: &mut Vec<Doubt>,
) -> Option<Liver> {
    let a_day = acetaminophen::milligrams(row);
    if let Some(a_day) = a_day
        && a_day > ACETAMINOPHEN_MG
    {
        return Some(Liver::Acetaminophen(
            (a_day / Decimal::ONE_THOUSAND).round_dp(1),
        ));
    }
    let by_itself = drafted::is_long_acting(row)
        || is(row, "methadone")
        || is(row, "tramadol")
        || drafted::is_new(snapshot, row);
    if by_itself {
        return Some(Liver::Opioid);
    }
    if acetaminophen::is_in(row) && a_day.is_none() {
        open.push(Doubt::Dose {
            order: row.reference.clone(),
            because: format!(
                "How much acetaminophen {} gives a day could not be worked out.",
                row.medicine.short_name
            ),
        });
    }
    None
}
