use super::markdown::Block;
use super::{Audience, Guide, Guides, Lang, Problem, TOPICS, addresses::Addresses, page};
use reading::{Reading, texts, words};
use regex::Regex;
use std::collections::BTreeMap;

mod faults;
mod reading;

const ENGLISH_TERMS: &str = include_str!("../../cards/banned-terms.csv");
const SPANISH_TERMS: &str = include_str!("../../cards/banned-terms.es.csv");

fn built_in() -> Guides {
    Guides::load(&BTreeMap::new()).expect("the built-in guides are sound")
}

fn with(files: &[(&str, &str)]) -> Result<Guides, Vec<Problem>> {
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Guides::load(&files.collect())
}

fn every_guide(guides: &Guides) -> Vec<(&'static str, Lang, &Guide)> {
    let all = guides.guides.iter();
    all.map(|((id, lang), guide)| (*id, *lang, guide)).collect()
}

fn every_page(guides: &Guides) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for lang in Lang::ALL {
        pages.push((format!("list {}", lang.code()), guides.list(lang)));
        for topic in TOPICS {
            let page = guides.page(topic.id, lang).expect("a page for each topic");
            pages.push((format!("{} {}", topic.id, lang.code()), page));
        }
    }
    pages
}

/// What a file says, besides its addresses.
fn said(guide: &Guide) -> String {
    let front = &guide.front;
    let mut all = vec![
        front.title.clone(),
        front.summary.clone(),
        front.reviewed.clone(),
    ];
    all.extend(front.sources.iter().map(|source| source.text.clone()));
    all.extend(texts(&guide.blocks));
    all.join("\n")
}

/// What a block is, without its words.
fn shape(block: &Block) -> String {
    match block {
        Block::Heading(depth, _) => format!("heading {depth}"),
        Block::Paragraph(_) => "paragraph".to_owned(),
        Block::List(sort, items) => format!("{sort:?} {}", items.len()),
        Block::Lines(count) => format!("lines {count}"),
        Block::Table(_, rows) => format!("table {}x{}", rows.len(), rows[0].len()),
    }
}

#[test]
fn there_are_thirteen_guides_in_two_languages() {
    let guides = built_in();
    assert_eq!(guides.topics().count(), 13);
    assert_eq!(every_guide(&guides).len(), 26);
    for topic in guides.topics() {
        assert_ne!(
            guides.title(topic.id, Lang::En),
            guides.title(topic.id, Lang::Es),
            "{} is not translated",
            topic.id
        );
        assert!(!topic.rules.is_empty(), "{} belongs to no rule", topic.id);
    }
}

#[test]
fn both_languages_have_the_same_sections_tables_and_sources() {
    let guides = built_in();
    for topic in TOPICS {
        let [english, spanish] = Lang::ALL.map(|lang| &guides.guides[&(topic.id, lang)]);
        let shapes = |guide: &Guide| guide.blocks.iter().map(shape).collect::<Vec<_>>();
        assert_eq!(shapes(english), shapes(spanish), "{}", topic.id);
        let front = |guide: &Guide| {
            let urls = guide.front.sources.iter().map(|source| source.url.clone());
            (
                guide.front.audience,
                guide.front.rules.clone(),
                urls.collect::<Vec<_>>(),
            )
        };
        assert_eq!(front(english), front(spanish), "{}", topic.id);
    }
    let [english, spanish] = Lang::ALL.map(|lang| &guides.clinic[&lang].blocks);
    let shapes = |blocks: &[Block]| blocks.iter().map(shape).collect::<Vec<_>>();
    assert_eq!(shapes(english), shapes(spanish));
}

