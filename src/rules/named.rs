//! Facts that several sheets name, in the shape of the shared phrases (`cards/phrases.en.md`).
//!
//! Knows which slots each shared phrase has, and which rows count as a benzodiazepine or a sedative anywhere in the catalogue.
//! Refuses to know decision tables.

use super::naming;
pub(super) use super::naming::{fact, slots, text};
use super::{Fact, Slot};
use crate::dose::{Answer as DoseAnswer, Total};
use crate::patient::{
    ConditionFact, Doubt, FactDate, Kidney, MedicineRow, Moud, Overdose, RowKind, Snapshot,
};
use crate::terminology::ValueSet;
use jiff::ToSpan;
use rust_decimal::Decimal;

/// "Mar 2021", or nothing where the record has no date.
pub(super) fn month(date: Option<FactDate>) -> String {
    date.map(FactDate::month_year).unwrap_or_default()
}

/// A condition with its date.
pub(super) fn dated(key: &'static str, condition: &ConditionFact) -> Fact {
    let name = spoken(&condition.name).to_owned();
    naming::condition(
        key,
        &ConditionFact {
            name,
            ..condition.clone()
        },
    )
}

/// An overdose with its month, substance and intent, as far as they are coded.
pub(super) fn overdose(overdose: &Overdose) -> Fact {
    let mut fact = dated("overdose", &overdose.condition);
    let substance = text(overdose.substance.unwrap_or_default());
    fact.slots.insert("substance", substance);
    fact.slots
        .insert("intentional", Slot::Flag(overdose.intentional));
    fact
}

/// "40 mg/day", "25 µg/h", the instruction as written where it is short, or nothing.
pub(super) fn daily_dose(row: &MedicineRow) -> String {
    match &row.dose.daily_dose {
        Some(rate) if rate.ends_with("/h") => rate.replace("ug/h", "µg/h"),
        Some(amount) => format!("{}/day", rounded(amount)),
        None => match daily_milligrams(row) {
            Some(amount) => format!("{} mg/day", amount.round_dp(1).normalize()),
            None => instruction(row).unwrap_or_default(),
        },
    }
}

/// "3.33 mg" for "3.3333 mg": numbers as people read them, each with its unit.
fn rounded(amounts: &str) -> String {
    let words = amounts
        .split(' ')
        .map(|word| match word.parse::<Decimal>() {
            Ok(number) => number.round_dp(2).normalize().to_string(),
            Err(_) => word.to_owned(),
        });
    words.collect::<Vec<_>>().join(" ")
}

/// Milligrams a day of a medicine that is no opioid: units a day times the strength in its name.
///
/// The terminology tables carry strengths of opioids only.
pub fn daily_milligrams(row: &MedicineRow) -> Option<Decimal> {
    let units = row.dose.units_per_day?;
    let strength = strength_in(&row.medicine.name)?;
    units.checked_mul(strength).map(|amount| amount.normalize())
}

/// The "1" of "lorazepam 1 MG Oral Tablet"; nothing where the name gives it per millilitre.
fn strength_in(name: &str) -> Option<Decimal> {
    let name = name.to_lowercase();
    let (before, after) = name.split_once("mg")?;
    if after.trim_start().starts_with('/') && after.contains("ml") {
        return None;
    }
    let number = before.trim_end();
    let start = number
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |at| at + 1);
    // A slice at a character boundary: the character before it is what was found.
    number.get(start..)?.parse().ok()
}

/// Longer instructions are not repeated on a card.
const SHORT_INSTRUCTION: usize = 48;

fn instruction(row: &MedicineRow) -> Option<String> {
    let text = row.instruction_text.as_deref()?.trim();
    (text.chars().count() <= SHORT_INSTRUCTION).then(|| text.to_owned())
}

/// Medication for opioid use disorder.
pub(super) fn moud(moud: &Moud) -> Fact {
    let filled = slots([
        ("name", text(moud.name.clone())),
        ("dose", text("")),
        ("date", text(month(moud.date))),
    ]);
    fact("moud", filled, vec![moud.reference.clone()])
}

/// Treatment with naltrexone, which is no opioid.
pub(super) fn is_naltrexone(snapshot: &Snapshot, moud: &Moud) -> bool {
    snapshot
        .row(&moud.reference)
        .is_some_and(|row| row.is(ValueSet::Naltrexone))
}

/// Depot or programme treatment that is recorded as a condition or procedure; naltrexone is no opioid.
pub(super) fn is_opioid_elsewhere(snapshot: &Snapshot, moud: &Moud) -> bool {
    snapshot.row(&moud.reference).is_none() && !moud.name.to_lowercase().contains("naltrexone")
}

/// Kidney function, a value to the day and a diagnosis to the month.
pub(super) fn kidney(kidney: &Kidney) -> Fact {
    let measured = kidney.reference.starts_with("Observation/");
    let date = match kidney.date {
        Some(date) if measured => date.day(),
        date => month(date),
    };
    let filled = slots([("name", text(kidney.name.clone())), ("date", text(date))]);
    fact("kidney", filled, vec![kidney.reference.clone()])
}

/// Age, from 65 on.
pub(super) fn older(snapshot: &Snapshot) -> Option<Fact> {
    let age = snapshot.age.filter(|age| *age >= 65)?;
    Some(fact(
        "older",
        slots([("age", text(age.to_string()))]),
        Vec::new(),
    ))
}

/// "No rescue naloxone found since …", or that it could not be checked.
pub(super) fn no_naloxone(snapshot: &Snapshot) -> Fact {
    if snapshot.facts.naloxone.doubt().is_some() {
        return fact("naloxone-unread", slots([]), Vec::new());
    }
    let months = i64::from(snapshot.site.naloxone_on_hand_months);
    let since = snapshot.as_of.saturating_sub(months.months());
    let filled = slots([("since", text(FactDate::day_of(since).month_year()))]);
    fact("no-naloxone", filled, Vec::new())
}

