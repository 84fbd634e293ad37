//! Rows of sheet 4.6.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Hook, Known, MoudEnded, Snapshot};
use crate::rules::test_support::{condition, days_ago, draft, findings, opioid_row, with, without};
use crate::rules::{Answer, Finding, Proposal};
use crate::wire::Indicator;

fn chart() -> Snapshot {
    let mut snapshot = with([]);
    snapshot.hook = Hook::PatientView;
    snapshot.facts.oud = Known::Yes(condition("opioid use disorder"));
    snapshot
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn keys(finding: &Finding) -> Vec<&'static str> {
    finding.suggest.iter().map(|one| one.key).collect()
}

#[test]
fn no_treatment_warns_with_a_referral_and_a_visit_within_a_week() {
    let finding = fired(&chart());
    assert_eq!(finding.indicator, Some(Indicator::Warning));
    assert_eq!(
        keys(&finding),
        [
            "addiction-referral",
            "buprenorphine-visit",
            "naloxone",
            "record-treatment"
        ]
    );
    let visit = &finding.suggest[1].proposal;
    assert!(matches!(
        visit,
        Proposal::Task {
            due_days: Some(7),
            ..
        }
    ));
}

#[test]
fn a_site_that_does_not_offer_buprenorphine_plans_no_visit() {
    let mut snapshot = chart();
    snapshot.site.offers_buprenorphine = false;
    assert_eq!(
        keys(&fired(&snapshot)),
        ["addiction-referral", "naloxone", "record-treatment"]
    );
}

#[test]
fn a_supply_that_ended_asks_first_about_treatment_elsewhere() {
    let mut snapshot = chart();
    snapshot.facts.moud_ended = Some(MoudEnded {
        name: "buprenorphine".into(),
        started: FactDate::day_of(days_ago(60)),
        ended: FactDate::day_of(days_ago(30)),
        early: false,
        reference: "MedicationRequest/m1".into(),
    });
    let finding = fired(&snapshot);
    assert_eq!(finding.case, "ended");
    assert_eq!(finding.suggest[0].key, "record-treatment");
}

#[test]
fn a_code_that_may_mean_dependence_informs_and_no_referral_stands_first() {
    let mut snapshot = chart();
    snapshot.facts.oud_code_only = true;
    let finding = fired(&snapshot);
    assert_eq!(finding.indicator, Some(Indicator::Info));
    assert_eq!(finding.suggest[0].key, "review-diagnosis");
    let at_signing = |mut snapshot: Snapshot| {
        snapshot.hook = Hook::OrderSign;
        snapshot.rows = vec![draft(opioid_row("d1", "oxycodone 5 mg", "15"))];
        fired(&snapshot)
    };
    assert_eq!(at_signing(snapshot).indicator, None);
    assert_eq!(at_signing(chart()).indicator, Some(Indicator::Warning));
}

#[test]
fn the_card_says_where_treatment_was_not_looked_for() {
    let unread = without(chart(), Query::Statements);
    let finding = fired(&unread);
    assert!(finding.doubts.contains(&Doubt::Unread(Query::Statements)));
}

#[test]
fn younger_people_and_people_in_remission_draw_no_card() {
    let mut snapshot = chart();
    snapshot.age = Some(17);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.age = Some(18);
    assert!(matches!(check(&snapshot), Answer::Fires(_)));
    snapshot.facts.oud_remission = Known::Yes(condition("opioid use disorder, in remission"));
    snapshot.facts.oud = Known::No;
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}
