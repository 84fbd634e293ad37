//! How a draft's supply is said and lowered: shared by the two rules of sheet 4.15.
//!
//! Knows counted units in words, and the suggestion that lowers a quantity.
//! Refuses to know when a supply is too long.

use super::naming::{has_id, slots, text};
use super::{DraftChange, Proposal, Suggest};
use crate::dose::Quantity;
use crate::patient::MedicineRow;
use rust_decimal::Decimal;

/// "20 tablets", or "20" where the unit says nothing to people.
pub(super) fn counted(value: Decimal, quantity: &Quantity) -> String {
    let unit = quantity.unit.as_deref().or(quantity.code.as_deref());
    let unit = unit.unwrap_or_default().to_lowercase();
    let one = value == Decimal::ONE;
    // Whatever a record writes, these are how people say it.
    const UNITS: [(&str, &str, &str); 7] = [
        ("tab", "tablet", "tablets"),
        ("cap", "capsule", "capsules"),
        ("patch", "patch", "patches"),
        ("film", "film", "films"),
        ("ml", "mL", "mL"),
        ("lozenge", "lozenge", "lozenges"),
        ("supp", "suppository", "suppositories"),
    ];
    let value = value.normalize();
    match UNITS.iter().find(|(part, ..)| unit.contains(part)) {
        Some((_, singular, plural)) => format!("{value} {}", if one { singular } else { plural }),
        None => value.to_string(),
    }
}

/// Days without places that nobody counts: "7", "2.5".
pub(super) fn days(days: Decimal) -> String {
    days.round_dp(1).normalize().to_string()
}

/// Lowers the quantity to what lasts so many days by the instruction, where it can be computed and refills do not undo it.
pub(super) fn lower(key: &'static str, draft: &MedicineRow, lasts: Decimal) -> Option<Suggest> {
    let received = draft.received.as_ref()?;
    let quantity = received.quantity_for(lasts)?;
    let ordered = received.quantity.as_ref()?;
    if !has_id(&draft.reference) {
        return None;
    }
    Some(Suggest {
        key,
        slots: slots([
            ("days", text(days(lasts))),
            ("quantity", text(counted(quantity, ordered))),
            ("medicine", text(&draft.medicine.short_name)),
        ]),
        proposal: Proposal::UpdateDraft {
            reference: draft.reference.clone(),
            change: DraftChange::LowerQuantity {
                quantity,
                days: lasts,
            },
        },
        recommended: false,
    })
}

#[cfg(test)]
mod tests {
    use super::{counted, days};
    use crate::dose::Quantity;
    use rust_decimal::Decimal;

    fn of(unit: &str) -> Quantity {
        Quantity {
            unit: Some(unit.into()),
            ..Quantity::default()
        }
    }

    #[test]
    fn units_are_said_as_people_say_them() {
        assert_eq!(counted(Decimal::from(20), &of("{tbl}")), "20");
        assert_eq!(counted(Decimal::from(20), &of("TAB")), "20 tablets");
        assert_eq!(counted(Decimal::ONE, &of("Tablet")), "1 tablet");
        assert_eq!(counted(Decimal::from(180), &of("mL")), "180 mL");
        assert_eq!(counted(Decimal::from(9), &Quantity::default()), "9");
    }

    #[test]
    fn days_are_rounded_for_people() {
        assert_eq!(days(Decimal::new(70, 1)), "7");
        assert_eq!(days(Decimal::new(33333, 4)), "3.3");
    }
}
