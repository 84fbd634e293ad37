//! From a planned card to a CDS Hooks card: words filled in, lengths kept.
//!
//! Knows which section of which rule stands where on the card.
//! Refuses to know which cards there are: that is `merge`.

use super::about::{About, Selection};
use super::detail::Detail;
use super::escape::{markdown_value, plain, shortened, units};
use super::fields::{self, distinct};
use super::guides::Named;
use super::merge::{Planned, Voice};
use super::naming::Names;
use super::said::Said;
use super::template::Filling;
use super::texts::{DUE, GOAL, ON_BRIEF, STATED, SUMMARY};
use super::unread::{self, one_line};
use super::wording::{self, bullet, phrase, run_ins};
use super::{CardTexts, ClientOptions, MME_WORDS, Members, Naming, Problem, Rendered};
use crate::patient::{Language, Snapshot};
use crate::rules::Slot;
use crate::wire::{Card, Link, SelectionBehavior};

/// Longest summary (contract R-175).
pub(crate) const LONGEST_SUMMARY: usize = 139;

/// Longest goal that is quoted to the patient; a cut quotation is none.
const LONGEST_QUOTE: usize = 60;
/// Lines of the brief with what is due (sheet 4.32).
const MOST_BRIEF_LINES: usize = 12;

/// Makes the cards of one response.
pub(crate) struct Composer<'a> {
    pub(super) texts: &'a CardTexts,
    pub(super) snapshot: &'a Snapshot,
    pub(super) options: &'a ClientOptions,
    pub(super) names: Names<'a>,
    pub(super) said: Said<'a>,
    mme_explained: bool,
    goal_quoted: bool,
    pub(super) rendered: Rendered,
}

impl<'a> Composer<'a> {
    pub(crate) fn new(
        texts: &'a CardTexts,
        snapshot: &'a Snapshot,
        options: &'a ClientOptions,
        naming: Naming<'a>,
    ) -> Self {
        Composer {
            texts,
            snapshot,
            options,
            names: Names::new(naming),
            said: Said::default(),
            mme_explained: false,
            goal_quoted: false,
            rendered: Rendered::default(),
        }
    }

