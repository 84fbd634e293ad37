//! What drug labels ask about a person beyond the shared risk facts: breastfeeding, obesity, lungs, throat surgery, heart rhythm
//! (sheets 4.3 and 4.27).
//!
//! Knows which rows of the record show each, and within which time.
//! Refuses to know which medicine it matters for: that is the rules'.

#[cfg(test)]
mod tests;

use super::conditions::{fact_date, reference, sets_of, text_of};
use super::coverage::{minus, minus_months};
use super::evidence::{Sources, number};
use super::facts::ConditionFact;
use super::known::{Doubt, FactDate, Known};
use crate::fhir::Query;
use crate::fhir::resources::{CodeableConcept, Observation, ServiceRequest};
use crate::terminology::ValueSet;
use rust_decimal::Decimal;

/// Days for which an answer about breastfeeding counts (risk fact `breastfeeding`).
const BREASTFEEDING_DAYS: i64 = 180;
/// Days for which throat surgery counts (sheet 4.3).
const SURGERY_DAYS: i64 = 30;
/// A QT interval of fewer than these is in seconds: no heart has one of 10 ms.
const SECONDS_BELOW: Decimal = Decimal::TEN;

/// Surgery of tonsils or adenoids, done lately or planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surgery {
    /// What it is, for people.
    pub name: String,
    /// When, where the record says.
    pub date: Option<FactDate>,
    /// It is still to come.
    pub planned: bool,
    /// `Type/id`.
    pub reference: String,
}

/// A corrected QT interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qtc {
    /// Milliseconds.
    pub milliseconds: Decimal,
    /// When.
    pub date: FactDate,
    /// `Observation/…`.
    pub reference: String,
}

/// What labels ask.
#[derive(Debug, Clone)]
pub struct Precautions {
    /// `breastfeeding`.
    pub breastfeeding: Known<ConditionFact>,
    /// Obesity: E66, or a body mass index at or above the 95th percentile for age by its code.
    pub obesity: Known<ConditionFact>,
    /// Chronic lung disease, the wider list: children seldom have the narrow one.
    pub severe_lung: Known<ConditionFact>,
    /// Tonsil or adenoid surgery within 30 days or planned.
    pub throat_surgery: Known<Surgery>,
    /// Long QT as a condition, ever.
    pub long_qt: Known<ConditionFact>,
    /// The newest corrected QT interval within the site's months.
    pub qtc: Known<Qtc>,
    /// The newest electrocardiogram within the site's months, with or without a value.
    pub electrocardiogram: Known<FactDate>,
}

#[cfg(test)]
impl Precautions {
    /// Everything was read and there is nothing in it.
    pub(crate) fn nothing_found() -> Precautions {
        Precautions {
            breastfeeding: Known::No,
            obesity: Known::No,
            severe_lung: Known::No,
            throat_surgery: Known::No,
            long_qt: Known::No,
            qtc: Known::No,
            electrocardiogram: Known::No,
        }
    }
}

