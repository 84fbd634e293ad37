//! The definitions of the catalogue's section 2, on small records.

use super::*;
use crate::fhir::{Query, Source, read_record};
use crate::terminology::Terminology;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

const ALL: [Query; 8] = [
    Query::Patient,
    Query::Medications,
    Query::Conditions,
    Query::Encounters,
    Query::Laboratory,
    Query::Surveys,
    Query::Procedures,
    Query::Plans,
];

/// A record in the making.
struct Chart {
    hook: Hook,
    born: &'static str,
    prefetch: Vec<(&'static str, Vec<Value>)>,
    drafts: Vec<Value>,
    encounter: Option<&'static str>,
}

fn chart() -> Chart {
    Chart {
        hook: Hook::OrderSign,
        born: "1970-01-01",
        prefetch: Vec::new(),
        drafts: Vec::new(),
        encounter: None,
    }
}

impl Chart {
    fn with(mut self, key: &'static str, resource: Value) -> Chart {
        match self.prefetch.iter_mut().find(|(known, _)| *known == key) {
            Some((_, resources)) => resources.push(resource),
            None => self.prefetch.push((key, vec![resource])),
        }
        self
    }

    fn medication(self, resource: Value) -> Chart {
        self.with("medications", resource)
    }

    fn condition(self, resource: Value) -> Chart {
        self.with("conditions", resource)
    }

    fn draft(mut self, resource: Value) -> Chart {
        self.drafts.push(resource);
        self
    }

    fn on(mut self, hook: Hook) -> Chart {
        self.hook = hook;
        self
    }

    fn snapshot(&self) -> Snapshot {
        self.snapshot_without(&[])
    }

    /// The same with these keys neither sent nor to be had.
    fn snapshot_without(&self, missing: &[&str]) -> Snapshot {
        let mut values: Vec<(&str, Value)> = vec![(
            "patient",
            json!({"resourceType": "Patient", "id": "p1", "birthDate": self.born}),
        )];
        for key in [
            "medications",
            "conditions",
            "encounters",
            "laboratory",
            "surveys",
            "procedures",
            "plans",
            "statements",
        ] {
            let resources = self
                .prefetch
                .iter()
                .find(|(known, _)| *known == key)
                .map_or(&[][..], |(_, r)| r);
            let entries: Vec<Value> = resources.iter().map(|r| json!({"resource": r})).collect();
            values.push((
                key,
                json!({"resourceType": "Bundle", "type": "searchset", "entry": entries}),
            ));
        }
        let bodies: Vec<(&str, Box<RawValue>)> = values
            .iter()
            .filter(|(key, _)| !missing.contains(key))
            .map(|(key, value)| {
                (
                    *key,
                    RawValue::from_string(value.to_string()).expect("JSON"),
                )
            })
            .collect();
        let prefetch: Vec<(Cow<'_, str>, Option<&RawValue>)> = bodies
            .iter()
            .map(|(key, body)| (Cow::Borrowed(*key), Some(&**body)))
            .collect();
        let entries: Vec<Value> = self.drafts.iter().map(|r| json!({"resource": r})).collect();
        let drafts =
            RawValue::from_string(json!({"resourceType": "Bundle", "entry": entries}).to_string())
                .expect("JSON");
        let mut source = Source::new("p1");
        source.prefetch = &prefetch;
        source.draft_orders = Some(&drafts);
        source.encounter_id = self.encounter;
        let record = read_record(&source, &ALL);
        let ask = Ask {
            hook: self.hook,
            patient_id: "p1",
            user_id: "Practitioner/d1",
            encounter_id: self.encounter,
            selections: &[],
            as_of: "2026-11-01T12:00:00Z".parse().expect("a time"),
        };
        let site = Site::default();
        Snapshot::of(
            &record,
            &ask,
            Basis {
                terminology: Terminology::builtin(),
                site: &site,
            },
        )
    }
}

const OXYCODONE_10: &str = "1049683";
const OXYCODONE_15: &str = "1049611";

/// An order of `per_day` units a day for `days` days.
fn order(id: &str, rxcui: &str, per_day: u32, from: &str, days: u32) -> Value {
    json!({
        "resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": from,
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxcui}]},
        "dosageInstruction": [{"timing": {"repeat": {"frequency": per_day, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"expectedSupplyDuration": {"value": days, "unit": "days", "code": "d", "system": "http://unitsofmeasure.org"}}
    })
}

fn but(mut resource: Value, change: Value) -> Value {
    let Value::Object(changes) = change else {
        unreachable!("an object")
    };
    for (key, value) in changes {
        resource[key] = value;
    }
    resource
}

fn condition(id: &str, system: &str, code: &str) -> Value {
    json!({"resourceType": "Condition", "id": id, "subject": {"reference": "Patient/p1"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": system, "code": code}]}, "recordedDate": "2021-03-04"})
}

fn icd(id: &str, code: &str) -> Value {
    condition(id, "http://hl7.org/fhir/sid/icd-10-cm", code)
}

fn mme(total: &Option<crate::dose::Total>) -> String {
    match total {
        None => "not known".into(),
        Some(total) => {
            let number = total
                .mme_per_day
                .map_or("null".into(), |mme| mme.to_string());
            if total.floor {
                format!("at least {number}")
            } else {
                number
            }
        }
    }
}

fn role(snapshot: &Snapshot, reference: &str) -> &'static str {
    snapshot.row(reference).expect("the row").role.as_str()
}

#[test]
fn a_current_order_counts_before_and_after() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-20", 30))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), "60");
    assert_eq!(mme(&snapshot.mme.after), "60");
    assert_eq!(role(&snapshot, "MedicationRequest/m1"), "current");
    assert_eq!(snapshot.age, Some(56));
}

#[test]
fn no_opioid_is_zero_and_no_read_is_not_known() {
    assert_eq!(mme(&chart().snapshot().mme.before), "0");
    assert_eq!(
        mme(&chart().snapshot_without(&["medications"]).mme.before),
        "not known"
    );
}

#[test]
fn a_second_draft_of_another_release_class_adds() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-20", 30))
        .draft(but(
            order("d1", "1049545", 2, "2026-11-01", 30),
            json!({"status": "draft"}),
        ))
        .snapshot();
    // 12 HR oxycodone 15 mg twice a day: 45.
    assert_eq!(mme(&snapshot.mme.after), "105");
    assert_eq!(role(&snapshot, "MedicationRequest/d1"), "draft");
}

#[test]
fn a_renewal_counts_once() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-05", 30))
        .draft(but(
            order("d1", OXYCODONE_10, 4, "2026-11-01", 30),
            json!({"status": "draft"}),
        ))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.after), "60");
    assert_eq!(role(&snapshot, "MedicationRequest/m1"), "superseded");
}

