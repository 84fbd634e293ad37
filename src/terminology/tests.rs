//! What the tables answer, row by row of the mapping table, and the traps of their sources.

use super::*;
use std::collections::BTreeMap;

fn tables() -> &'static Terminology {
    Terminology::builtin()
}

fn coding<'a>(system: &'a str, code: &'a str) -> CodingRef<'a> {
    CodingRef {
        system: Some(system),
        code: Some(code),
        display: None,
    }
}

fn rx(code: &str) -> Medicine {
    tables().medicine(&[coding(System::RxNorm.uri(), code)], None)
}

fn text(text: &str) -> Medicine {
    tables().medicine(&[], Some(text))
}

#[test]
fn the_built_in_tables_load_without_a_problem() {
    let started = std::time::Instant::now();
    let loaded = Terminology::load(&BTreeMap::new());
    eprintln!("loaded in {:?}", started.elapsed());
    assert_eq!(loaded.err().unwrap_or_default(), []);
    for t in [
        "Fentanyl 25micrograms/hour patch",
        "Suboxone 8-2",
        "morphine/naltrexone",
        "Vivitrol",
        "naloxone nasal spray",
        "buprenorphine/naloxone",
        "Tylenol #3",
        "lorazepam 2mg/ml injection",
        "OxyContin 10 mg",
        "lisinopril",
        "Loperamide 2 mg",
        "diphenhydramine cream",
        "Sublimaze",
        "Duragesic",
    ] {
        let m = text(t);
        eprintln!("{t}: {m:?}");
    }
    for c in [
        "1310197", "1049593", "1010600", "4337", "1153378", "563026", "856980", "1732136",
    ] {
        eprintln!("{c}: {:?}", rx(c));
    }
}
