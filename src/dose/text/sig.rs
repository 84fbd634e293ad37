//! The grammar of an instruction text: doses, how often, limits, and nothing left over.
//!
//! Knows how phrases make up a whole text.
//! Refuses a text with a phrase left over, or with two phrases that do not fit each other.

use super::amounts::{Told, amount};
use super::limits::{Limit, limit_phrase, up_to};
use super::often::{Moment, Rate, clock, moment_phrase, rate_phrase};
use super::tokens::{Token, longest};
use super::{Clause, Sig, plain};
use crate::dose::{Fraction, units::Unit};
use rust_decimal::Decimal;

/// A bare number above this could be milligrams.
const MOST_BARE_UNITS: Decimal = Decimal::from_parts(4, 0, 0, false, 0);

/// What joins a phrase to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Link {
    #[default]
    None,
    /// A comma, semicolon or bracket.
    Pause,
    /// "and", "plus".
    And,
    /// "an additional".
    Additional,
}

#[derive(Debug, Default)]
struct Draft {
    dose: Option<Told>,
    rate: Option<Rate>,
    moments: Vec<Moment>,
}

#[derive(Debug, Default)]
struct Text {
    done: Vec<Clause>,
    clause: Draft,
    link: Link,
    most: Option<(Fraction, Option<Unit>)>,
    most_times: Option<Fraction>,
    meals: bool,
    as_needed: bool,
    range: bool,
    /// Two phrases did not fit each other.
    broken: bool,
}

/// Reads all tokens, or nothing.
pub(super) fn read(tokens: &[Token]) -> Option<Sig> {
    let mut text = Text::default();
    text.phrases(tokens, true)?;
    let most = text.most;
    if text.clause.dose.is_some() {
        text.finish_clause()?;
    } else if !text.clause.is_empty() || text.most_times.is_some() {
        return None;
    }
    let told = !text.done.is_empty() || most.is_some();
    told.then_some(Sig {
        clauses: text.done,
        most,
        as_needed: text.as_needed,
        range: text.range,
    })
}

/// Reads a timing alone: no dose, no limit.
pub(super) fn timing(tokens: &[Token]) -> Option<Fraction> {
    let mut text = Text::default();
    text.phrases(tokens, false)?;
    (text.most.is_none() && text.most_times.is_none()).then(|| text.times())?
}

impl Text {
    fn phrases(&mut self, tokens: &[Token], doses: bool) -> Option<()> {
        let mut rest = tokens;
        while !rest.is_empty() {
            let length = self
                .link_or_limit(rest)
                .or_else(|| self.often(rest))
                .or_else(|| self.plain(rest))
                .or_else(|| doses.then(|| self.dose(rest))?)?;
            if self.broken {
                return None;
            }
            rest = rest.get(length..)?;
        }
        // A text that ends in "and" was cut off.
        (self.link != Link::And && self.link != Link::Additional).then_some(())
    }

    fn link_or_limit(&mut self, tokens: &[Token]) -> Option<usize> {
        if let Some((limit, length)) = limit_phrase(tokens) {
            self.limit(limit);
            self.link = Link::None;
            return Some(length);
        }
        if let Some(length) = up_to(tokens).filter(|length| amount(&tokens[*length..]).is_some()) {
            self.range = true;
            return Some(length);
        }
        if let Token::Mark(mark) = tokens.first()? {
            if !matches!(mark, ',' | ';' | '.' | '(' | ')' | ':') {
                return None;
            }
            let pause = matches!(mark, ',' | ';') && self.link == Link::None;
            self.link = if pause { Link::Pause } else { self.link };
            return Some(1);
        }
        if let Some(length) = longest(
            tokens,
            &["additional", "an additional", "extra", "an extra"],
        ) {
            self.link = Link::Additional;
            return Some(length);
        }
        let length = longest(tokens, &["and", "plus", "and also"])?;
        self.link = Link::And;
        Some(length)
    }

    fn limit(&mut self, limit: Limit) {
        let same = match limit {
            Limit::OtherIngredient => true,
            Limit::Amount(value, unit) => {
                let before = self.most.replace((value, unit));
                self.range |= self.clause.dose.is_none();
                before.is_none_or(|before| before == (value, unit))
            }
            Limit::Times(times) => {
                let before = self.most_times.replace(times);
                before.is_none_or(|before| before == times)
            }
        };
        self.broken |= !same;
    }

