//! The booklet: every card of every case on paper, with what a reviewer asks beside it.

use super::cards::{self, View};
use super::{Page, Sample, render};
use crate::wire::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

/// Cases of one rule.
#[derive(Debug, Serialize)]
pub struct Chapter {
    name: String,
    cases: Vec<Entry>,
}

/// One case with its cards.
#[derive(Debug, Serialize)]
pub struct Entry {
    number: usize,
    id: String,
    title: String,
    story: String,
    cards: Vec<View>,
    #[serde(skip)]
    group: String,
}

impl Entry {
    /// A case and what it was answered; none where there is no card to review.
    pub fn of(number: usize, sample: &Sample, response: &Response) -> Option<Entry> {
        (!response.cards.is_empty()).then(|| Entry {
            number,
            id: sample.id.clone(),
            title: sample.title.clone(),
            story: sample.story.clone(),
            cards: cards::views(response),
            group: sample.group.clone(),
        })
    }
}

/// What the booklet holds, besides its entries.
#[derive(Debug, Clone, Copy)]
pub struct Cover<'a> {
    /// Only cases of this rule.
    pub rule: Option<&'a str>,
    /// All rules that could be asked for.
    pub groups: &'a [&'a str],
    /// Patients speak Spanish.
    pub in_spanish: bool,
    /// The site allows words in Spanish.
    pub spanish: bool,
}

/// The page.
pub fn booklet(entries: Vec<Entry>, cover: &Cover<'_>) -> Page {
    let cases = entries.len();
    let count: usize = entries.iter().map(|entry| entry.cards.len()).sum();
    let mut chapters: Vec<Chapter> = Vec::new();
    for entry in entries {
        match chapters.last_mut() {
            Some(chapter) if chapter.name == entry.group => chapter.cases.push(entry),
            _ => chapters.push(Chapter {
                name: entry.group.clone(),
                cases: vec![entry],
            }),
        }
    }
    render(
        "booklet",
        context! {
            groups => Serde(chapters), all_groups => Serde(cover.groups), rule => cover.rule, cases, count,
            in_spanish => cover.in_spanish, spanish => cover.spanish,
            version => env!("CARGO_PKG_VERSION"),
        },
    )
}
