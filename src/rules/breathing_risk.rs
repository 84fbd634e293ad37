//! `breathing-risk`: an opioid order for somebody with sleep-disordered breathing or chronic lung disease (sheet 4.11).
//!
//! Knows which order features make the risk larger, and which renewals are quiet.
//! Refuses to know rescue naloxone (`naloxone-offer`) and pairs as such (`opioid-benzo`, `opioid-cns`).

#[cfg(test)]
mod tests;

use super::increase::increase;
use super::named::{self, slots, text};
use super::naming::{breathing, note_doubt};
use super::{Answer, Fact, Finding, Proposal, Slot, Suggest, drafted};
use crate::fhir::Query;
use crate::patient::{ConditionFact, Doubt, Known, MedicineRow, Snapshot};
use crate::terminology::ValueSet;
use crate::wire::Indicator;
use rust_decimal::Decimal;

/// From here on the order is riskier (MME/day).
const MARK: Decimal = Decimal::from_parts(50, 0, 0, false, 0);

pub(super) fn check(snapshot: &Snapshot) -> Answer {
    let drafts = match drafted::opioids(snapshot) {
        Ok(drafts) => drafts,
        Err(answer) => return answer,
    };
    let facts = &snapshot.facts;
    let Some(condition) = facts.sleep_breathing.yes().or(facts.lung.yes()) else {
        let mut doubts = Vec::new();
        note_doubt(&mut doubts, &facts.sleep_breathing);
        note_doubt(&mut doubts, &facts.lung);
        return if doubts.is_empty() {
            Answer::silent("Neither sleep-disordered breathing nor chronic lung disease was found.")
        } else {
            Answer::CannotTell(doubts)
        };
    };
    let order = Order::of(snapshot, drafts);
    match order.row(snapshot) {
        Ok(row) => Answer::Fires(vec![finding(snapshot, &order, condition, &row)]),
        Err(answer) => answer,
    }
}

/// What the sheet asks of the order.
struct Order<'a> {
    drafts: Vec<&'a MedicineRow>,
    /// Benzodiazepines and other sedatives of the regimen after signing.
    sedating: Vec<&'a MedicineRow>,
    /// An opioid whose ingredient is not current, or a sedative that is new.
    is_new: bool,
    raised: Known<()>,
    long_acting: bool,
    naive: bool,
    /// At least 50 MME a day after signing; `None` where that could not be computed.
    at_mark: Option<bool>,
}

/// A row of the table that fires.
struct Row {
    case: &'static str,
    indicator: Indicator,
    doubts: Vec<Doubt>,
}

impl<'a> Order<'a> {
    fn of(snapshot: &'a Snapshot, drafts: Vec<&'a MedicineRow>) -> Order<'a> {
        let sedating = drafted::sedating(snapshot);
        let new = |row: &MedicineRow| drafted::is_new(snapshot, row);
        let new_sedative = snapshot
            .drafts()
            .any(|row| drafted::is_sedating(row) && new(row));
        Order {
            is_new: new_sedative || drafts.iter().any(|row| new(row)),
            raised: increase(snapshot),
            long_acting: drafts.iter().any(|row| drafted::is_long_acting(row)),
            naive: snapshot.history.naive.is_yes(),
            at_mark: drafted::reaches(Some(drafted::total(snapshot)), MARK),
            sedating,
            drafts,
        }
    }

    fn row(&self, snapshot: &Snapshot) -> Result<Row, Answer> {
        let mut doubts: Vec<Doubt> = snapshot.unread(Query::Medications).into_iter().collect();
        if self.is_new || self.raised.is_yes() {
            let warns = !self.sedating.is_empty()
                || (self.long_acting && self.naive)
                || self.at_mark == Some(true);
            if !warns && self.at_mark.is_none() {
                doubts.extend(named::total_doubts(snapshot, drafted::total(snapshot)));
            }
            let indicator = if warns {
                Indicator::Warning
            } else {
                Indicator::Info
            };
            let case = if self.is_new { "new" } else { "raised" };
            return Ok(Row {
                case,
                indicator,
                doubts,
            });
        }
        note_doubt(&mut doubts, &self.raised);
        let riskier = self.long_acting || !self.sedating.is_empty() || self.at_mark == Some(true);
        match &snapshot.facts.reviewed {
            _ if !riskier && self.at_mark.is_none() => {
                doubts.extend(named::total_doubts(snapshot, drafted::total(snapshot)));
                Err(Answer::CannotTell(named::once(doubts)))
            }
            _ if !riskier && !doubts.is_empty() => Err(Answer::CannotTell(doubts)),
            _ if !riskier => Err(Answer::silent(
                "An unchanged renewal of a short-acting opioid below 50 MME/day, without a sedative.",
            )),
            Known::No => Ok(Row {
                case: "renewal",
                indicator: Indicator::Info,
                doubts,
            }),
            Known::Unsure(doubt) => Err(Answer::CannotTell(vec![doubt.clone()])),
            Known::Yes(_) if !doubts.is_empty() => Err(Answer::CannotTell(doubts)),
            Known::Yes(date) => Err(Answer::silent(format!(
                "An unchanged renewal that was reviewed on {}.",
                date.day()
            ))),
        }
    }
}

