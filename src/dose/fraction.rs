//! Exact fractions: "every 7 hours" is 24/7 a day, and three thirds are one.
//!
//! Knows checked arithmetic on positive numbers.
//! Refuses to overflow, to divide by zero and to hold anything that is not above zero.

use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;

/// Places kept of a quotient that does not end.
const PLACES: u32 = 10;

/// A quotient longer than this does not end, whatever its rounded product says.
const LONGEST_EXACT: u32 = 18;

/// A number above zero, as numerator over denominator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction {
    top: Decimal,
    bottom: Decimal,
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.order(*other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl Fraction {
    pub(super) const ONE: Fraction = Fraction {
        top: Decimal::ONE,
        bottom: Decimal::ONE,
    };

    /// `top / bottom`; `None` unless both are above zero.
    pub(super) fn of(top: Decimal, bottom: Decimal) -> Option<Self> {
        (top > Decimal::ZERO && bottom > Decimal::ZERO).then(|| {
            if top == bottom {
                Self::ONE
            } else {
                Self {
                    top: top.normalize(),
                    bottom: bottom.normalize(),
                }
            }
        })
    }

    pub(super) fn whole(value: Decimal) -> Option<Self> {
        Self::of(value, Decimal::ONE)
    }

    pub(super) fn times(self, factor: Decimal) -> Option<Self> {
        Self::of(self.top.checked_mul(factor)?, self.bottom)
    }

    pub(super) fn over(self, divisor: Decimal) -> Option<Self> {
        Self::of(self.top, self.bottom.checked_mul(divisor)?)
    }

    pub(super) fn by(self, other: Self) -> Option<Self> {
        self.times(other.top)?.over(other.bottom)
    }

    pub(super) fn inverse(self) -> Self {
        Self {
            top: self.bottom,
            bottom: self.top,
        }
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        if self.bottom == other.bottom {
            return Self::of(self.top.checked_add(other.top)?, self.bottom);
        }
        let left = self.top.checked_mul(other.bottom)?;
        let right = other.top.checked_mul(self.bottom)?;
        Self::of(
            left.checked_add(right)?,
            self.bottom.checked_mul(other.bottom)?,
        )
    }

    pub(super) fn least(self, other: Self) -> Self {
        if other.order(self) == Ordering::Less {
            other
        } else {
            self
        }
    }

    /// Exact where cross-multiplying fits, else by the quotients.
    pub(super) fn order(self, other: Self) -> Ordering {
        let left = self.top.checked_mul(other.bottom);
        let right = other.top.checked_mul(self.bottom);
        match left.zip(right) {
            Some((left, right)) => left.cmp(&right),
            None => (self.top.checked_div(self.bottom)).cmp(&other.top.checked_div(other.bottom)),
        }
    }

    /// The decimal: exact where it ends, else rounded to ten places; `None` where it is too large or too small to hold.
    pub(super) fn decimal(self) -> Option<Decimal> {
        let quotient = self.top.checked_div(self.bottom)?.normalize();
        let exact = quotient.scale() <= LONGEST_EXACT
            && quotient.checked_mul(self.bottom) == Some(self.top);
        let value = if exact {
            quotient
        } else {
            quotient.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero)
        };
        (value > Decimal::ZERO).then(|| value.normalize())
    }

    /// Numerator and denominator in whole numbers where they are such, for "3 per 7 days".
    pub(super) fn parts(self) -> (Decimal, Decimal) {
        let divisor = common_divisor(self.top, self.bottom);
        let reduce = |part: Decimal| part.checked_div(divisor).unwrap_or(part).normalize();
        (reduce(self.top), reduce(self.bottom))
    }
}

/// Greatest common divisor of whole numbers; one for any others.
fn common_divisor(left: Decimal, right: Decimal) -> Decimal {
    let (mut large, mut small) = (left, right);
    if !large.is_integer() || !small.is_integer() {
        return Decimal::ONE;
    }
    while small > Decimal::ZERO {
        let Some(rest) = large.checked_rem(small) else {
            return Decimal::ONE;
        };
        (large, small) = (small, rest);
    }
    large
}

#[cfg(test)]
mod tests {
    use super::Fraction;
    use rust_decimal::Decimal;

    fn fraction(top: i64, bottom: i64) -> Fraction {
        Fraction::of(top.into(), bottom.into()).expect("above zero")
    }

    #[test]
    fn three_thirds_are_one() {
        let third = fraction(1, 3);
        let sum = third.plus(third).and_then(|two| two.plus(third));
        assert_eq!(sum, Some(Fraction::ONE));
        assert_eq!(
            fraction(100, 3)
                .times(Decimal::new(15, 1))
                .and_then(Fraction::decimal),
            Some(50.into())
        );
    }

    #[test]
    fn nothing_at_or_below_zero_is_a_fraction() {
        for (top, bottom) in [(0, 1), (1, 0), (-1, 1), (1, -1), (0, 0)] {
            assert_eq!(Fraction::of(top.into(), bottom.into()), None);
        }
    }

    #[test]
    fn overflow_is_refused() {
        let most = Fraction::whole(Decimal::MAX).expect("above zero");
        assert_eq!(most.times(2.into()), None);
        assert_eq!(most.plus(most), None);
        assert!(most.order(fraction(1, 3)).is_gt());
    }

    #[test]
    fn parts_are_reduced() {
        assert_eq!(fraction(24, 14).parts(), (12.into(), 7.into()));
        assert_eq!(fraction(2, 6).parts(), (1.into(), 3.into()));
    }
}
