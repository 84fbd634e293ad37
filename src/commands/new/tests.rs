use super::*;
use crate::cases::find;
use crate::config::{ContentSettings, load};
use crate::patient::Snapshot;
use crate::rules::Answer;

/// The template of a rule's code compiles as it stands.
const _: fn(&Snapshot) -> Answer = template::check;

const LISTED: &str = "rules! {\n    a = \"a\" on [OrderSign] tier Harm\n        needs [];\n}\n\n/// The id of the card that the merge step makes\n";

fn checkout() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(place.path().join("src/rules")).expect("made");
    std::fs::create_dir_all(place.path().join("fhir-fixtures")).expect("made");
    std::fs::write(place.path().join(LIST), LISTED).expect("written");
    place
}

fn text(place: &Path, name: &str) -> String {
    std::fs::read_to_string(place.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_rule_gets_its_three_folders_and_its_line() {
    let place = checkout();
    let (written, _) = rule(place.path(), "quiet-nights").expect("laid out");
    assert_eq!(written.len(), 6, "{written:?}");
    assert!(text(place.path(), "src/rules/quiet_nights.rs").contains("`quiet-nights`"));
    let list = text(place.path(), LIST);
    assert!(
        list.contains("needs [];\n    quiet_nights = \"quiet-nights\" on [OrderSign]"),
        "{list}"
    );
    assert!(list.ends_with(LISTED.split_once("needs [];").expect("it is there").1));
    let cases = find(&place.path().join("fhir-fixtures")).expect("cases");
    assert_eq!(cases[0].name, "quiet-nights::silent-to-write");
}

#[test]
fn the_templates_of_a_card_load() {
    let place = checkout();
    rule(place.path(), "quiet-nights").expect("laid out");
    // Laid over the files of a rule that this program has.
    let cards = place.path().join("cards");
    std::fs::rename(cards.join("quiet-nights"), cards.join("older-adult")).expect("renamed");
    // The rule's own slots and level stay, since its code fills them.
    let about = text(&cards, "older-adult/about.md").replace("slots = []", "slots = [\"age\"]");
    std::fs::write(cards.join("older-adult/about.md"), about).expect("written");
    let settings = ContentSettings {
        cards: Some(cards),
        ..ContentSettings::default()
    };
    load(&settings).expect("the templates are valid card files");
}

#[test]
fn nothing_is_written_over() {
    let place = checkout();
    rule(place.path(), "quiet-nights").expect("laid out");
    let before = text(place.path(), LIST);
    let error = rule(place.path(), "quiet-nights").expect_err("it is there");
    assert!(
        format!("{error:#}").contains("quiet_nights.rs: not written"),
        "{error:#}"
    );
    assert_eq!(text(place.path(), LIST), before);
}

#[test]
fn a_case_is_a_skeleton_for_the_rules_hook_or_a_copy_with_a_call_of_its_own() {
    let place = checkout();
    case(place.path(), "patient-brief", "fires-one", None).expect("written");
    let first = text(
        place.path(),
        "fhir-fixtures/patient-brief/fires-one/request.json",
    );
    assert!(first.contains("\"patient-view\""), "{first}");
    case(
        place.path(),
        "patient-brief",
        "fires-two",
        Some("fires-one"),
    )
    .expect("copied");
    let second = text(
        place.path(),
        "fhir-fixtures/patient-brief/fires-two/request.json",
    );
    let instance = |text: &str| {
        let request: serde_json::Value = serde_json::from_str(text).expect("JSON");
        request["hookInstance"].as_str().expect("a text").to_owned()
    };
    assert_ne!(instance(&first), instance(&second));
    assert_eq!(
        first.replace(&instance(&first), ""),
        second.replace(&instance(&second), "")
    );
}

#[test]
fn names_that_cannot_be_are_refused_with_what_would_do() {
    let place = checkout();
    let said = |result: anyhow::Result<Vec<PathBuf>>| format!("{:#}", result.expect_err("refused"));
    assert!(said(case(place.path(), "no-such-rule", "fires-x", None)).contains("opioid-benzo"));
    assert!(said(case(place.path(), "opioid-benzo", "x", None)).contains("fires-"));
    assert!(said(case(place.path(), "opioid-benzo", "fires X", None)).contains("hyphens"));
    assert!(format!("{:#}", rule(place.path(), "Bad").expect_err("refused")).contains("hyphens"));
    assert!(
        format!(
            "{:#}",
            rule(place.path(), "opioid-benzo").expect_err("refused")
        )
        .contains("there is such a rule")
    );
}
