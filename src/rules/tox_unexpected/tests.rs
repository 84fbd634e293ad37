//! Rows of sheet 4.21, from results that stand beside the list already.

use super::check;
use crate::fhir::Query;
use crate::patient::{CareRow, Doubt, FactDate, Known, OnList, Snapshot, ToxResult, ToxSet};
use crate::rules::Answer;
use crate::rules::test_support::{condition, days_ago, findings, opioid_row, with};
use crate::terminology::TestMethod::{self, Definitive, Presumptive, Unstated};
use crate::wire::Indicator;

fn result(analyte: &str, positive: bool, method: TestMethod) -> ToxResult {
    ToxResult {
        analyte: analyte.into(),
        positive,
        method,
        reference: "Observation/o1".into(),
        explained_by: Vec::new(),
        crossed_by: Vec::new(),
        care_before: None,
        missing: Vec::new(),
    }
}

fn on_list(medicine: &str) -> Vec<OnList> {
    vec![OnList {
        medicine: medicine.into(),
        since: Some(FactDate::day_of(days_ago(40))),
        as_needed: false,
        reference: "MedicationRequest/m1".into(),
    }]
}

fn care(name: &str) -> Option<CareRow> {
    Some(CareRow {
        name: name.into(),
        date: Some(FactDate::day_of(days_ago(12))),
        reference: "Encounter/e1".into(),
    })
}

fn tested(results: Vec<ToxResult>) -> Snapshot {
    let mut snapshot = with([opioid_row("m1", "oxycodone 5 mg", "30")]);
    snapshot.toxicology.newest = Known::Yes(ToxSet {
        date: FactDate::day_of(days_ago(10)),
        results,
        unreadable: 0,
        followed_by: None,
    });
    snapshot
}

fn case_of(result: ToxResult) -> &'static str {
    let finding = findings(check(&tested(vec![result]))).remove(0);
    assert_eq!(finding.indicator, Some(Indicator::Info));
    finding.case
}

fn is_expected(result: ToxResult) -> bool {
    matches!(check(&tested(vec![result])), Answer::Silent(_))
}

fn suggested(snapshot: &Snapshot) -> Vec<&'static str> {
    let finding = findings(check(snapshot)).remove(0);
    finding.suggest.iter().map(|one| one.key).collect()
}

#[test]
fn a_positive_that_the_list_explains_is_expected() {
    let mut explained = result("hydromorphone", true, Definitive);
    explained.explained_by = on_list("hydrocodone");
    assert!(is_expected(explained));
}

#[test]
fn what_is_not_on_the_list_is_unexpected_and_a_screen_is_unconfirmed() {
    assert_eq!(case_of(result("cocaine", true, Definitive)), "definitive");
    assert_eq!(case_of(result("cocaine", true, Presumptive)), "presumptive");
    assert_eq!(case_of(result("cocaine", true, Unstated)), "presumptive");
    let screen = tested(vec![result("cocaine", true, Presumptive)]);
    assert_eq!(suggested(&screen), ["definitive-test"]);
    let exact = tested(vec![result("morphine", true, Definitive)]);
    assert_eq!(suggested(&exact), ["oud-assessment"]);
}

#[test]
fn care_before_the_sample_and_cross_reactions_are_possible_explanations() {
    let mut stay = result("fentanyl", true, Definitive);
    stay.care_before = care("a hospital stay");
    assert_eq!(case_of(stay), "explained");
    let mut crossed = result("opiates", true, Presumptive);
    crossed.crossed_by = on_list("levofloxacin");
    assert_eq!(case_of(crossed), "explained");
}

#[test]
fn a_scheduled_medicine_that_does_not_show_is_unexpected_and_an_as_needed_one_is_not() {
    let mut missing = result("oxycodone", false, Definitive);
    missing.missing = on_list("oxycodone");
    assert_eq!(case_of(missing.clone()), "definitive");
    assert_eq!(
        suggested(&tested(vec![missing.clone()])),
        Vec::<&str>::new()
    );
    missing.missing[0].as_needed = true;
    assert!(is_expected(missing));
    assert!(is_expected(result("cocaine", false, Presumptive)));
}

#[test]
fn fentanyl_brings_rescue_naloxone_where_none_is_on_hand() {
    let fentanyl = tested(vec![result("fentanyl", true, Presumptive)]);
    assert_eq!(suggested(&fentanyl), ["naloxone", "definitive-test"]);
}

#[test]
fn treatment_that_is_recorded_elsewhere_explains_its_own_medicine() {
    let mut snapshot = tested(vec![result("methadone", true, Definitive)]);
    let row = condition("On treatment for opioid use disorder");
    snapshot.facts.moud = Known::Yes(crate::patient::Moud {
        name: row.name,
        date: row.date,
        reference: row.reference,
    });
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn cannabinoids_count_only_where_the_site_says_so() {
    let cannabinoids = || tested(vec![result("cannabinoids", true, Definitive)]);
    assert!(matches!(check(&cannabinoids()), Answer::Silent(_)));
    let mut on = cannabinoids();
    on.site.tox_cannabinoids = true;
    assert_eq!(findings(check(&on))[0].case, "definitive");
}

#[test]
fn a_later_review_and_people_without_opioids_are_left_in_peace() {
    let mut reviewed = tested(vec![result("cocaine", true, Definitive)]);
    if let Known::Yes(set) = &mut reviewed.toxicology.newest {
        set.followed_by = care("Assessment");
    }
    assert!(matches!(check(&reviewed), Answer::Silent(_)));
    let mut other = tested(vec![result("cocaine", true, Definitive)]);
    other.rows.clear();
    assert!(matches!(check(&other), Answer::Silent(_)));
}

#[test]
fn a_result_that_says_nothing_is_not_negative() {
    let mut snapshot = tested(Vec::new());
    if let Known::Yes(set) = &mut snapshot.toxicology.newest {
        set.unreadable = 1;
    }
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Laboratory)])
    );
}
