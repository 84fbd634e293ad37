//! One GET: headers, status, media type, size; and once more where that can help and fits into the deadline.

use super::round::take;
use super::{Call, Client};
use crate::fhir::Why;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

/// Asks that an unknown search parameter be an error: some servers answer with everybody's resources instead.
const PREFER: (HeaderName, &str) = (HeaderName::from_static("prefer"), "handling=strict");

/// Before asking again where the server does not say when.
const PAUSE: Duration = Duration::from_millis(20);

/// The requests of one question.
pub(super) struct Exchange<'x> {
    client: &'x Client,
    call: &'x Call<'x>,
    /// Bytes that may still come, for all questions of the call.
    bytes: &'x AtomicUsize,
    /// How many were sent.
    pub(super) requests: usize,
}

/// A request that brought nothing.
struct Failed {
    why: Why,
    /// Asking again may help after this time.
    again: Option<Duration>,
}

impl From<Why> for Failed {
    fn from(why: Why) -> Self {
        Self { why, again: None }
    }
}

impl<'x> Exchange<'x> {
    pub(super) fn new(client: &'x Client, call: &'x Call<'x>, bytes: &'x AtomicUsize) -> Self {
        Self {
            client,
            call,
            bytes,
            requests: 0,
        }
    }

    /// The body at this URL, asked for twice at most.
    ///
    /// The second try is made only if it can be over by the deadline, should it take as long as the first.
    pub(super) async fn get(&mut self, url: Url) -> Result<String, Why> {
        let started = Instant::now();
        let first = match self.send(url.clone()).await {
            Ok(body) => return Ok(body),
            Err(failed) => failed,
        };
        let Some(pause) = first.again else {
            return Err(first.why);
        };
        let over = Instant::now()
            .checked_add(pause)
            .and_then(|then| then.checked_add(started.elapsed()));
        if over.is_none_or(|over| over >= self.call.deadline) {
            return Err(first.why);
        }
        sleep(pause).await;
        match self.send(url).await {
            Ok(body) => Ok(body),
            Err(Failed {
                why: Why::Timeout, ..
            }) => Err(first.why),
            Err(second) => Err(second.why),
        }
    }

    async fn send(&mut self, url: Url) -> Result<String, Failed> {
        self.requests += 1;
        let (name, value) = PREFER;
        let request = self.client.http.get(url);
        let request = request.header(ACCEPT, "application/fhir+json");
        let mut request = request.header(name, value);
        if let Some(token) = self.call.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let answer = async {
            let response = request.send().await.map_err(|error| broken(&error))?;
            refusal(response.status(), response.headers())?;
            self.text(response).await
        };
        timeout_at(self.call.deadline, answer)
            .await
            .unwrap_or(Err(Failed::from(Why::Timeout)))
    }

    async fn text(&self, mut response: Response) -> Result<String, Failed> {
        let limit = self.client.limits.body_bytes;
        let announced = response.content_length().unwrap_or_default();
        if usize::try_from(announced).is_ok_and(|announced| announced > limit) {
            return Err(Why::TooMuch.into());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(Why::TooMuch.into());
            }
            take(self.bytes, chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        let mut text = String::from_utf8(body).map_err(|_| Why::Malformed)?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Ok(text)
    }
}

/// Why an answer with this head is none.
fn refusal(status: StatusCode, headers: &HeaderMap) -> Result<(), Failed> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Why::Refused.into()),
        status if status.is_success() => media_type(headers).map_err(Failed::from),
        status => Err(Failed {
            why: Why::Status(status.as_u16()),
            again: again(status, headers),
        }),
    }
}

/// When a server that is busy or down for a moment may be asked again.
fn again(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => retry_after(headers),
        StatusCode::SERVICE_UNAVAILABLE => match headers.contains_key(RETRY_AFTER) {
            true => retry_after(headers),
            false => Some(PAUSE),
        },
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Some(PAUSE),
        _ => None,
    }
}

/// Seconds, or a date by the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let after = text(RETRY_AFTER)?.trim();
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let instant = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
    let then = instant(after)?.timestamp();
    let now = instant(text(DATE)?.trim())?.timestamp();
    // A time that is over is now.
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

