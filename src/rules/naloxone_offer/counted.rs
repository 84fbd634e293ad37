//! Which factors count for this person, and whether they are enough.
//!
//! Knows what age, scope and unread data let count (sheet 4.8, catalogue section 7).
//! Refuses to know where a factor comes from.

use super::factors::{Basis, Factor, Factors, Weight};
use crate::fhir::Query;
use crate::patient::{Doubt, Known, ScopeBranch, Snapshot};
use crate::rules::named;

/// Which factors count for this person.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    /// All.
    All,
    /// Cancer, sickle cell disease, palliative care: the factors of the label.
    Label,
    /// Under 18.
    OverdoseOnly,
    /// Age or scope unknown: medicines, overdose and opioid use disorder count; the rest might.
    Medicines(Doubt),
}

impl Reach {
    /// By age and scope.
    pub(super) fn of(snapshot: &Snapshot) -> Reach {
        if snapshot.scope.is(ScopeBranch::Age) || snapshot.age.is_some_and(|age| age < 18) {
            return Reach::OverdoseOnly;
        }
        match (&snapshot.scope.out, snapshot.age) {
            (Known::Yes(_), _) => Reach::Label,
            (Known::Unsure(doubt), _) => Reach::Medicines(doubt.clone()),
            (Known::No, None) => Reach::Medicines(Doubt::Unread(Query::Patient)),
            (Known::No, Some(_)) => Reach::All,
        }
    }

    /// Can a factor of this kind count, whatever could not be read?
    fn lets(&self, basis: Basis) -> bool {
        match self {
            Reach::All | Reach::Medicines(_) => true,
            Reach::Label => matches!(basis, Basis::Overdose | Basis::OpioidUse | Basis::Sedation),
            Reach::OverdoseOnly => basis == Basis::Overdose,
        }
    }

    /// Why a factor of this kind may not count although it is there.
    fn doubt(&self, basis: Basis) -> Option<&Doubt> {
        match self {
            Reach::Medicines(doubt) if basis == Basis::Record => Some(doubt),
            _ => None,
        }
    }

    fn warns(&self, factor: &Factor) -> bool {
        let label = matches!(factor.basis, Basis::Overdose | Basis::OpioidUse);
        factor.warns && (label || !matches!(self, Reach::Label))
    }
}

/// The factors that count, with those that might.
pub(super) struct Counted<'a> {
    /// Those that count or might, most important first.
    pub(super) found: Vec<&'a Factor>,
    /// How many major ones count.
    pub(super) major: usize,
    /// How many supporting ones count.
    pub(super) supporting: usize,
    open_major: bool,
    open_supporting: usize,
    /// One of them makes a warning of the offer.
    pub(super) warns: bool,
    /// Why others cannot be told.
    pub(super) doubts: Vec<Doubt>,
}

impl<'a> Counted<'a> {
    /// Sorts the factors of a person by what lets them count.
    pub(super) fn by(reach: Reach, factors: &'a Factors) -> Counted<'a> {
        let found: Vec<_> = factors
            .found
            .iter()
            .filter(|factor| reach.lets(factor.basis))
            .collect();
        let firm = |weight| {
            let firm = found
                .iter()
                .filter(|factor| reach.doubt(factor.basis).is_none());
            firm.filter(|factor| factor.weight == weight).count()
        };
        let (major, supporting) = (firm(Weight::Major), firm(Weight::Supporting));
        let held_back = found
            .iter()
            .filter_map(|factor| Some((factor.weight, reach.doubt(factor.basis)?)));
        let unread = factors.open.iter().filter(|open| reach.lets(open.basis));
        let open: Vec<_> = held_back
            .chain(unread.map(|open| (open.weight, &open.doubt)))
            .collect();
        let doubts = named::once(open.iter().map(|(_, doubt)| (*doubt).clone()));
        Counted {
            major,
            supporting,
            open_major: open.iter().any(|(weight, _)| *weight == Weight::Major),
            open_supporting: open
                .iter()
                .filter(|(weight, _)| *weight == Weight::Supporting)
                .count(),
            warns: found.iter().any(|factor| reach.warns(factor)),
            found,
            doubts,
        }
    }

    /// The factor that the summary names: the first major one.
    pub(super) fn lead(&self) -> Option<&'a Factor> {
        self.found
            .iter()
            .find(|factor| factor.weight == Weight::Major)
            .copied()
    }

    /// One major or two supporting ones count.
    pub(super) fn suffice(&self) -> bool {
        self.major >= 1 || self.supporting >= 2
    }

    /// The same, if every open one held.
    pub(super) fn might_suffice(&self) -> bool {
        self.open_major || self.supporting + self.open_supporting >= 2
    }
}
