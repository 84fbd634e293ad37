//! The pages that guides may link to (`cards/links.csv`).
//!
//! Knows which addresses somebody has seen (V) or found in a page that was seen (R).
//! Refuses to report faults of the list: the cards read the same file and do that.

use serde::Deserialize;

/// Allowed addresses; a row that cannot be read allows nothing.
#[derive(Debug)]
pub(super) struct Addresses(Vec<String>);

#[derive(Deserialize)]
struct Row {
    url: String,
    state: String,
}

impl Addresses {
    /// Reads `links.csv`.
    pub(super) fn of_csv(text: &str) -> Addresses {
        let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Row>();
        Addresses(
            rows.filter_map(Result::ok)
                .filter(|row| matches!(row.state.as_str(), "V" | "R"))
                .map(|row| row.url)
                .collect(),
        )
    }

    /// Why a guide may not link there; a place within an allowed page is fine.
    pub(super) fn fault(&self, url: &str) -> Option<String> {
        if !url.starts_with("https://") {
            return Some(format!("{url} is not an https address"));
        }
        let page = url.split_once('#').map_or(url, |(page, _)| page);
        let known = self.0.iter().any(|known| known == page || known == url);
        (!known).then(|| format!("{url} is not in links.csv"))
    }
}
