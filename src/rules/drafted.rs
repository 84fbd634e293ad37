//! What this call drafts: opioids for pain, and which medicines are new.
//!
//! Knows which draft counts as an opioid order, and when nothing in the regimen is the same medicine.
//! Refuses to know doses and decision tables.

use super::named::{slots, text};
use super::{Answer, Proposal, Suggest, named, naming};
use crate::dose::Total;
use crate::patient::{MedicineRow, RowKind, Snapshot};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// Opioids for pain among the drafts; where there are none, the answer that follows.
///
/// Medication for opioid use disorder draws no guideline card (sheet 4.5).
pub(super) fn opioids(snapshot: &Snapshot) -> Result<Vec<&MedicineRow>, Answer> {
    let drafts: Vec<_> = snapshot
        .drafts()
        .filter(|row| row.is_pain_opioid())
        .collect();
    if !drafts.is_empty() {
        return Ok(drafts);
    }
    let unidentified = naming::unidentified(snapshot);
    Err(if unidentified.is_empty() {
        Answer::silent("No opioid for pain is drafted.")
    } else {
        Answer::CannotTell(unidentified)
    })
}

/// Nothing in the regimen holds the same opioid, or for other medicines the same ingredient.
pub(super) fn is_new(snapshot: &Snapshot, draft: &MedicineRow) -> bool {
    let by_opioid = !draft.medicine.opioids.is_empty();
    !snapshot.before().any(|row| {
        if by_opioid {
            row.same_opioid(draft)
        } else {
            row.same_ingredient(draft)
        }
    })
}

/// A benzodiazepine or another triggering sedative.
pub(super) fn is_sedating(row: &MedicineRow) -> bool {
    named::is_benzodiazepine(row) || named::is_other_sedative(row)
}

/// Benzodiazepines and other triggering sedatives of the regimen after signing, drafts first.
pub(super) fn sedating(snapshot: &Snapshot) -> Vec<&MedicineRow> {
    let mut rows: Vec<_> = snapshot.after().filter(|row| is_sedating(row)).collect();
    rows.sort_by_key(|row| row.kind != RowKind::Draft);
    rows
}

/// A long-acting opioid, methadone included (group ERLA).
pub(super) fn is_long_acting(row: &MedicineRow) -> bool {
    row.is(ValueSet::ExtendedRelease) || row.is(ValueSet::Methadone)
}

/// A cough or cold product, which is no opioid analgesic (group OPIOID-COUGH).
pub(super) fn is_cough_only(row: &MedicineRow) -> bool {
    row.is(ValueSet::OpioidCough) && !row.is(ValueSet::Opioid)
}

/// Does the total reach this many MME a day? A floor that does is enough; `None` where the number cannot tell.
pub(super) fn reaches(total: Option<&Total>, mark: Decimal) -> Option<bool> {
    let total = total?;
    match total.mme_per_day {
        Some(mme) if mme.value() >= mark => Some(true),
        Some(_) if !total.floor => Some(false),
        _ => None,
    }
}

/// The total after signing, or of the drafts alone where the regimen could not be read.
pub(super) fn total(snapshot: &Snapshot) -> &Total {
    let mme = &snapshot.mme;
    mme.after.as_ref().unwrap_or(&mme.drafts_alone)
}

/// Names of several orders in one sentence, each once: "oxycodone and tramadol".
pub(super) fn together(rows: &[&MedicineRow]) -> String {
    let names = named::once(rows.iter().map(|row| row.medicine.short_name.as_str()));
    names.join(" and ")
}

/// Offers to take a draft out, and where the site has an order set of short-acting opioids, to go there instead.
pub(super) fn removal(snapshot: &Snapshot, draft: &MedicineRow) -> Vec<Suggest> {
    let delete = |key: &'static str, slots| Suggest {
        key,
        slots,
        proposal: Proposal::DeleteDraft {
            reference: draft.reference.clone(),
        },
        recommended: false,
    };
    let medicine = || ("medicine", text(&draft.medicine.short_name));
    let mut suggest = vec![delete("delete-draft", slots([medicine()]))];
    if let Some(url) = &snapshot.site.ir_order_set_url {
        let slots = slots([medicine(), ("url", text(url))]);
        suggest.push(delete("delete-then-short-acting", slots));
    }
    suggest
}
