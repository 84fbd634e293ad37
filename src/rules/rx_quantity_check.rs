//! `rx-quantity-check`: quantity, instruction and stated days of an opioid order do not agree (sheet 4.15).
//!
//! Knows how far they may differ, from the order alone.
//! Refuses to know which of the three is meant; it only ever offers a smaller quantity.

#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::naming::unidentified;
use super::{Answer, Fact, Finding, Slot, Slots, share, supply};
use crate::patient::{MedicineRow, Snapshot};
use crate::wire::Indicator;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Days may differ by this share of the stated ones (percent).
const SHARE: u32 = 20;

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let opioids = snapshot.drafts().filter(|row| row.medicine.is_opioid());
    let differing: Vec<Differing<'_>> = opioids.filter_map(Differing::of).collect();
    if differing.is_empty() {
        let unidentified = unidentified(snapshot);
        return if unidentified.is_empty() {
            Answer::silent(
                "Quantity, instruction and stated days agree, or one of them is not given.",
            )
        } else {
            Answer::CannotTell(unidentified)
        };
    }
    Answer::Fires(vec![finding(&differing)])
}

/// A draft whose quantity lasts clearly longer or shorter than it says.
struct Differing<'a> {
    draft: &'a MedicineRow,
    stated: Decimal,
    computed: Decimal,
}

impl Differing<'_> {
    fn of(draft: &MedicineRow) -> Option<Differing<'_>> {
        let received = draft.received.as_ref()?;
        let stated = received.stated_days?;
        let computed = received.days_by_instruction?;
        let apart = (computed - stated).abs();
        let far = share::compare(apart, SHARE, stated) == Ordering::Greater;
        (far && apart >= Decimal::TWO).then_some(Differing {
            draft,
            stated,
            computed,
        })
    }

    fn lasts_longer(&self) -> bool {
        self.computed > self.stated
    }

    fn slots(&self) -> Slots {
        let received = self.draft.received.as_ref();
        let ordered = received.and_then(|received| received.quantity.as_ref());
        let quantity = ordered.and_then(|ordered| Some(supply::counted(ordered.value?, ordered)));
        slots([
            ("medicine", text(self.draft.medicine.short_name.clone())),
            ("quantity", text(quantity.unwrap_or_default())),
            ("computed", text(supply::days(self.computed))),
            ("stated", text(supply::days(self.stated))),
            ("up_to", Slot::Flag(self.draft.dose.up_to)),
            ("longer", Slot::Flag(self.lasts_longer())),
        ])
    }

    fn fact(&self) -> Fact {
        let mut filled = self.slots();
        let instruction = self.draft.instruction_text.clone().unwrap_or_default();
        filled.insert("instruction", text(instruction));
        filled.insert("product", text(self.draft.medicine.name.clone()));
        named::fact("difference", filled, vec![self.draft.reference.clone()])
    }
}

fn finding(differing: &[Differing<'_>]) -> Finding {
    let first = &differing[0];
    let mut filled = first.slots();
    filled.insert(
        "subject",
        text(named::subject(&first.draft.medicine.short_name)),
    );
    // Medication for opioid use disorder is not made scarcer with one click.
    let lowered = differing
        .iter()
        .filter(|one| one.lasts_longer() && !one.draft.moud)
        .filter_map(|one| supply::lower("match-days", one.draft, one.stated));
    Finding {
        indicator: Some(Indicator::Info),
        case: if first.lasts_longer() {
            "longer"
        } else {
            "shorter"
        },
        slots: filled,
        facts: differing.iter().map(Differing::fact).collect(),
        doubts: Vec::new(),
        drafts: differing
            .iter()
            .map(|one| one.draft.reference.clone())
            .collect(),
        suggest: lowered.collect(),
        because: differing
            .iter()
            .map(|one| {
                format!(
                    "{} lasts {} days by its instruction, and the order says {}.",
                    named::subject(&one.draft.medicine.short_name),
                    supply::days(one.computed),
                    supply::days(one.stated)
                )
            })
            .collect(),
    }
}
