//! In this process: enough for one machine.

use super::seen::{Down, Key, Sighting, compared};
use moka::Expiry;
use moka::future::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// About a hundred bytes each. More live tokens than this means an attack, or a machine that is too small for its work.
const MOST: u64 = 2_000_000;

#[derive(Debug, Clone)]
struct Noted {
    note: Arc<str>,
    keep: Duration,
}

struct ByEntry;

impl Expiry<Key, Noted> for ByEntry {
    fn expire_after_create(&self, _: &Key, noted: &Noted, _: Instant) -> Option<Duration> {
        Some(noted.keep)
    }
}

/// Entries that forget themselves one by one, and never before their time.
#[derive(Debug)]
pub struct Memory {
    cache: Cache<Key, Noted>,
    most: u64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::holding(MOST)
    }
}

impl Memory {
    /// For about so many entries. Beyond them nothing is pushed out, since what is forgotten could come again; the store
    /// says that it is full.
    pub fn holding(most: u64) -> Memory {
        Memory {
            cache: Cache::builder().expire_after(ByEntry).build(),
            most,
        }
    }

    pub(super) async fn sight(
        &self,
        key: Key,
        note: &str,
        keep: Duration,
    ) -> Result<Sighting, Down> {
        if self.cache.entry_count() >= self.most {
            self.cache.run_pending_tasks().await;
            if self.cache.entry_count() >= self.most {
                return Err(Down);
            }
        }
        let noted = Noted {
            note: note.into(),
            keep,
        };
        let entry = self.cache.entry(key).or_insert(noted).await;
        Ok(match entry.is_fresh() {
            true => Sighting::First,
            false => compared(&entry.value().note, note),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;

    const MINUTE: Duration = Duration::from_secs(60);

    ///
    #[tokio::test]
    async fn one_of_many_at_once_is_the_first() {
        let memory = Memory::default();
        let key = Key::of(&["https://ehr.example.org", "1"]);
        let all = join_all((0..100).map(|_| memory.sight(key, "a", MINUTE))).await;
        let first = all.iter().filter(|answer| **answer == Ok(Sighting::First));
        assert_eq!(first.count(), 1);
        assert_eq!(memory.sight(key, "a", MINUTE).await, Ok(Sighting::Again));
        assert_eq!(
            memory.sight(key, "b", MINUTE).await,
            Ok(Sighting::Elsewhere)
        );
    }

    #[tokio::test]
    async fn what_is_past_its_time_is_new_again() {
        let memory = Memory::default();
        let key = Key::of(&["a"]);
        let now = Duration::ZERO;
        assert_eq!(memory.sight(key, "", now).await, Ok(Sighting::First));
        assert_eq!(memory.sight(key, "", now).await, Ok(Sighting::First));
    }

    #[tokio::test]
    async fn a_full_store_says_so_and_forgets_nothing() {
        let memory = Memory::holding(2);
        for name in ["a", "b"] {
            let key = Key::of(&[name]);
            assert_eq!(memory.sight(key, "", MINUTE).await, Ok(Sighting::First));
        }
        memory.cache.run_pending_tasks().await;
        assert_eq!(memory.sight(Key::of(&["c"]), "", MINUTE).await, Err(Down));
    }

    #[test]
    fn keys_hold_their_parts_apart() {
        assert_ne!(Key::of(&["ab", "c"]), Key::of(&["a", "bc"]));
        assert_eq!(Key::of(&["a"]).hex().len(), 64);
    }
}
