//! Rows of sheet 4.14: who is prepared for a long-acting opioid, and which products ask for it.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, Known, LongTerm, MedicineRow, Naive, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    days_ago, draft, findings, medicine, opioid_row, row, with, without,
};
use crate::terminology::{Strength, StrengthUnit, ValueSet};
use crate::wire::Indicator;
use rust_decimal::Decimal;

fn long_acting() -> MedicineRow {
    let sets = [ValueSet::Opioid, ValueSet::ExtendedRelease];
    draft(row("d1", medicine("morphine 15 mg", &sets)))
}

/// A buprenorphine film of so many micrograms.
fn film(micrograms: i64) -> MedicineRow {
    let sets = [
        ValueSet::Opioid,
        ValueSet::Buprenorphine,
        ValueSet::BuprenorphinePain,
    ];
    let mut film = draft(row("d1", medicine("buprenorphine film", &sets)));
    for content in &mut film.medicine.opioids {
        content.strength = Some(Strength {
            value: Decimal::new(micrograms, 3),
            unit: StrengthUnit::Mg,
        });
    }
    film
}

fn naive(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.history.naive = Known::Yes(Naive { last: None });
    snapshot
}

/// Yesterday nothing covered.
fn broken(snapshot: Snapshot) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.dosing.opioid_free_day = Known::Yes(days_ago(1));
    snapshot
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn a_start_with_a_long_acting_opioid_warns_whatever_its_supply() {
    let mut short = long_acting();
    short.supply_days = Some(Decimal::from(5));
    assert_eq!(
        row_of(&naive(with([short]))),
        ("naive", Some(Indicator::Warning))
    );
    assert!(is_silent(&naive(with([draft(opioid_row(
        "d1",
        "oxycodone 5 mg",
        "15"
    ))]))));
    assert!(is_silent(&with([long_acting()])));
}

#[test]
fn a_day_without_opioid_in_the_last_week_warns_unless_long_term_use_is_renewed_late() {
    let fresh = broken(with([long_acting()]));
    assert_eq!(row_of(&fresh), ("broken", Some(Indicator::Warning)));
    let ended = |days_since_run_out: i64| {
        let mut snapshot = fresh.clone();
        snapshot.history.long_term = Known::Yes(LongTerm {
            ltot_days: 80,
            since: days_ago(80 + days_since_run_out),
        });
        snapshot
    };
    assert!(is_silent(&ended(14)));
    assert_eq!(row_of(&ended(15)), ("broken", Some(Indicator::Warning)));
}

#[test]
fn the_starting_film_is_silent_and_the_next_one_warns() {
    assert!(is_silent(&naive(with([film(75)]))));
    assert_eq!(
        row_of(&naive(with([film(150)]))),
        ("naive", Some(Indicator::Warning))
    );
}

#[test]
fn products_for_tolerant_people_and_treatment_belong_to_other_sheets() {
    let mut tolerant = long_acting();
    tolerant.medicine.sets = tolerant.medicine.sets.with(ValueSet::TolerantOnly);
    assert!(is_silent(&naive(with([tolerant]))));
    let methadone = draft(row(
        "d1",
        medicine("methadone 10 mg", &[ValueSet::Methadone]),
    ));
    assert_eq!(
        row_of(&naive(with([methadone.clone()]))),
        ("naive", Some(Indicator::Warning))
    );
    let treatment = MedicineRow {
        moud: true,
        ..methadone
    };
    assert!(is_silent(&naive(with([treatment]))));
}

#[test]
fn a_list_of_active_rows_only_makes_a_line() {
    let mut snapshot = with([long_acting()]);
    snapshot.history.naive = Known::Unsure(Doubt::ActiveRowsOnly);
    assert_eq!(row_of(&snapshot), ("unsure", None));
    let unread = without(with([long_acting()]), Query::Medications);
    assert!(matches!(check(&unread), Answer::CannotTell(_)));
}

#[test]
fn without_a_birth_date_it_is_left_open() {
    let mut snapshot = naive(with([long_acting()]));
    snapshot.age = None;
    assert!(matches!(check(&snapshot), Answer::CannotTell(_)));
}
