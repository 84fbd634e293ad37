use super::super::test_support::{self, *};
use super::*;
use crate::fhir::Query;
use crate::patient::{FactDate, MedicineRow, Step as ScheduleStep, TaperPlan};
use crate::terminology::ValueSet;

/// Morphine of so many MME, renewed at another dose.
fn renewal(before: &str, after: &str) -> [MedicineRow; 2] {
    let mut new = draft(opioid_row("d1", "morphine ER", after));
    new.supersedes = vec!["MedicationRequest/m1".into()];
    [superseded(opioid_row("m1", "morphine ER", before)), new]
}

fn stop(mme: &str) -> [MedicineRow; 1] {
    [stopped(opioid_row("m1", "morphine ER", mme))]
}

fn outcome(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    match check(snapshot) {
        Answer::Fires(findings) => (findings[0].case, findings[0].indicator),
        other => (other.as_str(), None),
    }
}

fn bup(id: &str, set: ValueSet) -> MedicineRow {
    let sets = [ValueSet::Buprenorphine, set];
    let mut bup = row(id, medicine("buprenorphine film", &sets));
    bup.moud = set == ValueSet::BuprenorphineOud;
    bup.counts_in_mme = false;
    bup
}

const WARNING: Option<Indicator> = Some(Indicator::Warning);
const CRITICAL: Option<Indicator> = Some(Indicator::Critical);
const INFO: Option<Indicator> = Some(Indicator::Info);

#[test]
fn a_full_stop_warns_and_is_critical_from_ninety_mme() {
    for (mme, expected) in [("20", WARNING), ("89.9", WARNING), ("90", CRITICAL)] {
        let snapshot = long_term(with(stop(mme)), 200);
        assert_eq!(outcome(&snapshot), ("stop", expected), "{mme}");
    }
}

#[test]
fn a_full_stop_in_pregnancy_is_critical() {
    let mut snapshot = long_term(with(stop("30")), 200);
    snapshot.facts.pregnant = Known::Yes(test_support::condition("Pregnancy"));
    assert_eq!(outcome(&snapshot), ("stop", CRITICAL));
}

#[test]
fn short_use_is_silent_and_unknown_use_cannot_be_told() {
    assert_eq!(outcome(&with(stop("120"))).0, "silent");
    let mut snapshot = with(stop("120"));
    snapshot.history.long_term = Known::Unsure(Doubt::ActiveRowsOnly);
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::ActiveRowsOnly])
    );
}

#[test]
fn a_step_is_fast_above_a_quarter_and_checked_above_a_tenth_after_a_year() {
    for (after, days, expected) in [
        ("74.9", 100, ("fast", WARNING)),
        ("75", 100, ("silent", None)),
        ("75", 364, ("silent", None)),
        ("75", 365, ("pace", INFO)),
        ("89.9", 365, ("pace", INFO)),
        ("90", 365, ("silent", None)),
        ("100", 365, ("silent", None)),
        ("150", 365, ("silent", None)),
    ] {
        let snapshot = long_term(with(renewal("100", after)), days);
        assert_eq!(outcome(&snapshot), expected, "{after} after {days} days");
    }
}

#[test]
fn a_site_may_set_the_shares() {
    let mut snapshot = long_term(with(renewal("100", "70")), 400);
    snapshot.site.taper_fast_percent = 30;
    assert_eq!(outcome(&snapshot), ("pace", INFO));
}

#[test]
fn the_shown_share_stays_on_its_side_of_the_thresholds() {
    let snapshot = long_term(with(renewal("100", "74.9")), 100);
    let finding = findings(check(&snapshot)).remove(0);
    assert_eq!(finding.slots["percent"], text("25.1"));
    assert_eq!(finding.slots["before"], text("100"));
    assert_eq!(finding.slots["after"], text("75"));
}

#[test]
fn every_opioid_stopped_fires_even_where_the_dose_is_unknown() {
    let mut unknown = opioid_row("m1", "morphine", "1");
    unknown.dose = no_number();
    let snapshot = long_term(with([stopped(unknown)]), 200);
    assert_eq!(outcome(&snapshot), ("stop", WARNING));
}

#[test]
fn a_step_between_unknown_doses_cannot_be_told() {
    let mut rows = renewal("100", "50");
    rows[1].dose = no_number();
    let Answer::CannotTell(doubts) = check(&long_term(with(rows), 200)) else {
        unreachable!("the new dose is unknown")
    };
    assert!(
        matches!(&doubts[..], [Doubt::Dose { order, .. }] if order == "MedicationRequest/d1"),
        "{doubts:?}"
    );
}

