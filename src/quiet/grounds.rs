//! What a finding rests on, so that a later one can be held against it.

use super::mark::{Mark, Marker};
use super::table::Ends;
use crate::fhir::Read;
use crate::patient::{Known, MedicineRow, RowKind, Snapshot};
use crate::rules::{Finding, Rule, daily_milligrams};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A dose that differs by this share of what it was has changed.
const CHANGED: Decimal = Decimal::from_parts(20, 0, 0, false, 2);

/// What a finding rested on when its card was sent: keyed hashes and amounts, no names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// `None`: a line.
    indicator: Option<Indicator>,
    /// The drafts that it was about, by id, medicine and dose; all that could be identified.
    drafts: BTreeSet<Mark>,
    /// Its reasons, and the reads that were not complete, since a reason may hide there.
    factors: BTreeSet<Mark>,
    /// MME a day if what is drafted is signed; `None`: not known.
    mme: Option<Decimal>,
    /// Opioids that gave no number.
    without_dose: BTreeSet<Mark>,
    /// Sedatives by ingredient, with milligrams a day where known.
    sedatives: BTreeMap<Mark, Option<Decimal>>,
    /// The latest overdose.
    overdose: LastOverdose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LastOverdose {
    None,
    Recorded(Mark),
    CannotTell,
}

impl Grounds {
    /// Of this finding.
    pub fn of(marker: &Marker, rule: &Rule, finding: &Finding, snapshot: &Snapshot) -> Grounds {
        let drafts = finding.drafts.iter();
        Grounds {
            indicator: finding.indicator,
            drafts: drafts
                .filter_map(|reference| draft(marker, snapshot, reference))
                .collect(),
            factors: factors(marker, rule, finding, snapshot),
            mme: snapshot
                .mme
                .after
                .as_ref()
                .and_then(|total| total.mme_per_day)
                .map(|mme| mme.value()),
            without_dose: snapshot
                .after()
                .filter(|row| row.is_pain_opioid() && row.dose.mme_per_day.is_none())
                .map(|row| medicine(marker, row))
                .collect(),
            sedatives: sedatives(marker, snapshot),
            overdose: match &snapshot.facts.overdose {
                Known::Yes(overdose) => {
                    let row = &overdose.condition;
                    let date = row.date.map(|date| date.date.to_string());
                    let parts = ["overdose", &row.reference, &date.unwrap_or_default()];
                    LastOverdose::Recorded(marker.of(&parts))
                }
                Known::No => LastOverdose::None,
                Known::Unsure(_) => LastOverdose::CannotTell,
            },
        }
    }

    /// Is the later finding graver than this one was?
    pub(super) fn is_graver(&self, later: &Grounds) -> bool {
        later.indicator > self.indicator
    }

    /// Is the later finding about drafts that this one was about, and no others? `drafts`: how many it names.
    pub(super) fn is_same_draft(&self, later: &Grounds, drafts: usize) -> bool {
        drafts > 0 && later.drafts.len() == drafts && later.drafts.is_subset(&self.drafts)
    }

    /// Has something come that ends the quiet period before its time? What cannot be told has.
    pub(super) fn is_ended_by(&self, later: &Grounds, ends: Ends) -> bool {
        let new_factor = !later.factors.is_subset(&self.factors);
        match ends {
            Ends::InTime => false,
            Ends::OnNewFactor => new_factor,
            Ends::OnChange => {
                new_factor
                    || !later.without_dose.is_subset(&self.without_dose)
                    || has_changed(self.mme, later.mme).unwrap_or(true)
                    || self.sedatives_changed(later)
                    || self.is_new_overdose(later)
            }
        }
    }

    fn sedatives_changed(&self, later: &Grounds) -> bool {
        later
            .sedatives
            .iter()
            .any(|(sedative, now)| match self.sedatives.get(sedative) {
                None => true,
                Some(None) => now.is_some(),
                Some(then) => has_changed(*then, *now).unwrap_or(true),
            })
    }

    fn is_new_overdose(&self, later: &Grounds) -> bool {
        match later.overdose {
            LastOverdose::None => false,
            LastOverdose::CannotTell => true,
            LastOverdose::Recorded(_) => later.overdose != self.overdose,
        }
    }
}

