//! `acute-quantity`: a short-term supply of a short-acting opioid for more days than most pain of this kind needs (sheet 4.15).
//!
//! Knows what is short-term here, and which smaller quantities the order's own instruction gives.
//! Refuses to set a limit: the guideline names no number, and every override is respected.

#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::{Answer, Fact, Finding, drafted, supply};
use crate::patient::{Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// From here on a supply is long-term (P-CHRONIC).
const LONG_TERM_DAYS: Decimal = Decimal::from_parts(28, 0, 0, false, 0);
/// Supplies that are offered instead (days).
const OFFERED_DAYS: [Decimal; 2] = [
    Decimal::from_parts(3, 0, 0, false, 0),
    Decimal::from_parts(5, 0, 0, false, 0),
];

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = match drafted::opioids(snapshot) {
        Ok(drafts) => drafts,
        Err(answer) => return answer,
    };
    let most = Decimal::from(snapshot.site.acute_quantity_days);
    let mut long: Vec<(&MedicineRow, Decimal)> = drafts
        .into_iter()
        .filter(|row| is_short_acting(row))
        .filter_map(|row| Some((row, row.supply_days?)))
        .filter(|(_, days)| *days > most && *days < LONG_TERM_DAYS)
        .collect();
    long.sort_by_key(|(_, days)| std::cmp::Reverse(*days));
    if long.is_empty() {
        return Answer::silent(format!(
            "No short-acting opioid is drafted for more than {most} and less than 28 days."
        ));
    }
    match &snapshot.history.long_term {
        Known::No => Answer::Fires(vec![finding(&long)]),
        Known::Yes(_) => Answer::silent("Opioids are long-term treatment here."),
        Known::Unsure(doubt) => Answer::CannotTell(vec![doubt.clone()]),
    }
}

/// An immediate-release opioid analgesic; buprenorphine for pain is never short-acting.
fn is_short_acting(row: &MedicineRow) -> bool {
    !row.medicine.extended_release
        && !drafted::is_long_acting(row)
        && !row.is(ValueSet::Buprenorphine)
        && !drafted::is_cough_only(row)
}

fn finding(long: &[(&MedicineRow, Decimal)]) -> Finding {
    let (longest, days) = long[0];
    let name = longest.medicine.short_name.clone();
    // A smaller fill with the same refills would not be a smaller supply.
    let suggest = OFFERED_DAYS
        .into_iter()
        .filter(|offered| longest.repeats == 0 && *offered < days)
        .filter_map(|offered| supply::lower(key(offered), longest, offered))
        .collect();
    Finding {
        indicator: Some(Indicator::Info),
        case: "long",
        slots: slots([
            ("medicine", text(name.clone())),
            ("subject", text(named::subject(&name))),
            ("days", text(supply::days(days))),
            ("quantity", text(quantity(longest))),
            ("refills", text(refills(longest))),
            (
                "reason",
                text(
                    longest
                        .reason
                        .as_deref()
                        .map(named::inline)
                        .unwrap_or_default(),
                ),
            ),
        ]),
        facts: long.iter().map(|(row, days)| order(row, *days)).collect(),
        doubts: Vec::new(),
        drafts: long.iter().map(|(row, _)| row.reference.clone()).collect(),
        suggest,
        because: long
            .iter()
            .map(|(row, days)| {
                let name = named::subject(&row.medicine.short_name);
                format!(
                    "{name} is drafted for {} days, not as long-term treatment.",
                    days.normalize()
                )
            })
            .collect(),
    }
}

fn key(days: Decimal) -> &'static str {
    if days == OFFERED_DAYS[0] {
        "three-days"
    } else {
        "five-days"
    }
}

fn quantity(row: &MedicineRow) -> String {
    let received = row.received.as_ref();
    let ordered = received.and_then(|received| received.quantity.as_ref());
    ordered
        .and_then(|ordered| Some(supply::counted(ordered.value?, ordered)))
        .unwrap_or_default()
}

/// Empty where there are none.
fn refills(row: &MedicineRow) -> String {
    match row.repeats {
        0 => String::new(),
        repeats => repeats.to_string(),
    }
}

fn order(row: &MedicineRow, days: Decimal) -> Fact {
    let filled = slots([
        ("product", text(row.medicine.name.clone())),
        ("days", text(supply::days(days))),
        ("quantity", text(quantity(row))),
        ("medicine", text(row.medicine.short_name.clone())),
        ("refills", text(refills(row))),
        (
            "reason",
            text(row.reason.as_deref().map(named::inline).unwrap_or_default()),
        ),
    ]);
    named::fact("supply", filled, vec![row.reference.clone()])
}
