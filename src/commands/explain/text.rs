//! `explain` for people: what is known of this person, then every rule under its answer, then the cards.

use crate::commands::paper::{
    BAD, DOUBT, GOOD, QUIET, TITLE, branch, of_indicator, paragraph, styled,
};
use crate::explained::{Explained, Mme, Order, Rule, Sum};
use crate::wire::Card;
use anstyle::Style;
use std::io::{self, Write};

const PLAIN: Style = Style::new();

/// One page.
pub(super) fn write(out: &mut impl Write, explained: &Explained) -> io::Result<()> {
    writeln!(out, "{}", styled(TITLE, &explained.file))?;
    writeln!(
        out,
        "{} for {} as of {}",
        explained.hook, explained.patient, explained.as_of
    )?;
    write_scope(out, explained)?;
    write_mme(out, &explained.mme)?;
    for (title, answer, style) in [
        ("Fires", "fires", GOOD),
        ("Cannot tell", "cannot-tell", DOUBT),
        ("Silent", "silent", QUIET),
    ] {
        write_rules(out, explained, title, answer, style)?;
    }
    if !explained.gaps.is_empty() {
        writeln!(out, "\n{}", styled(TITLE, "Not read or left out"))?;
        write_list(out, &explained.gaps)?;
    }
    write_cards(out, explained)?;
    writeln!(out)
}

fn write_scope(out: &mut impl Write, explained: &Explained) -> io::Result<()> {
    let scope = match explained.scope.out {
        Some(true) => {
            "outside the guideline: rules of the guideline stay silent, rules about harm go on"
        }
        Some(false) => "inside the guideline",
        None => "not known",
    };
    writeln!(out, "\n{} {scope}", styled(TITLE, "Scope"))?;
    write_list(out, &explained.scope.because)
}

fn write_list(out: &mut impl Write, lines: &[String]) -> io::Result<()> {
    lines
        .iter()
        .try_for_each(|line| paragraph(out, "- ", "  ", line, PLAIN))
}

fn write_mme(out: &mut impl Write, mme: &Mme) -> io::Result<()> {
    writeln!(
        out,
        "\n{} before {}, after {} (factors {})",
        styled(TITLE, "MME a day"),
        sum(mme.before.as_ref()),
        sum(mme.after.as_ref()),
        mme.factor_set
    )?;
    let last = mme.orders.len().saturating_sub(1);
    for (at, order) in mme.orders.iter().enumerate() {
        write_order(out, order, at == last)?;
    }
    Ok(())
}

fn sum(sum: Option<&Sum>) -> String {
    match sum {
        Some(sum) if sum.floor => format!("at least {}", sum.mme_per_day),
        Some(sum) => sum.mme_per_day.clone(),
        None => "not known".to_owned(),
    }
}

fn write_order(out: &mut impl Write, order: &Order, is_last: bool) -> io::Result<()> {
    let (first, below) = branch(is_last);
    let name = format!(
        "{} ({}, {}/{})",
        order.medication, order.role, order.resource, order.id
    );
    paragraph(out, first, below, &name, PLAIN)?;
    let working = match (&order.working, &order.mme_per_day) {
        (Some(working), Some(mme)) => format!("{working} = {mme}"),
        (None, Some(mme)) => mme.clone(),
        _ => format!(
            "{}: {}",
            order.answer,
            order.because.as_deref().unwrap_or("no number")
        ),
    };
    let below = format!("{below}  ");
    paragraph(out, &below, &below, &working, QUIET)
}

/// The rules that gave this answer, in catalogue order, each with its reasons as branches.
fn write_rules(
    out: &mut impl Write,
    explained: &Explained,
    title: &str,
    answer: &str,
    style: Style,
) -> io::Result<()> {
    let rules: Vec<&Rule> = explained
        .rules
        .iter()
        .filter(|rule| rule.answer == answer)
        .collect();
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{} {}", styled(TITLE, title), rules.len())?;
    let widest = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for (at, rule) in rules.iter().enumerate() {
        let (first, below) = branch(at + 1 == rules.len());
        let told = shown(rule, &explained.cards);
        let id = styled(style, rule.id);
        if told.is_empty() {
            writeln!(out, "{first}{id}")?;
        } else {
            let gap = " ".repeat(widest - rule.id.len());
            writeln!(out, "{first}{id}{gap}  {told}")?;
        }
        let below = format!("{below}  ");
        for because in &rule.because {
            paragraph(out, &below, &format!("{below}  "), because, PLAIN)?;
        }
    }
    Ok(())
}

/// What became of a rule's answer.
fn shown(rule: &Rule, cards: &[Card]) -> String {
    if rule.answer != "fires" {
        return String::new();
    }
    let level = match rule.indicator {
        Some(indicator) => styled(of_indicator(indicator), indicator.as_str()),
        None => "line".to_owned(),
    };
    let place = rule
        .shown_on
        .as_ref()
        .and_then(|uuid| cards.iter().position(|card| card.uuid == *uuid));
    match place {
        Some(at) => format!("{level}, on card {}", at + 1),
        None if rule.shown_on.is_some() => format!("{level}, shown"),
        None if let Some(quiet) = &rule.quiet => {
            format!("{level}, quiet until {} ({})", quiet.until, quiet.kind)
        }
        None => format!("{level}, not shown"),
    }
}

fn write_cards(out: &mut impl Write, explained: &Explained) -> io::Result<()> {
    if !explained.missing.is_empty() {
        let missing = explained.missing.join(", ");
        return writeln!(
            out,
            "\n{} The service answers 412; missing: {missing}",
            styled(BAD, "No answer")
        );
    }
    if explained.cards.is_empty() {
        return writeln!(out, "\n{}", styled(TITLE, "No cards"));
    }
    writeln!(
        out,
        "\n{} {}",
        styled(TITLE, "Cards"),
        explained.cards.len()
    )?;
    for (at, card) in explained.cards.iter().enumerate() {
        write_card(out, at + 1, card)?;
    }
    Ok(())
}

fn write_card(out: &mut impl Write, number: usize, card: &Card) -> io::Result<()> {
    let indicator = of_indicator(card.indicator);
    let level = styled(indicator, &format!("[{}]", card.indicator.as_str()));
    writeln!(out, "\n{number} {level}")?;
    paragraph(out, "  ", "  ", &card.summary, TITLE)?;
    for line in card.detail.iter().flat_map(|detail| detail.lines()) {
        let below = if line.starts_with("- ") { "    " } else { "  " };
        paragraph(out, "  ", below, line, PLAIN)?;
    }
    for suggestion in &card.suggestions {
        paragraph(out, "  → ", "    ", &suggestion.label, PLAIN)?;
    }
    paragraph(out, "  source: ", "    ", &card.source.label, QUIET)
}
