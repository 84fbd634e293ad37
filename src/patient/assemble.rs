//! One snapshot from one record, in the order in which the parts need each other:
//! conditions, medicine rows, regimen before, history, drafts, totals, facts.

use super::care::Asker;
use super::conditions::{self, Use, relative};
use super::dosing::{self, Dosing};
use super::evidence::Sources;
use super::facts::Facts;
use super::history::{ListState, Timeline, long_term_benzodiazepine};
use super::known::Known;
use super::language::Language;
use super::medicines::Reader;
use super::regimen::{self, StopOrder};
use super::row::{MedicineRow, Role};
use super::scope::{self, Evidence};
use super::site::Site;
use super::snapshot::{History, Hook, Snapshot};
use super::totals;
use super::toxicology::Toxicology;
use crate::fhir::{DraftOrder, Query, Read, Record};
use crate::terminology::{FactorSet, Recognised, Terminology, ValueSet};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// What a snapshot is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The hook.
    pub hook: Hook,
    /// Bare patient id.
    pub patient_id: &'a str,
    /// `context.userId`.
    pub user_id: &'a str,
    /// Bare encounter id.
    pub encounter_id: Option<&'a str>,
    /// `context.selections`; empty = all drafts.
    pub selections: &'a [Cow<'a, str>],
    /// When the call was received.
    pub as_of: Timestamp,
}

/// The tables and settings that do not change between calls.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// Codes, medicines, factors.
    pub terminology: &'a Terminology,
    /// Settings.
    pub site: &'a Site,
}

impl Snapshot {
    /// The patient's situation in this call.
    pub fn of(record: &Record<'_>, ask: &Ask<'_>, basis: Basis<'_>) -> Snapshot {
        Assembly::new(record, ask, basis).snapshot()
    }

    /// Do the drafts hold anything that a rule looks at: an opioid, a sedative, naltrexone, a stop order for one, a urine
    /// drug test, or something unidentified? Always true without drafts of its own (`patient-view`).
    pub fn drafts_concern_us(record: &Record<'_>, ask: &Ask<'_>, basis: Basis<'_>) -> bool {
        Assembly::new(record, ask, basis).drafts_concern_us()
    }
}

struct Assembly<'r> {
    record: &'r Record<'r>,
    ask: &'r Ask<'r>,
    basis: Basis<'r>,
    zone: TimeZone,
    as_of: Date,
    conditions: Vec<conditions::Row>,
}

