//! The lines of the brief, as slots of its card text.
//!
//! Knows what stands on which line and in which order.
//! Refuses to know words: names, numbers and dates only.

use crate::fhir::Query;
use crate::patient::{ConditionFact, FactDate, MedicineRow, Role, RowKind, Snapshot, TrendPoint};
use crate::rules::named::{self, text};
use crate::rules::{Slot, Slots};
use crate::terminology::ValueSet;
use jiff::ToSpan;
use jiff::civil::Date;
use std::cmp::Reverse;

/// All slots of the brief.
pub(super) fn slots(snapshot: &Snapshot, short: bool) -> Slots {
    let mut slots = Slots::from([("short", Slot::Flag(short))]);
    person(snapshot, &mut slots);
    regimen(snapshot, &mut slots);
    total(snapshot, &mut slots);
    safety(snapshot, &mut slots);
    naloxone(snapshot, &mut slots);
    out_of_date(snapshot, &mut slots);
    team(snapshot, &mut slots);
    checked(snapshot, &mut slots);
    slots
}

/// Rows that the brief rests on.
pub(super) fn evidence(snapshot: &Snapshot) -> Vec<String> {
    let facts = &snapshot.facts;
    let rows = snapshot.before().filter(|row| {
        row.medicine.is_opioid() || named::is_benzodiazepine(row) || row.is_sedative()
    });
    let conditions = [
        &facts.oud,
        &facts.oud_remission,
        &facts.sleep_breathing,
        &facts.lung,
        &facts.pregnant,
    ];
    let conditions = conditions
        .iter()
        .filter_map(|known| known.yes())
        .map(|row| &row.reference);
    let overdose = facts.overdose.yes().map(|found| &found.condition.reference);
    let goal = facts.goal.yes().map(|goal| &goal.reference);
    let scores = [&facts.peg, &facts.phq_item9]
        .into_iter()
        .filter_map(|known| known.yes());
    let scores = scores.map(|score| &score.reference);
    let others = conditions.chain(overdose).chain(goal).chain(scores);
    named::once(rows.map(|row| &row.reference).chain(others).cloned())
}

/// Line 1: what matters, and how the person answered what could not wait.
fn person(snapshot: &Snapshot, slots: &mut Slots) {
    let facts = &snapshot.facts;
    let goal = facts.goal.yes();
    let peg = facts.peg.yes();
    let item9 = facts.phq_item9.yes();
    slots.insert(
        "goal",
        text(goal.map(|goal| goal.words.clone()).unwrap_or_default()),
    );
    slots.insert(
        "goal_by_patient",
        Slot::Flag(goal.is_some_and(|goal| goal.by_patient)),
    );
    slots.insert(
        "goal_date",
        text(named::month(goal.and_then(|goal| goal.date))),
    );
    let score = peg.map(|peg| peg.value.normalize().to_string());
    slots.insert("peg", text(score.unwrap_or_default()));
    slots.insert(
        "peg_date",
        text(peg.map(|peg| peg.date.month_year()).unwrap_or_default()),
    );
    slots.insert(
        "item9_date",
        text(item9.map(|item| item.date.day()).unwrap_or_default()),
    );
}

