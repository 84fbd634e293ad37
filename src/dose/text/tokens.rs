//! Words, numbers and marks of an instruction text.
//!
//! Knows how "10mg", "q4-6h", "1/2", "b.i.d." and "one-half" come apart.
//! Refuses to know what they mean.

use rust_decimal::Decimal;

/// Texts longer than this follow no common form.
const LONGEST: usize = 600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A decimal number.
    Number(Decimal),
    /// A half or a quarter written as a fraction.
    Part(Decimal),
    /// A word in lower case.
    Word(String),
    /// Punctuation.
    Mark(char),
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Do these tokens begin with this phrase, words and marks separated by spaces?
pub(super) fn begins(tokens: &[Token], phrase: &str) -> Option<usize> {
    let mut length = 0;
    for part in phrase.split(' ') {
        let fits = match tokens.get(length)? {
            Token::Word(word) => word == part,
            Token::Mark(mark) => part.chars().eq([*mark]),
            Token::Number(_) | Token::Part(_) => false,
        };
        if !fits {
            return None;
        }
        length += 1;
    }
    Some(length)
}

/// The length of the longest phrase of a list that these tokens begin with.
pub(super) fn longest(tokens: &[Token], phrases: &[&str]) -> Option<usize> {
    phrases
        .iter()
        .filter_map(|phrase| begins(tokens, phrase))
        .max()
}

/// `None` where a text is empty, overlong or holds a number that can be read two ways.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    if text.trim().is_empty() || text.len() > LONGEST {
        return None;
    }
    let text = normal(text);
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut rest = letters.as_slice();
    let mut after_word: Option<String> = None;
    while let Some(first) = rest.first() {
        let (token, length) = match first {
            letter if letter.is_whitespace() => (None, 1),
            // "24-hour".
            '-' if rest.get(1).is_some_and(|next| next.is_alphabetic()) => (None, 1),
            digit if digit.is_ascii_digit() => number(rest)?,
            // "q.4h" is every four hours, ".5" a half, "tab.5" nothing to rely on.
            '.' if after_word.as_deref() == Some("q") => (None, 1),
            '.' if after_word.is_none() && rest.get(1).is_some_and(char::is_ascii_digit) => {
                number(rest)?
            }
            letter if letter.is_alphabetic() => word(rest),
            mark => (Some(Token::Mark(*mark)), 1),
        };
        after_word = token.as_ref().and_then(Token::word).map(str::to_owned);
        found.extend(token);
        rest = rest.get(length..)?;
    }
    Some(found)
}

fn normal(text: &str) -> String {
    let text = text.to_lowercase().replace("(s)", "").replace("(es)", "");
    let text = text.replace(['–', '—', '‑', '−'], "-").replace('μ', "µ");
    let text = text
        .replace('½', " 1/2")
        .replace('¼', " 1/4")
        .replace('¾', " 3/4");
    text.replace('×', "x").replace('&', " and ")
}

/// "b.i.d." and "one-half" are one and two words: a full stop between letters is nothing, a hyphen a space.
fn word(letters: &[char]) -> (Option<Token>, usize) {
    let mut word = String::new();
    let mut length = 0;
    while let Some(letter) = letters.get(length) {
        let next_is_letter = letters
            .get(length + 1)
            .is_some_and(|next| next.is_alphabetic());
        match letter {
            letter if letter.is_alphabetic() => word.push(*letter),
            '.' if next_is_letter && is_abbreviated(&letters[..length]) => {}
            '\'' | '’' if next_is_letter => {}
            '-' if next_is_letter => return (Some(Token::Word(word)), length + 1),
            _ => break,
        }
        length += 1;
    }
    (Some(Token::Word(word)), length)
}

/// Single letters, each followed by a full stop but the last: "p", "p.r".
fn is_abbreviated(letters: &[char]) -> bool {
    letters.len() % 2 == 1
        && letters
            .iter()
            .enumerate()
            .all(|(at, letter)| (at % 2 == 1) == (*letter == '.'))
}

fn number(letters: &[char]) -> Option<(Option<Token>, usize)> {
    let run = |from: usize| {
        let digits = letters.get(from..).unwrap_or_default();
        digits
            .iter()
            .take_while(|letter| letter.is_ascii_digit())
            .count()
    };
    let whole = run(0);
    let next = letters.get(whole);
    let more = run(whole + 1);
    let text = |length: usize| letters.iter().take(length).collect::<String>();
    match next {
        // "1,5" and "1,000": European or American, one or a thousand.
        Some(',') if more > 0 => None,
        Some('.') if more > 0 => {
            let length = whole + 1 + more;
            // "1.2.3" is no number.
            let ends = letters.get(length) != Some(&'.') || run(length + 1) == 0;
            let value = format!("0{}", text(length)).parse().ok().filter(|_| ends)?;
            Some((Some(Token::Number(value)), length))
        }
        Some('/') if more > 0 => match text(whole + 1 + more).as_str() {
            "1/2" => Some((Some(Token::Part(Decimal::new(5, 1))), 3)),
            "1/4" => Some((Some(Token::Part(Decimal::new(25, 2))), 3)),
            "3/4" => Some((Some(Token::Part(Decimal::new(75, 2))), 3)),
            _ => Some((Some(Token::Number(text(whole).parse().ok()?)), whole)),
        },
        _ => Some((Some(Token::Number(text(whole).parse().ok()?)), whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    fn shown(text: &str) -> Option<String> {
        let token = |token: &Token| match token {
            Token::Number(value) => value.to_string(),
            Token::Part(value) => format!("part {value}"),
            Token::Word(word) => word.clone(),
            Token::Mark(mark) => mark.to_string(),
        };
        Some(
            tokens(text)?
                .iter()
                .map(token)
                .collect::<Vec<_>>()
                .join("|"),
        )
    }

    #[test]
    fn texts_come_apart() {
        for (text, expected) in [
            ("Take 10mg q4-6h", "take|10|mg|q|4|-|6|h"),
            ("1 1/2 tabs", "1|part 0.5|tabs"),
            ("½ tab", "part 0.5|tab"),
            ("q.4h.", "q|4|h|."),
            ("tab.5", "tab|.|5"),
            ("24-hour", "24|hour"),
            ("1 b.i.d. p.r.n.", "1|bid|.|prn|."),
            ("as-needed", "as|needed"),
            ("5/325", "5|/|325"),
            ("tablet(s)", "tablet"),
            (".5 mL.", "0.5|ml|."),
            ("1–2", "1|-|2"),
            ("don't", "dont"),
            ("tab. Do", "tab|.|do"),
            ("pain.Do not", "pain|.|do|not"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn numbers_that_can_be_read_two_ways_are_not_read() {
        for text in ["1,5 tab", "1,000 mg", "1.2.3", "", "  "] {
            assert_eq!(shown(text), None, "{text}");
        }
        assert_eq!(shown(&"9".repeat(60)), None);
        assert_eq!(shown(&"take ".repeat(200)), None);
    }
}
