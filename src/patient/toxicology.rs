//! Urine drug tests: what is drafted, when the last one was, and what the newest results stand beside (sheets 4.20 and 4.21).
//!
//! Knows how a result is read, and which medicine of the list may stand behind it on the day of the sample.
//! Refuses to judge: expected or not is the rules' question.

mod reading;
#[cfg(test)]
mod tests;

use super::care::CareRow;
use super::conditions::{fact_date, reference, sets_of, text_of};
use super::coverage::minus;
use super::evidence::Sources;
use super::history::was_taken;
use super::known::{Doubt, FactDate, Known};
use super::row::{MedicineRow, RowKind};
use crate::fhir::Query;
use crate::fhir::resources::{CodeableConcept, Encounter, Procedure};
use crate::terminology::{Relation, TestMethod, ValueSet};
use jiff::ToSpan;
use jiff::civil::Date;
use reading::{Reading, readings};

/// Days for which a set of results is news (sheet 4.21).
const NEWS_DAYS: i64 = 90;
/// Days before the sample in which care elsewhere may have given a medicine.
const CARE_DAYS: i64 = 7;
/// A completed or stopped order without an end covers so many days (P-NAIVE has the same).
const NO_END_DAYS: i64 = 30;

/// A medicine of the list that was covered on the day of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnList {
    /// Short name.
    pub medicine: String,
    /// First day of its supply.
    pub since: Option<FactDate>,
    /// Taken only as needed.
    pub as_needed: bool,
    /// `Type/id`.
    pub reference: String,
}

/// One result and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToxResult {
    /// Substance, by its name in the tables.
    pub analyte: String,
    /// Positive, or negative.
    pub positive: bool,
    /// How it was obtained.
    pub method: TestMethod,
    /// `Observation/…`.
    pub reference: String,
    /// Positive: medicines that are this substance, or become it.
    pub explained_by: Vec<OnList>,
    /// Positive, not definitive: medicines that an immunoassay may mistake for it.
    pub crossed_by: Vec<OnList>,
    /// Positive: care in the week before that may have given it.
    pub care_before: Option<CareRow>,
    /// Negative: medicines that should have shown.
    pub missing: Vec<OnList>,
}

/// The newest results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToxSet {
    /// Day of the sample.
    pub date: FactDate,
    /// What each substance came to, the most telling method alone.
    pub results: Vec<ToxResult>,
    /// Results that say neither positive nor negative.
    pub unreadable: usize,
    /// A later procedure about it.
    pub followed_by: Option<CareRow>,
}

/// A urine drug test among the drafts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftedTest {
    /// Its name.
    pub name: String,
    /// `ServiceRequest/…`.
    pub reference: String,
}

/// Urine drug tests of this person.
#[derive(Debug, Clone)]
pub struct Toxicology {
    /// Among the drafts.
    pub drafted: Vec<DraftedTest>,
    /// The latest test of any kind.
    pub last_test: Known<FactDate>,
    /// The newest results within 90 days.
    pub newest: Known<ToxSet>,
    /// Current medicines that the usual screen does not see.
    pub unseen: Vec<String>,
    /// Current medicines that a screen may mistake for something else, and for what.
    pub mistaken: Vec<(String, String)>,
    /// Low income or money trouble on the record.
    pub cost_barrier: bool,
}

#[cfg(test)]
impl Toxicology {
    /// Everything was read and there is nothing in it.
    pub(crate) fn nothing_found() -> Toxicology {
        Toxicology {
            drafted: Vec::new(),
            last_test: Known::No,
            newest: Known::No,
            unseen: Vec::new(),
            mistaken: Vec::new(),
            cost_barrier: false,
        }
    }
}

