//! Lists that are sorted newest first: how far back the part that came reaches.
//!
//! Knows that a server may not sort at all, whatever it was asked: the order has to show in what came.
//! Refuses to know what the rest may hold.

use super::Query;
use super::bundle::Item;
use super::resources::Period;
use super::views::json::{self, Element, Member};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::de::MapAccess;

/// Whether the part of a list that came is all of the query's look-back: from newer to older, and past its first day.
pub(super) fn reaches_back(items: &[Item<'_>], query: Query, as_of: Option<Date>) -> bool {
    let begin = || as_of?.checked_sub(query.look_back_days()?.days()).ok();
    let Some(begin) = begin() else {
        return false;
    };
    let matches = items
        .iter()
        .filter(|item| item.is_match && item.kind == query.resource_type());
    let dates: Option<Vec<Date>> = matches.map(|item| date(item)).collect();
    // One without a date may stand anywhere: no order shows.
    let dates = dates.unwrap_or_default();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return false;
    };
    let falls = dates.windows(2).all(|pair| match pair {
        [newer, older] => newer >= older,
        _ => true,
    });
    falls && first > last && *last < begin
}

fn date(item: &Item<'_>) -> Option<Date> {
    let observed: Observed = json::read(item.raw)?;
    observed.effective
}

/// When an Observation was made.
#[derive(Default)]
struct Observed {
    effective: Option<Date>,
}

impl<'a> Element<'a> for Observed {
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error> {
        match name {
            "effectiveDateTime" | "effectiveInstant" => {
                self.effective = value.when()?.map(|when| when.first);
            }
            "effectivePeriod" => {
                let period: Option<Period> = value.element()?;
                self.effective = period.and_then(|p| p.start).map(|when| when.first);
            }
            _ => value.skip()?,
        }
        Ok(())
    }
}
