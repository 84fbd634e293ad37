//! Checks of one section of a content file, before it is ever filled.
//!
//! Knows what clients cannot show and what the language guide forbids.
//! Refuses to know rendered cards: those are the gate's.

use super::escape::units;
use super::gate::{banned, opener};
use super::links::Links;
use super::texts::SUMMARY;
use crate::patient::Language;

/// Longest label of a suggestion (language guide section 1).
pub(crate) const LONGEST_LABEL: usize = 40;

/// Something wrong, so many lines below the section's first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) message: String,
}

/// Everything that is wrong with a section's text.
pub(crate) fn section(name: &str, text: &str, links: &Links, language: Language) -> Vec<Fault> {
    let mut faults = Vec::new();
    let shown = without_tags(text);
    for (line, row) in (0..).zip(shown.lines()) {
        let found = banned(row, language)
            .into_iter()
            .chain(markup(row))
            .chain(addresses(row).filter_map(|url| links.fault(url)));
        faults.extend(found.map(|message| Fault { line, message }));
    }
    if name == SUMMARY
        && let Some(word) = opener(&shown)
    {
        faults.push(Fault {
            line: 0,
            message: format!("a summary does not start with \"{word}\""),
        });
    }
    if name.starts_with("Suggestion ") {
        faults.extend(match language {
            Language::English => suggestion(text),
            Language::Spanish => translated_suggestion(text),
        });
    }
    faults
}

fn suggestion(text: &str) -> Option<Fault> {
    let label = text.split("\n\n").next().unwrap_or_default();
    let is_static = !label.contains('{');
    let message = match text.contains("\n\n") {
        false => "a suggestion has a label, a blank line and a description".to_owned(),
        true if is_static && units(label) > LONGEST_LABEL => {
            format!(
                "the label has {} characters, at most {LONGEST_LABEL} are shown",
                units(label)
            )
        }
        true => return None,
    };
    Some(Fault { line: 0, message })
}

/// In another language a suggestion is what the patient reads of it, and nothing else.
fn translated_suggestion(text: &str) -> Option<Fault> {
    text.contains("\n\n").then(|| Fault {
        line: 0,
        message: "only what the patient reads stands here: one paragraph".to_owned(),
    })
}

/// HTML, tables, images, headings, task boxes: not for `detail` (contract R-177).
fn markup(row: &str) -> Option<String> {
    let html = row.match_indices('<').any(|(at, _)| {
        row[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
    });
    let start = row.trim_start();
    let found = [
        (html, "HTML"),
        (start.starts_with('|'), "a table"),
        (row.contains("!["), "an image"),
        (start.starts_with('#'), "a heading that no section has"),
        (
            start.starts_with("- [") || start.starts_with("* ["),
            "a task box or link at the start",
        ),
        (start.starts_with("```"), "a code block"),
    ];
    found
        .into_iter()
        .find(|(is_there, _)| *is_there)
        .map(|(_, what)| format!("{what} is not shown by every client"))
}

fn addresses(row: &str) -> impl Iterator<Item = &str> {
    row.match_indices("://").map(|(at, _)| {
        let start = row[..at]
            .rfind(|c: char| !c.is_ascii_alphabetic())
            .map_or(0, |border| border + 1);
        let rest = &row[start..];
        let end = rest.find([' ', ')', '>', '"']).unwrap_or(rest.len());
        rest[..end].trim_end_matches(['.', ','])
    })
}

/// The text with its template tags taken out, lines kept.
fn without_tags(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, tag) = rest.split_at(start);
        let closing = match tag.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                shown.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
                continue;
            }
        };
        let end = tag.find(closing).map_or(tag.len(), |at| at + 2);
        shown.push_str(before);
        shown.push_str(&"\n".repeat(tag[..end].matches('\n').count()));
        rest = &tag[end..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::{section, without_tags};
    use crate::cards::links::Links;
    use crate::patient::Language;

    fn messages(name: &str, text: &str) -> Vec<(u64, String)> {
        let (links, _) = Links::parse("links.csv", "key,url,state\nA,https://a.example,V\n");
        section(name, text, &links, Language::English)
            .into_iter()
            .map(|fault| (fault.line, fault.message))
            .collect()
    }

    #[test]
    fn banned_terms_are_found_with_their_line_and_not_within_tags() {
        let found = messages(
            "Known",
            "fine\n{% if case == \"clean\" %}The test was clean.{% endif %}",
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, 1);
        assert!(messages("Known", "{{ clean }}").is_empty());
    }

    #[test]
    fn html_tables_images_and_stray_links_are_found() {
        for text in [
            "a <b>b</b>",
            "| a |",
            "![a](https://a.example)",
            "see https://b.example/x.",
            "### more",
        ] {
            assert_eq!(messages("Known", text).len(), 1, "{text}");
        }
        assert!(messages("Known", "a < b, see [page](https://a.example).").is_empty());
    }

    #[test]
    fn a_summary_does_not_open_with_alarm() {
        assert_eq!(
            messages("summary", "{% if x %}Warning: x{% endif %}").len(),
            1
        );
        assert!(messages("summary", "Watch for {{ medicine }}: warning signs").is_empty());
    }

    #[test]
    fn a_label_is_short_and_has_a_description() {
        assert_eq!(messages("Suggestion a", "Just a label").len(), 1);
        assert_eq!(
            messages("Suggestion a", &format!("{}\n\nText.", "x".repeat(41))).len(),
            1
        );
        assert!(messages("Suggestion a", "Label\n\nText.").is_empty());
    }

    #[test]
    fn tags_go_and_lines_stay() {
        assert_eq!(without_tags("a{# x\ny #}b {c} {{ d }}e"), "a\nb {c} e");
    }
}