#[test]
fn a_switch_is_silent_up_to_sixty_percent_and_to_methadone_always() {
    let switch = |name: &str, mme: &str, sets: &[ValueSet]| {
        let mut new = draft(opioid_row("d1", name, mme));
        new.medicine = medicine(name, sets);
        new.supersedes = vec!["MedicationRequest/m1".into()];
        let old = stopped(opioid_row("m1", "morphine ER", "100"));
        outcome(&long_term(with([old, new]), 400))
    };
    assert_eq!(switch("oxycodone", "40", &[ValueSet::Opioid]).0, "silent");
    assert_eq!(
        switch("oxycodone", "39.9", &[ValueSet::Opioid]),
        ("fast", WARNING)
    );
    assert_eq!(switch("methadone", "5", &[ValueSet::Methadone]).0, "silent");
}

#[test]
fn buprenorphine_in_its_place_is_silent() {
    for set in [ValueSet::BuprenorphineOud, ValueSet::BuprenorphinePain] {
        let [old] = stop("120");
        let snapshot = long_term(with([old, draft(bup("d1", set))]), 400);
        assert_eq!(outcome(&snapshot).0, "silent");
    }
}

#[test]
fn a_fresh_taper_plan_is_silent_up_to_a_quarter() {
    let planned = |after: &str, fresh: bool| {
        let mut snapshot = long_term(with(renewal("100", after)), 800);
        snapshot.facts.taper_plan = Known::Yes(TaperPlan {
            updated: Some(FactDate::day_of(days_ago(10))),
            fresh,
            reference: "CarePlan/cp1".into(),
        });
        outcome(&snapshot)
    };
    assert_eq!(planned("75", true).0, "silent");
    assert_eq!(planned("75", false), ("pace", INFO));
    assert_eq!(planned("74", true), ("fast", WARNING));
}

#[test]
fn a_schedule_is_asked_for_its_first_step_and_the_last_within_four_weeks() {
    let schedule = |steps: &[(&str, Option<i64>)]| {
        let mut rows = renewal("100", "90");
        rows[1].steps = steps
            .iter()
            .map(|(mme, begins)| ScheduleStep {
                mme_per_day: converted(mme).mme_per_day,
                begins_after_days: *begins,
            })
            .collect();
        outcome(&long_term(with(rows), 400))
    };
    assert_eq!(schedule(&[("90", Some(0)), ("80", Some(29))]).0, "silent");
    assert_eq!(
        schedule(&[("90", Some(0)), ("80", Some(28))]),
        ("pace", INFO)
    );
    let gentle_then_nothing = [("90", Some(0)), ("50", Some(14)), ("10", Some(28))];
    assert_eq!(schedule(&gentle_then_nothing), ("fast", WARNING));
    assert_eq!(schedule(&[("90", Some(0)), ("10", None)]).0, "cannot-tell");
}

#[test]
fn nothing_current_and_nothing_lost_are_silent() {
    assert_eq!(outcome(&long_term(snapshot(), 90)).0, "silent");
    let kept = [
        opioid_row("m1", "morphine ER", "60"),
        draft(opioid_row("d1", "oxycodone", "30")),
    ];
    assert_eq!(outcome(&long_term(with(kept), 400)).0, "silent");
}

#[test]
fn unread_medications_are_never_silent() {
    let snapshot = without(with([]), Query::Medications);
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Medications)])
    );
}

#[test]
fn a_stop_offers_a_call_within_a_week_naloxone_and_taking_the_stop_back() {
    let snapshot = long_term(with(stop("60")), 800);
    let finding = findings(check(&snapshot)).remove(0);
    let keys: Vec<&str> = finding.suggest.iter().map(|suggest| suggest.key).collect();
    assert_eq!(
        keys,
        ["follow-up", "naloxone", "behavioural-health", "delete-stop"]
    );
    assert_eq!(finding.suggest[0].slots["days"], text("7"));
    assert_eq!(finding.slots["years"], text("2"));
    assert_eq!(finding.drafts, ["MedicationRequest/m1"]);
}

#[test]
fn unread_conditions_are_named_on_the_card() {
    let snapshot = without(long_term(with(stop("60")), 800), Query::Conditions);
    let finding = findings(check(&snapshot)).remove(0);
    assert_eq!(finding.doubts, [Doubt::Unread(Query::Conditions)]);
}