impl Sources<'_> {
    pub(super) fn precautions(&self) -> Precautions {
        Precautions {
            breastfeeding: self.breastfeeding(),
            obesity: self.condition(ValueSet::Obesity),
            severe_lung: self.condition(ValueSet::ChronicRespiratory),
            throat_surgery: self.throat_surgery(),
            long_qt: self.condition_ever(ValueSet::LongQt),
            qtc: self.qtc(),
            electrocardiogram: self.electrocardiogram(),
        }
    }

    /// The newest answer within 180 days decides; without one, a usable row of the problem list that no later "no" takes back.
    fn breastfeeding(&self) -> Known<ConditionFact> {
        let since = minus(self.as_of, BREASTFEEDING_DAYS);
        let answers = self.observations(ValueSet::BreastfeedingStatus);
        let latest = answers
            .into_iter()
            .next()
            .filter(|(_, date)| date.date >= since);
        let listed = self.condition(ValueSet::Breastfeeding);
        let Some((row, date)) = latest else {
            let asked = self.none_in(&[Query::Surveys, Query::SocialHistory]);
            return if listed.is_no() { asked } else { listed };
        };
        let reference = reference("Observation", row.id.as_deref());
        match (self.is_breastfeeding(row), listed) {
            (Some(true), _) => Known::Yes(ConditionFact {
                name: "breastfeeding".to_owned(),
                date: Some(date),
                reference,
            }),
            (_, Known::Yes(fact)) if fact.date.is_some_and(|on| on.date > date.date) => {
                Known::Yes(fact)
            }
            (Some(false), _) => Known::No,
            (None, Known::Yes(fact)) => Known::Yes(fact),
            // An answer that has neither a known code nor words.
            (None, _) => Known::Unsure(Doubt::Unread(Query::SocialHistory)),
        }
    }

    fn is_breastfeeding(&self, row: &Observation<'_>) -> Option<bool> {
        let value = &row.value;
        if let Some(answer) = value.boolean {
            return Some(answer);
        }
        let coded = value.concept.as_ref();
        if coded.is_some_and(|code| sets_of(self.terminology, code).has(ValueSet::Breastfeeding)) {
            return Some(true);
        }
        let words = coded
            .and_then(|code| text_of(self.terminology, code))
            .or_else(|| value.string.as_deref().map(str::to_owned))?
            .trim()
            .to_lowercase();
        let denies = ["no", "never", "stopped", "ended", "formula", "bottle"];
        let first = words.split(|c: char| !c.is_alphanumeric()).next()?;
        if denies.contains(&first) || words.contains("not ") {
            return Some(false);
        }
        let affirms = ["yes", "breast", "lactat", "exclusive", "partial", "mixed"];
        affirms
            .iter()
            .any(|word| words.contains(word))
            .then_some(true)
    }

    /// Done within 30 days, or planned: a procedure in preparation, an order that stands, or one among the drafts.
    fn throat_surgery(&self) -> Known<Surgery> {
        let set = ValueSet::ThroatSurgery;
        let done = self.procedures(set, SURGERY_DAYS);
        let done = done.map(|(name, date, reference)| Surgery {
            name,
            date: Some(date),
            planned: false,
            reference,
        });
        let orders = self.record.service_requests.iter();
        let orders = orders
            .filter(|order| super::care::stands(order))
            .chain(&self.record.draft_service_requests);
        let ordered = orders.filter_map(|order| self.planned_surgery(order));
        let prepared = self.record.procedures.iter().filter_map(|procedure| {
            let code = procedure.code.as_ref()?;
            let planned = procedure.status.as_deref() == Some("preparation");
            (planned && self.is(code, set)).then(|| Surgery {
                name: self.named(code, "tonsil or adenoid surgery"),
                date: procedure
                    .performed
                    .and_then(|period| period.start)
                    .map(|when| fact_date(when, self.zone)),
                planned: true,
                reference: reference("Procedure", procedure.id.as_deref()),
            })
        });
        let found = done.into_iter().chain(ordered).chain(prepared).next();
        found.map_or_else(
            || self.none_in(&[Query::Procedures, Query::ServiceRequests]),
            Known::Yes,
        )
    }

    /// An order whose day is long past is not planned any more.
    fn planned_surgery(&self, order: &ServiceRequest<'_>) -> Option<Surgery> {
        let code = order.code.as_ref()?;
        let day = order
            .occurrence
            .and_then(|when| when.end.or(when.start))
            .map(|when| fact_date(when, self.zone));
        let ahead = day.is_none_or(|day| day.date >= minus(self.as_of, SURGERY_DAYS));
        (ahead && self.is(code, ValueSet::ThroatSurgery)).then(|| Surgery {
            name: self.named(code, "tonsil or adenoid surgery"),
            date: day,
            planned: true,
            reference: reference("ServiceRequest", order.id.as_deref()),
        })
    }

    fn qtc(&self) -> Known<Qtc> {
        let since = self.rhythm_since();
        let found = self
            .observations(ValueSet::Qtc)
            .into_iter()
            .find_map(|(row, date)| {
                let value = number(row).filter(|value| *value > Decimal::ZERO)?;
                let milliseconds = if value < SECONDS_BELOW {
                    value.checked_mul(Decimal::ONE_THOUSAND)?
                } else {
                    value
                };
                (date.date >= since).then(|| Qtc {
                    milliseconds: milliseconds.normalize(),
                    date,
                    reference: reference("Observation", row.id.as_deref()),
                })
            });
        self.found(found, Query::Laboratory)
    }

    fn electrocardiogram(&self) -> Known<FactDate> {
        let since = self.rhythm_since();
        let done = self.record.procedures.iter().filter_map(|procedure| {
            let code = procedure.code.as_ref()?;
            let refused = ["entered-in-error", "not-done", "preparation"];
            let counts = procedure
                .status
                .as_deref()
                .is_none_or(|status| !refused.contains(&status));
            let performed = procedure.performed?;
            let date = fact_date(performed.end.or(performed.start)?, self.zone);
            (counts && self.is_electrocardiogram(code)).then_some(date)
        });
        let latest = done
            .filter(|date| date.date >= since && date.date <= self.as_of)
            .max();
        self.found(latest, Query::Procedures)
    }

    /// By code, else by the words that many records have in place of one.
    fn is_electrocardiogram(&self, code: &CodeableConcept<'_>) -> bool {
        let words = || {
            text_of(self.terminology, code)
                .unwrap_or_default()
                .to_lowercase()
        };
        self.is(code, ValueSet::Electrocardiogram)
            || words()
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| matches!(word, "ecg" | "ekg") || word.starts_with("electrocardiogra"))
    }

    fn rhythm_since(&self) -> jiff::civil::Date {
        minus_months(self.as_of, i64::from(self.site.methadone_qt_months))
    }

    fn is(&self, code: &CodeableConcept<'_>, set: ValueSet) -> bool {
        sets_of(self.terminology, code).has(set)
    }

    fn named(&self, code: &CodeableConcept<'_>, or: &str) -> String {
        text_of(self.terminology, code).unwrap_or_else(|| or.to_owned())
    }
}
