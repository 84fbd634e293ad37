//! Which factor rows speak for the opioids of an order, and the answers that need no dose.
//!
//! Knows forms that are not computed and opioids that are excluded.
//! Refuses to know amounts.

use super::{Answer, Reading, gap::Gap};
use crate::terminology::{
    DoseFormClass, FactorRow, FactorSet, FactorTable, Handling, OpioidContent,
};

/// The rows for each opioid that counts.
pub(super) type Factors<'a> = Vec<(&'a OpioidContent, &'a [FactorRow])>;

const FORMS: [DoseFormClass; 10] = [
    DoseFormClass::Oral,
    DoseFormClass::Rectal,
    DoseFormClass::Transdermal,
    DoseFormClass::Nasal,
    DoseFormClass::BuccalSublingualTabletLozenge,
    DoseFormClass::FilmOralSpray,
    DoseFormClass::Injection,
    DoseFormClass::Implant,
    DoseFormClass::Topical,
    DoseFormClass::Iontophoretic,
];

/// What the table says of one opioid; the later, the less can be said of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Excluded,
    Converts,
    NotComputed,
    NoFactor,
    NoForm,
}

/// The rows for each opioid that counts, or the answer and why.
pub(super) fn factors<'a>(
    reading: &'a Reading,
    table: &'a FactorTable,
    set: FactorSet,
) -> Result<Factors<'a>, (Answer, String)> {
    let verdicts = reading
        .opioids
        .iter()
        .map(|content| (verdict(content, table, set), content));
    let Some((worst, content)) = verdicts.max_by_key(|(verdict, _)| *verdict) else {
        return Err(without_opioids(reading));
    };
    let name = &content.ingredient.name;
    match worst {
        Verdict::Converts => Ok(reading
            .opioids
            .iter()
            .filter_map(|content| Some((content, converting(content, table, set)?)))
            .collect()),
        Verdict::Excluded => Err(excluded(name)),
        Verdict::NotComputed => Err((
            Answer::NotComputed,
            format!(
                "No MME for {name}: {} are not computed.",
                forms(content.form)
            ),
        )),
        Verdict::NoFactor => Err((
            Answer::NoFactor,
            format!(
                "No MME for {name}: {} has no factor for it in this form.",
                set.title()
            ),
        )),
        Verdict::NoForm => Err((Answer::Unknown, Gap::NoForm.sentence(name))),
    }
}

fn without_opioids(reading: &Reading) -> (Answer, String) {
    if reading.is_buprenorphine {
        return excluded("buprenorphine");
    }
    let gap = match reading.gap {
        Gap::Unidentified => Gap::Unidentified,
        _ => Gap::NoOpioid,
    };
    (Answer::Unknown, gap.sentence(&reading.name))
}

fn excluded(name: &str) -> (Answer, String) {
    let because =
        format!("No MME for {name}: a partial agonist is not converted and stays out of totals.");
    (Answer::Excluded, because)
}

fn forms(form: Option<DoseFormClass>) -> &'static str {
    match form {
        Some(DoseFormClass::Implant) => "implants",
        Some(DoseFormClass::Topical) => "topical forms",
        Some(DoseFormClass::Iontophoretic) => "iontophoretic systems",
        _ => "injections",
    }
}

/// Without a form the answer stands only where every form gives it.
fn verdict(content: &OpioidContent, table: &FactorTable, set: FactorSet) -> Verdict {
    if let Some(form) = content.form {
        return in_form(content, form, table, set);
    }
    let verdicts = FORMS.map(|form| in_form(content, form, table, set));
    if verdicts.contains(&Verdict::Converts) {
        Verdict::NoForm
    } else if verdicts.iter().all(|verdict| *verdict == Verdict::Excluded) {
        Verdict::Excluded
    } else {
        Verdict::NoFactor
    }
}

fn in_form(
    content: &OpioidContent,
    form: DoseFormClass,
    table: &FactorTable,
    set: FactorSet,
) -> Verdict {
    use DoseFormClass::{Implant, Injection, Iontophoretic, Topical};
    let rows = table.rows(set, content.ingredient.rxcui, form);
    let handled = |handling| rows.iter().any(|row| row.handling == handling);
    if handled(Handling::Exclude) {
        Verdict::Excluded
    } else if matches!(form, Injection | Implant | Topical | Iontophoretic)
        || handled(Handling::NotComputed)
    {
        Verdict::NotComputed
    } else if handled(Handling::Convert) {
        Verdict::Converts
    } else {
        Verdict::NoFactor
    }
}

fn converting<'a>(
    content: &OpioidContent,
    table: &'a FactorTable,
    set: FactorSet,
) -> Option<&'a [FactorRow]> {
    let rows = table.rows(set, content.ingredient.rxcui, content.form?);
    rows.iter()
        .any(|row| row.handling == Handling::Convert)
        .then_some(rows)
}
