//! `mme`: MME per opioid order of a file with the working shown, and the total.

use super::write_json;
use crate::config::{MmeArguments, TextFormat, overrides};
use crate::dose::{self, AmountUnit, OrderDose};
use crate::fhir::read_everything;
use crate::patient::{Ask, Basis, Hook, MedicineRow, Site, Snapshot};
use crate::terminology::{FactorSet, Terminology};
use anyhow::Context;
use jiff::Timestamp;
use orders::{Found, orders_in};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

mod orders;

/// What a file comes to.
#[derive(Debug, Serialize)]
struct Sheet {
    factor_set: &'static str,
    orders: Vec<Order>,
    total: Total,
}

#[derive(Debug, Serialize)]
struct Order {
    id: String,
    medication: String,
    rxcui: Option<String>,
    answer: &'static str,
    mme_per_day: Option<String>,
    daily_dose: Option<String>,
    working: Option<String>,
    read_from: Option<&'static str>,
    because: Option<String>,
    note: Option<String>,
    status: String,
    /// It counts in the total.
    counted: bool,
}

#[derive(Debug, Serialize)]
struct Total {
    mme_per_day: Option<String>,
    floor: bool,
    because: Vec<String>,
}

/// Prints one sheet a file.
pub(super) fn run(arguments: &MmeArguments) -> anyhow::Result<ExitCode> {
    let terminology = terminology(arguments)?;
    let mut all_read = true;
    let mut out = io::stdout().lock();
    for file in &arguments.files {
        let sheet = sheet(file, &terminology, arguments.factor_set);
        match (sheet, arguments.format) {
            (Ok(sheet), TextFormat::Json) => write_json(&mut out, &sheet)?,
            (Ok(sheet), TextFormat::Text) => write_text(&mut out, file, &sheet)?,
            (Err(error), _) => {
                all_read = false;
                writeln!(io::stderr(), "{}: {error:#}", file.display())?;
            }
        }
    }
    Ok(ExitCode::from(if all_read { 0 } else { 2 }))
}

fn terminology(arguments: &MmeArguments) -> anyhow::Result<Terminology> {
    let files = overrides(arguments.terminology.as_deref())?;
    Terminology::load(&files)
        .map_err(crate::config::ContentError::Faults)
        .context("--terminology")
}

fn sheet(file: &Path, terminology: &Terminology, set: FactorSet) -> anyhow::Result<Sheet> {
    let text = std::fs::read_to_string(file)?;
    let found = orders_in(&text)?;
    Ok(sheet_of(&found, terminology, set))
}

fn sheet_of(found: &Found, terminology: &Terminology, set: FactorSet) -> Sheet {
    let rows = rows(found, terminology);
    let amounts = amounts(&rows, found);
    let opioids: Vec<(&orders::Named, &MedicineRow, OrderDose)> = rows
        .iter()
        .filter(|row| row.medicine.is_opioid())
        .filter_map(|row| {
            let named = found.named(&row.reference)?;
            let ingredient = row
                .medicine
                .opioids
                .first()
                .map(|opioid| opioid.ingredient.name.as_str());
            let total = ingredient
                .and_then(|name| amounts.get(name).copied())
                .filter(|_| named.counts());
            Some((
                named,
                row,
                dose::convert(&row.reading, terminology.factors(), set, total),
            ))
        })
        .collect();
    let total = dose::total(
        opioids
            .iter()
            .filter(|(named, ..)| named.counts())
            .map(|(.., dose)| dose),
    );
    Sheet {
        factor_set: set.as_str(),
        orders: opioids
            .into_iter()
            .map(|(named, row, dose)| order(named, row, dose))
            .collect(),
        total: Total {
            mme_per_day: total.mme_per_day.map(|mme| mme.to_string()),
            floor: total.floor,
            because: total.because,
        },
    }
}

/// The orders as rows of one medicine list; no date of theirs is looked at afterwards.
fn rows(found: &Found, terminology: &Terminology) -> Vec<MedicineRow> {
    let site = Site::default();
    let record = read_everything(orders::PATIENT, &found.bundle);
    let ask = Ask {
        hook: Hook::PatientView,
        patient_id: orders::PATIENT,
        user_id: "",
        encounter_id: None,
        selections: &[],
        as_of: Timestamp::UNIX_EPOCH,
    };
    Snapshot::of(
        &record,
        &ask,
        Basis {
            terminology,
            site: &site,
        },
    )
    .rows
}

/// Daily milligrams of each ingredient over the orders that count: a banded factor looks at them (dose rule R10).
fn amounts(rows: &[MedicineRow], found: &Found) -> BTreeMap<String, Decimal> {
    let mut amounts: BTreeMap<String, Decimal> = BTreeMap::new();
    let counted = |row: &&MedicineRow| {
        found
            .named(&row.reference)
            .is_some_and(orders::Named::counts)
    };
    for amount in rows
        .iter()
        .filter(counted)
        .flat_map(|row| row.reading.amounts())
    {
        if amount.unit == AmountUnit::Mg {
            let sum = amounts.entry(amount.ingredient.name).or_default();
            *sum = sum.saturating_add(amount.amount);
        }
    }
    amounts
}

