//! `fentanyl-naive`: an opioid that only somebody used to opioids can take safely, drafted where that is not shown.
//!
//! Knows the decision table of sheet 4.1.
//! Refuses to know how tolerance is computed: P-TOLERANT stands in the snapshot.

use super::naming::{
    breathing, day, fact, has_id, note_doubt, sedatives, slots, text, text_or_empty, unidentified,
};
use super::{Answer, Fact, Finding, Slot, Suggest, drafted};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, RecentOpioid, RowKind, Snapshot};
use crate::terminology::{DoseFormClass, OpioidContent, Strength, ValueSet};
use crate::wire::Indicator;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Recent opioids named on the card; the rest of a long list says nothing new about tolerance.
const NAMED_RECENT: usize = 3;

/// The rows of the table that fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// A patch to be used as needed.
    AsNeededPatch,
    /// Tolerance is not there, and the medicine is new.
    NotShown,
    /// The current one goes on, but stronger.
    Stronger,
    /// The current one goes on after a gap.
    Gap,
    /// Whether there is tolerance cannot be told.
    Unconfirmed,
}

impl Case {
    fn word(self) -> &'static str {
        match self {
            Case::AsNeededPatch => "as-needed-patch",
            Case::NotShown => "not-shown",
            Case::Stronger => "stronger",
            Case::Gap => "gap",
            Case::Unconfirmed => "unconfirmed",
        }
    }

    fn indicator(self) -> Indicator {
        match self {
            Case::AsNeededPatch | Case::NotShown => Indicator::Critical,
            Case::Stronger | Case::Gap | Case::Unconfirmed => Indicator::Warning,
        }
    }
}

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let mut findings = Vec::new();
    let mut because = Vec::new();
    for draft in snapshot.drafts().filter(|draft| is_tolerant_only(draft)) {
        match judge(snapshot, draft) {
            Verdict::Fires(case, why) => findings.push(finding(snapshot, draft, case, why)),
            Verdict::Silent(why) => because.push(why),
        }
    }
    if !findings.is_empty() {
        return Answer::Fires(findings);
    }
    let doubts = unidentified(snapshot);
    if !doubts.is_empty() {
        return Answer::CannotTell(doubts);
    }
    if because.is_empty() {
        because.push("No draft is an opioid that only people used to opioids can take.".to_owned());
    }
    Answer::Silent(because)
}

/// TOLERANT-ONLY, or fentanyl without a form: every fentanyl that is prescribed outside a hospital is in the set.
fn is_tolerant_only(draft: &MedicineRow) -> bool {
    let formless =
        |content: &OpioidContent| content.ingredient.name == "fentanyl" && content.form.is_none();
    draft.is(ValueSet::TolerantOnly) || draft.medicine.opioids.iter().any(formless)
}

enum Verdict {
    Fires(Case, String),
    Silent(String),
}

fn judge(snapshot: &Snapshot, draft: &MedicineRow) -> Verdict {
    let name = &draft.medicine.name;
    let as_needed = draft.as_needed || draft.reading.any_as_needed();
    if as_needed && form(draft) == Some(DoseFormClass::Transdermal) {
        return Verdict::Fires(
            Case::AsNeededPatch,
            format!("{name} is a patch and ordered as needed."),
        );
    }
    let tolerant = &snapshot.history.tolerant;
    if let Some(shown) = tolerant.yes() {
        let rows = shown.evidence.join(", ");
        return Verdict::Silent(format!("{name}: tolerance is shown by {rows}."));
    }
    let gap_days = snapshot.site.restart_gap_days;
    match goes_on(snapshot, draft) {
        GoesOn::Steady(row) => Verdict::Silent(format!(
            "{name} renews {row}, is no stronger, and its supply runs or ended at most {gap_days} days ago."
        )),
        GoesOn::Stronger(row) => Verdict::Fires(
            Case::Stronger,
            format!("{name} is stronger than {row}, and tolerance is not shown."),
        ),
        GoesOn::Gap(row) => Verdict::Fires(
            Case::Gap,
            format!("{name} goes on from {row}, whose supply ended more than {gap_days} days ago."),
        ),
        GoesOn::NotComparable(row) => Verdict::Fires(
            Case::Unconfirmed,
            format!("{name} may be stronger than {row}, and tolerance is not shown."),
        ),
        GoesOn::No if tolerant.is_no() => Verdict::Fires(
            Case::NotShown,
            format!("{name} is new, and the record does not show tolerance."),
        ),
        GoesOn::No => Verdict::Fires(
            Case::Unconfirmed,
            format!("{name} is new, and tolerance could not be confirmed."),
        ),
    }
}