impl<'r> Assembly<'r> {
    fn new(record: &'r Record<'r>, ask: &'r Ask<'r>, basis: Basis<'r>) -> Assembly<'r> {
        let zone = basis.site.zone();
        let as_of = ask.as_of.to_zoned(zone.clone()).date();
        let conditions = conditions::rows(record, basis.terminology, as_of, &zone);
        Assembly {
            record,
            ask,
            basis,
            zone,
            as_of,
            conditions,
        }
    }

    fn snapshot(self) -> Snapshot {
        let site = self.basis.site;
        let mut rows = self.recorded_rows();
        regimen::mark_current(&mut rows, self.as_of, site);
        let list = self.list_state();
        let timeline = Timeline::of(&rows, self.as_of, site);
        let sedated = long_term_benzodiazepine(&rows, self.as_of, list, site);
        let history = timeline.history(list, site, sedated);
        let dosing = Dosing {
            opioid_free_day: dosing::opioid_free_day(&timeline, list, self.as_of),
            old_egfr: dosing::old_egfr(&self.sources()),
        };
        totals::mark_counted(&mut rows, &history, self.as_of);
        regimen::apply_stops(&mut rows, &self.stop_orders());
        let (drafts, unidentified_drafts) = self.drafts();
        regimen::apply_drafts(&mut rows, drafts, site);
        if self.ask.hook == Hook::PatientView {
            for row in &mut rows {
                row.after = row.before;
            }
        }
        let factors = totals::Factors {
            table: self.basis.terminology.factors(),
            set: site.factors(),
        };
        let medications = self.record.read(Query::Medications).clone();
        let mut mme = totals::mme(&mut rows, &factors, &medications);
        mme.trend = Timeline::of(&rows, self.as_of, site).trend(list, mme.before.as_ref());
        let facts = self.facts(&rows, &history);
        let user = self.practitioner();
        let asker = Asker {
            user: user.as_deref(),
            encounter: self.context_encounter(),
        };
        let care = self.sources().care(&rows, asker);
        let precautions = self.sources().precautions();
        let toxicology = self.toxicology(&rows);
        let age = self.age();
        let scope = Evidence {
            record: self.record,
            terminology: self.basis.terminology,
            conditions: &self.conditions,
            age,
            as_of: self.as_of,
            zone: &self.zone,
        }
        .scope();
        Snapshot {
            as_of: self.as_of,
            hook: self.ask.hook,
            site: site.clone(),
            patient: format!("Patient/{}", self.ask.patient_id),
            encounter: self.ask.encounter_id.map(|id| format!("Encounter/{id}")),
            user,
            age,
            language: self.language(),
            inpatient_encounter: scope::is_inpatient(self.context_encounter()),
            scope,
            rows,
            mme,
            history,
            facts,
            dosing,
            care,
            precautions,
            toxicology,
            reads: self.record.reads.clone(),
            gaps: self.record.gaps.clone(),
            unidentified_drafts,
            drafts_concern_us: self.drafts_concern_us(),
        }
    }

    /// Drafts of a hospital stay are not for the community rules; other hooks look at no test.
    fn toxicology(&self, rows: &[MedicineRow]) -> Toxicology {
        let mut toxicology = self.sources().toxicology(rows);
        if self.ask.hook != Hook::OrderSign || scope::is_inpatient(self.context_encounter()) {
            toxicology.drafted.clear();
        }
        toxicology
    }

    /// A urine drug test that is signed outside the hospital.
    fn drafts_a_test(&self) -> bool {
        self.ask.hook == Hook::OrderSign
            && !scope::is_inpatient(self.context_encounter())
            && !self.sources().drafted_tests().is_empty()
    }

    fn drafts_concern_us(&self) -> bool {
        use ValueSet::{Benzodiazepine, Naltrexone, SedatingAntihistamine, Sedative};
        if !self.ask.hook.is_order() || self.drafts_a_test() {
            return true;
        }
        let reader = self.reader();
        let encounter = self.context_encounter();
        self.record.drafts.iter().any(|draft| {
            let medicine = reader.medicine(&draft.request.medication);
            let looked_at = medicine.is_opioid()
                || medicine.holds_acetaminophen()
                || medicine.recognised == Recognised::Unidentified
                || [Benzodiazepine, Naltrexone, SedatingAntihistamine, Sedative]
                    .into_iter()
                    .any(|set| medicine.is(set));
            // A stop order may name its order only; what it stops is in the record.
            looked_at
                && (is_stop(draft) || is_new_medicine(draft))
                && (is_stop(draft) || scope::is_community(&draft.request, encounter))
        })
    }

    fn language(&self) -> Language {
        let languages = self
            .record
            .patient
            .as_ref()
            .map(|patient| patient.languages.as_slice());
        Language::spoken(
            languages.unwrap_or_default(),
            &self.basis.site.patient_languages,
        )
    }

    fn practitioner(&self) -> Option<String> {
        let user = relative(self.ask.user_id);
        (user.starts_with("Practitioner/") || user.starts_with("PractitionerRole/")).then_some(user)
    }

    fn age(&self) -> Option<i64> {
        let born = self.record.patient.as_ref()?.birth_date?.start(&self.zone);
        let span = born.until((jiff::Unit::Year, self.as_of)).ok()?;
        Some(i64::from(span.get_years())).filter(|age| (0..=130).contains(age))
    }

    fn context_encounter(&self) -> Option<&'r crate::fhir::resources::Encounter<'r>> {
        let id = self.ask.encounter_id?;
        self.record
            .encounters
            .iter()
            .find(|encounter| encounter.id.as_deref() == Some(id))
    }

    fn has(&self, set: ValueSet, ever: bool) -> bool {
        self.conditions.iter().any(|row| {
            row.sets.has(set) && (row.usage == Use::Usable || (ever && row.usage == Use::Past))
        })
    }

    fn reader(&self) -> Reader<'_> {
        let oud = self.has(ValueSet::OpioidUseDisorder, false);
        Reader {
            record: self.record,
            terminology: self.basis.terminology,
            factors: self.basis.site.factors(),
            zone: &self.zone,
            as_of: self.as_of,
            conditions: &self.conditions,
            oud,
            oud_or_remission: oud
                || self.has(ValueSet::OpioidUseDisorder, true)
                || self.has(ValueSet::OpioidUseDisorderRemission, true),
        }
    }