fn order(named: &orders::Named, row: &MedicineRow, dose: OrderDose) -> Order {
    Order {
        id: named.id.clone(),
        medication: row.medicine.name.clone(),
        rxcui: row.medicine.rxcui.clone(),
        answer: dose.answer.as_str(),
        mme_per_day: dose.mme_per_day.map(|mme| mme.to_string()),
        daily_dose: dose.daily_dose,
        working: dose.working,
        read_from: dose.read_from.map(dose::ReadFrom::as_str),
        because: dose.because,
        note: dose.note,
        status: named.status.clone(),
        counted: named.counts(),
    }
}

fn write_text(out: &mut impl Write, file: &Path, sheet: &Sheet) -> io::Result<()> {
    writeln!(out, "{} (factors {})", file.display(), sheet.factor_set)?;
    for order in &sheet.orders {
        let id = if order.id.is_empty() {
            "(no id)"
        } else {
            &order.id
        };
        writeln!(out, "  {id}  {}", order.medication)?;
        match (&order.mme_per_day, &order.working) {
            (Some(mme), Some(working)) => writeln!(out, "    {working} = {mme} MME/day")?,
            (Some(mme), None) => writeln!(out, "    {mme} MME/day")?,
            _ => writeln!(
                out,
                "    {}: {}",
                order.answer,
                order.because.as_deref().unwrap_or("no number")
            )?,
        }
        if let Some(note) = &order.note {
            writeln!(out, "    {note}")?;
        }
        if !order.counted {
            writeln!(out, "    not counted: {}", order.status)?;
        }
    }
    let floor = if sheet.total.floor { "at least " } else { "" };
    match &sheet.total.mme_per_day {
        Some(mme) => writeln!(out, "  total {floor}{mme} MME/day")?,
        None => writeln!(out, "  total not known: no opioid order gave a number")?,
    }
    for because in &sheet.total.because {
        writeln!(out, "    {because}")?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn oxycodone(id: &str, status: &str) -> Value {
        json!({"resourceType": "MedicationRequest", "id": id, "status": status, "intent": "order",
            "medicationCodeableConcept": {"coding": [
                {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049621"}],
                "text": "oxycodone 5 MG Oral Tablet"},
            "dosageInstruction": [{"timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}]})
    }

    fn sheet(text: &str) -> Sheet {
        sheet_of(
            &orders_in(text).expect("orders"),
            Terminology::builtin(),
            FactorSet::Cdc2022,
        )
    }

    #[test]
    fn an_order_is_shown_with_its_working_and_counted() {
        let sheet = sheet(&oxycodone("m1", "active").to_string());
        assert_eq!(sheet.orders[0].id, "m1");
        assert_eq!(sheet.orders[0].mme_per_day.as_deref(), Some("30"));
        assert_eq!(sheet.total.mme_per_day.as_deref(), Some("30"));
    }

    #[test]
    fn every_order_is_listed_and_those_not_taken_are_not_counted() {
        let lines: Vec<String> = [
            "active",
            "cancelled",
            "stopped",
            "completed",
            "entered-in-error",
            "on-hold",
        ]
        .iter()
        .map(|status| oxycodone("same", status).to_string())
        .collect();
        let sheet = sheet(&lines.join("\n"));
        assert_eq!(sheet.orders.len(), 6);
        assert_eq!(sheet.total.mme_per_day.as_deref(), Some("60"));
    }

    #[test]
    fn medications_are_found_in_nested_bundles_and_other_patients_do_not_matter() {
        let mut order = oxycodone("m1", "active");
        let concept = order
            .as_object_mut()
            .and_then(|order| order.remove("medicationCodeableConcept"));
        order["medicationReference"] = json!({"reference": "urn:uuid:1"});
        order["subject"] = json!({"reference": "Patient/somebody"});
        let medication = json!({"resourceType": "Medication", "id": "x", "code": concept});
        let inner = json!({"resourceType": "Bundle", "entry": [{"resource": order}]});
        let outer = json!({"resourceType": "Bundle",
            "entry": [{"resource": inner}, {"fullUrl": "urn:uuid:1", "resource": medication}]});
        assert_eq!(
            sheet(&outer.to_string()).total.mme_per_day.as_deref(),
            Some("30")
        );
    }

    #[test]
    fn without_a_number_the_total_is_not_known_and_without_opioids_it_is_zero() {
        let mut order = oxycodone("m1", "active");
        order
            .as_object_mut()
            .and_then(|order| order.remove("dosageInstruction"));
        let unknown = sheet(&order.to_string());
        assert_eq!(
            (unknown.total.mme_per_day, unknown.total.floor),
            (None, true)
        );
        assert!(unknown.orders[0].because.is_some());
        let none = sheet("{\"resourceType\":\"Bundle\"}");
        assert_eq!(
            (none.total.mme_per_day.as_deref(), none.orders.len()),
            (Some("0"), 0)
        );
    }

    #[test]
    fn what_is_no_fhir_is_refused() {
        assert!(orders_in("{").is_err());
        assert!(orders_in("").is_err());
        assert!(orders_in("{\"resourceType\":\"MedicationRequest\"}\nnot json").is_err());
    }
}
