//! P-TOLERANT: the fentanyl label's own test (catalogue section 2; FENTLBL), not MME.

use super::coverage::minus;
use super::history::{ListState, Span, Timeline};
use super::known::{Doubt, Known};
use super::row::MedicineRow;
use super::site::Site;
use super::snapshot::Tolerance;
use crate::dose::{AmountUnit, DailyAmount};
use crate::fhir::Query;
use crate::terminology::{DoseFormClass, ValueSet};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Days in a row that the label asks for.
const DAYS: i64 = 7;

/// Label amounts a day, by ingredient and form: boxed warning of the fentanyl transdermal label, section 1.
const LABEL: [(&str, DoseFormClass, u32, AmountUnit); 6] = [
    ("morphine", DoseFormClass::Oral, 60, AmountUnit::Mg),
    ("oxycodone", DoseFormClass::Oral, 30, AmountUnit::Mg),
    ("hydromorphone", DoseFormClass::Oral, 8, AmountUnit::Mg),
    ("oxymorphone", DoseFormClass::Oral, 25, AmountUnit::Mg),
    ("hydrocodone", DoseFormClass::Oral, 60, AmountUnit::Mg),
    (
        "fentanyl",
        DoseFormClass::Transdermal,
        25,
        AmountUnit::UgPerHour,
    ),
];
/// For any other opioid with a factor: MME divided by this.
const OTHER_MME: u32 = 60;

fn label(row: &MedicineRow) -> Option<(u32, AmountUnit)> {
    let opioid = row.medicine.opioids.first()?;
    LABEL
        .iter()
        .find(|(name, form, ..)| *name == opioid.ingredient.name && opioid.form == Some(*form))
        .map(|(.., amount, unit)| (*amount, *unit))
}

/// "30 mg a day", "25 µg/h".
pub(super) fn label_amount_text(row: &MedicineRow) -> Option<String> {
    label(row).map(|(amount, unit)| match unit {
        AmountUnit::Mg => format!("{amount} mg a day"),
        AmountUnit::UgPerHour => format!("{amount} µg/h"),
    })
}

/// The share of the label amount that these daily amounts are; `None` where it cannot be computed.
fn share(row: &MedicineRow, amounts: &[DailyAmount], mme: Option<Decimal>) -> Option<Decimal> {
    if row.is(ValueSet::Buprenorphine) {
        return None;
    }
    match (label(row), amounts) {
        (Some((amount, unit)), [only]) if only.unit == unit => {
            only.amount.checked_div(Decimal::from(amount))
        }
        _ => mme?.checked_div(Decimal::from(OTHER_MME)),
    }
}

struct Day {
    scheduled: Decimal,
    at_most: Decimal,
    uncomputable: Option<Doubt>,
}

/// The test, on each of 7 consecutive days ending at most `tolerant_gap_days` before `as_of`.
pub(super) fn tolerant(
    timeline: &Timeline<'_>,
    as_of: Date,
    list: ListState,
    site: &Site,
) -> Known<Tolerance> {
    let gap = i64::from(site.tolerant_gap_days);
    let days: Vec<Day> = (0..DAYS + gap)
        .map(|ago| day(timeline, minus(as_of, ago)))
        .collect();
    let windows = || days.windows(DAYS as usize);
    let reached = |value: Decimal| value >= Decimal::ONE;
    if windows().any(|window| window.iter().all(|day| reached(day.scheduled))) {
        let evidence = timeline
            .once
            .iter()
            .filter(|span| span.last >= minus(as_of, DAYS + gap) && span.first <= as_of)
            .map(|span| span.row.reference.clone())
            .collect();
        return Known::Yes(Tolerance { evidence });
    }
    if !list.complete {
        return Known::Unsure(Doubt::Unread(Query::Medications));
    }
    if let Some(doubt) = days.iter().find_map(|day| day.uncomputable.clone()) {
        return Known::Unsure(doubt);
    }
    if windows().any(|window| window.iter().all(|day| reached(day.at_most))) {
        return Known::Unsure(Doubt::AsNeededOnly);
    }
    Known::No
}

fn day(timeline: &Timeline<'_>, date: Date) -> Day {
    let mut day = Day {
        scheduled: Decimal::ZERO,
        at_most: Decimal::ZERO,
        uncomputable: None,
    };
    for Span { row, .. } in timeline.once.iter().filter(|span| span.covers(date)) {
        let at_most = share(
            row,
            &row.reading.amounts(),
            row.dose.mme_per_day.map(crate::dose::MmePerDay::value),
        );
        match at_most {
            Some(share) => day.at_most = day.at_most.saturating_add(share),
            None => {
                day.uncomputable = Some(Doubt::Dose {
                    order: row.reference.clone(),
                    because: row.dose.because.clone().unwrap_or_else(|| {
                        format!(
                            "{} has no amount that can be compared.",
                            row.medicine.short_name
                        )
                    }),
                });
                continue;
            }
        }
        // An order that is partly as needed counts with its scheduled part, by share of the whole.
        let scheduled = if row.as_needed {
            Decimal::ZERO
        } else {
            scheduled_share(row).or(at_most).unwrap_or_default()
        };
        day.scheduled = day.scheduled.saturating_add(scheduled);
    }
    day
}

fn scheduled_share(row: &MedicineRow) -> Option<Decimal> {
    if !row.reading.any_as_needed() {
        return None;
    }
    share(row, &row.reading.scheduled_amounts(), None).or(Some(Decimal::ZERO))
}
