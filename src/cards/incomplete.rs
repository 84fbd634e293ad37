//! The card `check-incomplete`: what could not be read, in place of an empty list (catalogue section 7 rows 4 and 5).
//!
//! Knows what the card says.
//! Refuses to know when it is shown: that is `advise`.

use super::compose::LONGEST_SUMMARY;
use super::detail::Detail;
use super::escape::shortened;
use super::fields;
use super::naming::Names;
use super::template::Filling;
use super::texts::SUMMARY;
use super::unread::{self, one_line};
use super::wording::{self, phrase, run_ins};
use super::{CardTexts, ClientOptions, Naming};
use crate::fhir::Query;
use crate::patient::{Doubt, Language, Snapshot};
use crate::rules::{CHECK_INCOMPLETE, Slot, Slots};
use crate::wire::{Card, CardExtension, Coding, Extension, Indicator, Source};

/// What an incomplete check is about.
#[derive(Debug, Clone, Copy)]
pub struct Incomplete<'a> {
    /// What could be read.
    pub snapshot: &'a Snapshot,
    /// Why the rules that matter could not tell.
    pub doubts: &'a [Doubt],
    /// What the client can take.
    pub options: &'a ClientOptions,
}

/// The card that says so: no evidence grade, no suggestions, no override reasons.
pub fn incomplete_card(texts: &CardTexts, incomplete: Incomplete<'_>, naming: Naming<'_>) -> Card {
    let Incomplete {
        snapshot, options, ..
    } = incomplete;
    let slots: Slots = [("what", Slot::List(what(incomplete)))].into();
    let filling = Filling {
        slots: &slots,
        case: snapshot.hook.as_str(),
    };
    let summary = summary(texts, filling);
    let drafts: Vec<&str> = snapshot
        .all_drafts()
        .map(|row| row.reference.as_str())
        .collect();
    let mut names = Names::new(naming);
    let name = names.of_card(CHECK_INCOMPLETE, &drafts, &summary);
    Card {
        uuid: names.card(&name),
        summary,
        detail: detail(texts, incomplete, filling).fit(),
        indicator: Indicator::Info,
        source: source(texts, snapshot, options),
        suggestions: Vec::new(),
        selection_behavior: None,
        override_reasons: Vec::new(),
        links: Vec::new(),
        extension: Extension {
            card: CardExtension {
                rules: vec![CHECK_INCOMPLETE.to_owned()],
                evidence: Vec::new(),
            },
        },
    }
}

fn summary(texts: &CardTexts, filling: Filling<'_>) -> String {
    let words = texts.rule(CHECK_INCOMPLETE);
    let filled = words
        .and_then(|text| text.words.get(SUMMARY))
        .and_then(|template| wording::summary(texts, template, filling).ok())
        .filter(|summary| !summary.is_empty());
    filled
        .or_else(|| Some(shortened(&words?.about.title, LONGEST_SUMMARY).into_owned()))
        .unwrap_or_default()
}

fn detail(texts: &CardTexts, incomplete: Incomplete<'_>, filling: Filling<'_>) -> Detail {
    let words = texts.rule(CHECK_INCOMPLETE);
    let paragraph = |name: &str| {
        let template = words?.words.get(name)?;
        let filled = one_line(&texts.fill(template, filling).ok()?);
        Some(filled).filter(|text| !text.is_empty())
    };
    let language = incomplete.snapshot.language;
    let told = words
        .and_then(|text| text.translated("Say", language))
        .and_then(|template| texts.fill(template, filling).ok())
        .map(|text| one_line(&text))
        .filter(|text| !text.is_empty());
    let language = told.as_ref().map_or(Language::English, |_| language);
    let mut detail = Detail {
        why: paragraph("Why"),
        known: paragraph("Known"),
        unread: unread::all(texts, incomplete.snapshot, incomplete.doubts),
        say: told.or_else(|| paragraph("Say")),
        run_ins: run_ins(texts, language),
        ..Detail::default()
    };
    if detail.to_string().contains("MME") {
        detail.explain(phrase(texts, "Text mme"));
    }
    detail
}

/// The names, understood by the card text, of what could not be read.
fn what(incomplete: Incomplete<'_>) -> Vec<String> {
    let snapshot = incomplete.snapshot;
    let is_unread = |query: Query| {
        incomplete.doubts.contains(&Doubt::Unread(query)) || snapshot.unread(query).is_some()
    };
    let mut what: Vec<&str> = [
        (Query::Patient, "patient"),
        (Query::Medications, "medications"),
        (Query::Conditions, "conditions"),
    ]
    .into_iter()
    .filter(|(query, _)| is_unread(*query))
    .map(|(_, name)| name)
    .collect();
    let unidentified = incomplete
        .doubts
        .iter()
        .any(|doubt| matches!(doubt, Doubt::Unidentified(_)));
    if unidentified || !snapshot.unidentified_drafts.is_empty() {
        what.push("order");
    }
    if what.is_empty() {
        what.push("record");
    }
    what.into_iter().map(str::to_owned).collect()
}

fn source(texts: &CardTexts, snapshot: &Snapshot, options: &ClientOptions) -> Source {
    match texts.rule(CHECK_INCOMPLETE) {
        Some(text) => fields::source(snapshot, options, CHECK_INCOMPLETE, &text.about),
        // Loading made sure that it is there.
        None => Source {
            label: String::from("Opioid safety check"),
            url: None,
            topic: Coding {
                code: CHECK_INCOMPLETE.to_owned(),
                system: String::new(),
                display: None,
            },
        },
    }
}

#[cfg(test)]
mod tests;
