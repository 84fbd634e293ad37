//! Which shared phrases there are and which slots they may use (`cards/phrases.en.md`).
//!
//! Knows the names that rules and the merge step call phrases by.
//! Refuses to know their words.

/// Phrases of one kind: key and slots.
type Phrases = &'static [(&'static str, &'static [&'static str])];

/// Shared facts, with the slots that rules fill.
const FACTS: Phrases = &[
    ("sleep-breathing", &["name", "date"]),
    ("lung", &["name", "date"]),
    ("overdose", &["name", "date", "substance", "intentional"]),
    ("oud", &["name", "date"]),
    ("oud-code-only", &["name", "date"]),
    ("oud-remission", &["name", "date"]),
    ("other-substance-use", &["name", "date"]),
    ("alcohol-use", &["name", "date"]),
    ("kidney", &["name", "date"]),
    ("liver", &["name", "date"]),
    ("pregnant", &["name", "date"]),
    ("older", &["age"]),
    ("mental-health", &["names"]),
    ("phq-item9", &["date"]),
    ("mme-after", &["mme", "up_to", "floor"]),
    ("mme-total", &["mme", "up_to", "floor", "working"]),
    (
        "benzodiazepine",
        &["medicine", "dose", "prescriber", "drafted"],
    ),
    ("sedative", &["medicine", "dose", "drafted"]),
    ("long-acting", &["medicine"]),
    ("moud", &["name", "dose", "date"]),
    ("lost-tolerance", &["date"]),
    ("released", &["date"]),
    ("taper-fired", &[]),
    ("no-naloxone", &["since"]),
    ("naloxone-unread", &[]),
    ("opioid", &["medicine", "dose", "mme"]),
    ("long-term", &["months"]),
    ("working", &["medicines", "doses", "workings", "mmes"]),
    ("trend", &["year", "year_floor", "half", "half_floor"]),
    (
        "purpose",
        &[
            "goal",
            "by_patient",
            "goal_date",
            "goal_unread",
            "peg",
            "peg_date",
            "peg_unread",
        ],
    ),
];

/// Shared suggestions.
const SUGGESTIONS: Phrases = &[
    ("naloxone", &[]),
    ("teach-naloxone", &[]),
    ("follow-up", &["days"]),
    ("delete-draft", &["medicine"]),
    ("behavioural-health", &["clinics", "phones"]),
    ("contact-prescriber", &["name", "medicine"]),
    ("peg", &[]),
    ("delete-then-short-acting", &["medicine", "url"]),
    ("goal", &[]),
    ("consult", &[]),
];

/// What to say when a read failed or is partial, and about other gaps.
const GAPS: Phrases = &[
    ("patient", PARTIAL),
    ("medications", PARTIAL),
    ("conditions", PARTIAL),
    ("encounters", PARTIAL),
    ("laboratory", PARTIAL),
    ("surveys", PARTIAL),
    ("procedures", PARTIAL),
    ("plans", PARTIAL),
    ("statements", PARTIAL),
    ("dispenses", PARTIAL),
    ("goals", PARTIAL),
    ("service-requests", PARTIAL),
    ("appointments", PARTIAL),
    ("tasks", PARTIAL),
    ("social-history", PARTIAL),
    ("encounter", PARTIAL),
    ("entries", &["kind", "count"]),
    ("other-patient", &["kind", "count"]),
    ("medication", &["medicine"]),
];

const PARTIAL: &[&str] = &["partial"];

/// What to say about a doubt that is not a failed read.
const DOUBTS: Phrases = &[
    ("dose", &["medicine", "because"]),
    ("unidentified", &["medicine"]),
    ("undated", &["medicine"]),
    ("as-needed-only", &[]),
    ("active-rows-only", &[]),
    ("perhaps-cancer", &["name"]),
];

/// Texts of the merge step: run-ins, and MME explained.
const TEXTS: Phrases = &[
    ("not-checked", &[]),
    ("words", &[]),
    ("also", &[]),
    ("due", &[]),
    ("mme", &[]),
    ("pdmp-app", &[]),
    ("guide", &["title"]),
];

const KINDS: [(&str, Phrases); 5] = [
    ("Fact", FACTS),
    ("Suggestion", SUGGESTIONS),
    ("Gap", GAPS),
    ("Doubt", DOUBTS),
    ("Text", TEXTS),
];

/// The slots of a section such as "Fact older"; `None` if there is no such phrase.
pub(crate) fn slots(section: &str) -> Option<&'static [&'static str]> {
    let (kind, key) = section.split_once(' ')?;
    let (_, phrases) = KINDS.iter().find(|(name, _)| *name == kind)?;
    let (_, slots) = phrases.iter().find(|(name, _)| *name == key)?;
    Some(slots)
}

/// All sections that the file must have.
pub(crate) fn names() -> impl Iterator<Item = String> {
    KINDS
        .iter()
        .flat_map(|(kind, phrases)| phrases.iter().map(move |(key, _)| format!("{kind} {key}")))
}