/// Line 2: each medicine with its arithmetic; treatment of opioid use disorder apart; sedatives beside them.
fn regimen(snapshot: &Snapshot, slots: &mut Slots) {
    let before: Vec<&MedicineRow> = snapshot.before().collect();
    let mut opioids: Vec<&MedicineRow> = Vec::new();
    for row in before.iter().filter(|row| row.is_pain_opioid()).copied() {
        // Two orders of one medicine without a dose read like one line said twice.
        let said = opioids.iter().any(|earlier| {
            earlier.medicine.short_name == row.medicine.short_name
                && named::daily_dose(earlier).is_empty()
                && named::daily_dose(row).is_empty()
        });
        if !said {
            opioids.push(row);
        }
    }
    // What adds most to the total is named first.
    opioids.sort_by_key(|row| Reverse(row.dose.mme_per_day));
    let treatment: Vec<_> = before.iter().filter(|row| row.moud).copied().collect();
    let sedating = |row: &&&MedicineRow| {
        let sedates = named::is_benzodiazepine(row)
            || row.is_sedative()
            || row.is(ValueSet::SedativeNamedOnly);
        sedates && !row.medicine.is_opioid()
    };
    let sedatives: Vec<_> = before.iter().filter(sedating).copied().collect();
    let lead = opioids
        .first()
        .or(treatment.first())
        .map(|row| row.medicine.short_name.as_str());
    let elsewhere = snapshot.facts.moud.yes().filter(|_| treatment.is_empty());
    let lead = lead.or(elsewhere.map(|moud| moud.name.as_str()));
    slots.insert(
        "subject",
        text(lead.map(named::subject).unwrap_or_default()),
    );
    slots.insert("opioids", names(&opioids));
    slots.insert("opioid_doses", list(&opioids, named::daily_dose));
    slots.insert("opioid_up_to", list(&opioids, up_to));
    slots.insert(
        "opioid_workings",
        list(&opioids, |row| row.dose.working.clone().unwrap_or_default()),
    );
    slots.insert("opioid_mmes", list(&opioids, named::product));
    slots.insert("treatments", names(&treatment));
    slots.insert("treatment_doses", list(&treatment, named::daily_dose));
    let since = snapshot.facts.moud.yes();
    let since = since.filter(|moud| treatment.iter().any(|row| row.reference == moud.reference));
    slots.insert(
        "treatment_since",
        text(named::month(since.and_then(|moud| moud.date))),
    );
    slots.insert("sedatives", names(&sedatives));
    slots.insert("sedative_doses", list(&sedatives, named::daily_dose));
    slots.insert("sedative_up_to", list(&sedatives, up_to));
    // Treatment that is no row of the medicine list: a programme, a depot.
    slots.insert(
        "treatment_elsewhere",
        text(elsewhere.map(|moud| moud.name.clone()).unwrap_or_default()),
    );
    let date = elsewhere.and_then(|moud| moud.date);
    slots.insert("treatment_date", text(named::month(date)));
    let recent = snapshot
        .history
        .recent
        .iter()
        .filter(|_| opioids.is_empty() && treatment.is_empty());
    let recent = recent.map(|row| ended(&row.name, row.last_day));
    slots.insert("recent", Slot::List(named::once(recent)));
}

fn total(snapshot: &Snapshot, slots: &mut Slots) {
    let total = snapshot.mme.before.as_ref();
    let number = total.and_then(|total| total.mme_per_day);
    let shown = number.map(|mme| mme.rounded());
    slots.insert("mme", text(shown.unwrap_or_default()));
    slots.insert("floor", Slot::Flag(total.is_some_and(|total| total.floor)));
    for (months, name, floor) in [(12, "year", "year_floor"), (6, "half", "half_floor")] {
        let point = snapshot
            .mme
            .trend
            .iter()
            .find(|point| point.months_ago == months);
        let mme = point
            .and_then(|point: &TrendPoint| point.mme_per_day)
            .map(|mme| mme.rounded());
        slots.insert(name, text(mme.unwrap_or_default()));
        slots.insert(floor, Slot::Flag(point.is_some_and(|point| point.floor)));
    }
}

