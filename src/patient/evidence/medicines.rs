//! Facts from medicine rows: rescue naloxone on hand, medication for opioid use disorder.

use super::Sources;
use crate::fhir::Query;
use crate::patient::conditions::Use;
use crate::patient::coverage::{minus, minus_months, plus};
use crate::patient::history::{RUN_GAP_DAYS, was_taken};
use crate::patient::{
    FactDate, Known, MedicineRow, Moud, MoudEnded, NaloxoneOnHand, Overdose, RowKind,
};
use crate::terminology::ValueSet;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Days for which a treatment procedure counts.
const PROCEDURE_DAYS: i64 = 90;
/// Days for which an ended supply is asked about (sheet 4.6).
const ENDED_DAYS: i64 = 90;
/// Days that a supply without an end is taken to last (P-NAIVE).
const NO_END_DAYS: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
/// Longer than any record.
const EVER_DAYS: i64 = 130 * 366;

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
        let taken = rows
            .iter()
            .find(|row| row.before && row.treats_opioid_use())
            .map(|row| Moud {
                name: row.medicine.short_name.clone(),
                date: since(rows, row).map(FactDate::day_of),
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
            self.procedures(ValueSet::MoudProcedure, PROCEDURE_DAYS)
                .map(|(name, date, reference)| Moud {
                    name,
                    date: Some(date),
                    reference,
                })
        };
        self.found(taken.or(listed).or_else(done), Query::Medications)
    }

    /// The last supply of MOUD that ended within 90 days, where none is current.
    pub(in crate::patient) fn moud_ended(&self, rows: &[MedicineRow]) -> Option<MoudEnded> {
        let treats = || rows.iter().filter(|row| row.treats_opioid_use());
        if treats().any(|row| row.before) {
            return None;
        }
        let since = minus(self.as_of, ENDED_DAYS);
        treats()
            .filter(|row| was_taken(row))
            .filter_map(|row| {
                let started = row.start.or(row.asserted)?;
                let ended = row.end.or_else(|| plus(started, NO_END_DAYS))?;
                (ended >= since && started <= self.as_of).then(|| MoudEnded {
                    name: row.medicine.short_name.clone(),
                    started: FactDate::day_of(started),
                    ended: FactDate::day_of(ended),
                    early: ended > self.as_of,
                    reference: row.reference.clone(),
                })
            })
            .max_by_key(|ended| ended.ended)
    }

    /// MOUD in any row of the record, however old.
    pub(in crate::patient) fn moud_ever(&self, rows: &[MedicineRow]) -> bool {
        let listed = |usage| matches!(usage, Use::Usable | Use::Past);
        rows.iter()
            .any(|row| row.treats_opioid_use() && row.kind != RowKind::Draft)
            || self.rows(ValueSet::OnOudTreatment, listed).next().is_some()
            || self
                .procedures(ValueSet::MoudProcedure, EVER_DAYS)
                .is_some()
    }
}

/// The first day of the unbroken run of MOUD that this row continues.
fn since(rows: &[MedicineRow], current: &MedicineRow) -> Option<Date> {
    let earlier: Vec<(Date, Date)> = rows
        .iter()
        .filter(|row| row.treats_opioid_use() && was_taken(row))
        .filter_map(|row| Some((row.start?, row.last_day.or(row.end)?)))
        .collect();
    let mut first = current.start?;
    while let Some((start, _)) = earlier
        .iter()
        .filter(|(start, last)| *start < first && *last >= minus(first, RUN_GAP_DAYS))
        .min()
    {
        first = *start;
    }
    Some(first)
}
