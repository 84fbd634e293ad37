//! Removing a draft of this call.
//!
//! Knows which drafts must not be removed with one click: those that renew something that is going on.
//! Refuses to touch anything but this call's drafts (contract R-200).

use super::{NotMade, Said};
use crate::patient::{MedicineRow, RowKind, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::{Action, ActionType};

pub(super) fn action(
    snapshot: &Snapshot,
    reference: &str,
    said: Said<'_>,
) -> Result<Action, NotMade> {
    if !may_be_deleted(snapshot, reference) {
        return Err(NotMade::NotDeletable);
    }
    Ok(Action {
        kind: ActionType::Delete,
        description: said.description.to_owned(),
        resource: None,
        resource_id: Some(reference.to_owned()),
    })
}

fn may_be_deleted(snapshot: &Snapshot, reference: &str) -> bool {
    let has_id = reference
        .rsplit_once('/')
        .is_some_and(|(kind, id)| !kind.is_empty() && !id.is_empty());
    if !has_id {
        return false;
    }
    let draft = snapshot
        .rows
        .iter()
        .find(|row| row.kind == RowKind::Draft && row.reference == reference);
    match draft {
        Some(draft) => !renews(snapshot, draft),
        // Deleting a stop order keeps what is going on.
        None => snapshot
            .rows
            .iter()
            .any(|row| row.stopped_by.as_deref() == Some(reference)),
    }
}

/// Deleting a renewal of an opioid, a benzodiazepine or MOUD would be an abrupt stop (catalogue section 4).
fn renews(snapshot: &Snapshot, draft: &MedicineRow) -> bool {
    let guarded = |row: &MedicineRow| {
        row.medicine.is_opioid() || row.moud || row.is(ValueSet::Benzodiazepine)
    };
    !draft.supersedes.is_empty()
        || (guarded(draft)
            && snapshot
                .rows
                .iter()
                .any(|row| row.kind != RowKind::Draft && row.before && row.same_ingredient(draft)))
}
