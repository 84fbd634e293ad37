//! Is this person outside the guideline's scope (catalogue section 2, P-SCOPE-OUT), and is the order a community one (P-SETTING)?

use super::conditions::{Row, Use, fact_date, relative, sets_of, word};
use super::coverage::{minus, minus_months};
use super::known::{Doubt, Known};
use super::snapshot::{Scope, ScopeBranch};
use crate::fhir::resources::{CodeableConcept, Encounter, MedicationRequest};
use crate::fhir::{Query, Read, Record};
use crate::terminology::{Terminology, ValueSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Encounter classes of a stay in hospital (HL7 v3 ActCode).
const INPATIENT: [&str; 4] = ["IMP", "ACUTE", "NONAC", "OBSENC"];
/// Look-back for active palliative orders, plans and procedures, in days.
const PALLIATIVE_DAYS: i64 = 90;
/// Words that make a condition in no cancer list a possible cancer (catalogue section 2, "Missing").
const CANCER_WORDS: [&str; 9] = [
    "malignant",
    "carcinoma",
    "lymphoma",
    "leukemia",
    "leukaemia",
    "myeloma",
    "sarcoma",
    "melanoma",
    "cancer",
];
/// Words that show that it is none after all.
const NOT_CANCER_WORDS: [&str; 12] = [
    "history",
    "family",
    "screening",
    "suspected",
    "in situ",
    "benign",
    "basal cell",
    "squamous cell carcinoma of skin",
    "hereditary",
    "malignant hypertension",
    "malignant hyperthermia",
    "hyperthermia",
];

/// Everything that scope is read from.
pub(super) struct Evidence<'r> {
    pub(super) record: &'r Record<'r>,
    pub(super) terminology: &'r Terminology,
    pub(super) conditions: &'r [Row],
    pub(super) age: Option<i64>,
    pub(super) as_of: Date,
    pub(super) zone: &'r TimeZone,
}

/// A branch with what shows it.
struct Hit {
    branch: ScopeBranch,
    because: String,
    evidence: Option<String>,
}