impl Sources<'_> {
    pub(super) fn toxicology(&self, rows: &[MedicineRow]) -> Toxicology {
        Toxicology {
            drafted: self.drafted_tests(),
            last_test: self.last_test(),
            newest: self.newest_results(rows),
            unseen: self.unseen(rows),
            mistaken: self.mistaken(rows),
            cost_barrier: self.usable(ValueSet::CostBarrier).next().is_some(),
        }
    }

    /// Drafts for a urine drug test that still stand.
    pub(super) fn drafted_tests(&self) -> Vec<DraftedTest> {
        let drafts = self.record.draft_service_requests.iter();
        drafts
            .filter(|draft| super::care::stands(draft))
            .filter_map(|draft| {
                let code = draft.code.as_ref().filter(|code| self.is_test(code))?;
                Some(DraftedTest {
                    name: text_of(self.terminology, code)
                        .unwrap_or_else(|| "urine drug test".to_owned()),
                    reference: reference("ServiceRequest", draft.id.as_deref()),
                })
            })
            .collect()
    }

    /// By code, else by the words that many records have in place of one.
    fn is_test(&self, code: &CodeableConcept<'_>) -> bool {
        if sets_of(self.terminology, code).has(ValueSet::UrineDrugTest) {
            return true;
        }
        let words = text_of(self.terminology, code)
            .unwrap_or_default()
            .to_lowercase();
        let drugs = ["drug", "toxicology", "opiate", "opioid"];
        words.contains("urine") && drugs.iter().any(|word| words.contains(word))
    }

    fn last_test(&self) -> Known<FactDate> {
        let results = self.observations(ValueSet::UrineDrugTest);
        let results = results.into_iter().map(|(_, date)| date);
        let done = self.record.procedures.iter().filter_map(|procedure| {
            let code = procedure.code.as_ref()?;
            let date = self.performed(procedure)?;
            self.is_test(code).then_some(date)
        });
        let latest = results
            .chain(done)
            .filter(|date| date.date <= self.as_of)
            .max();
        latest.map_or_else(
            || self.none_in(&[Query::Laboratory, Query::Procedures]),
            Known::Yes,
        )
    }

    fn performed(&self, procedure: &Procedure<'_>) -> Option<FactDate> {
        let refused = ["entered-in-error", "not-done", "preparation"];
        if procedure
            .status
            .as_deref()
            .is_some_and(|status| refused.contains(&status))
        {
            return None;
        }
        let performed = procedure.performed?;
        Some(fact_date(performed.end.or(performed.start)?, self.zone))
    }

    fn newest_results(&self, rows: &[MedicineRow]) -> Known<ToxSet> {
        let since = minus(self.as_of, NEWS_DAYS);
        let mut found = readings(self);
        found.retain(|reading| reading.date.date >= since);
        let Some(date) = found.iter().map(|reading| reading.date).max() else {
            return self.none_in(&[Query::Laboratory]);
        };
        found.retain(|reading| reading.date.date == date.date);
        if let Some(doubt) =
            (!self.complete(Query::Medications)).then_some(Doubt::Unread(Query::Medications))
        {
            // A result means nothing without the list that it stands beside.
            return Known::Unsure(doubt);
        }
        let unreadable = found.iter().filter(|one| one.positive.is_none()).count();
        let results = self
            .most_telling(&found)
            .into_iter()
            .filter_map(|reading| self.beside(reading, rows))
            .collect();
        Known::Yes(ToxSet {
            date,
            results,
            unreadable,
            followed_by: self.followed_by(date),
        })
    }

    /// Of each substance the definitive result, else the positive one; none of a class that a definitive test took apart.
    fn most_telling<'a>(&self, found: &'a [Reading]) -> Vec<&'a Reading> {
        let table = self.terminology.toxicology();
        let definitive = |analyte: &str| {
            found
                .iter()
                .any(|one| one.method == TestMethod::Definitive && one.analyte == analyte)
        };
        let mut kept: Vec<&Reading> = Vec::new();
        for reading in found {
            let taken_apart = table
                .related(&reading.analyte, Relation::Covers)
                .any(definitive);
            let is_definitive = reading.method == TestMethod::Definitive;
            if (taken_apart || definitive(&reading.analyte)) && !is_definitive {
                continue;
            }
            match kept.iter_mut().find(|one| one.analyte == reading.analyte) {
                Some(earlier) if reading.positive == Some(true) => *earlier = reading,
                Some(_) => {}
                None => kept.push(reading),
            }
        }
        kept
    }

    fn beside(&self, reading: &Reading, rows: &[MedicineRow]) -> Option<ToxResult> {
        let positive = reading.positive?;
        let day = reading.date.date;
        let table = self.terminology.toxicology();
        let of = |relation| -> Vec<&str> { table.related(&reading.analyte, relation).collect() };
        // As-needed supplies outlast their arithmetic; an explanation is looked for widely, a missing medicine is not.
        let grace = i64::from(self.site.grace_days);
        let presumptive = reading.method != TestMethod::Definitive;
        let misses = of(Relation::Misses);
        let shows = of(Relation::Shows);
        let missing = match positive {
            true => Vec::new(),
            false => on_list(rows, &shows, |row| {
                let seen = !presumptive || !misses.iter().any(|one| names(row, one));
                let begun = row.start.or(row.asserted).is_some_and(|first| first < day);
                seen && begun && covers(self.as_of, row, day, 0)
            }),
        };
        let when_positive = |relation| match positive {
            true => on_list(rows, &of(relation), |row| {
                covers(self.as_of, row, day, grace)
            }),
            false => Vec::new(),
        };
        let given = positive && !of(Relation::Given).is_empty();
        Some(ToxResult {
            analyte: reading.analyte.clone(),
            positive,
            method: reading.method,
            reference: reading.reference.clone(),
            explained_by: when_positive(Relation::Explains),
            crossed_by: if presumptive {
                when_positive(Relation::Crosses)
            } else {
                Vec::new()
            },
            care_before: given.then(|| self.care_before(day)).flatten(),
            missing,
        })
    }

    /// A hospital or emergency visit, or a procedure with anaesthesia or sedation, in the week before the sample.
    fn care_before(&self, day: Date) -> Option<CareRow> {
        let since = minus(day, CARE_DAYS);
        let visit = self.record.encounters.iter().find_map(|encounter| {
            let period = encounter.period?;
            let start = fact_date(period.start?, self.zone);
            let end = period
                .end
                .map_or(start.date, |end| fact_date(end, self.zone).date);
            let named = stay(encounter).filter(|_| start.date <= day && end >= since)?;
            Some(CareRow {
                name: named.to_owned(),
                date: Some(start),
                reference: reference("Encounter", encounter.id.as_deref()),
            })
        });
        visit.or_else(|| {
            self.record.procedures.iter().find_map(|procedure| {
                let code = procedure.code.as_ref()?;
                let date = self.performed(procedure)?;
                let name = text_of(self.terminology, code)?;
                let in_time = date.date >= since && date.date <= day;
                (in_time && sedates(&name)).then(|| CareRow {
                    name,
                    date: Some(date),
                    reference: reference("Procedure", procedure.id.as_deref()),
                })
            })
        })
    }

    /// A later procedure about the test: a review, an assessment, counselling.
    fn followed_by(&self, sample: FactDate) -> Option<CareRow> {
        self.record.procedures.iter().find_map(|procedure| {
            let code = procedure.code.as_ref()?;
            let date = self.performed(procedure)?;
            let name = text_of(self.terminology, code).unwrap_or_else(|| "a review".to_owned());
            let about = sets_of(self.terminology, code).has(ValueSet::ReviewProcedure)
                || self.is_test(code);
            (about && date.date > sample.date && date.date <= self.as_of).then(|| CareRow {
                name,
                date: Some(date),
                reference: reference("Procedure", procedure.id.as_deref()),
            })
        })
    }

    fn current<'a>(&self, rows: &'a [MedicineRow]) -> impl Iterator<Item = &'a MedicineRow> {
        rows.iter().filter(|row| row.after || row.before)
    }

    fn unseen(&self, rows: &[MedicineRow]) -> Vec<String> {
        let table = self.terminology.toxicology();
        let mut unseen: Vec<String> = Vec::new();
        for row in self.current(rows) {
            let missed = row
                .medicine
                .ingredients
                .iter()
                .any(|one| table.analytes(Relation::Misses, &one.name).next().is_some());
            if missed && !unseen.contains(&row.medicine.short_name) {
                unseen.push(row.medicine.short_name.clone());
            }
        }
        unseen
    }

    fn mistaken(&self, rows: &[MedicineRow]) -> Vec<(String, String)> {
        let table = self.terminology.toxicology();
        let mut mistaken = Vec::new();
        for row in self.current(rows) {
            for one in &row.medicine.ingredients {
                let mut analytes: Vec<_> = table.analytes(Relation::Crosses, &one.name).collect();
                analytes.sort_unstable();
                for analyte in analytes {
                    let pair = (one.name.clone(), analyte.to_owned());
                    if !mistaken.contains(&pair) {
                        mistaken.push(pair);
                    }
                }
            }
        }
        mistaken
    }
}

