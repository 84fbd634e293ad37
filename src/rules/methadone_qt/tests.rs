//! Rows of sheet 4.27.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Qtc, Snapshot};
use crate::rules::Answer;
use crate::rules::test_support::{
    condition, converted, days_ago, draft, findings, medicine, row, superseded, with,
};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

fn methadone(id: &str) -> MedicineRow {
    MedicineRow {
        dose: converted("47"),
        ..row(
            id,
            medicine(
                "methadone 10 mg",
                &[ValueSet::Opioid, ValueSet::Methadone, ValueSet::ExtendedRelease],
            ),
        )
    }
}

fn start() -> Snapshot {
    with([draft(methadone("d1"))])
}

/// The same units a day before and after.
fn renewal() -> Snapshot {
    let mut old = methadone("m1");
    old.dose.units_per_day = Some(Decimal::ONE);
    let mut new = draft(old.clone());
    new.reference = "MedicationRequest/d1".into();
    new.supersedes = vec![old.reference.clone()];
    with([superseded(old), new])
}

fn measured(snapshot: Snapshot, milliseconds: i64) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.precautions.qtc = Known::Yes(Qtc {
        milliseconds: Decimal::from(milliseconds),
        date: FactDate::day_of(days_ago(40)),
        reference: "Observation/o1".into(),
    });
    snapshot
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

#[test]
fn the_bands_of_a_start() {
    assert_eq!(row_of(&measured(start(), 449)), ("settled", None));
    assert_eq!(row_of(&measured(start(), 450)), ("long", INFO));
    assert_eq!(row_of(&measured(start(), 499)), ("long", INFO));
    assert_eq!(row_of(&measured(start(), 500)), ("very-long", WARNING));
    assert_eq!(row_of(&start()), ("unknown", INFO));
}

#[test]
fn an_electrocardiogram_without_a_value_settles_and_long_qt_on_the_list_does_not() {
    let mut snapshot = start();
    snapshot.precautions.electrocardiogram = Known::Yes(FactDate::day_of(days_ago(60)));
    assert_eq!(row_of(&snapshot), ("settled", None));
    snapshot.precautions.long_qt = Known::Yes(condition("Long QT syndrome"));
    assert_eq!(row_of(&snapshot), ("listed", INFO));
    assert_eq!(row_of(&measured(snapshot, 430)), ("listed", INFO));
}

#[test]
fn an_unchanged_renewal_is_silent_and_other_opioids_are_not_asked_about() {
    assert!(matches!(check(&measured(renewal(), 510)), Answer::Silent(_)));
    assert!(matches!(check(&with([])), Answer::Silent(_)));
}

#[test]
fn medicines_of_the_sheet_are_named() {
    let mut snapshot = start();
    let citalopram = medicine("citalopram 20 mg", &[ValueSet::QtNamed]);
    snapshot.rows.push(row("m2", citalopram));
    let finding = findings(check(&snapshot)).remove(0);
    assert!(finding.facts.iter().any(|fact| fact.key == "also-lengthens"));
}

#[test]
fn unread_results_leave_it_open() {
    let mut snapshot = start();
    snapshot.precautions.qtc = Known::Unsure(Doubt::Unread(Query::Laboratory));
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unread(Query::Laboratory)])
    );
}