#[test]
fn an_order_twenty_days_before_the_end_is_an_addition() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-22", 30))
        .draft(but(
            order("d1", OXYCODONE_10, 4, "2026-11-01", 30),
            json!({"status": "draft"}),
        ))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.after), "120");
}

#[test]
fn renewing_one_of_two_strengths_leaves_the_other() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 2, "2026-10-05", 30))
        .medication(order("m2", OXYCODONE_15, 2, "2026-10-05", 30))
        .draft(but(
            order("d1", OXYCODONE_10, 2, "2026-11-01", 30),
            json!({"status": "draft"}),
        ))
        .snapshot();
    assert_eq!(role(&snapshot, "MedicationRequest/m1"), "superseded");
    assert_eq!(role(&snapshot, "MedicationRequest/m2"), "current");
}

#[test]
fn last_months_row_that_is_still_active_counts_once() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-09-25", 30))
        .medication(order("m2", OXYCODONE_10, 4, "2026-10-24", 30))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), "60");
    assert_eq!(role(&snapshot, "MedicationRequest/m1"), "superseded");
}

#[test]
fn equal_starts_are_two_orders() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 2, "2026-10-20", 30))
        .medication(order("m2", OXYCODONE_10, 2, "2026-10-20", 30))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), "60");
}

#[test]
fn a_stop_order_takes_its_chart_row_out() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-20", 30))
        .draft(but(
            order("m1", OXYCODONE_10, 4, "2026-10-20", 30),
            json!({"status": "stopped"}),
        ))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), "60");
    assert_eq!(mme(&snapshot.mme.after), "0");
    assert_eq!(role(&snapshot, "MedicationRequest/m1"), "stopped");
}

#[test]
fn a_short_supply_that_ran_out_does_not_count() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-20", 10))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), "0");
    assert_eq!(
        role(&snapshot, "MedicationRequest/m1"),
        "current",
        "pair rules keep the grace days"
    );
}

