//! `detail`: its parts in their order, cut where it gets too long (language guide section 1, catalogue section 5 rule 4).
//!
//! Knows layout and lengths.
//! Refuses to know what the parts say.

use super::escape::units;

/// Length that is aimed at.
pub(crate) const TARGET: usize = 1_200;
/// Length that is never passed.
pub(crate) const HARD_LIMIT: usize = 1_800;
/// Facts that stay when facts are cut.
const FIRST_FACTS: usize = 4;

/// A bullet of part 2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bullet {
    pub(crate) text: String,
    /// A fact, which may be cut; else what a merged rule has to say.
    pub(crate) is_fact: bool,
    /// The line that says the same: the bullet stands only where that line was cut.
    pub(crate) said_by: Option<usize>,
}

/// Run-ins of the parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunIns {
    pub(crate) not_checked: String,
    pub(crate) words: String,
    pub(crate) also: String,
    /// In place of `also` on the brief.
    pub(crate) due: String,
}

/// The parts, ready to show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detail {
    /// Prose before the bullets.
    pub(crate) why: Option<String>,
    /// Part 2.
    pub(crate) bullets: Vec<Bullet>,
    /// Part 2 and 3 of the brief: its lines, in place of bullets and evidence.
    pub(crate) brief: Vec<String>,
    /// Part 3.
    pub(crate) known: Option<String>,
    /// What could not be read; never cut.
    pub(crate) unread: Vec<String>,
    /// Part 5.
    pub(crate) say: Option<String>,
    /// How other findings speak here.
    pub(crate) lines: Vec<String>,
    pub(crate) run_ins: RunIns,
}

impl Detail {
    /// Cuts until the text fits, and gives it; `None` if there is nothing to say. `lines` holds those that are left.
    pub(crate) fn fit(&mut self) -> Option<String> {
        // The brief is a page of its own: twelve lines and the lines of others do not fit the shorter length.
        let target = if self.brief.is_empty() {
            TARGET
        } else {
            HARD_LIMIT
        };
        self.cut(target, &[Self::cut_line, Self::cut_fact]);
        self.cut(
            HARD_LIMIT,
            &[Self::cut_line, Self::cut_fact, Self::cut_more],
        );
        Some(self.to_string()).filter(|text| !text.is_empty())
    }

    /// Adds a sentence to part 3.
    pub(crate) fn explain(&mut self, words: String) {
        self.known = Some(match self.known.take() {
            Some(known) => format!("{known} {words}"),
            None => words,
        });
    }

    fn cut(&mut self, limit: usize, ways: &[fn(&mut Self) -> bool]) {
        for way in ways {
            while units(&self.to_string()) > limit && way(self) {}
        }
    }

    fn cut_line(&mut self) -> bool {
        self.lines.pop().is_some()
    }

    fn cut_fact(&mut self) -> bool {
        let facts = self.bullets.iter().filter(|bullet| bullet.is_fact).count();
        let last = self.bullets.iter().rposition(|bullet| bullet.is_fact);
        match last.filter(|_| facts > FIRST_FACTS) {
            Some(last) => {
                self.bullets.remove(last);
                true
            }
            None => false,
        }
    }

    /// Beyond what section 5 names: only so that the hard limit holds whatever a site writes.
    fn cut_more(&mut self) -> bool {
        if self.brief.len() > 1 {
            return self.brief.pop().is_some();
        }
        if self.bullets.len() > 1 {
            return self.bullets.pop().is_some();
        }
        self.why.take().is_some()
            || self.known.take().is_some()
            || self.say.take().is_some()
            || self.bullets.pop().is_some()
            || self.brief.pop().is_some()
    }
}

