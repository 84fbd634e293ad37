//! Texts of the record made harmless for a card, and shortened where a limit asks for it.
//!
//! Knows what Markdown, HTML and the linkifiers of clients would make of a text (contract R-177).
//! Refuses to know what the text says.

use std::borrow::Cow;

/// No value of the record is shown longer than this, whatever the client sent.
const LONGEST_VALUE: usize = 240;

/// One line of plain text: white space collapsed, control and direction characters dropped.
pub(crate) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST_VALUE));
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = !line.is_empty();
        } else if !is_dropped(c) {
            if gap {
                line.push(' ');
                gap = false;
            }
            line.push(c);
        }
    }
    line
}

/// A value as it may stand in plain text: [`plain`], cut at the longest length that a value may have,
/// and neither a tag nor a link should a client take the text for HTML or Markdown after all.
pub(crate) fn plain_value(text: &str) -> String {
    let line = value_line(text).replace("](", "] (");
    let mut value = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        value.push(c);
        let opens_tag = |next: &char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
        if c == '<' && chars.peek().is_some_and(opens_tag) {
            value.push(' ');
        }
    }
    value
}

fn value_line(text: &str) -> String {
    let start: String = text.chars().take(4 * LONGEST_VALUE).collect();
    shortened(&plain(&start), LONGEST_VALUE).into_owned()
}

/// A value as it may stand in `detail`: neither Markdown nor HTML nor a link, wherever it is put.
pub(crate) fn markdown_value(text: &str) -> String {
    let value = value_line(text);
    let line = inert(&value);
    let mut escaped = String::with_capacity(line.len() + 16);
    let marker = list_marker(&line);
    for (at, c) in line.char_indices() {
        match c {
            // Entities, not backslashes: some clients put the text into a page as it is.
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '#' | '-' | '+' | '=' if at == 0 => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => {
                if marker == Some(at) {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
        }
    }
    escaped
}

/// Where the point of "1. " or "1) " stands, which would start a list.
fn list_marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?;
    let starts_list = (rest.starts_with('.') || rest.starts_with(')'))
        && rest[1..].chars().next().is_none_or(|c| c == ' ');
    (digits > 0 && starts_list).then_some(digits)
}

/// Addresses that a client would turn into links, parted by a space: backslashes and entities do not help,
/// because the sandbox looks for addresses in the text after it has been unescaped.
fn inert(line: &str) -> Cow<'_, str> {
    if !line.contains("://") && !line.contains('@') && !has_www(line) {
        return Cow::Borrowed(line);
    }
    let apart = line.replace("://", ": //").replace('@', " @");
    let mut inert = String::with_capacity(apart.len() + 4);
    let mut rest = apart.as_str();
    while let Some(at) = find_www(rest) {
        inert.push_str(&rest[..at + 3]);
        inert.push(' ');
        rest = &rest[at + 3..];
    }
    inert.push_str(rest);
    Cow::Owned(inert)
}

fn has_www(line: &str) -> bool {
    find_www(line).is_some()
}

fn find_www(line: &str) -> Option<usize> {
    line.as_bytes()
        .windows(4)
        .position(|four| four.eq_ignore_ascii_case(b"www."))
}

/// Controls, direction marks, invisible separators and tags; joiners stay, because scripts need them.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Length as the strictest client counts it.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text cut at a word border to so many UTF-16 units, "…" included; never within a character.
pub(crate) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if units(text) <= limit {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > limit {
            break;
        }
        end = at + c.len_utf8();
    }
    let within = &text[..end];
    let border = match text[end..].starts_with(' ') {
        true => end,
        false => within.rfind(' ').unwrap_or(end),
    };
    let kept = within[..border].trim_end_matches([' ', ',', ';', ':', '(']);
    Cow::Owned(format!("{kept}…"))
}

#[cfg(test)]
mod tests {
    use super::{markdown_value, plain, plain_value, shortened, units};

    #[test]
    fn a_drug_display_with_markup_is_inert() {
        let shown = markdown_value(
            "<img src=x onerror=alert(1)> & **bold** _it_ `c` [a](http://e.vil) |x|",
        );
        assert_eq!(
            shown,
            "&lt;img src=x onerror=alert(1)&gt; &amp; \\*\\*bold\\*\\* \\_it\\_ \\`c\\` \\[a\\](http: //e.vil) \\|x\\|"
        );
    }

    #[test]
    fn a_plain_value_is_no_tag_and_no_link_either() {
        let shown = plain_value("<img src=x onerror=alert(1)> [a](javascript:b) </p> <5 mg");
        assert_eq!(
            shown,
            "< img src=x onerror=alert(1)> [a] (javascript:b) < /p> <5 mg"
        );
    }

    #[test]
    fn a_value_cannot_start_a_heading_or_a_list() {
        for (value, shown) in [
            ("# x", "\\# x"),
            ("- x", "\\- x"),
            ("+ x", "\\+ x"),
            ("1. x", "1\\. x"),
            ("12) x", "12\\) x"),
            ("1.5 mg", "1.5 mg"),
            ("---", "\\---"),
            ("=", "\\="),
        ] {
            assert_eq!(markdown_value(value), shown);
        }
    }

    #[test]
    fn addresses_are_no_links() {
        for (value, shown) in [
            ("https://evil.example", "https: //evil.example"),
            ("WWW.evil.example www.x.y", "WWW .evil.example www .x.y"),
            ("a@b.example", "a @b.example"),
        ] {
            assert_eq!(markdown_value(value), shown);
        }
    }

    #[test]
    fn lines_controls_and_direction_marks_go() {
        assert_eq!(plain(" a\n\tb\u{0}\u{202e}c\u{2028}d\u{200b} "), "a bc d");
    }

    #[test]
    fn texts_are_cut_at_words_and_never_within_a_character() {
        assert_eq!(shortened("oxycodone hydrochloride", 15), "oxycodone…");
        assert_eq!(shortened("oxycodone", 9), "oxycodone");
        assert_eq!(shortened("𝒜𝒜𝒜𝒜", 5), "𝒜𝒜…");
        assert!(units(&shortened(&"💊".repeat(90), 139)) <= 139);
        assert_eq!(shortened("abc def", 4), "abc…");
        assert_eq!(shortened("x", 0), "…");
    }

    #[test]
    fn a_huge_value_is_cut() {
        assert!(units(&markdown_value(&"*".repeat(1_000_000))) <= 2 * 240);
    }

    proptest::proptest! {
        #[test]
        fn no_text_at_all_becomes_markup_or_passes_its_limit(text in "\\PC*|(\\s|[<>&*_#|`\\\\\\[\\](){}~:/@.a-z0-9-])*") {
            let shown = markdown_value(&text);
            proptest::prop_assert!(!shown.contains(['<', '>', '\n', '\r']));
            proptest::prop_assert!(!shown.contains("://") && !shown.starts_with(['#', '-', '+', '=']));
            let mut before = ' ';
            for c in shown.chars() {
                let special = matches!(c, '*' | '_' | '`' | '[' | ']' | '|' | '~');
                proptest::prop_assert!(!special || before == '\\');
                before = if c == '\\' && before == '\\' { ' ' } else { c };
            }
            for limit in 1..40 {
                proptest::prop_assert!(units(&shortened(&text, limit)) <= limit);
            }
        }
    }
}
