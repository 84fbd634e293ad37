//! `opioid-benzo`: an opioid and a benzodiazepine that overlap (sheet 4.9).
//!
//! Knows which pair is new, raised or long known, and what treatment of opioid use disorder changes.
//! Refuses to know other sedatives (`opioid-cns`) and rescue naloxone (`naloxone-offer`).

mod pair;
#[cfg(test)]
mod tests;

use super::named::{self, slots, text};
use super::{Answer, Fact, Finding, Proposal, Slots, Suggest};
use crate::fhir::Query;
use crate::patient::{Doubt, Hook, Known, MedicineRow, Snapshot};
use crate::wire::Indicator;
use pair::{News, Pair};
use rust_decimal::Decimal;

/// From here on the total is a fact of its own, as it is for naloxone (MME/day).
const SAID_ALONE: Decimal = Decimal::from_parts(50, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let pair = match Pair::of(snapshot) {
        Known::Yes(pair) => pair,
        Known::No => return Answer::silent(no_pair(snapshot)),
        Known::Unsure(doubt) => return Answer::CannotTell(vec![doubt]),
    };
    if snapshot.age.is_none() {
        return Answer::CannotTell(vec![Doubt::Unread(Query::Patient)]);
    }
    match row(snapshot, &pair) {
        Ok(Some(row)) => Answer::Fires(vec![finding(snapshot, &pair, row)]),
        Ok(None) => Answer::silent(settled(snapshot, &pair)),
        Err(doubts) => Answer::CannotTell(doubts),
    }
}

/// A row of the sheet that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// The card text's case.
    case: &'static str,
    /// `None`: a line.
    indicator: Option<Indicator>,
}

/// The row that fires, `None` where none does, or why that cannot be told.
fn row(snapshot: &Snapshot, pair: &Pair<'_>) -> Result<Option<Row>, Vec<Doubt>> {
    let line = snapshot.hook == Hook::PatientView;
    let fires = |case, indicator| {
        Ok(Some(Row {
            case,
            indicator: Some(indicator).filter(|_| !line),
        }))
    };
    match &pair.news {
        News::New(_) if pair.meets_treatment() => fires("treatment", Indicator::Info),
        News::New(_) if pair.only_clobazam() => fires("clobazam", Indicator::Info),
        News::New(_) => fires("new", Indicator::Warning),
        // A renewal of treatment beside a steady benzodiazepine draws nothing (sheet 4.5).
        News::None if pair.only_treatment() => Ok(None),
        News::Unsure(doubts) if pair.only_treatment() => Err(doubts.clone()),
        News::None | News::Unsure(_) => match &snapshot.facts.reviewed {
            Known::No => fires(
                if pair.only_clobazam() {
                    "clobazam"
                } else {
                    "steady"
                },
                Indicator::Info,
            ),
            Known::Unsure(doubt) => Err(vec![doubt.clone()]),
            Known::Yes(_) => match &pair.news {
                News::Unsure(doubts) => Err(doubts.clone()),
                _ => Ok(None),
            },
        },
    }
}

fn no_pair(snapshot: &Snapshot) -> String {
    let single = |row: &&MedicineRow| {
        row.is(crate::terminology::ValueSet::Benzodiazepine) && named::is_single_supply(row)
    };
    match snapshot.after().find(single) {
        Some(row) => format!(
            "{} is a single supply of at most two units.",
            row.medicine.short_name
        ),
        None => "No opioid and benzodiazepine together in this regimen.".to_owned(),
    }
}

fn settled(snapshot: &Snapshot, pair: &Pair<'_>) -> String {
    if pair.only_treatment() {
        return "Medication for opioid use disorder beside a steady benzodiazepine.".to_owned();
    }
    let reviewed = snapshot.facts.reviewed.yes().map(|date| date.day());
    format!(
        "Both were current before, neither is raised, and they were reviewed on {}.",
        reviewed.unwrap_or_default()
    )
}

fn finding(snapshot: &Snapshot, pair: &Pair<'_>, row: Row) -> Finding {
    let other = pair.prescriber(snapshot);
    Finding {
        indicator: row.indicator,
        case: row.case,
        slots: card_slots(pair, other.as_ref().map(|(name, _)| name.as_str())),
        facts: facts(snapshot, pair),
        doubts: gaps(snapshot, pair),
        drafts: pair.drafts().map(|row| row.reference.clone()).collect(),
        suggest: suggestions(pair, other, row),
        because: because(pair, row),
    }
}

