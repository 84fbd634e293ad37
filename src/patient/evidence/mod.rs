//! Risk facts and other findings of the record (catalogue section 2, "Risk facts"): here those from conditions.

mod medicines;
mod observations;
mod overdose;
mod plans;
mod pregnancy;

pub(super) use observations::number;
pub(super) use plans::is_active_goal;

use super::conditions::{Row, Use};
use super::coverage::minus;
use super::facts::ConditionFact;
use super::known::{Doubt, Known};
use super::site::Site;
use crate::fhir::{Query, Read, Record};
use crate::terminology::{Terminology, ValueSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Everything that facts are read from.
pub(super) struct Sources<'r> {
    pub(super) record: &'r Record<'r>,
    pub(super) terminology: &'r Terminology,
    pub(super) conditions: &'r [Row],
    pub(super) as_of: Date,
    pub(super) zone: &'r TimeZone,
    pub(super) site: &'r Site,
}

impl<'r> Sources<'r> {
    pub(in crate::patient) fn complete(&self, query: Query) -> bool {
        matches!(self.record.read(query), Read::Complete)
    }

    /// No, if this read was complete; else cannot tell.
    fn absent<T>(&self, query: Query) -> Known<T> {
        if self.complete(query) {
            Known::No
        } else {
            Known::Unsure(Doubt::Unread(query))
        }
    }

    pub(in crate::patient) fn found<T>(&self, value: Option<T>, query: Query) -> Known<T> {
        value.map_or_else(|| self.absent(query), Known::Yes)
    }

    /// P-CONDITION, latest first.
    pub(in crate::patient) fn usable(&self, set: ValueSet) -> impl Iterator<Item = &'r Row> {
        self.rows(set, |usage| usage == Use::Usable)
    }

    fn rows(&self, set: ValueSet, usage: fn(Use) -> bool) -> impl Iterator<Item = &'r Row> {
        let mut rows: Vec<&Row> = self
            .conditions
            .iter()
            .filter(|row| row.sets.has(set) && usage(row.usage))
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.dated));
        rows.into_iter()
    }

    /// P-CONDITION as a fact.
    pub(super) fn condition(&self, set: ValueSet) -> Known<ConditionFact> {
        self.found(
            self.usable(set).next().map(|row| row.fact.clone()),
            Query::Conditions,
        )
    }

    /// P-CONDITION-EVER as a fact.
    pub(super) fn condition_ever(&self, set: ValueSet) -> Known<ConditionFact> {
        let row = self
            .rows(set, |usage| matches!(usage, Use::Usable | Use::Past))
            .next();
        self.found(row.map(|row| row.fact.clone()), Query::Conditions)
    }

    pub(super) fn mental_health(&self) -> Known<Vec<ConditionFact>> {
        let rows: Vec<_> = self
            .usable(ValueSet::MentalHealth)
            .map(|row| row.fact.clone())
            .collect();
        self.found((!rows.is_empty()).then_some(rows), Query::Conditions)
    }

    pub(super) fn unconfirmed(&self) -> Vec<ConditionFact> {
        use ValueSet::*;
        let named = [
            SleepDisorderedBreathing,
            ChronicLung,
            OpioidOverdose,
            OpioidUseDisorder,
            Cancer,
            SickleCell,
        ];
        self.conditions
            .iter()
            .filter(|row| {
                row.usage == Use::Unconfirmed && named.iter().any(|set| row.sets.has(*set))
            })
            .map(|row| row.fact.clone())
            .collect()
    }

    pub(super) fn released(&self) -> Known<ConditionFact> {
        let since = minus(self.as_of, 28);
        let row = self.usable(ValueSet::ReleaseFromCustody).find(|row| {
            row.dated
                .is_some_and(|date| date >= since && date <= self.as_of)
        });
        self.found(row.map(|row| row.fact.clone()), Query::Conditions)
    }
}