#[test]
fn a_long_term_supply_counts_through_its_grace_days() {
    let mut chart = chart().medication(order("m0", OXYCODONE_10, 4, "2026-09-25", 30));
    for (id, from) in [("h1", "2026-07-25"), ("h2", "2026-08-25")] {
        chart = chart.medication(but(
            order(id, OXYCODONE_10, 4, from, 30),
            json!({"status": "completed"}),
        ));
    }
    let snapshot = chart.snapshot();
    assert!(snapshot.history.long_term.is_yes());
    assert_eq!(mme(&snapshot.mme.before), "60");
}

#[test]
fn an_old_row_without_an_end_is_current_for_a_year() {
    let open = |from: &str| {
        but(
            order("m1", OXYCODONE_10, 4, from, 30),
            json!({"dispenseRequest": {}}),
        )
    };
    assert_eq!(
        mme(&chart().medication(open("2025-11-01")).snapshot().mme.before),
        "60"
    );
    assert_eq!(
        mme(&chart().medication(open("2025-10-31")).snapshot().mme.before),
        "0"
    );
}

#[test]
fn a_statement_of_what_is_prescribed_counts_once() {
    let statement = json!({"resourceType": "MedicationStatement", "id": "s1", "status": "active",
        "subject": {"reference": "Patient/p1"}, "effectivePeriod": {"start": "2026-10-20"},
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": OXYCODONE_10}]}});
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-20", 30))
        .with("statements", statement.clone())
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), "60");
    assert_eq!(
        mme(&chart().with("statements", statement).snapshot().mme.before),
        "at least null"
    );
}

#[test]
fn inpatient_orders_are_no_regimen_and_no_draft() {
    let inpatient = json!({"category": [{"coding": [{"code": "inpatient"}]}]});
    let snapshot = chart()
        .medication(but(
            order("m1", OXYCODONE_10, 4, "2026-10-20", 30),
            inpatient.clone(),
        ))
        .draft(but(
            order("d1", OXYCODONE_10, 4, "2026-11-01", 5),
            inpatient,
        ))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.after), "0");
    assert_eq!(snapshot.drafts().count(), 0);
    assert!(!snapshot.drafts_concern_us);
}

#[test]
fn entered_in_error_is_no_row() {
    let row = but(
        order("m1", OXYCODONE_10, 4, "2026-10-20", 30),
        json!({"status": "entered-in-error"}),
    );
    assert!(chart().medication(row).snapshot().rows.is_empty());
}

#[test]
fn naive_needs_ninety_days_without_an_opioid() {
    let past = |from: &str| {
        but(
            order("m1", OXYCODONE_10, 4, from, 10),
            json!({"status": "completed"}),
        )
    };
    // Ten days from 24 July cover up to 2 August; the window starts on 3 August.
    assert!(
        chart()
            .medication(past("2026-07-24"))
            .snapshot()
            .history
            .naive
            .is_yes()
    );
    assert!(
        chart()
            .medication(past("2026-07-25"))
            .snapshot()
            .history
            .naive
            .is_no()
    );
}

#[test]
fn a_list_of_active_rows_only_leaves_naive_unknown() {
    let lisinopril = json!({"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-10-01", "medicationCodeableConcept": {"text": "lisinopril 10 mg"}});
    let snapshot = chart().medication(lisinopril.clone()).snapshot();
    assert_eq!(snapshot.history.naive.doubt(), Some(&Doubt::ActiveRowsOnly));
    let mixed = chart()
        .medication(lisinopril.clone())
        .medication(but(lisinopril, json!({"id": "m2", "status": "completed"})));
    assert!(mixed.snapshot().history.naive.is_yes());
    assert!(chart().snapshot().history.naive.is_yes());
    assert!(
        chart()
            .snapshot_without(&["medications"])
            .history
            .naive
            .doubt()
            .is_some()
    );
}

#[test]
fn tolerance_is_the_labels_own_test() {
    let three = |days| order("m1", OXYCODONE_10, 3, "2026-10-20", days);
    assert!(
        chart()
            .medication(three(30))
            .snapshot()
            .history
            .tolerant
            .is_yes(),
        "30 mg a day for a week"
    );
    let two = order("m1", OXYCODONE_10, 2, "2026-10-20", 30);
    assert!(
        chart().medication(two).snapshot().history.tolerant.is_no(),
        "20 mg a day"
    );
    // Ten days from 20 October end on 29 October, three days before 1 November.
    assert!(
        chart()
            .medication(three(10))
            .snapshot()
            .history
            .tolerant
            .is_yes()
    );
    assert!(
        chart()
            .medication(three(9))
            .snapshot()
            .history
            .tolerant
            .is_no()
    );
}

