//! Hand-made snapshots for the rules' unit tests: an adult in scope, everything read, and the rows that a test is about.
//!
//! Knows how to fill in what a test does not care about.
//! Refuses to know how a record becomes a snapshot.

use super::{Answer, Finding};
use crate::dose::{self, MmePerDay, OrderDose, ReadFrom, Total};
use crate::fhir::{Query, Read, Why};
use crate::patient::{
    Care, ConditionFact, Dosing, Doubt, FactDate, Facts, History, Hook, Known, Language, LongTerm,
    MedicineRow, Mme, Precautions, Role, RowKind, Scope, Site, Snapshot, Toxicology,
};
use crate::terminology::{
    DoseFormClass, Ingredient, Medicine, OpioidContent, Recognised, Sets, Strength, StrengthUnit,
    ValueSet,
};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

/// Today in all unit tests of the rules.
pub(super) const AS_OF: Date = date(2026, 11, 1);

/// So many days before (or, if negative, after) [`AS_OF`].
pub(super) fn days_ago(days: i64) -> Date {
    AS_OF.saturating_sub(days.days())
}

/// An order-sign call for somebody of 56 in scope: everything was read and there is nothing in it.
pub(super) fn snapshot() -> Snapshot {
    use Query::*;
    let read = [
        Patient,
        Medications,
        Conditions,
        Encounters,
        Laboratory,
        Surveys,
        Procedures,
        Plans,
        Statements,
        Dispenses,
        Goals,
        ServiceRequests,
        Appointments,
        SocialHistory,
        ContextEncounter,
    ];
    Snapshot {
        as_of: AS_OF,
        hook: Hook::OrderSign,
        site: Site::default(),
        patient: "Patient/p1".into(),
        encounter: None,
        user: Some("Practitioner/d1".into()),
        age: Some(56),
        language: Language::English,
        inpatient_encounter: false,
        scope: Scope {
            out: Known::No,
            because: Vec::new(),
            evidence: Vec::new(),
        },
        rows: Vec::new(),
        mme: totals(&[]),
        history: History {
            naive: Known::No,
            tolerant: Known::No,
            long_term: Known::No,
            long_term_benzodiazepine: Known::No,
            recent: Vec::new(),
            lost_tolerance: None,
            last_supply_end: None,
        },
        facts: nothing_found(),
        dosing: Dosing {
            opioid_free_day: Known::No,
            old_egfr: None,
        },
        care: Care::nothing_found(),
        precautions: Precautions::nothing_found(),
        toxicology: Toxicology::nothing_found(),
        reads: read
            .into_iter()
            .map(|query| (query, Read::Complete))
            .collect(),
        gaps: Vec::new(),
        unidentified_drafts: Vec::new(),
        drafts_concern_us: true,
    }
}

/// [`snapshot`] with these rows and their totals.
pub(super) fn with(rows: impl IntoIterator<Item = MedicineRow>) -> Snapshot {
    let rows: Vec<MedicineRow> = rows.into_iter().collect();
    Snapshot {
        mme: totals(&rows),
        rows,
        ..snapshot()
    }
}

/// The same with an unbroken opioid run of so many days.
pub(super) fn long_term(snapshot: Snapshot, ltot_days: i64) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.history.long_term = Known::Yes(LongTerm {
        ltot_days,
        since: days_ago(ltot_days),
    });
    snapshot
}