/// How codes are written in displays, and nobody speaks.
const UNSPOKEN: [&str; 4] = [
    " (adult) (pediatric)",
    " (disorder)",
    ", unspecified",
    ", uncomplicated",
];

/// A condition's name without what only coders need.
pub(super) fn spoken(name: &str) -> &str {
    UNSPOKEN
        .iter()
        .fold(name, |name, end| name.strip_suffix(end).unwrap_or(name))
}

/// The same within a sentence: "obstructive sleep apnea", and "COPD" as it is.
pub(super) fn inline(name: &str) -> String {
    let name = spoken(name);
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}

/// The first letter in upper case, for the beginning of a summary.
pub(super) fn subject(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A benzodiazepine that counts: a single supply of at most two units before a procedure does not (group BZD).
pub(super) fn is_benzodiazepine(row: &MedicineRow) -> bool {
    row.is(ValueSet::Benzodiazepine) && !is_single_supply(row)
}

/// At most two units, no refill.
pub(super) fn is_single_supply(row: &MedicineRow) -> bool {
    row.repeats == 0
        && row
            .quantity
            .is_some_and(|quantity| quantity <= Decimal::TWO)
}

/// A sedative of the triggering groups that is not an opioid product itself: one order is never both halves of a pair.
pub(super) fn is_other_sedative(row: &MedicineRow) -> bool {
    row.is_sedative() && !row.medicine.is_opioid() && !row.is(ValueSet::Benzodiazepine)
}

/// An opioid with its daily dose and MME.
pub(super) fn opioid(row: &MedicineRow) -> Fact {
    let mme = row.dose.mme_per_day.map(|mme| mme.rounded());
    let filled = slots([
        ("medicine", text(row.medicine.short_name.clone())),
        ("dose", text(daily_dose(row))),
        ("up_to", Slot::Flag(row.dose.up_to)),
        ("mme", text(mme.unwrap_or_default())),
        ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
    ]);
    fact("opioid", filled, vec![row.reference.clone()])
}

/// A benzodiazepine with its daily dose and who prescribes it.
pub(super) fn benzodiazepine(snapshot: &Snapshot, row: &MedicineRow) -> Fact {
    let prescriber = other_prescriber(snapshot, row).unwrap_or_default();
    let mut named = sedative(row);
    named.key = "benzodiazepine";
    named.slots.insert("prescriber", text(prescriber));
    named
}

/// A sedative with its daily dose.
pub(super) fn sedative(row: &MedicineRow) -> Fact {
    let filled = slots([
        ("medicine", text(row.medicine.short_name.clone())),
        ("dose", text(daily_dose(row))),
        ("up_to", Slot::Flag(row.dose.up_to)),
        ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
    ]);
    fact("sedative", filled, vec![row.reference.clone()])
}

/// Each once, in order.
pub(super) fn once<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut kept, item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
        kept
    })
}

/// Display of a prescriber who is not the user of this call; drafts are the user's own.
pub(super) fn other_prescriber(snapshot: &Snapshot, row: &MedicineRow) -> Option<String> {
    let requester = row.requester.as_ref()?;
    let is_user = requester.reference.is_some() && requester.reference == snapshot.user;
    if is_user || row.kind == RowKind::Draft {
        return None;
    }
    requester.display.clone()
}

/// A total of MME a day, of the regimen before (`now`) or after signing.
pub(super) fn mme_after(snapshot: &Snapshot, total: &Total, now: bool) -> Option<Fact> {
    let mme = total.mme_per_day?;
    let belongs = move |row: &&MedicineRow| if now { row.before } else { row.after };
    let counted = || {
        snapshot
            .rows
            .iter()
            .filter(belongs)
            .filter(|row| counts(row))
    };
    let filled = slots([
        ("mme", text(mme.rounded())),
        ("up_to", Slot::Flag(counted().any(|row| row.dose.up_to))),
        ("floor", Slot::Flag(total.floor)),
    ]);
    let evidence = counted().map(|row| row.reference.clone()).collect();
    Some(fact("mme-after", filled, evidence))
}

/// An order's MME as the result of its arithmetic: not rounded to whole numbers, so that it is the product of what stands before it.
pub(super) fn product(row: &MedicineRow) -> String {
    let mme = row
        .dose
        .mme_per_day
        .map(|mme| mme.value().round_dp(2).normalize());
    mme.map(|mme| mme.to_string()).unwrap_or_default()
}

/// An opioid order that belongs to a total: not buprenorphine, not treatment of opioid use disorder.
pub(super) fn counts(row: &MedicineRow) -> bool {
    row.counts_in_mme && row.is_pain_opioid() && row.dose.answer != DoseAnswer::Excluded
}

/// Rows that count in the total and gave no number, and why.
pub(super) fn dose_doubts(snapshot: &Snapshot) -> Vec<Doubt> {
    snapshot
        .rows
        .iter()
        .filter(|row| (row.before || row.after) && counts(row) && row.dose.mme_per_day.is_none())
        .map(|row| Doubt::Dose {
            order: row.reference.clone(),
            because: row.dose.because.clone().unwrap_or_default(),
        })
        .collect()
}

/// Why a total is a floor, or has no number: never empty.
pub(super) fn total_doubts(snapshot: &Snapshot, total: &Total) -> Vec<Doubt> {
    let doubts = dose_doubts(snapshot);
    if !doubts.is_empty() {
        return doubts;
    }
    let because = total.because.join(" ");
    vec![Doubt::Dose {
        order: String::new(),
        because,
    }]
}
