//! Codeine, tramadol and opioid cough medicines among the drafts (sheet 4.3).
//!
//! Knows which drafts hold them, and how they are taken.
//! Refuses to know for whom that matters.

use super::naming::{fact, has_id, slots, text};
use super::{Fact, Proposal, Suggest};
use crate::patient::{MedicineRow, RowKind, Snapshot};
use crate::terminology::{DoseFormClass, ValueSet};

/// Does the medicine hold this opioid?
pub(super) fn holds(row: &MedicineRow, opioid: &str) -> bool {
    let opioids = row.medicine.opioids.iter().map(|one| &one.ingredient.name);
    let ingredients = row.medicine.ingredients.iter().map(|one| &one.name);
    opioids.chain(ingredients).any(|name| name == opioid)
}

/// Codeine or tramadol, in any form and any combination.
pub(super) fn is_codeine_or_tramadol(row: &MedicineRow) -> bool {
    holds(row, "codeine") || holds(row, "tramadol")
}

/// A cough or cold product: by its list, else by what stands beside the opioid or in the name.
pub(super) fn is_cough_or_cold(row: &MedicineRow) -> bool {
    const WORDS: [&str; 3] = ["cough", "cold", "guaifenesin"];
    let name = row.medicine.name.to_lowercase();
    let said = || {
        name.split(|c: char| !c.is_alphanumeric())
            .any(|word| WORDS.contains(&word))
    };
    row.is(ValueSet::OpioidCough) || row.is(ValueSet::SedatingAntihistamine) || said()
}

/// Hydrocodone in a cough or cold product.
pub(super) fn is_hydrocodone_cough(row: &MedicineRow) -> bool {
    holds(row, "hydrocodone") && is_cough_or_cold(row)
}

/// How it is taken, as far as the product says.
fn route(row: &MedicineRow) -> &'static str {
    use DoseFormClass::{Injection, Oral, Rectal};
    match row.medicine.opioids.iter().find_map(|one| one.form) {
        Some(Oral) => "by mouth",
        Some(Rectal) => "rectal",
        Some(Injection) => "by injection",
        Some(_) => "other route",
        None => "",
    }
}

/// The medicine with its route.
pub(super) fn medicine_fact(row: &MedicineRow) -> Fact {
    let filled = slots([
        ("medicine", text(&row.medicine.name)),
        ("route", text(route(row))),
    ]);
    fact("medicine", filled, vec![row.reference.clone()])
}

/// Not for a draft that renews a current opioid: one click would be an abrupt stop.
pub(super) fn delete(snapshot: &Snapshot, draft: &MedicineRow) -> Vec<Suggest> {
    let renews = !draft.supersedes.is_empty()
        || snapshot
            .before()
            .any(|row| row.kind != RowKind::Draft && row.same_opioid(draft));
    if renews || !has_id(&draft.reference) {
        return Vec::new();
    }
    vec![Suggest {
        key: "delete-draft",
        slots: slots([("medicine", text(&draft.medicine.short_name))]),
        proposal: Proposal::DeleteDraft {
            reference: draft.reference.clone(),
        },
        recommended: false,
    }]
}
