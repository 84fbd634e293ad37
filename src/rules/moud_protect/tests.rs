//! Rows of sheet 4.5.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Moud, Snapshot};
use crate::rules::test_support::{
    draft, findings, long_term, medicine, opioid_row, row, stopped, with, without,
};
use crate::rules::{Answer, Proposal};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

fn buprenorphine(id: &str) -> MedicineRow {
    let sets = [ValueSet::Buprenorphine, ValueSet::BuprenorphineOud];
    MedicineRow {
        moud: true,
        ..row(id, medicine("buprenorphine 8 mg film", &sets))
    }
}

fn in_treatment(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut snapshot = with(rows);
    snapshot.facts.moud = Known::Yes(Moud {
        name: "buprenorphine".into(),
        date: Some(FactDate::day_of(snapshot.as_of)),
        reference: "MedicationRequest/m1".into(),
    });
    snapshot
}

fn cases(answer: Answer) -> Vec<(&'static str, Option<Indicator>)> {
    let all = findings(answer);
    all.iter()
        .map(|finding| (finding.case, finding.indicator))
        .collect()
}

#[test]
fn a_full_agonist_beside_treatment_warns_and_a_renewal_is_silent() {
    let agonist = draft(opioid_row("d1", "oxycodone 5 mg", "15"));
    let both = in_treatment([buprenorphine("m1"), agonist]);
    assert_eq!(cases(check(&both)), [("agonist", Some(Indicator::Warning))]);
    let renewal = in_treatment([buprenorphine("m1"), draft(buprenorphine("d1"))]);
    assert!(matches!(check(&renewal), Answer::Silent(_)));
}

#[test]
fn a_stop_warns_unless_other_treatment_goes_on() {
    let stop = in_treatment([stopped(buprenorphine("m1"))]);
    let answer = findings(check(&stop)).remove(0);
    assert_eq!(answer.case, "stop");
    let takes_back = |proposal: &Proposal| matches!(proposal, Proposal::DeleteDraft { reference } if reference == "MedicationRequest/m1");
    assert!(answer.suggest.iter().any(|one| takes_back(&one.proposal)));
    let replaced = in_treatment([stopped(buprenorphine("m1")), draft(buprenorphine("d1"))]);
    assert!(matches!(check(&replaced), Answer::Silent(_)));
}

#[test]
fn a_start_informs_beside_a_long_term_agonist_only() {
    let rows = || {
        [
            opioid_row("m5", "oxycodone 5 mg", "15"),
            draft(buprenorphine("d1")),
        ]
    };
    assert!(matches!(check(&with(rows())), Answer::Silent(_)));
    let long = long_term(with(rows()), 90);
    assert_eq!(cases(check(&long)), [("timing", Some(Indicator::Info))]);
}

#[test]
fn treatment_that_was_not_looked_for_is_not_none() {
    let rows = [draft(opioid_row("d1", "oxycodone 5 mg", "15"))];
    let unread = without(with(rows), Query::Statements);
    assert_eq!(
        check(&unread),
        Answer::CannotTell(vec![Doubt::Unread(Query::Statements)])
    );
}