/// What kind of stay, if it is one in which sedatives and opioids are given.
fn stay(encounter: &Encounter<'_>) -> Option<&'static str> {
    if matches!(
        encounter.status.as_deref(),
        Some("cancelled" | "entered-in-error" | "planned")
    ) {
        return None;
    }
    let class = encounter.class.as_ref()?.code.as_deref()?.trim();
    match class.to_ascii_uppercase().as_str() {
        "IMP" | "ACUTE" | "NONAC" => Some("a hospital stay"),
        "EMER" => Some("an emergency visit"),
        "OBSENC" | "SS" => Some("a short stay"),
        _ => None,
    }
}

fn sedates(name: &str) -> bool {
    let name = name.to_lowercase();
    [
        "anesth",
        "anaesth",
        "sedat",
        "surg",
        "ectomy",
        "scopy",
        "arthroplasty",
        "operati",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// Each medicine once, the first row of it.
fn on_list(
    rows: &[MedicineRow],
    names_of: &[&str],
    counts: impl Fn(&MedicineRow) -> bool,
) -> Vec<OnList> {
    let mut found: Vec<OnList> = Vec::new();
    for row in rows {
        let named = names_of.iter().any(|name| names(row, name));
        let known = found
            .iter()
            .any(|one| one.medicine == row.medicine.short_name);
        if named && !known && row.kind != RowKind::Draft && was_taken(row) && counts(row) {
            found.push(OnList {
                medicine: row.medicine.short_name.clone(),
                since: row.start.or(row.asserted).map(FactDate::day_of),
                as_needed: row.as_needed,
                reference: row.reference.clone(),
            });
        }
    }
    found
}

/// Does the medicine hold it, by ingredient, else by a word of its name?
fn names(row: &MedicineRow, what: &str) -> bool {
    row.medicine.ingredients.iter().any(|one| one.name == what)
        || (row.medicine.ingredients.is_empty()
            && row
                .medicine
                .name
                .to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == what))
}

/// Was its supply running on that day, with so many days more?
fn covers(as_of: Date, row: &MedicineRow, day: Date, grace: i64) -> bool {
    let Some(first) = row.start.or(row.asserted) else {
        // Without any date it is on the list, and that may be why.
        return grace > 0 && row.status == "active";
    };
    let last = row.last_day.unwrap_or_else(|| match row.status.as_str() {
        "active" => as_of,
        _ => first.saturating_add((NO_END_DAYS - 1).days()),
    });
    first <= day && last.saturating_add(grace.days()) >= day
}
