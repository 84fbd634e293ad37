//! Changing one thing about a draft of this call, whole and otherwise as it was received (contract R-198).
//!
//! Knows which changes a suggestion may make: a smaller quantity, the order that it follows, that it is stopped.
//! Refuses to touch anything but this call's drafts, and never raises a quantity or changes a dose.

use super::{NotMade, Said};
use crate::patient::{RowKind, Snapshot};
use crate::rules::DraftChange;
use crate::wire::{Action, ActionType};
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

pub(super) fn action(
    snapshot: &Snapshot,
    reference: &str,
    change: &DraftChange,
    said: Said<'_>,
) -> Result<Action, NotMade> {
    let mut order = received(snapshot, reference).ok_or(NotMade::NotChangeable)?;
    apply(&mut order, change).ok_or(NotMade::NotChangeable)?;
    Ok(Action {
        kind: ActionType::Update,
        description: said.description.to_owned(),
        resource: Some(RawValue::from_string(Value::Object(order).to_string())?),
        resource_id: None,
    })
}

/// The one draft of this call with this id, as it was received.
fn received(snapshot: &Snapshot, reference: &str) -> Option<Map<String, Value>> {
    let id = reference
        .strip_prefix("MedicationRequest/")
        .filter(|id| !id.is_empty())?;
    let mut named = snapshot
        .rows
        .iter()
        .filter(|row| row.kind == RowKind::Draft && row.reference == reference);
    let draft = named.next()?;
    if named.next().is_some() {
        return None;
    }
    let json = &draft.received.as_ref()?.json;
    let order: Map<String, Value> = serde_json::from_str(json).ok()?;
    let is = |name: &str, value: &str| order.get(name).and_then(Value::as_str) == Some(value);
    (is("resourceType", "MedicationRequest") && is("id", id)).then_some(order)
}

fn apply(order: &mut Map<String, Value>, change: &DraftChange) -> Option<()> {
    match change {
        DraftChange::LowerQuantity { quantity, days } => lower(order, *quantity, *days),
        DraftChange::Follows { prior } if !order.contains_key("priorPrescription") => {
            order.insert("priorPrescription".into(), json!({ "reference": prior }));
            Some(())
        }
        DraftChange::Follows { .. } => None,
        DraftChange::Stopped => {
            order.insert("status".into(), "stopped".into());
            Some(())
        }
    }
}

/// Unit and extensions of the quantity stay; the days are said in UCUM.
fn lower(order: &mut Map<String, Value>, quantity: Decimal, days: Decimal) -> Option<()> {
    let dispense = order.get_mut("dispenseRequest")?.as_object_mut()?;
    let ordered = dispense.get_mut("quantity")?.as_object_mut()?;
    let before: Decimal = ordered.get("value")?.to_string().parse().ok()?;
    if quantity <= Decimal::ZERO || quantity >= before {
        return None;
    }
    ordered.insert("value".into(), number(quantity)?);
    let lasts = json!({
        "value": number(days)?,
        "unit": "days",
        "system": "http://unitsofmeasure.org",
        "code": "d",
    });
    dispense.insert("expectedSupplyDuration".into(), lasts);
    Some(())
}

/// Exact, without a detour through floating point.
fn number(value: Decimal) -> Option<Value> {
    serde_json::from_str(&value.normalize().to_string()).ok()
}