impl Evidence<'_> {
    pub(super) fn scope(&self) -> Scope {
        let hits: Vec<Hit> = [
            self.under_age(),
            self.cancer(),
            self.sickle_cell(),
            self.palliative(),
            self.hospice(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let because = hits.iter().map(|hit| hit.because.clone()).collect();
        let evidence = hits.iter().filter_map(|hit| hit.evidence.clone()).collect();
        if !hits.is_empty() {
            return Scope {
                out: Known::Yes(hits.iter().map(|hit| hit.branch).collect()),
                because,
                evidence,
            };
        }
        match self.doubt() {
            Some((doubt, because)) => Scope {
                out: Known::Unsure(doubt),
                because: vec![because],
                evidence,
            },
            None => Scope {
                out: Known::No,
                because,
                evidence,
            },
        }
    }

    /// Why "in scope" could not be shown.
    fn doubt(&self) -> Option<(Doubt, String)> {
        if let Some(row) = self.conditions.iter().find(|row| may_be_cancer(row)) {
            let name = row.fact.name.clone();
            let because = format!("{name} is in none of the cancer lists and may be one.");
            return Some((Doubt::PerhapsCancer(name), because));
        }
        if !matches!(self.record.read(Query::Conditions), Read::Complete) {
            let because = "The problem list could not be read completely.".into();
            return Some((Doubt::Unread(Query::Conditions), because));
        }
        self.age.is_none().then(|| {
            (
                Doubt::Unread(Query::Patient),
                "The birth date could not be read.".into(),
            )
        })
    }

    fn under_age(&self) -> Option<Hit> {
        let age = self.age.filter(|age| *age < 18)?;
        Some(Hit {
            branch: ScopeBranch::Age,
            because: format!("Age {age}: under 18."),
            evidence: None,
        })
    }

    fn usable(&self, sets: &[ValueSet]) -> Option<&Row> {
        self.conditions
            .iter()
            .find(|row| row.usage == Use::Usable && sets.iter().any(|set| row.sets.has(*set)))
    }

    fn cancer(&self) -> Option<Hit> {
        let hit = |because: String, evidence: String| {
            Some(Hit {
                branch: ScopeBranch::Cancer,
                because,
                evidence: Some(evidence),
            })
        };
        if let Some(row) = self.usable(&[ValueSet::Cancer, ValueSet::NeoplasmRelatedPain]) {
            return hit(
                format!("Cancer on the problem list: {}.", row.fact.name),
                row.fact.reference.clone(),
            );
        }
        let since = minus_months(self.as_of, 12);
        let mut visits = self.record.encounters.iter().filter(|encounter| {
            self.began(encounter)
                .is_some_and(|date| date >= since && date <= self.as_of)
                && self.diagnosed_with(encounter, ValueSet::Cancer)
        });
        let (first, second) = (visits.next()?, visits.next());
        second?;
        hit(
            "Two or more visits in 12 months with a cancer diagnosis.".into(),
            super::conditions::reference("Encounter", first.id.as_deref()),
        )
    }

    fn diagnosed_with(&self, encounter: &Encounter<'_>, set: ValueSet) -> bool {
        let coded = encounter
            .reason_code
            .iter()
            .any(|code| sets_of(self.terminology, code).has(set));
        let named = encounter
            .diagnosis
            .iter()
            .chain(&encounter.reason_reference)
            .any(|link| {
                let wanted = link.reference.as_deref().map(relative);
                self.conditions.iter().any(|row| {
                    Some(&row.fact.reference) == wanted.as_ref()
                        && row.usage != Use::Unconfirmed
                        && row.sets.has(set)
                })
            });
        coded || named
    }

    fn began(&self, encounter: &Encounter<'_>) -> Option<Date> {
        Some(encounter.period?.start?.start(self.zone))
    }

    fn sickle_cell(&self) -> Option<Hit> {
        let row = self.conditions.iter().find(|row| {
            row.sets.has(ValueSet::SickleCell) && matches!(row.usage, Use::Usable | Use::Past)
        })?;
        Some(Hit {
            branch: ScopeBranch::SickleCell,
            because: format!("Sickle cell disease: {}.", row.fact.name),
            evidence: Some(row.fact.reference.clone()),
        })
    }

    fn palliative(&self) -> Option<Hit> {
        use ValueSet::{LikelyTerminal, LimitedLifeExpectancy, PalliativeCare};
        let sets = [LikelyTerminal, LimitedLifeExpectancy, PalliativeCare];
        let hit = |name: &str, evidence: String| Hit {
            branch: ScopeBranch::Palliative,
            because: format!("Palliative care or end of life: {name}."),
            evidence: Some(evidence),
        };
        if let Some(row) = self.usable(&sets) {
            return Some(hit(&row.fact.name, row.fact.reference.clone()));
        }
        let in_sets = |concept: &CodeableConcept<'_>| {
            let found = sets_of(self.terminology, concept);
            sets.iter().any(|set| found.has(*set))
        };
        self.recent_care(&in_sets, PALLIATIVE_DAYS, true)
            .map(|evidence| hit("an order, plan or procedure", evidence))
    }

    fn hospice(&self) -> Option<Hit> {
        let is_hospice = |concept: &CodeableConcept<'_>| {
            sets_of(self.terminology, concept).has(ValueSet::Hospice)
        };
        let since = minus_months(self.as_of, 12);
        let found = self
            .conditions
            .iter()
            .find(|row| {
                row.sets.has(ValueSet::Hospice)
                    && matches!(row.usage, Use::Usable | Use::Past)
                    && row.dated.is_none_or(|date| date >= since)
            })
            .map(|row| row.fact.reference.clone())
            .or_else(|| self.recent_care(&is_hospice, 365, false))
            .or_else(|| self.hospice_visit(since))?;
        Some(Hit {
            branch: ScopeBranch::Hospice,
            because: "Hospice care in the last 12 months.".into(),
            evidence: Some(found),
        })
    }

    fn hospice_visit(&self, since: Date) -> Option<String> {
        let named = |concept: &CodeableConcept<'_>| {
            sets_of(self.terminology, concept).has(ValueSet::Hospice)
                || concept
                    .text
                    .as_deref()
                    .is_some_and(|text| text.to_lowercase().contains("hospice"))
                || concept.coding.iter().any(|c| {
                    c.display
                        .as_deref()
                        .is_some_and(|d| d.to_lowercase().contains("hospice"))
                })
        };
        self.record
            .encounters
            .iter()
            .filter(|encounter| {
                !matches!(
                    encounter.status.as_deref(),
                    Some("cancelled" | "entered-in-error")
                )
            })
            .filter(|encounter| self.began(encounter).is_none_or(|date| date >= since))
            .find(|encounter| {
                let discharged =
                    encounter
                        .discharge_disposition
                        .as_ref()
                        .is_some_and(|disposition| {
                            word(Some(disposition)).as_deref() == Some("hosp")
                                || sets_of(self.terminology, disposition).has(ValueSet::Hospice)
                        });
                discharged
                    || encounter
                        .kind
                        .iter()
                        .chain(&encounter.service_type)
                        .any(named)
            })
            .map(|encounter| super::conditions::reference("Encounter", encounter.id.as_deref()))
    }

    /// A procedure, service request, observation or care plan of these codes within so many days; `active` asks requests and plans to be active.
    fn recent_care(
        &self,
        is_it: &dyn Fn(&CodeableConcept<'_>) -> bool,
        days: i64,
        active: bool,
    ) -> Option<String> {
        let since = minus(self.as_of, days);
        let recent = |date: Option<Date>| date.is_none_or(|date| date >= since);
        let in_error = |status: Option<&str>| {
            matches!(
                status,
                Some(
                    "entered-in-error"
                        | "cancelled"
                        | "revoked"
                        | "not-done"
                        | "draft"
                        | "proposed"
                )
            )
        };
        let standing =
            |status: Option<&str>| !in_error(status) && (!active || status == Some("active"));
        let procedures = self
            .record
            .procedures
            .iter()
            .filter(|p| !in_error(p.status.as_deref()))
            .filter(|p| {
                recent(
                    p.performed
                        .and_then(|period| period.end.or(period.start))
                        .map(|when| when.end(self.zone)),
                )
            });
        if let Some(found) = procedures
            .clone()
            .find(|p| p.code.as_ref().is_some_and(is_it))
        {
            return Some(super::conditions::reference(
                "Procedure",
                found.id.as_deref(),
            ));
        }
        let mut requests = self
            .record
            .service_requests
            .iter()
            .filter(|r| standing(r.status.as_deref()))
            .filter(|r| recent(r.authored_on.map(|when| fact_date(when, self.zone).date)));
        if let Some(found) = requests.find(|r| r.code.as_ref().is_some_and(is_it)) {
            return Some(super::conditions::reference(
                "ServiceRequest",
                found.id.as_deref(),
            ));
        }
        let mut plans = self
            .record
            .care_plans
            .iter()
            .filter(|p| standing(p.status.as_deref()))
            .filter(|p| {
                let dated = p
                    .last_updated
                    .or(p.created)
                    .or_else(|| p.period.and_then(|period| period.start));
                recent(dated.map(|when| when.start(self.zone)))
            });
        plans
            .find(|plan| plan.category.iter().chain(&plan.activity_codes).any(is_it))
            .map(|plan| super::conditions::reference("CarePlan", plan.id.as_deref()))
    }
}

