//! `naloxone-offer`: an opioid and a reason to have rescue naloxone at home, and none found (sheet 4.8).
//!
//! Knows the triggers, who counts which factors, and when the offer warns.
//! Refuses to know what else is on the cards that carry its suggestion.

mod counted;
mod factors;
#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::reduction::reduction;
use super::{Answer, Fact, Finding, Proposal, Slot, Slots, Suggest};
use crate::fhir::Query;
use crate::patient::{Doubt, Hook, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use counted::{Counted, Reach};
use factors::{Factor, Weight};

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let Known::Yes(naloxone) = &snapshot.facts.naloxone else {
        return offer(snapshot);
    };
    // It may have been used in an overdose since, where overdoses could not be read.
    let perhaps_used = snapshot
        .facts
        .overdose
        .doubt()
        .filter(|_| !naloxone.drafted);
    match (perhaps_used, offer(snapshot)) {
        (Some(doubt), Answer::Fires(_) | Answer::CannotTell(_)) => {
            Answer::CannotTell(vec![doubt.clone()])
        }
        _ => Answer::silent(format!("Rescue naloxone is on hand: {}.", naloxone.name)),
    }
}

/// The answer where none is on hand.
fn offer(snapshot: &Snapshot) -> Answer {
    let occasion = match occasion(snapshot) {
        Known::Yes(occasion) => occasion,
        Known::No => {
            return Answer::silent("No opioid that calls for naloxone is drafted or current.");
        }
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt]),
    };
    let factors = factors::factors(snapshot);
    let counted = Counted::by(Reach::of(snapshot), &factors);
    if counted.suffice() {
        return Answer::Fires(vec![finding(snapshot, &occasion, &counted)]);
    }
    if counted.might_suffice() {
        return Answer::CannotTell(counted.doubts);
    }
    Answer::Silent(vec![format!(
        "Factors that count here: {} major, {} supporting; one major or two supporting are needed.",
        counted.major, counted.supporting
    )])
}

/// Why naloxone is a question today.
struct Occasion {
    /// The opioid of the summary, where there is one.
    opioid: Option<String>,
    /// Drafts that raise the question.
    drafts: Vec<String>,
    /// For the evaluation log.
    because: String,
}

fn occasion(snapshot: &Snapshot) -> Known<Occasion> {
    match snapshot.hook {
        Hook::PatientView => occasion_in_chart(snapshot),
        _ => occasion_in_drafts(snapshot),
    }
}

fn occasion_in_chart(snapshot: &Snapshot) -> Known<Occasion> {
    let facts = &snapshot.facts;
    let because = |text: &str| text.to_owned();
    let opioid = snapshot.before().find(|row| needs_rescue(row));
    let occasion = |because| Occasion {
        opioid: opioid.map(|row| row.medicine.short_name.clone()),
        drafts: Vec::new(),
        because,
    };
    if let Some(row) = opioid {
        return Known::Yes(occasion(format!("{} is current.", row.medicine.short_name)));
    }
    if facts.moud.is_yes() {
        return Known::Yes(occasion(because(
            "Medication for opioid use disorder is current.",
        )));
    }
    if facts.oud.is_yes()
        || facts
            .overdose
            .yes()
            .is_some_and(|found| found.within_24_months)
    {
        return Known::Yes(occasion(because(
            "Opioid use disorder or a recent overdose is recorded.",
        )));
    }
    let medications = snapshot.unread(Query::Medications);
    let doubts = [
        facts.oud.doubt(),
        facts.overdose.doubt(),
        facts.moud.doubt(),
    ];
    medications
        .or_else(|| doubts.into_iter().flatten().next().cloned())
        .map_or(Known::No, Known::Unsure)
}

fn occasion_in_drafts(snapshot: &Snapshot) -> Known<Occasion> {
    let opioids: Vec<_> = snapshot.drafts().filter(|row| needs_rescue(row)).collect();
    let sedates =
        |row: &&MedicineRow| named::is_benzodiazepine(row) || named::is_other_sedative(row);
    let sedatives: Vec<_> = snapshot.drafts().filter(sedates).collect();
    let current = snapshot.after().find(|row| needs_rescue(row));
    let references = |rows: &[&MedicineRow]| rows.iter().map(|row| row.reference.clone()).collect();
    let named = |row: &MedicineRow| Some(row.medicine.short_name.clone());
    if let Some(first) = opioids.first() {
        let because = format!("{} is drafted.", first.medicine.short_name);
        return Known::Yes(Occasion {
            opioid: named(first),
            drafts: references(&opioids),
            because,
        });
    }
    if let (Some(sedative), Some(opioid)) = (sedatives.first(), current) {
        let because = format!(
            "{} is drafted beside {}.",
            sedative.medicine.short_name, opioid.medicine.short_name
        );
        return Known::Yes(Occasion {
            opioid: named(opioid),
            drafts: references(&sedatives),
            because,
        });
    }
    match reduction(snapshot) {
        Known::Yes(_) => {
            let gone = snapshot
                .before()
                .find(|row| row.is_pain_opioid() && !row.after);
            let because = "A long-term opioid is stopped or reduced.".to_owned();
            Known::Yes(Occasion {
                opioid: gone.and_then(named),
                drafts: Vec::new(),
                because,
            })
        }
        Known::Unsure(doubt) => Known::Unsure(doubt),
        Known::No => unidentified(snapshot),
    }
}

