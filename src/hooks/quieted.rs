//! Quiet periods over calls: what is kept of a card, what feedback makes of it, and what the next call is told.
//!
//! Knows the store and the site's secret. What lies in the store is found by keyed hashes and is sealed: no patient, drug or
//! rule can be read there, and nobody without the secret can write there what would keep a rule quiet.
//! Refuses to hold a call up: where the store does not answer, nothing is quiet.

use crate::advise::Advice;
use crate::auth::Caller;
use crate::patient::Hook;
use crate::quiet::{Grounds, Kind, Marker, Period, Quiet, SentCard, SentRule, answered};
use crate::rules::{Answer, RULES};
use crate::store::{Entry, Kept, Key};
use crate::telemetry::{self, QuietStep};
use crate::wire::Request;
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;
use tracing::{info, warn};

/// A shorter key could be tried out.
const SHORTEST_KEY: usize = 32;
/// The longest that one look into the store may take.
const PATIENCE: Duration = Duration::from_millis(50);
/// Clients may send feedback in batches, hours later (contract R-270).
const CARD_KEPT: Duration = Duration::from_secs(3 * 24 * 3600);
/// Answers that are kept for one rule of one patient, the latest ones.
const MOST_PERIODS: usize = 8;
/// Length of a nonce of AES-GCM, which stands before what is sealed with it.
const NONCE: usize = 12;

/// The quiet periods of a site that wants them.
pub struct QuietPeriods {
    store: Kept,
    secret: hmac::Key,
}

impl fmt::Debug for QuietPeriods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuietPeriods").finish_non_exhaustive()
    }
}

/// Why there are no quiet periods.
#[derive(Debug, thiserror::Error)]
pub enum QuietError {
    /// The key cannot be read.
    #[error("--quiet-key-file {file}: {because}")]
    Key {
        /// File.
        file: String,
        /// What the system says.
        because: std::io::Error,
    },
    /// The key is too short to protect anybody.
    #[error("--quiet-key-file {file}: the key must have at least {SHORTEST_KEY} bytes")]
    ShortKey {
        /// File.
        file: String,
    },
}

/// A card as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptCard {
    /// Keyed hash of the patient; `None`: cards of two patients bore this uuid, so no answer to it can be believed.
    patient: Option<Patient>,
    card: SentCard,
}

/// Keyed hash of client, FHIR server and patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Patient(String);

/// What was looked up for a call, and whom it is about.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) quiet: Quiet,
    patient: Patient,
}

impl QuietPeriods {
    /// Kept there, found and sealed with the key in this file.
    pub fn open(store: Kept, key_file: &Path) -> Result<QuietPeriods, QuietError> {
        let file = || key_file.display().to_string();
        let key = std::fs::read(key_file).map_err(|because| QuietError::Key {
            file: file(),
            because,
        })?;
        QuietPeriods::with_key(store, key.trim_ascii())
            .ok_or_else(|| QuietError::ShortKey { file: file() })
    }

    /// With this key; `None` where it is too short.
    pub fn with_key(store: Kept, key: &[u8]) -> Option<QuietPeriods> {
        (key.len() >= SHORTEST_KEY).then(|| QuietPeriods {
            store,
            secret: hmac::Key::new(HMAC_SHA256, key),
        })
    }

    /// What is quiet for the patient of this call, in one look; `None`: the store does not answer in time.
    pub(super) async fn of_call(
        &self,
        caller: &Caller,
        request: &Request<'_>,
        hook: Hook,
        now: Timestamp,
        left: Duration,
    ) -> Option<Known> {
        let server = request.fhir_server.as_deref().unwrap_or_default();
        let patient = self.key(caller, &["patient", server, &request.patient_id]);
        let patient = Patient(patient.hex());
        let rules = RULES.iter().filter(|rule| rule.hooks.contains(&hook));
        let keys: Vec<Key> = rules
            .map(|rule| self.period_key(&patient, rule.id))
            .collect();
        let values = self
            .in_time(QuietStep::Look, left, self.store.get(&keys))
            .await?;
        let kept = keys.iter().zip(values);
        let periods = kept
            .filter_map(|(key, value)| self.unsealed::<Vec<Period>>(key, value?))
            .flatten()
            .filter(|period| !period.is_over(now))
            .collect();
        let marker =
            Marker::with_secret(Key::with_secret(&self.secret, &["mark", &patient.0]).bytes());
        Some(Known {
            quiet: Quiet {
                now,
                encounter: request
                    .encounter_id
                    .as_deref()
                    .map(|id| marker.of(&["encounter", id])),
                marker,
                periods,
            },
            patient,
        })
    }

