//! The one place where the service reads what time it is.

use jiff::Timestamp;

/// Where a call's `as_of` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Always this instant: demo, replay, development.
    Fixed(Timestamp),
}

impl Clock {
    /// Fixed where an instant is given.
    pub fn fixed_at(as_of: Option<Timestamp>) -> Clock {
        as_of.map_or(Clock::System, Clock::Fixed)
    }

    /// Now.
    #[expect(
        clippy::disallowed_methods,
        reason = "below this, `as_of` is an argument"
    )]
    pub fn now(self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Fixed(as_of) => as_of,
        }
    }
}
