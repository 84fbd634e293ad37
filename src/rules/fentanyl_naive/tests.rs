use super::super::test_support::*;
use super::*;
use crate::patient::Tolerance;

fn tolerant(snapshot: Snapshot, known: Known<Tolerance>) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.history.tolerant = known;
    snapshot
}

fn shown() -> Known<Tolerance> {
    Known::Yes(Tolerance {
        evidence: vec!["MedicationRequest/m1".into()],
    })
}

fn as_needed(row: MedicineRow) -> MedicineRow {
    MedicineRow {
        as_needed: true,
        ..row
    }
}

fn ended(row: MedicineRow, days: i64) -> MedicineRow {
    MedicineRow {
        end: Some(days_ago(days)),
        ..row
    }
}

fn case_of(snapshot: &Snapshot) -> (&'static str, Option<Indicator>) {
    let finding = findings(check(snapshot)).remove(0);
    (finding.case, finding.indicator)
}

#[test]
fn other_opioids_are_not_looked_at() {
    let answer = check(&with([draft(opioid_row("d1", "oxycodone 5 mg", "30"))]));
    assert_eq!(answer.as_str(), "silent");
}

#[test]
fn a_new_patch_without_tolerance_is_critical() {
    let snapshot = with([draft(patch_row("d1", 25))]);
    let finding = findings(check(&snapshot)).remove(0);
    assert_eq!(finding.case, "not-shown");
    assert_eq!(finding.indicator, Some(Indicator::Critical));
    assert_eq!(finding.facts[0].key, "none-found");
    assert_eq!(finding.slots["mme"], text("60"));
    assert_eq!(finding.suggest[0].key, "delete-draft");
    assert!(finding.doubts.is_empty());
}

#[test]
fn shown_tolerance_is_silent_and_the_answer_names_the_row() {
    let snapshot = tolerant(with([draft(patch_row("d1", 25))]), shown());
    let Answer::Silent(because) = check(&snapshot) else {
        unreachable!("tolerance is shown")
    };
    assert!(because[0].contains("MedicationRequest/m1"), "{because:?}");
}

#[test]
fn an_as_needed_patch_is_critical_even_with_tolerance() {
    let snapshot = tolerant(with([as_needed(draft(patch_row("d1", 25)))]), shown());
    assert_eq!(
        case_of(&snapshot),
        ("as-needed-patch", Some(Indicator::Critical))
    );
}

#[test]
fn a_renewal_that_is_no_stronger_is_silent_whether_or_not_tolerance_is_shown() {
    for known in [Known::No, Known::Unsure(Doubt::AsNeededOnly)] {
        let rows = [superseded(patch_row("m1", 25)), draft(patch_row("d1", 25))];
        assert_eq!(check(&tolerant(with(rows), known)).as_str(), "silent");
    }
}

#[test]
fn two_patches_of_half_the_strength_are_no_step_up() {
    let rows = [
        superseded(patch_row("m1", 25)),
        superseded(patch_row("m2", 25)),
        draft(patch_row("d1", 50)),
    ];
    assert_eq!(check(&with(rows)).as_str(), "silent");
}

#[test]
fn a_stronger_renewal_warns_and_offers_no_delete() {
    let mut new = draft(patch_row("d1", 50));
    new.supersedes = vec!["MedicationRequest/m1".into()];
    let snapshot = with([superseded(patch_row("m1", 25)), new]);
    assert_eq!(case_of(&snapshot), ("stronger", Some(Indicator::Warning)));
    assert!(findings(check(&snapshot))[0].suggest.is_empty());
}

#[test]
fn a_supply_that_ended_seven_days_ago_goes_on_and_eight_is_a_gap() {
    let call = |days| with([ended(patch_row("m1", 25), days), draft(patch_row("d1", 25))]);
    assert_eq!(check(&call(7)).as_str(), "silent");
    assert_eq!(case_of(&call(8)), ("gap", Some(Indicator::Warning)));
    assert_eq!(
        findings(check(&call(8)))[0].slots["ended"],
        text("24 Oct 2026")
    );
}

#[test]
fn what_could_not_be_read_is_a_warning_and_never_silent() {
    let snapshot = without(with([draft(patch_row("d1", 25))]), Query::Medications);
    assert_eq!(
        case_of(&snapshot),
        ("unconfirmed", Some(Indicator::Warning))
    );
    let finding = findings(check(&snapshot)).remove(0);
    assert_eq!(finding.facts[0].key, "history-unread");
    assert_eq!(finding.doubts, [Doubt::Unread(Query::Medications)]);
}

#[test]
fn without_mme_the_strength_of_one_unit_decides() {
    let lozenge = |id: &str, micrograms: i64| {
        let mut row = patch_row(id, 25);
        row.dose = no_number();
        for content in &mut row.medicine.opioids {
            content.form = Some(DoseFormClass::BuccalSublingualTabletLozenge);
            content.strength = Some(Strength {
                value: Decimal::new(micrograms, 3),
                unit: crate::terminology::StrengthUnit::Mg,
            });
        }
        row
    };
    let call = |new| with([superseded(lozenge("m1", 400)), draft(lozenge("d1", new))]);
    assert_eq!(check(&call(400)).as_str(), "silent");
    assert_eq!(case_of(&call(600)).0, "stronger");
    let mut unknown = call(400);
    unknown.rows[1].medicine.opioids[0].strength = None;
    assert_eq!(case_of(&unknown), ("unconfirmed", Some(Indicator::Warning)));
}

#[test]
fn fentanyl_without_a_form_counts_as_tolerant_only() {
    let mut new = draft(row(
        "d1",
        medicine("fentanyl", &[ValueSet::OpioidByIngredient]),
    ));
    new.medicine.opioids[0].form = None;
    assert_eq!(case_of(&with([new])).0, "not-shown");
}

#[test]
fn breathing_risks_and_sedatives_are_named() {
    let mut snapshot = with([
        draft(patch_row("d1", 25)),
        row(
            "m2",
            medicine("lorazepam 1 mg", &[ValueSet::Benzodiazepine]),
        ),
        row("m3", medicine("gabapentin 300 mg", &[ValueSet::Sedative])),
    ]);
    snapshot.facts.sleep_breathing = Known::Yes(condition("Sleep apnea"));
    let keys: Vec<&str> = findings(check(&snapshot))[0]
        .facts
        .iter()
        .map(|fact| fact.key)
        .collect();
    assert_eq!(
        keys,
        [
            "none-found",
            "sleep-breathing",
            "benzodiazepine",
            "sedative"
        ]
    );
}

#[test]
fn an_unidentified_draft_cannot_be_judged() {
    let mut snapshot = snapshot();
    snapshot.unidentified_drafts = vec!["MedicationRequest/d9".into()];
    assert_eq!(
        check(&snapshot),
        Answer::CannotTell(vec![Doubt::Unidentified("MedicationRequest/d9".into())])
    );
}

#[test]
fn a_site_without_an_order_set_gets_no_second_suggestion() {
    let mut snapshot = with([draft(patch_row("d1", 25))]);
    assert_eq!(findings(check(&snapshot))[0].suggest.len(), 1);
    snapshot.site.ir_order_set_url = Some("https://ehr.example.org/orders/ir".into());
    assert_eq!(findings(check(&snapshot))[0].suggest.len(), 2);
}