#[test]
fn tolerance_is_not_proven_by_as_needed_orders() {
    let mut as_needed = order("m1", OXYCODONE_10, 6, "2026-10-20", 30);
    as_needed["dosageInstruction"][0]["asNeededBoolean"] = json!(true);
    let snapshot = chart().medication(as_needed).snapshot();
    assert_eq!(
        snapshot.history.tolerant.doubt(),
        Some(&Doubt::AsNeededOnly)
    );
}

#[test]
fn overlapping_renewals_do_not_make_a_person_tolerant() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 2, "2026-09-27", 40))
        .medication(order("m2", OXYCODONE_10, 2, "2026-10-27", 30))
        .snapshot();
    assert!(
        !snapshot.history.tolerant.is_yes(),
        "20 mg a day, however many rows tell it"
    );
}

#[test]
fn long_term_is_sixty_of_ninety_days() {
    let run = |days| order("m1", OXYCODONE_10, 4, "2026-08-03", days);
    assert!(
        chart()
            .medication(run(60))
            .snapshot()
            .history
            .long_term
            .is_yes()
    );
    assert!(
        chart()
            .medication(run(59))
            .snapshot()
            .history
            .long_term
            .is_no()
    );
    let unread = chart().snapshot_without(&["medications"]);
    assert!(unread.history.long_term.doubt().is_some());
}

#[test]
fn a_scheduled_benzodiazepine_is_long_term_by_the_same_days() {
    let lorazepam = |days| order("m1", "197901", 2, "2026-08-03", days);
    let long = |chart: Chart| chart.snapshot().history.long_term_benzodiazepine;
    assert!(long(chart().medication(lorazepam(60))).is_yes());
    assert!(long(chart().medication(lorazepam(59))).is_no());
    let mut as_needed = lorazepam(60);
    as_needed["dosageInstruction"][0]["asNeededBoolean"] = json!(true);
    assert!(long(chart().medication(as_needed)).is_no());
    let unread = chart().snapshot_without(&["medications"]);
    assert!(unread.history.long_term_benzodiazepine.doubt().is_some());
}

#[test]
fn methadone_for_opioid_use_disorder_stays_out_of_the_total() {
    let methadone = |reason: &str| {
        but(
            order("m1", "864706", 1, "2026-10-20", 30),
            json!({"reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": reason}]}]}),
        )
    };
    assert_eq!(
        mme(&chart()
            .medication(methadone("F11.20"))
            .snapshot()
            .mme
            .before),
        "0"
    );
    assert_eq!(
        mme(&chart().medication(methadone("M54.5")).snapshot().mme.before),
        "47"
    );
    let snapshot = chart().medication(methadone("F11.20")).snapshot();
    assert!(snapshot.facts.moud.is_yes());
    assert_eq!(
        snapshot.rows[0].dose.mme_per_day.map(|mme| mme.to_string()),
        Some("47".into())
    );
}

#[test]
fn suboxone_is_treatment_and_no_rescue_naloxone() {
    let snapshot = chart()
        .medication(order("m1", "1010600", 2, "2026-10-20", 30))
        .snapshot();
    assert!(snapshot.facts.moud.is_yes());
    assert!(snapshot.facts.naloxone.is_no());
    assert_eq!(mme(&snapshot.mme.before), "0");
}

#[test]
fn rescue_naloxone_counts_for_two_years_unless_an_overdose_came_after() {
    let spray = |from: &str| {
        let row = order("n1", "1725059", 1, from, 1);
        but(row, json!({"status": "completed", "dosageInstruction": []}))
    };
    assert!(
        chart()
            .medication(spray("2024-11-01"))
            .snapshot()
            .facts
            .naloxone
            .is_yes()
    );
    assert!(
        chart()
            .medication(spray("2024-10-31"))
            .snapshot()
            .facts
            .naloxone
            .is_no()
    );
    let overdose = but(
        icd("c1", "T40.2X1A"),
        json!({"onsetDateTime": "2026-02-01", "clinicalStatus": {"coding": [{"code": "resolved"}]}}),
    );
    let used = chart()
        .medication(spray("2025-11-01"))
        .condition(overdose)
        .snapshot();
    assert!(used.facts.naloxone.is_no());
    assert!(
        used.facts
            .overdose
            .yes()
            .is_some_and(|overdose| overdose.within_24_months)
    );
}

