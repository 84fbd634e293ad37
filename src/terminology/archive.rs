//! The built-in tables as text, and the texts that a site puts in their place.
//!
//! Knows the archive that the build script packs.
//! Refuses to know what stands in a table, and reads no file.

use super::{Problem, recipes::RECIPES};
use flate2::read::DeflateDecoder;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/terminology.deflate"));

/// The inflated archive.
pub(super) struct Archive {
    bytes: Vec<u8>,
    places: BTreeMap<String, (usize, usize)>,
}

impl Archive {
    /// Inflates what the build script packed.
    pub(super) fn open() -> Result<Archive, String> {
        let (size, packed) = PACKED.split_first_chunk::<4>().ok_or("no size")?;
        let size = u32::from_le_bytes(*size) as usize;
        let mut bytes = Vec::with_capacity(size);
        DeflateDecoder::new(packed)
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        let mut places = BTreeMap::new();
        let mut at = 0;
        while at < bytes.len() {
            let name = part(&bytes, at).ok_or("a name is cut off")?;
            let text = part(&bytes, name.1).ok_or("a file is cut off")?;
            let name = String::from_utf8_lossy(&bytes[name.0..name.1]).into_owned();
            places.insert(name, text);
            at = text.1;
        }
        Ok(Archive { bytes, places })
    }

    fn text(&self, name: &str) -> Option<&str> {
        let (start, end) = *self.places.get(name)?;
        std::str::from_utf8(&self.bytes[start..end]).ok()
    }
}

/// Start and end of the part whose length stands at `at`.
fn part(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let length = bytes.get(at..at + 4)?.try_into().ok()?;
    let (start, length) = (at + 4, u32::from_le_bytes(length) as usize);
    bytes.get(start..start + length)?;
    Some((start, start + length))
}

/// One text and the name that its problems are reported under.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    /// Relative path, such as `value-sets/methadone.csv`.
    pub(super) file: &'a str,
    /// Content.
    pub(super) text: &'a str,
}

/// The tables as they hold for this start: built-in, or replaced by the site.
pub(super) struct Files<'a> {
    archive: &'a Archive,
    overrides: &'a BTreeMap<String, String>,
}

impl<'a> Files<'a> {
    pub(super) fn new(archive: &'a Archive, overrides: &'a BTreeMap<String, String>) -> Self {
        Files { archive, overrides }
    }

    /// The text of a table; `None` if there is none of this name.
    pub(super) fn get<'n: 'a>(&self, file: &'n str) -> Option<Text<'a>> {
        let text = self.overrides.get(file).map(String::as_str);
        text.or_else(|| self.archive.text(file))
            .map(|text| Text { file, text })
    }

    /// The file of a value set, and what the site adds to it and removes from it.
    pub(super) fn value_set(&self, set: &str) -> [Option<Text<'a>>; 3] {
        let own = |file: String| {
            let (file, text) = self.overrides.get_key_value(&file)?;
            Some(Text { file, text })
        };
        let file = format!("value-sets/{set}.csv");
        let built_in = || {
            let (file, _) = self.archive.places.get_key_value(&file)?;
            let text = self.archive.text(file)?;
            Some(Text { file, text })
        };
        [
            own(file.clone()).or_else(built_in),
            own(format!("value-sets/{set}.add.csv")),
            own(format!("value-sets/{set}.remove.csv")),
        ]
    }

    /// What the site brings for a value set.
    pub(super) fn overrides_of(&self, set: &str) -> Vec<Text<'a>> {
        [".csv", ".add.csv", ".remove.csv"]
            .iter()
            .filter_map(|ending| {
                let file = format!("value-sets/{set}{ending}");
                let (file, text) = self.overrides.get_key_value(&file)?;
                Some(Text { file, text })
            })
            .collect()
    }

    /// All value sets that the archive holds, by name.
    pub(super) fn value_sets(&self) -> BTreeSet<&'a str> {
        self.archive
            .places
            .keys()
            .filter_map(|file| file.strip_prefix("value-sets/")?.strip_suffix(".csv"))
            .collect()
    }

    /// Overrides that no table answers to: a misspelt name must not pass unseen.
    pub(super) fn strangers(&self) -> Vec<Problem> {
        let sets = self.value_sets();
        let is_known = |file: &str| {
            let set = file.strip_prefix("value-sets/").and_then(|set| {
                [".add.csv", ".remove.csv", ".csv"]
                    .iter()
                    .find_map(|ending| set.strip_suffix(ending))
            });
            let by_prefix_only = |set| prefix_only().any(|known| known == set);
            self.archive.places.contains_key(file)
                || set.is_some_and(|set| sets.contains(set) || by_prefix_only(set))
        };
        self.overrides
            .keys()
            .filter(|file| !is_known(file))
            .map(|file| Problem::of(file, "no built-in table has this name"))
            .collect()
    }
}

/// Sets that have prefix rules and no file of their own are known by their recipes.
fn prefix_only() -> impl Iterator<Item = &'static str> {
    RECIPES
        .iter()
        .flat_map(|recipe| recipe.from.iter().chain(recipe.without))
        .copied()
}
