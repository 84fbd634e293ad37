//! Exact comparisons of two amounts by a share in percent.
//!
//! Knows how to compare without dividing, so that "at least 20 %" holds at exactly 20 %.
//! Refuses to know what the amounts are.

use rust_decimal::Decimal;
use std::cmp::Ordering;

/// How `part` compares with `percent` hundredths of `whole`, both not negative.
pub(super) fn compare(part: Decimal, percent: u32, whole: Decimal) -> Ordering {
    let percent = Decimal::from(percent);
    match (
        part.checked_mul(Decimal::ONE_HUNDRED),
        whole.checked_mul(percent),
    ) {
        (Some(left), Some(right)) => left.cmp(&right),
        // Only amounts near the largest number that can be held come here: scale both down instead.
        _ => part.cmp(&((whole / Decimal::ONE_HUNDRED).saturating_mul(percent))),
    }
}

/// Did an amount rise by this share or more?
pub(super) fn rose_by_at_least(percent: u32, before: Decimal, after: Decimal) -> bool {
    after > before && compare(after - before, percent, before) != Ordering::Less
}

#[cfg(test)]
mod tests {
    use super::{compare, rose_by_at_least};
    use rust_decimal::Decimal;
    use std::cmp::Ordering;

    fn number(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn a_share_holds_at_its_boundary_exactly() {
        assert!(rose_by_at_least(20, number("0.5"), number("0.6")));
        assert!(!rose_by_at_least(20, number("0.5"), number("0.5999999999")));
        assert_eq!(compare(number("95"), 95, number("100")), Ordering::Equal);
        assert_eq!(
            compare(number("94.9999999"), 95, number("100")),
            Ordering::Less
        );
    }

    #[test]
    fn the_largest_numbers_are_compared_too() {
        assert!(rose_by_at_least(20, Decimal::ONE, Decimal::MAX));
        assert_eq!(compare(Decimal::MAX, 95, Decimal::MAX), Ordering::Greater);
        assert_eq!(compare(Decimal::ONE, 95, Decimal::MAX), Ordering::Less);
    }
}