/// The same where this read brought nothing: what follows for totals and history is unknown too.
pub(super) fn without(snapshot: Snapshot, query: Query) -> Snapshot {
    let mut snapshot = snapshot;
    snapshot.reads.insert(query, Read::Failed(Why::NotSent));
    if query == Query::Medications {
        snapshot.mme.before = None;
        snapshot.mme.after = None;
        snapshot.history.naive = Known::Unsure(Doubt::Unread(query));
        snapshot.history.tolerant = Known::Unsure(Doubt::Unread(query));
        snapshot.history.long_term = Known::Unsure(Doubt::Unread(query));
    }
    if query == Query::Conditions {
        snapshot.scope.out = Known::Unsure(Doubt::Unread(query));
        snapshot.facts = Facts {
            sleep_breathing: Known::Unsure(Doubt::Unread(query)),
            lung: Known::Unsure(Doubt::Unread(query)),
            overdose: Known::Unsure(Doubt::Unread(query)),
            oud: Known::Unsure(Doubt::Unread(query)),
            pregnant: Known::Unsure(Doubt::Unread(query)),
            mental_health: Known::Unsure(Doubt::Unread(query)),
            ..nothing_found()
        };
    }
    snapshot
}

/// A medicine of one ingredient, "morphine 10 mg", in these sets.
pub(super) fn medicine(name: &str, sets: &[ValueSet]) -> Medicine {
    let ingredient = Ingredient {
        rxcui: None,
        name: name.split(' ').next().unwrap_or(name).to_owned(),
    };
    let sets = sets.iter().fold(Sets::EMPTY, |all, set| all.with(*set));
    let mut medicine = Medicine {
        name: name.to_owned(),
        short_name: ingredient.name.clone(),
        rxcui: None,
        recognised: Recognised::Product,
        sets,
        ingredients: vec![ingredient.clone()],
        opioids: Vec::new(),
        acetaminophen: None,
        extended_release: sets.has(ValueSet::ExtendedRelease),
    };
    if medicine.is_opioid() {
        let content = OpioidContent {
            ingredient,
            strength: None,
            form: Some(DoseFormClass::Oral),
            wear_days: None,
        };
        medicine.opioids.push(content);
    }
    medicine
}

/// A current order of the record, supplied from 12 days ago for 30 days.
pub(super) fn row(id: &str, medicine: Medicine) -> MedicineRow {
    let opioid = medicine.is_opioid();
    let reading = dose::read(&dose::Order {
        medicine: &medicine,
        instructions: &[],
        quantity: None,
        supply_days: None,
    });
    MedicineRow {
        reference: format!("MedicationRequest/{id}"),
        kind: RowKind::Request,
        role: Role::Current,
        status: "active".into(),
        medicine,
        dose: no_number(),
        start: Some(days_ago(12)),
        end: Some(days_ago(-18)),
        last_day: Some(days_ago(-17)),
        asserted: Some(days_ago(12)),
        supply_days: Some(Decimal::from(30)),
        quantity: None,
        repeats: 0,
        before: true,
        after: true,
        counts_in_mme: opioid,
        moud: false,
        depot_for_oud: false,
        as_needed: false,
        order_like: true,
        in_focus: false,
        supersedes: Vec::new(),
        prior: Vec::new(),
        requester: None,
        reason: None,
        reason_sets: Sets::EMPTY,
        instruction_text: None,
        stopped_by: None,
        steps: Vec::new(),
        reading,
        received: None,
    }
}

/// A current order for an opioid of so many MME a day ("60", "49.5"); the first word of `name` is the ingredient.
pub(super) fn opioid_row(id: &str, name: &str, mme: &str) -> MedicineRow {
    MedicineRow {
        dose: converted(mme),
        ..row(id, medicine(name, &[ValueSet::Opioid]))
    }
}

/// A fentanyl patch of so many micrograms an hour.
pub(super) fn patch_row(id: &str, micrograms_per_hour: i64) -> MedicineRow {
    let name = format!("fentanyl {micrograms_per_hour} µg/h patch");
    let mut medicine = medicine(
        &name,
        &[
            ValueSet::Opioid,
            ValueSet::TolerantOnly,
            ValueSet::ExtendedRelease,
        ],
    );
    for content in &mut medicine.opioids {
        content.form = Some(DoseFormClass::Transdermal);
        content.strength = Some(Strength {
            value: Decimal::new(micrograms_per_hour, 3),
            unit: StrengthUnit::MgPerHour,
        });
    }
    let mme = Decimal::from(micrograms_per_hour) * Decimal::new(24, 1);
    MedicineRow {
        dose: converted(&mme.to_string()),
        ..row(id, medicine)
    }
}