/// Line 3: what is this person's own, each with its date.
fn safety(snapshot: &Snapshot, slots: &mut Slots) {
    let facts = &snapshot.facts;
    let mut safety: Vec<String> = Vec::new();
    safety.extend(
        facts
            .overdose
            .yes()
            .map(|overdose| since(&overdose.condition)),
    );
    safety.extend(facts.oud.yes().filter(|_| !facts.oud_code_only).map(since));
    let conditions = [
        &facts.oud_remission,
        &facts.sleep_breathing,
        &facts.lung,
        &facts.alcohol_use,
        &facts.other_substance_use,
        &facts.liver,
        &facts.released,
    ];
    safety.extend(conditions.iter().filter_map(|known| known.yes()).map(since));
    safety.extend(facts.pregnant.yes().map(|row| pregnancy(snapshot, row)));
    safety.extend(
        facts
            .kidney
            .yes()
            .map(|kidney| with_date(&kidney.name, kidney.date)),
    );
    safety.extend(facts.mental_health.yes().into_iter().flatten().map(since));
    let age = snapshot.age.filter(|age| *age >= 65);
    let code_only = facts.oud.yes().filter(|_| facts.oud_code_only);
    let lost = snapshot.history.lost_tolerance;
    slots.insert("safety", Slot::List(named::once(safety)));
    slots.insert(
        "oud_code_only",
        text(code_only.map(since).unwrap_or_default()),
    );
    slots.insert(
        "age",
        text(age.map(|age| age.to_string()).unwrap_or_default()),
    );
    slots.insert("lost_tolerance", text(named::month(lost)));
    let undated = facts.pregnancy_undated.as_ref().map(|row| row.name.clone());
    slots.insert("pregnancy_undated", text(undated.unwrap_or_default()));
    slots.insert(
        "unconfirmed",
        Slot::List(facts.unconfirmed.iter().map(since).collect()),
    );
}

/// With the day of birth that is expected, where it is recorded.
fn pregnancy(snapshot: &Snapshot, row: &ConditionFact) -> String {
    let dates = snapshot.facts.pregnancy_dates.as_ref();
    match dates.and_then(|dates| dates.due) {
        Some(due) => format!("{}, due {}", named::spoken(&row.name), due.day()),
        None => since(row),
    }
}

fn naloxone(snapshot: &Snapshot, slots: &mut Slots) {
    let known = &snapshot.facts.naloxone;
    let found = known
        .yes()
        .map(|naloxone| with_date(&naloxone.name, naloxone.date));
    let months = i64::from(snapshot.site.naloxone_on_hand_months);
    let since = FactDate::day_of(snapshot.as_of.saturating_sub(months.months()));
    slots.insert("naloxone", text(found.unwrap_or_default()));
    slots.insert("naloxone_since", text(since.month_year()));
    slots.insert("naloxone_unread", Slot::Flag(known.doubt().is_some()));
}

/// A medicine that is still active on the list: its latest order and how many there are.
struct Old<'a> {
    name: &'a str,
    latest: Option<Date>,
    count: usize,
}

/// Rows that are still active on the list and outside their coverage, and rows on hold: each medicine once.
fn out_of_date(snapshot: &Snapshot, slots: &mut Slots) {
    let matters = |row: &&MedicineRow| {
        row.kind == RowKind::Request
            && row.role == Role::NotCurrent
            && (row.medicine.is_opioid() || row.is(ValueSet::Benzodiazepine) || row.is_sedative())
    };
    let begun = |row: &&MedicineRow| row.start.is_none_or(|start| start <= snapshot.as_of);
    let rows = |status: &'static str| {
        let rows = snapshot.rows.iter().filter(matters).filter(begun);
        rows.filter(move |row| row.status == status)
    };
    let mut active: Vec<Old<'_>> = Vec::new();
    for row in rows("active") {
        let name = row.medicine.short_name.as_str();
        match active.iter_mut().find(|earlier| earlier.name == name) {
            Some(earlier) => {
                earlier.latest = earlier.latest.max(row.start);
                earlier.count += 1;
            }
            None => active.push(Old {
                name,
                latest: row.start,
                count: 1,
            }),
        }
    }
    let of = |told: fn(&Old<'_>) -> String| Slot::List(active.iter().map(told).collect());
    slots.insert("out_of_date", of(|old| old.name.to_owned()));
    slots.insert(
        "out_of_date_dates",
        of(|old| named::month(old.latest.map(FactDate::day_of))),
    );
    slots.insert(
        "out_of_date_counts",
        of(|old| match old.count {
            1 => String::new(),
            several => several.to_string(),
        }),
    );
    let held = rows("on-hold")
        .map(|row| with_date(&row.medicine.short_name, row.start.map(FactDate::day_of)));
    slots.insert("on_hold", Slot::List(named::once(held)));
}

