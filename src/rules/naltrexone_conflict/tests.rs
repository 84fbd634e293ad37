use super::super::test_support::{self, *};
use super::*;

fn naltrexone(id: &str, name: &str) -> MedicineRow {
    row(id, medicine(name, &[ValueSet::Naltrexone]))
}

fn tablet(id: &str, ended_days_ago: i64) -> MedicineRow {
    MedicineRow {
        start: Some(days_ago(ended_days_ago + 30)),
        end: Some(days_ago(ended_days_ago)),
        ..naltrexone(id, "naltrexone 50 MG Oral Tablet")
    }
}

fn injection(id: &str, given_days_ago: i64) -> MedicineRow {
    MedicineRow {
        start: Some(days_ago(given_days_ago)),
        end: None,
        ..naltrexone(id, "naltrexone 380 MG Injection")
    }
}

fn tramadol() -> MedicineRow {
    draft(opioid_row("d1", "tramadol 50 mg", "40"))
}

fn opioid_ended(days: i64) -> MedicineRow {
    MedicineRow {
        end: Some(days_ago(days)),
        ..opioid_row("m1", "oxycodone 5 mg", "30")
    }
}

fn outcome(rows: impl IntoIterator<Item = MedicineRow>) -> (&'static str, Option<Indicator>) {
    match check(&with(rows)) {
        Answer::Fires(findings) => (findings[0].case, findings[0].indicator),
        other => (other.as_str(), None),
    }
}

const CRITICAL: Option<Indicator> = Some(Indicator::Critical);

#[test]
fn naltrexone_by_mouth_blocks_for_three_days_and_fades_until_the_seventh() {
    for (days, expected) in [
        (-10, ("block", CRITICAL)),
        (3, ("block", CRITICAL)),
        (4, ("faded", Some(Indicator::Warning))),
        (7, ("faded", Some(Indicator::Warning))),
        (8, ("silent", None)),
    ] {
        assert_eq!(
            outcome([tablet("n1", days), tramadol()]),
            expected,
            "{days}"
        );
    }
}

#[test]
fn an_injection_blocks_for_35_days_or_as_long_as_its_order_covers() {
    assert_eq!(
        outcome([injection("n1", 35), tramadol()]),
        ("block", CRITICAL)
    );
    assert_eq!(outcome([injection("n1", 36), tramadol()]).0, "silent");
    let covered = MedicineRow {
        end: Some(days_ago(-20)),
        ..injection("n1", 160)
    };
    assert_eq!(outcome([covered, tramadol()]), ("block", CRITICAL));
}

#[test]
fn the_year_of_orders_without_an_end_is_not_for_injections() {
    let current = injection("n1", 100);
    assert!(current.before);
    assert_eq!(outcome([current, tramadol()]).0, "silent");
}

#[test]
fn stopping_the_order_takes_no_injection_back_but_ends_tablets() {
    let stop = |row: MedicineRow| MedicineRow {
        status: "stopped".into(),
        ..row
    };
    assert_eq!(
        outcome([stop(injection("n1", 20)), tramadol()]),
        ("block", CRITICAL)
    );
    assert_eq!(outcome([stop(tablet("n1", -10)), tramadol()]).0, "silent");
}

#[test]
fn a_row_that_does_not_say_how_it_is_given_counts_both_ways() {
    let unclear = MedicineRow {
        end: Some(days_ago(15)),
        ..injection("n1", 20)
    };
    let unclear = MedicineRow {
        medicine: medicine("naltrexone", &[ValueSet::Naltrexone]),
        ..unclear
    };
    assert_eq!(outcome([unclear, tramadol()]), ("block", CRITICAL));
}

#[test]
fn an_opioid_that_ended_ten_days_ago_still_conflicts_and_methadone_fourteen() {
    let new = || draft(naltrexone("d1", "naltrexone 50 MG Oral Tablet"));
    assert_eq!(outcome([opioid_ended(10), new()]), ("withdrawal", CRITICAL));
    assert_eq!(outcome([opioid_ended(11), new()]).0, "silent");
    let methadone = |days| MedicineRow {
        medicine: medicine("methadone 10 mg", &[ValueSet::Methadone]),
        ..opioid_ended(days)
    };
    assert_eq!(outcome([methadone(14), new()]), ("withdrawal", CRITICAL));
    assert_eq!(outcome([methadone(15), new()]).0, "silent");
}

#[test]
fn both_in_one_draft_set_are_one_card_that_names_both() {
    let answer = check(&with([
        tramadol(),
        draft(naltrexone("d2", "naltrexone 50 MG Oral Tablet")),
    ]));
    let findings = findings(answer);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].drafts,
        ["MedicationRequest/d1", "MedicationRequest/d2"]
    );
}

#[test]
fn a_planned_switch_to_buprenorphine_is_silent() {
    let buprenorphine = draft(row(
        "d1",
        medicine(
            "buprenorphine 8 mg film",
            &[ValueSet::Buprenorphine, ValueSet::BuprenorphineOud],
        ),
    ));
    assert_eq!(outcome([tablet("n1", -10), buprenorphine]).0, "silent");
}

#[test]
fn other_drafts_are_silent() {
    let answer = outcome([
        tablet("n1", -10),
        draft(row("d1", medicine("amoxicillin 500 mg", &[]))),
    ]);
    assert_eq!(answer.0, "silent");
}

#[test]
fn unread_medications_are_never_silent() {
    let snapshot = without(with([tramadol()]), Query::Medications);
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Medications)])
    );
}

#[test]
fn an_active_row_without_any_date_cannot_be_judged() {
    let undated = MedicineRow {
        start: None,
        end: None,
        before: false,
        ..naltrexone("n1", "naltrexone 50 MG Oral Tablet")
    };
    assert_eq!(
        check(&with([undated, tramadol()])),
        Answer::CannotTell(vec![Doubt::Undated("MedicationRequest/n1".into())])
    );
}

#[test]
fn a_renewed_opioid_is_not_offered_for_deletion() {
    let mut renewal = tramadol();
    renewal.supersedes = vec!["MedicationRequest/m1".into()];
    let finding = findings(check(&with([tablet("n1", -10), renewal]))).remove(0);
    let keys: Vec<&str> = finding.suggest.iter().map(|suggest| suggest.key).collect();
    assert_eq!(keys, ["pain-plan", "update-naltrexone"]);
}

#[test]
fn alcohol_use_disorder_is_named_where_the_order_gives_no_reason() {
    let mut snapshot = with([tablet("n1", -10), tramadol()]);
    snapshot.facts.alcohol_use = Known::Yes(test_support::condition("Alcohol use disorder"));
    let keys: Vec<&str> = findings(check(&snapshot))[0]
        .facts
        .iter()
        .map(|fact| fact.key)
        .collect();
    assert_eq!(keys, ["naltrexone", "opioid-beside", "used-for"]);
}