    fn often(&mut self, tokens: &[Token]) -> Option<usize> {
        let length = if let Some((moment, length)) = moment_phrase(tokens) {
            self.moment(moment);
            length
        } else if let Some((rate, length)) = rate_phrase(tokens) {
            self.rate(rate);
            length
        } else {
            // "at 8 am and 8 pm": the second clock time stands without "at".
            let after_clock = matches!(self.clause.moments.last(), Some(Moment::Clock(..)));
            let joined = after_clock && self.link != Link::None;
            let (moment, length) = clock(tokens).filter(|_| joined)?;
            self.moment(moment);
            length
        };
        self.link = Link::None;
        Some(length)
    }

    /// A second rate must say the same; one joined by "and" to another timing would add to it.
    fn rate(&mut self, rate: Rate) {
        let adds = self.link == Link::And && !self.clause.has_no_timing();
        let before = self.clause.rate.replace(rate);
        let same = before.is_none_or(|before| before.times == rate.times);
        self.range |= rate.is_range;
        self.broken |= adds || !same;
    }

    /// A second moment must be joined by "and" or a comma, unless it names the same one.
    fn moment(&mut self, moment: Moment) {
        let clause = &mut self.clause;
        if clause.moments.contains(&moment) {
            return;
        }
        let fits = match (clause.moments.is_empty(), clause.rate) {
            (true, Some(_)) => self.link != Link::And,
            (true, None) => true,
            (false, _) => self.link != Link::None,
        };
        clause.moments.push(moment);
        self.broken |= !fits;
    }

    fn plain(&mut self, tokens: &[Token]) -> Option<usize> {
        if let Some(length) = plain::as_needed(tokens) {
            self.as_needed = true;
            return Some(length);
        }
        if let Some(length) = plain::meals(tokens) {
            self.meals = true;
            return Some(length);
        }
        plain::phrase(tokens)
    }

    fn dose(&mut self, tokens: &[Token]) -> Option<usize> {
        let (told, length) = amount(tokens)?;
        if told.unit.is_none() && told.upper.value > MOST_BARE_UNITS {
            return None;
        }
        if self.clause.dose.is_some() {
            let joined = match self.link {
                Link::And | Link::Additional => true,
                Link::Pause => !self.clause.moments.is_empty(),
                Link::None => told.on_top,
            };
            if !joined || self.most_times.is_some() {
                return None;
            }
            self.finish_clause()?;
        }
        self.range |= told.upper.is_range;
        self.clause.dose = Some(told);
        self.link = Link::None;
        Some(length)
    }

    fn finish_clause(&mut self) -> Option<()> {
        let times = self.times();
        let draft = std::mem::take(&mut self.clause);
        // A dose without a timing counts only under a daily limit (R5), and alone.
        let limited = self.most.is_some() && self.done.is_empty() && draft.has_timing_of(times);
        if times.is_none() && !limited {
            return None;
        }
        let told = draft.dose?;
        self.done.push(Clause {
            value: Fraction::whole(told.upper.value)?,
            unit: told.unit.unwrap_or(Unit::Counted),
            again: told.again,
            times,
        });
        Some(())
    }

    /// Times a day of the clause: the rate, or the moments where the rate is daily or says the same.
    fn times(&mut self) -> Option<Fraction> {
        let clause = &self.clause;
        let count = Fraction::whole(clause.moments.len().into());
        if self.meals && (clause.rate.is_none() || count.is_some()) {
            return None;
        }
        let times = match (clause.rate.map(|rate| rate.times), count) {
            (Some(rate), Some(count)) if rate == count || rate == Fraction::ONE => Some(count),
            (Some(rate), Some(count)) if count == Fraction::ONE && rate.order(count).is_lt() => {
                Some(rate)
            }
            (Some(_), Some(_)) => return None,
            (rate, count) => rate.or(count),
        };
        match (times, self.most_times) {
            (Some(times), Some(most)) => Some(times.least(most)),
            (None, Some(most)) => {
                self.range = true;
                Some(most)
            }
            (times, None) => times,
        }
    }
}

impl Draft {
    fn has_no_timing(&self) -> bool {
        self.rate.is_none() && self.moments.is_empty()
    }

    fn is_empty(&self) -> bool {
        self.dose.is_none() && self.has_no_timing()
    }

    /// Is a missing rate due to no timing at all, and not to one that could not be settled?
    fn has_timing_of(&self, times: Option<Fraction>) -> bool {
        times.is_some() || self.has_no_timing()
    }
}
