//! What a response has said already, so that no fact is stated twice (catalogue section 5 rule 5).
//!
//! Knows facts that stand as bullets, and summaries and lines that state facts too (`summary_says`, `line_says`).
//! Refuses to know how a fact reads.

use super::merge::Voice;
use crate::rules::{Fact, Slot};
use crate::wire::Indicator;

/// Facts that different rules know by different names: about the same rows they are one.
const SAME: [&[&str]; 6] = [
    &["opioid", "sedative", "benzodiazepine"],
    &["new-opioid", "course"],
    &["moud", "in-the-body"],
    &["moud", "opioid-change"],
    &["oud", "oud-code-only", "used-for"],
    &["alcohol-use", "used-for"],
];

/// Everything that was said, in the order of the cards.
#[derive(Default)]
pub(crate) struct Said<'a> {
    facts: Vec<Stated<'a>>,
    sayers: Vec<Sayer<'a>>,
}

/// A fact that stands on a card as a bullet.
struct Stated<'a> {
    fact: &'a Fact,
    text: String,
    card: usize,
}

/// A summary or line that states facts.
struct Sayer<'a> {
    voice: Voice<'a>,
    keys: &'a [String],
    text: String,
    card: usize,
    place: Place,
}

/// Where a summary or line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The card's summary.
    Summary,
    /// Among the bullets, before the facts of its rule.
    Bullet,
    /// Among the lines at the end, which may be cut.
    Line(usize),
}

/// How a fact stands to what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has said it.
    New,
    /// It stands on a card.
    Stated,
    /// A summary of this card or another card says it: it can be spared where other bullets are left.
    Spare,
    /// This line of the card says it, as long as the line is shown.
    InLine(usize),
}

impl<'a> Said<'a> {
    /// A summary or line of this card states the facts with these keys.
    pub(crate) fn says(
        &mut self,
        card: usize,
        place: Place,
        voice: Voice<'a>,
        keys: &'a [String],
        text: &str,
    ) {
        self.sayers.push(Sayer {
            voice,
            keys,
            text: text.to_owned(),
            card,
            place,
        });
    }

    /// A fact stands on this card.
    pub(crate) fn states(&mut self, card: usize, fact: &'a Fact, text: &str) {
        let text = text.to_owned();
        self.facts.push(Stated { fact, text, card });
    }

    /// Keys of all facts that are stated so far, as the slot that texts know.
    pub(crate) fn keys(&self) -> Slot {
        let bullets = self.facts.iter().map(|stated| stated.fact);
        let said = self.sayers.iter().flat_map(|sayer| {
            let facts = sayer.voice.finding.facts.iter();
            facts.filter(|fact| sayer.keys.iter().any(|key| key == fact.key))
        });
        Slot::List(
            bullets
                .chain(said)
                .map(|fact| fact.key.to_owned())
                .collect(),
        )
    }

    /// Lines of this card from this number on were cut.
    pub(crate) fn cut_lines(&mut self, card: usize, left: usize) {
        self.sayers.retain(|sayer| {
            sayer.card != card || !matches!(sayer.place, Place::Line(at) if at >= left)
        });
    }

    /// A critical card has to make sense alone, so it says again what another card says.
    pub(crate) fn standing(
        &self,
        card: usize,
        voice: Voice<'_>,
        fact: &Fact,
        text: &str,
    ) -> Standing {
        let alone = voice.finding.indicator == Some(Indicator::Critical);
        let counts = |at: usize| !alone || at == card;
        let stated = |stated: &&Stated<'_>| stated.text == text || is_same(fact, stated.fact);
        if self
            .facts
            .iter()
            .filter(|stated| counts(stated.card))
            .any(|fact| stated(&fact))
        {
            return Standing::Stated;
        }
        let mut saying = self
            .sayers
            .iter()
            .filter(|sayer| counts(sayer.card) && (sayer.says(fact) || sayer.holds(text)));
        match saying.next() {
            None => Standing::New,
            Some(sayer) if sayer.card != card => Standing::Spare,
            Some(sayer) => match sayer.place {
                Place::Summary => Standing::Spare,
                Place::Bullet => Standing::Stated,
                Place::Line(at) => Standing::InLine(at),
            },
        }
    }
}

impl Sayer<'_> {
    /// Are these the very words?
    fn holds(&self, text: &str) -> bool {
        let least = match self.place {
            Place::Summary => 2,
            Place::Bullet | Place::Line(_) => 3,
        };
        holds(text, &self.text, least)
    }

    /// Is it declared, and does it hold what the fact and the finding both know?
    fn says(&self, fact: &Fact) -> bool {
        let slots = &self.voice.finding.slots;
        let holds = |(name, ours): (&&str, &Slot)| match (ours, slots.get(name)) {
            // What the fact leaves open, it does not state.
            (Slot::Text(ours), _) if ours.is_empty() => true,
            (Slot::Text(ours), Some(Slot::Text(theirs))) => {
                ours.eq_ignore_ascii_case(theirs) && holds(ours, &self.text, 1)
            }
            (ours, Some(theirs)) => ours == theirs,
            (_, None) => true,
        };
        self.keys.iter().any(|key| key == fact.key) && fact.slots.iter().all(holds)
    }
}

/// Does `other` hold all words of `one` in their order, and are they so many or more?
pub(crate) fn holds(one: &str, other: &str, least: usize) -> bool {
    let (one, other) = (words(one), words(other));
    one.split(' ').count() >= least && format!(" {other} ").contains(&format!(" {one} "))
}

/// Words in lower case, without marks between them.
fn words(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '/' | '%' | '-')));
    let words = words.map(|word| word.trim_matches('.').to_lowercase());
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Are these the same fact about the same rows, or the same total?
fn is_same(fact: &Fact, other: &Fact) -> bool {
    let together = |names: &&[&str]| names.contains(&fact.key) && names.contains(&other.key);
    let same_key = fact.key == other.key || SAME.iter().any(together);
    let same_row = same_key && !fact.evidence.is_empty() && fact.evidence == other.evidence;
    same_row || is_total_of(fact, other) || is_no_goal_either(fact, other)
}

/// Is the fact that there is no plan, where the other says that there is neither goal nor score?
fn is_no_goal_either(fact: &Fact, other: &Fact) -> bool {
    let nothing = |name: &str| match other.slots.get(name) {
        Some(Slot::Text(text)) => text.is_empty(),
        other => other == Some(&Slot::Flag(false)),
    };
    fact.key == "no-plan"
        && other.key == "purpose"
        && ["goal", "peg", "goal_unread", "peg_unread"]
            .iter()
            .all(|name| nothing(name))
}

/// Is the fact a bare total, and does the other name the same number?
fn is_total_of(fact: &Fact, other: &Fact) -> bool {
    let is_total = matches!(fact.key, "mme-after" | "mme-total");
    let floor = |fact: &Fact| fact.slots.get("floor") == Some(&Slot::Flag(true));
    is_total
        && floor(fact) == floor(other)
        && fact
            .slots
            .get("mme")
            .is_some_and(|total| other.slots.values().any(|slot| slot == total))
}

/// Does a merged rule speak about the total that the leader's summary names already?
pub(crate) fn is_same_total(leader: Voice<'_>, merged: Voice<'_>) -> bool {
    ["mme", "before", "floor", "up_to"].iter().all(|name| {
        let (one, other) = (
            leader.finding.slots.get(name),
            merged.finding.slots.get(name),
        );
        one.is_some() && one == other
    })
}
