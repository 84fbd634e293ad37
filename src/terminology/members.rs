//! Which code is in which set of the catalogue, from files, additions, prefix rules and site changes.
//!
//! Knows the value set files and the recipes.
//! Refuses to know ingredients and texts.

use super::{
    Code, Problem, Sets, System, ValueSet,
    archive::{Files, Text},
    code::icd,
    names::{Names, Span},
    recipes::{RECIPES, Recipe},
    rows,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a file contributes: sets that it puts a code into, and sets that it keeps a code out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Membership {
    within: Sets,
    barred: Sets,
}

impl Membership {
    fn and(self, other: Membership) -> Membership {
        Membership {
            within: self.within.union(other.within),
            barred: self.barred.union(other.barred),
        }
    }

    fn sets(self) -> Sets {
        self.within.without(self.barred)
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Place of its membership in `Members::kinds`: there are a few hundred different ones.
    kind: u16,
    name: Span,
}

#[derive(Debug)]
struct PrefixRule {
    file: u16,
    gives: Membership,
    except: Vec<u64>,
}

/// A code as a set shows it, for suggestions that must not carry codes in program text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Whose code.
    pub system: System,
    /// The code.
    pub code: String,
    /// Its name.
    pub display: String,
}

/// Codes and prefixes of all sets that the catalogue uses.
#[derive(Debug, Default)]
pub(super) struct Members {
    entries: HashMap<Code, Entry>,
    kinds: Vec<Membership>,
    kind_of: HashMap<Membership, u16>,
    prefixes: HashMap<u64, Vec<PrefixRule>>,
    /// ICD-10-CM codes that the site took out of a file, by file.
    removed: HashSet<(Code, u16)>,
    /// Sets that the site took a medicine out of; ingredients must not put it back.
    withheld: HashMap<Code, Sets>,
    /// The first row of each set, in order of its files.
    first: HashMap<ValueSet, Code>,
}

impl Members {
    /// Sets of a code.
    pub(super) fn sets(&self, code: Code) -> Sets {
        self.membership(code).sets()
    }

    /// Sets that no ingredient may put this code into: its files or the site say otherwise.
    pub(super) fn barred(&self, code: Code) -> Sets {
        let withheld = self.withheld.get(&code).copied().unwrap_or_default();
        self.membership(code).barred.union(withheld)
    }

    fn membership(&self, code: Code) -> Membership {
        let stated = self
            .entries
            .get(&code)
            .and_then(|entry| self.kinds.get(usize::from(entry.kind)));
        let stated = stated.copied().unwrap_or_default();
        let Some(letters) = code.as_icd() else {
            return stated;
        };
        (3..=7)
            .map(|length| 64 - 8 * length)
            .take_while(|shift| (letters >> shift) & 0xff != 0)
            .filter_map(|shift| self.prefixes.get(&(letters & (u64::MAX << shift))))
            .flatten()
            .filter(|rule| !rule.except.iter().any(|except| starts(letters, *except)))
            .filter(|rule| !self.removed.contains(&(code, rule.file)))
            .fold(stated, |sum, rule| sum.and(rule.gives))
    }

    /// The name that a set file has for a code.
    pub(super) fn name(&self, code: Code) -> Option<Span> {
        self.entries.get(&code).map(|entry| entry.name)
    }

    /// The first code of a set.
    pub(super) fn first(&self, set: ValueSet) -> Option<Code> {
        self.first.get(&set).copied()
    }

    /// Puts a code into more sets.
    pub(super) fn grant(&mut self, code: Code, sets: Sets) {
        self.join(
            code,
            Membership {
                within: sets,
                barred: Sets::EMPTY,
            },
            None,
        );
    }

    /// Keeps a code out of sets, whatever file says otherwise.
    pub(super) fn bar(&mut self, code: Code, sets: Sets) {
        self.join(
            code,
            Membership {
                within: Sets::EMPTY,
                barred: sets,
            },
            None,
        );
    }

    fn join(&mut self, code: Code, more: Membership, name: Option<Span>) {
        let entry = self.entries.get(&code).copied();
        let before = entry.and_then(|entry| self.kinds.get(usize::from(entry.kind)));
        let after = before.copied().unwrap_or_default().and(more);
        let kind = *self.kind_of.entry(after).or_insert_with(|| {
            self.kinds.push(after);
            u16::try_from(self.kinds.len() - 1).unwrap_or(u16::MAX)
        });
        let name = entry
            .map(|entry| entry.name)
            .filter(|name| !name.is_empty())
            .or(name);
        self.entries.insert(
            code,
            Entry {
                kind,
                name: name.unwrap_or_default(),
            },
        );
    }
}

/// Is `prefix` (left-aligned letters) the beginning of `letters`?
fn starts(letters: u64, prefix: u64) -> bool {
    let unused = prefix.trailing_zeros() / 8 * 8;
    letters & (u64::MAX << unused) == prefix
}

/// Fills [`Members`] from the files.
pub(super) struct Reading<'a, 'f> {
    pub(super) files: &'a Files<'f>,
    pub(super) names: &'a mut Names,
    pub(super) problems: &'a mut Vec<Problem>,
    members: Members,
    /// File names that recipes use, with their place.
    used: BTreeMap<&'static str, u16>,
    removals: HashSet<(Code, u16)>,
}

impl<'a, 'f> Reading<'a, 'f> {
    pub(super) fn new(
        files: &'a Files<'f>,
        names: &'a mut Names,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        let used: BTreeSet<_> = RECIPES
            .iter()
            .flat_map(|recipe| recipe.from.iter().chain(recipe.without))
            .copied()
            .collect();
        let used = used.into_iter().zip(0..).collect();
        let (members, removals) = (Members::default(), HashSet::new());
        Reading {
            files,
            names,
            problems,
            members,
            used,
            removals,
        }
    }

    /// Reads everything that makes a set.
    pub(super) fn members(mut self) -> Members {
        for (file, place) in self.used.clone() {
            let [own, add, remove] = self.files.value_set(file);
            if let Some(text) = remove {
                self.removals(text, file, place);
            }
            for text in [own, add].into_iter().flatten() {
                self.value_set(text, file, place);
            }
        }
        self.unused_overrides();
        self.additions();
        self.prefixes();
        self.members.removed = self
            .removals
            .drain()
            .filter(|(code, _)| code.as_icd().is_some())
            .collect();
        self.members
    }

    fn value_set(&mut self, text: Text<'_>, file: &'static str, place: u16) {
        let (members, names, removals) = (&mut self.members, &mut *self.names, &self.removals);
        let gives = Gives::of(file);
        let count = rows::each(text, VALUE_SET, self.problems, |row| {
            let code = code_of(row)?;
            if !removals.contains(&(code, place)) {
                gives.put(members, names, code, row.get(2));
            }
            Ok(())
        });
        if count == 0 {
            self.problems
                .push(Problem::of(text.file, "the set holds no row"));
        }
    }

    fn removals(&mut self, text: Text<'_>, file: &'static str, place: u16) {
        let within = Gives::of(file).all();
        let (removals, members) = (&mut self.removals, &mut self.members);
        rows::each(text, VALUE_SET, self.problems, |row| {
            let code = code_of(row)?;
            removals.insert((code, place));
            let withheld = members.withheld.entry(code).or_default();
            *withheld = withheld.union(within);
            Ok(())
        });
    }

    /// A broken file must not pass unseen because no set of the catalogue reads it yet.
    fn unused_overrides(&mut self) {
        for set in self.files.value_sets() {
            if self.used.contains_key(set) {
                continue;
            }
            for text in self.files.overrides_of(set) {
                rows::each(text, VALUE_SET, self.problems, |row| code_of(row).map(drop));
            }
        }
    }

    fn additions(&mut self) {
        let Some(text) = self.files.get("set-additions.csv") else {
            return;
        };
        let (members, names, removals) = (&mut self.members, &mut *self.names, &self.removals);
        let gives: HashMap<&str, (Gives, u16)> = self
            .used
            .iter()
            .map(|(file, place)| (*file, (Gives::of(file), *place)))
            .collect();
        let columns = &["system", "code", "display", "set"];
        rows::each(text, columns, self.problems, |row| {
            let code = code_of(row)?;
            if let Some((gives, place)) = gives.get(row.get(3))
                && !removals.contains(&(code, *place))
            {
                gives.put(members, names, code, row.get(2));
            }
            Ok(())
        });
    }

    fn prefixes(&mut self) {
        let Some(text) = self.files.get("prefix-rules.csv") else {
            return;
        };
        let (prefixes, used) = (&mut self.members.prefixes, &self.used);
        let columns = &["set", "system", "prefix", "exclude_prefix"];
        rows::each(text, columns, self.problems, |row| {
            if row.get(1) != System::Icd10Cm.column() {
                return Err(format!(
                    "prefix rules are for icd10cm, not \"{}\"",
                    row.get(1)
                ));
            }
            let packed =
                |text: &str| icd(text).ok_or_else(|| format!("\"{text}\" is no ICD-10-CM prefix"));
            let prefix = packed(row.get(2))?;
            let mut except = Vec::new();
            for text in row.get(3).split(';').filter(|text| !text.is_empty()) {
                let one = packed(text)?;
                if !starts(one, prefix) {
                    return Err(format!("\"{text}\" does not start with \"{}\"", row.get(2)));
                }
                except.push(one);
            }
            if let Some((file, place)) = used.get_key_value(row.get(0)) {
                let gives = Gives::of(file).plain();
                let rule = PrefixRule {
                    file: *place,
                    gives,
                    except,
                };
                prefixes.entry(prefix).or_default().push(rule);
            }
            Ok(())
        });
    }
}

/// Columns of a value set file.
pub(super) const VALUE_SET: &[&str] = &["system", "code", "display"];

/// The code of a row whose first two columns are system and code.
pub(super) fn code_of(row: &rows::Row<'_>) -> Result<Code, String> {
    let column = row.get(0);
    let system = System::ALL
        .into_iter()
        .find(|system| system.column() == column)
        .ok_or_else(|| format!("\"{column}\" is no code system of the tables"))?;
    Code::parse(system, row.get(1))
        .ok_or_else(|| format!("\"{}\" has not the form of a {column} code", row.get(1)))
}

/// The recipes that read a file.
struct Gives {
    from: Vec<&'static Recipe>,
    barred: Sets,
}

impl Gives {
    fn of(file: &str) -> Gives {
        let from = RECIPES
            .iter()
            .filter(|recipe| recipe.from.contains(&file))
            .collect();
        let barred = RECIPES
            .iter()
            .filter(|recipe| recipe.without.contains(&file))
            .fold(Sets::EMPTY, |sets, recipe| sets.with(recipe.set));
        Gives { from, barred }
    }

    fn all(&self) -> Sets {
        self.from
            .iter()
            .fold(Sets::EMPTY, |sets, recipe| sets.with(recipe.set))
    }

    fn plain(&self) -> Membership {
        Membership {
            within: self.all(),
            barred: self.barred,
        }
    }

    fn put(&self, members: &mut Members, names: &mut Names, code: Code, display: &str) {
        let mut within = Sets::EMPTY;
        for recipe in &self.from {
            if recipe.admits(display) {
                within = within.with(recipe.set);
                members.first.entry(recipe.set).or_insert(code);
            }
        }
        let name = match members.name(code) {
            Some(name) if !name.is_empty() => name,
            _ => names.add(display),
        };
        members.join(
            code,
            Membership {
                within,
                barred: self.barred,
            },
            Some(name),
        );
    }
}