fn unidentified(snapshot: &Snapshot) -> Known<Occasion> {
    let draft = snapshot.unidentified_drafts.first().cloned();
    draft.map_or(Known::No, |draft| Known::Unsure(Doubt::Unidentified(draft)))
}

/// An opioid that naloxone is for: OPIOID, METHADONE, BUP-*; cough and cold products are left out as the sheet has it.
fn needs_rescue(row: &MedicineRow) -> bool {
    use ValueSet::{Buprenorphine, Methadone, Opioid, OpioidByIngredient};
    [Opioid, Methadone, Buprenorphine, OpioidByIngredient]
        .into_iter()
        .any(|set| row.is(set))
}

fn finding(snapshot: &Snapshot, occasion: &Occasion, counted: &Counted<'_>) -> Finding {
    let mut facts: Vec<Fact> = counted
        .found
        .iter()
        .map(|factor| factor.fact.clone())
        .collect();
    // Among the first four, which no length limit cuts.
    facts.insert(facts.len().min(3), named::no_naloxone(snapshot));
    let mut because = vec![occasion.because.clone()];
    because.extend(counted.found.iter().map(|factor| explain(factor)));
    because.push(match snapshot.facts.naloxone.doubt() {
        Some(_) => "Whether rescue naloxone is on hand could not be checked.".to_owned(),
        None => "No rescue naloxone was found in the data received.".to_owned(),
    });
    Finding {
        indicator: Some(if counted.warns {
            Indicator::Warning
        } else {
            Indicator::Info
        }),
        case: counted.lead().map_or("supporting", |lead| lead.fact.key),
        slots: card_slots(snapshot, occasion, counted),
        facts,
        doubts: gaps(snapshot),
        drafts: occasion.drafts.clone(),
        suggest: suggestions(counted),
        because,
    }
}

fn card_slots(snapshot: &Snapshot, occasion: &Occasion, counted: &Counted<'_>) -> Slots {
    let of_lead = |name: &str| {
        counted
            .lead()
            .and_then(|lead| lead.fact.slots.get(name).cloned())
    };
    let of_any = |name: &str| {
        counted
            .found
            .iter()
            .find_map(|factor| factor.fact.slots.get(name).cloned())
    };
    let name = match counted.lead() {
        Some(_) => of_lead("name").or(of_lead("medicine")),
        None => of_any("name"),
    };
    let subject = occasion.opioid.as_deref().map(named::subject);
    let or_empty = |slot: Option<Slot>| slot.unwrap_or(text(""));
    slots([
        ("subject", text(subject.unwrap_or_default())),
        (
            "name",
            match name {
                Some(Slot::Text(name)) => text(named::inline(&name)),
                _ => text(""),
            },
        ),
        ("date", or_empty(of_lead("date"))),
        ("age", or_empty(of_any("age"))),
        ("mme", or_empty(of_any("mme"))),
        ("floor", of_any("floor").unwrap_or(Slot::Flag(false))),
        (
            "unread",
            Slot::Flag(snapshot.facts.naloxone.doubt().is_some()),
        ),
    ])
}

fn explain(factor: &Factor) -> String {
    let named = &factor.reason.text;
    let weight = match factor.weight {
        Weight::Major => "Major",
        Weight::Supporting => "Supporting",
    };
    if named.is_empty() {
        return format!("{weight} factor {}.", factor.fact.key);
    }
    format!("{weight} factor {}: {named}.", factor.fact.key)
}

/// What could not be read and touches the offer.
fn gaps(snapshot: &Snapshot) -> Vec<Doubt> {
    let unread = [Query::Patient, Query::Medications, Query::Conditions]
        .into_iter()
        .filter_map(|query| snapshot.unread(query));
    let scope = snapshot.scope.out.doubt().cloned();
    named::once(unread.chain(scope).chain(named::dose_doubts(snapshot)))
}

fn suggestions(counted: &Counted<'_>) -> Vec<Suggest> {
    let reasons = counted.found.iter().map(|factor| factor.reason.clone());
    let reasons = reasons.filter(|reason| !reason.text.is_empty()).collect();
    let record = Proposal::Task {
        due_days: None,
        focus: None,
    };
    [
        ("naloxone", Proposal::Naloxone { reasons }, true),
        ("teach-naloxone", Proposal::CommunicationRequest, false),
        ("record-naloxone", record, false),
    ]
    .into_iter()
    .map(|(key, proposal, recommended)| Suggest {
        key,
        slots: slots([]),
        proposal,
        recommended,
    })
    .collect()
}
