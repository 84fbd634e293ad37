//! What was asked about mood, anxiety and daily life, and what makes visits hard (sheets 4.30, 4.31).
//!
//! Knows questionnaires by code and answers by value.
//! Refuses to judge a score.

use super::CareRow;
use crate::fhir::Query;
use crate::fhir::resources::{Observation, ObservationValue};
use crate::patient::conditions::{reference, text_of};
use crate::patient::coverage::minus_months;
use crate::patient::evidence::{Sources, number};
use crate::patient::facts::ScoreFact;
use crate::patient::known::{Doubt, FactDate, Known};
use crate::terminology::ValueSet;

impl Sources<'_> {
    fn asked_since(&self) -> jiff::civil::Date {
        minus_months(self.as_of, i64::from(self.site.whole_person_screen_months))
    }

    /// The latest answer to any of these questionnaires within the site's months.
    pub(super) fn asked(&self, sets: &[ValueSet], reads: &[Query]) -> Known<FactDate> {
        let since = self.asked_since();
        let dates = sets
            .iter()
            .flat_map(|set| self.observations(*set))
            .map(|(_, date)| date);
        let latest = dates.filter(|date| date.date >= since).max();
        latest.map_or_else(|| self.none_in(reads), Known::Yes)
    }

    /// The latest score within the site's months.
    pub(super) fn latest_score(&self, set: ValueSet) -> Option<ScoreFact> {
        let since = self.asked_since();
        let (row, date) = self
            .observations(set)
            .into_iter()
            .find(|(row, _)| number(row).is_some())?;
        let value = number(row).filter(|_| date.date >= since)?;
        Some(ScoreFact {
            value,
            date,
            reference: reference("Observation", row.id.as_deref()),
        })
    }

    /// Rows of the problem list, and the transport question answered with yes within 12 months.
    pub(super) fn barriers(&self) -> Known<Vec<CareRow>> {
        let listed = self.usable(ValueSet::VisitBarrier).map(|row| CareRow {
            name: row.fact.name.clone(),
            date: row.fact.date,
            reference: row.fact.reference.clone(),
        });
        let since = minus_months(self.as_of, 12);
        let answers = self.observations(ValueSet::TransportItem);
        let latest = answers
            .into_iter()
            .next()
            .filter(|(_, date)| date.date >= since);
        let need = latest.as_ref().map(|(row, _)| self.is_need(row));
        let answered = latest
            .filter(|_| need == Some(Some(true)))
            .map(|(row, date)| CareRow {
                name: "lack of transport".to_owned(),
                date: Some(date),
                reference: reference("Observation", row.id.as_deref()),
            });
        let rows: Vec<CareRow> = listed.chain(answered).collect();
        if !rows.is_empty() {
            return Known::Yes(rows);
        }
        match self.none_in(&[Query::Conditions, Query::Surveys]) {
            Known::No if need == Some(None) => Known::Unsure(Doubt::Unread(Query::Surveys)),
            known => known,
        }
    }

    /// Does the answer, or one of its parts, say that transport is a problem? `None`: it has no words.
    fn is_need(&self, row: &Observation<'_>) -> Option<bool> {
        let parts = row.component.iter().map(|part| &part.value);
        let answers: Vec<Option<bool>> = std::iter::once(&row.value)
            .chain(parts)
            .map(|value| self.says_yes(value))
            .collect();
        if answers.contains(&Some(true)) {
            return Some(true);
        }
        answers.contains(&Some(false)).then_some(false)
    }

    /// By its words: LOINC answer codes are not in the tables.
    fn says_yes(&self, value: &ObservationValue<'_>) -> Option<bool> {
        let concept = value
            .concept
            .as_ref()
            .and_then(|code| text_of(self.terminology, code));
        let words = concept.or_else(|| value.string.as_deref().map(str::to_owned));
        let yes = words.map(|words| words.trim().to_lowercase().starts_with("yes"));
        value.boolean.or(yes)
    }
}
