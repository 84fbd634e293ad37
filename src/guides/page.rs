//! From a guide to a page: one complete HTML document, everything escaped.
//!
//! Knows the frame of a page in both languages.
//! Refuses to know scripts, pictures, forms, and any address that is not in the text or relative to the guides.

use super::file::{Clinic, Guide, Source};
use super::markdown::{Block, Sort, Span, Text};
use super::{Audience, Lang};

const STYLE: &str = include_str!("page.css");

/// The words of the frame.
struct Words {
    list_title: &'static str,
    list_lead: &'static str,
    patient: &'static str,
    both: &'static str,
    clinician: &'static str,
    skip: &'static str,
    all_guides: &'static str,
    languages: &'static str,
    sources: &'static str,
    reviewed: &'static str,
    general: &'static str,
    print: &'static str,
    write: &'static str,
}

const ENGLISH: Words = Words {
    list_title: "Conversation guides",
    list_lead: "Pages to read, print and fill in together. They hold nothing about you until you write on them.",
    patient: "For you and your family",
    both: "To look at together",
    clinician: "For the care team",
    skip: "Skip to the guide",
    all_guides: "All guides",
    languages: "Pages",
    sources: "Where this comes from",
    reviewed: "Reviewed",
    general: "General information. Your own plan comes first.",
    print: "You can print this page.",
    write: "space to write",
};

const SPANISH: Words = Words {
    list_title: "Guías para conversar",
    list_lead: "Hojas para leer, imprimir y llenar juntos. No dicen nada de usted hasta que usted escriba en ellas.",
    patient: "Para usted y su familia",
    both: "Para ver juntos",
    clinician: "Para el equipo de salud",
    skip: "Ir a la guía",
    all_guides: "Todas las guías",
    languages: "Páginas",
    sources: "De dónde viene esto",
    reviewed: "Revisión",
    general: "Información general. Su propio plan va primero.",
    print: "Puede imprimir esta hoja.",
    write: "espacio para escribir",
};

fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &ENGLISH,
        Lang::Es => &SPANISH,
    }
}

fn audience(audience: Audience, lang: Lang) -> &'static str {
    let words = words(lang);
    match audience {
        Audience::Patient => words.patient,
        Audience::Both => words.both,
        Audience::Clinician => words.clinician,
    }
}

/// The page of a guide.
pub(super) fn guide(guide: &Guide, clinic: Option<&Clinic>, lang: Lang) -> String {
    let words = words(lang);
    let front = &guide.front;
    let all = format!("../guides?lang={}", lang.code());
    let mut html = opening(&front.title, lang, Some(&all));
    html.push_str(&format!(
        "<p class=\"for\">{}</p>\n",
        escaped(audience(front.audience, lang))
    ));
    blocks(&guide.blocks, lang, &mut html);
    if let Some(clinic) = clinic {
        html.push_str(&format!("<h2>{}</h2>\n", escaped(&clinic.title)));
        blocks(&clinic.blocks, lang, &mut html);
    }
    html.push_str(&format!(
        "</main>\n<footer>\n<h2>{}</h2>\n<ul>\n",
        words.sources
    ));
    for source in &front.sources {
        html.push_str(&format!("<li>{}</li>\n", source_html(source)));
    }
    html.push_str(&format!(
        "</ul>\n<p>{}: {}. {} <span class=\"screen\">{}</span></p>\n</footer>\n</body>\n</html>\n",
        words.reviewed,
        escaped(&front.reviewed),
        words.general,
        words.print
    ));
    html
}