fn card_slots(pair: &Pair<'_>, prescriber: Option<&str>) -> Slots {
    let opioid = pair.opioid_name();
    let benzodiazepine = pair.benzodiazepine();
    let milligrams = named::daily_milligrams(benzodiazepine).map(|dose| format!("{} mg/day", dose.round_dp(1).normalize()));
    slots([
        ("opioid", text(opioid.clone())),
        ("subject", text(named::subject(&opioid))),
        (
            "benzodiazepine",
            text(benzodiazepine.medicine.short_name.clone()),
        ),
        ("dose", text(milligrams.unwrap_or_default())),
        ("prescriber", text(prescriber.unwrap_or_default())),
        ("news", text(pair.what_is_new())),
    ])
}

/// The two medicines first, then what adds to the risk for this person.
fn facts(snapshot: &Snapshot, pair: &Pair<'_>) -> Vec<Fact> {
    let found = &snapshot.facts;
    let mut facts: Vec<Fact> = Vec::new();
    facts.extend(
        pair.benzodiazepines
            .iter()
            .map(|row| named::benzodiazepine(snapshot, row)),
    );
    let total = snapshot.mme.after.as_ref();
    // A small exact total of one opioid is said with the opioid, every other one once for all.
    let together = total.filter(|total| {
        let large = total
            .mme_per_day
            .is_some_and(|mme| mme.value() >= SAID_ALONE);
        pair.opioids.len() > 1 || total.floor || large
    });
    facts.extend(pair.opioids.iter().map(|row| {
        let mut named = named::opioid(row);
        if together.is_some() {
            named.slots.insert("mme", text(""));
        }
        named
    }));
    facts.extend(pair.elsewhere.map(named::moud));
    let conditions = [
        ("sleep-breathing", &found.sleep_breathing),
        ("lung", &found.lung),
        ("alcohol-use", &found.alcohol_use),
    ];
    for (key, known) in conditions {
        facts.extend(known.yes().map(|condition| named::dated(key, condition)));
    }
    facts.extend(named::older(snapshot));
    let now = !snapshot.hook.is_order();
    facts.extend(together.and_then(|total| named::mme_after(snapshot, total, now)));
    facts
}

fn gaps(snapshot: &Snapshot, pair: &Pair<'_>) -> Vec<Doubt> {
    let unread = [Query::Medications, Query::Conditions]
        .into_iter()
        .filter_map(|query| snapshot.unread(query));
    let scope = snapshot.scope.out.doubt().cloned();
    let raised = match &pair.news {
        News::Unsure(doubts) => doubts.clone(),
        _ => Vec::new(),
    };
    named::once(unread.chain(scope).chain(raised))
}

/// Naloxone is not among them: `naloxone-offer` fires on every such pair unless it is on hand, and joins this card.
fn suggestions(pair: &Pair<'_>, other: Option<(String, &MedicineRow)>, row: Row) -> Vec<Suggest> {
    let mut suggest = Vec::new();
    if row.indicator.is_none() {
        return suggest;
    }
    if let Some((name, prescribed)) = other {
        suggest.push(Suggest {
            key: "contact-prescriber",
            slots: slots([
                ("name", text(name)),
                ("medicine", text(prescribed.medicine.short_name.clone())),
            ]),
            proposal: Proposal::Task {
                due_days: Some(7),
                focus: Some(prescribed.reference.clone()),
            },
            recommended: false,
        });
    }
    if let Some(draft) = pair.deletable() {
        suggest.push(Suggest {
            key: "delete-draft",
            slots: slots([("medicine", text(draft.medicine.short_name.clone()))]),
            proposal: Proposal::DeleteDraft {
                reference: draft.reference.clone(),
            },
            recommended: false,
        });
    }
    suggest
}

fn because(pair: &Pair<'_>, row: Row) -> Vec<String> {
    let both = format!(
        "{} and {} overlap.",
        named::subject(&pair.opioid_name()),
        pair.benzodiazepine().medicine.short_name
    );
    let news = match (&pair.news, row.case) {
        (_, "treatment") => {
            "The opioid is medication for opioid use disorder: treatment is not withheld."
        }
        (_, "clobazam") => "The benzodiazepine is clobazam for epilepsy.",
        (News::New(_), _) => "One of them is new, or its daily amount rises.",
        _ => "Both were current before, and no review was found in the last 90 days.",
    };
    vec![both, news.to_owned()]
}
