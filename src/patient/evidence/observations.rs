//! Facts from observations: kidney function, screening scores.

use super::Sources;
use crate::fhir::Query;
use crate::fhir::resources::Observation;
use crate::patient::conditions::{fact_date, reference, sets_of};
use crate::patient::coverage::{minus, minus_months};
use crate::patient::{FactDate, Kidney, KidneyGrade, Known, ScoreFact};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

impl<'r> Sources<'r> {
    /// Observations of this set that stand, latest first, each with its date.
    pub(in crate::patient) fn observations(
        &self,
        set: ValueSet,
    ) -> Vec<(&'r Observation<'r>, FactDate)> {
        let mut found: Vec<_> = self
            .record
            .observations
            .iter()
            .filter(|o| {
                !matches!(
                    o.status.as_deref(),
                    Some("entered-in-error" | "cancelled" | "unknown" | "registered")
                )
            })
            .filter(|o| {
                o.code
                    .as_ref()
                    .is_some_and(|code| sets_of(self.terminology, code).has(set))
            })
            .filter_map(|o| Some((o, fact_date(o.effective.or(o.issued)?, self.zone))))
            .filter(|(_, date)| date.date <= self.as_of)
            .collect();
        found.sort_by_key(|(_, date)| std::cmp::Reverse(date.date));
        found
    }

    pub(in crate::patient) fn kidney(&self) -> Known<Kidney> {
        let since = minus_months(self.as_of, 12);
        let measured =
            self.observations(ValueSet::Egfr)
                .into_iter()
                .find_map(|(observation, date)| {
                    let value = observation.value.quantity.as_ref()?.value?;
                    (date.date >= since).then_some((observation, value, date))
                });
        let by_value = measured.and_then(|(observation, value, date)| {
            let grade = if value < Decimal::from(30) {
                KidneyGrade::Severe
            } else if value < Decimal::from(60) {
                KidneyGrade::Moderate
            } else {
                return None;
            };
            let reference = reference("Observation", observation.id.as_deref());
            Some(Kidney {
                grade,
                name: format!("eGFR {}", value.round_dp(1).normalize()),
                date: Some(date),
                reference,
            })
        });
        let coded = |set, grade| {
            self.usable(set).next().map(|row| Kidney {
                grade,
                name: row.fact.name.clone(),
                date: row.fact.date,
                reference: row.fact.reference.clone(),
            })
        };
        // "or": a severe row counts beside a better value; the worse of the two speaks.
        let worst = [
            by_value,
            coded(ValueSet::KidneySevere, KidneyGrade::Severe),
            coded(ValueSet::KidneyModerate, KidneyGrade::Moderate),
        ];
        let worst = worst
            .into_iter()
            .flatten()
            .rev()
            .max_by_key(|kidney| kidney.grade);
        let unread = if self.complete(Query::Laboratory) {
            Query::Conditions
        } else {
            Query::Laboratory
        };
        self.found(worst, unread)
    }

    /// PHQ-9 item 9 above 0 within 30 days, unless a later answer has it at 0.
    pub(in crate::patient) fn phq_item9(&self) -> Known<ScoreFact> {
        let mut answers: Vec<(Decimal, FactDate, String)> = Vec::new();
        for (observation, date) in self.observations(ValueSet::PhqItem9) {
            if let Some(value) = number(observation) {
                answers.push((
                    value,
                    date,
                    reference("Observation", observation.id.as_deref()),
                ));
            }
        }
        for (observation, date) in self.observations(ValueSet::Phq9) {
            for component in &observation.component {
                let is_item9 = component
                    .code
                    .as_ref()
                    .is_some_and(|code| sets_of(self.terminology, code).has(ValueSet::PhqItem9));
                let value = component
                    .value
                    .quantity
                    .as_ref()
                    .and_then(|quantity| quantity.value);
                let value = value.or(component.value.integer.map(Decimal::from));
                if let Some(value) = value.filter(|_| is_item9) {
                    answers.push((
                        value,
                        date,
                        reference("Observation", observation.id.as_deref()),
                    ));
                }
            }
        }
        let latest = answers.into_iter().max_by_key(|(_, date, _)| date.date);
        let positive = latest
            .filter(|(value, date, _)| *value > Decimal::ZERO && date.date >= minus(self.as_of, 30))
            .map(|(value, date, reference)| ScoreFact {
                value,
                date,
                reference,
            });
        self.found(positive, Query::Surveys)
    }

    pub(in crate::patient) fn peg(&self) -> Known<ScoreFact> {
        let latest =
            self.observations(ValueSet::Peg)
                .into_iter()
                .find_map(|(observation, date)| {
                    let reference = reference("Observation", observation.id.as_deref());
                    Some(ScoreFact {
                        value: number(observation)?,
                        date,
                        reference,
                    })
                });
        self.found(latest, Query::Surveys)
    }
}

pub(in crate::patient) fn number(observation: &Observation<'_>) -> Option<Decimal> {
    let value = &observation.value;
    value
        .quantity
        .as_ref()
        .and_then(|quantity| quantity.value)
        .or(value.integer.map(Decimal::from))
        .or_else(|| value.string.as_deref()?.trim().parse().ok())
}
