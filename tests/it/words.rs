//! What card texts may say of what was not found. Contract R-128.

use crate::tidy::root;
use std::fs;

/// "none found" is said of the record, never "has none" of the person.
#[test]
fn no_text_says_that_the_patient_has_none() {
    let claims = [
        "has no opioid",
        "has no naloxone",
        "takes no opioid",
        "does not take",
        "is not taking",
        "has never",
        "never took",
        "there is no history",
    ];
    let mut wrong = Vec::new();
    for folder in fs::read_dir(root().join("cards")).expect("a folder") {
        let file = folder.expect("an entry").path().join("card.en.md");
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let text = text.to_lowercase();
        wrong.extend(
            claims
                .iter()
                .filter(|claim| text.contains(**claim))
                .map(|claim| format!("{}: {claim}", file.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