/// Language guide section 2: patients' pages at grade 6, clinicians' text at grade 11.
#[test]
fn every_guide_reads_easily() {
    let guides = built_in();
    for (id, lang, guide) in every_guide(&guides) {
        let reading = Reading::of(&guide.blocks, lang);
        let (grade, ease, mean) = match guide.front.audience {
            Audience::Clinician => (11.0, 60.0, 18.0),
            Audience::Patient | Audience::Both => (6.0, 70.0, 14.0),
        };
        let name = format!("{id} {}", lang.code());
        assert!(reading.mean() <= mean, "{name}: {} words", reading.mean());
        assert!(reading.longest_words() <= 22, "{name}: {}", reading.longest);
        match lang {
            Lang::En => assert!(reading.grade() <= grade, "{name}: {}", reading.grade()),
            Lang::Es => assert!(reading.ease() >= ease, "{name}: {}", reading.ease()),
        }
    }
    for (lang, clinic) in &guides.clinic {
        assert!(Reading::of(&clinic.blocks, *lang).longest_words() <= 22);
    }
}

#[test]
fn no_guide_uses_a_banned_term() {
    let guides = built_in();
    for (lang, list) in [(Lang::En, ENGLISH_TERMS), (Lang::Es, SPANISH_TERMS)] {
        let terms = terms(list);
        let pages = every_guide(&guides);
        let mut said: Vec<(&str, String)> = pages
            .iter()
            .filter(|(_, of, _)| *of == lang)
            .map(|(id, _, guide)| (*id, said(guide)))
            .collect();
        said.push(("list", without_marks(&guides.list(lang))));
        said.push(("clinic", texts(&guides.clinic[&lang].blocks).join("\n")));
        for (id, text) in said {
            for (term, instead) in &terms {
                let hit = term.find(&text).map(|hit| hit.as_str());
                assert_eq!(hit, None, "{id} {}: instead {instead}", lang.code());
            }
        }
    }
}

fn terms(list: &str) -> Vec<(Regex, String)> {
    let mut rows = csv::Reader::from_reader(list.as_bytes());
    rows.records()
        .map(|row| {
            let row = row.expect("a row of three fields");
            let term = Regex::new(&row[0]).expect("a pattern without look-around");
            (term, row[1].to_owned())
        })
        .collect()
}

fn without_marks(html: &str) -> String {
    let style = Regex::new("(?s)<style>.*</style>|<[^>]*>").expect("a fixed pattern");
    style.replace_all(html, " ").into_owned()
}

#[test]
fn the_spanish_list_of_terms_finds_what_it_names() {
    let terms = terms(SPANISH_TERMS);
    let hit = |text: &str| terms.iter().any(|(term, _)| term.is_match(text));
    for text in [
        "Es adicta",
        "abuso de drogas",
        "La orina sucia",
        "ELLA RECAYÓ",
        "firmó un contrato",
        "Las reglas no me permiten",
        "Usted tiene que venir",
        "narcóticos",
    ] {
        assert!(hit(text), "{text}");
    }
    for text in [
        "adición",
        "una casa limpia",
        "Último surtido",
        "usted decide",
    ] {
        assert!(!hit(text), "{text}");
    }
}

/// At 11.5 points a printed page takes about 46 lines of 95 characters; a sheet has two sides.
#[test]
fn a_guide_fits_on_two_printed_sheets() {
    let guides = built_in();
    for (id, lang, guide) in every_guide(&guides) {
        let mut text = texts(&guide.blocks).join(" ");
        text.push_str(&texts(&guides.clinic[&lang].blocks).join(" "));
        let count = words(&text).count();
        assert!(count <= 900, "{id} {}: {count} words", lang.code());
        let lines: usize = guide.blocks.iter().map(printed_lines).sum();
        let with_frame = lines + 12 + 2 * guide.front.sources.len();
        assert!(
            with_frame <= 4 * 46,
            "{id} {}: {with_frame} lines",
            lang.code()
        );
    }
}

