//! Small HTTP answers from addresses that the site has listed: https, no redirects, bounded in size and time.

use reqwest::{Certificate, redirect};
use std::path::Path;
use std::time::Duration;
use url::Url;

/// For a whole answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// A key set of a hundred keys has 50 kB.
const LARGEST: usize = 256 * 1024;

/// Authorities that outbound calls trust beside those of the system: `--ca-file`.
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    certificates: Vec<Certificate>,
    pem: Option<Vec<u8>>,
}

/// An authority or the client cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The file of `--ca-file`.
    #[error("--ca-file {file}: {because}")]
    Authorities {
        /// File.
        file: String,
        /// What is wrong with it.
        because: String,
    },
    /// The HTTP client.
    #[error("the HTTP client for key sets could not be set up: {0}")]
    Client(#[from] reqwest::Error),
}

impl Authorities {
    /// Reads a PEM file.
    pub fn read(path: &Path) -> Result<Authorities, OutboundError> {
        let wrong = |because: String| OutboundError::Authorities {
            file: path.display().to_string(),
            because,
        };
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let found = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
        match found.is_empty() {
            true => Err(wrong("it holds no certificate".to_owned())),
            false => Ok(Authorities {
                certificates: found,
                pem: Some(pem),
            }),
        }
    }

    /// Each of them.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate> {
        self.certificates.iter().cloned()
    }

    /// The file as it was read, if there is one.
    pub fn pem(&self) -> Option<&[u8]> {
        self.pem.as_deref()
    }
}

/// The HTTP client for key sets and for our own tokens; a clone shares its connections.
#[derive(Debug, Clone)]
pub(super) struct Outbound {
    http: reqwest::Client,
}

impl Outbound {
    pub(super) fn new(authorities: &Authorities) -> Result<Outbound, OutboundError> {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .timeout(PATIENCE)
            .tls_certs_merge(authorities.certificates())
            .build()?;
        Ok(Outbound { http })
    }

    /// The text at an address; else why there is none, without what came.
    pub(super) async fn get(&self, url: &Url) -> Result<String, &'static str> {
        let request = self.http.get(url.clone());
        text(request.header(reqwest::header::ACCEPT, "application/json")).await
    }
}

impl Outbound {
    /// What an address answers to a form; else why there is nothing.
    pub(super) async fn post(
        &self,
        url: &Url,
        form: &impl serde::Serialize,
    ) -> Result<String, &'static str> {
        let request = self.http.post(url.clone()).form(form);
        text(request.header(reqwest::header::ACCEPT, "application/json")).await
    }
}

async fn text(request: reqwest::RequestBuilder) -> Result<String, &'static str> {
    let mut response = request.send().await.map_err(|error| reason(&error))?;
    if !response.status().is_success() {
        return Err("the answer is not a success");
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err("the answer is too large");
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| "the answer is not UTF-8")
}

fn reason(error: &reqwest::Error) -> &'static str {
    match error.is_timeout() {
        true => "no answer in time",
        false => "no connection, or it broke",
    }
}
