//! Risk facts and other findings from conditions, observations, plans and visits (catalogue section 2, "Risk facts").

use super::conditions::{Row, Use, fact_date, reference, relative, sets_of, text_of};
use super::coverage::{minus, minus_months};
use super::facts::*;
use super::known::{Doubt, FactDate, Known};
use super::row::{MedicineRow, RowKind};
use super::site::Site;
use crate::fhir::resources::Observation;
use crate::fhir::{Query, Read, Record, When};
use crate::terminology::{Terminology, ValueSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// Everything that facts are read from.
pub(super) struct Sources<'r> {
    pub(super) record: &'r Record<'r>,
    pub(super) terminology: &'r Terminology,
    pub(super) conditions: &'r [Row],
    pub(super) as_of: Date,
    pub(super) zone: &'r TimeZone,
    pub(super) site: &'r Site,
}

/// Days for which a pregnancy row counts.
const PREGNANCY_DAYS: i64 = 294;
/// Days within which a review counts (P-REVIEWED).
const REVIEW_DAYS: i64 = 90;

impl<'r> Sources<'r> {
    pub(super) fn complete(&self, query: Query) -> bool {
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

    fn found<T>(&self, value: Option<T>, query: Query) -> Known<T> {
        value.map_or_else(|| self.absent(query), Known::Yes)
    }

    /// P-CONDITION, latest first.
    pub(super) fn usable(&self, set: ValueSet) -> impl Iterator<Item = &'r Row> {
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

    /// The latest overdose: conditions of any clinical status, encounter diagnoses of any age.
    pub(super) fn overdose(&self) -> Known<Overdose> {
        let set = ValueSet::OpioidOverdose;
        let rows = self
            .rows(set, |usage| usage != Use::Unconfirmed)
            .map(|row| row.fact.clone());
        let visits = self.record.encounters.iter().filter(|encounter| {
            !matches!(
                encounter.status.as_deref(),
                Some("cancelled" | "entered-in-error")
            ) && encounter
                .reason_code
                .iter()
                .any(|code| sets_of(self.terminology, code).has(set))
        });
        let visits = visits.map(|encounter| ConditionFact {
            name: "opioid overdose".into(),
            date: encounter
                .period
                .and_then(|period| period.start)
                .map(|when| fact_date(when, self.zone)),
            reference: reference("Encounter", encounter.id.as_deref()),
        });
        let latest = rows
            .chain(visits)
            .max_by_key(|fact| fact.date.map(|date| date.date));
        let since = minus_months(self.as_of, 24);
        let overdose = latest.map(|condition| Overdose {
            within_24_months: condition
                .date
                .is_some_and(|date| date.date >= since && date.date <= self.as_of),
            condition,
        });
        self.found(overdose, Query::Conditions)
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

    /// Observations of this set that stand, latest first, each with its date.
    pub(super) fn observations(&self, set: ValueSet) -> Vec<(&'r Observation<'r>, FactDate)> {
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

    pub(super) fn kidney(&self) -> Known<Kidney> {
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
    pub(super) fn pregnant(&self) -> (Known<ConditionFact>, Option<ConditionFact>) {
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
    pub(super) fn phq_item9(&self) -> Known<ScoreFact> {
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

    pub(super) fn peg(&self) -> Known<ScoreFact> {
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

    /// P-NALOXONE-ON-HAND.
    pub(super) fn naloxone(
        &self,
        rows: &[MedicineRow],
        overdose: &Known<Overdose>,
    ) -> Known<NaloxoneOnHand> {
        let since = minus_months(self.as_of, i64::from(self.site.naloxone_on_hand_months));
        let used = overdose
            .yes()
            .and_then(|overdose| overdose.condition.date)
            .map(|date| date.date);
        let on_hand = rows
            .iter()
            .filter(|row| row.is(ValueSet::NaloxoneRescue))
            .filter_map(|row| {
                let drafted = row.kind == RowKind::Draft;
                let stands = drafted
                    || match row.kind {
                        RowKind::Request => matches!(row.status.as_str(), "active" | "completed"),
                        RowKind::Dispense => row.status == "completed",
                        _ => matches!(row.status.as_str(), "active" | "completed"),
                    };
                let date = row.asserted.or(row.start);
                let fresh = drafted
                    || date.is_some_and(|d| d >= since && used.is_none_or(|used| used <= d));
                (stands && fresh).then(|| NaloxoneOnHand {
                    name: row.medicine.name.clone(),
                    date: if drafted {
                        None
                    } else {
                        date.map(FactDate::day_of)
                    },
                    reference: row.reference.clone(),
                    drafted,
                })
            })
            .max_by_key(|naloxone| (naloxone.drafted, naloxone.date));
        self.found(on_hand, Query::Medications)
    }

    /// MOUD now: a current medicine, a row that says so, or a treatment procedure within 90 days.
    pub(super) fn moud(&self, rows: &[MedicineRow]) -> Known<Moud> {
        let depot_for_oud = |row: &MedicineRow| {
            row.is(ValueSet::NaltrexoneDepot) && row.reason_sets.has(ValueSet::OpioidUseDisorder)
        };
        let taken = rows
            .iter()
            .find(|row| row.before && (row.moud || depot_for_oud(row)))
            .map(|row| Moud {
                name: row.medicine.short_name.clone(),
                date: row.start.map(FactDate::day_of),
                reference: row.reference.clone(),
            });
        let listed = self
            .usable(ValueSet::OnOudTreatment)
            .next()
            .map(|row| Moud {
                name: "treatment for opioid use disorder".into(),
                date: row.fact.date,
                reference: row.fact.reference.clone(),
            });
        let done = || {
            self.procedures(ValueSet::MoudProcedure, 90)
                .map(|(name, date, reference)| Moud {
                    name,
                    date: Some(date),
                    reference,
                })
        };
        self.found(taken.or(listed).or_else(done), Query::Medications)
    }

    /// The latest procedure of this set within so many days: name, date, reference.
    pub(super) fn procedures(
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

    pub(super) fn released(&self) -> Known<ConditionFact> {
        let since = minus(self.as_of, 28);
        let row = self.usable(ValueSet::ReleaseFromCustody).find(|row| {
            row.dated
                .is_some_and(|date| date >= since && date <= self.as_of)
        });
        self.found(row.map(|row| row.fact.clone()), Query::Conditions)
    }

    /// A CarePlan, Goal or Procedure whose title or text contains "taper".
    pub(super) fn taper_plan(&self) -> Known<TaperPlan> {
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

    pub(super) fn goal(&self) -> Known<GoalFact> {
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
    pub(super) fn reviewed(&self, prescribers: &[String], user: Option<&str>) -> Known<FactDate> {
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

    pub(super) fn is_pain_plan(&self, plan: &crate::fhir::resources::CarePlan<'_>) -> bool {
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
        encounter: &crate::fhir::resources::Encounter<'_>,
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

    pub(super) fn next_visit(&self) -> Known<FollowUp> {
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

pub(super) fn is_active_goal(status: Option<&str>) -> bool {
    matches!(status, Some("active" | "accepted" | "planned"))
}

pub(super) fn number(observation: &Observation<'_>) -> Option<Decimal> {
    let value = &observation.value;
    value
        .quantity
        .as_ref()
        .and_then(|quantity| quantity.value)
        .or(value.integer.map(Decimal::from))
        .or_else(|| value.string.as_deref()?.trim().parse().ok())
}
