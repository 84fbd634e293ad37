//! How hard a guide is to read: Flesch-Kincaid grade for English, Fernández-Huerta score for Spanish.
//!
//! Syllables are counted by rule, without a dictionary; the tests pin words that guides use.
//! Labels of under four words are left out of the measure: they would flatter it.

use crate::guides::Lang;
use crate::guides::markdown::{Block, Text};
use crate::guides::page::plain;

/// Shorter ones are labels.
const LEAST_WORDS: usize = 4;

/// Counts over the sentences of a guide.
pub(crate) struct Reading {
    lang: Lang,
    words: usize,
    sentences: usize,
    syllables: usize,
    /// The sentence with the most words.
    pub(crate) longest: String,
}

impl Reading {
    pub(crate) fn of(blocks: &[Block], lang: Lang) -> Reading {
        let mut reading = Reading {
            lang,
            words: 0,
            sentences: 0,
            syllables: 0,
            longest: String::new(),
        };
        for text in texts(blocks) {
            for sentence in sentences(&text) {
                let count = words(sentence).count();
                if count > reading.longest_words() {
                    reading.longest = sentence.to_owned();
                }
                if count >= LEAST_WORDS {
                    reading.words += count;
                    reading.sentences += 1;
                    reading.syllables += words(sentence)
                        .map(|word| syllables(word, lang))
                        .sum::<usize>();
                }
            }
        }
        reading
    }

    pub(crate) fn longest_words(&self) -> usize {
        words(&self.longest).count()
    }

    pub(crate) fn mean(&self) -> f64 {
        self.words as f64 / self.sentences.max(1) as f64
    }

    /// Grade level: lower is easier.
    pub(crate) fn grade(&self) -> f64 {
        assert_eq!(self.lang, Lang::En);
        0.39 * self.mean() + 11.8 * self.per_word() - 15.59
    }

    /// Fernández-Huerta (1959), with sentence length in words: higher is easier.
    pub(crate) fn ease(&self) -> f64 {
        assert_eq!(self.lang, Lang::Es);
        206.84 - 60.0 * self.per_word() - 1.02 * self.mean()
    }

    fn per_word(&self) -> f64 {
        self.syllables as f64 / self.words.max(1) as f64
    }
}

/// Every text, in reading order, without marks.
pub(crate) fn texts(blocks: &[Block]) -> Vec<String> {
    let of_block = |block: &Block| -> Vec<String> {
        let plain_all = |texts: &[Text]| texts.iter().map(plain).collect();
        match block {
            Block::Heading(_, text) | Block::Paragraph(text) => vec![plain(text)],
            Block::List(_, items) => plain_all(items),
            Block::Lines(_) => Vec::new(),
            Block::Table(caption, rows) => std::iter::once(plain(caption))
                .chain(rows.iter().flatten().map(plain))
                .collect(),
        }
    };
    blocks.iter().flat_map(of_block).collect()
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '–' | '—'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// They end with a mark, perhaps a closing quotation mark, and white space.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let after = text[at + c.len_utf8()..].trim_start_matches(['"', '»', '”']);
        if matches!(c, '.' | '?' | '!' | ';' | ':')
            && after.chars().next().is_none_or(char::is_whitespace)
        {
            found.push(&text[start..text.len() - after.len()]);
            start = text.len() - after.len();
        }
    }
    found.push(&text[start..]);
    found.retain(|sentence| words(sentence).next().is_some());
    found
}

fn syllables(word: &str, lang: Lang) -> usize {
    let word = word.to_lowercase();
    let count = match lang {
        Lang::En => word.split('-').map(english).sum(),
        Lang::Es => spanish(&word),
    };
    count.max(1)
}

