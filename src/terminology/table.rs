//! The loaded terminology and the questions that the rest of the package asks.
//!
//! Knows how the parts answer together.
//! Refuses to know files on disk: overrides arrive as texts.

use super::{
    Code, CodingRef, Concept, FactorTable, Medicine, OpioidContent, Problem, Sets, Toxicology,
    ValueSet,
    archive::{Archive, Files},
    derive::{complete, settle},
    drugs::{self, Drugs},
    factors,
    lexicon::Lexicon,
    members::{self, Members},
    names::Names,
    toxicology,
};
use std::{collections::BTreeMap, sync::LazyLock};

/// All tables, ready for constant-time questions.
#[derive(Debug, Default)]
pub struct Terminology {
    pub(super) members: Members,
    pub(super) drugs: Drugs,
    pub(super) names: Names,
    pub(super) lexicon: Lexicon,
    factors: FactorTable,
    toxicology: Toxicology,
}

static BUILT_IN: LazyLock<Terminology> = LazyLock::new(|| {
    Terminology::load(&BTreeMap::new()).expect("the built-in tables are read by the tests")
});

impl Terminology {
    /// Loads the built-in tables with a site's texts in their place.
    ///
    /// Keys are relative paths: `mme-factors.csv`, `value-sets/methadone.csv`,
    /// `value-sets/<set>.add.csv`, `value-sets/<set>.remove.csv`.
    /// One broken row refuses the start; all problems are reported.
    pub fn load(overrides: &BTreeMap<String, String>) -> Result<Terminology, Vec<Problem>> {
        let archive =
            Archive::open().map_err(|message| vec![Problem::of("terminology", message)])?;
        let files = Files::new(&archive, overrides);
        let mut problems = files.strangers();
        let mut names = Names::default();
        let drugs = drugs::Reading {
            files: &files,
            names: &mut names,
            problems: &mut problems,
        };
        let mut drugs = drugs.drugs();
        let mut members = members::Reading::new(&files, &mut names, &mut problems).members();
        let factors = factors::read(&files, &mut problems);
        let toxicology = toxicology::read(&files, &mut problems);
        let lexicon = Lexicon::read(&files, &mut drugs, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        complete(&mut drugs, &mut members, &names);
        names.shrink();
        Ok(Terminology {
            members,
            drugs,
            names,
            lexicon,
            factors,
            toxicology,
        })
    }

    /// The built-in tables, loaded once.
    pub fn builtin() -> &'static Terminology {
        &BUILT_IN
    }

    /// Every problem of the tables with a site's texts, with the slow checks: for the `check` command.
    pub fn problems(overrides: &BTreeMap<String, String>) -> Vec<Problem> {
        super::check::problems(overrides)
    }

    /// The sets of the catalogue that a code is in; none for a code that the tables do not know.
    pub fn sets_of(&self, coding: CodingRef<'_>) -> Sets {
        Code::read(coding).map_or(Sets::EMPTY, |code| self.sets_of_code(code))
    }

    /// The same for a code that was read before; an NDC counts as its product.
    pub fn sets_of_code(&self, code: Code) -> Sets {
        let code = self.drugs.rxcui(code).map_or(code, Code::rxcui);
        settle(self.members.sets(code))
    }

    /// Is any of the codings in the set?
    pub fn is_in<'a>(
        &self,
        set: ValueSet,
        codings: impl IntoIterator<Item = CodingRef<'a>>,
    ) -> bool {
        codings
            .into_iter()
            .any(|coding| self.sets_of(coding).has(set))
    }

    /// The tables' own name for a code.
    pub fn display(&self, coding: CodingRef<'_>) -> Option<&str> {
        let code = Code::read(coding)?;
        let code = self.drugs.rxcui(code).map_or(code, Code::rxcui);
        self.name_of(code)
    }

    pub(super) fn name_of(&self, code: Code) -> Option<&str> {
        let drug = code
            .as_rxcui()
            .and_then(|rxcui| self.drugs.drugs.get(&rxcui));
        let span = drug
            .map(|drug| drug.name)
            .or_else(|| self.members.name(code))?;
        Some(self.names.get(span)).filter(|name| !name.is_empty())
    }

    /// What a medicine is, from its codings and its text.
    pub fn medicine(&self, codings: &[CodingRef<'_>], text: Option<&str>) -> Medicine {
        super::recognise::medicine(self, codings, text)
    }

    /// The opioids of a product or component code.
    pub fn products(&self, rxcui: u32) -> &[OpioidContent] {
        self.drugs
            .opioids(rxcui)
            .map_or(&[], |opioids| opioids.contents.as_slice())
    }

    /// The first code of a set, for suggestions.
    pub fn concept(&self, set: ValueSet) -> Option<Concept> {
        let code = self.members.first(set)?;
        Some(Concept {
            system: code.system(),
            code: code.to_string(),
            display: self.name_of(code).unwrap_or_default().to_owned(),
        })
    }

    /// What urine drug tests look for, and which medicines stand beside it.
    pub fn toxicology(&self) -> &Toxicology {
        &self.toxicology
    }

    /// The MME factors.
    pub fn factors(&self) -> &FactorTable {
        &self.factors
    }
}