fn finding(
    snapshot: &Snapshot,
    order: &Order<'_>,
    condition: &ConditionFact,
    row: &Row,
) -> Finding {
    let opioid = drafted::together(&order.drafts);
    let facts = &snapshot.facts;
    let mut doubts = row.doubts.clone();
    note_doubt(&mut doubts, &facts.sleep_breathing);
    note_doubt(&mut doubts, &facts.lung);
    let sedative = order
        .sedating
        .first()
        .map(|row| row.medicine.short_name.clone());
    Finding {
        indicator: Some(row.indicator),
        case: row.case,
        slots: slots([
            ("opioid", text(opioid.clone())),
            ("subject", text(named::subject(&opioid))),
            ("name", text(named::inline(&condition.name))),
            ("date", text(named::month(condition.date))),
            ("sleep", Slot::Flag(facts.sleep_breathing.is_yes())),
            ("sedative", text(sedative.unwrap_or_default())),
        ]),
        facts: reasons(snapshot, order),
        doubts: named::once(doubts),
        drafts: order
            .drafts
            .iter()
            .map(|row| row.reference.clone())
            .collect(),
        suggest: vec![look_at_breathing(snapshot)],
        because: because(order, condition, row),
    }
}

/// The condition first, then what the order adds.
fn reasons(snapshot: &Snapshot, order: &Order<'_>) -> Vec<Fact> {
    let mut facts = breathing(snapshot);
    facts.extend(order.sedating.iter().map(|row| {
        if row.is(ValueSet::Benzodiazepine) {
            named::benzodiazepine(snapshot, row)
        } else {
            named::sedative(row)
        }
    }));
    let total = drafted::total(snapshot);
    let exact = !total.floor && order.drafts.len() == 1 && order.at_mark != Some(true);
    facts.extend(order.drafts.iter().map(|row| {
        let mut named = named::opioid(row);
        if !exact {
            named.slots.insert("mme", text(""));
        }
        named
    }));
    let long_acting = order
        .drafts
        .iter()
        .filter(|row| drafted::is_long_acting(row));
    facts.extend(long_acting.map(|row| {
        let medicine = slots([("medicine", text(named::subject(&row.medicine.short_name)))]);
        named::fact("long-acting", medicine, vec![row.reference.clone()])
    }));
    facts.extend(named::mme_after(snapshot, total, false).filter(|_| !exact));
    facts
}

fn look_at_breathing(snapshot: &Snapshot) -> Suggest {
    let key = if snapshot.facts.sleep_breathing.is_yes() {
        "sleep-check"
    } else {
        "breathing-check"
    };
    Suggest {
        key,
        slots: slots([]),
        proposal: Proposal::ServiceRequest { due_days: Some(28) },
        recommended: false,
    }
}

fn because(order: &Order<'_>, condition: &ConditionFact, row: &Row) -> Vec<String> {
    let news = match row.case {
        "new" => "An opioid or a sedative is new.",
        "raised" => "The opioid total rises.",
        _ => {
            "An unchanged renewal that is long-acting, beside a sedative or at 50 MME/day or more, and no review was found in the last 90 days."
        }
    };
    vec![
        format!(
            "{} on the record ({}).",
            condition.name, condition.reference
        ),
        format!(
            "{} is drafted. {news}",
            named::subject(&drafted::together(&order.drafts))
        ),
    ]
}
