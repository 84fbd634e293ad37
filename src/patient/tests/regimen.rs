//! What is taken now and after signing: P-REGIMEN, rows and drafts.

use super::*;

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
