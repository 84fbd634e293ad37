//! Facts from medicine rows: rescue naloxone on hand, medication for opioid use disorder.

use super::Sources;
use crate::fhir::Query;
use crate::patient::coverage::minus_months;
use crate::patient::{FactDate, Known, MedicineRow, Moud, NaloxoneOnHand, Overdose, RowKind};
use crate::terminology::ValueSet;

impl Sources<'_> {
    /// P-NALOXONE-ON-HAND.
    pub(in crate::patient) fn naloxone(
        &self,
        rows: &[MedicineRow],
        overdose: &Known<Overdose>,
    ) -> Known<NaloxoneOnHand> {
        let since = minus_months(self.as_of, i64::from(self.site.naloxone_on_hand_months));
        let used = overdose
            .yes()
            .and_then(|overdose| overdose.condition.date)
            .map(|date| date.date);
        let on_hand = rows
            .iter()
            .filter(|row| row.is(ValueSet::NaloxoneRescue))
            .filter_map(|row| {
                let drafted = row.kind == RowKind::Draft;
                let stands = drafted
                    || match row.kind {
                        RowKind::Request => matches!(row.status.as_str(), "active" | "completed"),
                        RowKind::Dispense => row.status == "completed",
                        _ => matches!(row.status.as_str(), "active" | "completed"),
                    };
                let date = row.asserted.or(row.start);
                let fresh = drafted
                    || date.is_some_and(|d| d >= since && used.is_none_or(|used| used <= d));
                (stands && fresh).then(|| NaloxoneOnHand {
                    name: row.medicine.name.clone(),
                    date: if drafted {
                        None
                    } else {
                        date.map(FactDate::day_of)
                    },
                    reference: row.reference.clone(),
                    drafted,
                })
            })
            .max_by_key(|naloxone| (naloxone.drafted, naloxone.date));
        self.found(on_hand, Query::Medications)
    }

    /// MOUD now: a current medicine, a row that says so, or a treatment procedure within 90 days.
    pub(in crate::patient) fn moud(&self, rows: &[MedicineRow]) -> Known<Moud> {
        let depot_for_oud = |row: &MedicineRow| {
            row.is(ValueSet::NaltrexoneDepot) && row.reason_sets.has(ValueSet::OpioidUseDisorder)
        };
        let taken = rows
            .iter()
            .find(|row| row.before && (row.moud || depot_for_oud(row)))
            .map(|row| Moud {
                name: row.medicine.short_name.clone(),
                date: row.start.map(FactDate::day_of),
                reference: row.reference.clone(),
            });
        let listed = self
            .usable(ValueSet::OnOudTreatment)
            .next()
            .map(|row| Moud {
                name: "treatment for opioid use disorder".into(),
                date: row.fact.date,
                reference: row.fact.reference.clone(),
            });
        let done = || {
            self.procedures(ValueSet::MoudProcedure, 90)
                .map(|(name, date, reference)| Moud {
                    name,
                    date: Some(date),
                    reference,
                })
        };
        self.found(taken.or(listed).or_else(done), Query::Medications)
    }
}