/// Is the same ingredient and form already current? Holds the row.
enum GoesOn {
    No,
    Steady(String),
    Stronger(String),
    Gap(String),
    NotComparable(String),
}

fn goes_on(snapshot: &Snapshot, draft: &MedicineRow) -> GoesOn {
    let current: Vec<&MedicineRow> = snapshot
        .before()
        .filter(|row| row.kind != RowKind::Draft && same_ingredient_and_form(row, draft))
        .collect();
    let Some(latest) = current.first() else {
        return GoesOn::No;
    };
    let running: Vec<&MedicineRow> = current
        .iter()
        .copied()
        .filter(|row| runs(snapshot, row))
        .collect();
    let Some(first) = running.first() else {
        return GoesOn::Gap(latest.reference.clone());
    };
    let reference = first.reference.clone();
    match against(snapshot, draft, &running) {
        Some(Ordering::Greater) => GoesOn::Stronger(reference),
        Some(_) => GoesOn::Steady(reference),
        None => GoesOn::NotComparable(reference),
    }
}

/// Still running, or ended at most `restart_gap_days` ago; an active order without an end runs.
fn runs(snapshot: &Snapshot, row: &MedicineRow) -> bool {
    row.end
        .is_none_or(|end| days_since(snapshot, end) <= i64::from(snapshot.site.restart_gap_days))
}

fn days_since(snapshot: &Snapshot, end: jiff::civil::Date) -> i64 {
    snapshot
        .as_of
        .since((jiff::Unit::Day, end))
        .map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// How the draft, with its twins in the same call, compares with what runs: by MME, else by the strength of one unit.
fn against(snapshot: &Snapshot, draft: &MedicineRow, running: &[&MedicineRow]) -> Option<Ordering> {
    let twins = snapshot.all_drafts().filter(|other| {
        other.reference != draft.reference
            && other.after
            && other.counts_in_mme
            && same_ingredient_and_form(other, draft)
    });
    let drafted = sum_mme(std::iter::once(draft).chain(twins));
    if let (Some(drafted), Some(current)) = (drafted, sum_mme(running.iter().copied())) {
        return Some(drafted.cmp(&current));
    }
    let drafted = unit_strength(draft)?;
    let strongest = running
        .iter()
        .map(|row| unit_strength(row))
        .collect::<Option<Vec<Strength>>>()?
        .into_iter()
        .filter(|strength| strength.unit == drafted.unit)
        .map(|strength| strength.value)
        .max()?;
    Some(drafted.value.cmp(&strongest))
}

fn sum_mme<'a>(rows: impl Iterator<Item = &'a MedicineRow>) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    for row in rows {
        sum = sum.checked_add(row.dose.mme_per_day?.value())?;
    }
    Some(sum)
}

fn unit_strength(row: &MedicineRow) -> Option<Strength> {
    row.medicine.opioids.first()?.strength
}

fn form(row: &MedicineRow) -> Option<DoseFormClass> {
    row.medicine.opioids.first()?.form
}

fn same_ingredient_and_form(row: &MedicineRow, draft: &MedicineRow) -> bool {
    row.medicine.opioids.iter().any(|ours| {
        draft.medicine.opioids.iter().any(|theirs| {
            ours.ingredient.name == theirs.ingredient.name && ours.form == theirs.form
        })
    })
}

