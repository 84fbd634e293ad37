//! A card's detail as EHRs show it: GitHub Markdown, no HTML.
//!
//! Knows that nothing in a detail may become markup of its own: raw HTML is shown as typed, images are their text,
//! and links lead to web pages only.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Safe HTML of a detail.
pub(super) fn to_html(detail: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(detail, options).filter_map(tamed);
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

fn tamed(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
        | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => None,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Some(Event::Start(Tag::Link {
            link_type,
            dest_url: if leads_to_a_page(&dest_url) {
                dest_url
            } else {
                CowStr::Borrowed("#")
            },
            title,
            id,
        })),
        other => Some(other),
    }
}

fn leads_to_a_page(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn markdown_is_shown_and_html_is_not() {
        let page = to_html(
            "**Words:** *a*\n\n- one\n- two\n\n<script>alert(1)</script> & <b onclick=x>b</b>",
        );
        assert!(page.contains("<strong>Words:</strong>"), "{page}");
        assert!(page.contains("<li>one</li>"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<b "), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn links_lead_to_pages_only_and_images_are_not_fetched() {
        let page = to_html(
            "[a](javascript:alert(1)) [b](https://x.example) ![pixel](https://t.example/p.png)",
        );
        assert!(!page.contains("javascript:"), "{page}");
        assert!(page.contains("href=\"https://x.example\""), "{page}");
        assert!(!page.contains("<img") && page.contains("pixel"), "{page}");
    }
}