/// Groups of vowels, less silent endings, plus pairs that are spoken apart.
fn english(word: &str) -> usize {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return 1;
    }
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |at: usize| letters.get(at).is_some_and(|c| "aeiouy".contains(*c));
    let groups = (0..letters.len())
        .filter(|&at| vowel(at) && (at == 0 || !vowel(at - 1)))
        .count();
    let vowel_before = |back: usize| letters.len() > back && vowel(letters.len() - 1 - back);
    let ends = |end: &str| word.ends_with(end);
    let hissing = ["ses", "zes", "ces", "ges", "xes", "ches", "shes"];
    let silent = groups > 1
        && ((ends("e") && !ends("le") && !vowel_before(1))
            || (ends("le") && vowel_before(2))
            || (ends("ed") && !ends("ted") && !ends("ded") && !vowel_before(2))
            || (ends("es") && !hissing.iter().any(|end| ends(end)) && !vowel_before(2)));
    let times = |pairs: &[&str]| pairs.iter().filter(|pair| word.contains(**pair)).count();
    let apart = times(&["ia", "eo", "ua", "io", "iu", "ying"]);
    let together = times(&[
        "tio", "sio", "cia", "tia", "gio", "cio", "peo", "qua", "gua", "geo",
    ]);
    (groups + apart.saturating_sub(together)).saturating_sub(usize::from(silent))
}

/// Vowels, where a weak one without accent joins its neighbour; u is silent in que, qui, gue, gui.
fn spanish(word: &str) -> usize {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return 1;
    }
    let mut word = word.replace("qu", "q");
    for vowel in ["e", "i", "é", "í"] {
        word = word.replace(&format!("gu{vowel}"), &format!("g{vowel}"));
    }
    let letters: Vec<char> = word.chars().collect();
    let mut count = 0;
    let mut before: Option<bool> = None;
    for (at, letter) in letters.iter().enumerate() {
        let is_last = at + 1 == letters.len();
        let weak = match letter {
            'a' | 'e' | 'o' | 'á' | 'é' | 'ó' | 'í' | 'ú' => Some(false),
            'i' | 'u' | 'ü' => Some(true),
            'y' if is_last => Some(true),
            _ => None,
        };
        count += match (before, weak) {
            (_, None) => 0,
            (None, Some(_)) => 1,
            (Some(left), Some(right)) => usize::from(!left && !right),
        };
        before = weak;
    }
    count
}

#[test]
fn syllables_of_words_that_guides_use() {
    let english = [
        ("breathe", 1),
        ("medicine", 3),
        ("naloxone", 3),
        ("people", 2),
        ("used", 1),
        ("opioid", 3),
        ("clinic", 2),
        ("something", 2),
        ("step-by-step", 3),
        ("911", 1),
    ];
    for (word, count) in english {
        let counted = syllables(word, Lang::En);
        let slack = usize::from(word == "something");
        assert!(counted.abs_diff(count) <= slack, "{word}: {counted}");
    }
    let spanish = [
        ("medicina", 4),
        ("opioide", 3),
        ("respiración", 4),
        ("día", 2),
        ("farmacia", 3),
        ("quién", 1),
        ("guía", 2),
        ("ayuda", 3),
        ("hoy", 1),
        ("y", 1),
        ("cuidado", 3),
        ("país", 2),
        ("ahora", 3),
        ("pregunte", 3),
    ];
    for (word, count) in spanish {
        assert_eq!(syllables(word, Lang::Es), count, "{word}");
    }
}

#[test]
fn sentences_end_at_marks_and_behind_quotation_marks() {
    assert_eq!(
        sentences("Say: \"I need time.\" Then wait 2.5 hours").len(),
        3
    );
}

#[test]
fn hard_words_do_not_pass_for_easy_ones() {
    let hard = |text: &str| {
        [Block::Paragraph(vec![
            crate::guides::markdown::Span::Plain(text.to_owned()),
        ])]
    };
    let english = "Concomitant administration of benzodiazepines necessitates individualized consideration of respiratory compromise.";
    assert!(Reading::of(&hard(english), Lang::En).grade() > 12.0);
    let spanish = "La administración concomitante de benzodiacepinas necesita consideraciones individualizadas sobre complicaciones respiratorias.";
    assert!(Reading::of(&hard(spanish), Lang::Es).ease() < 30.0);
}