/// A usable row without an ICD-10-CM code, in none of the cancer lists, whose words name a cancer.
fn may_be_cancer(row: &Row) -> bool {
    if row.usage != Use::Usable || row.has_icd {
        return false;
    }
    row.sets.has(ValueSet::CancerSiteUnknown)
        || !row.sets.has(ValueSet::Cancer)
            && !row.sets.has(ValueSet::CancerNeverCounts)
            && CANCER_WORDS.iter().any(|word| row.text.contains(word))
            && !NOT_CANCER_WORDS.iter().any(|word| row.text.contains(word))
}

/// The encounter of the context is a hospital stay.
pub(super) fn is_inpatient(encounter: Option<&Encounter<'_>>) -> bool {
    class(encounter).is_some_and(|class| INPATIENT.contains(&class.as_str()))
}

fn class(encounter: Option<&Encounter<'_>>) -> Option<String> {
    Some(
        encounter?
            .class
            .as_ref()?
            .code
            .as_deref()?
            .trim()
            .to_ascii_uppercase(),
    )
}

/// P-SETTING: would this draft be taken outside the hospital?
pub(super) fn is_community(
    request: &MedicationRequest<'_>,
    encounter: Option<&Encounter<'_>>,
) -> bool {
    let categories: Vec<String> = request
        .category
        .iter()
        .filter_map(|category| word(Some(category)))
        .collect();
    let only_inpatient =
        !categories.is_empty() && categories.iter().all(|category| category == "inpatient");
    if only_inpatient {
        return false;
    }
    if is_inpatient(encounter) {
        return !categories.is_empty();
    }
    if class(encounter).as_deref() == Some("EMER") && categories.is_empty() {
        return request.dispense_request.is_some();
    }
    true
}

/// Order-like by intent, category and `doNotPerform` (P-RX-CURRENT).
pub(super) fn is_order_like(request: &MedicationRequest<'_>) -> bool {
    let intent = request
        .intent
        .as_deref()
        .map(str::trim)
        .map(str::to_ascii_lowercase);
    let by_intent = match intent.as_deref() {
        None
        | Some(
            "" | "order" | "original-order" | "instance-order" | "reflex-order" | "filler-order",
        ) => true,
        Some("plan") => {
            request.reported_boolean == Some(true) || request.reported_reference.is_some()
        }
        _ => false,
    };
    let categories: Vec<String> = request
        .category
        .iter()
        .filter_map(|category| word(Some(category)))
        .collect();
    let only_inpatient =
        !categories.is_empty() && categories.iter().all(|category| category == "inpatient");
    by_intent && !request.do_not_perform && !only_inpatient
}
