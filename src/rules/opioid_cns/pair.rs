//! The pair: opioids and sedatives other than benzodiazepines, and whether this call brings them together.
//!
//! Knows what is new, and how many kinds of sedatives stand beside the opioid.
//! Refuses to know indicators.

use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Moud, RowKind, Snapshot};
use crate::rules::{drafted, named};
use crate::terminology::ValueSet;

/// Opioids and sedatives of the regimen after signing, drafts first.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    /// Opioids, treatment of opioid use disorder included.
    pub(super) opioids: Vec<&'a MedicineRow>,
    /// Triggering sedatives other than benzodiazepines.
    pub(super) sedatives: Vec<&'a MedicineRow>,
    /// Benzodiazepines beside them: another kind of sedative.
    pub(super) benzodiazepines: Vec<&'a MedicineRow>,
    /// Treatment of opioid use disorder that is no row of the medicine list.
    pub(super) elsewhere: Option<&'a Moud>,
    /// Drafts that are new.
    new: Vec<&'a MedicineRow>,
}

impl<'a> Pair<'a> {
    /// The new pair that this call is about.
    pub(super) fn of(snapshot: &'a Snapshot) -> Known<Pair<'a>> {
        let rows = |belongs: &dyn Fn(&MedicineRow) -> bool| -> Vec<&'a MedicineRow> {
            let mut rows: Vec<_> = snapshot.after().filter(|row| belongs(row)).collect();
            rows.sort_by_key(|row| row.kind != RowKind::Draft);
            rows
        };
        let opioids = rows(&|row| row.medicine.is_opioid());
        let sedatives = rows(&named::is_other_sedative);
        let benzodiazepines = rows(&named::is_benzodiazepine);
        let moud = snapshot.facts.moud.yes();
        let elsewhere = moud.filter(|moud| named::is_opioid_elsewhere(snapshot, moud));
        let drafted = |row: &&MedicineRow| row.kind == RowKind::Draft && row.in_focus;
        let halves = opioids.iter().chain(&sedatives).copied();
        let new: Vec<_> = halves
            .filter(drafted)
            .filter(|row| drafted::is_new(snapshot, row))
            .collect();
        let complete = !sedatives.is_empty() && (!opioids.is_empty() || elsewhere.is_some());
        if complete && !new.is_empty() {
            return Known::Yes(Pair {
                opioids,
                sedatives,
                benzodiazepines,
                elsewhere,
                new,
            });
        }
        if let Some(draft) = snapshot.unidentified_drafts.first() {
            return Known::Unsure(Doubt::Unidentified(draft.clone()));
        }
        // What is drafted may be half of a pair whose other half could not be read.
        if complete || new.is_empty() {
            return Known::No;
        }
        snapshot
            .unread(Query::Medications)
            .map_or(Known::No, Known::Unsure)
    }

    /// Drafts of this call in the pair.
    pub(super) fn drafts(&self) -> impl Iterator<Item = &'a MedicineRow> {
        let rows = self.opioids.iter().chain(&self.sedatives).copied();
        rows.filter(|row| row.kind == RowKind::Draft && row.in_focus)
    }

    /// A sedative is new beside treatment of opioid use disorder, or treatment is what is new (sheet 4.5).
    pub(super) fn meets_treatment(&self) -> bool {
        let treatment = self.elsewhere.is_some() || self.opioids.iter().any(|row| row.moud);
        let for_pain = self.new.iter().any(|row| row.is_pain_opioid());
        treatment && (!for_pain || self.new.iter().any(|row| named::is_other_sedative(row)))
    }

    /// Is one of the sedatives gabapentin or pregabalin?
    pub(super) fn has_gabapentinoid(&self) -> bool {
        self.sedatives
            .iter()
            .any(|row| row.is(ValueSet::Gabapentinoid))
    }

    /// Kinds of sedatives beside the opioid, benzodiazepines among them.
    pub(super) fn kinds(&self) -> usize {
        let rows = self.sedatives.iter().chain(&self.benzodiazepines);
        named::once(rows.map(|row| kind(row))).len()
    }

    /// Name of the first opioid.
    pub(super) fn opioid_name(&self) -> String {
        let row = self
            .opioids
            .first()
            .map(|row| row.medicine.short_name.clone());
        row.or(self.elsewhere.map(|moud| moud.name.clone()))
            .unwrap_or_default()
    }

    /// Names of the sedatives that trigger.
    pub(super) fn sedative_names(&self) -> String {
        drafted::together(&self.sedatives)
    }

    /// Which half is new: "opioid", "sedative" or "both".
    pub(super) fn what_is_new(&self) -> &'static str {
        let opioid = self.new.iter().any(|row| row.medicine.is_opioid());
        let sedative = self.new.iter().any(|row| named::is_other_sedative(row));
        match (opioid, sedative) {
            (true, true) => "both",
            (true, false) => "opioid",
            _ => "sedative",
        }
    }
}

/// Classes of the group SEDATIVE; a medicine of none of them is a kind of its own.
const KINDS: [ValueSet; 7] = [
    ValueSet::Benzodiazepine,
    ValueSet::Gabapentinoid,
    ValueSet::ZDrug,
    ValueSet::OrexinAntagonist,
    ValueSet::MuscleRelaxant,
    ValueSet::Barbiturate,
    ValueSet::SedatingAntihistamine,
];

fn kind(row: &MedicineRow) -> (Option<ValueSet>, &str) {
    match KINDS.into_iter().find(|set| row.is(*set)) {
        Some(set) => (Some(set), ""),
        None => (None, row.medicine.short_name.as_str()),
    }
}
