//! `methadone-qt`: methadone started or raised, and what is known of the heart's rhythm (sheet 4.27).
//!
//! Knows the bands of the corrected QT interval.
//! Refuses to convert methadone, and to name medicines that the sheet does not list.

#[cfg(test)]
mod tests;

use super::naming::{condition, day, fact, note_doubt, slots, text, unidentified};
use super::raised::raised;
use super::{Answer, Fact, Finding, Proposal, Slots, Suggest, drafted, named};
use crate::fhir::Query;
use crate::patient::{Doubt, FactDate, Known, MedicineRow, Qtc, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// Milliseconds from which the interval is long.
const LONG: Decimal = Decimal::from_parts(450, 0, 0, false, 0);
/// Milliseconds from which it warns.
const VERY_LONG: Decimal = Decimal::from_parts(500, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let mut drafts: Vec<_> = snapshot
        .drafts()
        .filter(|row| row.is(ValueSet::Methadone))
        .collect();
    if drafts.is_empty() {
        let unidentified = unidentified(snapshot);
        return if unidentified.is_empty() {
            Answer::silent("No methadone is drafted.")
        } else {
            Answer::CannotTell(unidentified)
        };
    }
    let started = drafts.iter().any(|row| drafted::is_new(snapshot, row));
    let mut open = Vec::new();
    if !started {
        drafts.retain(|row| match raised(snapshot, row) {
            Known::Yes(()) => true,
            Known::No => false,
            Known::Unsure(doubt) => {
                open.push(doubt);
                false
            }
        });
    }
    if drafts.is_empty() {
        open.extend(snapshot.unread(Query::Medications));
        return if open.is_empty() {
            Answer::silent("Methadone goes on as before.")
        } else {
            Answer::CannotTell(named::once(open))
        };
    }
    match rhythm(snapshot) {
        Ok(rhythm) => spoken(snapshot, &drafts, started, &rhythm),
        Err(doubts) => Answer::CannotTell(doubts),
    }
}

/// What is known of the heart's rhythm.
enum Rhythm<'a> {
    /// QTc 500 ms or more.
    VeryLong(&'a Qtc),
    /// QTc 450 to 499 ms.
    Long(&'a Qtc),
    /// Long QT on the problem list, without a value that says more.
    Listed,
    /// Neither a value nor an electrocardiogram.
    Unknown,
    /// Short enough, or an electrocardiogram whose value is not in the data.
    Settled(Option<FactDate>),
}

fn rhythm(snapshot: &Snapshot) -> Result<Rhythm<'_>, Vec<Doubt>> {
    let found = &snapshot.precautions;
    if let Some(qtc) = found.qtc.yes() {
        if qtc.milliseconds >= VERY_LONG {
            return Ok(Rhythm::VeryLong(qtc));
        }
        if qtc.milliseconds >= LONG {
            return Ok(Rhythm::Long(qtc));
        }
    }
    if found.long_qt.is_yes() {
        return Ok(Rhythm::Listed);
    }
    if let Some(qtc) = found.qtc.yes() {
        return Ok(Rhythm::Settled(Some(qtc.date)));
    }
    // A value that could not be read may be a long one, whatever the electrocardiogram's date.
    let mut doubts = Vec::new();
    note_doubt(&mut doubts, &found.qtc);
    if !doubts.is_empty() {
        return Err(doubts);
    }
    match &found.electrocardiogram {
        Known::Yes(date) => Ok(Rhythm::Settled(Some(*date))),
        Known::No => Ok(Rhythm::Unknown),
        Known::Unsure(doubt) => Err(vec![doubt.clone()]),
    }
}

fn spoken(
    snapshot: &Snapshot,
    drafts: &[&MedicineRow],
    started: bool,
    rhythm: &Rhythm<'_>,
) -> Answer {
    let (case, indicator) = match rhythm {
        Rhythm::VeryLong(_) => ("very-long", Some(Indicator::Warning)),
        Rhythm::Long(_) => ("long", Some(Indicator::Info)),
        Rhythm::Listed => ("listed", Some(Indicator::Info)),
        Rhythm::Unknown => ("unknown", Some(Indicator::Info)),
        Rhythm::Settled(_) if started => ("settled", None),
        Rhythm::Settled(date) => {
            let on = date.map(FactDate::day).unwrap_or_default();
            return Answer::silent(format!("An electrocardiogram of {on} is on record."));
        }
    };
    Answer::Fires(vec![Finding {
        indicator,
        case,
        slots: card_slots(snapshot, started, rhythm),
        facts: facts(snapshot, drafts, rhythm),
        doubts: snapshot.unread(Query::Medications).into_iter().collect(),
        drafts: drafts.iter().map(|row| row.reference.clone()).collect(),
        suggest: suggestions(indicator),
        because: vec![because(started, rhythm)],
    }])
}

fn value(rhythm: &Rhythm<'_>) -> String {
    match rhythm {
        Rhythm::VeryLong(qtc) | Rhythm::Long(qtc) => qtc.milliseconds.round_dp(0).to_string(),
        _ => String::new(),
    }
}

fn date(rhythm: &Rhythm<'_>) -> Option<FactDate> {
    match rhythm {
        Rhythm::VeryLong(qtc) | Rhythm::Long(qtc) => Some(qtc.date),
        Rhythm::Settled(date) => *date,
        Rhythm::Listed | Rhythm::Unknown => None,
    }
}

fn card_slots(snapshot: &Snapshot, started: bool, rhythm: &Rhythm<'_>) -> Slots {
    slots([
        ("started", super::Slot::Flag(started)),
        ("value", text(value(rhythm))),
        ("date", day(date(rhythm))),
        ("months", text(snapshot.site.methadone_qt_months.to_string())),
    ])
}

fn facts(snapshot: &Snapshot, drafts: &[&MedicineRow], rhythm: &Rhythm<'_>) -> Vec<Fact> {
    let mut facts = vec![rhythm_fact(snapshot, rhythm)];
    if !matches!(rhythm, Rhythm::Listed) {
        facts.extend(
            snapshot
                .precautions
                .long_qt
                .yes()
                .map(|row| condition("long-qt", row)),
        );
    }
    facts.extend(drafts.iter().map(|row| named::opioid(row)));
    let others = snapshot
        .after()
        .filter(|row| row.is(ValueSet::QtNamed) && !row.is(ValueSet::Methadone));
    facts.extend(others.map(|row| {
        let filled = slots([("medicine", text(&row.medicine.short_name))]);
        fact("also-lengthens", filled, vec![row.reference.clone()])
    }));
    facts
}

fn rhythm_fact(snapshot: &Snapshot, rhythm: &Rhythm<'_>) -> Fact {
    if let (Rhythm::Listed, Some(row)) = (rhythm, snapshot.precautions.long_qt.yes()) {
        return condition("long-qt", row);
    }
    let months = match rhythm {
        Rhythm::Unknown => snapshot.site.methadone_qt_months.to_string(),
        _ => String::new(),
    };
    let filled = slots([
        ("value", text(value(rhythm))),
        ("date", day(date(rhythm))),
        ("months", text(months)),
    ]);
    let evidence = match rhythm {
        Rhythm::VeryLong(qtc) | Rhythm::Long(qtc) => vec![qtc.reference.clone()],
        _ => Vec::new(),
    };
    fact("qtc", filled, evidence)
}

fn suggestions(indicator: Option<Indicator>) -> Vec<Suggest> {
    if indicator.is_none() {
        return Vec::new();
    }
    vec![Suggest {
        key: "electrocardiogram",
        slots: slots([]),
        proposal: Proposal::ServiceRequest { due_days: Some(7) },
        recommended: false,
    }]
}

fn because(started: bool, rhythm: &Rhythm<'_>) -> String {
    let what = if started { "started" } else { "raised" };
    let known = match rhythm {
        Rhythm::VeryLong(qtc) | Rhythm::Long(qtc) => format!("QTc {} ms", qtc.milliseconds),
        Rhythm::Listed => "long QT is on the problem list".to_owned(),
        Rhythm::Unknown => "no QTc and no electrocardiogram found".to_owned(),
        Rhythm::Settled(_) => "an electrocardiogram is on record".to_owned(),
    };
    format!("Methadone is {what}; {known}.")
}