    /// Rows of the record; entered in error is no row at all.
    fn recorded_rows(&self) -> Vec<MedicineRow> {
        let reader = self.reader();
        let requests = self
            .record
            .medication_requests
            .iter()
            .map(|request| reader.request(request));
        let statements = self
            .record
            .medication_statements
            .iter()
            .map(|statement| reader.statement(statement));
        let dispenses = self
            .record
            .medication_dispenses
            .iter()
            .map(|dispense| reader.dispense(dispense));
        requests
            .chain(statements)
            .chain(dispenses)
            .filter(|row| row.status != "entered-in-error")
            .collect()
    }

    fn list_state(&self) -> ListState {
        let requests = &self.record.medication_requests;
        let told_otherwise = !self.record.medication_dispenses.is_empty();
        ListState {
            complete: matches!(self.record.read(Query::Medications), Read::Complete),
            only_active: !requests.is_empty()
                && !told_otherwise
                && requests
                    .iter()
                    .all(|request| request.status.as_deref() == Some("active")),
        }
    }

    fn stop_orders(&self) -> Vec<StopOrder> {
        self.record
            .drafts
            .iter()
            .filter(|draft| is_stop(draft))
            .map(|draft| StopOrder {
                reference: draft.reference.clone(),
                means: std::iter::once(draft.reference.clone())
                    .filter(|reference| !reference.ends_with('/'))
                    .chain(
                        draft
                            .request
                            .prior_prescription
                            .iter()
                            .filter_map(|r| r.reference.as_deref().map(relative)),
                    )
                    .collect(),
            })
            .collect()
    }

    /// New-medicine drafts, and the references of those whose medicine cannot be identified.
    fn drafts(&self) -> (Vec<MedicineRow>, Vec<String>) {
        if !self.ask.hook.is_order() {
            return (Vec::new(), Vec::new());
        }
        let reader = self.reader();
        let encounter = self.context_encounter();
        let mut rows = Vec::new();
        let mut unidentified = Vec::new();
        for draft in self
            .record
            .drafts
            .iter()
            .filter(|draft| is_new_medicine(draft))
        {
            let mut row = reader.draft(draft);
            if scope::is_community(&draft.request, encounter) {
                row.role = Role::Draft;
                if row.medicine.recognised == Recognised::Unidentified {
                    unidentified.push(row.reference.clone());
                }
            }
            row.in_focus = self.is_selected(draft);
            rows.push(row);
        }
        if self.ask.hook == Hook::OrderSelect && !rows.iter().any(|row| row.in_focus) {
            rows.iter_mut().for_each(|row| row.in_focus = true);
        }
        (rows, unidentified)
    }

