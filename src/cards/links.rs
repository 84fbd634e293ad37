//! The pages that cards may name (`cards/links.csv`, catalogue section 9).
//!
//! Knows keys, addresses and whether somebody has seen them.
//! Refuses to fetch anything.

use super::Problem;
use serde::Deserialize;

/// The allowed addresses.
#[derive(Debug, Default)]
pub(crate) struct Links(Vec<String>);

#[derive(Deserialize)]
struct Row {
    key: String,
    url: String,
    state: String,
}

impl Links {
    /// Reads `links.csv`.
    pub(crate) fn parse(name: &str, text: &str) -> (Links, Vec<Problem>) {
        let mut links = Links::default();
        let mut problems = Vec::new();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for (line, row) in (2_u64..).zip(reader.deserialize::<Row>()) {
            let fault = match row {
                Err(error) => Some(error.to_string()),
                Ok(row) if row.key.is_empty() => Some("a link without key".to_owned()),
                Ok(row) if !matches!(row.state.as_str(), "V" | "R") => {
                    Some("state is neither V (seen) nor R (referenced by a seen page)".to_owned())
                }
                Ok(row) if !row.url.starts_with("https://") => {
                    Some("not an https address".to_owned())
                }
                Ok(row) => {
                    links.0.push(row.url);
                    None
                }
            };
            problems.extend(fault.map(|message| Problem {
                file: name.to_owned(),
                line: Some(line),
                message,
            }));
        }
        (links, problems)
    }

    /// Why a card must not name this address; an anchor in an allowed page is fine.
    pub(crate) fn fault(&self, url: &str) -> Option<String> {
        if !url.starts_with("https://") {
            return Some("not an https address".to_owned());
        }
        let page = url.split_once('#').map_or(url, |(page, _)| page);
        let known = self.0.iter().any(|known| known == page || known == url);
        (!known).then(|| format!("{url} is not in links.csv"))
    }
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn only_listed_https_pages_and_their_anchors_are_allowed() {
        let (links, problems) =
            Links::parse("links.csv", "key,url,state\nA,https://a.example/x,V\n");
        assert!(problems.is_empty());
        assert_eq!(links.fault("https://a.example/x#part"), None);
        assert!(links.fault("https://b.example").is_some());
        assert!(links.fault("http://a.example/x").is_some());
    }

    #[test]
    fn an_unseen_page_is_a_problem_with_its_line() {
        let (_, problems) = Links::parse(
            "links.csv",
            "key,url,state\nA,https://a.example,V\nB,https://b.example,U\n",
        );
        assert_eq!(problems[0].line, Some(3));
    }
}
