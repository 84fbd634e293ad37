//! Rows of sheet 4.33.

use super::check;
use crate::patient::{Hook, MedicineRow, Role, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{days_ago, findings, long_term, opioid_row, with};

fn ending_in(days: i64) -> MedicineRow {
    MedicineRow {
        end: Some(days_ago(-days)),
        ..opioid_row("m1", "oxycodone 5 mg", "30")
    }
}

fn chart(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let mut snapshot = long_term(with(rows), 200);
    snapshot.hook = Hook::PatientView;
    snapshot
}

#[test]
fn a_supply_that_ends_within_seven_days_is_a_line() {
    assert_eq!(
        findings(check(&chart([ending_in(7)]))).remove(0).indicator,
        None
    );
    assert!(matches!(check(&chart([ending_in(8)])), Answer::Silent(_)));
}

#[test]
fn a_short_course_may_end_and_treatment_may_not() {
    let short = Snapshot {
        history: with([]).history,
        ..chart([ending_in(3)])
    };
    assert!(matches!(check(&short), Answer::Silent(_)));
    let treated = MedicineRow {
        moud: true,
        ..ending_in(3)
    };
    let treated = Snapshot {
        history: with([]).history,
        ..chart([treated])
    };
    assert_eq!(findings(check(&treated)).remove(0).case, "treatment");
}

#[test]
fn an_order_that_follows_silences_it() {
    let next = MedicineRow {
        role: Role::NotCurrent,
        before: false,
        after: false,
        start: Some(days_ago(-5)),
        end: Some(days_ago(-35)),
        ..opioid_row("m2", "oxycodone 5 mg", "30")
    };
    assert!(matches!(
        check(&chart([ending_in(5), next])),
        Answer::Silent(_)
    ));
}
