//! MME(before) and MME(after): which rows enter, and what makes a total a floor (catalogue section 2 and 3; dose rules R10, R11).

use super::row::{MedicineRow, Role};
use super::snapshot::{History, Mme};
use crate::dose::{self, AmountUnit, OrderDose, Total};
use crate::fhir::Read;
use crate::terminology::{FactorSet, FactorTable, Recognised};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Where factors come from.
pub(super) struct Factors<'t> {
    pub(super) table: &'t FactorTable,
    pub(super) set: FactorSet,
}

/// Rows of the record that count: a supply past its end only where use is long-term.
pub(super) fn mark_counted(rows: &mut [MedicineRow], history: &History, as_of: Date) {
    for row in rows.iter_mut().filter(|row| row.before) {
        let past_its_end = row.end.is_some_and(|end| end < as_of);
        row.counts_in_mme = !past_its_end || !history.long_term.is_no();
    }
}

/// Both totals; each row's own dose is converted within the total that it belongs to.
pub(super) fn mme(rows: &mut [MedicineRow], factors: &Factors<'_>, medications: &Read) -> Mme {
    let before = totalled(rows, factors, |row| row.before);
    let after = totalled(rows, factors, |row| row.after);
    let drafts_alone = totalled(rows, factors, |row| row.role == Role::Draft);
    for (index, dose) in before.doses.iter().chain(&after.doses) {
        rows[*index].dose = dose.clone();
    }
    let regimen = |total: Total| match medications {
        Read::Complete => Some(total),
        Read::Partial(_) => Some(partial(total)),
        Read::Failed(_) | Read::NotAsked => None,
    };
    Mme {
        before: regimen(before.total),
        after: regimen(after.total),
        drafts_alone: drafts_alone.total,
        trend: Vec::new(),
    }
}

fn partial(mut total: Total) -> Total {
    total.floor = true;
    total
        .because
        .push("Not all medication orders could be read.".into());
    total
}

struct Totalled {
    total: Total,
    doses: Vec<(usize, OrderDose)>,
}

fn totalled(
    rows: &[MedicineRow],
    factors: &Factors<'_>,
    within: impl Fn(&MedicineRow) -> bool,
) -> Totalled {
    let members = || {
        rows.iter()
            .enumerate()
            .filter(|(_, row)| enters(row) && within(row))
    };
    // R10: a banded factor looks at the patient's whole daily amount of the ingredient.
    let mut by_ingredient: BTreeMap<String, Decimal> = BTreeMap::new();
    for (_, row) in members() {
        for amount in row
            .reading
            .amounts()
            .into_iter()
            .filter(|amount| amount.unit == AmountUnit::Mg)
        {
            let sum = by_ingredient.entry(amount.ingredient.name).or_default();
            *sum = sum.saturating_add(amount.amount);
        }
    }
    let doses: Vec<(usize, OrderDose)> = members()
        .map(|(index, row)| {
            let ingredient = row
                .medicine
                .opioids
                .first()
                .map(|opioid| opioid.ingredient.name.as_str());
            let total = ingredient.and_then(|name| by_ingredient.get(name).copied());
            (
                index,
                dose::convert(&row.reading, factors.table, factors.set, total),
            )
        })
        .collect();
    Totalled {
        total: dose::total(doses.iter().map(|(_, dose)| dose)),
        doses,
    }
}

/// Opioids that count, and medicines that could not be identified: these make the total a floor.
fn enters(row: &MedicineRow) -> bool {
    let unidentified = row.medicine.recognised == Recognised::Unidentified;
    row.counts_in_mme && !row.moud && (row.medicine.is_opioid() || unidentified)
}
