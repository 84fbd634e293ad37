//! A guide's file taken apart: TOML between `+++` lines, then Markdown.
//!
//! Knows the fields of the front matter.
//! Refuses to know how a page looks.

use super::addresses::Addresses;
use super::markdown::{self, Block};
use super::{Audience, Problem};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Front matter of a guide.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Front {
    /// First heading and title of the page.
    pub(super) title: String,
    /// One sentence for the list.
    pub(super) summary: String,
    /// For whom.
    #[serde(rename = "for")]
    pub(super) audience: Audience,
    /// Rules whose cards may link here.
    pub(super) rules: Vec<String>,
    /// What it rests on.
    pub(super) sources: Vec<Source>,
    /// Who reviewed it and when, or that nobody has.
    pub(super) reviewed: String,
}

/// One of `sources`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// Work, year, page or recommendation.
    pub(super) text: String,
    /// Its address, where `links.csv` has it.
    pub(super) url: Option<String>,
}

/// A guide in one language.
#[derive(Debug)]
pub(super) struct Guide {
    /// What the page says about itself.
    pub(super) front: Front,
    /// What stands between title and sources.
    pub(super) blocks: Vec<Block>,
}

/// What a site says about itself at the foot of a guide.
#[derive(Debug)]
pub(super) struct Clinic {
    /// Heading.
    pub(super) title: String,
    /// What stands under it.
    pub(super) blocks: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClinicFront {
    title: String,
}

impl Guide {
    /// Reads and checks one file.
    pub(super) fn parse(
        name: &str,
        text: &str,
        addresses: &Addresses,
    ) -> Result<Guide, Vec<Problem>> {
        let (matter, body) = split(name, text).map_err(|problem| vec![problem])?;
        let front: Front = read(name, matter).map_err(|problem| vec![problem])?;
        let mut problems = missing(name, &front);
        for url in front
            .sources
            .iter()
            .filter_map(|source| source.url.as_deref())
        {
            problems.extend(addresses.fault(url).map(|message| Problem {
                file: name.to_owned(),
                line: Some(line_of(text, url)),
                message,
            }));
        }
        let blocks = checked(name, body, addresses).map_err(|faults| {
            problems.extend(faults);
            std::mem::take(&mut problems)
        })?;
        if problems.is_empty() {
            Ok(Guide { front, blocks })
        } else {
            Err(problems)
        }
    }
}

impl Clinic {
    /// Reads and checks one file.
    pub(super) fn parse(
        name: &str,
        text: &str,
        addresses: &Addresses,
    ) -> Result<Clinic, Vec<Problem>> {
        let (matter, body) = split(name, text).map_err(|problem| vec![problem])?;
        let front: ClinicFront = read(name, matter).map_err(|problem| vec![problem])?;
        Ok(Clinic {
            title: front.title,
            blocks: checked(name, body, addresses)?,
        })
    }
}

/// The rest of a file and the line on which it begins.
#[derive(Clone, Copy)]
struct Body<'a> {
    text: &'a str,
    first_line: u64,
}

fn split<'a>(name: &str, text: &'a str) -> Result<(&'a str, Body<'a>), Problem> {
    let fault = |message: &str| Problem {
        file: name.to_owned(),
        line: Some(1),
        message: message.to_owned(),
    };
    let rest = text
        .strip_prefix("+++\n")
        .ok_or_else(|| fault("the file does not start with +++ and front matter"))?;
    let (matter, body) = rest
        .split_once("\n+++\n")
        .ok_or_else(|| fault("the front matter does not end with +++"))?;
    // The two lines of +++ and the matter's own, whose last line end the split took.
    let first_line = 4 + line_ends(matter);
    let body = Body {
        text: body,
        first_line,
    };
    Ok((matter, body))
}

fn read<T: DeserializeOwned>(name: &str, matter: &str) -> Result<T, Problem> {
    toml::from_str(matter).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Problem {
            file: name.to_owned(),
            line: Some(2 + line_ends(matter.get(..at).unwrap_or_default())),
            message: error.message().to_owned(),
        }
    })
}

fn missing(name: &str, front: &Front) -> Vec<Problem> {
    [
        ("title", front.title.trim().is_empty()),
        ("summary", front.summary.trim().is_empty()),
        ("sources", front.sources.is_empty()),
        ("reviewed", front.reviewed.trim().is_empty()),
    ]
    .into_iter()
    .filter(|(_, is_missing)| *is_missing)
    .map(|(field, _)| Problem {
        file: name.to_owned(),
        line: Some(2),
        message: format!("{field} is empty"),
    })
    .collect()
}

fn checked(name: &str, body: Body<'_>, addresses: &Addresses) -> Result<Vec<Block>, Vec<Problem>> {
    let parsed = markdown::parse(body.text, body.first_line);
    let (blocks, mut faults) = (parsed.blocks, parsed.faults);
    for (line, url) in parsed.links {
        faults.extend(addresses.fault(&url).map(|message| (line, message)));
    }
    if blocks.is_empty() && faults.is_empty() {
        faults.push((body.first_line, "there is no text".to_owned()));
    }
    if faults.is_empty() {
        return Ok(blocks);
    }
    faults.sort();
    Err(faults
        .into_iter()
        .map(|(line, message)| Problem {
            file: name.to_owned(),
            line: Some(line),
            message,
        })
        .collect())
}

fn line_of(text: &str, part: &str) -> u64 {
    text.find(part)
        .map_or(1, |at| 1 + line_ends(text.get(..at).unwrap_or_default()))
}

fn line_ends(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}