    /// All cards, in the order planned.
    pub(crate) fn all(mut self, cards: &[Planned<'a>]) -> Rendered {
        for (at, planned) in cards.iter().enumerate() {
            self.card(at, planned);
        }
        self.rendered
    }

    fn card(&mut self, at: usize, planned: &Planned<'a>) {
        let leader = planned.members[0];
        let Some(about) = self.about(leader) else {
            return;
        };
        let summary = self.summary(leader, about);
        let mut detail = self.detail(at, planned, &summary);
        let mut detail_text = detail.fit();
        // Lines are cut from the end, and an empty one was never added.
        let lines = &planned.lines[..detail.lines.len().min(planned.lines.len())];
        self.said.cut_lines(at, lines.len());

        let drafts: Vec<&str> = distinct(
            planned
                .members
                .iter()
                .flat_map(|voice| &voice.finding.drafts)
                .map(String::as_str),
        );
        let name = self.names.of_card(leader.rule.id, &drafts, &summary);
        let uuid = self.names.card(&name);
        let (suggestions, untakable) = self.suggestions(planned, lines, &name);
        if !untakable.is_empty() {
            let labels = untakable.iter().map(|label| markdown_value(label));
            detail.lines.extend(labels);
            detail_text = detail.fit();
        }
        let selection_behavior = (!suggestions.is_empty()).then_some(match about.selection {
            Selection::AtMostOne if !self.options.any_only => SelectionBehavior::AtMostOne,
            _ => SelectionBehavior::Any,
        });

        let merged = || planned.members.iter().copied().chain(planned.guest);
        let voices: Vec<Voice<'_>> = merged().chain(lines.iter().copied()).collect();
        for voice in &voices {
            self.rendered
                .shown_on
                .entry(voice.rule.id)
                .or_insert_with(|| uuid.clone());
        }
        self.rendered.members.push(Members {
            card: uuid.clone(),
            voices: merged().map(|voice| (voice.rule.id, voice.at)).collect(),
        });
        let abouts: Vec<&About> = merged().filter_map(|voice| self.about(voice)).collect();
        let label = phrase(self.texts, "Text pdmp-app");
        let app = fields::pdmp_app(self.snapshot, &voices, label);
        let guides = self.guides(&voices);
        self.rendered.response.cards.push(Card {
            uuid,
            summary,
            detail: detail_text,
            indicator: planned.indicator,
            source: fields::source(self.snapshot, self.options, leader.rule.id, about),
            suggestions,
            selection_behavior,
            override_reasons: fields::reasons(self.snapshot, &abouts, planned.indicator),
            links: fields::links(&abouts, app)
                .into_iter()
                .chain(fields::clinics(self.snapshot, &voices))
                .chain(guides)
                .collect(),
            extension: fields::extension(&voices),
        });
    }

    /// Links to the printable guides of these rules.
    fn guides(&mut self, voices: &[Voice<'_>]) -> Vec<Link> {
        let texts = self.texts;
        let named = texts.guides.of(voices, self.snapshot.language);
        let label = |guide: &Named<'_>| {
            let template = texts
                .translated_phrase("Text guide", guide.language)
                .or_else(|| texts.phrase("Text guide"))?;
            let slots = [("title", Slot::Text(guide.title.to_owned()))].into();
            let filling = Filling {
                slots: &slots,
                case: "",
            };
            Some(plain(&texts.fill(template, filling).ok()?))
        };
        named
            .iter()
            .filter_map(|guide| Some(guide.link(label(guide)?)))
            .collect()
    }

    pub(super) fn about(&self, voice: Voice<'_>) -> Option<&'a About> {
        self.texts.rule(voice.rule.id).map(|text| &text.about)
    }

    fn summary(&mut self, leader: Voice<'a>, about: &About) -> String {
        let filled = self
            .section(leader, SUMMARY)
            .map(|template| wording::summary(self.texts, template, filling(leader)));
        let summary = match filled {
            Some(Ok(summary)) => summary,
            Some(Err(problem)) => {
                self.rendered.problems.push(problem);
                String::new()
            }
            None => String::new(),
        };
        if summary.is_empty() {
            shortened(&about.title, LONGEST_SUMMARY).into_owned()
        } else {
            summary
        }
    }

    fn detail(&mut self, at: usize, planned: &Planned<'a>, summary: &str) -> Detail {
        let leader = planned.members[0];
        let brief = self.brief(leader, &planned.lines);
        let room = match brief.len() {
            0 => planned.lines.len(),
            taken => planned
                .lines
                .len()
                .min(MOST_BRIEF_LINES.saturating_sub(taken).max(1)),
        };
        let lines: Vec<String> = planned.lines[..room]
            .iter()
            .map(|voice| self.line(*voice, !brief.is_empty()))
            .collect();
        self.announce(at, planned, summary, &lines);
        // The brief says all of it in lines of its own.
        let (bullets, known) = if brief.is_empty() {
            (self.bullets(at, planned), self.paragraph(leader, "Known"))
        } else {
            (Vec::new(), None)
        };
        let doubts = planned
            .members
            .iter()
            .chain(&planned.guest)
            .chain(&planned.lines);
        let doubts = doubts.flat_map(|voice| &voice.finding.doubts);
        let (unread, problems) = unread::sentences(self.texts, self.snapshot, doubts);
        self.rendered.problems.extend(problems);
        let (say, language) = self.words(&planned.members);
        let mut detail = Detail {
            why: self.paragraph(leader, "Why"),
            bullets,
            brief,
            known,
            unread,
            say,
            lines,
            run_ins: run_ins(self.texts, language),
        };
        self.explain_mme(&mut detail, summary);
        detail
    }

    /// The lines of the brief's own section, which knows whose lines stand below it.
    fn brief(&mut self, leader: Voice<'a>, lines: &[Voice<'a>]) -> Vec<String> {
        let due = lines.iter().map(|voice| voice.rule.id.to_owned());
        let template = self.section(leader, "Brief");
        let brief = template.and_then(|template| {
            self.fill_with(template, leader, [(DUE, Slot::List(due.collect()))])
        });
        let brief = brief.unwrap_or_default();
        let lines = brief.lines().map(bullet);
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// How a rule speaks as a bullet: its line, else its summary. What stands on the brief needs not be said again there.
    pub(super) fn line(&mut self, voice: Voice<'a>, on_brief: bool) -> String {
        let template = self.section(voice, "Line");
        let known = [(ON_BRIEF, Slot::Flag(on_brief)), (STATED, self.said.keys())];
        let line = template.and_then(|template| self.fill_with(template, voice, known));
        let line = line.map(|text| bullet(&one_line(&text)));
        match line.filter(|line| !line.is_empty()) {
            Some(line) => line,
            None => {
                let about = self.about(voice);
                let summary = about
                    .map(|about| self.summary(voice, about))
                    .unwrap_or_default();
                bullet(&markdown_value(&summary))
            }
        }
    }

    fn explain_mme(&mut self, detail: &mut Detail, summary: &str) {
        let shown = format!("{summary}\n{detail}");
        if shown.contains(MME_WORDS) {
            self.mme_explained = true;
        }
        if self.mme_explained || !shown.contains("MME") {
            return;
        }
        detail.explain(phrase(self.texts, "Text mme"));
        self.mme_explained = true;
    }

    /// What the first of these rules that says anything says to the patient, and in which language.
    fn words(&mut self, voices: &[Voice<'a>]) -> (Option<String>, Language) {
        let language = self.snapshot.language;
        for voice in voices {
            let texts = self.texts.rule(voice.rule.id);
            let translated = texts.and_then(|texts| texts.translated("Say", language));
            let english = self.section(*voice, "Say");
            let templates = [(translated, language), (english, Language::English)];
            for (template, language) in templates {
                let told = template
                    .and_then(|template| self.told(template, *voice))
                    .map(|text| one_line(&text))
                    .filter(|text| !text.is_empty());
                if told.is_some() {
                    return (told, language);
                }
            }
        }
        (None, Language::English)
    }

    /// Words to the patient, who is reminded, once a response, of the goal that they set.
    fn told(&mut self, template: &str, voice: Voice<'a>) -> Option<String> {
        let goal = if self.goal_quoted {
            String::new()
        } else {
            quotable_goal(self.snapshot)
        };
        let quoted = markdown_value(&goal);
        let told = self.fill_with(template, voice, [(GOAL, Slot::Text(goal))])?;
        self.goal_quoted |= !quoted.is_empty() && told.contains(&quoted);
        Some(told)
    }

    /// Fills a section that knows something besides the finding.
    fn fill_with<const N: usize>(
        &mut self,
        template: &str,
        voice: Voice<'a>,
        known: [(&'static str, Slot); N],
    ) -> Option<String> {
        let mut slots = voice.finding.slots.clone();
        slots.extend(known);
        let case = voice.finding.case;
        self.fill_or_report(
            template,
            Filling {
                slots: &slots,
                case,
            },
        )
    }

    fn paragraph(&mut self, voice: Voice<'a>, section: &str) -> Option<String> {
        self.filled(voice, section)
            .map(|text| one_line(&text))
            .filter(|text| !text.is_empty())
    }

    fn filled(&mut self, voice: Voice<'a>, section: &str) -> Option<String> {
        let template = self.section(voice, section)?;
        self.fill_or_report(template, filling(voice))
    }

    fn fill_or_report(&mut self, template: &str, filling: Filling<'_>) -> Option<String> {
        match self.texts.fill(template, filling) {
            Ok(text) => Some(text),
            Err(problem) => {
                self.rendered.problems.push(problem);
                None
            }
        }
    }

    fn section(&self, voice: Voice<'_>, section: &str) -> Option<&'a str> {
        self.texts.rule(voice.rule.id)?.words.get(section)
    }

    /// A phrase of the rule's card, else the shared one.
    pub(super) fn template(&self, voice: Voice<'_>, name: &str) -> Option<&'a str> {
        self.section(voice, name)
            .or_else(|| self.texts.phrase(name))
    }

    /// What the patient reads of a suggestion in their own language, where a file has it.
    pub(super) fn translated(&self, voice: Voice<'_>, name: &str) -> Option<&'a str> {
        let (texts, language) = (self.texts, self.snapshot.language);
        texts
            .rule(voice.rule.id)
            .and_then(|texts| texts.translated(name, language))
            .or_else(|| texts.translated_phrase(name, language))
    }

    pub(super) fn missing(&mut self, voice: Voice<'_>, name: &str) {
        let file = format!("{}/card.en.md", voice.rule.id);
        self.rendered.problems.push(Problem {
            file,
            line: None,
            message: format!("no section \"{name}\""),
        });
    }
}

/// The goal as the patient said it, if it is short enough to be said again within a sentence.
fn quotable_goal(snapshot: &Snapshot) -> String {
    let goal = snapshot.facts.goal.yes().filter(|goal| goal.by_patient);
    let words = goal.map(|goal| plain(&goal.words)).unwrap_or_default();
    let words = words.trim_end_matches(['.', '!', '?']);
    if units(words) <= LONGEST_QUOTE {
        words.to_owned()
    } else {
        String::new()
    }
}

fn filling<'a>(voice: Voice<'a>) -> Filling<'a> {
    Filling {
        slots: &voice.finding.slots,
        case: voice.finding.case,
    }
}
