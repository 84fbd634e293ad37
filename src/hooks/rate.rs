//! How often one client may call (contract R-355).

use super::{HookError, Who};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::num::NonZeroU32;
use std::time::Duration;

/// Counts the calls of each client; a client is its issuer, or its address where nobody authenticates.
#[derive(Debug)]
pub struct Rate {
    calls: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Rate {
    /// So many calls in so long, all at once at most; `None` where the time is zero.
    pub fn of(calls: NonZeroU32, time: Duration) -> Option<Rate> {
        let each = time.checked_div(calls.get())?;
        let quota = Quota::with_period(each)?.allow_burst(calls);
        Some(Rate {
            calls: DefaultKeyedRateLimiter::keyed(quota),
            clock: DefaultClock::default(),
        })
    }

    /// Counts one call, or says how many seconds to wait.
    pub(super) fn admit(&self, who: &Who) -> Result<(), HookError> {
        self.calls.check_key(&who.key()).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            HookError::TooMany(wait.as_secs() + 1)
        })
    }

    /// Forgets clients that have not called for a while; they would add up.
    pub fn forget_idle(&self) {
        self.calls.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str) -> Who {
        Who {
            peer: peer.parse().ok(),
            ..Who::default()
        }
    }

    #[test]
    fn each_client_has_its_own_count() {
        let rate = Rate::of(NonZeroU32::MIN, Duration::from_secs(3600)).expect("a rate");
        assert_eq!(rate.admit(&client("192.0.2.1")), Ok(()));
        assert_eq!(rate.admit(&client("192.0.2.2")), Ok(()));
        match rate.admit(&client("192.0.2.1")) {
            Err(HookError::TooMany(seconds)) => assert!((3500..=3601).contains(&seconds)),
            other => unreachable!("{other:?}"),
        }
        rate.forget_idle();
        assert!(
            rate.admit(&client("192.0.2.1")).is_err(),
            "a busy client is not forgotten"
        );
    }
}
