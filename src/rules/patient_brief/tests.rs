//! Which charts get a brief, and what stands in its lines.

use super::check;
use crate::fhir::Query;
use crate::patient::{
    CareRow, Doubt, FactDate, GoalFact, Hook, Known, LongTerm, MedicineRow, Person, Role,
    ScopeBranch, ScoreFact, Snapshot, TaperPlan,
};
use crate::rules::test_support::{
    AS_OF, condition, days_ago, findings, medicine, opioid_row, row, with, without,
};
use crate::rules::{Answer, Finding, Slot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

fn chart(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut snapshot = with(rows);
    snapshot.hook = Hook::PatientView;
    snapshot
}

fn oxycodone() -> MedicineRow {
    opioid_row("m1", "oxycodone 10 mg", "60")
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn text(finding: &Finding, slot: &str) -> String {
    match &finding.slots[slot] {
        Slot::Text(text) => text.clone(),
        other => unreachable!("{slot} is {other:?}"),
    }
}

fn list(finding: &Finding, slot: &str) -> Vec<String> {
    match &finding.slots[slot] {
        Slot::List(list) => list.clone(),
        other => unreachable!("{slot} is {other:?}"),
    }
}

#[test]
fn an_opioid_treatment_or_use_disorder_makes_a_brief() {
    assert!(matches!(check(&chart([])), Answer::Silent(_)));
    assert_eq!(
        fired(&chart([oxycodone()])).indicator,
        Some(Indicator::Info)
    );
    let mut listed = chart([]);
    listed.facts.oud = Known::Yes(condition("Opioid use disorder"));
    assert_eq!(fired(&listed).case, "check-in");
}

#[test]
fn no_brief_in_hospital_or_without_the_medications() {
    let mut admitted = chart([oxycodone()]);
    admitted.inpatient_encounter = true;
    assert!(matches!(check(&admitted), Answer::Silent(_)));
    let mut unread = without(chart([]), Query::Medications);
    unread.facts.oud = Known::Yes(condition("Opioid use disorder"));
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}

#[test]
fn treatment_stands_apart_and_is_not_added() {
    let methadone = MedicineRow {
        moud: true,
        counts_in_mme: false,
        ..opioid_row("m2", "methadone 10 mg", "376")
    };
    let finding = fired(&chart([oxycodone(), methadone]));
    assert_eq!(list(&finding, "opioids"), ["oxycodone"]);
    assert_eq!(list(&finding, "treatments"), ["methadone"]);
    assert_eq!(text(&finding, "mme"), "60");
}

#[test]
fn an_answer_above_zero_on_item_nine_comes_first_and_warns() {
    let mut snapshot = chart([oxycodone()]);
    snapshot.facts.phq_item9 = Known::Yes(ScoreFact {
        value: 1.into(),
        date: FactDate::day_of(days_ago(10)),
        reference: "Observation/phq".into(),
    });
    let finding = fired(&snapshot);
    assert_eq!(
        (finding.case, finding.indicator),
        ("mood", Some(Indicator::Warning))
    );
    assert_eq!(text(&finding, "item9_date"), "22 Oct 2026");
}

#[test]
fn a_goal_in_the_persons_words_is_the_prompt() {
    let mut snapshot = chart([oxycodone()]);
    assert_eq!(fired(&snapshot).case, "goals");
    snapshot.facts.goal = Known::Yes(GoalFact {
        words: "Walk my dog to the park".into(),
        by_patient: true,
        date: Some(FactDate::day_of(AS_OF)),
        reference: "Goal/g1".into(),
    });
    let finding = fired(&snapshot);
    assert_eq!(
        (finding.case, text(&finding, "goal")),
        ("goal", "Walk my dog to the park".to_owned())
    );
}

#[test]
fn the_prompt_is_the_first_that_holds() {
    let score = |value: i64| {
        Some(ScoreFact {
            value: value.into(),
            date: FactDate::day_of(days_ago(5)),
            reference: "Observation/s1".into(),
        })
    };
    let barrier = CareRow {
        name: "Transport".into(),
        date: None,
        reference: "Condition/t1".into(),
    };
    let mut snapshot = chart([oxycodone()]);
    snapshot.care.phq9 = score(9);
    assert_eq!(fired(&snapshot).case, "goals");
    snapshot.care.barriers = Known::Yes(vec![barrier]);
    assert_eq!(fired(&snapshot).case, "visits");
    snapshot.care.gad7 = score(10);
    assert_eq!(fired(&snapshot).case, "low");
    snapshot.history.long_term = Known::Yes(LongTerm {
        ltot_days: 400,
        since: days_ago(400),
    });
    for row in &mut snapshot.rows {
        row.requester = Some(Person {
            reference: Some("Practitioner/another".into()),
            display: None,
        });
    }
    assert_eq!(fired(&snapshot).case, "new");
    snapshot.facts.taper_plan = Known::Yes(TaperPlan {
        updated: None,
        fresh: true,
        reference: "CarePlan/t1".into(),
    });
    assert_eq!(fired(&snapshot).case, "change");
}

#[test]
fn a_row_past_its_supply_may_be_out_of_date() {
    let mut old = row(
        "m2",
        medicine("alprazolam 0.5 mg", &[ValueSet::Benzodiazepine]),
    );
    (old.role, old.before, old.after) = (Role::NotCurrent, false, false);
    old.start = Some(days_ago(250));
    let finding = fired(&chart([oxycodone(), old]));
    assert_eq!(list(&finding, "out_of_date"), ["alprazolam"]);
    assert_eq!(list(&finding, "out_of_date_dates"), ["Feb 2026"]);
    assert_eq!(list(&finding, "out_of_date_counts"), [""]);
    assert_eq!(list(&finding, "sedatives"), Vec::<String>::new());
}

#[test]
fn in_cancer_the_brief_is_short() {
    let mut snapshot = chart([oxycodone()]);
    snapshot.scope.out = Known::Yes(vec![ScopeBranch::Cancer]);
    assert_eq!(fired(&snapshot).slots["short"], Slot::Flag(true));
}

#[test]
fn what_was_not_read_is_named() {
    let mut snapshot = without(chart([oxycodone()]), Query::Goals);
    snapshot.facts.naloxone = Known::Unsure(Doubt::Unread(Query::Medications));
    let finding = fired(&snapshot);
    assert_eq!(list(&finding, "unread"), ["goals"]);
    assert!(list(&finding, "checked").contains(&"conditions".to_owned()));
    assert_eq!(finding.slots["naloxone_unread"], Slot::Flag(true));
}
