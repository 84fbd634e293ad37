//! What is fuzzed: each function takes any bytes, must return, and checks what always holds.
//!
//! libFuzzer drives them (`fuzz/README.md`), and so do the tests in `tests/it/hostile.rs`.

use opioid_cds::auth::{Authorities, Caller, Clients, Gate, GateSettings, Latitude, WhenDown};
use opioid_cds::config::{ContentSettings, Discovery, load, site_from_table};
use opioid_cds::dose::{self, Instruction, Order, Quantity};
use opioid_cds::fhir;
use opioid_cds::hooks::{Chart, Clock, SERVICES, Shared, call, enabled};
use opioid_cds::store::Seen;
use opioid_cds::telemetry::Stopwatch;
use opioid_cds::terminology::{CodingRef, FactorSet, Medicine, Terminology};
use opioid_cds::wire::{ActionType, Card};
use rust_decimal::Decimal;
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let content = load(&ContentSettings::default()).expect("the built-in content loads");
    let mut shared = Shared::new(content, Chart::Nowhere, enabled(&[]), Discovery::V3);
    shared.clock = Clock::Fixed("2026-11-01T12:00:00Z".parse().expect("an instant"));
    shared
});

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
}

/// The body of a call, sent to each service: cards or a refusal, and cards that keep their promises.
pub(super) fn request(data: &[u8]) {
    for service in &SERVICES {
        let advice = RUNTIME.with(|runtime| {
            runtime.block_on(call::advise_on(
                &SHARED,
                service,
                &Caller::anybody(),
                data,
                Stopwatch::start(),
            ))
        });
        match advice.and_then(call::cards_of) {
            Ok(response) => {
                response.cards.iter().for_each(holds);
                let body = serde_json::from_slice(&call::write(&response)).expect("JSON leaves");
                assert!(!has_null(&body), "no null leaves");
            }
            Err(error) => {
                assert!(!error.status().0.is_server_error(), "{error:?}");
                opioid_cds_fhir::check(&error.body()).expect("a refusal is valid R4");
            }
        }
    }
}

/// Null outside resources: an echoed draft keeps its own.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| name != "resource" && has_null(member)),
        _ => false,
    }
}

/// Contract.
fn holds(card: &Card) {
    let units = card.summary.encode_utf16().count();
    assert!((1..140).contains(&units), "summary of {units}");
    let detail = card.detail.as_deref().unwrap_or_default();
    assert!(!detail.contains('<'), "HTML in detail");
    assert!(
        card.links
            .iter()
            .all(|link| link.url.starts_with("https://"))
    );
    for suggestion in &card.suggestions {
        assert_eq!(suggestion.actions.len(), 1);
        let action = &suggestion.actions[0];
        if let (ActionType::Create, Some(resource)) = (action.kind, &action.resource) {
            opioid_cds_fhir::check(resource.get()).expect("what is created is valid R4");
        }
    }
}

/// A resource, a Bundle, or lines of them, as `explain` and `mme` read files.
pub(super) fn entry(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let patients = fhir::patients_in(&text);
    let patient = patients.first().map_or("p1", String::as_str);
    let _record = fhir::read_everything(patient, &text);
}

static MEDICINES: LazyLock<Vec<Medicine>> = LazyLock::new(|| {
    ["1049683", "245134", "892589", "351267", "864718"]
        .map(|code| {
            let coding = CodingRef {
                system: Some("http://www.nlm.nih.gov/research/umls/rxnorm"),
                code: Some(code),
                display: None,
            };
            Terminology::builtin().medicine(&[coding], None)
        })
        .into()
});

/// The text of a dosage instruction, for a tablet, a patch, a solution, a film and methadone.
pub(super) fn dosage(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let instructions = [Instruction {
        text: Some(text),
        ..Instruction::default()
    }];
    let quantity = Quantity {
        value: Some(Decimal::TEN),
        ..Quantity::default()
    };
    for medicine in MEDICINES.iter() {
        let reading = dose::read(&Order {
            medicine,
            instructions: &instructions,
            quantity: Some(&quantity),
            supply_days: None,
        });
        let table = Terminology::builtin().factors();
        let converted = dose::convert(&reading, table, FactorSet::Cdc2022, None);
        assert!(
            converted
                .mme_per_day
                .is_none_or(|mme| mme.value() >= Decimal::ZERO),
            "a dose is not negative"
        );
    }
}

/// A site file.
pub(super) fn site(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(table) = text.parse::<toml::Table>() {
        let _ = site_from_table("site.toml", table);
    }
}

/// A file of trusted clients.
pub(super) fn clients(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let folder = Path::new("/nowhere");
    let _ = Clients::parse("clients.toml", &text, folder, Latitude::default());
}

/// Tokens that are good at [`NOON`]; whatever else is accepted is a forgery.
const ACCEPTED: [&str; 2] = [
    include_str!("seeds/token/accepted-ec.txt"),
    include_str!("seeds/token/accepted-rsa.txt"),
];
const NOON: &str = "2026-11-01T12:00:00Z";

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("opioid-cds-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("keys.json"), include_str!("seeds/keys.json")).expect("written");
    let text = include_str!("seeds/clients/00.toml");
    let clients = Clients::parse("00.toml", text, &folder, Latitude::default());
    let gate = Gate::new(GateSettings {
        clients: clients.expect("clients"),
        authorities: &Authorities::default(),
        seen: Seen::Nowhere,
        when_down: WhenDown::Refuse,
        public_url: "https://cds.example.org",
    })
    .expect("a gate");
    let now = NOON.parse().expect("an instant");
    RUNTIME.with(|runtime| runtime.block_on(gate.refresh(now)));
    assert_eq!(gate.key_sets(now), (1, 1), "the keys are there");
    std::fs::remove_dir_all(&folder).expect("removed");
    gate
});

/// Is this token let in?
pub(super) fn admits(data: &[u8]) -> bool {
    let header = [b"Bearer ", data].concat();
    let now = NOON.parse().expect("an instant");
    let path = "/cds-services/opioid-order-sign";
    let gate = &*GATE;
    RUNTIME
        .with(|runtime| runtime.block_on(gate.admit(&[header.as_slice()], path, now)))
        .is_ok()
}

/// A client's token: it is refused unless it is one of ours, letter for letter.
pub(super) fn token(data: &[u8]) {
    let is_ours = ACCEPTED
        .iter()
        .any(|token| token.as_bytes() == data.trim_ascii());
    assert!(!admits(data) || is_ours, "a forged token was accepted");
}
