//! What is wrong in a file is named with file and line, and nothing that is written there becomes markup.

use super::{OWN, with};
use crate::guides::addresses::Addresses;
use crate::guides::file::Guide;
use crate::guides::{LINKS, Lang, page};
use proptest::prelude::*;
use regex::Regex;

#[test]
fn a_fault_names_its_file_and_line() {
    for (body, line, message) in [
        ("# Title\n", 9, "front matter"),
        ("## A\n\n#### B\n", 11, "no deeper"),
        ("### A\n", 9, "skips a level"),
        ("##\n", 9, "without words"),
        ("text\n\n<b>bold</b>\n", 11, "HTML"),
        ("![x](https://a.example/x.png)\n", 9, "pictures"),
        ("- one\n- [x](http://a.example)\n", 10, "not an https"),
        ("a\n\nb [x](https://a.example) c\n", 11, "not in links.csv"),
        ("[x](javascript:alert)\n", 9, "not an https"),
        ("not **closed\n", 9, "bold text is not closed"),
        ("[x](https://a.example\n", 9, "a link is not closed"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", 9, "Table:"),
        (
            "Table: t\n| a | b |\n|---|---|\n| 1 |\n",
            12,
            "number of cells",
        ),
        (
            "Table: t\n| a | |\n|---|---|\n| 1 | 2 |\n",
            10,
            "without a name",
        ),
        ("Table: t\n| a | b |\n", 10, "without rows"),
        ("Table: t\n\ntext\n", 9, "without a table"),
        ("", 9, "no text"),
    ] {
        let file = "guides/your-plan/guide.es.md";
        let text = format!("{OWN}{body}");
        let problems = with(&[(file, &text)]).expect_err(body);
        let found = problems
            .iter()
            .any(|problem| problem.line == Some(line) && problem.message.contains(message));
        assert!(found, "{body:?}: {problems:?}");
        assert!(problems.iter().all(|problem| problem.file == file));
    }
}

#[test]
fn a_fault_in_the_front_matter_names_its_line() {
    let cases = [
        ("no front matter".to_owned(), 1, "+++"),
        (OWN.replace("\n+++\n", "\n"), 1, "does not end"),
        (format!("{}x", OWN.replace("rules", "rulez")), 5, "rulez"),
        (
            format!("{}x", OWN.replace("\"patient\"", "\"nobody\"")),
            4,
            "nobody",
        ),
        (
            format!("{}x", OWN.replace("\"s\"", "\" \"")),
            2,
            "summary is empty",
        ),
        (
            format!(
                "{}x",
                OWN.replace("2024\" }", "2024\", url = \"https://a.example\" }")
            ),
            6,
            "not in links.csv",
        ),
    ];
    for (text, line, message) in cases {
        let problems = with(&[("guides/your-plan/guide.en.md", &text)]).expect_err(message);
        let shown = problems[0].to_string();
        assert!(
            shown.starts_with(&format!("guides/your-plan/guide.en.md:{line}: ")),
            "{shown}"
        );
        assert!(shown.contains(message), "{shown}");
    }
}

#[test]
fn a_file_that_lies_over_nothing_is_a_problem_and_the_cards_files_are_not_ours() {
    let problems = with(&[
        ("guides/urine-tests/guide.en.md", "x"),
        ("guides/urine-test/guide.fr.md", "x"),
        ("mme-total/card.en.md", "x"),
    ])
    .expect_err("two spelling mistakes");
    assert_eq!(problems.len(), 2);
    assert!(problems.iter().all(|problem| problem.line.is_none()));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader_or_becomes_markup(body in "([#|*_<>&\\[\\]()!.\\- 1a\u{e9}\n]|Table: |https://|\\*\\*|____){0,60}") {
        let addresses = Addresses::of_csv(LINKS);
        if let Ok(guide) = Guide::parse("x.md", &format!("{OWN}{body}"), &addresses) {
            let page = page::guide(&guide, None, Lang::En);
            let main = page.split("</h1>").nth(1).and_then(|rest| rest.split("</main>").next());
            let tags = Regex::new("<[^>]*>").expect("a fixed pattern");
            let bare = tags.replace_all(main.unwrap_or_default(), "").into_owned();
            prop_assert!(!bare.contains(['<', '>']), "{bare}");
        }
    }
}
