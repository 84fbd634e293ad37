//! How used to opioids somebody is: P-NAIVE, P-TOLERANT, P-LTOT.

use super::*;

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
