//! Morphine milligram equivalents per day: exact for comparing, rounded for people.
//!
//! Knows how a number of MME/day is printed.
//! Refuses to know where it came from.

use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;

/// Totals that rounding must not seem to reach or to leave (clinical-rules section 3 item 9).
const THRESHOLDS: [Decimal; 2] = [
    Decimal::from_parts(50, 0, 0, false, 0),
    Decimal::from_parts(90, 0, 0, false, 0),
];

/// MME a day; displayed as an exact decimal without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MmePerDay(Decimal);

impl MmePerDay {
    /// No MME.
    pub const ZERO: MmePerDay = MmePerDay(Decimal::ZERO);

    /// This many MME a day.
    pub fn new(value: Decimal) -> Self {
        Self(value.normalize())
    }

    /// The exact number.
    pub fn value(self) -> Decimal {
        self.0
    }

    /// The sum; `None` where it is too large to hold.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self::new)
    }

    /// For people: whole numbers, one decimal below 10, and as many decimals as keep it on its side of 50 and 90.
    pub fn rounded(self) -> String {
        let fewest = u32::from(self.0 < Decimal::TEN);
        (fewest..=28)
            .map(|places| self.at(places))
            .find(|shown| self.same_side(*shown))
            .unwrap_or(self.0)
            .normalize()
            .to_string()
    }

    fn at(self, places: u32) -> Decimal {
        self.0
            .round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
    }

    fn same_side(self, shown: Decimal) -> bool {
        THRESHOLDS
            .iter()
            .all(|threshold| (self.0 >= *threshold) == (shown >= *threshold))
    }
}

impl fmt::Display for MmePerDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::MmePerDay;
    use rust_decimal::Decimal;

    fn mme(text: &str) -> MmePerDay {
        MmePerDay::new(text.parse().expect("a decimal"))
    }

    /// clinical-rules section 3 item 9.
    #[test]
    fn people_see_whole_numbers_unless_a_threshold_would_seem_crossed() {
        for (exact, shown) in [
            ("60", "60"),
            ("60.00", "60"),
            ("49.6", "49.6"),
            ("49.4", "49"),
            ("49.96", "49.96"),
            ("50.4", "50"),
            ("89.5", "89.5"),
            ("89.95", "89.95"),
            ("90.2", "90"),
            ("9.96", "10"),
            ("9.44", "9.4"),
            ("4.5", "4.5"),
            ("8", "8"),
            ("0", "0"),
            ("28.8", "29"),
            ("10.5", "11"),
        ] {
            assert_eq!(mme(exact).rounded(), shown, "{exact}");
        }
    }

    #[test]
    fn display_is_the_exact_decimal_without_trailing_zeros() {
        assert_eq!(mme("60.500").to_string(), "60.5");
        assert_eq!(mme("100").to_string(), "100");
        assert_eq!(MmePerDay::ZERO.to_string(), "0");
    }

    #[test]
    fn numbers_compare_unrounded_and_sums_too_large_are_refused() {
        assert!(mme("49.9999999") < mme("50"));
        assert_eq!(MmePerDay::new(Decimal::MAX).checked_add(mme("1")), None);
    }
}