    /// Keeps what feedback on these cards will be about.
    pub(super) async fn remember(
        &self,
        caller: &Caller,
        known: &Known,
        advice: &Advice,
        left: Duration,
    ) {
        let mut cards: Vec<KeptCard> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for members in &advice.members {
            let kept_card = KeptCard {
                patient: Some(known.patient.clone()),
                card: SentCard {
                    encounter: known.quiet.encounter,
                    rules: members
                        .voices
                        .iter()
                        .filter_map(|(rule, at)| sent_rule(known, advice, rule, *at))
                        .collect(),
                },
            };
            let key = self.key(caller, &["card", &members.card]);
            entries.extend(self.entry(key, &kept_card, CARD_KEPT));
            cards.push(kept_card);
        }
        if entries.is_empty() {
            return;
        }
        let Some(earlier) = self
            .in_time(QuietStep::Remember, left, self.store.swap(&entries))
            .await
        else {
            return;
        };
        let mixed_up: Vec<Entry> = entries
            .iter()
            .zip(earlier)
            .filter_map(|(entry, earlier)| {
                let earlier: KeptCard = self.unsealed(&entry.key, earlier?)?;
                let nobody = KeptCard {
                    patient: None,
                    card: SentCard {
                        encounter: None,
                        rules: Vec::new(),
                    },
                };
                (earlier.patient.as_ref() != Some(&known.patient))
                    .then(|| self.entry(entry.key, &nobody, CARD_KEPT))?
            })
            .collect();
        if !mixed_up.is_empty() {
            warn!(
                "one hookInstance for two patients: their cards bear the same uuid, and feedback on it is not followed"
            );
            self.in_time(QuietStep::Remember, left, self.store.swap(&mixed_up))
                .await;
        }
    }

    /// A card was put away with this code, or with none. Gives the rule that the answer is about, where the card is known.
    pub(super) async fn put_away(
        &self,
        caller: &Caller,
        card: &str,
        code: Option<&str>,
        offers: impl Fn(&str, &str) -> bool,
        now: Timestamp,
    ) -> Option<(&'static str, Kind)> {
        let kept_card = self.card(caller, card).await?;
        let heard = answered(&kept_card.card, code, offers, now)?;
        let patient = kept_card.patient?;
        let mut by_rule: BTreeMap<String, Vec<Period>> = BTreeMap::new();
        for period in heard.periods {
            by_rule.entry(period.rule.clone()).or_default().push(period);
        }
        let keys: Vec<Key> = by_rule
            .keys()
            .map(|rule| self.period_key(&patient, rule))
            .collect();
        let earlier = self
            .in_time(QuietStep::Answer, PATIENCE, self.store.get(&keys))
            .await?;
        let entries: Vec<Entry> = keys
            .into_iter()
            .zip(earlier)
            .zip(by_rule.into_values())
            .filter_map(|((key, earlier), new)| {
                let earlier = earlier.and_then(|value| self.unsealed(&key, value));
                let periods = latest(earlier.unwrap_or_default(), new, now);
                let until = periods.iter().map(|period| period.until).max()?;
                let seconds = u64::try_from(until.saturating_sub(now.as_second())).ok()?;
                self.entry(key, &periods, Duration::from_secs(seconds))
            })
            .collect();
        self.in_time(QuietStep::Answer, PATIENCE, self.store.swap(&entries))
            .await?;
        Some((heard.rule, heard.kind))
    }

