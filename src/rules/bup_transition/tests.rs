//! Rows of sheet 4.28.

use super::check;
use crate::dose::MmePerDay;
use crate::patient::{Hook, Known, Snapshot, TaperPlan, TrendPoint};
use crate::rules::Answer;
use crate::rules::test_support::{
    draft, findings, long_term, medicine, opioid_row, row, stopped, with,
};
use crate::terminology::ValueSet;

fn chart(mme: &str) -> Snapshot {
    let mut snapshot = long_term(with([opioid_row("m1", "oxycodone 40 mg", mme)]), 400);
    snapshot.hook = Hook::PatientView;
    snapshot
}

fn with_plan(mme: &str, half_a_year_ago: Option<&str>) -> Snapshot {
    let mut snapshot = chart(mme);
    snapshot.facts.taper_plan = Known::Yes(TaperPlan {
        updated: None,
        fresh: false,
        reference: "CarePlan/c1".into(),
    });
    snapshot.mme.trend = vec![TrendPoint {
        months_ago: 6,
        mme_per_day: half_a_year_ago.map(|mme| MmePerDay::new(mme.parse().expect("a decimal"))),
        floor: false,
    }];
    snapshot
}

fn case(snapshot: &Snapshot) -> &'static str {
    let finding = findings(check(snapshot)).remove(0);
    assert_eq!(finding.indicator, None);
    finding.case
}

#[test]
fn from_200_a_day_it_is_a_line_of_the_brief() {
    assert_eq!(case(&chart("200")), "high");
    assert!(matches!(check(&chart("199.9")), Answer::Silent(_)));
}

#[test]
fn a_stalled_taper_is_one_from_90_on() {
    assert_eq!(case(&with_plan("90", Some("90"))), "stalled");
    assert!(matches!(
        check(&with_plan("90", Some("100"))),
        Answer::Silent(_)
    ));
    assert!(matches!(
        check(&with_plan("90", None)),
        Answer::CannotTell(_)
    ));
    assert!(matches!(
        check(&with_plan("89", Some("89"))),
        Answer::Silent(_)
    ));
}

#[test]
fn at_signing_it_stands_beside_a_taper_from_90_on() {
    let tapered = |mme: &str| {
        long_term(
            with([stopped(opioid_row("m1", "oxycodone 40 mg", mme))]),
            400,
        )
    };
    assert_eq!(case(&tapered("90")), "taper");
    assert!(matches!(check(&tapered("89")), Answer::Silent(_)));
}

#[test]
fn buprenorphine_that_is_there_silences_it() {
    let sets = [ValueSet::Buprenorphine, ValueSet::BuprenorphineOud];
    let film = draft(row("d2", medicine("buprenorphine 8 mg", &sets)));
    let snapshot = long_term(
        with([stopped(opioid_row("m1", "oxycodone 40 mg", "120")), film]),
        400,
    );
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}
