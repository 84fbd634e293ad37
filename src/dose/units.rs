//! Units of a dose in all the spellings that clients send (R8).
//!
//! Knows masses, millilitres, counted units and delivery rates.
//! Refuses to guess: what it does not know is no unit.

use super::{Fraction, Quantity};
use rust_decimal::Decimal;

/// A unit that rule R8 can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Milligram,
    Microgram,
    Millilitre,
    Counted,
    MilligramPerHour,
    MicrogramPerHour,
}

/// A dose in one of the four kinds that arithmetic knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Milligrams.
    Mass(Fraction),
    /// Millilitres.
    Volume(Fraction),
    /// Tablets, films, patches, sprays …
    Count(Fraction),
    /// Micrograms an hour.
    Rate(Fraction),
}

impl Measure {
    pub(super) fn of(value: Fraction, unit: Unit) -> Option<Self> {
        let thousand = Decimal::ONE_THOUSAND;
        Some(match unit {
            Unit::Milligram => Measure::Mass(value),
            Unit::Microgram => Measure::Mass(value.over(thousand)?),
            Unit::Millilitre => Measure::Volume(value),
            Unit::Counted => Measure::Count(value),
            Unit::MilligramPerHour => Measure::Rate(value.times(thousand)?),
            Unit::MicrogramPerHour => Measure::Rate(value),
        })
    }

    /// `None` for a value that is not above zero and for a unit that is absent, unknown or contradicts itself.
    pub(super) fn of_quantity(quantity: &Quantity) -> Option<Self> {
        Self::of(Fraction::whole(quantity.value?)?, unit_of(quantity)?)
    }

    pub(super) fn value(self) -> Fraction {
        match self {
            Measure::Mass(value)
            | Measure::Volume(value)
            | Measure::Count(value)
            | Measure::Rate(value) => value,
        }
    }

    pub(super) fn map(self, change: impl FnOnce(Fraction) -> Option<Fraction>) -> Option<Self> {
        Some(match self {
            Measure::Mass(value) => Measure::Mass(change(value)?),
            Measure::Volume(value) => Measure::Volume(change(value)?),
            Measure::Count(value) => Measure::Count(change(value)?),
            Measure::Rate(value) => Measure::Rate(change(value)?),
        })
    }

    /// The sum; `None` for measures of two kinds.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let same = self.same_kind(other);
        same.then(|| self.map(|value| value.plus(other.value())))?
    }

    /// Are both of one kind, so that one can cap the other?
    fn same_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// The smaller, where the cap is of the same kind; a cap in another unit caps nothing (R4, R5).
    pub(super) fn capped(self, cap: Option<Self>) -> Self {
        match cap {
            Some(cap) if self.same_kind(cap) && cap.value().order(self.value()).is_lt() => cap,
            _ => self,
        }
    }
}

/// What a spelling says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Unit(Unit),
    /// A unit of measure that no rule can use: grams, drops, puffs, units of effect.
    Other,
    /// A code of another system or a word that names no measure.
    Unread,
}

/// The unit of a quantity; code and text must not contradict each other.
pub(super) fn unit_of(quantity: &Quantity) -> Option<Unit> {
    let read = |text: &Option<String>| text.as_deref().map_or(Spelling::Unread, spelling);
    match (read(&quantity.code), read(&quantity.unit)) {
        (Spelling::Other, _) | (_, Spelling::Other) => None,
        (Spelling::Unit(code), Spelling::Unit(text)) => (code == text).then_some(code),
        (Spelling::Unit(unit), Spelling::Unread) | (Spelling::Unread, Spelling::Unit(unit)) => {
            Some(unit)
        }
        (Spelling::Unread, Spelling::Unread) => None,
    }
}

/// Does the quantity name any unit at all?
pub(super) fn names_a_unit(quantity: &Quantity) -> bool {
    [&quantity.unit, &quantity.code]
        .into_iter()
        .flatten()
        .any(|text| !text.trim().is_empty())
}

