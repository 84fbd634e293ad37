//! Care around the medicine: other care for pain, goals and plans, visits behind and ahead, PDMP reviews, screening, barriers.
//!
//! Knows which rows of the record show each, and within which time.
//! Refuses to know what follows from it: that is the rules'.

mod screening;

mod visits;

use super::conditions::{fact_date, reference, sets_of, text_of};
use super::coverage::{minus, minus_months};
use super::evidence::{Sources, is_active_goal};
use super::facts::{FollowUp, ScoreFact};
use super::history::was_taken;
use super::known::{Doubt, FactDate, Known};
use super::row::{MedicineRow, Role, RowKind};
use crate::fhir::resources::{CodeableConcept, Encounter, ServiceRequest};
use crate::fhir::{Query, When};
use crate::terminology::ValueSet;
use jiff::ToSpan;
use jiff::civil::Date;

/// Days within which other care for pain and a PDMP review count (sheets 4.16, 4.19).
const RECENT_DAYS: i64 = 90;
/// A gap of so many days does not end a course of opioids (P-LTOT has the same).
const RUN_GAP_DAYS: i64 = 14;
/// A completed or stopped order without an end covers so many days (P-NAIVE has the same).
const NO_END_DAYS: i64 = 30;
/// An open request for a visit that names no day counts for so long.
const OPEN_REQUEST_DAYS: i64 = 28;

/// A row that shows some care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareRow {
    /// What it is, for people.
    pub name: String,
    /// When.
    pub date: Option<FactDate>,
    /// `Type/id`.
    pub reference: String,
}

/// What the record shows of care besides opioids.
#[derive(Debug, Clone)]
pub struct Care {
    /// A medicine for pain that is no opioid, within 90 days or among the drafts.
    pub nonopioid: Known<CareRow>,
    /// Care for pain that is no medicine, within 90 days or among the drafts.
    pub nondrug: Known<CareRow>,
    /// A goal, shared plan, PEG score or pain management visit within the site's months.
    pub plan: Known<CareRow>,
    /// What speaks against an NSAID besides kidney, liver and pregnancy: an anticoagulant or a bleed of the gut.
    pub bleeding: Known<CareRow>,
    /// The next check-in that is booked, ordered or planned, drafts included.
    pub follow_up: Known<FollowUp>,
    /// The last finished visit of any kind, by video or phone as well.
    pub last_contact: Known<FactDate>,
    /// A review of the prescription drug monitoring program within 90 days.
    pub pdmp: Known<CareRow>,
    /// An earlier visit within twelve months with the user of this call or at the same clinic.
    pub seen_here: Known<CareRow>,
    /// First day of the course of pain opioids that reaches to within 14 days of today.
    pub run_since: Option<FactDate>,
    /// PHQ-9 or PHQ-2 within the site's months.
    pub mood_asked: Known<FactDate>,
    /// GAD-7 within the site's months.
    pub anxiety_asked: Known<FactDate>,
    /// Social needs asked about within the site's months.
    pub needs_asked: Known<FactDate>,
    /// The latest PHQ-9 within the site's months.
    pub phq9: Option<ScoreFact>,
    /// The latest GAD-7 within the site's months.
    pub gad7: Option<ScoreFact>,
    /// What makes visits hard: transport, distance, cost.
    pub barriers: Known<Vec<CareRow>>,
}

#[cfg(test)]
impl Care {
    /// Everything was read and there is nothing in it.
    pub(crate) fn nothing_found() -> Care {
        Care {
            nonopioid: Known::No,
            nondrug: Known::No,
            plan: Known::No,
            bleeding: Known::No,
            follow_up: Known::No,
            last_contact: Known::No,
            pdmp: Known::No,
            seen_here: Known::No,
            run_since: None,
            mood_asked: Known::No,
            anxiety_asked: Known::No,
            needs_asked: Known::No,
            phq9: None,
            gad7: None,
            barriers: Known::No,
        }
    }
}

