//! Hostile input: what is fuzzed (`fuzz/targets.rs`), driven here over the fixtures broken in many ways, and bodies made to hurt.

#[path = "../../fuzz/targets.rs"]
mod targets;

use crate::service::{antibiotic, cases, post, service, with};
use crate::tidy::root;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::sample::Index;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

const SIGN: &str = "/cds-services/opioid-order-sign";

static REQUESTS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| cases().into_iter().map(|case| case.request).collect());

static ENTRIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files("tests/it/hl7-examples"));
static DOSAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files("fuzz/seeds/dosage"));
static JWTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files("fuzz/seeds/token"));
static CLIENTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files("fuzz/seeds/clients"));
static SITES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files("fuzz/seeds/site"));

fn files(folder: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files.retain(|file| file.is_file());
    files
        .iter()
        .map(|file| fs::read(file).expect("readable"))
        .collect()
}

/// What breaks readers.
const TOKENS: [&str; 20] = [
    "null",
    "{}",
    "[]",
    "\"\"",
    "\"\\ud800\"",
    "1e999999999",
    "-0",
    "0.0000000000000000000000000000000001",
    "99999999999999999999999999999999999999",
    "\"\\u0000\"",
    "true",
    "\u{feff}",
    "{\"resourceType\":\"Bundle\",\"entry\":[",
    "\"2026-13-45\"",
    "\"9999-12-31T23:59:60Z\"",
    "\"every 0 hours\"",
    "[[[[[[[[[[",
    "\\",
    "\"",
    "\u{202e}",
];

/// A change of some bytes.
type Change = (u8, Index, Index, u8);

fn broken(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (kind, from, to, byte) in changes {
        if bytes.is_empty() {
            return bytes;
        }
        let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
        let (from, to) = (from.min(to), from.max(to));
        match kind % 5 {
            0 => bytes[from] = *byte,
            1 => drop(bytes.drain(from..to)),
            2 => {
                let copy = bytes[from..to].to_vec();
                bytes.splice(to..to, copy);
            }
            3 => {
                let token = TOKENS[usize::from(*byte) % TOKENS.len()];
                bytes.splice(from..from, token.bytes());
            }
            _ => {
                // In place of a value: up to the next comma.
                let end = bytes[from..]
                    .iter()
                    .position(|b| *b == b',')
                    .map_or(from, |at| from + at);
                let token = TOKENS[usize::from(*byte) % TOKENS.len()];
                bytes.splice(from..end, token.bytes());
            }
        }
        bytes.truncate(1 << 20);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn no_body_makes_us_fail(which in any::<Index>(), changes in vec(any::<Change>(), 0..6)) {
        targets::request(&broken(which.get(&REQUESTS).clone(), &changes));
    }

    #[test]
    fn no_resource_makes_us_fail(which in any::<Index>(), changes in vec(any::<Change>(), 0..6)) {
        targets::entry(&broken(which.get(&ENTRIES).clone(), &changes));
    }

    #[test]
    fn no_dosage_text_makes_us_fail(which in any::<Index>(), changes in vec(any::<Change>(), 0..6)) {
        targets::dosage(&broken(which.get(&DOSAGES).clone(), &changes));
    }

    #[test]
    fn no_site_file_makes_us_fail(which in any::<Index>(), changes in vec(any::<Change>(), 0..6)) {
        targets::site(&broken(which.get(&SITES).clone(), &changes));
    }

    #[test]
    fn no_file_of_clients_makes_us_fail(which in any::<Index>(), changes in vec(any::<Change>(), 0..6)) {
        targets::clients(&broken(which.get(&CLIENTS).clone(), &changes));
    }

    #[test]
    fn no_forged_token_is_accepted(which in any::<Index>(), changes in vec(any::<Change>(), 0..4)) {
        targets::token(&broken(which.get(&JWTS).clone(), &changes));
    }

    #[test]
    fn no_bytes_at_all_make_us_fail(bytes in vec(any::<u8>(), 0..400)) {
        targets::request(&bytes);
        targets::entry(&bytes);
        targets::dosage(&bytes);
        targets::site(&bytes);
        targets::clients(&bytes);
        targets::token(&bytes);
    }
}

/// Else nothing would show that the others are refused for what is wrong with them.
#[test]
fn good_tokens_among_the_seeds_are_let_in_and_no_others() {
    let admitted = JWTS.iter().filter(|token| targets::admits(token)).count();
    assert_eq!((admitted, JWTS.len()), (2, 6));
}

/// One value of a call's order in many odd forms.
#[tokio::test]
async fn odd_values_anywhere_in_an_order_are_survived() {
    let service = service();
    let order = "/context/draftOrders/entry/0/resource";
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let values = [
        "1e999999999".to_owned(),
        "-1e-999999999".to_owned(),
        "9".repeat(5000),
        format!("0.{}1", "0".repeat(5000)),
        "\"\\ud800\"".to_owned(),
        "\"\\udc00\\ud800\"".to_owned(),
        "\"\\u0000\"".to_owned(),
        format!("\"{}\"", "💊".repeat(50_000)),
        "{\"a\":1,\"a\":2}".to_owned(),
        deep(100),
        format!("[{}]", vec!["{}"; 20_000].join(",")),
        "null".to_owned(),
        "[]".to_owned(),
        "false".to_owned(),
    ];
    for member in [
        "id",
        "status",
        "intent",
        "subject",
        "authoredOn",
        "medicationCodeableConcept",
        "medicationReference",
        "dosageInstruction",
        "dispenseRequest",
        "reasonCode",
        "extension",
        "contained",
    ] {
        let base = with(
            antibiotic(),
            &format!("{order}/{member}"),
            Some(json!("⟨here⟩")),
        );
        for value in &values {
            let body = base.to_string().replace("\"⟨here⟩\"", value);
            let answer = post(&service, SIGN, body).await;
            assert!(
                !answer.status.is_server_error(),
                "{member}: {}",
                answer.text
            );
            serde_json::from_str::<Value>(&answer.text).expect("JSON");
        }
    }
}

/// Members given twice where a proxy and we could disagree; contract R-013.
#[tokio::test]
async fn a_member_given_twice_never_wins_silently() {
    let service = service();
    let body = antibiotic().to_string();
    for member in ["hook", "context", "prefetch", "hookInstance"] {
        let twice = body.replacen(
            &format!("\"{member}\":"),
            &format!("\"{member}\":1,\"{member}\":"),
            1,
        );
        assert_eq!(post(&service, SIGN, twice).await.status, 400, "{member}");
    }
}

/// Contract R-012; the second is as deep as is allowed.
#[tokio::test]
async fn deep_nesting_is_refused_and_nothing_overflows() {
    let service = service();
    for (levels, status) in [(100_000, 400), (1000, 400), (90, 200)] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            let body = with(antibiotic(), "/prefetch/x", Some(json!("⟨here⟩")));
            let body = body.to_string().replace("\"⟨here⟩\"", &deep);
            assert_eq!(
                post(&service, SIGN, body).await.status,
                status,
                "{levels} {open}"
            );
        }
    }
}
