//! Hand-made situations, findings and card files for the tests of this folder.

use super::{CardTexts, ClientOptions, Naming, Rendered, render};
use crate::dose::{self, MmePerDay, Total};
use crate::fhir::{Query, Read};
use crate::patient::{
    Care, ConditionFact, Dosing, Facts, History, Hook, Known, Language, MedicineRow, Mme,
    Precautions, Role, RowKind, Scope, Site, Snapshot, Toxicology,
};
use crate::rules::{Answer, Fact, Finding, Proposal, RULES, Reason, Rule, Slot, Slots, Suggest};
use crate::terminology::{Ingredient, Medicine, Recognised, Sets, ValueSet};
use crate::wire::{Card, Indicator};
use jiff::civil::{Date, date};
use std::collections::BTreeMap;

pub(crate) const AS_OF: Date = date(2026, 11, 1);
pub(crate) const NAMING: Naming<'static> = Naming {
    service_id: "opioid-order-sign",
    hook_instance: "d1577c69",
};

/// An adult in scope of whom everything was read and nothing found.
pub(crate) fn snapshot(hook: Hook) -> Snapshot {
    let nothing = Total {
        mme_per_day: Some(MmePerDay::ZERO),
        floor: false,
        because: Vec::new(),
    };
    Snapshot {
        as_of: AS_OF,
        hook,
        site: Site::default(),
        patient: "Patient/p1".into(),
        encounter: Some("Encounter/e1".into()),
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
        mme: Mme {
            before: Some(nothing.clone()),
            after: Some(nothing.clone()),
            drafts_alone: nothing,
            trend: Vec::new(),
        },
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
        reads: [Query::Patient, Query::Medications, Query::Conditions]
            .map(|query| (query, Read::Complete))
            .into(),
        gaps: Vec::new(),
        unidentified_drafts: Vec::new(),
        drafts_concern_us: true,
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
        pregnancy_undated: None::<ConditionFact>,
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

/// A draft of this call; the first word of `name` is the ingredient.
pub(crate) fn draft(id: &str, name: &str, sets: &[ValueSet]) -> MedicineRow {
    let ingredient = Ingredient {
        rxcui: None,
        name: name.split(' ').next().unwrap_or(name).to_owned(),
    };
    let medicine = Medicine {
        name: name.to_owned(),
        short_name: ingredient.name.clone(),
        rxcui: None,
        recognised: Recognised::Product,
        sets: sets.iter().fold(Sets::EMPTY, |all, set| all.with(*set)),
        ingredients: vec![ingredient],
        opioids: Vec::new(),
        acetaminophen: None,
        extended_release: false,
    };
    let reading = dose::read(&dose::Order {
        medicine: &medicine,
        instructions: &[],
        quantity: None,
        supply_days: None,
    });
    MedicineRow {
        reference: format!("MedicationRequest/{id}"),
        kind: RowKind::Draft,
        role: Role::Draft,
        status: "draft".into(),
        dose: dose::OrderDose {
            answer: dose::Answer::Unknown,
            mme_per_day: None,
            daily_dose: None,
            working: None,
            read_from: None,
            because: None,
            up_to: false,
            steps: Vec::new(),
            units_per_day: None,
            note: None,
        },
        medicine,
        start: Some(AS_OF),
        end: None,
        last_day: None,
        asserted: None,
        supply_days: None,
        quantity: None,
        repeats: 0,
        before: false,
        after: true,
        counts_in_mme: true,
        moud: false,
        depot_for_oud: false,
        as_needed: false,
        order_like: true,
        in_focus: true,
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

/// A current order of the record.
pub(crate) fn current(id: &str, name: &str, sets: &[ValueSet]) -> MedicineRow {
    MedicineRow {
        kind: RowKind::Request,
        role: Role::Current,
        before: true,
        ..draft(id, name, sets)
    }
}

pub(crate) fn text(value: &str) -> Slot {
    Slot::Text(value.to_owned())
}

/// A finding with the slot `medicine`, about one draft.
pub(crate) fn finding(indicator: Option<Indicator>, medicine: &str) -> Finding {
    Finding {
        indicator,
        case: "a",
        slots: [("medicine", text(medicine))].into(),
        facts: Vec::new(),
        doubts: Vec::new(),
        drafts: vec!["MedicationRequest/m1".into()],
        suggest: Vec::new(),
        because: vec!["For the test.".into()],
    }
}

pub(crate) fn fact(key: &'static str, slots: Slots, row: &str) -> Fact {
    Fact {
        key,
        slots,
        evidence: vec![row.to_owned()],
    }
}

/// Sleep apnea on row `Condition/c1`.
pub(crate) fn sleep_apnea() -> Fact {
    let slots = [("name", text("sleep apnea")), ("date", text("Mar 2021"))].into();
    fact("sleep-breathing", slots, "Condition/c1")
}

pub(crate) fn naloxone() -> Suggest {
    let reason = |condition: Option<&str>, text: &str| Reason {
        condition: condition.map(str::to_owned),
        text: text.into(),
    };
    Suggest {
        key: "naloxone",
        slots: Slots::new(),
        proposal: Proposal::Naloxone {
            reasons: vec![
                reason(Some("Condition/c1"), "sleep apnea"),
                reason(None, "72 MME/day"),
            ],
        },
        recommended: true,
    }
}

pub(crate) fn suggest(key: &'static str, proposal: Proposal) -> Suggest {
    let slots: Slots = match key {
        "follow-up" => [("days", text("14"))].into(),
        "delete-draft" => [("medicine", text("oxycodone"))].into(),
        _ => Slots::new(),
    };
    Suggest {
        key,
        slots,
        proposal,
        recommended: false,
    }
}

fn rule(id: &str) -> &'static Rule {
    RULES
        .iter()
        .find(|rule| rule.id == id)
        .expect("a rule of the list")
}

/// Answers: each of these rules fires with these findings.
pub(crate) fn answers<const N: usize>(
    fired: [(&str, Vec<Finding>); N],
) -> Vec<(&'static Rule, Answer)> {
    fired
        .into_iter()
        .map(|(id, findings)| (rule(id), Answer::Fires(findings)))
        .collect()
}

/// Card files that do not depend on the words of the real ones.
pub(crate) fn files() -> BTreeMap<String, String> {
    let groups = [
        ("fentanyl-naive", "stop-harm"),
        ("naltrexone-conflict", "stop-harm"),
        ("taper-safety", "taper"),
        ("naloxone-offer", "overdose-rescue"),
        ("opioid-benzo", "sedation"),
        ("mme-total", "dose"),
        ("patient-brief", "brief"),
    ];
    let mut files = BTreeMap::new();
    for (id, group) in groups {
        let about = format!(
            r#"+++
title = "Title of {id}"
since = "0.1.0"
status = "stable"
group = "{group}"
indicator = "info"
selection = "{}"
source = {{ label = "Source of {id}", url = "https://www.cdc.gov/mmwr/volumes/71/rr/rr7103a1.htm" }}
slots = ["medicine"]
override = [ {{ code = "reason-{id}", display = "Reason" }}, {{ code = "shared", display = "Shared" }}, {{ code = "other", display = "Other" }} ]
+++
## What it looks for
x
## Why it matters to this person
x
## When it stays silent
x
## What it cannot know
x
## Sources
x
"#,
            if id == "fentanyl-naive" {
                "at-most-one"
            } else {
                "any"
            }
        );
        let brief = if id == "patient-brief" {
            "## Brief\nTaking {{ medicine }}\n\n- second line\n"
        } else {
            ""
        };
        let card = format!(
            "# {{{{ medicine }}}}: summary of {id}\n## Known\nKnown of {id}.\n## Say\nWhat helps you? I will call you.\n## Line\nline of {id}\n{brief}"
        );
        files.insert(format!("{id}/about.md"), about);
        files.insert(format!("{id}/card.en.md"), card);
        let spanish = format!("# {id}\n## Say\n¿Qué le ayuda? Hablamos pronto.\n");
        files.insert(format!("{id}/card.es.md"), spanish);
    }
    files
}

pub(crate) fn texts() -> CardTexts {
    CardTexts::load(&files()).expect("the sample files are sound")
}

/// What these findings come to.
pub(crate) fn rendered<const N: usize>(
    snapshot: &Snapshot,
    fired: [(&str, Vec<Finding>); N],
) -> Rendered {
    render(
        &texts(),
        snapshot,
        &answers(fired),
        &ClientOptions::default(),
        NAMING,
    )
}

/// The cards of an order-sign call.
pub(crate) fn cards<const N: usize>(fired: [(&str, Vec<Finding>); N]) -> Vec<Card> {
    let rendered = rendered(&snapshot(Hook::OrderSign), fired);
    assert_eq!(rendered.problems, Vec::new());
    rendered.response.cards
}