    fn is_selected(&self, draft: &DraftOrder<'_>) -> bool {
        self.ask.hook != Hook::OrderSelect
            || self.ask.selections.is_empty()
            || self
                .ask
                .selections
                .iter()
                .any(|selected| relative(selected) == draft.reference)
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            record: self.record,
            terminology: self.basis.terminology,
            conditions: &self.conditions,
            as_of: self.as_of,
            zone: &self.zone,
            site: self.basis.site,
        }
    }

    fn facts(&self, rows: &[MedicineRow], history: &History) -> Facts {
        let sources = self.sources();
        let overdose = sources.overdose();
        let pregnancy = sources.pregnancy();
        let moud = sources.moud(rows);
        let moud_ended = sources.moud_ended(rows);
        let prescribers: Vec<String> = rows
            .iter()
            .filter(|row| row.before)
            .filter_map(|row| row.requester.as_ref()?.reference.clone())
            .collect();
        Facts {
            sleep_breathing: sources.condition(ValueSet::SleepDisorderedBreathing),
            lung: sources.condition(ValueSet::ChronicLung),
            oud: sources.condition(ValueSet::OpioidUseDisorder),
            oud_code_only: self.oud_code_only(rows, history, overdose.is_yes()),
            oud_remission: self.remission(&sources),
            other_substance_use: match sources.condition(ValueSet::OtherSubstanceUseDisorder) {
                Known::No => sources.condition(ValueSet::AlcoholUseDisorder),
                known => known,
            },
            alcohol_use: sources.condition(ValueSet::AlcoholUseDisorder),
            kidney: sources.kidney(),
            liver: sources.condition(ValueSet::Liver),
            pregnant: pregnancy.pregnant,
            pregnancy_dates: pregnancy.dates,
            pregnancy_undated: pregnancy.undated,
            mental_health: sources.mental_health(),
            phq_item9: sources.phq_item9(),
            naloxone: sources.naloxone(rows, &overdose),
            moud,
            moud_ended,
            released: sources.released(),
            taper_plan: sources.taper_plan(),
            goal: sources.goal(),
            peg: sources.peg(),
            reviewed: sources.reviewed(&prescribers, self.practitioner().as_deref()),
            next_visit: sources.next_visit(),
            unconfirmed: sources.unconfirmed(),
            overdose,
        }
    }

    /// F11.11, F11.21, or use disorder with clinicalStatus remission.
    fn remission(&self, sources: &Sources<'_>) -> Known<super::ConditionFact> {
        match sources.condition_ever(ValueSet::OpioidUseDisorderRemission) {
            Known::Yes(fact) => Known::Yes(fact),
            other => match self
                .conditions
                .iter()
                .find(|row| row.in_remission && row.sets.has(ValueSet::OpioidUseDisorder))
            {
                Some(row) => Known::Yes(super::ConditionFact {
                    name: "opioid use disorder, in remission".into(),
                    ..row.fact.clone()
                }),
                None => other,
            },
        }
    }

    /// Sheet 4.6 "code only": codes also used for physical dependence, long-term use, and nothing else that points to OUD.
    fn oud_code_only(&self, rows: &[MedicineRow], history: &History, overdose: bool) -> bool {
        let mut oud = self
            .conditions
            .iter()
            .filter(|row| row.usage == Use::Usable && row.sets.has(ValueSet::OpioidUseDisorder))
            .peekable();
        let moud_ever = self.sources().moud_ever(rows);
        oud.peek().is_some()
            && oud.all(|row| row.sets.has(ValueSet::OpioidDependenceCode))
            && history.long_term.is_yes()
            && !overdose
            && !moud_ever
    }
}

/// Statuses that mean "not going to be given" (contract R-078).
const STOPPING: [&str; 4] = ["stopped", "cancelled", "completed", "entered-in-error"];

fn is_stop(draft: &DraftOrder<'_>) -> bool {
    draft
        .request
        .status
        .as_deref()
        .is_some_and(|status| STOPPING.contains(&status.trim()))
}

/// P-DRAFT: any status but the four, any intent but `option`, and a medication element.
fn is_new_medicine(draft: &DraftOrder<'_>) -> bool {
    let request = &draft.request;
    !is_stop(draft)
        && request.intent.as_deref() != Some("option")
        && !request.do_not_perform
        && (request.medication.concept.is_some() || request.medication.reference.is_some())
}

impl Site {
    /// The time zone; settings are checked at start, so a name that is not known here is UTC.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.tz).unwrap_or(TimeZone::UTC)
    }

    /// The factor set; settings are checked at start.
    pub fn factors(&self) -> FactorSet {
        self.factor_set.parse().unwrap_or(FactorSet::Cdc2022)
    }
}
