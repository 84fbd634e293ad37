//! Phrases of an instruction text that change no dose: routes, reasons, durations, advice.
//!
//! Knows closed lists; a word that is on none of them makes a text unread.
//! Refuses words that could start, stop, raise or lower a dose.

use super::amounts::upper;
use super::tokens::{Token, begins, longest};
use crate::dose::timing::days_of_unit;

pub(super) const AS_NEEDED: &[&str] = &[
    "prn",
    "as needed",
    "if needed",
    "when needed",
    "as required",
    "if required",
    "when required",
    "as necessary",
    "if necessary",
    "only if needed",
];

const ROUTES_AND_VERBS: &[&str] = &[
    // What the patient does.
    "take",
    "give",
    "use",
    "apply",
    "insert",
    "place",
    "put",
    "wear",
    "chew",
    "swallow",
    "dissolve",
    "administer",
    "spray",
    "inhale",
    "you may take",
    "may take",
    "patient may take",
    "can take",
    "please take",
    "sig :",
    "let dissolve",
    "allow to dissolve",
    "change",
    "replace",
    "and change",
    "and replace",
    "change patch",
    "replace patch",
    "remove old patch",
    "remove old patch first",
    "remove old patch before applying new patch",
    "remove old patch before applying new one",
    "rotate sites",
    "rotate site",
    "rotate application sites",
    "swallow whole",
    "swallowed whole",
    "whole",
    // By which way.
    "by mouth",
    "po",
    "orally",
    "oral",
    "per os",
    "by oral route",
    "oral route",
    "via oral route",
    "per oral",
    "mouth",
    "sublingually",
    "sublingual",
    "sl",
    "under the tongue",
    "under tongue",
    "beneath the tongue",
    "buccally",
    "buccal",
    "inside the cheek",
    "between cheek and gum",
    "between the cheek and gum",
    "rectally",
    "rectal",
    "pr",
    "per rectum",
    "into the rectum",
    "intranasally",
    "nasally",
    "in one nostril",
    "into one nostril",
    "transdermally",
    "transdermal",
    "topically",
    "via skin",
    "to skin",
    "to the skin",
    "on skin",
    "on the skin",
    "onto skin",
    "onto the skin",
    "through the skin",
    "to intact skin",
    "to clean dry skin",
    "to clean , dry skin",
    "on intact skin",
    "to chest or back",
    "to upper torso",
    "to upper arm or chest",
    "skin",
    "by transdermal route",
    "via transdermal route",
    "by sublingual route",
    "by buccal route",
    "by rectal route",
    "by nasal route",
    "on tongue",
    "on the tongue",
];

const ADVICE: &[&str] = &[
    "with food",
    "with a meal",
    "with a snack",
    "with or without food",
    "with food or milk",
    "with milk",
    "with water",
    "with a glass of water",
    "with a full glass of water",
    "with plenty of water",
    "on an empty stomach",
    "w / food",
    "around the clock",
    "atc",
    "scheduled",
    "do not crush",
    "do not crush or chew",
    "do not chew or crush",
    "do not crush , chew , or dissolve",
    "do not chew",
    "do not crush chew or dissolve",
    "do not cut crush or chew",
    "may cause drowsiness",
    "may cause sedation",
    "caution may cause drowsiness",
    "do not drive",
    "do not drive or operate machinery",
    "do not drive or operate heavy machinery",
    "do not drink alcohol",
    "avoid alcohol",
    "no alcohol",
    "do not take with alcohol",
    "at institution specified times",
    "at regular intervals",
    "regularly",
    "each",
    "total",
    "per dose",
    "at a time",
    "at one time",
    "only",
    "for each dose",
    "the",
];

/// Meals may be how often, so they count only beside a frequency.
const MEALS: &[&str] = &[
    "with meals",
    "before meals",
    "after meals",
    "at meals",
    "with each meal",
    "before each meal",
    "after each meal",
    "with every meal",
    "between meals",
    "ac",
    "pc",
    "at mealtimes",
    "at mealtime",
    "with all meals",
    "a meal",
    "at meal times",
];