#[test]
fn adverse_effects_and_underdosing_are_no_overdoses() {
    for code in ["T40.2X5A", "T40.2X6A"] {
        assert!(
            chart()
                .condition(icd("c1", code))
                .snapshot()
                .facts
                .overdose
                .is_no(),
            "{code}"
        );
    }
    assert!(
        chart()
            .condition(icd("c1", "T40.2X4A"))
            .snapshot()
            .facts
            .overdose
            .is_yes()
    );
}

#[test]
fn a_condition_counts_by_its_statuses() {
    let apnea = || icd("c1", "G47.33");
    let fires = |row: Value| chart().condition(row).snapshot().facts.sleep_breathing;
    assert!(fires(apnea()).is_yes());
    assert!(
        fires(but(
            apnea(),
            json!({"clinicalStatus": {"coding": [{"code": "resolved"}]}})
        ))
        .is_no()
    );
    assert!(
        fires(but(
            apnea(),
            json!({"verificationStatus": {"coding": [{"code": "refuted"}]}})
        ))
        .is_no()
    );
    let provisional = but(
        apnea(),
        json!({"verificationStatus": {"coding": [{"code": "provisional"}]}}),
    );
    let snapshot = chart().condition(provisional).snapshot();
    assert!(snapshot.facts.sleep_breathing.is_no());
    assert_eq!(snapshot.facts.unconfirmed.len(), 1);
    let mut bare = apnea();
    bare.as_object_mut()
        .expect("an object")
        .remove("clinicalStatus");
    assert!(fires(bare.clone()).is_yes());
    assert!(fires(but(bare, json!({"abatementDateTime": "2025-01-01"}))).is_no());
}

#[test]
fn an_encounter_diagnosis_counts_for_twelve_months() {
    let diagnosis = |recorded: &str| {
        but(
            icd("c1", "G47.33"),
            json!({"recordedDate": recorded, "category": [{"coding": [{"code": "encounter-diagnosis"}]}]}),
        )
    };
    assert!(
        chart()
            .condition(diagnosis("2025-11-01"))
            .snapshot()
            .facts
            .sleep_breathing
            .is_yes()
    );
    assert!(
        chart()
            .condition(diagnosis("2025-10-31"))
            .snapshot()
            .facts
            .sleep_breathing
            .is_no()
    );
}

#[test]
fn cancer_sickle_cell_and_hospice_are_out_of_scope() {
    let branch = |row: Value| chart().condition(row).snapshot().scope;
    assert!(branch(icd("c1", "C50.911")).is(ScopeBranch::Cancer));
    assert!(branch(icd("c1", "D57.1")).is(ScopeBranch::SickleCell));
    assert!(branch(icd("c1", "Z51.5")).is(ScopeBranch::Palliative));
    for code in ["C44.91", "D57.3", "Z85.3"] {
        assert!(branch(icd("c1", code)).out.is_no(), "{code}");
    }
    let discharged = json!({"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": {"reference": "Patient/p1"},
        "class": {"code": "IMP"}, "period": {"start": "2026-05-01", "end": "2026-05-09"},
        "hospitalization": {"dischargeDisposition": {"coding": [{"code": "hosp"}]}}});
    assert!(
        chart()
            .with("encounters", discharged)
            .snapshot()
            .scope
            .is(ScopeBranch::Hospice)
    );
}

#[test]
fn a_possible_cancer_in_no_list_leaves_scope_unknown() {
    let odd = but(
        condition("c1", "http://snomed.info/sct", "999000999103"),
        json!({"code": {"text": "Carcinoma of the left thumb"}}),
    );
    assert!(matches!(
        chart().condition(odd).snapshot().scope.out,
        Known::Unsure(Doubt::PerhapsCancer(_))
    ));
    let family = but(
        icd("c1", "Z80.3"),
        json!({"code": {"text": "Family history of breast cancer"}}),
    );
    assert!(chart().condition(family).snapshot().scope.out.is_no());
    assert!(
        chart()
            .snapshot_without(&["conditions"])
            .scope
            .out
            .doubt()
            .is_some()
    );
}

#[test]
fn kidney_function_is_the_latest_of_twelve_months() {
    let egfr = |value: u32, date: &str| {
        json!({"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"},
            "category": [{"coding": [{"code": "laboratory"}]}], "effectiveDateTime": date,
            "code": {"coding": [{"system": "http://loinc.org", "code": "33914-3"}]}, "valueQuantity": {"value": value}})
    };
    let grade = |value, date| {
        chart()
            .with("laboratory", egfr(value, date))
            .snapshot()
            .facts
            .kidney
            .yes()
            .map(|k| k.grade)
    };
    assert_eq!(grade(29, "2026-06-01"), Some(KidneyGrade::Severe));
    assert_eq!(grade(30, "2026-06-01"), Some(KidneyGrade::Moderate));
    assert_eq!(grade(60, "2026-06-01"), None);
    assert_eq!(grade(29, "2025-10-31"), None);
}

