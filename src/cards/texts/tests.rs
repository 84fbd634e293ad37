use crate::cards::escape::units;
use crate::cards::sample::files;
use crate::cards::template::Filling;
use crate::cards::texts::SUMMARY;
use crate::cards::{CardTexts, Problem, wording};
use crate::rules::{RULES, Slot, Slots};
use std::collections::BTreeMap;

fn problems(changes: &[(&str, &str)]) -> Vec<Problem> {
    let mut files = files();
    files.extend(
        changes
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
    );
    CardTexts::load(&files).err().unwrap_or_default()
}

#[test]
fn a_broken_file_gives_all_its_problems_with_their_lines() {
    let card = "# Warning: {{ medicine }}\n## Known\nfine\nThe screen was clean.\n## Say\n{{ nobody }}\n## Line\n{% if %}\n## Odd\nx\n## Suggestion a\nno description\n";
    let found = problems(&[("opioid-benzo/card.en.md", card)]);
    let lines: Vec<Option<u64>> = found.iter().map(|problem| problem.line).collect();
    assert_eq!(
        lines,
        [Some(1), Some(4), Some(6), Some(8), Some(9), Some(12)],
        "{found:#?}"
    );
    assert!(
        found
            .iter()
            .all(|problem| problem.file == "opioid-benzo/card.en.md")
    );
}

#[test]
fn front_matter_is_checked() {
    let sound = files()["mme-total/about.md"].clone();
    for (from, to, line) in [
        ("group = \"dose\"", "group = \"doses\"", 5),
        ("indicator = \"info\"", "indicator = \"loud\"", 6),
        (
            "https://www.cdc.gov/mmwr/volumes/71/rr/rr7103a1.htm",
            "https://unknown.example",
            8,
        ),
        ("code = \"other\"", "code = \"another\"", 10),
        ("title = \"Title of mme-total\"", "titel = \"x\"", 2),
        ("## Sources\nx", "## Source\nx", 12),
    ] {
        let found = problems(&[("mme-total/about.md", &sound.replace(from, to))]);
        assert_eq!(
            found.first().and_then(|problem| problem.line),
            Some(line),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn files_written_on_windows_are_read() {
    let files = files();
    let windows = |name: &str| format!("\u{feff}{}", files[name].replace('\n', "\r\n"));
    let changes = ["mme-total/about.md", "mme-total/card.en.md"].map(|name| (name, windows(name)));
    let changes: Vec<(&str, &str)> = changes
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    assert_eq!(problems(&changes), Vec::new());
}

#[test]
fn an_override_that_overrides_nothing_is_a_problem() {
    assert_eq!(problems(&[("opioid-benzos/card.en.md", "# x")]).len(), 1);
    assert!(problems(&[("guides/naloxone/guide.en.md", "# x")]).is_empty());
}

#[test]
fn a_missing_shared_phrase_is_a_problem() {
    assert!(problems(&[("phrases.en.md", "# Shared\n## Fact older\nAge {{ age }}\n")]).len() > 50);
    let strange = format!(
        "{}\n## Fact strange\nx\n",
        include_str!("../../../cards/phrases.en.md")
    );
    assert_eq!(problems(&[("phrases.en.md", &strange)]).len(), 1);
}

#[test]
fn the_built_in_texts_are_sound() {
    let problems = CardTexts::load(&BTreeMap::new()).err().unwrap_or_default();
    let shown: Vec<String> = problems
        .iter()
        .map(|problem| {
            format!(
                "{}:{}: {}",
                problem.file,
                problem.line.unwrap_or(0),
                problem.message
            )
        })
        .collect();
    assert_eq!(shown, Vec::<String>::new());
}

/// Every row of every sheet with long texts in all slots: what is cut is a name, never the card's own words.
#[test]
fn summaries_leave_room_for_long_names() {
    let texts = CardTexts::load(&BTreeMap::new()).expect("the built-in texts are sound");
    let case_names = regex::Regex::new(r#"case == "([^"]+)""#).expect("a pattern");
    for rule in RULES {
        let text = texts.rule(rule.id).expect("the rule's texts");
        let template = text.words.get(SUMMARY).expect("a summary");
        let source = texts
            .env
            .get_template(template)
            .expect("compiled")
            .source()
            .to_owned();
        let cases = case_names
            .captures_iter(&source)
            .filter_map(|found| found.get(1));
        let slots: Slots = declared(&source)
            .map(|slot| {
                (
                    slot,
                    Slot::Text("hydrocodone bitartrate and acetaminophen ".repeat(4)),
                )
            })
            .collect();
        for case in cases.map(|case| case.as_str()).chain([""]) {
            let filling = Filling {
                slots: &slots,
                case,
            };
            let summary = wording::summary(&texts, template, filling).expect("filled");
            assert!(
                units(&summary) <= 139 && !summary.ends_with('…'),
                "{}: {summary}",
                rule.id
            );
        }
    }
}

/// Slots of summaries; leaked, because slots are named by rules at compile time.
fn declared(source: &str) -> impl Iterator<Item = &'static str> {
    let env = crate::cards::template::environment();
    let compiled = env.template_from_str(source).expect("compiled before");
    let names: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
    names
        .into_iter()
        .filter(|name| name != "case")
        .map(|name| &*String::leak(name))
}
