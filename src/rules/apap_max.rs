//! `apap-max`: more acetaminophen a day than its label allows, from all products together (docs/sheets-l-rules.md).
//!
//! Knows the regimen after signing at the most that its instructions allow.
//! Refuses to know children, whose most goes by weight, and the liver (`kidney-liver`).

#[cfg(test)]
mod tests;

use super::naming::{has_id, note_doubt, slots, text, text_or_empty, unidentified};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, acetaminophen, named};
use crate::fhir::Query;
use crate::patient::{Doubt, MedicineRow, RowKind, Snapshot};
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// The most for an adult, all products together (label): milligrams a day.
const MOST_MG: Decimal = Decimal::from_parts(4000, 0, 0, false, 0);
const ADULT: i64 = 18;
/// A pharmacist looks within so many days.
const LOOK_DAYS: u32 = 1;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    if !snapshot.drafts().any(acetaminophen::is_in) {
        let unidentified = unidentified(snapshot);
        return if unidentified.is_empty() {
            Answer::silent("No acetaminophen is drafted.")
        } else {
            Answer::CannotTell(unidentified)
        };
    }
    match snapshot.age {
        None => return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]),
        Some(age) if age < ADULT => {
            return Answer::silent("Under 18: the most goes by weight, and is not looked at here.");
        }
        Some(_) => {}
    }
    let intake = Intake::of(snapshot);
    if intake.sum > MOST_MG {
        return Answer::Fires(vec![finding(snapshot, &intake)]);
    }
    if !intake.open.is_empty() {
        return Answer::CannotTell(intake.open);
    }
    Answer::silent(format!(
        "Acetaminophen comes to {} mg a day at most.",
        intake.sum.normalize()
    ))
}

/// Acetaminophen a day after signing.
struct Intake<'a> {
    /// Orders that hold it, drafts first, each with its milligrams a day.
    rows: Vec<(&'a MedicineRow, Option<Decimal>)>,
    /// Of the numbers there are.
    sum: Decimal,
    /// Why the sum may be too small.
    open: Vec<Doubt>,
}