fn printed_lines(block: &Block) -> usize {
    let rows = |text: &str, width: usize| text.chars().count().div_ceil(width).max(1);
    match block {
        Block::Heading(..) => 2,
        Block::Paragraph(text) => rows(&page::plain(text), 95),
        Block::List(_, items) => items.iter().map(|item| rows(&page::plain(item), 90)).sum(),
        Block::Lines(count) => count * 3 / 2 + 1,
        Block::Table(_, table) => {
            let width = 90 / table[0].len();
            let row = |row: &Vec<_>| row.iter().map(|cell| rows(&page::plain(cell), width)).max();
            1 + table
                .iter()
                .filter_map(row)
                .map(|lines| lines + 1)
                .sum::<usize>()
        }
    }
}

#[test]
fn a_page_is_complete_and_loads_nothing() {
    let foreign = Regex::new(
        r"(?i)<(script|img|iframe|object|embed|link|form|input|svg|base)\b|\bsrc=|url\(|@import|http://|javascript:|\son[a-z]+=|\sstyle=",
    )
    .expect("a fixed pattern");
    for (name, page) in every_page(&built_in()) {
        let lang = &name[name.len() - 2..];
        for part in [
            "<!doctype html>\n",
            &format!("<html lang=\"{lang}\">"),
            "<meta charset=\"utf-8\">",
            "<title>",
            "<a class=\"skip\" href=\"#guide\">",
            "<main id=\"guide\" tabindex=\"-1\">",
            "@media print",
            "color-scheme: light dark",
            "</html>\n",
        ] {
            assert!(page.contains(part), "{name}: {part}");
        }
        assert_eq!(foreign.find(&page).map(|hit| hit.as_str()), None, "{name}");
        assert!(!without_marks(&page).contains(['{', '}']), "{name}: a slot");
    }
}

#[test]
fn headings_come_in_order_below_one_title() {
    let heading = Regex::new("<h([1-6])>").expect("a fixed pattern");
    for (name, page) in every_page(&built_in()) {
        let depths: Vec<u32> = heading
            .captures_iter(&page)
            .filter_map(|found| found[1].parse().ok())
            .collect();
        assert_eq!(
            depths.iter().filter(|depth| **depth == 1).count(),
            1,
            "{name}"
        );
        assert_eq!(depths[0], 1, "{name}");
        let skips = depths.windows(2).any(|pair| pair[1] > pair[0] + 1);
        assert!(!skips, "{name}: {depths:?}");
    }
}

#[test]
fn links_stay_among_the_guides_or_lead_to_listed_pages() {
    let guides = built_in();
    let addresses = Addresses::of_csv(super::LINKS);
    let href = Regex::new("href=\"([^\"]*)\"").expect("a fixed pattern");
    for (name, page) in every_page(&guides) {
        for found in href.captures_iter(&page) {
            let address = found[1].replace("&amp;", "&");
            let path = address.split('?').next().unwrap_or_default();
            let topic = path.strip_prefix("guides/");
            let ours = matches!(path, "#guide" | "" | "../guides")
                || topic.is_some_and(|topic| guides.title(topic, Lang::En).is_some());
            assert!(
                ours || addresses.fault(&address).is_none(),
                "{name}: {address}"
            );
        }
        assert!(
            !page.contains("988lifeline"),
            "{name}: not confirmed, so not linked"
        );
    }
}

#[test]
fn the_list_names_every_guide_in_its_language() {
    let guides = built_in();
    for lang in Lang::ALL {
        let list = guides.list(lang);
        for topic in TOPICS {
            let link = format!("<a href=\"guides/{}?lang={}\">", topic.id, lang.code());
            assert!(list.contains(&link), "{link}");
        }
    }
}

#[test]
fn a_screen_reader_hears_that_there_is_space_to_write() {
    let page = built_in().page("story-guide", Lang::Es).expect("a page");
    assert!(page.contains("<span class=\"unseen\">(espacio para escribir)</span>"));
    assert!(page.contains("<caption>Lo que he probado hasta hoy</caption>"));
    assert!(page.contains("<th scope=\"col\">Cuándo</th>"));
    assert!(page.contains("lang=\"en\" hreflang=\"en\">English</a>"));
}

