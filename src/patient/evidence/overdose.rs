//! The latest opioid overdose of the record (catalogue section 2, `overdose`; sheet 4.7).
//!
//! Knows conditions of any clinical status and encounter diagnoses of any age, with substance and intent.
//! Refuses to know what follows from it.

use super::Sources;
use crate::fhir::{Precision, Query};
use crate::patient::conditions::{Use, fact_date, reference, sets_of};
use crate::patient::coverage::minus_months;
use crate::patient::{ConditionFact, FactDate, Known, Overdose};
use crate::terminology::{Sets, ValueSet};
use jiff::civil::Date;

/// How long an overdose counts as recent.
const RECENT_MONTHS: i64 = 24;

/// Substances that the codes name.
const SUBSTANCES: [(ValueSet, &str); 5] = [
    (ValueSet::OverdoseHeroin, "heroin"),
    (ValueSet::OverdoseOpium, "opium"),
    (ValueSet::OverdoseMethadone, "methadone"),
    (ValueSet::OverdoseFentanyl, "fentanyl"),
    (ValueSet::OverdoseTramadol, "tramadol"),
];

impl Sources<'_> {
    /// The latest one; rows without a date come last.
    pub(in crate::patient) fn overdose(&self) -> Known<Overdose> {
        let set = ValueSet::OpioidOverdose;
        let rows: Vec<(ConditionFact, Sets)> = self
            .rows(set, |usage| usage != Use::Unconfirmed)
            .map(|row| (row.fact.clone(), row.sets))
            .chain(self.overdose_visits())
            .collect();
        let since = minus_months(self.as_of, RECENT_MONTHS);
        let perhaps = rows
            .iter()
            .find(|(fact, _)| perhaps_since(fact.date, since))
            .map(|(fact, _)| fact.reference.clone());
        let latest = rows
            .into_iter()
            .max_by_key(|(fact, _)| fact.date.map(|date| date.date));
        let overdose = latest.map(|(condition, sets)| {
            let within_24_months = condition
                .date
                .is_some_and(|date| date.date >= since && date.date <= self.as_of);
            Overdose {
                within_24_months,
                perhaps_recent: perhaps.filter(|_| !within_24_months),
                substance: SUBSTANCES
                    .into_iter()
                    .find(|(set, _)| sets.has(*set))
                    .map(|(_, name)| name),
                intentional: sets.has(ValueSet::OverdoseIntentional),
                condition,
            }
        });
        // An emergency visit may be all that tells of it.
        let unread = if self.complete(Query::Conditions) {
            Query::Encounters
        } else {
            Query::Conditions
        };
        self.found(overdose, unread)
    }

    fn overdose_visits(&self) -> impl Iterator<Item = (ConditionFact, Sets)> {
        let visits = self.record.encounters.iter().filter(|encounter| {
            !matches!(
                encounter.status.as_deref(),
                Some("cancelled" | "entered-in-error")
            )
        });
        visits.filter_map(|encounter| {
            let reasons = encounter.reason_code.iter();
            let mut sets = reasons.map(|code| sets_of(self.terminology, code));
            let sets = sets.find(|sets| sets.has(ValueSet::OpioidOverdose))?;
            let start = encounter.period.and_then(|period| period.start);
            let fact = ConditionFact {
                name: "opioid overdose".into(),
                date: start.map(|when| fact_date(when, self.zone)),
                reference: reference("Encounter", encounter.id.as_deref()),
            };
            Some((fact, sets))
        })
    }
}

/// No date, or only a year of which the end may count.
fn perhaps_since(date: Option<FactDate>, since: Date) -> bool {
    let Some(date) = date else {
        return true;
    };
    date.precision == Precision::Year && date.date < since && date.date.year() == since.year()
}
