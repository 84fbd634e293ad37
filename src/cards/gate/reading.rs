//! How hard a text is to read: Flesch-Kincaid grade for English, Fernández-Huerta ease for Spanish, with syllable counters of ours.
//!
//! Counts English syllables as groups of vowels, less a silent e at the end and a silent -ed or -es,
//! plus a final -le after a consonant and vowels that are spoken apart (-ia-, -io- not in -tion, -ua-, …).
//! Numbers count one syllable a digit group; a word has at least one.
//! In Spanish a weak vowel without accent joins its neighbour, and u is silent in que, qui, gue and gui.
//! Refuses to know other languages.

/// Counts of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// Words.
    pub(crate) words: usize,
    /// Sentences; at least one.
    pub(crate) sentences: usize,
    /// Words of the longest sentence.
    pub(crate) longest: usize,
    /// Syllables.
    pub(crate) syllables: usize,
}

impl Reading {
    /// Counts of an English text.
    pub(crate) fn of(text: &str) -> Reading {
        Reading::counted(text, syllables)
    }

    /// Counts of a Spanish text.
    pub(crate) fn of_spanish(text: &str) -> Reading {
        Reading::counted(text, spanish_syllables)
    }

    /// Counts of an English text in which these names count one syllable, as numbers do.
    pub(crate) fn with_names(text: &str, is_name: fn(&str) -> bool) -> Reading {
        Reading::counted(text, |word| {
            let counted = syllables(word);
            // Short words make no difference, whatever they name.
            if counted > 2 && is_name(word) {
                1
            } else {
                counted
            }
        })
    }

    fn counted(text: &str, syllables: impl Fn(&str) -> usize) -> Reading {
        let lengths: Vec<usize> = sentences(text)
            .map(|sentence| words(sentence).count())
            .collect();
        Reading {
            words: lengths.iter().sum(),
            sentences: lengths.len().max(1),
            longest: lengths.iter().copied().max().unwrap_or(0),
            syllables: words(text).map(syllables).sum(),
        }
    }

    /// Words a sentence.
    pub(crate) fn mean(self) -> f64 {
        self.words as f64 / self.sentences as f64
    }

    /// Fernández-Huerta (1959), sentence length in words: higher is easier.
    pub(crate) fn ease(self) -> f64 {
        let words = self.words.max(1) as f64;
        206.84 - 60.0 * self.syllables as f64 / words - 1.02 * self.mean()
    }

    /// Flesch-Kincaid grade level.
    pub(crate) fn grade(self) -> f64 {
        let words = self.words.max(1) as f64;
        0.39 * self.mean() + 11.8 * self.syllables as f64 / words - 15.59
    }
}

/// Sentences end with a mark and white space, or at the end of a line; points of "Dr." and decimals do not end one.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(line_sentences)
        .filter(|sentence| words(sentence).next().is_some())
}

fn line_sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in line.char_indices() {
        let next = line[at + c.len_utf8()..].chars().next();
        let ends = matches!(c, '.' | '?' | '!' | ';') && next.is_none_or(char::is_whitespace);
        let title = [
            "Dr", "Dra", "Mr", "Mrs", "Ms", "Sr", "Sra", "vs", "e.g", "i.e",
        ]
        .iter()
        .any(|title| line[start..at].ends_with(title));
        if ends && !(c == '.' && title) {
            found.push(&line[start..=at]);
            start = at + 1;
        }
    }
    found.push(&line[start..]);
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '–' | '—'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// Vowels, each a syllable unless a weak one without accent joins its neighbour.
fn spanish_syllables(word: &str) -> usize {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return 1;
    }
    let mut word = word.to_lowercase().replace("qu", "q");
    for vowel in ["e", "i", "é", "í"] {
        word = word.replace(&format!("gu{vowel}"), &format!("g{vowel}"));
    }
    let letters: Vec<char> = word.chars().collect();
    let is_weak = |at: usize| match letters[at] {
        'a' | 'e' | 'o' | 'á' | 'é' | 'ó' | 'í' | 'ú' => Some(false),
        'i' | 'u' | 'ü' => Some(true),
        'y' if at + 1 == letters.len() => Some(true),
        _ => None,
    };
    let mut count = 0;
    let mut before: Option<bool> = None;
    for at in 0..letters.len() {
        let weak = is_weak(at);
        count += match (before, weak) {
            (_, None) => 0,
            (None, Some(_)) => 1,
            (Some(left), Some(right)) => usize::from(!left && !right),
        };
        before = weak;
    }
    count.max(1)
}

