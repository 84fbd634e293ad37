//! Members of a card that come from `about.md` and from the findings without any filling.
//!
//! Refuses to know the words of a card text.

use super::ClientOptions;
use super::about::{About, AboutReason, MOST_REASONS};
use super::code_systems;
use super::merge::Voice;
use crate::patient::Snapshot;
use crate::rules::clinics as clinics_of;
use crate::wire::{CardExtension, Coding, Extension, Indicator, Link, LinkType, Source};

/// `source` with the rule's topic (contract R-183).
pub(crate) fn source(
    snapshot: &Snapshot,
    options: &ClientOptions,
    rule: &str,
    about: &About,
) -> Source {
    let code = match options.alphanumeric_topic {
        true => rule.chars().filter(char::is_ascii_alphanumeric).collect(),
        false => rule.to_owned(),
    };
    Source {
        label: about.source.label.clone(),
        url: about.source.url.clone(),
        topic: Coding {
            code,
            system: code_systems::address(&snapshot.site.canonical_base, code_systems::TOPIC),
            display: None,
        },
    }
}

/// The leader's reasons, then the others' without repeats, at most eight, `other` last (rule 2).
pub(crate) fn reasons(snapshot: &Snapshot, abouts: &[&About], indicator: Indicator) -> Vec<Coding> {
    let system = code_systems::address(&snapshot.site.canonical_base, code_systems::OVERRIDE);
    let mut reasons: Vec<&AboutReason> = Vec::new();
    let mut other = None;
    let offered =
        |reason: &&AboutReason| !(reason.not_if_critical && indicator == Indicator::Critical);
    let all = abouts.iter().flat_map(|about| &about.reasons);
    for reason in all.filter(offered) {
        if reason.code == "other" {
            other = other.or(Some(reason));
        } else if !reasons.iter().any(|earlier| earlier.code == reason.code) {
            reasons.push(reason);
        }
    }
    reasons.truncate(MOST_REASONS - usize::from(other.is_some()));
    let coding = |reason: &AboutReason| Coding {
        code: reason.code.clone(),
        system: system.clone(),
        display: Some(reason.display.clone()),
    };
    reasons.into_iter().chain(other).map(coding).collect()
}

/// The rule whose site may have an app of its own for what it asks.
const PDMP_CHECK: &str = "pdmp-check";

/// The site's SMART app for the monitoring program, where a rule asks for a look at it.
pub(crate) fn pdmp_app(snapshot: &Snapshot, voices: &[Voice<'_>], label: String) -> Option<Link> {
    let asks = voices.iter().any(|voice| voice.rule.id == PDMP_CHECK);
    let url = snapshot.site.pdmp_app_url.clone().filter(|_| asks)?;
    Some(Link {
        label,
        url,
        kind: LinkType::Smart,
    })
}

/// Pages of the places to which the suggestions of these rules refer.
pub(crate) fn clinics(snapshot: &Snapshot, voices: &[Voice<'_>]) -> Vec<Link> {
    let suggested = voices.iter().flat_map(|voice| &voice.finding.suggest);
    let places = suggested.flat_map(|suggest| clinics_of(&snapshot.site, suggest.key));
    let mut links: Vec<Link> = Vec::new();
    for clinic in places {
        let Some(url) = &clinic.url else { continue };
        if !links.iter().any(|link| link.url == *url) {
            links.push(Link {
                label: clinic.name.clone(),
                url: url.clone(),
                kind: LinkType::Absolute,
            });
        }
    }
    links
}

/// The leader's links and the others' sources (rule 2), each address once; the site's app for the monitoring program.
pub(crate) fn links(abouts: &[&About], app: Option<Link>) -> Vec<Link> {
    let Some((leader, others)) = abouts.split_first() else {
        return Vec::new();
    };
    let own = leader.links.iter().map(|link| (&link.label, &link.url));
    let sources = others
        .iter()
        .filter_map(|about| Some((&about.source.label, about.source.url.as_ref()?)));
    let mut links: Vec<Link> = Vec::new();
    for (label, url) in own.chain(sources) {
        // Several recommendations stand on one page: the label tells them apart.
        if !links
            .iter()
            .any(|link| link.url == *url && link.label == *label)
            && leader.source.label != *label
        {
            links.push(Link {
                label: label.clone(),
                url: url.clone(),
                kind: LinkType::Absolute,
            });
        }
    }
    links.extend(app);
    links
}

/// Which rules speak and which rows show it.
pub(crate) fn extension(voices: &[Voice<'_>]) -> Extension {
    let rules = distinct(voices.iter().map(|voice| voice.rule.id));
    let facts = voices.iter().flat_map(|voice| &voice.finding.facts);
    let rows = facts.flat_map(|fact| &fact.evidence).map(String::as_str);
    // A draft without an id cannot be pointed at.
    let evidence = distinct(rows.filter(|row| !row.is_empty() && !row.ends_with('/')));
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    Extension {
        card: CardExtension {
            rules: owned(rules),
            evidence: owned(evidence),
        },
    }
}

/// Each text once, in its first place.
pub(crate) fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}
