//! `explain` for people.

use crate::explained::{Explained, Order, Sum};
use std::io::{self, Write};

/// One page.
pub(super) fn write(out: &mut impl Write, explained: &Explained) -> io::Result<()> {
    writeln!(out, "{}", explained.file)?;
    writeln!(
        out,
        "{} for {} as of {}",
        explained.hook, explained.patient, explained.as_of
    )?;
    let scope = match explained.scope.out {
        Some(true) => "outside the guideline's scope",
        Some(false) => "in the guideline's scope",
        None => "scope not known",
    };
    writeln!(out, "\n{scope}")?;
    lines(out, &explained.scope.because)?;
    let mme = &explained.mme;
    writeln!(
        out,
        "\nMME/day: before {}, after {} (factors {})",
        sum(&mme.before),
        sum(&mme.after),
        mme.factor_set
    )?;
    for order in &mme.orders {
        write_order(out, order)?;
    }
    writeln!(out, "\nRules")?;
    for rule in &explained.rules {
        let indicator = rule
            .indicator
            .map(|indicator| format!(" ({})", indicator.as_str()))
            .unwrap_or_default();
        let shown = if rule.shown_on.is_some() {
            ", shown"
        } else {
            ""
        };
        writeln!(out, "  {}: {}{indicator}{shown}", rule.id, rule.answer)?;
        for because in &rule.because {
            writeln!(out, "      {because}")?;
        }
    }
    if !explained.gaps.is_empty() {
        writeln!(out, "\nNot read or left out")?;
        lines(out, &explained.gaps)?;
    }
    if explained.cards.is_empty() {
        writeln!(out, "\nNo cards")?;
    }
    for card in &explained.cards {
        writeln!(out, "\n[{}] {}", card.indicator.as_str(), card.summary)?;
        for line in card.detail.iter().flat_map(|detail| detail.lines()) {
            writeln!(out, "  {line}")?;
        }
        for suggestion in &card.suggestions {
            writeln!(out, "  → {}", suggestion.label)?;
        }
    }
    if !explained.missing.is_empty() {
        writeln!(
            out,
            "The service answers 412; missing: {}",
            explained.missing.join(", ")
        )?;
    }
    writeln!(out)
}

fn lines(out: &mut impl Write, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

fn sum(sum: &Option<Sum>) -> String {
    match sum {
        Some(Sum {
            mme_per_day,
            floor: true,
        }) => format!("at least {mme_per_day}"),
        Some(Sum {
            mme_per_day,
            floor: false,
        }) => mme_per_day.clone(),
        None => "not known".to_owned(),
    }
}

fn write_order(out: &mut impl Write, order: &Order) -> io::Result<()> {
    writeln!(
        out,
        "  {}/{} ({}) {}",
        order.resource, order.id, order.role, order.medication
    )?;
    match (&order.working, &order.mme_per_day) {
        (Some(working), Some(mme)) => writeln!(out, "      {working} = {mme}"),
        (None, Some(mme)) => writeln!(out, "      {mme}"),
        _ => writeln!(
            out,
            "      {}: {}",
            order.answer,
            order.because.as_deref().unwrap_or("no number")
        ),
    }
}