fn syllables(word: &str) -> usize {
    word.split('-')
        .map(|part| part_syllables(&part.to_lowercase()))
        .sum::<usize>()
        .max(1)
}

fn part_syllables(word: &str) -> usize {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return 1;
    }
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let is_vowel = |at: usize| letters.get(at).is_some_and(|c| "aeiouyáéíóúü".contains(*c));
    let starts = (0..letters.len()).filter(|&at| is_vowel(at) && (at == 0 || !is_vowel(at - 1)));
    let groups = starts.count();
    let ends = |end: &str| word.ends_with(end);
    let before = |back: usize| letters.len() > back && is_vowel(letters.len() - 1 - back);
    let silent = (ends("e") && !ends("le") && !before(1) && groups > 1)
        || (ends("le") && before(2) && groups > 1)
        || (ends("ed") && !ends("ted") && !ends("ded") && !before(2) && groups > 1)
        || (ends("es")
            && !["ses", "zes", "ces", "ges", "xes", "ches", "shes"]
                .iter()
                .any(|end| ends(end))
            && !before(2)
            && groups > 1);
    let apart = ["ia", "eo", "ua", "uou", "iou", "io", "ioi", "iu", "ying"]
        .iter()
        .filter(|pair| word.contains(*pair))
        .count();
    let together = [
        "tio", "sio", "cia", "tia", "gio", "cio", "peo", "qua", "gua", "geo",
    ]
    .iter()
    .filter(|pair| word.contains(*pair))
    .count();
    (groups + apart.saturating_sub(together))
        .saturating_sub(usize::from(silent))
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::{Reading, sentences, spanish_syllables, syllables};

    #[test]
    fn syllables_of_words_that_cards_use() {
        for (word, count) in [
            ("the", 1),
            ("breathe", 1),
            ("medicine", 3),
            ("people", 2),
            ("little", 2),
            ("used", 1),
            ("added", 2),
            ("helps", 1),
            ("makes", 1),
            ("doses", 2),
            ("naloxone", 3),
            ("family", 3),
            ("overdose", 3),
            ("question", 2),
            ("safe", 1),
            ("step-by-step", 3),
            ("1", 1),
            ("opioid", 4),
            ("apnea", 3),
            ("together", 3),
            ("stopped", 1),
            ("while", 1),
            ("you", 1),
            ("idea", 2),
            ("physical", 3),
            ("trying", 2),
        ] {
            let counted = syllables(word);
            assert!(
                counted.abs_diff(count) <= usize::from(word == "idea" || word == "apnea"),
                "{word}: {counted}"
            );
        }
    }

    #[test]
    fn sentences_end_at_marks_and_not_at_titles_or_decimals() {
        let text = "What helps? Ask Dr. Ruiz about 2.5 mg. Then\nlook again";
        assert_eq!(sentences(text).count(), 4);
    }

    #[test]
    fn plain_words_read_easily_and_long_ones_do_not() {
        let easy = Reading::of(
            "Who is at home with you at night? You have sleep apnea, and this medicine can slow breathing more while you sleep.",
        );
        assert!(easy.grade() <= 6.0, "{}", easy.grade());
        let hard = Reading::of(
            "Concomitant administration of benzodiazepines necessitates individualized consideration of respiratory compromise.",
        );
        assert!(hard.grade() > 12.0, "{}", hard.grade());
    }

    #[test]
    fn spanish_syllables_join_weak_vowels() {
        for (word, count) in [
            ("medicina", 4),
            ("opioide", 3),
            ("respiración", 4),
            ("día", 2),
            ("quién", 1),
            ("guía", 2),
            ("ayuda", 3),
            ("hoy", 1),
            ("y", 1),
            ("cuidado", 3),
            ("sobredosis", 4),
            ("911", 1),
        ] {
            assert_eq!(spanish_syllables(word), count, "{word}");
        }
    }

    #[test]
    fn plain_spanish_reads_easily_and_long_words_do_not() {
        let easy = "¿Quién está con usted en casa de noche? Esta medicina puede darle sueño.";
        assert!(Reading::of_spanish(easy).ease() >= 70.0);
        let hard = "La administración concomitante de benzodiacepinas necesita consideraciones individualizadas sobre complicaciones respiratorias.";
        assert!(Reading::of_spanish(hard).ease() < 30.0);
    }

    #[test]
    fn nothing_to_read_is_no_fault() {
        assert!(Reading::of("").grade() < 0.0);
    }
}
