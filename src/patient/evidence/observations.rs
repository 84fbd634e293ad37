//! Facts from observations: kidney function, pregnancy, screening scores.

use super::Sources;
use crate::fhir::Query;
use crate::fhir::resources::Observation;
use crate::patient::conditions::{Use, fact_date, reference, sets_of};
use crate::patient::coverage::{minus, minus_months};
use crate::patient::{ConditionFact, FactDate, Kidney, KidneyGrade, Known, ScoreFact};
use crate::terminology::ValueSet;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Days for which a pregnancy row counts.
const PREGNANCY_DAYS: i64 = 294;

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

    /// Pregnant now, and a pregnancy row without a date.
    pub(in crate::patient) fn pregnant(&self) -> (Known<ConditionFact>, Option<ConditionFact>) {
        let since = minus(self.as_of, PREGNANCY_DAYS);
        let ended: Option<Date> = self
            .rows(ValueSet::Postpartum, |usage| {
                matches!(usage, Use::Usable | Use::Past)
            })
            .filter_map(|row| row.dated)
            .chain(
                self.observed_pregnancy()
                    .filter(|(_, pregnant, _)| !pregnant)
                    .map(|(_, _, date)| date.date),
            )
            .max();
        let still =
            |date: Date| date >= since && date <= self.as_of && ended.is_none_or(|end| end < date);
        let observed = self
            .observed_pregnancy()
            .find(|(_, pregnant, date)| *pregnant && still(date.date))
            .map(|(observation, _, date)| ConditionFact {
                name: "pregnant".into(),
                date: Some(date),
                reference: reference("Observation", observation.id.as_deref()),
            });
        let listed = self
            .usable(ValueSet::Pregnant)
            .find(|row| row.dated.is_some_and(still))
            .map(|row| row.fact.clone());
        let undated = self
            .usable(ValueSet::Pregnant)
            .find(|row| row.dated.is_none())
            .map(|row| row.fact.clone());
        (self.found(observed.or(listed), Query::Conditions), undated)
    }

    fn observed_pregnancy(&self) -> impl Iterator<Item = (&'r Observation<'r>, bool, FactDate)> {
        self.observations(ValueSet::PregnancyStatus)
            .into_iter()
            .filter_map(|(observation, date)| {
                let value = sets_of(self.terminology, observation.value.concept.as_ref()?);
                Some((observation, value.has(ValueSet::Pregnant), date))
            })
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
