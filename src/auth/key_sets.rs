//! The key sets of all trusted clients: held, refreshed in the background, fetched once more for an unknown `kid`.

use super::client::KeySource;
use super::key_set::KeySet;
use super::outbound::Outbound;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tracing::{info, warn};
use url::Url;

/// A set older than this is fetched anew in the background.
const REFRESH: SignedDuration = SignedDuration::from_mins(5);
/// Between two fetches of one set, whoever asks.
const FLOOR: SignedDuration = SignedDuration::from_secs(30);
/// So old a set may get while its issuer does not answer; a stolen key that was taken off the set works no longer than this.
const STALE: SignedDuration = SignedDuration::from_hours(24);
/// So long a call waits for a set that is fetched for its sake.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often the background looks.
const ROUND: Duration = Duration::from_secs(10);

/// Key sets by their source.
#[derive(Debug)]
pub(super) struct KeySets {
    slots: BTreeMap<KeySource, Arc<Slot>>,
}

#[derive(Debug)]
struct Slot {
    source: KeySource,
    outbound: Outbound,
    held: RwLock<Held>,
    /// One fetch at a time.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct Held {
    set: Option<Arc<KeySet>>,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
}

impl KeySets {
    pub(super) fn new(sources: impl Iterator<Item = KeySource>, outbound: &Outbound) -> KeySets {
        let slots = sources.map(|source| {
            let slot = Slot {
                source: source.clone(),
                outbound: outbound.clone(),
                held: RwLock::default(),
                fetching: tokio::sync::Mutex::new(()),
            };
            (source, Arc::new(slot))
        });
        KeySets {
            slots: slots.collect(),
        }
    }

    /// The sets of these sources, those with the key first looked for; fetched anew once if none has it.
    pub(super) async fn with(
        &self,
        sources: &[&KeySource],
        key_id: &str,
        now: Timestamp,
    ) -> Vec<Arc<KeySet>> {
        let slots: Vec<&Arc<Slot>> = sources
            .iter()
            .filter_map(|source| self.slots.get(source))
            .collect();
        let having = |slots: &[&Arc<Slot>]| -> Vec<Arc<KeySet>> {
            let sets = slots.iter().filter_map(|slot| slot.usable(now));
            sets.filter(|set| set.has(key_id)).collect()
        };
        let found = having(&slots);
        if !found.is_empty() {
            return found;
        }
        for slot in &slots {
            // In a task of its own: the caller may go away, the answer serves the next one.
            let fetching = tokio::spawn({
                let slot = Arc::clone(slot);
                async move { slot.refresh(now, FLOOR).await }
            });
            // Who waits too long is told that there is no such key.
            let _ = tokio::time::timeout(PATIENCE, fetching).await;
        }
        having(&slots)
    }

    /// Fetches every set that is due.
    pub(super) async fn refresh(&self, now: Timestamp) {
        let due = self.slots.values().filter(|slot| slot.is_due(now));
        futures_util::future::join_all(due.map(|slot| slot.refresh(now, FLOOR))).await;
    }

    /// Fetches what is due, for ever.
    pub(super) async fn keep(&self, clock: impl Fn() -> Timestamp) {
        loop {
            self.refresh(clock()).await;
            tokio::time::sleep(ROUND).await;
        }
    }

    /// How many sets can be used, and how many there should be.
    pub(super) fn usable(&self, now: Timestamp) -> (usize, usize) {
        let usable = self
            .slots
            .values()
            .filter(|slot| slot.usable(now).is_some());
        (usable.count(), self.slots.len())
    }
}

impl Slot {
    fn held(&self) -> Held {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    /// The set, unless it is too old.
    fn usable(&self, now: Timestamp) -> Option<Arc<KeySet>> {
        let held = self.held();
        let young = held
            .fetched
            .is_some_and(|fetched| now.duration_since(fetched) <= STALE);
        held.set.filter(|_| young)
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let fetched = self.held().fetched;
        fetched.is_none_or(|fetched| now.duration_since(fetched) >= REFRESH)
    }

    /// Fetches the set, unless that was tried so short a time ago.
    async fn refresh(&self, now: Timestamp, floor: SignedDuration) {
        let _one = self.fetching.lock().await;
        let tried = self.held().tried;
        if tried.is_some_and(|tried| now.duration_since(tried) < floor) {
            return;
        }
        let fetched = self.fetch().await;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.tried = Some(now);
        match fetched {
            Ok(set) => {
                let known = held.set.as_ref().map(|set| set.len());
                if known != Some(set.len()) {
                    info!(source = %self.name(), keys = set.len(), "key set");
                }
                held.set = Some(Arc::new(set));
                held.fetched = Some(now);
            }
            // The old set stays, for a while.
            Err(why) => warn!(source = %self.name(), why, "key set not read"),
        }
    }

    async fn fetch(&self) -> Result<KeySet, &'static str> {
        let text = match &self.source {
            KeySource::Jku(url) => self.outbound.get(url).await?,
            KeySource::File(path) => {
                std::fs::read_to_string(path).map_err(|_| "the file cannot be read")?
            }
        };
        let set = KeySet::parse(&text).map_err(|_| "it is no JSON Web Key Set")?;
        match set.is_empty() {
            true => Err("it has no key that checks signatures"),
            false => Ok(set),
        }
    }

    fn name(&self) -> String {
        match &self.source {
            KeySource::Jku(url) => Url::to_string(url),
            KeySource::File(path) => path.display().to_string(),
        }
    }
}
