//! The middle of the page: the patient, the medicines of the record, the orders to sign.
//!
//! Knows an EHR's order screen.
//! Refuses to read the record itself: medicines are rows of the snapshot.

use super::resources::{Line, Person};
use crate::patient::{MedicineRow, Role, RowKind, Snapshot};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// What the template shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Screen {
    hook: String,
    patient: Person,
    patient_id: String,
    age: Option<i64>,
    medicines: Vec<Medicine>,
    earlier: Vec<Medicine>,
    /// The medication list could not be read whole.
    partial: bool,
    orders: Vec<Line>,
    /// Taken from a card, and nothing that is signed.
    added: Vec<Line>,
    /// Why there is nothing to show.
    problem: Option<String>,
}

/// One medicine of the record.
#[derive(Debug, Serialize)]
struct Medicine {
    name: String,
    how: String,
    when: String,
    mme: String,
    role: &'static str,
}

/// What the screen is made of.
pub(super) struct Shown<'a> {
    pub(super) request: &'a Value,
    pub(super) added: &'a [Value],
    pub(super) snapshot: Option<&'a Snapshot>,
    /// Name and age from elsewhere, where the call brings no patient.
    pub(super) listed: Option<(&'a str, &'a str)>,
    pub(super) problem: Option<String>,
    pub(super) as_of: Timestamp,
}

impl Screen {
    pub(super) fn of(shown: &Shown<'_>) -> Screen {
        let context = &shown.request["context"];
        let mut patient = Person::of(&shown.request["prefetch"]["patient"], shown.as_of);
        if let (true, Some((name, about))) = (patient.name.is_empty(), shown.listed) {
            name.clone_into(&mut patient.name);
            about.clone_into(&mut patient.about);
        }
        let rows = || {
            let rows = shown
                .snapshot
                .into_iter()
                .flat_map(|snapshot| &snapshot.rows);
            rows.filter(|row| row.kind != RowKind::Draft)
        };
        let orders = context["draftOrders"]["entry"].as_array();
        Screen {
            hook: shown.request["hook"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            patient,
            patient_id: context["patientId"].as_str().unwrap_or_default().to_owned(),
            age: shown.snapshot.and_then(|snapshot| snapshot.age),
            medicines: rows().filter(|row| is_current(row)).map(medicine).collect(),
            earlier: rows()
                .filter(|row| !is_current(row))
                .map(medicine)
                .collect(),
            partial: shown
                .snapshot
                .is_some_and(|snapshot| !snapshot.is_read(crate::fhir::Query::Medications)),
            orders: orders
                .into_iter()
                .flatten()
                .map(|entry| Line::of(&entry["resource"]))
                .collect(),
            added: shown.added.iter().map(Line::of).collect(),
            problem: shown.problem.clone(),
        }
    }
}

fn is_current(row: &MedicineRow) -> bool {
    row.role != Role::NotCurrent
}

fn medicine(row: &MedicineRow) -> Medicine {
    let daily = row.dose.daily_dose.as_ref();
    let how = match (&row.instruction_text, daily) {
        (Some(text), _) => text.clone(),
        (None, Some(daily)) => format!("{daily} a day"),
        (None, None) => String::new(),
    };
    let how = how.replace(" ug/h a day", " µg an hour");
    let as_needed = row.as_needed && row.instruction_text.is_none();
    let day = |date: jiff::civil::Date| date.strftime("%-d %b %Y").to_string();
    let when = match (row.start.or(row.asserted), row.last_day) {
        (Some(first), Some(last)) => format!("{} to {}", day(first), day(last)),
        (Some(first), None) => format!("since {}", day(first)),
        (None, Some(last)) => format!("to {}", day(last)),
        (None, None) => "no date".to_owned(),
    };
    Medicine {
        name: row.medicine.name.clone(),
        how: if as_needed {
            format!("{how}, as needed")
                .trim_start_matches(", ")
                .to_owned()
        } else {
            how
        },
        when,
        mme: match row.dose.mme_per_day {
            Some(mme) => mme.rounded(),
            None if row.medicine.is_opioid() => row.dose.answer.as_str().to_owned(),
            None => String::new(),
        },
        role: match (row.role, row.kind) {
            (Role::Stopped, _) => "stopped by this draft",
            (Role::Superseded, _) => "replaced by a later order",
            (Role::NotCurrent, _) => "earlier",
            (_, RowKind::Statement) => "reported",
            (_, RowKind::Dispense) => "dispensed",
            _ => "current",
        },
    }
}
