//! Rows and factors of sheet 4.8.

use super::check;
use crate::fhir::Query;
use crate::patient::{
    ConditionFact, Doubt, Hook, Known, MedicineRow, NaloxoneOnHand, Overdose, ScopeBranch, Snapshot,
};
use crate::rules::test_support::{
    condition, draft, findings, long_term, medicine, opioid_row, row, stopped, with, without,
};
use crate::rules::{Answer, Finding, Proposal};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

fn oxycodone(mme: &str) -> Snapshot {
    with([draft(opioid_row("d1", "oxycodone 10 mg", mme))])
}

fn lorazepam() -> MedicineRow {
    row(
        "m2",
        medicine("lorazepam 1 mg", &[ValueSet::Benzodiazepine]),
    )
}

fn overdose(within_24_months: bool) -> Known<Overdose> {
    let condition = condition("Opioid overdose");
    Known::Yes(Overdose {
        condition,
        within_24_months,
        perhaps_recent: None,
        substance: None,
        intentional: false,
    })
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn keys(finding: &Finding) -> Vec<&'static str> {
    finding.facts.iter().map(|fact| fact.key).collect()
}

fn out_of_scope(snapshot: Snapshot, branch: ScopeBranch) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.scope.out = Known::Yes(vec![branch]);
    snapshot
}

#[test]
fn fifty_mme_is_a_factor_and_forty_nine_is_none() {
    assert_eq!(fired(&oxycodone("50")).indicator, Some(Indicator::Info));
    assert!(matches!(check(&oxycodone("49.99")), Answer::Silent(_)));
    assert_eq!(fired(&oxycodone("90")).indicator, Some(Indicator::Warning));
}

#[test]
fn one_major_factor_is_enough_and_so_are_two_supporting_ones() {
    let mut snapshot = oxycodone("20");
    snapshot.facts.lung = Known::Yes(condition("COPD"));
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.age = Some(65);
    assert_eq!(fired(&snapshot).case, "supporting");
    assert_eq!(keys(&fired(&snapshot)), ["lung", "older", "no-naloxone"]);
    let mut snapshot = oxycodone("20");
    snapshot.facts.sleep_breathing = Known::Yes(condition("Sleep apnea"));
    let finding = fired(&snapshot);
    assert_eq!(
        (finding.case, finding.indicator),
        ("sleep-breathing", Some(Indicator::Info))
    );
}