/// The unit that a word of running text names.
pub(super) fn unit_of_word(word: &str) -> Option<Unit> {
    match spelling(word) {
        Spelling::Unit(unit) => Some(unit),
        Spelling::Other | Spelling::Unread => None,
    }
}

fn spelling(text: &str) -> Spelling {
    let text = plain(text);
    if let Some(unit) = measured(&text) {
        return Spelling::Unit(unit);
    }
    if listed(OTHER_MEASURES, &text) || text.contains(['/', '[', '%']) {
        return Spelling::Other;
    }
    let mut words = text.split([' ', ',', '-']).filter(|word| !word.is_empty());
    let counted =
        words.next().is_some_and(is_counted) && words.all(|word| listed(QUALIFIERS, word));
    if counted || qualified_before(&text) {
        Spelling::Unit(Unit::Counted)
    } else {
        Spelling::Unread
    }
}

/// Lower case, without UCUM braces, "(s)", full stops and spaces at the ends; one spelling of micro.
fn plain(text: &str) -> String {
    let text = text
        .trim()
        .to_lowercase()
        .replace("(s)", "")
        .replace('μ', "µ");
    text.trim_matches(|letter: char| letter.is_whitespace() || "{}.".contains(letter))
        .to_owned()
}

fn measured(text: &str) -> Option<Unit> {
    let (amount, per) = text
        .split_once('/')
        .map_or((text, None), |(a, p)| (a.trim(), Some(p.trim())));
    let mass = match amount {
        "mg" | "mgs" | "milligram" | "milligrams" => Unit::Milligram,
        "ug" | "mcg" | "mcgs" | "µg" | "microgram" | "micrograms" => Unit::Microgram,
        "ml" | "mls" | "milliliter" | "milliliters" | "millilitre" | "millilitres" => {
            return per.is_none().then_some(Unit::Millilitre);
        }
        _ => return None,
    };
    match (mass, per) {
        (mass, None) => Some(mass),
        (mass, Some("h" | "hr" | "hrs" | "hour")) => Some(if mass == Unit::Milligram {
            Unit::MilligramPerHour
        } else {
            Unit::MicrogramPerHour
        }),
        _ => None,
    }
}

/// "oral tablet", "transdermal patch": the form before the noun.
fn qualified_before(text: &str) -> bool {
    text.rsplit_once(' ').is_some_and(|(before, noun)| {
        is_counted(noun) && before.split(' ').all(|word| listed(QUALIFIERS, word))
    })
}

fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

fn is_counted(word: &str) -> bool {
    let word = word.trim_matches(|letter| "{}.".contains(letter));
    let singular = word.strip_suffix('s').map(|stem| match stem {
        "patche" => "patch",
        stem => stem,
    });
    listed(COUNTED, word)
        || singular.is_some_and(|word| listed(COUNTED, word))
        || word == "suppositories"
}

/// Counted units: R8's list, how clients write them,
/// and the v3 orderable drug forms below TAB, CAP, SUPP, PATCH and SPRY.
const COUNTED: &str = "1 tablet tab tbl tabl tabs caplet pill capsule cap caps softgel film strip lozenge \
    troche suppository supp suppos actuation actuat spray spry patch each ea ortab \
    buctab srbuctab chewtab cptab disintab drtab ectab erectab ertab ertab12 ertab24 \
    ortroche sltab vagtab orcap entcap erentcap ereccap ercap ercap12 ercap24 recsupp \
    urethsupp vagsupp tpatch tpath16 tpath24 tpath2wk tpath72 tpathwk";

/// Words that say which tablet, and change no count.
const QUALIFIERS: &str = "oral extended release er xr sr dr delayed immediate ir sublingual sl buccal \
    disintegrating dispersible chewable coated film transdermal rectal nasal mucosal \
    hour 12 24 72 hr";