/// By 20 % of what it was, up or down; `None`: cannot be told.
fn has_changed(then: Option<Decimal>, now: Option<Decimal>) -> Option<bool> {
    let (then, now) = (then?, now?);
    let by = now.checked_sub(then)?.abs();
    Some(by > Decimal::ZERO && by >= then.checked_mul(CHANGED)?)
}

fn factors(marker: &Marker, rule: &Rule, finding: &Finding, snapshot: &Snapshot) -> BTreeSet<Mark> {
    let facts = finding.facts.iter();
    let named = facts.map(|fact| marker.of(&["factor", fact.key]));
    let unread = snapshot.reads.iter().filter(|(query, read)| {
        let needed = query.required() || rule.needs.contains(query);
        needed && matches!(read, Read::Failed(_) | Read::Partial(_))
    });
    let unread = unread.map(|(query, _)| marker.of(&["unread", query.key()]));
    named.chain(unread).collect()
}

fn sedatives(marker: &Marker, snapshot: &Snapshot) -> BTreeMap<Mark, Option<Decimal>> {
    let mut sedatives: BTreeMap<Mark, Option<Decimal>> = BTreeMap::new();
    let rows = snapshot
        .after()
        .filter(|row| row.is_sedative() || row.is(ValueSet::Benzodiazepine));
    for row in rows {
        let dose = daily_milligrams(row);
        sedatives
            .entry(ingredients(marker, row))
            .and_modify(|sum| *sum = sum.zip(dose).and_then(|(a, b)| a.checked_add(b)))
            .or_insert(dose);
    }
    sedatives
}

fn ingredients(marker: &Marker, row: &MedicineRow) -> Mark {
    let named = row.medicine.ingredients.iter();
    let mut parts: Vec<&str> = named.map(|it| it.name.as_str()).collect();
    if parts.is_empty() {
        parts.push(&row.medicine.name);
    }
    parts.sort_unstable();
    parts.insert(0, "ingredients");
    marker.of(&parts)
}

/// A medicine as it is to be taken.
fn medicine(marker: &Marker, row: &MedicineRow) -> Mark {
    let amounts = row.reading.amounts();
    let amounts: Vec<String> = amounts
        .iter()
        .map(|it| {
            format!(
                "{} {} {:?}",
                it.ingredient.name,
                it.amount.normalize(),
                it.unit
            )
        })
        .collect();
    let number = |value: Option<Decimal>| value.map(|it| it.normalize().to_string());
    let steps: Vec<String> = row
        .steps
        .iter()
        .map(|step| format!("{:?} {:?}", step.mme_per_day, step.begins_after_days))
        .collect();
    marker.of(&[
        "medicine",
        row.medicine.rxcui.as_deref().unwrap_or_default(),
        &row.medicine.name,
        row.instruction_text.as_deref().unwrap_or_default(),
        &amounts.join(";"),
        &number(row.dose.units_per_day).unwrap_or_default(),
        &number(row.quantity).unwrap_or_default(),
        &number(row.supply_days).unwrap_or_default(),
        &row.repeats.to_string(),
        if row.as_needed { "as needed" } else { "" },
        &steps.join(";"),
    ])
}

/// A draft by its id and what it orders or stops; `None`: not to be identified, so it is never the same.
fn draft(marker: &Marker, snapshot: &Snapshot, reference: &str) -> Option<Mark> {
    let ordered = snapshot
        .rows
        .iter()
        .find(|row| row.kind == RowKind::Draft && row.reference == reference);
    if let Some(row) = ordered {
        let content = medicine(marker, row);
        return Some(marker.of(&["draft", reference, &format!("{content:?}")]));
    }
    let mut stopped: Vec<String> = snapshot
        .rows
        .iter()
        .filter(|row| row.stopped_by.as_deref() == Some(reference))
        .map(|row| format!("{} {:?}", row.reference, medicine(marker, row)))
        .collect();
    stopped.sort_unstable();
    (!stopped.is_empty()).then(|| marker.of(&["stop", reference, &stopped.join(";")]))
}