#[test]
fn a_draft_without_a_medicine_is_none_and_one_that_cannot_be_identified_is_said() {
    let mut empty = order("d1", OXYCODONE_10, 1, "2026-11-01", 5);
    empty
        .as_object_mut()
        .expect("an object")
        .remove("medicationCodeableConcept");
    assert!(!chart().draft(empty.clone()).snapshot().drafts_concern_us);
    let unresolved = but(
        empty,
        json!({"medicationReference": {"reference": "Medication/x", "display": "Lisinopril"}}),
    );
    let snapshot = chart().draft(unresolved).snapshot();
    assert_eq!(snapshot.unidentified_drafts, ["MedicationRequest/d1"]);
    assert_eq!(mme(&snapshot.mme.after), "at least null");
}

#[test]
fn on_patient_view_after_equals_before() {
    let snapshot = chart()
        .medication(order("m1", OXYCODONE_10, 4, "2026-10-20", 30))
        .on(Hook::PatientView)
        .snapshot();
    assert_eq!(mme(&snapshot.mme.before), mme(&snapshot.mme.after));
    assert_eq!(snapshot.mme.trend.len(), 3);
}

#[test]
fn two_drafts_in_series_count_once() {
    let draft = |id: &str, from: &str| {
        but(
            order(id, OXYCODONE_10, 4, from, 30),
            json!({"status": "draft"}),
        )
    };
    let snapshot = chart()
        .draft(draft("d1", "2026-11-01"))
        .draft(draft("d2", "2026-12-01"))
        .snapshot();
    assert_eq!(mme(&snapshot.mme.after), "60");
    let together = chart()
        .draft(draft("d1", "2026-11-01"))
        .draft(draft("d2", "2026-11-01"))
        .snapshot();
    assert_eq!(mme(&together.mme.after), "120");
}

#[test]
fn an_active_row_of_years_ago_without_an_end_is_no_long_term_use_and_no_naive_either() {
    let old = but(
        order("m1", OXYCODONE_10, 4, "2021-03-01", 30),
        json!({"dispenseRequest": {}}),
    );
    let snapshot = chart().medication(old).snapshot();
    assert!(snapshot.history.naive.is_no());
    assert!(snapshot.history.long_term.is_no());
    assert!(snapshot.history.recent.is_empty());
    assert_eq!(mme(&snapshot.mme.before), "0");
}

#[test]
fn treatment_is_dated_by_its_unbroken_run() {
    let films = |id: &str, from: &str, status: &str| {
        but(order(id, "1010600", 2, from, 28), json!({"status": status}))
    };
    let since = |earlier: &str| {
        let snapshot = chart()
            .medication(films("m1", "2026-10-10", "active"))
            .medication(films("m0", earlier, "completed"))
            .snapshot();
        let moud = snapshot.facts.moud.yes().cloned().expect("treatment");
        moud.date.expect("a date").date.to_string()
    };
    // 28 days from 30 August last until 26 September: 14 days before 10 October.
    assert_eq!(since("2026-08-30"), "2026-08-30");
    assert_eq!(since("2026-08-29"), "2026-10-10");
}

#[test]
fn a_due_date_from_today_on_shows_a_pregnancy_and_its_weeks() {
    let due = |seen: &str, due: &str| {
        json!({"resourceType": "Observation", "id": "edd", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "11778-8"}]},
            "effectiveDateTime": seen, "valueDateTime": due})
    };
    let weeks = |seen: &str, day: &str| {
        let snapshot = chart().with("surveys", due(seen, day)).snapshot();
        let facts = snapshot.facts;
        (
            facts.pregnant.is_yes(),
            facts.pregnancy_dates.and_then(|dates| dates.weeks),
        )
    };
    assert_eq!(weeks("2026-08-01", "2027-01-14"), (true, Some(29)));
    assert_eq!(weeks("2026-08-01", "2026-11-01"), (true, Some(40)));
    assert_eq!(weeks("2026-08-01", "2026-10-31"), (false, None));
    // A date beyond a pregnancy's length is a mistake in the record.
    assert_eq!(weeks("2026-08-01", "2027-08-23"), (false, None));
}