/// Measures that no rule can use; a count beside one of them contradicts it.
const OTHER_MEASURES: &str = "g gm gram grams kg ng pg l dl cl ul liter litre u unit units iu meq mmol mol puff \
    puffs drp drop drops gtt tsp teaspoon tbsp tablespoon h hr d day days min wk mo a \
    dose doses box bottle package kit ml/h inhalation";

#[cfg(test)]
mod tests {
    use super::{Unit, unit_of};
    use crate::dose::Quantity;

    fn quantity(unit: Option<&str>, code: Option<&str>) -> Quantity {
        Quantity {
            value: Some(1.into()),
            unit: unit.map(str::to_owned),
            code: code.map(str::to_owned),
        }
    }

    /// R8: any case, singular or plural, bare or in braces, and as clients write them.
    #[test]
    fn counted_units_are_read_in_every_spelling() {
        let spellings = "tablet|Tablets|TABLET(S)|tab|Tabs|tab.|{tablet}|{tbl}|{pill}|pill|capsule|\
                         CAPSULES|cap|caps|{capsule}|film|films|{film}|lozenge|lozenges|suppository|\
                         suppositories|SUPP|actuation|{actuat}|actuations|spray|sprays|{spray}|patch|\
                         patches|{patch}|{Patch}|each|ea|EA|{each}|1|TAB|CAP|PATCH|TPATH72|ERTAB12|SLTAB|\
                         tablet, extended release|oral tablet|transdermal patch| tablet ";
        for spelling in spellings.split('|') {
            assert_eq!(
                unit_of(&quantity(Some(spelling), None)),
                Some(Unit::Counted),
                "{spelling}"
            );
            assert_eq!(
                unit_of(&quantity(None, Some(spelling))),
                Some(Unit::Counted),
                "{spelling}"
            );
        }
    }

    /// R8 and R7.
    #[test]
    fn masses_volumes_and_rates_are_read_in_every_spelling() {
        for (spelling, unit) in [
            ("mg", Unit::Milligram),
            ("MG", Unit::Milligram),
            ("milligrams", Unit::Milligram),
            ("ug", Unit::Microgram),
            ("mcg", Unit::Microgram),
            ("µg", Unit::Microgram),
            ("μg", Unit::Microgram),
            ("microgram", Unit::Microgram),
            ("mL", Unit::Millilitre),
            ("ml", Unit::Millilitre),
            ("milliliter", Unit::Millilitre),
            ("ug/h", Unit::MicrogramPerHour),
            ("mcg/hr", Unit::MicrogramPerHour),
            ("µg/hour", Unit::MicrogramPerHour),
            ("mg/h", Unit::MilligramPerHour),
            ("mg/hr", Unit::MilligramPerHour),
        ] {
            assert_eq!(
                unit_of(&quantity(None, Some(spelling))),
                Some(unit),
                "{spelling}"
            );
        }
    }

    /// R8: anything else is unknown; source-errors 8.
    #[test]
    fn other_units_are_unknown() {
        let spellings = "| |g|{puff}|[drp]|drop|mg/kg|mg/mL|mg/d|mL/h|U|[iU]|unit|tsp|[tsp_us]|dose|\
                         {dose}|mmol|tablet/day|tablet of something|box|%|ng|kg|L|h";
        for spelling in spellings.split('|') {
            assert_eq!(unit_of(&quantity(Some(spelling), None)), None, "{spelling}");
            assert_eq!(unit_of(&quantity(None, Some(spelling))), None, "{spelling}");
        }
        assert_eq!(unit_of(&quantity(None, None)), None);
    }

    #[test]
    fn a_foreign_code_leaves_the_word_and_a_contradiction_leaves_nothing() {
        let unit = |unit, code| unit_of(&quantity(Some(unit), Some(code)));
        assert_eq!(unit("tablet", "428673006"), Some(Unit::Counted));
        assert_eq!(unit("tablet", "1"), Some(Unit::Counted));
        assert_eq!(unit("tablet", "mg"), None);
        assert_eq!(unit("tablet", "g"), None);
        assert_eq!(unit("mL", "{tablet}"), None);
    }
}