    /// The rule that leads a card, where the card is known.
    pub(super) async fn leader(&self, caller: &Caller, card: &str) -> Option<&'static str> {
        let kept_card = self.card(caller, card).await?;
        let leader = kept_card.card.rules.first()?;
        let rule = RULES.iter().find(|rule| rule.id == leader.id)?;
        Some(rule.id)
    }

    async fn card(&self, caller: &Caller, card: &str) -> Option<KeptCard> {
        let key = self.key(caller, &["card", card]);
        let asking = self.store.get(std::slice::from_ref(&key));
        let mut values = self.in_time(QuietStep::Answer, PATIENCE, asking).await?;
        self.unsealed(&key, values.pop()??)
    }

    /// One client and tenant never meets what another left.
    fn key(&self, caller: &Caller, parts: &[&str]) -> Key {
        let issuer = caller.client().map_or("", |client| &client.issuer);
        let of_caller = [issuer, caller.tenant().unwrap_or_default()];
        Key::with_secret(&self.secret, &[&of_caller, parts].concat())
    }

    fn period_key(&self, patient: &Patient, rule: &str) -> Key {
        Key::with_secret(&self.secret, &["period", &patient.0, rule])
    }

    /// What the store says within the time; a failure is counted, and nothing is quiet.
    async fn in_time<T, E>(
        &self,
        step: QuietStep,
        left: Duration,
        asking: impl Future<Output = Result<T, E>>,
    ) -> Option<T> {
        match tokio::time::timeout(left.min(PATIENCE), asking).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(_)) | Err(_) => {
                telemetry::quiet_store_failed(step);
                None
            }
        }
    }

    /// Every key seals with a secret of its own, so that no number of values wears one out.
    fn sealing(&self, key: &Key) -> Option<RandomizedNonceKey> {
        let secret = Key::with_secret(&self.secret, &["seal", &key.hex()]);
        RandomizedNonceKey::new(&AES_256_GCM, secret.bytes()).ok()
    }

    fn entry(&self, key: Key, value: &impl Serialize, keep: Duration) -> Option<Entry> {
        let mut sealed = serde_json::to_vec(value).ok()?;
        let sealing = self.sealing(&key)?;
        let nonce = sealing
            .seal_in_place_append_tag(Aad::from(key.bytes()), &mut sealed)
            .ok()?;
        let value = [nonce.as_ref().as_slice(), &sealed].concat();
        Some(Entry { key, value, keep })
    }

    /// `None`: not sealed by us for this key, or by another version of us.
    fn unsealed<T: DeserializeOwned>(&self, key: &Key, value: Vec<u8>) -> Option<T> {
        let (nonce, mut sealed) = (value.get(..NONCE)?, value.get(NONCE..)?.to_vec());
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self
            .sealing(key)?
            .open_in_place(nonce, Aad::from(key.bytes()), &mut sealed)
            .ok()?;
        serde_json::from_slice(opened).ok()
    }
}

fn sent_rule(known: &Known, advice: &Advice, rule: &str, at: usize) -> Option<SentRule> {
    let rule = RULES.iter().find(|it| it.id == rule)?;
    let log = advice.rules.iter().find(|log| log.id == rule.id)?;
    let Answer::Fires(findings) = &log.answer else {
        return None;
    };
    let marker = &known.quiet.marker;
    Some(SentRule {
        id: rule.id.to_owned(),
        grounds: Grounds::of(marker, rule, findings.get(at)?, &advice.snapshot),
    })
}

fn latest(mut periods: Vec<Period>, new: Vec<Period>, now: Timestamp) -> Vec<Period> {
    periods.retain(|period| !period.is_over(now));
    periods.extend(new);
    let surplus = periods.len().saturating_sub(MOST_PERIODS);
    periods.drain(..surplus);
    periods
}

/// A record problem is logged by rule and code alone, for those who look after the rules.
pub(super) fn log_record_problem(rule: &str, kind: Kind, reason: &str) {
    if kind == Kind::RecordProblem {
        info!(
            rule.id = rule,
            feedback.reason = reason,
            "the record is said to be wrong: quality review"
        );
    }
}