fn finding(snapshot: &Snapshot, draft: &MedicineRow, case: Case, why: String) -> Finding {
    let mut facts = history_facts(snapshot);
    facts.extend(breathing(snapshot));
    facts.extend(sedatives(snapshot));
    let ended = match goes_on(snapshot, draft) {
        GoesOn::Gap(row) => snapshot.row(&row).and_then(|row| row.end),
        _ => None,
    };
    let mme = draft.dose.mme_per_day;
    Finding {
        indicator: Some(case.indicator()),
        case: case.word(),
        slots: slots([
            ("medicine", text(&draft.medicine.name)),
            ("mme", text_or_empty(mme.map(|mme| mme.rounded()))),
            ("up_to", Slot::Flag(draft.dose.up_to)),
            ("ended", day(ended.map(FactDate::day_of))),
            ("recent", Slot::Flag(!snapshot.history.recent.is_empty())),
        ]),
        facts,
        doubts: doubts(snapshot, case),
        drafts: vec![draft.reference.clone()],
        suggest: suggest(snapshot, draft),
        because: vec![why],
    }
}

/// What the last 90 days hold, beside the label's amounts.
fn history_facts(snapshot: &Snapshot) -> Vec<Fact> {
    let history = &snapshot.history;
    if !history.recent.is_empty() {
        // Last month's supply of the same amount says nothing new.
        let mut named: Vec<&RecentOpioid> = Vec::new();
        for row in &history.recent {
            let same = |other: &&RecentOpioid| {
                (&other.name, &other.daily_dose) == (&row.name, &row.daily_dose)
            };
            if !named.iter().any(same) {
                named.push(row);
            }
        }
        let named = named.into_iter().take(NAMED_RECENT);
        return named.map(|row| recent(snapshot, row)).collect();
    }
    if !snapshot.is_read(Query::Medications)
        || history.naive.doubt() == Some(&Doubt::ActiveRowsOnly)
    {
        return vec![fact("history-unread", slots([]), Vec::new())];
    }
    let last = history.naive.yes().and_then(|naive| naive.last.as_ref());
    let slots = slots([
        (
            "medicine",
            text_or_empty(last.map(|(name, _)| name.as_str())),
        ),
        ("date", day(last.map(|(_, date)| *date))),
    ]);
    vec![fact("none-found", slots, Vec::new())]
}

fn recent(snapshot: &Snapshot, row: &RecentOpioid) -> Fact {
    let today = FactDate::day_of(snapshot.as_of);
    let runs = row.last_day.is_none_or(|last| last >= today);
    let dose = row.daily_dose.as_deref();
    let slots = slots([
        ("medicine", text(&row.name)),
        (
            "dose",
            text_or_empty(dose.map(|dose| dose.replace("ug/h", "µg/h"))),
        ),
        (
            "rate",
            Slot::Flag(dose.is_some_and(|dose| dose.ends_with("/h"))),
        ),
        (
            "mme",
            text_or_empty(row.mme_per_day.map(|mme| mme.rounded())),
        ),
        ("runs", Slot::Flag(runs)),
        ("date", day(row.last_day)),
        ("label_amount", text_or_empty(row.label_amount.clone())),
    ]);
    fact("recent-opioid", slots, vec![row.reference.clone()])
}

fn doubts(snapshot: &Snapshot, case: Case) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if case != Case::AsNeededPatch {
        note_doubt(&mut doubts, &snapshot.history.tolerant);
    }
    note_doubt(&mut doubts, &snapshot.facts.sleep_breathing);
    note_doubt(&mut doubts, &snapshot.facts.lung);
    if snapshot.history.naive.doubt() == Some(&Doubt::ActiveRowsOnly) {
        note_doubt(&mut doubts, &snapshot.history.naive);
    }
    if let Some(doubt) = snapshot.unread(Query::Medications) {
        note_doubt(&mut doubts, &Known::<()>::Unsure(doubt));
    }
    doubts
}

/// Deleting is not offered for a draft that goes on from a current order: one click would be an abrupt stop.
fn suggest(snapshot: &Snapshot, draft: &MedicineRow) -> Vec<Suggest> {
    let renews = !draft.supersedes.is_empty() || !matches!(goes_on(snapshot, draft), GoesOn::No);
    if renews || !has_id(&draft.reference) {
        return Vec::new();
    }
    drafted::removal(snapshot, draft)
}

#[cfg(test)]
mod tests;
