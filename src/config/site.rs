//! Reading `--site FILE`: TOML into the clinical settings, with faults named by file, line and key.

use crate::patient::{Clinic, Site};
use crate::terminology::FactorSet;
use std::path::Path;

/// What is wrong with a site file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// The file cannot be read.
    #[error("{file}: {because}")]
    Unreadable {
        /// File.
        file: String,
        /// What the system says.
        because: String,
    },
    /// A key is unknown or its value is no such value.
    #[error("{file}:{line}: {message}")]
    Setting {
        /// File.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Names the key.
        message: String,
    },
}

/// Reads and checks a site file.
pub fn read_site(path: &Path) -> Result<Site, SiteError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| SiteError::Unreadable {
        file: file.clone(),
        because: error.to_string(),
    })?;
    parse(&file, &text)
}

/// The settings of a table that stands in another file, such as `[site]` of a case.
pub fn site_from_table(file: &str, table: toml::Table) -> Result<Site, SiteError> {
    let fault = |message: String| SiteError::Setting {
        file: file.to_owned(),
        line: 1,
        message,
    };
    let site: Site = table
        .try_into()
        .map_err(|error: toml::de::Error| fault(error.message().to_owned()))?;
    match fault_in(&site) {
        Some((key, message)) => Err(fault(format!("{key}: {message}"))),
        None => Ok(site),
    }
}

fn parse(file: &str, text: &str) -> Result<Site, SiteError> {
    let site: Site = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let key = text.lines().nth(line - 1).and_then(key_of);
        let message = match key {
            Some(key) if !error.message().contains(key) => format!("{key}: {}", error.message()),
            _ => error.message().to_owned(),
        };
        SiteError::Setting {
            file: file.to_owned(),
            line,
            message,
        }
    })?;
    match fault_in(&site) {
        Some((key, message)) => {
            let line = line_of_fault(text, key, &message);
            Err(SiteError::Setting {
                file: file.to_owned(),
                line,
                message: format!("{key}: {message}"),
            })
        }
        None => Ok(site),
    }
}

/// The first setting whose text does not mean anything.
fn fault_in(site: &Site) -> Option<(&'static str, String)> {
    if jiff::tz::TimeZone::get(&site.tz).is_err() {
        return Some((
            "tz",
            format!(
                "\"{}\" is no IANA time zone such as America/Chicago",
                site.tz
            ),
        ));
    }
    if let Err(error) = site.factor_set.parse::<FactorSet>() {
        return Some(("factor_set", error.to_string()));
    }
    if !is_https(&site.canonical_base) {
        return Some(("canonical_base", "must be an absolute https URL".to_owned()));
    }
    if let Some(message) = clinic_fault(&site.clinics) {
        return Some(("clinics", message));
    }
    if let Some(fault) = number_fault(site) {
        return Some(fault);
    }
    let links = [
        ("ir_order_set_url", &site.ir_order_set_url),
        ("pdmp_app_url", &site.pdmp_app_url),
    ];
    let open = links
        .into_iter()
        .find(|(_, url)| url.as_deref().is_some_and(|url| !is_https(url)));
    open.map(|(key, _)| (key, "must be an absolute https URL".to_owned()))
}

/// A number that would switch a rule off or make it speak about everybody is a slip.
fn number_fault(site: &Site) -> Option<(&'static str, String)> {
    let percents = [
        ("taper_fast_percent", site.taper_fast_percent),
        ("taper_check_percent", site.taper_check_percent),
        ("raised_percent", site.raised_percent),
    ];
    let counts = [
        ("naloxone_on_hand_months", site.naloxone_on_hand_months),
        ("no_end_days", site.no_end_days),
        ("acute_quantity_days", site.acute_quantity_days),
        ("goals_plan_months", site.goals_plan_months),
        ("followup_days", site.followup_days),
        ("followup_interval_days", site.followup_interval_days),
        (
            "whole_person_screen_months",
            site.whole_person_screen_months,
        ),
    ];
    let percent = percents
        .into_iter()
        .find(|(_, value)| !(1..=100).contains(value));
    let count = counts.into_iter().find(|(_, value)| *value == 0);
    let order = site.taper_check_percent > site.taper_fast_percent;
    percent
        .map(|(key, _)| (key, "must be from 1 to 100".to_owned()))
        .or_else(|| count.map(|(key, _)| (key, "must be at least 1".to_owned())))
        .or_else(|| {
            let message = "must not be above taper_fast_percent".to_owned();
            order.then_some(("taper_check_percent", message))
        })
}

/// Longest name of a clinic: a referral stays one sentence.
const LONGEST_NAME: usize = 60;
/// Longest telephone number.
const LONGEST_PHONE: usize = 25;

/// The first clinic that could not be named on a card; the fault begins with what stands there.
fn clinic_fault(clinics: &[Clinic]) -> Option<String> {
    let of_name = |c: char| c.is_alphanumeric() || " .,'’&/()-".contains(c);
    let of_phone = |c: char| c.is_ascii_digit() || " +.()-x".contains(c);
    clinics.iter().find_map(|clinic| {
        let Clinic {
            name, phone, url, ..
        } = clinic;
        let is_name = !name.trim().is_empty() && name.chars().all(of_name);
        if !is_name || name.chars().count() > LONGEST_NAME {
            return Some(format!(
                "\"{name}\": a name has at most {LONGEST_NAME} letters, digits, spaces and .,'&/()-"
            ));
        }
        let bad_phone = |phone: &&String| {
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            digits < 3 || phone.len() > LONGEST_PHONE || !phone.chars().all(of_phone)
        };
        if let Some(phone) = phone.as_ref().filter(bad_phone) {
            return Some(format!("\"{phone}\" is no telephone number"));
        }
        let bad_url = |url: &&String| !is_page(url);
        let url = url.as_ref().filter(bad_url)?;
        Some(format!("\"{url}\": must be an absolute https URL"))
    })
}

/// An https address without a user or password in it.
fn is_page(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
    })
}

/// Where the text stands that a message begins with, else the key.
fn line_of_fault(text: &str, key: &str, message: &str) -> usize {
    let named = message
        .strip_prefix('"')
        .and_then(|rest| rest.split('"').next())
        .map(|value| format!("\"{value}\""));
    let holds = |line: &str| named.as_ref().is_some_and(|value| line.contains(value));
    let found = text.lines().position(holds);
    let of_key = || text.lines().position(|line| key_of(line) == Some(key));
    found.or_else(of_key).map_or(1, |at| at + 1)
}

fn is_https(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.scheme() == "https")
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(at)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

fn key_of(line: &str) -> Option<&str> {
    line.split_once('=')
        .map(|(key, _)| key.trim())
        .filter(|key| !key.is_empty())
}