impl<'a> Intake<'a> {
    fn of(snapshot: &'a Snapshot) -> Intake<'a> {
        // A later draft of one series, and a short supply that has run out, are not taken beside the others.
        let mut rows: Vec<_> = snapshot
            .after()
            .filter(|row| acetaminophen::is_in(row) && row.counts_in_mme)
            .map(|row| (row, acetaminophen::milligrams(row)))
            .collect();
        rows.sort_by_key(|(row, _)| row.kind != RowKind::Draft);
        let numbers = rows.iter().filter_map(|(_, milligrams)| *milligrams);
        let sum = numbers.fold(Decimal::ZERO, Decimal::saturating_add);
        let mut open: Vec<Doubt> = rows
            .iter()
            .filter(|(_, milligrams)| milligrams.is_none())
            .map(|(row, _)| no_number(row))
            .collect();
        // What is bought off the shelf stands among the medicines that the patient reports.
        let reads = [Query::Medications, Query::Statements];
        open.extend(reads.into_iter().filter_map(|read| snapshot.unread(read)));
        Intake { rows, sum, open }
    }

    /// Several orders, or one alone.
    fn several(&self) -> bool {
        self.rows.len() > 1
    }

    /// Names of two, or how many there are.
    fn products(&self) -> String {
        let names = self.rows.iter().map(|(row, _)| row.medicine.short_name.as_str());
        match self.rows.len() {
            0..=2 => named::once(names).join(" + "),
            more => format!("{more} products"),
        }
    }

    /// An order without a number, or a list with holes: the sum is at least this.
    fn is_floor(&self) -> bool {
        let reported = Doubt::Unread(Query::Statements);
        self.open.iter().any(|doubt| *doubt != reported)
    }

    fn up_to(&self) -> bool {
        self.rows.iter().any(|(row, _)| row.dose.up_to)
    }
}

fn no_number(row: &MedicineRow) -> Doubt {
    Doubt::Dose {
        order: row.reference.clone(),
        because: format!(
            "How much acetaminophen {} gives a day could not be worked out.",
            row.medicine.short_name
        ),
    }
}

fn finding(snapshot: &Snapshot, intake: &Intake<'_>) -> Finding {
    let grams = grams(intake.sum);
    let medicines = intake.products();
    let drafts = intake
        .rows
        .iter()
        .filter(|(row, _)| row.kind == RowKind::Draft);
    let facts = &snapshot.facts;
    let mut doubts = intake.open.clone();
    note_doubt(&mut doubts, &facts.liver);
    Finding {
        indicator: Some(Indicator::Warning),
        case: if intake.several() { "several" } else { "one" },
        slots: slots([
            ("medicines", text(medicines.clone())),
            ("grams", text(grams.clone())),
            ("floor", Slot::Flag(intake.is_floor())),
            ("up_to", Slot::Flag(intake.up_to())),
        ]),
        facts: self::facts(snapshot, intake),
        doubts,
        drafts: drafts.map(|(row, _)| row.reference.clone()).collect(),
        suggest: suggestions(intake),
        because: vec![format!(
            "{medicines}: {grams} g of acetaminophen a day at most after signing."
        )],
    }
}

fn facts(snapshot: &Snapshot, intake: &Intake<'_>) -> Vec<Fact> {
    let product = |(row, milligrams): &(&MedicineRow, Option<Decimal>)| {
        let filled = slots([
            ("medicine", text(&row.medicine.short_name)),
            ("brand", text(brand(row))),
            (
                "mg",
                text_or_empty(milligrams.map(|amount| whole(amount).to_string())),
            ),
            ("up_to", Slot::Flag(row.dose.up_to)),
            ("drafted", Slot::Flag(row.kind == RowKind::Draft)),
            ("reported", Slot::Flag(row.kind == RowKind::Statement)),
        ]);
        named::fact("product", filled, vec![row.reference.clone()])
    };
    let mut facts: Vec<Fact> = intake.rows.iter().map(product).collect();
    let risks = [
        ("liver", &snapshot.facts.liver),
        ("alcohol-use", &snapshot.facts.alcohol_use),
    ];
    for (key, known) in risks {
        facts.extend(known.yes().map(|condition| named::dated(key, condition)));
    }
    facts
}

/// The name as recorded, where it does not say what is in it: people know "Tylenol".
fn brand(row: &MedicineRow) -> &str {
    let name = row.medicine.name.as_str();
    let says = name.to_lowercase().contains("acetaminophen");
    if says { "" } else { name }
}

/// Milligrams without places that nobody counts.
fn whole(milligrams: Decimal) -> Decimal {
    milligrams.round_dp(0).normalize()
}

/// Grams to one place, and to as many more as keep the number above the label's most.
fn grams(milligrams: Decimal) -> String {
    let grams = milligrams / Decimal::ONE_THOUSAND;
    let most = MOST_MG / Decimal::ONE_THOUSAND;
    let shown = (1..=3).map(|places| grams.round_dp(places));
    let above = shown.into_iter().find(|shown| *shown > most);
    above.unwrap_or(grams).normalize().to_string()
}

/// A new draft may be taken back, one without an opioid first; a renewal never.
fn suggestions(intake: &Intake<'_>) -> Vec<Suggest> {
    let mut new: Vec<&MedicineRow> = intake
        .rows
        .iter()
        .map(|(row, _)| *row)
        .filter(|row| row.kind == RowKind::Draft && row.in_focus && row.supersedes.is_empty())
        .filter(|row| has_id(&row.reference))
        .collect();
    new.sort_by_key(|row| row.medicine.is_opioid());
    let mut suggest = vec![Suggest {
        key: "ask-pharmacist",
        slots: slots([]),
        proposal: Proposal::ServiceRequest {
            due_days: Some(LOOK_DAYS),
        },
        recommended: false,
    }];
    suggest.extend(new.first().map(|draft| Suggest {
        key: "delete-draft",
        slots: slots([("medicine", text(&draft.medicine.short_name))]),
        proposal: Proposal::DeleteDraft {
            reference: draft.reference.clone(),
        },
        recommended: false,
    }));
    suggest
}