/// The row as a new order of this call.
pub(super) fn draft(row: MedicineRow) -> MedicineRow {
    MedicineRow {
        kind: RowKind::Draft,
        role: Role::Draft,
        status: "draft".into(),
        start: Some(AS_OF),
        end: Some(days_ago(-30)),
        before: false,
        in_focus: true,
        ..row
    }
}

/// The current row, renewed or replaced by a draft of this call.
pub(super) fn superseded(row: MedicineRow) -> MedicineRow {
    MedicineRow {
        role: Role::Superseded,
        after: false,
        ..row
    }
}

/// The current row, stopped by a stop order of the same id.
pub(super) fn stopped(row: MedicineRow) -> MedicineRow {
    MedicineRow {
        role: Role::Stopped,
        after: false,
        stopped_by: Some(row.reference.clone()),
        ..row
    }
}

/// A row of the problem list since March 2021.
pub(super) fn condition(name: &str) -> ConditionFact {
    ConditionFact {
        name: name.to_owned(),
        date: Some(FactDate::day_of(date(2021, 3, 4))),
        reference: "Condition/c1".into(),
    }
}

/// The findings of an answer that fires.
pub(super) fn findings(answer: Answer) -> Vec<Finding> {
    match answer {
        Answer::Fires(findings) => findings,
        other => unreachable!("expected a finding, got {other:?}"),
    }
}

/// Recomputes the totals after a test changed the rows.
pub(super) fn totals(rows: &[MedicineRow]) -> Mme {
    let sum = |counts: &dyn Fn(&MedicineRow) -> bool| -> Total {
        dose::total(
            rows.iter()
                .filter(|row| row.counts_in_mme && counts(row))
                .map(|row| &row.dose),
        )
    };
    Mme {
        before: Some(sum(&|row| row.before)),
        after: Some(sum(&|row| row.after)),
        drafts_alone: sum(&|row| row.kind == RowKind::Draft),
        trend: Vec::new(),
    }
}

/// A dose with this many MME a day.
pub(super) fn converted(mme: &str) -> OrderDose {
    let value: Decimal = mme.parse().expect("tests write decimals");
    OrderDose {
        answer: dose::Answer::Converted,
        mme_per_day: Some(MmePerDay::new(value)),
        daily_dose: Some(format!("{mme} mg")),
        working: Some(format!("{mme} mg × 1 per day × 1")),
        read_from: Some(ReadFrom::Dosage),
        because: None,
        ..no_number()
    }
}

/// A dose that could not be computed.
pub(super) fn no_number() -> OrderDose {
    OrderDose {
        answer: dose::Answer::Unknown,
        mme_per_day: None,
        daily_dose: None,
        working: None,
        read_from: None,
        because: Some("No dose could be read.".into()),
        up_to: false,
        steps: Vec::new(),
        units_per_day: None,
        note: None,
    }
}

fn nothing_found() -> Facts {
    Facts {
        sleep_breathing: Known::No,
        lung: Known::No,
        overdose: Known::No,
        oud: Known::No,
        oud_code_only: false,
        oud_remission: Known::No,
        other_substance_use: Known::No,
        alcohol_use: Known::No,
        kidney: Known::No,
        liver: Known::No,
        pregnant: Known::No,
        pregnancy_dates: None,
        pregnancy_undated: None,
        mental_health: Known::No,
        phq_item9: Known::No,
        naloxone: Known::No,
        moud: Known::No,
        moud_ended: None,
        released: Known::No,
        taper_plan: Known::No,
        goal: Known::No,
        peg: Known::No,
        reviewed: Known::No,
        next_visit: Known::No,
        unconfirmed: Vec::new(),
    }
}
