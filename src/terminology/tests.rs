//! What the tables answer, row by row of the mapping table, and the traps of their sources.

use super::*;
use ValueSet::*;
use std::collections::BTreeMap;

mod codes;
mod loading;
mod medicine_sets;
mod medicines;
mod recorded;
mod value_sets;

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

fn sets(system: System, code: &str) -> Sets {
    tables().sets_of(coding(system.uri(), code))
}

fn rx(code: &str) -> Medicine {
    tables().medicine(&[coding(System::RxNorm.uri(), code)], None)
}

fn text(text: &str) -> Medicine {
    tables().medicine(&[], Some(text))
}

/// Members and non-members of a set in one system.
fn holds(set: ValueSet, system: System, members: &[&str], others: &[&str]) {
    for code in members {
        assert!(sets(system, code).has(set), "{code} should be in {set:?}");
    }
    for code in others {
        assert!(
            !sets(system, code).has(set),
            "{code} should not be in {set:?}"
        );
    }
}
