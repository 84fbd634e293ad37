//! What could not be read, in sentences (catalogue section 7).
//!
//! Knows which phrase says which doubt or gap.
//! Refuses to know what follows from it: that is the rules' business.

use super::template::Filling;
use super::wording::capital_first;
use super::{CardTexts, Problem};
use crate::fhir::{Gap, Query, Read};
use crate::patient::{Doubt, Snapshot};
use crate::rules::{Slot, Slots};

/// Sentences for these doubts and for the gaps that touch every card, each once.
pub(crate) fn sentences<'a>(
    texts: &CardTexts,
    snapshot: &Snapshot,
    doubts: impl Iterator<Item = &'a Doubt>,
) -> (Vec<String>, Vec<Problem>) {
    let phrases = doubts
        .map(|doubt| of_doubt(snapshot, doubt))
        .chain(on_every_card(snapshot));
    let mut said: Vec<String> = Vec::new();
    let mut problems = Vec::new();
    for (name, slots) in phrases {
        let Some(template) = texts.phrase(&name) else {
            continue;
        };
        match texts.fill(
            template,
            Filling {
                slots: &slots,
                case: "",
            },
        ) {
            Ok(text) => {
                let sentence = capital_first(&one_line(&text));
                if !sentence.is_empty() && !said.contains(&sentence) {
                    said.push(sentence);
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    (said, problems)
}

/// One line without the line breaks of the file.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Section 7: every shown card says that the problem list was not read; section 2: it names what may be a cancer.
fn on_every_card(snapshot: &Snapshot) -> impl Iterator<Item = (String, Slots)> {
    let conditions = snapshot
        .unread(Query::Conditions)
        .map(|doubt| of_doubt(snapshot, &doubt));
    let cancer = match snapshot.scope.out.doubt() {
        Some(doubt @ Doubt::PerhapsCancer(_)) => Some(of_doubt(snapshot, doubt)),
        _ => None,
    };
    let others = snapshot
        .gaps
        .iter()
        .filter(|gap| matches!(gap, Gap::OtherPatient { .. }));
    conditions
        .into_iter()
        .chain(cancer)
        .chain(others.map(|gap| of_gap(snapshot, gap)))
}

fn of_doubt(snapshot: &Snapshot, doubt: &Doubt) -> (String, Slots) {
    let medicine = |order: &str| ("medicine", medicine_of(snapshot, order));
    let (kind, slots) = match doubt {
        Doubt::Unread(query) => return of_read(snapshot, *query),
        Doubt::Dose { order, because } => (
            "dose",
            vec![medicine(order), ("because", Slot::Text(because.clone()))],
        ),
        Doubt::Unidentified(order) => ("unidentified", vec![medicine(order)]),
        Doubt::Undated(row) => ("undated", vec![medicine(row)]),
        Doubt::AsNeededOnly => ("as-needed-only", Vec::new()),
        Doubt::ActiveRowsOnly => ("active-rows-only", Vec::new()),
        Doubt::PerhapsCancer(name) => ("perhaps-cancer", vec![("name", Slot::Text(name.clone()))]),
    };
    (format!("Doubt {kind}"), slots.into_iter().collect())
}

fn of_gap(snapshot: &Snapshot, gap: &Gap) -> (String, Slots) {
    let counted = |kind: &str, count: usize| {
        vec![
            ("kind", Slot::Text(kind.to_owned())),
            ("count", Slot::Text(count.to_string())),
        ]
    };
    let (name, slots) = match gap {
        Gap::Read(query, _) => return of_read(snapshot, *query),
        Gap::Entries {
            resource_type,
            count,
            ..
        } => ("entries", counted(resource_type, *count)),
        Gap::OtherPatient {
            resource_type,
            count,
        } => ("other-patient", counted(resource_type, *count)),
        Gap::Medication { order } => (
            "medication",
            vec![("medicine", medicine_of(snapshot, order))],
        ),
    };
    (format!("Gap {name}"), slots.into_iter().collect())
}

fn of_read(snapshot: &Snapshot, query: Query) -> (String, Slots) {
    let partial = matches!(snapshot.reads.get(&query), Some(Read::Partial(_)));
    (
        format!("Gap {}", query.key()),
        [("partial", Slot::Flag(partial))].into(),
    )
}

/// What matters to a check that was cut short: these doubts, and orders and problems that came and could not be read.
pub(crate) fn all(texts: &CardTexts, snapshot: &Snapshot, doubts: &[Doubt]) -> Vec<String> {
    let (mut said, _) = sentences(texts, snapshot, doubts.iter());
    let counted = ["MedicationRequest", "Condition"]
        .into_iter()
        .filter_map(|kind| {
            let of_kind = snapshot.gaps.iter().filter_map(|gap| match gap {
                Gap::Entries {
                    resource_type,
                    count,
                    ..
                } if resource_type == kind => Some(*count),
                _ => None,
            });
            let count = of_kind.sum();
            let place = String::new();
            (count > 0).then(|| Gap::Entries {
                resource_type: kind.to_owned(),
                place,
                count,
            })
        });
    // An order whose medicine could not be looked up is not identified either: that is said once.
    let looked_up = snapshot.gaps.iter().filter(|gap| match gap {
        Gap::Medication { order } => !doubts.contains(&Doubt::Unidentified(order.clone())),
        _ => false,
    });
    for gap in counted.chain(looked_up.cloned()) {
        let (name, slots) = of_gap(snapshot, &gap);
        let filling = Filling {
            slots: &slots,
            case: "",
        };
        let filled = texts
            .phrase(&name)
            .and_then(|template| texts.fill(template, filling).ok());
        said.extend(
            filled
                .map(|text| capital_first(&one_line(&text)))
                .filter(|text| !text.is_empty()),
        );
    }
    said
}

/// What the terminology calls a medicine of which nothing is known: no name to show.
const NAMELESS: &str = "unidentified medicine";

fn medicine_of(snapshot: &Snapshot, reference: &str) -> Slot {
    let name = snapshot
        .row(reference)
        .map(|row| row.medicine.short_name.as_str());
    Slot::Text(
        name.filter(|name| *name != NAMELESS)
            .unwrap_or_default()
            .to_owned(),
    )
}
