//! The patients of a FHIR server, for the list of the preview page.

use crate::preview::Listed;
use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// Enough to choose from; a list of thousands helps nobody.
const MOST: usize = 200;
/// A server that has just been started may take its time.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Bundle {
    #[serde(default)]
    entry: Vec<Entry>,
    #[serde(default)]
    link: Vec<Link>,
}

#[derive(Deserialize)]
struct Entry {
    resource: Option<Value>,
}

#[derive(Deserialize)]
struct Link {
    relation: String,
    url: String,
}

/// Asks the server for its patients, page by page.
pub(super) async fn of(base: &str) -> anyhow::Result<Vec<Listed>> {
    let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let mut patients = Vec::new();
    let mut next = Some(format!("{base}/Patient?_count=100"));
    while let Some(url) = next.filter(|_| patients.len() < MOST) {
        let answer = client
            .get(&url)
            .header("accept", "application/fhir+json")
            .send()
            .await
            .with_context(|| format!("--fhir-server {base}: not reachable"))?;
        ensure!(
            answer.status().is_success(),
            "--fhir-server {base}: GET Patient answered {}",
            answer.status()
        );
        let page: Bundle = answer.json().await.with_context(|| {
            format!("--fhir-server {base}: GET Patient did not answer a Bundle")
        })?;
        next = page
            .link
            .into_iter()
            .find(|link| link.relation == "next" && link.url.starts_with(base))
            .map(|link| link.url);
        patients.extend(page.entry.into_iter().filter_map(listed));
    }
    ensure!(
        !patients.is_empty(),
        "--fhir-server {base}: it holds no patients"
    );
    Ok(patients)
}

fn listed(entry: Entry) -> Option<Listed> {
    let patient = entry.resource?;
    (patient["resourceType"] == "Patient").then_some(())?;
    let id = patient["id"].as_str()?.to_owned();
    Some(Listed { id, patient })
}