/// What medicines are for; a reason follows "for", "prn" or "as needed".
const REASONS: &[&str] = &[
    "pain",
    "pains",
    "severe",
    "moderate",
    "mild",
    "breakthrough",
    "chronic",
    "acute",
    "intractable",
    "persistent",
    "back",
    "low",
    "lower",
    "upper",
    "neck",
    "knee",
    "hip",
    "joint",
    "shoulder",
    "leg",
    "arm",
    "foot",
    "abdominal",
    "chest",
    "wall",
    "pelvic",
    "bone",
    "cancer",
    "nerve",
    "neuropathic",
    "musculoskeletal",
    "muscle",
    "arthritis",
    "osteoarthritis",
    "headache",
    "headaches",
    "migraine",
    "migraines",
    "cough",
    "coughing",
    "withdrawal",
    "cravings",
    "opioid",
    "use",
    "disorder",
    "dependence",
    "oud",
    "postoperative",
    "post",
    "operative",
    "op",
    "postop",
    "surgical",
    "surgery",
    "procedure",
    "incisional",
    "incision",
    "dental",
    "tooth",
    "toothache",
    "control",
    "relief",
    "management",
    "symptoms",
    "symptom",
    "shortness",
    "breath",
    "dyspnea",
    "diarrhea",
    "discomfort",
    "acetaminophen",
    "ibuprofen",
    "tylenol",
    "nsaids",
    "anxiety",
    "panic",
    "attacks",
    "insomnia",
    "sleep",
    "spasm",
    "spasms",
    "nausea",
    "vomiting",
    "agitation",
    "restless",
    "legs",
    "seizure",
    "seizures",
    "fever",
];

/// Between two words of a reason.
const JOINS: &[&str] = &[
    "and",
    "or",
    "to",
    "/",
    "(",
    "and / or",
    ",",
    "of",
    "due to",
    "not relieved by",
    "unrelieved by",
    "not controlled by",
];

/// A phrase that changes nothing, and its length.
pub(super) fn phrase(tokens: &[Token]) -> Option<usize> {
    let listed = longest(tokens, ROUTES_AND_VERBS).max(longest(tokens, ADVICE));
    listed.max(duration(tokens)).max(reason(tokens, "for"))
}

pub(super) fn meals(tokens: &[Token]) -> Option<usize> {
    longest(tokens, MEALS)
}

/// "as needed for pain", "prn pain": the phrase with its reason.
pub(super) fn as_needed(tokens: &[Token]) -> Option<usize> {
    let lead = longest(tokens, AS_NEEDED)?;
    let rest = &tokens[lead..];
    // "PRN, severe pain", "as needed - for pain".
    let pause = longest(rest, &[",", "-", ":"]).unwrap_or(0);
    let rest = &rest[pause..];
    let reason = reason(rest, "for").or_else(|| reasons(rest));
    Some(lead + reason.map_or(0, |length| pause + length))
}

fn reason(tokens: &[Token], lead: &str) -> Option<usize> {
    let lead = begins(tokens, lead)?;
    Some(lead + reasons(&tokens[lead..])?)
}

/// Words of reasons, joined by "and", "or", "to" and slashes; then perhaps a pain scale.
fn reasons(tokens: &[Token]) -> Option<usize> {
    let mut length = 0;
    let is_reason = |at: usize| {
        let word = tokens.get(at).and_then(Token::word);
        word.is_some_and(|word| REASONS.contains(&word))
    };
    while is_reason(length) {
        length += 1;
        let joined = longest(&tokens[length..], JOINS);
        if let Some(joined) = joined.filter(|joined| is_reason(length + joined)) {
            length += joined;
        }
    }
    (length > 0).then(|| length + pain_scale(&tokens[length..]).unwrap_or(0))
}

/// "(4-6)", "scale 7-10", "(pain scale 4-6)", "score 7 to 10".
fn pain_scale(tokens: &[Token]) -> Option<usize> {
    let open = begins(tokens, "(").unwrap_or(0);
    let mut length = open;
    let words = ["pain", "scale", "score", "level", "rating", "rated", "of"];
    while let Some(more) = longest(&tokens[length..], &words) {
        length += more;
    }
    if length == 0 {
        return None;
    }
    let (_, more) = upper(&tokens[length..]).filter(|(upper, _)| upper.is_range)?;
    length += more;
    if open == 0 {
        return Some(length);
    }
    begins(&tokens[length..], ")").map(|close| length + close)
}

/// "for 5 days", "x 7 days", "for up to 2 weeks": bounds dilute no daily dose (R9).
fn duration(tokens: &[Token]) -> Option<usize> {
    let leads = [
        "for",
        "for up to",
        "x",
        "times",
        "for the next",
        "for a total of",
        "for a maximum of",
    ];
    let lead = longest(tokens, &leads)?;
    let (_, number) = upper(&tokens[lead..])?;
    let word = tokens.get(lead + number)?.word()?;
    let days = days_of_unit(word)?;
    let long = days.order(crate::dose::Fraction::ONE).is_ge() && word != "a";
    let length = lead + number + 1;
    let only = longest(&tokens[length..], &["only", "total", "supply"]).unwrap_or(0);
    long.then_some(length + only)
}
