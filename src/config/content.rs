//! Content: terminology, card texts and site settings, the built-in ones with a site's own files laid over them.

use super::{ContentSettings, SiteError, read_site};
use crate::advise::Content;
use crate::cards::{CardTexts, Guide as GuideLink};
use crate::guides::{Audience, Guides, Lang};
use crate::patient::{Language, Site};
use crate::terminology::{Problem, Terminology};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use url::{Host, Url};

/// What is wrong with the content.
#[derive(Debug)]
pub enum ContentError {
    /// The site file.
    Site(SiteError),
    /// A folder of overrides cannot be read.
    Unreadable(String),
    /// Faults in content files.
    Faults(Vec<Problem>),
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site(error) => error.fmt(f),
            Self::Unreadable(because) => f.write_str(because),
            Self::Faults(problems) => {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
        }
    }
}

impl std::error::Error for ContentError {}

impl ContentError {
    /// Every fault, as file, line and message.
    pub fn problems(self) -> Vec<Problem> {
        match self {
            Self::Faults(problems) => problems,
            Self::Site(SiteError::Setting {
                file,
                line,
                message,
            }) => {
                vec![Problem {
                    file,
                    line: u64::try_from(line).ok(),
                    message,
                }]
            }
            Self::Site(SiteError::Unreadable { file, because }) => {
                vec![Problem {
                    file,
                    line: None,
                    message: because,
                }]
            }
            Self::Unreadable(message) => vec![Problem {
                file: "overrides".to_owned(),
                line: None,
                message,
            }],
        }
    }
}

fn of_guides(problem: crate::guides::Problem) -> Problem {
    let crate::guides::Problem {
        file,
        line,
        message,
    } = problem;
    Problem {
        file,
        line,
        message,
    }
}

/// Loads the printable guides; a site's own stand in its folder of cards.
pub fn load_guides(settings: &ContentSettings) -> Result<Arc<Guides>, ContentError> {
    let Some(folder) = settings.cards.as_deref() else {
        return Ok(Guides::builtin());
    };
    match Guides::load(&overrides(Some(folder))?) {
        Ok(guides) => Ok(Arc::new(guides)),
        Err(problems) => Err(ContentError::Faults(
            problems.into_iter().map(of_guides).collect(),
        )),
    }
}

/// The address under which cards link to guides: https, or this machine. Others are no links for a chart (contract R-204).
pub fn guide_base(public_url: &Url) -> Option<&str> {
    let local = matches!(public_url.host(), Some(Host::Domain("localhost")))
        || matches!(public_url.host(), Some(Host::Ipv4(address)) if address.is_loopback())
        || matches!(public_url.host(), Some(Host::Ipv6(address)) if address.is_loopback());
    let open = public_url.scheme() == "https" || (public_url.scheme() == "http" && local);
    open.then(|| public_url.as_str().trim_end_matches('/'))
}

/// The guides as cards link to them.
pub fn guide_links(guides: &Guides) -> Vec<GuideLink> {
    guides
        .topics()
        .map(|topic| {
            let title = |lang: Lang| guides.title(topic.id, lang).map(str::to_owned);
            let titles = [
                (Language::English, title(Lang::En)),
                (Language::Spanish, title(Lang::Es)),
            ];
            GuideLink {
                topic: topic.id.to_owned(),
                rules: topic.rules.to_vec(),
                for_patient: topic.audience != Audience::Clinician,
                titles: titles
                    .into_iter()
                    .filter_map(|(language, title)| Some((language, title?)))
                    .collect(),
            }
        })
        .collect()
}

fn of_cards(problem: crate::cards::Problem) -> Problem {
    let crate::cards::Problem {
        file,
        line,
        message,
    } = problem;
    Problem {
        file,
        line,
        message,
    }
}

/// Loads everything, or says what is wrong with it.
pub fn load(settings: &ContentSettings) -> Result<Content, ContentError> {
    let site = match &settings.site {
        Some(path) => read_site(path).map_err(ContentError::Site)?,
        None => Site::default(),
    };
    load_with(settings, site)
}

/// Loads everything but the site settings, which are given.
pub fn load_with(settings: &ContentSettings, site: Site) -> Result<Content, ContentError> {
    let terminology = Terminology::load(&overrides(settings.terminology.as_deref())?);
    let cards = CardTexts::load(&overrides(settings.cards.as_deref())?);
    match (terminology, cards) {
        (Ok(terminology), Ok(cards)) => Ok(Content {
            terminology,
            cards,
            site,
        }),
        (terminology, cards) => {
            let mut problems = terminology.err().unwrap_or_default();
            problems.extend(cards.err().unwrap_or_default().into_iter().map(of_cards));
            Err(ContentError::Faults(problems))
        }
    }
}

/// The files of a folder by their path in it, with `/` between parts.
pub fn overrides(folder: Option<&Path>) -> Result<BTreeMap<String, String>, ContentError> {
    let mut files = BTreeMap::new();
    if let Some(folder) = folder {
        collect(folder, "", &mut files)?;
    }
    Ok(files)
}

fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), ContentError> {
    let unreadable = |path: &Path, error: std::io::Error| {
        ContentError::Unreadable(format!("{}: {error}", path.display()))
    };
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{guide_base, guide_links};
    use crate::guides::Guides;
    use crate::patient::Language;
    use url::Url;

    #[test]
    fn guides_are_linked_over_https_or_on_this_machine() {
        for (url, base) in [
            ("https://cds.example.org/", Some("https://cds.example.org")),
            ("https://x.example/cds/", Some("https://x.example/cds")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://cds.example.org", None),
            ("ftp://cds.example.org", None),
        ] {
            assert_eq!(guide_base(&Url::parse(url).expect("a URL")), base, "{url}");
        }
    }

    #[test]
    fn every_guide_has_a_title_in_both_languages_and_rules_that_link_to_it() {
        for guide in guide_links(&Guides::builtin()) {
            let languages: Vec<Language> = guide.titles.keys().copied().collect();
            assert_eq!(languages, [Language::English, Language::Spanish]);
            assert!(!guide.rules.is_empty(), "{}", guide.topic);
        }
    }
}