#[test]
fn a_topic_that_there_is_not_has_no_page() {
    let guides = built_in();
    for topic in [
        "",
        "nothing",
        "../story-guide",
        "story-guide/",
        "STORY-GUIDE",
    ] {
        assert_eq!(guides.page(topic, Lang::En), None, "{topic}");
    }
}

#[test]
fn the_address_decides_the_language_then_the_browser_then_english() {
    let guides = built_in();
    for (query, accept, lang) in [
        (None, None, Lang::En),
        (Some("es"), None, Lang::Es),
        (Some("ES-us"), Some("en"), Lang::Es),
        (Some("en"), Some("es"), Lang::En),
        (Some("fr"), Some("es-MX,es;q=0.9"), Lang::Es),
        (Some(""), None, Lang::En),
        (None, Some("fr-CH, fr;q=0.9, es;q=0.4, en;q=0.5"), Lang::En),
        (None, Some("en;q=0.3, es;q=0.8"), Lang::Es),
        (None, Some("en;q=0, es;q=0.1"), Lang::Es),
        (None, Some("es;q=x, *"), Lang::En),
        (None, Some(",;q=;=,"), Lang::En),
    ] {
        assert_eq!(guides.language(query, accept), lang, "{query:?} {accept:?}");
    }
}

const OWN: &str = "+++\ntitle = \"Our <own> page\"\nsummary = \"s\"\nfor = \"patient\"\nrules = []\nsources = [{ text = \"Tom & Ann, 2024\" }]\nreviewed = \"2026-01-05, A. Reviewer\"\n+++\n";

#[test]
fn a_site_lays_its_own_words_over_a_guide() {
    let text =
        format!("\u{feff}{OWN}## Ours\n\n5 < 6 & \"so\" it's **plain**.\n").replace('\n', "\r\n");
    let guides = with(&[("guides/urine-test/guide.en.md", &text)]).expect("sound");
    let page = guides.page("urine-test", Lang::En).expect("a page");
    assert!(page.contains("<h1>Our &lt;own&gt; page</h1>"));
    assert!(page.contains("<p>5 &lt; 6 &amp; &quot;so&quot; it&#39;s <strong>plain</strong>.</p>"));
    assert!(page.contains("<li>Tom &amp; Ann, 2024</li>"));
    assert!(page.contains("2026-01-05, A. Reviewer"));
    let spanish = guides.page("urine-test", Lang::Es).expect("a page");
    assert!(spanish.contains("Prepararse para una prueba de orina"));
}

#[test]
fn a_sites_telephone_numbers_stand_below_what_patients_read() {
    let clinic = "+++\ntitle = \"Elm Street Clinic\"\n+++\nCall 555-0100. [What we offer](https://elm.example/pain)\n";
    let links = "key,url,state\nOURS,https://elm.example/pain,V\n";
    let files = [("guides/clinic.en.md", clinic)];
    let problems = with(&files).expect_err("the address is not listed");
    assert_eq!(problems[0].file, "guides/clinic.en.md");
    assert_eq!(problems[0].line, Some(4));
    let listed = format!("{}{}", super::LINKS, links.replace("key,url,state\n", ""));
    let guides = with(&[files[0], ("links.csv", &listed)]).expect("sound");
    let page = |topic| guides.page(topic, Lang::En).expect("a page");
    assert!(page("story-guide").contains("<h2>Elm Street Clinic</h2>\n<p>Call 555-0100. <a href=\"https://elm.example/pain\">What we offer</a></p>"));
    assert!(!page("hand-over-note").contains("555-0100"));
}

#[test]
fn the_documentation_names_every_guide() {
    let docs = include_str!("../../docs/guides.md");
    for topic in TOPICS {
        assert!(
            docs.contains(&format!("| `{}` |", topic.id)),
            "{}",
            topic.id
        );
    }
}