/// Line 5: who prescribes, when they meet next, when the supply runs out.
fn team(snapshot: &Snapshot, slots: &mut Slots) {
    let regimen = || {
        snapshot
            .before()
            .filter(|row| row.medicine.is_opioid() || named::is_benzodiazepine(row))
    };
    let prescribers = regimen().filter_map(|row| row.requester.as_ref()?.display.clone());
    let ends = regimen()
        .filter(|row| row.medicine.is_opioid())
        .filter_map(|row| row.end);
    let visit = &snapshot.facts.next_visit;
    let end = ends.min();
    slots.insert("prescribers", Slot::List(named::once(prescribers)));
    slots.insert(
        "next_visit",
        text(
            visit
                .yes()
                .map(|visit| visit.date.day())
                .unwrap_or_default(),
        ),
    );
    slots.insert("next_visit_unread", Slot::Flag(visit.doubt().is_some()));
    slots.insert(
        "supply_end",
        text(
            end.map(|end| FactDate::day_of(end).day())
                .unwrap_or_default(),
        ),
    );
    slots.insert(
        "supply_ended",
        Slot::Flag(end.is_some_and(|end| end < snapshot.as_of)),
    );
}

/// Line 7, by the names of the reads.
fn checked(snapshot: &Snapshot, slots: &mut Slots) {
    let asked = [
        (Query::Medications, "medications"),
        (Query::Conditions, "conditions"),
        (Query::Encounters, "encounters"),
        (Query::Laboratory, "laboratory"),
        (Query::Surveys, "surveys"),
        (Query::Procedures, "procedures"),
        (Query::Plans, "plans"),
        (Query::Goals, "goals"),
        (Query::Appointments, "appointments"),
    ];
    let (read, unread): (Vec<_>, Vec<_>) = asked
        .into_iter()
        .partition(|(query, _)| snapshot.is_read(*query));
    let keys = |reads: Vec<(Query, &str)>| {
        Slot::List(reads.into_iter().map(|(_, key)| key.to_owned()).collect())
    };
    let dose = snapshot
        .before()
        .filter(|row| named::counts(row) && row.dose.mme_per_day.is_none());
    let uncounted = dose.map(|row| row.medicine.short_name.clone());
    slots.insert("uncounted", Slot::List(named::once(uncounted)));
    slots.insert("checked", keys(read));
    slots.insert("unread", keys(unread));
}

fn names(rows: &[&MedicineRow]) -> Slot {
    list(rows, |row| row.medicine.short_name.clone())
}

fn list(rows: &[&MedicineRow], told: impl Fn(&MedicineRow) -> String) -> Slot {
    Slot::List(rows.iter().map(|row| told(row)).collect())
}

/// A mark that is empty where the dose is a fixed one.
fn up_to(row: &MedicineRow) -> String {
    if row.dose.up_to {
        "≤".to_owned()
    } else {
        String::new()
    }
}

fn since(condition: &ConditionFact) -> String {
    with_date(named::spoken(&condition.name), condition.date)
}

fn with_date(name: &str, date: Option<FactDate>) -> String {
    match date {
        Some(date) => format!("{name} ({})", date.month_year()),
        None => name.to_owned(),
    }
}

fn ended(name: &str, last: Option<FactDate>) -> String {
    match last {
        Some(last) => format!("{name} ({})", last.day()),
        None => name.to_owned(),
    }
}
