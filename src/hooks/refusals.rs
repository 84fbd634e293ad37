//! How many refused tokens one address may send (contract R-355): checking signatures takes time that others wait for.
//!
//! Knows addresses and counts, each for a second. An address is never logged.

use super::{HookError, Who};
use crate::telemetry::Stopwatch;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Addresses that are counted at once, some megabytes; strangers cannot take more. Beyond them none is counted until the
/// idle ones are forgotten.
const ADDRESSES: usize = 65_536;

/// Counts the refused tokens of each address.
#[derive(Debug)]
pub struct Refusals {
    most: u32,
    time: Duration,
    counts: Mutex<HashMap<Option<IpAddr>, Count>>,
}

/// Since the first of them.
#[derive(Debug)]
struct Count {
    since: Stopwatch,
    refused: u32,
}

impl Refusals {
    /// So many in so long from one address.
    pub fn of(most: NonZeroU32, time: Duration) -> Refusals {
        Refusals {
            most: most.get(),
            time,
            counts: Mutex::default(),
        }
    }

    /// Whether a token from this address is looked at; else how many seconds to wait.
    pub(super) fn admit(&self, who: &Who) -> Result<(), HookError> {
        let counts = self.counts();
        let full = counts.get(&key(who)).filter(|one| one.refused >= self.most);
        let wait = full.map(|one| self.time.saturating_sub(one.since.elapsed()));
        match wait {
            Some(wait) if !wait.is_zero() => Err(HookError::TooMany(wait.as_secs() + 1)),
            _ => Ok(()),
        }
    }

    /// A token from this address was refused.
    pub(super) fn count(&self, who: &Who) {
        let mut counts = self.counts();
        let has_room = counts.len() < ADDRESSES;
        match counts.get_mut(&key(who)) {
            Some(one) if one.since.elapsed() < self.time => one.refused += 1,
            Some(one) => *one = Count::first(),
            None if has_room => {
                counts.insert(key(who), Count::first());
            }
            None => {}
        }
    }

    /// Forgets addresses whose time is over.
    pub fn forget_idle(&self) {
        self.counts()
            .retain(|_, one| one.since.elapsed() < self.time);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Option<IpAddr>, Count>> {
        // Whole after every step, so whoever panicked has left nothing half done.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn first() -> Count {
        Count {
            since: Stopwatch::start(),
            refused: 1,
        }
    }
}

/// One host has a whole /64 of IPv6 addresses.
fn key(who: &Who) -> Option<IpAddr> {
    who.peer.map(|peer| match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Who {
        Who {
            peer: address.parse().ok(),
            ..Who::default()
        }
    }

    fn refusals(time: Duration) -> Refusals {
        Refusals::of(NonZeroU32::MIN, time)
    }

    #[test]
    fn each_address_has_its_own_count_and_a_host_of_ipv6_has_one() {
        let refusals = refusals(Duration::from_secs(3600));
        for refused in ["192.0.2.1", "2001:db8::1"] {
            assert_eq!(refusals.admit(&peer(refused)), Ok(()));
            refusals.count(&peer(refused));
        }
        refusals.forget_idle();
        for same in ["192.0.2.1", "2001:db8::1", "2001:db8::ffff:1"] {
            match refusals.admit(&peer(same)) {
                Err(HookError::TooMany(seconds)) => assert!((3500..=3601).contains(&seconds)),
                other => unreachable!("{other:?}"),
            }
        }
        for other in ["192.0.2.2", "2001:db8:0:1::1"] {
            assert_eq!(refusals.admit(&peer(other)), Ok(()));
        }
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let refusals = refusals(Duration::ZERO);
        refusals.count(&peer("192.0.2.1"));
        assert_eq!(refusals.admit(&peer("192.0.2.1")), Ok(()));
        refusals.forget_idle();
        assert_eq!(refusals.counts().len(), 0);
    }

    #[test]
    fn memory_is_bounded_whoever_calls() {
        let refusals = refusals(Duration::from_secs(3600));
        for number in 0..100_000 {
            refusals.count(&Who {
                peer: Some(std::net::Ipv4Addr::from_bits(number).into()),
                ..Who::default()
            });
        }
        assert_eq!(refusals.counts().len(), ADDRESSES);
    }
}
