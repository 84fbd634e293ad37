//! Rows of sheet 4.10 and of the treatment row of sheet 4.5.

use super::check;
use crate::fhir::Query;
use crate::patient::{Doubt, Kidney, KidneyGrade, Known, MedicineRow, Snapshot};
use crate::rules::test_support::{
    condition, draft, findings, medicine, opioid_row, row, superseded, with, without,
};
use crate::rules::{Answer, Finding};
use crate::terminology::ValueSet;
use crate::wire::Indicator;

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

fn oxycodone(id: &str) -> MedicineRow {
    opioid_row(id, "oxycodone 10 mg", "30")
}

fn gabapentin(id: &str) -> MedicineRow {
    let sets = [ValueSet::Sedative, ValueSet::Gabapentinoid];
    row(id, medicine("gabapentin 300 mg", &sets))
}

fn zolpidem(id: &str) -> MedicineRow {
    row(
        id,
        medicine("zolpidem 5 mg", &[ValueSet::Sedative, ValueSet::ZDrug]),
    )
}

fn buprenorphine(id: &str) -> MedicineRow {
    let sets = [ValueSet::Buprenorphine, ValueSet::BuprenorphineOud];
    let row = row(id, medicine("buprenorphine 8 mg", &sets));
    MedicineRow { moud: true, ..row }
}

/// A draft that renews this row.
fn renewal(of: &MedicineRow, id: &str) -> MedicineRow {
    let mut renewed = draft(of.clone());
    renewed.reference = format!("MedicationRequest/{id}");
    renewed.supersedes = vec![of.reference.clone()];
    renewed
}

fn fired(snapshot: &Snapshot) -> Finding {
    findings(check(snapshot)).remove(0)
}

fn row_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = fired(snapshot);
    (finding.case, finding.indicator)
}

fn is_silent(snapshot: &Snapshot) -> bool {
    matches!(check(snapshot), Answer::Silent(_))
}

#[test]
fn a_new_half_informs_whichever_it_is_and_renewals_are_silent() {
    assert_eq!(
        row_of(&with([draft(oxycodone("d1")), zolpidem("m2")])),
        ("new", INFO)
    );
    assert_eq!(
        row_of(&with([oxycodone("m1"), draft(zolpidem("d2"))])),
        ("new", INFO)
    );
    let (old, sleep) = (oxycodone("m1"), zolpidem("m2"));
    let both = [
        renewal(&old, "d1"),
        renewal(&sleep, "d2"),
        superseded(old),
        superseded(sleep),
    ];
    assert!(is_silent(&with(both)));
    assert!(is_silent(&with([draft(oxycodone("d1"))])));
}

#[test]
fn two_kinds_of_sedatives_warn_and_two_of_one_kind_do_not() {
    let mut pair = vec![draft(oxycodone("d1")), zolpidem("m2"), gabapentin("m3")];
    assert_eq!(row_of(&with(pair.clone())), ("several", WARNING));
    let eszopiclone = medicine("eszopiclone 2 mg", &[ValueSet::Sedative, ValueSet::ZDrug]);
    pair[2] = row("m3", eszopiclone);
    assert_eq!(row_of(&with(pair)), ("new", INFO));
}

#[test]
fn a_gabapentinoid_warns_with_lung_disease_apnea_age_or_kidney() {
    let pair = with([draft(oxycodone("d1")), gabapentin("m2")]);
    assert_eq!(row_of(&pair), ("new", INFO));
    let mut lung = pair.clone();
    lung.facts.lung = Known::Yes(condition("COPD"));
    assert_eq!(row_of(&lung), ("frail", WARNING));
    let mut older = pair.clone();
    older.age = Some(65);
    assert_eq!(row_of(&older), ("frail", WARNING));
    let mut kidney = pair.clone();
    kidney.facts.kidney = Known::Yes(Kidney {
        grade: KidneyGrade::Moderate,
        name: "eGFR 45".into(),
        date: None,
        reference: "Observation/o1".into(),
    });
    assert_eq!(row_of(&kidney), ("frail", WARNING));
    let mut sleep = with([draft(oxycodone("d1")), zolpidem("m2")]);
    sleep.age = Some(80);
    assert_eq!(row_of(&sleep), ("new", INFO));
}

#[test]
fn an_unread_laboratory_is_named_where_it_could_have_made_a_warning() {
    let mut pair = with([draft(oxycodone("d1")), gabapentin("m2")]);
    pair.facts.kidney = Known::Unsure(Doubt::Unread(Query::Laboratory));
    assert_eq!(fired(&pair).doubts, [Doubt::Unread(Query::Laboratory)]);
}

#[test]
fn treatment_informs_whatever_else_is_there() {
    let mut snapshot = with([buprenorphine("m1"), draft(gabapentin("d2")), zolpidem("m3")]);
    snapshot.age = Some(80);
    assert_eq!(row_of(&snapshot), ("treatment", INFO));
    let opioid = with([buprenorphine("m1"), draft(oxycodone("d1")), zolpidem("m3")]);
    assert_eq!(row_of(&opioid), ("new", INFO));
}

#[test]
fn one_order_is_never_both_halves_and_antidepressants_do_not_trigger() {
    let sets = [
        ValueSet::Opioid,
        ValueSet::Sedative,
        ValueSet::MuscleRelaxant,
    ];
    assert!(is_silent(&with([draft(row(
        "d1",
        medicine("codeine/carisoprodol", &sets)
    ))])));
    let trazodone = row(
        "m2",
        medicine("trazodone 50 mg", &[ValueSet::SedativeNamedOnly]),
    );
    assert!(is_silent(&with([
        draft(oxycodone("d1")),
        trazodone.clone()
    ])));
    let named = fired(&with([draft(oxycodone("d1")), zolpidem("m3"), trazodone]));
    assert!(
        named
            .facts
            .iter()
            .any(|fact| fact.evidence == ["MedicationRequest/m2"])
    );
}

#[test]
fn without_the_medications_only_a_pair_within_the_drafts_is_found() {
    let alone = without(with([draft(oxycodone("d1"))]), Query::Medications);
    assert!(matches!(check(&alone), Answer::CannotTell(_)));
    let both = with([draft(oxycodone("d1")), draft(zolpidem("d2"))]);
    assert_eq!(row_of(&without(both, Query::Medications)), ("new", INFO));
}
