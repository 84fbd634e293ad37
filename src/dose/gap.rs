//! Why a dose cannot be told.
//!
//! Knows one phrase per reason.
//! Refuses to know what was looked at before.

/// What is missing, or cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Unidentified,
    NoOpioid,
    NoInstruction,
    NoDose,
    NoTiming,
    Unit,
    NoStrength,
    NoForm,
    NothingScheduled,
    TooLarge,
    Absurd,
}

impl Gap {
    /// One sentence for people.
    pub(super) fn sentence(self, name: &str) -> String {
        format!("No MME for {name}: {}.", self.phrase())
    }

    fn phrase(self) -> &'static str {
        match self {
            Gap::Unidentified => "the medicine could not be identified",
            Gap::NoOpioid => "the record does not say which opioid it holds",
            Gap::NoInstruction => "no instruction is recorded",
            Gap::NoDose => "no dose is recorded",
            Gap::NoTiming => "no usable timing is recorded",
            Gap::Unit => "the unit of the dose is absent or does not fit the product",
            Gap::NoStrength => "the record does not say which strength is meant",
            Gap::NoForm => "the record does not say which dose form is meant",
            Gap::NothingScheduled => "it is taken as needed only",
            Gap::TooLarge => "the amounts are too large to compute with",
            Gap::Absurd => "the numbers of the dose cannot be used",
        }
    }
}
