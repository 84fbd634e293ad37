//! Facts about a pregnancy: whether, since when, and how far.
//!
//! Knows which rows show it, which row ends it, and how weeks follow from the day of birth that is expected.
//! Refuses to know what it means for a medicine.

use super::Sources;
use super::observations::number;
use crate::fhir::Query;
use crate::fhir::resources::{CodeableConcept, Observation, ObservationValue};
use crate::patient::conditions::{Use, fact_date, reference, sets_of};
use crate::patient::coverage::{days_between, minus, plus};
use crate::patient::{ConditionFact, FactDate, Known, PregnancyDates};
use crate::terminology::ValueSet;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Days for which a row counts, and the longest time to an expected birth.
const PREGNANCY_DAYS: i64 = 294;
/// Days of a pregnancy on the day of birth that is expected: 40 weeks.
const TERM_DAYS: i64 = 280;
/// Weeks beyond which a number is a mistake in the record.
const MOST_WEEKS: i64 = 45;
const WEEK_DAYS: i64 = 7;

/// What the record says about a pregnancy.
pub(in crate::patient) struct Found {
    /// Pregnant now.
    pub(in crate::patient) pregnant: Known<ConditionFact>,
    /// How far.
    pub(in crate::patient) dates: Option<PregnancyDates>,
    /// A row without a date.
    pub(in crate::patient) undated: Option<ConditionFact>,
}

impl<'r> Sources<'r> {
    /// `pregnant`: the latest row that shows it and that nothing later ends.
    pub(in crate::patient) fn pregnancy(&self) -> Found {
        let ended = self.pregnancy_ended();
        let since = minus(self.as_of, PREGNANCY_DAYS);
        let still =
            |date: Date| date >= since && date <= self.as_of && ended.is_none_or(|end| end < date);
        let status = self
            .observed_pregnancy()
            .find(|(_, pregnant, date)| *pregnant && still(date.date))
            .map(|(observation, _, date)| observed(observation, date));
        let listed = self
            .usable(ValueSet::Pregnant)
            .find(|row| row.dated.is_some_and(still))
            .map(|row| row.fact.clone());
        let expected = self
            .expected_birth()
            .filter(|(_, date, _)| still(date.date));
        let by_date = expected.map(|(observation, date, _)| observed(observation, date));
        let undated = self
            .usable(ValueSet::Pregnant)
            .find(|row| row.dated.is_none())
            .map(|row| row.fact.clone());
        let pregnant = self.found(status.or(listed).or(by_date), Query::Conditions);
        let dates = expected
            .map(|(observation, _, due)| self.weeks_to(observation, due))
            .or_else(|| self.measured_weeks(still));
        Found {
            dates: dates.filter(|_| pregnant.is_yes()),
            pregnant,
            undated,
        }
    }

    /// The last delivery, postpartum or not-pregnant row.
    fn pregnancy_ended(&self) -> Option<Date> {
        let listed = self
            .rows(ValueSet::Postpartum, |usage| {
                matches!(usage, Use::Usable | Use::Past)
            })
            .filter_map(|row| row.dated);
        let observed = self.observed_pregnancy();
        let observed = observed.filter(|(_, pregnant, _)| !pregnant);
        listed.chain(observed.map(|(_, _, date)| date.date)).max()
    }

    fn observed_pregnancy(&self) -> impl Iterator<Item = (&'r Observation<'r>, bool, FactDate)> {
        self.observations(ValueSet::PregnancyStatus)
            .into_iter()
            .filter_map(|(observation, date)| {
                let value = sets_of(self.terminology, observation.value.concept.as_ref()?);
                Some((observation, value.has(ValueSet::Pregnant), date))
            })
    }

    /// The latest estimated date of delivery that lies today or ahead: row, its day, the date.
    fn expected_birth(&self) -> Option<(&'r Observation<'r>, FactDate, FactDate)> {
        let latest = plus(self.as_of, Decimal::from(PREGNANCY_DAYS))?;
        let ahead = |value: &ObservationValue<'_>| {
            let due = fact_date(value.date_time?, self.zone);
            (due.date >= self.as_of && due.date <= latest).then_some(due)
        };
        let is = |code: Option<&CodeableConcept<'_>>| {
            code.is_some_and(|code| {
                sets_of(self.terminology, code).has(ValueSet::EstimatedDelivery)
            })
        };
        let own = self.observations(ValueSet::EstimatedDelivery).into_iter();
        let own = own.filter_map(|(row, date)| Some((row, date, ahead(&row.value)?)));
        // Pregnancy status may carry the date as a component.
        let status = self.observations(ValueSet::PregnancyStatus).into_iter();
        let within = status.filter_map(|(row, date)| {
            let mut parts = row.component.iter().filter(|part| is(part.code.as_ref()));
            let due = parts.find_map(|part| ahead(&part.value))?;
            Some((row, date, due))
        });
        own.chain(within).max_by_key(|(_, date, _)| date.date)
    }

    fn weeks_to(&self, observation: &Observation<'_>, due: FactDate) -> PregnancyDates {
        let days = TERM_DAYS - days_between(self.as_of, due.date);
        PregnancyDates {
            due: Some(due),
            weeks: (days >= 0).then_some(days / WEEK_DAYS),
            measured: None,
            reference: reference("Observation", observation.id.as_deref()),
        }
    }

    fn measured_weeks(&self, still: impl Fn(Date) -> bool) -> Option<PregnancyDates> {
        let rows = self.observations(ValueSet::GestationalAge).into_iter();
        let mut measured = rows
            .filter(|(_, date)| still(date.date))
            .filter_map(|(row, date)| {
                let weeks = weeks(row).filter(|weeks| (0..=MOST_WEEKS).contains(weeks))?;
                Some(PregnancyDates {
                    due: None,
                    weeks: Some(weeks),
                    measured: Some(date),
                    reference: reference("Observation", row.id.as_deref()),
                })
            });
        measured.next()
    }
}

fn observed(observation: &Observation<'_>, date: FactDate) -> ConditionFact {
    ConditionFact {
        name: "pregnant".into(),
        date: Some(date),
        reference: reference("Observation", observation.id.as_deref()),
    }
}

/// Whole weeks; a value in days is divided, any other unit than days and weeks is not used.
fn weeks(observation: &Observation<'_>) -> Option<i64> {
    let value = number(observation)?;
    let quantity = observation.value.quantity.as_ref();
    let unit = quantity.and_then(|quantity| quantity.code.as_deref().or(quantity.unit.as_deref()));
    let weeks = match unit.map(|unit| unit.trim().to_lowercase()).as_deref() {
        None | Some("wk" | "week" | "weeks" | "{weeks}") => value,
        Some("d" | "day" | "days") => value / Decimal::from(WEEK_DAYS),
        Some(_) => return None,
    };
    weeks.floor().to_i64()
}
