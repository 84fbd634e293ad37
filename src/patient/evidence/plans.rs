//! Facts from plans, goals, procedures and visits.

use super::Sources;
use crate::fhir::resources::{CarePlan, Encounter};
use crate::fhir::{Query, When};
use crate::patient::conditions::{fact_date, reference, relative, sets_of, text_of};
use crate::patient::coverage::minus;
use crate::patient::{FactDate, FollowUp, GoalFact, Known, TaperPlan};
use crate::terminology::ValueSet;

/// Days within which a review counts (P-REVIEWED).
const REVIEW_DAYS: i64 = 90;

impl Sources<'_> {
    /// The latest procedure of this set within so many days: name, date, reference.
    pub(in crate::patient) fn procedures(
        &self,
        set: ValueSet,
        days: i64,
    ) -> Option<(String, FactDate, String)> {
        let since = minus(self.as_of, days);
        self.record
            .procedures
            .iter()
            .filter(|p| {
                !matches!(
                    p.status.as_deref(),
                    Some("entered-in-error" | "not-done" | "preparation")
                )
            })
            .filter_map(|p| {
                let code = p
                    .code
                    .as_ref()
                    .filter(|code| sets_of(self.terminology, code).has(set))?;
                let performed = p.performed?;
                let date = fact_date(performed.end.or(performed.start)?, self.zone);
                let name = text_of(self.terminology, code).unwrap_or_else(|| "a procedure".into());
                Some((name, date, reference("Procedure", p.id.as_deref())))
            })
            .filter(|(_, date, _)| date.date >= since && date.date <= self.as_of)
            .max_by_key(|(_, date, _)| date.date)
    }

    /// A CarePlan, Goal or Procedure whose title or text contains "taper".
    pub(in crate::patient) fn taper_plan(&self) -> Known<TaperPlan> {
        let tapers =
            |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains("taper"));
        let plan = |updated: Option<When>, reference: String| {
            let updated = updated.map(|when| fact_date(when, self.zone));
            let fresh = updated.is_some_and(|date| date.date >= minus(self.as_of, 60));
            TaperPlan {
                updated,
                fresh,
                reference,
            }
        };
        let plans = self
            .record
            .care_plans
            .iter()
            .filter(|p| p.status.as_deref() == Some("active"))
            .filter(|p| {
                [&p.title, &p.description, &p.text]
                    .into_iter()
                    .any(|text| tapers(text.as_deref()))
            })
            .map(|p| {
                let dated = p
                    .last_updated
                    .or(p.created)
                    .or(p.period.and_then(|period| period.start));
                plan(dated, reference("CarePlan", p.id.as_deref()))
            });
        let goals = self
            .record
            .goals
            .iter()
            .filter(|g| is_active_goal(g.lifecycle_status.as_deref()))
            .filter(|g| {
                tapers(
                    g.description
                        .as_ref()
                        .and_then(|d| text_of(self.terminology, d))
                        .as_deref(),
                )
            });
        let goals = goals.map(|g| {
            plan(
                g.last_updated.or(g.status_date).or(g.start_date),
                reference("Goal", g.id.as_deref()),
            )
        });
        let procedures = self.record.procedures.iter().filter(|p| {
            !matches!(p.status.as_deref(), Some("entered-in-error" | "not-done"))
                && tapers(
                    p.code
                        .as_ref()
                        .and_then(|code| text_of(self.terminology, code))
                        .as_deref(),
                )
        });
        let procedures = procedures.map(|p| {
            plan(
                p.performed.and_then(|t| t.end.or(t.start)),
                reference("Procedure", p.id.as_deref()),
            )
        });
        let latest = plans
            .chain(goals)
            .chain(procedures)
            .max_by_key(|p| (p.fresh, p.updated));
        self.found(latest, Query::Plans)
    }

    pub(in crate::patient) fn goal(&self) -> Known<GoalFact> {
        let latest = self
            .record
            .goals
            .iter()
            .filter(|goal| is_active_goal(goal.lifecycle_status.as_deref()))
            .filter_map(|goal| {
                let words = text_of(self.terminology, goal.description.as_ref()?)?;
                let by = goal
                    .expressed_by
                    .as_ref()
                    .and_then(|link| link.reference.as_deref());
                Some(GoalFact {
                    words,
                    by_patient: by.is_some_and(|by| relative(by).starts_with("Patient/")),
                    date: goal
                        .start_date
                        .or(goal.status_date)
                        .or(goal.last_updated)
                        .map(|w| fact_date(w, self.zone)),
                    reference: reference("Goal", goal.id.as_deref()),
                })
            })
            .max_by_key(|goal| (goal.by_patient, goal.date));
        self.found(latest, Query::Goals)
    }

    /// P-REVIEWED within 90 days, as far as FHIR shows it.
    pub(in crate::patient) fn reviewed(
        &self,
        prescribers: &[String],
        user: Option<&str>,
    ) -> Known<FactDate> {
        let since = minus(self.as_of, REVIEW_DAYS);
        let procedure = self
            .procedures(ValueSet::ReviewProcedure, REVIEW_DAYS)
            .map(|(_, date, _)| date);
        let plan = self
            .record
            .care_plans
            .iter()
            .filter(|plan| self.is_pain_plan(plan))
            .filter_map(|plan| Some(fact_date(plan.last_updated.or(plan.created)?, self.zone)));
        let peg = self
            .observations(ValueSet::Peg)
            .into_iter()
            .map(|(_, date)| date);
        let visits = self.record.encounters.iter().filter_map(|encounter| {
            let (first, last) = (encounter.period?.start?, encounter.period?.end);
            self.is_review(encounter, prescribers, user)
                .then(|| fact_date(last.unwrap_or(first), self.zone))
        });
        let latest = procedure
            .into_iter()
            .chain(plan)
            .chain(peg)
            .chain(visits)
            .filter(|date| date.date >= since && date.date <= self.as_of)
            .max();
        self.found(latest, Query::Encounters)
    }

    pub(in crate::patient) fn is_pain_plan(&self, plan: &CarePlan<'_>) -> bool {
        let coded = plan.category.iter().chain(&plan.activity_codes);
        coded
            .into_iter()
            .any(|code| sets_of(self.terminology, code).has(ValueSet::PainTreatmentPlan))
            || plan
                .addresses
                .iter()
                .filter_map(|link| link.reference.as_deref().map(relative))
                .any(|address| {
                    self.conditions.iter().any(|row| {
                        row.fact.reference == address && row.sets.has(ValueSet::ChronicPain)
                    })
                })
    }

    /// A visit for long-term opioid use; or for chronic pain with the user or a prescriber of the regimen.
    fn is_review(
        &self,
        encounter: &Encounter<'_>,
        prescribers: &[String],
        user: Option<&str>,
    ) -> bool {
        if !matches!(
            encounter.status.as_deref(),
            Some("in-progress" | "finished" | "onleave")
        ) {
            return false;
        }
        let linked: Vec<String> = encounter
            .diagnosis
            .iter()
            .chain(&encounter.reason_reference)
            .filter_map(|link| link.reference.as_deref().map(relative))
            .collect();
        let about = |set: ValueSet| {
            encounter
                .reason_code
                .iter()
                .any(|code| sets_of(self.terminology, code).has(set))
                || self
                    .conditions
                    .iter()
                    .any(|row| row.sets.has(set) && linked.contains(&row.fact.reference))
        };
        let known = |who: &str| prescribers.iter().any(|p| p == who) || user == Some(who);
        let with_prescriber = encounter
            .participants
            .iter()
            .filter_map(|link| link.reference.as_deref().map(relative))
            .any(|who| known(&who));
        about(ValueSet::LongTermOpioidUse) || (about(ValueSet::ChronicPain) && with_prescriber)
    }

    pub(in crate::patient) fn next_visit(&self) -> Known<FollowUp> {
        let ahead = |when: Option<When>, reference: String| {
            let date = fact_date(when?, self.zone);
            (date.date >= self.as_of).then_some(FollowUp { date, reference })
        };
        let booked = self
            .record
            .appointments
            .iter()
            .filter(|a| matches!(a.status.as_deref(), Some("booked" | "pending" | "proposed")))
            .filter_map(|a| ahead(a.start, reference("Appointment", a.id.as_deref())));
        let planned = self
            .record
            .encounters
            .iter()
            .filter(|e| e.status.as_deref() == Some("planned"))
            .filter_map(|e| ahead(e.period?.start, reference("Encounter", e.id.as_deref())));
        self.found(
            booked.chain(planned).min_by_key(|visit| visit.date),
            Query::Appointments,
        )
    }
}

pub(in crate::patient) fn is_active_goal(status: Option<&str>) -> bool {
    matches!(status, Some("active" | "accepted" | "planned"))
}