#[test]
fn naloxone_on_hand_or_in_the_same_drafts_is_enough() {
    let mut snapshot = oxycodone("120");
    snapshot.facts.naloxone = Known::Yes(NaloxoneOnHand {
        name: "naloxone nasal spray".into(),
        date: None,
        reference: "MedicationRequest/d2".into(),
        drafted: true,
    });
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn naloxone_that_an_unread_overdose_may_have_used_up_leaves_the_question_open() {
    let mut snapshot = without(oxycodone("120"), Query::Conditions);
    snapshot.facts.naloxone = Known::Yes(NaloxoneOnHand {
        name: "naloxone nasal spray".into(),
        date: None,
        reference: "MedicationRequest/m9".into(),
        drafted: false,
    });
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}

#[test]
fn a_sedative_beside_a_current_opioid_is_an_occasion_and_one_alone_is_none() {
    let current = opioid_row("m1", "oxycodone 5 mg", "30");
    let finding = fired(&with([current, draft(lorazepam())]));
    assert_eq!(
        (finding.case, finding.indicator),
        ("benzodiazepine", Some(Indicator::Warning))
    );
    assert!(matches!(
        check(&with([draft(lorazepam())])),
        Answer::Silent(_)
    ));
}

#[test]
fn two_tablets_before_a_procedure_do_not_count() {
    let mut single = lorazepam();
    single.quantity = Some(2.into());
    let snapshot = with([opioid_row("m1", "oxycodone 5 mg", "30"), draft(single)]);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
}

#[test]
fn a_stop_of_a_long_term_opioid_is_occasion_and_factor() {
    let snapshot = long_term(
        with([stopped(opioid_row("m1", "morphine 15 mg", "30"))]),
        400,
    );
    let finding = fired(&snapshot);
    assert_eq!(finding.case, "taper-fired");
    let short = with([stopped(opioid_row("m1", "morphine 15 mg", "30"))]);
    assert!(matches!(check(&short), Answer::Silent(_)));
}

#[test]
fn a_recent_overdose_warns_and_an_old_one_informs() {
    let mut snapshot = oxycodone("20");
    snapshot.facts.overdose = overdose(true);
    assert_eq!(fired(&snapshot).indicator, Some(Indicator::Warning));
    snapshot.facts.overdose = overdose(false);
    assert_eq!(fired(&snapshot).indicator, Some(Indicator::Info));
    snapshot.facts.overdose = Known::No;
    snapshot.facts.oud = Known::Yes(condition("Opioid use disorder"));
    assert_eq!(fired(&snapshot).indicator, Some(Indicator::Warning));
    snapshot.facts.oud_code_only = true;
    let finding = fired(&snapshot);
    assert_eq!(
        (finding.case, finding.indicator),
        ("oud-code-only", Some(Indicator::Info))
    );
}

#[test]
fn with_cancer_only_the_factors_of_the_label_count() {
    let dose = out_of_scope(oxycodone("120"), ScopeBranch::Cancer);
    assert!(matches!(check(&dose), Answer::Silent(_)));
    let beside = with([
        draft(opioid_row("d1", "oxycodone 10 mg", "120")),
        lorazepam(),
    ]);
    let finding = fired(&out_of_scope(beside, ScopeBranch::Palliative));
    assert_eq!(finding.indicator, Some(Indicator::Info));
    assert_eq!(keys(&finding), ["benzodiazepine", "no-naloxone"]);
}

#[test]
fn under_eighteen_only_an_overdose_counts() {
    let mut snapshot = out_of_scope(oxycodone("120"), ScopeBranch::Age);
    snapshot.age = Some(16);
    assert!(matches!(check(&snapshot), Answer::Silent(_)));
    snapshot.facts.overdose = overdose(true);
    assert_eq!(keys(&fired(&snapshot)), ["overdose", "no-naloxone"]);
}

#[test]
fn without_the_problem_list_medicines_decide_and_the_rest_is_left_open() {
    let finding = fired(&without(oxycodone("50"), Query::Conditions));
    assert!(finding.doubts.contains(&Doubt::Unread(Query::Conditions)));
    let open = check(&without(oxycodone("20"), Query::Conditions));
    assert!(matches!(open, Answer::CannotTell(_)), "{open:?}");
}

#[test]
fn without_the_medications_naloxone_counts_as_not_on_hand() {
    let mut snapshot = without(oxycodone("60"), Query::Medications);
    snapshot.facts.naloxone = Known::Unsure(Doubt::Unread(Query::Medications));
    assert!(keys(&fired(&snapshot)).contains(&"naloxone-unread"));
    let mut small = without(oxycodone("20"), Query::Medications);
    small.facts.naloxone = Known::Unsure(Doubt::Unread(Query::Medications));
    assert!(matches!(check(&small), Answer::CannotTell(_)));
}

#[test]
fn without_a_birth_date_sleep_apnea_is_left_open_and_the_dose_is_not() {
    let mut snapshot = oxycodone("20");
    snapshot.age = None;
    snapshot.facts.sleep_breathing = Known::Yes(condition("Sleep apnea"));
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
    let mut dose = oxycodone("50");
    dose.age = None;
    assert_eq!(fired(&dose).case, "mme-after");
}

#[test]
fn on_patient_view_a_current_opioid_or_use_disorder_is_an_occasion() {
    let mut snapshot = with([opioid_row("m1", "oxycodone 10 mg", "60")]);
    snapshot.hook = Hook::PatientView;
    assert_eq!(fired(&snapshot).case, "mme-after");
    let mut alone = with([]);
    alone.hook = Hook::PatientView;
    assert!(matches!(check(&alone), Answer::Silent(_)));
    alone.facts.oud = Known::Yes(condition("Opioid use disorder"));
    assert_eq!(fired(&alone).case, "oud");
}

#[test]
fn the_order_is_ready_with_its_reasons_and_alone_is_preselected() {
    let mut snapshot = oxycodone("20");
    let apnea = ConditionFact {
        reference: "Condition/apnea".into(),
        ..condition("Sleep apnea")
    };
    snapshot.facts.sleep_breathing = Known::Yes(apnea);
    let finding = fired(&snapshot);
    let Proposal::Naloxone { reasons } = &finding.suggest[0].proposal else {
        unreachable!("naloxone comes first");
    };
    assert_eq!(reasons[0].condition.as_deref(), Some("Condition/apnea"));
    let chosen = finding.suggest.iter().filter(|one| one.recommended).count();
    assert_eq!((chosen, finding.suggest[0].recommended), (1, true));
}

#[test]
fn an_unidentified_draft_leaves_the_question_open() {
    let mut snapshot = with([]);
    snapshot.unidentified_drafts = vec!["MedicationRequest/d1".into()];
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}
