//! Conditions, treatment, rescue naloxone, kidneys, scope.

use super::*;

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