impl std::fmt::Display for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |texts: &mut dyn Iterator<Item = &String>| {
            texts
                .map(|text| format!("- {text}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let run_in =
            |title: &str, text: String| (!text.is_empty()).then(|| format!("**{title}** {text}"));
        let lines = list(&mut self.lines.iter());
        let is_shown =
            |bullet: &&Bullet| bullet.said_by.is_none_or(|line| line >= self.lines.len());
        let bullets = self.bullets.iter().filter(is_shown);
        let is_brief = !self.brief.is_empty();
        let heading = if is_brief {
            &self.run_ins.due
        } else {
            &self.run_ins.also
        };
        let heading = (!lines.is_empty()).then(|| format!("**{heading}**"));
        let (due, also) = if is_brief {
            ([heading, Some(lines)], [None, None])
        } else {
            ([None, None], [heading, Some(lines)])
        };
        let [due_heading, due] = due;
        let [also_heading, also] = also;
        let blocks = [
            self.why.clone(),
            Some(list(&mut bullets.map(|bullet| &bullet.text))),
            Some(list(&mut self.brief.iter())),
            due_heading,
            due,
            self.known.clone(),
            run_in(&self.run_ins.not_checked, self.unread.join(" ")),
            run_in(&self.run_ins.words, self.say.clone().unwrap_or_default()),
            also_heading,
            also,
        ];
        let shown: Vec<String> = blocks
            .into_iter()
            .flatten()
            .filter(|block| !block.is_empty())
            .collect();
        f.write_str(&shown.join("\n\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bullet, Detail, HARD_LIMIT, RunIns, TARGET};

    fn detail(facts: usize, lines: usize) -> Detail {
        let text = |name: &str, n: usize| format!("{name} {n} {}", "x".repeat(90));
        Detail {
            bullets: (0..facts)
                .map(|n| Bullet {
                    text: text("fact", n),
                    is_fact: true,
                    said_by: None,
                })
                .collect(),
            known: Some("Known.".to_owned()),
            unread: vec!["Could not be read.".to_owned()],
            say: Some("What helps?".to_owned()),
            lines: (0..lines).map(|n| text("line", n)).collect(),
            run_ins: RunIns {
                not_checked: "Not checked:".into(),
                words: "Words:".into(),
                also: "Also:".into(),
                due: "Due:".into(),
            },
            ..Detail::default()
        }
    }

    #[test]
    fn parts_stand_in_their_order_with_blank_lines_between() {
        let shown = detail(0, 0).fit().expect("text");
        assert_eq!(
            shown,
            "Known.\n\n**Not checked:** Could not be read.\n\n**Words:** What helps?"
        );
        let mut short = detail(1, 1);
        short.lines[0] = "A line".to_owned();
        assert!(
            short
                .fit()
                .expect("text")
                .ends_with("**Also:**\n\n- A line")
        );
    }

    #[test]
    fn what_is_due_stands_before_the_words_on_the_brief() {
        let mut brief = detail(0, 1);
        brief.brief = vec!["Who".to_owned()];
        brief.lines[0] = "A visit".to_owned();
        assert_eq!(
            brief.fit().expect("text"),
            "- Who\n\n**Due:**\n\n- A visit\n\nKnown.\n\n**Not checked:** Could not be read.\n\n**Words:** What helps?"
        );
    }

    #[test]
    fn lines_go_first_then_facts_beyond_four_and_never_what_was_not_read() {
        let mut long = detail(6, 9);
        let shown = long.fit().expect("text");
        assert!(shown.len() <= TARGET);
        assert!(long.lines.len() < 9 && long.bullets.len() == 6);
        let mut facts = detail(20, 3);
        facts.fit();
        assert_eq!((facts.lines.len(), facts.bullets.len() < 20), (0, true));
        let mut hopeless = detail(4, 0);
        hopeless.known = Some("k".repeat(3_000));
        let shown = hopeless.fit().expect("text");
        assert!(shown.len() <= HARD_LIMIT && shown.contains("Could not be read."));
    }

    #[test]
    fn a_fact_that_a_line_says_comes_back_when_the_line_is_cut() {
        let mut short = detail(2, 1);
        short.bullets[0].said_by = Some(0);
        assert!(!short.fit().expect("text").contains("fact 0"));
        let mut long = detail(2, 12);
        long.bullets[0].said_by = Some(11);
        let shown = long.fit().expect("text");
        assert!(long.lines.len() < 12 && shown.contains("fact 0"), "{shown}");
    }

    #[test]
    fn nothing_to_say_is_no_detail() {
        assert_eq!(Detail::default().fit(), None);
    }
}