/// The page that lists them.
pub(super) fn list(guides: &[(&str, &Guide)], lang: Lang) -> String {
    let words = words(lang);
    let mut html = opening(words.list_title, lang, None);
    html.push_str(&format!("<p>{}</p>\n", words.list_lead));
    for group in [Audience::Patient, Audience::Both, Audience::Clinician] {
        let mut members = guides
            .iter()
            .filter(|(_, guide)| guide.front.audience == group)
            .peekable();
        if members.peek().is_none() {
            continue;
        }
        html.push_str(&format!("<h2>{}</h2>\n<ul>\n", audience(group, lang)));
        for (id, guide) in members {
            html.push_str(&format!(
                "<li><a href=\"guides/{id}?lang={}\">{}</a>: {}</li>\n",
                lang.code(),
                escaped(&guide.front.title),
                escaped(&guide.front.summary)
            ));
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

/// Everything up to and including the first heading. Addresses are relative, so that a path in front of the service stays.
fn opening(title: &str, lang: Lang, all_guides: Option<&str>) -> String {
    let words = words(lang);
    let title = escaped(title);
    let (other, name) = match lang {
        Lang::En => (Lang::Es, "Español"),
        Lang::Es => (Lang::En, "English"),
    };
    let all = all_guides.map_or_else(String::new, |address| {
        format!("<li><a href=\"{address}\">{}</a></li>", words.all_guides)
    });
    let other = other.code();
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#guide\">{}</a>\n<nav aria-label=\"{}\"><ul>{all}\
         <li><a href=\"?lang={other}\" lang=\"{other}\" hreflang=\"{other}\">{name}</a></li></ul></nav>\n\
         <main id=\"guide\" tabindex=\"-1\">\n<h1>{title}</h1>\n",
        lang.code(),
        words.skip,
        words.languages,
    )
}

fn source_html(source: &Source) -> String {
    let text = escaped(&source.text);
    match &source.url {
        Some(url) => format!("<a href=\"{}\">{text}</a>", escaped(url)),
        None => text,
    }
}

fn blocks(blocks: &[Block], lang: Lang, html: &mut String) {
    for block in blocks {
        match block {
            Block::Heading(depth, text) => {
                html.push_str(&format!("<h{depth}>{}</h{depth}>\n", inline(text, lang)));
            }
            Block::Paragraph(text) => html.push_str(&paragraph(text, lang)),
            Block::List(sort, items) => list_html(*sort, items, lang, html),
            Block::Lines(count) => {
                let lines = "<span class=\"line\"></span>".repeat(*count);
                html.push_str(&format!(
                    "<p class=\"lines\"><span class=\"unseen\">({})</span>{lines}</p>\n",
                    words(lang).write
                ));
            }
            Block::Table(caption, rows) => table(caption, rows, lang, html),
        }
    }
}

/// A question with one blank at its end gets a long one.
fn paragraph(text: &Text, lang: Lang) -> String {
    let blanks = text.iter().filter(|span| **span == Span::Blank).count();
    match text.split_last() {
        Some((Span::Blank, question)) if blanks == 1 && !question.is_empty() => format!(
            "<p class=\"ask\">{}{}</p>\n",
            inline(question, lang),
            blank(lang)
        ),
        _ => format!("<p>{}</p>\n", inline(text, lang)),
    }
}

fn blank(lang: Lang) -> String {
    let write = words(lang).write;
    format!("<span class=\"blank\"><span class=\"unseen\">({write})</span></span>")
}

fn list_html(sort: Sort, items: &[Text], lang: Lang, html: &mut String) {
    let (open, close) = match sort {
        Sort::Points => ("<ul>", "</ul>"),
        Sort::Boxes => ("<ul class=\"boxes\">", "</ul>"),
        Sort::Steps => ("<ol>", "</ol>"),
    };
    html.push_str(open);
    html.push('\n');
    for item in items {
        html.push_str(&format!("<li>{}</li>\n", inline(item, lang)));
    }
    html.push_str(close);
    html.push('\n');
}

fn table(caption: &Text, rows: &[Vec<Text>], lang: Lang, html: &mut String) {
    html.push_str(&format!(
        "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"{0}\"><table>\n<caption>{1}</caption>\n",
        escaped(&plain(caption)),
        inline(caption, lang)
    ));
    for (at, row) in rows.iter().enumerate() {
        html.push_str(match at {
            0 => "<thead>\n<tr>",
            _ => "<tr>",
        });
        for (column, cell) in row.iter().enumerate() {
            let cell_text = inline(cell, lang);
            html.push_str(&match (at, column) {
                (0, _) => format!("<th scope=\"col\">{cell_text}</th>"),
                (_, 0) if !cell.is_empty() => format!("<th scope=\"row\">{cell_text}</th>"),
                _ => format!("<td>{cell_text}</td>"),
            });
        }
        html.push_str(match at {
            0 => "</tr>\n</thead>\n<tbody>\n",
            _ => "</tr>\n",
        });
    }
    html.push_str("</tbody>\n</table></div>\n");
}

fn inline(text: &[Span], lang: Lang) -> String {
    text.iter()
        .map(|span| match span {
            Span::Plain(text) => escaped(text),
            Span::Bold(text) => format!("<strong>{}</strong>", escaped(text)),
            Span::Link { label, url } => {
                format!("<a href=\"{}\">{}</a>", escaped(url), escaped(label))
            }
            Span::Blank => blank(lang),
        })
        .collect()
}

/// The words of a text without marks; a blank is left out.
pub(super) fn plain(text: &Text) -> String {
    text.iter()
        .map(|span| match span {
            Span::Plain(text) | Span::Bold(text) => text.as_str(),
            Span::Link { label, .. } => label,
            Span::Blank => "",
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