/// JSON under one of its names, or undeclared; of FHIR R4 or R4B, where a version is declared.
fn media_type(headers: &HeaderMap) -> Result<(), Why> {
    let Some(declared) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let declared = declared.to_str().map_err(|_| Why::Malformed)?;
    let mut parts = declared.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_json = ["/json", "+json", "/json+fhir"]
        .iter()
        .any(|end| kind.ends_with(end));
    if !is_json {
        return Err(Why::Malformed);
    }
    let version = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let is_version = name.trim().eq_ignore_ascii_case("fhirVersion");
        is_version.then(|| value.trim().trim_matches('"'))
    });
    match version {
        Some(version) if !version.starts_with("4.") => Err(Why::OtherVersion),
        _ => Ok(()),
    }
}

/// The connection, or what came over it, broke; a fresh connection may do better.
fn broken(error: &reqwest::Error) -> Failed {
    if error.is_timeout() {
        Why::Timeout.into()
    } else if error.is_builder() {
        // The URL is ours: it is the token that cannot be sent.
        Why::Refused.into()
    } else if error.is_body() || error.is_decode() {
        Failed {
            why: Why::Malformed,
            again: Some(PAUSE),
        }
    } else {
        let again = (!error.is_connect()).then_some(PAUSE);
        Failed {
            why: Why::Unreachable,
            again,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests {
    use super::*;

    fn headers<const N: usize>(pairs: [(&'static str, &str); N]) -> HeaderMap {
        pairs
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_server_says_when_it_may_be_asked_again() {
        for (value, seconds) in [("0", 0), (" 2 ", 2), ("120", 120)] {
            let after = retry_after(&headers([("retry-after", value)]));
            assert_eq!(after, Some(Duration::from_secs(seconds)), "{value:?}");
        }
        let dated = |after: &str| {
            retry_after(&headers([
                ("retry-after", after),
                ("date", "Sun, 01 Nov 2026 12:00:00 GMT"),
            ]))
        };
        assert_eq!(
            dated("Sun, 01 Nov 2026 12:00:03 GMT"),
            Some(Duration::from_secs(3))
        );
        assert_eq!(dated("Sun, 01 Nov 2026 11:59:00 GMT"), Some(Duration::ZERO));
        assert_eq!(dated("soon"), None);
        assert_eq!(dated("-1"), None);
        let undated = headers([("retry-after", "Sun, 01 Nov 2026 12:00:03 GMT")]);
        assert_eq!(retry_after(&undated), None);
    }

    #[test]
    fn only_what_passes_by_itself_is_asked_again() {
        let none = HeaderMap::new();
        let when = |status: u16, headers: &HeaderMap| {
            again(StatusCode::from_u16(status).unwrap(), headers)
        };
        for status in [400, 404, 410, 422, 429, 500, 501] {
            assert_eq!(when(status, &none), None, "{status}");
        }
        for status in [502, 503, 504] {
            assert_eq!(when(status, &none), Some(PAUSE), "{status}");
        }
        let later = headers([("retry-after", "9")]);
        assert_eq!(when(429, &later), Some(Duration::from_secs(9)));
        assert_eq!(when(503, &later), Some(Duration::from_secs(9)));
        assert_eq!(when(500, &later), None);
    }

    #[test]
    fn json_of_r4_is_taken_under_all_its_names_and_nothing_else() {
        let of = |declared: &str| media_type(&headers([("content-type", declared)]));
        for json in [
            "application/fhir+json",
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json+fhir;charset=UTF-8",
            "text/json",
            "application/fhir+json; fhirVersion=4.0",
            "application/fhir+json; fhirVersion=\"4.3\"; charset=utf-8",
        ] {
            assert_eq!(of(json), Ok(()), "{json}");
        }
        assert_eq!(media_type(&HeaderMap::new()), Ok(()));
        for other in [
            "text/html",
            "text/html; charset=utf-8",
            "application/fhir+xml",
            "text/plain",
            "application/octet-stream",
            "",
        ] {
            assert_eq!(of(other), Err(Why::Malformed), "{other}");
        }
        for version in ["1.0", "3.0", "5.0", "40"] {
            let declared = format!("application/fhir+json; fhirVersion={version}");
            assert_eq!(of(&declared), Err(Why::OtherVersion), "{version}");
        }
    }
}
