//! The cases that are built into the binary: what demo and preview show.

use super::files::{Settings, read_as_of};
use include_dir::{Dir, include_dir};
use jiff::Timestamp;

static FIXTURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fhir-fixtures");

/// A case of `fhir-fixtures/`, as it was when the binary was built.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Rule id, `protocol` or `stories`.
    pub group: &'static str,
    /// Name of its folder.
    pub name: &'static str,
    /// Body of the request, which may be broken on purpose.
    pub request: &'static str,
    /// Body of the recorded answer.
    pub response: &'static str,
    settings: &'static str,
    folder: &'static Dir<'static>,
}

/// Every built-in case, in order of group and name.
pub fn built_in() -> Vec<BuiltIn> {
    let mut cases: Vec<BuiltIn> = FIXTURES
        .dirs()
        .flat_map(Dir::dirs)
        .filter_map(case)
        .collect();
    cases.sort_by_key(|case| (case.group, case.name));
    cases
}

/// The clock of the built-in cases.
pub fn built_in_as_of() -> Timestamp {
    read_as_of(text(&FIXTURES, "defaults.toml").unwrap_or_default())
}

fn case(folder: &'static Dir<'static>) -> Option<BuiltIn> {
    let mut names = folder.path().iter();
    Some(BuiltIn {
        group: names.next()?.to_str()?,
        name: names.next()?.to_str()?,
        request: text(folder, "request.json")?,
        response: text(folder, "response.json").unwrap_or_default(),
        settings: text(folder, "case.toml").unwrap_or_default(),
        folder,
    })
}

fn text(folder: &'static Dir<'static>, name: &str) -> Option<&'static str> {
    folder.get_file(folder.path().join(name))?.contents_utf8()
}

impl BuiltIn {
    /// When it is judged.
    pub fn as_of(&self) -> Timestamp {
        self.settings().as_of().unwrap_or_else(built_in_as_of)
    }

    /// One sentence for readers, where the name does not say it.
    pub fn note(&self) -> Option<String> {
        self.settings().note
    }

    /// Site settings of this case, as `name = value`: a service without them may answer otherwise.
    pub fn site(&self) -> Vec<String> {
        let site = self.settings().site;
        site.iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect()
    }

    /// Does a FHIR server hold more than the request brings?
    pub fn has_fhir(&self) -> bool {
        self.fhir().next().is_some()
    }

    /// The resources that the case's FHIR server holds, with their paths.
    pub fn fhir(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.folder
            .get_dir(self.folder.path().join("fhir"))
            .into_iter()
            .flat_map(Dir::files)
            .filter_map(|file| Some((file.path().display().to_string(), file.contents_utf8()?)))
    }

    fn settings(&self) -> Settings {
        toml::from_str(self.settings).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{built_in, built_in_as_of};

    #[test]
    fn the_cases_of_the_repository_are_built_in() {
        let cases = built_in();
        assert!(cases.len() > 100, "{}", cases.len());
        let shown = cases
            .iter()
            .find(|case| (case.group, case.name) == ("naloxone-offer", "fires-sleep-apnea"))
            .expect("the case that the README shows");
        assert_eq!(shown.as_of(), built_in_as_of());
        assert!(shown.request.contains("1049621"));
        assert!(cases.iter().any(|case| case.as_of() != built_in_as_of()));
        assert!(cases.iter().any(|case| !case.site().is_empty()));
        assert!(cases.iter().any(|case| case.has_fhir()));
    }
}
