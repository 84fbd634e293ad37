//! From audit lines: how often each rule fired, was shown, and was accepted or overridden.

use crate::audit::{Answer, Event, Line};
use anyhow::Context;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

/// All files together.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    calls: u64,
    feedback: u64,
    /// Lines that are no audit lines.
    unreadable_lines: u64,
    statuses: BTreeMap<u16, u64>,
    /// Feedback on cards that no line tells of.
    feedback_on_unknown_cards: u64,
    rules: BTreeMap<String, Counts>,
}

/// One rule.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Counts {
    fired: u64,
    cannot_tell: u64,
    shown: u64,
    /// Cards that it leads.
    cards: u64,
    /// Of these.
    accepted: u64,
    overridden: u64,
    /// Overridden cards by reason.
    reasons: BTreeMap<String, u64>,
}

/// One entry of feedback, kept until every card is known.
struct Said {
    card: Option<String>,
    outcome: String,
    reason: String,
}

impl Report {
    pub(super) fn of(files: &[PathBuf]) -> anyhow::Result<Report> {
        let mut reading = Reading::default();
        for file in files {
            let name = file.display().to_string();
            let lines: Box<dyn BufRead> = if file.as_os_str() == "-" {
                Box::new(io::stdin().lock())
            } else {
                Box::new(BufReader::new(
                    File::open(file).with_context(|| name.clone())?,
                ))
            };
            for line in lines.split(b'\n') {
                reading.line(&line.with_context(|| name.clone())?);
            }
        }
        Ok(reading.finish())
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{} calls, {} entries of feedback, {} lines that are no audit lines",
            self.calls, self.feedback, self.unreadable_lines
        )?;
        for (status, number) in &self.statuses {
            writeln!(out, "  {status}: {number}")?;
        }
        writeln!(
            out,
            "\n{:<22}{:>9}{:>13}{:>9}{:>9}{:>10}{:>12}",
            "rule", "fired", "cannot tell", "shown", "cards", "accepted", "overridden"
        )?;
        for (id, counts) in &self.rules {
            writeln!(
                out,
                "{id:<22}{:>9}{:>13}{:>9}{:>9}{:>10}{:>12}",
                counts.fired,
                counts.cannot_tell,
                counts.shown,
                counts.cards,
                counts.accepted,
                counts.overridden
            )?;
            for (reason, number) in &counts.reasons {
                writeln!(out, "{:>72}{number:>12}", reason)?;
            }
        }
        writeln!(
            out,
            "\nfired: the rule applied. shown: some of it stood on a card. cards: those that it leads; feedback counts to them.\n\
             {} entries of feedback name a card that these files do not hold.",
            self.feedback_on_unknown_cards
        )
    }
}

#[derive(Default)]
struct Reading {
    report: Report,
    leads: HashMap<String, String>,
    said: Vec<Said>,
}

impl Reading {
    fn line(&mut self, text: &[u8]) {
        if text.trim_ascii().is_empty() {
            return;
        }
        match serde_json::from_slice::<Line>(text) {
            Ok(line) => self.count(line),
            Err(_) => self.report.unreadable_lines += 1,
        }
    }

    fn count(&mut self, line: Line) {
        *self.report.statuses.entry(line.status).or_default() += 1;
        match line.event {
            Event::Call => self.report.calls += 1,
            Event::Feedback => self.report.feedback += line.feedback.len() as u64,
        }
        for rule in line.rules {
            let counts = self.report.rules.entry(rule.id).or_default();
            match rule.answer {
                Answer::Fires => counts.fired += 1,
                Answer::CannotTell => counts.cannot_tell += 1,
            }
            counts.shown += u64::from(rule.shown_on.is_some());
        }
        for card in line.cards {
            if let Some(lead) = card.rules.into_iter().next() {
                self.report.rules.entry(lead.clone()).or_default().cards += 1;
                self.leads.insert(card.uuid, lead);
            }
        }
        self.said
            .extend(line.feedback.into_iter().map(|entry| Said {
                card: entry.card,
                outcome: entry.outcome,
                reason: entry.reason,
            }));
    }

    fn finish(mut self) -> Report {
        for said in self.said {
            let lead = said.card.and_then(|card| self.leads.get(&card));
            let Some(counts) = lead.and_then(|lead| self.report.rules.get_mut(lead)) else {
                self.report.feedback_on_unknown_cards += 1;
                continue;
            };
            if said.outcome == "accepted" {
                counts.accepted += 1;
            } else {
                counts.overridden += 1;
                *counts.reasons.entry(said.reason).or_default() += 1;
            }
        }
        self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"
{"at":"t","event":"feedback","service":"s","status":200,"duration_ms":1,"feedback":[{"card":"c1","outcome":"overridden","reason":"already-has-it"},{"card":"c9","outcome":"accepted","reason":"none"}]}
{"at":"t","event":"call","service":"s","hook":"order-sign","status":200,"duration_ms":1,"rules":[{"id":"naloxone-offer","answer":"fires","shown_on":"c1"},{"id":"opioid-benzo","answer":"fires"},{"id":"mme-total","answer":"cannot-tell"}],"cards":[{"uuid":"c1","rules":["naloxone-offer"],"indicator":"info"}]}
{"at":"t","event":"call","service":"s","hook":"order-sign","status":400,"duration_ms":1}
{"at":"t","event":"feedback","service":"s","status":200,"duration_ms":1,"feedback":[{"card":"c1","outcome":"accepted","reason":"none"},{"outcome":"accepted","reason":"none"}]}
no line
"#;

    #[test]
    fn feedback_counts_to_the_rule_that_leads_its_card_in_whatever_order_lines_come() {
        let mut reading = Reading::default();
        LINES.lines().for_each(|line| reading.line(line.as_bytes()));
        let report = reading.finish();
        assert_eq!(
            (report.calls, report.feedback, report.unreadable_lines),
            (2, 4, 1)
        );
        assert_eq!(report.feedback_on_unknown_cards, 2);
        assert_eq!(report.statuses, BTreeMap::from([(200, 3), (400, 1)]));
        let naloxone = &report.rules["naloxone-offer"];
        let expected = Counts {
            fired: 1,
            shown: 1,
            cards: 1,
            accepted: 1,
            overridden: 1,
            reasons: BTreeMap::from([("already-has-it".to_owned(), 1)]),
            ..Counts::default()
        };
        assert_eq!(naloxone, &expected);
        let benzo = &report.rules["opioid-benzo"];
        assert_eq!((benzo.fired, benzo.shown), (1, 0));
        assert_eq!(report.rules["mme-total"].cannot_tell, 1);
    }
}
