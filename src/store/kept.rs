//! What is kept for a while under a key and may be forgotten early: sealed by whoever keeps it.

use super::{Down, Key, Redis};
use moka::Expiry;
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes that are kept in this process; beyond them the oldest are forgotten.
const MOST: u64 = 128 << 20;
/// About what a value costs besides its own bytes.
const OVERHEAD: usize = 200;

/// One value for a key, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Key.
    pub key: Key,
    /// Value.
    pub value: Vec<u8>,
    /// For how long.
    pub keep: Duration,
}

/// Where values are kept; a clone is the same place.
#[derive(Debug, Clone)]
pub enum Kept {
    /// In this process.
    Memory(KeptMemory),
    /// In a server that several machines share.
    Redis(Redis),
}

impl Kept {
    /// In this process.
    pub fn in_memory() -> Kept {
        Kept::Memory(KeptMemory::holding(MOST))
    }

    /// The values of these keys, in their order.
    pub async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, Down> {
        match self {
            Kept::Memory(memory) => Ok(memory.get(keys).await),
            Kept::Redis(redis) => redis.get(keys).await,
        }
    }

    /// Keeps these, and gives what was kept under their keys before.
    pub async fn swap(&self, entries: &[Entry]) -> Result<Vec<Option<Vec<u8>>>, Down> {
        match self {
            Kept::Memory(memory) => Ok(memory.swap(entries).await),
            Kept::Redis(redis) => redis.swap(entries).await,
        }
    }
}

#[derive(Debug, Clone)]
struct Value {
    bytes: Arc<[u8]>,
    keep: Duration,
}

struct ByValue;

impl Expiry<Key, Value> for ByValue {
    fn expire_after_create(&self, _: &Key, value: &Value, _: Instant) -> Option<Duration> {
        Some(value.keep)
    }

    fn expire_after_update(
        &self,
        _: &Key,
        value: &Value,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(value.keep)
    }
}

/// Values that forget themselves one by one, the oldest before their time where there are too many.
#[derive(Debug, Clone)]
pub struct KeptMemory {
    cache: Cache<Key, Value>,
}

impl KeptMemory {
    /// For about so many bytes.
    pub fn holding(most: u64) -> KeptMemory {
        let weight = |_: &Key, value: &Value| {
            u32::try_from(value.bytes.len() + OVERHEAD).unwrap_or(u32::MAX)
        };
        KeptMemory {
            cache: Cache::builder()
                .max_capacity(most)
                .weigher(weight)
                .eviction_policy(EvictionPolicy::lru())
                .expire_after(ByValue)
                .build(),
        }
    }

    async fn get(&self, keys: &[Key]) -> Vec<Option<Vec<u8>>> {
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            let value = self.cache.get(key).await;
            values.push(value.map(|value| value.bytes.to_vec()));
        }
        values
    }

    async fn swap(&self, entries: &[Entry]) -> Vec<Option<Vec<u8>>> {
        let mut earlier = Vec::with_capacity(entries.len());
        for entry in entries {
            let before = self.cache.get(&entry.key).await;
            let value = Value {
                bytes: entry.value.as_slice().into(),
                keep: entry.keep,
            };
            self.cache.insert(entry.key, value).await;
            earlier.push(before.map(|value| value.bytes.to_vec()));
        }
        earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, value: &[u8], keep: Duration) -> Entry {
        Entry {
            key: Key::of(&[name]),
            value: value.to_vec(),
            keep,
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn what_is_kept_comes_back_until_its_time_is_over() {
        let kept = Kept::in_memory();
        let keys = [Key::of(&["a"]), Key::of(&["b"])];
        let first = kept.swap(&[entry("a", b"1", MINUTE)]).await;
        assert_eq!(first, Ok(vec![None]));
        assert_eq!(kept.get(&keys).await, Ok(vec![Some(b"1".to_vec()), None]));
        let second = kept.swap(&[entry("a", b"2", Duration::ZERO)]).await;
        assert_eq!(second, Ok(vec![Some(b"1".to_vec())]));
        assert_eq!(kept.get(&keys).await, Ok(vec![None, None]));
    }

    #[tokio::test]
    async fn too_much_pushes_out_the_oldest() {
        let memory = KeptMemory::holding(10 * (OVERHEAD as u64 + 1));
        for at in 0..100 {
            memory.swap(&[entry(&at.to_string(), b"x", MINUTE)]).await;
        }
        memory.cache.run_pending_tasks().await;
        assert!(memory.cache.weighted_size() <= 10 * (OVERHEAD as u64 + 1));
        let ends = [Key::of(&["0"]), Key::of(&["99"])];
        assert_eq!(memory.get(&ends).await, [None, Some(b"x".to_vec())]);
    }
}
