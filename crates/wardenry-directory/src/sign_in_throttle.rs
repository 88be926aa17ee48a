//! Slowing down those who guess passwords.
//!
//! Failures are counted per account name and per source address in a fixed window; past the limit every
//! attempt is refused without looking at the password, whether or not the account exists. Memory is
//! bounded: the oldest counters are dropped first.

use std::time::Duration;

use moka::sync::Cache;
use wardenry_core::time::Timestamp;

/// Failures after which attempts are refused.
const MAX_FAILURES_PER_ACCOUNT: u32 = 10;
const MAX_FAILURES_PER_ADDRESS: u32 = 100;
/// How long failures count, from the first one on.
const WINDOW: Duration = Duration::from_secs(600);
/// The most counters that are kept.
const CAPACITY: u64 = 100_000;

#[derive(Debug, Clone, Copy)]
struct Failures {
    since: Timestamp,
    count: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counted {
    Account(String),
    Address(String),
}

#[derive(Debug)]
pub(crate) struct SignInThrottle {
    failures: Cache<Counted, Failures>,
}

impl SignInThrottle {
    pub(crate) fn new() -> Self {
        Self { failures: Cache::new(CAPACITY) }
    }

    /// Whether an attempt may be made now.
    pub(crate) fn allows(&self, account: &str, address: &str, now: Timestamp) -> bool {
        self.count(&Counted::Account(account.to_owned()), now) < MAX_FAILURES_PER_ACCOUNT
            && self.count(&Counted::Address(address.to_owned()), now) < MAX_FAILURES_PER_ADDRESS
    }

    /// Notes a failed attempt.
    pub(crate) fn failed(&self, account: &str, address: &str, now: Timestamp) {
        for counted in [Counted::Account(account.to_owned()), Counted::Address(address.to_owned())] {
            self.failures.entry(counted).and_upsert_with(|previous| {
                let running =
                    previous.map(moka::Entry::into_value).filter(|failures| is_running(*failures, now));
                let failures = running.unwrap_or(Failures { since: now, count: 0 });
                Failures { count: failures.count.saturating_add(1), ..failures }
            });
        }
    }

    /// Forgets an account's failures after a success.
    pub(crate) fn succeeded(&self, account: &str) {
        self.failures.invalidate(&Counted::Account(account.to_owned()));
    }

    fn count(&self, counted: &Counted, now: Timestamp) -> u32 {
        self.failures
            .get(counted)
            .filter(|failures| is_running(*failures, now))
            .map_or(0, |failures| failures.count)
    }
}

fn is_running(failures: Failures, now: Timestamp) -> bool {
    now.since(failures.since) < WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    #[test]
    fn an_account_is_closed_after_ten_failures_and_opens_after_the_window() {
        let throttle = SignInThrottle::new();
        for _ in 0..10 {
            assert!(throttle.allows("ada", "::1", NOW));
            throttle.failed("ada", "::1", NOW);
        }
        assert!(!throttle.allows("ada", "::2", NOW));
        assert!(throttle.allows("bob", "::1", NOW));
        assert!(throttle.allows("ada", "::1", NOW.plus(WINDOW)));
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_closed_too() {
        let throttle = SignInThrottle::new();
        for n in 0..100 {
            throttle.failed(&format!("user{n}"), "::1", NOW);
        }
        assert!(!throttle.allows("fresh", "::1", NOW));
        assert!(throttle.allows("fresh", "::2", NOW));
    }

    #[test]
    fn a_success_clears_the_accounts_count() {
        let throttle = SignInThrottle::new();
        for _ in 0..10 {
            throttle.failed("ada", "::1", NOW);
        }
        throttle.succeeded("ada");
        assert!(throttle.allows("ada", "::1", NOW));
    }
}