/// Who asks, and during which visit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    /// `Practitioner/…` or `PractitionerRole/…`.
    pub(super) user: Option<&'a str>,
    /// The visit of the context.
    pub(super) encounter: Option<&'a Encounter<'a>>,
}

impl Sources<'_> {
    pub(super) fn care(&self, rows: &[MedicineRow], asker: Asker<'_>) -> Care {
        Care {
            nonopioid: self.nonopioid(rows),
            nondrug: self.nondrug(),
            plan: self.plan(),
            bleeding: self.bleeding(rows),
            follow_up: self.follow_up(),
            last_contact: self.last_contact(),
            pdmp: self.pdmp(),
            seen_here: self.seen_here(asker),
            run_since: self.run_since(rows),
            mood_asked: self.asked(
                &[ValueSet::Phq9, ValueSet::Phq2, ValueSet::PhqItem9],
                &[Query::Surveys],
            ),
            anxiety_asked: self.asked(&[ValueSet::Gad7], &[Query::Surveys]),
            needs_asked: self.asked(
                &[ValueSet::SocialNeeds, ValueSet::TransportItem],
                &[Query::Surveys, Query::SocialHistory],
            ),
            phq9: self.latest_score(ValueSet::Phq9),
            gad7: self.latest_score(ValueSet::Gad7),
            barriers: self.barriers(),
        }
    }

    /// No, if all these reads were complete; else the first that was not.
    pub(super) fn none_in<T>(&self, reads: &[Query]) -> Known<T> {
        let unread = reads.iter().find(|query| !self.complete(**query));
        unread.map_or(Known::No, |query| Known::Unsure(Doubt::Unread(*query)))
    }

    fn nonopioid(&self, rows: &[MedicineRow]) -> Known<CareRow> {
        let since = minus(self.as_of, RECENT_DAYS);
        let recent = |row: &&MedicineRow| {
            let begun = row.start.is_none_or(|start| start <= self.as_of);
            let last = row.last_day.or(row.start).or(row.asserted);
            let open = row.status == "active" && row.last_day.is_none();
            was_taken(row)
                && row.order_like
                && begun
                && (open || last.is_some_and(|last| last >= since))
        };
        let found = rows
            .iter()
            .filter(|row| row.is(ValueSet::NonopioidPain) && !row.medicine.is_opioid())
            .find(|row| row.role == Role::Draft || recent(row));
        found.map_or_else(
            || self.none_in(&[Query::Medications]),
            |row| Known::Yes(of_medicine(row)),
        )
    }

    /// Procedures, referrals, plans and drafts for physical, psychological or movement therapy.
    fn nondrug(&self) -> Known<CareRow> {
        let since = minus(self.as_of, RECENT_DAYS);
        let in_time = |when: Option<When>| {
            let date = when.map(|when| fact_date(when, self.zone));
            date.filter(|date| date.date >= since)
        };
        let done = self.record.procedures.iter().filter_map(|done| {
            let stands = !matches!(
                done.status.as_deref(),
                Some("entered-in-error" | "not-done")
            );
            let code = done
                .code
                .as_ref()
                .filter(|code| stands && self.is_nondrug(code))?;
            let date = in_time(done.performed.and_then(|when| when.end.or(when.start)))?;
            Some(self.care_row(code, Some(date), reference("Procedure", done.id.as_deref())))
        });
        let ordered = self.record.service_requests.iter().filter_map(|order| {
            let code = order
                .code
                .as_ref()
                .filter(|code| stands(order) && self.is_nondrug(code))?;
            let planned = order.occurrence.and_then(|when| when.end.or(when.start));
            let date = in_time(planned.or(order.authored_on))?;
            Some(self.care_row(
                code,
                Some(date),
                reference("ServiceRequest", order.id.as_deref()),
            ))
        });
        let drafted = self
            .record
            .draft_service_requests
            .iter()
            .filter_map(|draft| {
                let code = draft.code.as_ref().filter(|code| self.is_nondrug(code))?;
                Some(self.care_row(code, None, reference("ServiceRequest", draft.id.as_deref())))
            });
        let planned = self.record.care_plans.iter().filter_map(|plan| {
            let active = plan.status.as_deref() == Some("active");
            let code = plan
                .activity_codes
                .iter()
                .find(|code| active && self.is_nondrug(code))?;
            Some(self.care_row(code, None, reference("CarePlan", plan.id.as_deref())))
        });
        let first = done.chain(ordered).chain(drafted).chain(planned).next();
        first.map_or_else(|| self.none_in(&[Query::Procedures]), Known::Yes)
    }

    /// By code, else by the words that many records have in place of one.
    fn is_nondrug(&self, code: &CodeableConcept<'_>) -> bool {
        const WORDS: [&str; 11] = [
            "tai chi",
            "yoga",
            "mindfulness",
            "physical therapy",
            "physiotherapy",
            "occupational therapy",
            "cognitive behav",
            "acupuncture",
            "chiropract",
            "pain class",
            "pain education",
        ];
        sets_of(self.terminology, code).has(ValueSet::NondrugPain) || self.names_any(code, &WORDS)
    }

    fn names_any(&self, code: &CodeableConcept<'_>, words: &[&str]) -> bool {
        let named = text_of(self.terminology, code)
            .unwrap_or_default()
            .to_lowercase();
        words.iter().any(|word| named.contains(word))
    }

    fn care_row(
        &self,
        code: &CodeableConcept<'_>,
        date: Option<FactDate>,
        reference: String,
    ) -> CareRow {
        let name = text_of(self.terminology, code).unwrap_or_else(|| "other care".to_owned());
        CareRow {
            name,
            date,
            reference,
        }
    }

    fn plan(&self) -> Known<CareRow> {
        let since = minus_months(self.as_of, i64::from(self.site.goals_plan_months));
        let in_time = |date: &Option<FactDate>| date.is_none_or(|date| date.date >= since);
        let dated = |when: Option<When>| when.map(|when| fact_date(when, self.zone));
        let goals = self.record.goals.iter().filter_map(|goal| {
            is_active_goal(goal.lifecycle_status.as_deref()).then_some(())?;
            let latest = goal
                .last_updated
                .into_iter()
                .chain(goal.status_date)
                .chain(goal.start_date);
            let date = latest.map(|when| fact_date(when, self.zone)).max();
            Some(self.care_row(
                goal.description.as_ref()?,
                date,
                reference("Goal", goal.id.as_deref()),
            ))
        });
        let plans = self.record.care_plans.iter().filter_map(|plan| {
            let about_pain = |code: &CodeableConcept<'_>| self.names_any(code, &["pain"]);
            let pain = self.is_pain_plan(plan) || plan.category.iter().any(about_pain);
            let named = plan.title.as_deref().unwrap_or("care plan").to_owned();
            let begun = plan.period.and_then(|period| period.start);
            let date = dated(plan.last_updated.or(plan.created).or(begun));
            let row = CareRow {
                name: named,
                date,
                reference: reference("CarePlan", plan.id.as_deref()),
            };
            pain.then_some(row)
        });
        let peg = self.peg().yes().map(|peg| CareRow {
            name: "PEG".to_owned(),
            date: Some(peg.date),
            reference: peg.reference.clone(),
        });
        let visit = self.latest_procedure(ValueSet::PainProcedure, since);
        let mut found = goals
            .chain(plans)
            .chain(peg)
            .chain(visit)
            .filter(|row| in_time(&row.date));
        let reads = [
            Query::Goals,
            Query::Plans,
            Query::Surveys,
            Query::Procedures,
        ];
        found
            .next()
            .map_or_else(|| self.none_in(&reads), Known::Yes)
    }

    fn latest_procedure(&self, set: ValueSet, since: Date) -> Option<CareRow> {
        let days = i64::from(since.until(self.as_of).map_or(0, |span| span.get_days()));
        let (name, date, reference) = self.procedures(set, days)?;
        Some(CareRow {
            name,
            date: Some(date),
            reference,
        })
    }

    fn bleeding(&self, rows: &[MedicineRow]) -> Known<CareRow> {
        let taken = rows
            .iter()
            .find(|row| row.after && row.is(ValueSet::Anticoagulant))
            .map(of_medicine);
        let listed = [ValueSet::Anticoagulant, ValueSet::GutBleeding]
            .into_iter()
            .find_map(|set| {
                let row = self.condition_ever(set).yes().cloned()?;
                Some(CareRow {
                    name: row.name,
                    date: row.date,
                    reference: row.reference,
                })
            });
        let found = taken.or(listed);
        found.map_or_else(
            || self.none_in(&[Query::Medications, Query::Conditions]),
            Known::Yes,
        )
    }

    /// As a procedure, an observation or a condition ("situation").
    fn pdmp(&self) -> Known<CareRow> {
        let since = minus(self.as_of, RECENT_DAYS);
        let named = |date, reference| CareRow {
            name: "PDMP review".to_owned(),
            date,
            reference,
        };
        let done = self.procedures(ValueSet::PdmpReview, RECENT_DAYS);
        let done = done.map(|(_, date, reference)| named(Some(date), reference));
        let observed = self.observations(ValueSet::PdmpReview).into_iter().next();
        let observed = observed
            .map(|(row, date)| named(Some(date), reference("Observation", row.id.as_deref())));
        let listed = self.condition_ever(ValueSet::PdmpReview);
        let listed = listed
            .yes()
            .map(|row| named(row.date, row.reference.clone()));
        let mut found = done.into_iter().chain(observed).chain(listed);
        let recent = found.find(|row| {
            row.date
                .is_some_and(|date| date.date >= since && date.date <= self.as_of)
        });
        recent.map_or_else(|| self.none_in(&[Query::Procedures]), Known::Yes)
    }

    fn run_since(&self, rows: &[MedicineRow]) -> Option<FactDate> {
        let opioid = |row: &&MedicineRow| {
            let cough_only = row.is(ValueSet::OpioidCough) && !row.is(ValueSet::Opioid);
            row.is_pain_opioid() && !cough_only && row.order_like && was_taken(row)
        };
        let mut spans: Vec<(Date, Date)> = rows
            .iter()
            .filter(opioid)
            .filter_map(|row| self.span(row))
            .collect();
        spans.sort();
        let mut run: Option<(Date, Date)> = None;
        for (first, last) in spans {
            run = Some(match run {
                Some((since, until))
                    if first <= until.saturating_add((RUN_GAP_DAYS + 1).days()) =>
                {
                    (since, until.max(last))
                }
                _ => (first, last),
            });
        }
        let (since, until) = run?;
        (until >= minus(self.as_of, RUN_GAP_DAYS)).then(|| FactDate::day_of(since))
    }

    fn span(&self, row: &MedicineRow) -> Option<(Date, Date)> {
        let first = row.start.or(row.asserted)?;
        let last = row.last_day.unwrap_or_else(|| match row.status.as_str() {
            "active" if row.before => self.as_of,
            _ => first.saturating_add((NO_END_DAYS - 1).days()),
        });
        (first <= self.as_of).then_some((first, last.max(first)))
    }
}

fn of_medicine(row: &MedicineRow) -> CareRow {
    let drafted = row.kind == RowKind::Draft;
    CareRow {
        name: row.medicine.short_name.clone(),
        date: row
            .start
            .or(row.asserted)
            .filter(|_| !drafted)
            .map(FactDate::day_of),
        reference: row.reference.clone(),
    }
}

/// An order or task that has not been taken back or finished.
pub(super) fn stands(order: &ServiceRequest<'_>) -> bool {
    let over = [
        "revoked",
        "cancelled",
        "entered-in-error",
        "rejected",
        "failed",
        "completed",
    ];
    order
        .status
        .as_deref()
        .is_none_or(|status| !over.contains(&status))
}

/// A person can be told from another person only where both are named in the same way.
fn same_type(one: &str, other: &str) -> bool {
    one.split('/').next() == other.split('/').next()
}

#[cfg(test)]
mod tests;
