//! Slowing down those who guess passwords.
//!
//! Failures are counted per account name and per source address in a fixed window; past the limit every
//! attempt is refused without looking at the password, whether or not the account exists. Memory is
//! bounded: the oldest counters are dropped first.

use std::time::Duration;

use moka::ops::compute::Op;
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

    /// Counts an attempt and says whether it may be made.
    ///
    /// It is counted before the password is looked at, as if it failed, so that many attempts at the
    /// same time cannot overtake the count; [`succeeded`](Self::succeeded) takes it back.
    pub(crate) fn admits(&self, account: &str, address: &str, now: Timestamp) -> bool {
        let account = self.count(Counted::Account(account.to_owned()), now);
        let address = self.count(Counted::Address(address.to_owned()), now);
        account <= MAX_FAILURES_PER_ACCOUNT && address <= MAX_FAILURES_PER_ADDRESS
    }

    /// Forgets an account's failures after a success, and that the address made an attempt.
    pub(crate) fn succeeded(&self, account: &str, address: &str) {
        self.failures.invalidate(&Counted::Account(account.to_owned()));
        self.failures.entry(Counted::Address(address.to_owned())).and_compute_with(|previous| match previous
            .map(moka::Entry::into_value)
        {
            Some(Failures { since, count }) if count > 1 => Op::Put(Failures { since, count: count - 1 }),
            Some(_) => Op::Remove,
            None => Op::Nop,
        });
    }

    /// The attempts in the running window, this one included.
    fn count(&self, counted: Counted, now: Timestamp) -> u32 {
        let entry = self.failures.entry(counted).and_upsert_with(|previous| {
            let running = previous.map(moka::Entry::into_value).filter(|failures| is_running(*failures, now));
            let failures = running.unwrap_or(Failures { since: now, count: 0 });
            Failures { count: failures.count.saturating_add(1), ..failures }
        });
        entry.into_value().count
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
            assert!(throttle.admits("ada", "::1", NOW));
        }
        assert!(!throttle.admits("ada", "::2", NOW));
        assert!(throttle.admits("bob", "::1", NOW));
        // Attempts while it is closed do not keep it closed.
        assert!(!throttle.admits("ada", "::1", NOW.plus(WINDOW / 2)));
        assert!(throttle.admits("ada", "::1", NOW.plus(WINDOW)));
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_closed_too() {
        let throttle = SignInThrottle::new();
        for n in 0..100 {
            assert!(throttle.admits(&format!("user{n}"), "::1", NOW));
        }
        assert!(!throttle.admits("fresh", "::1", NOW));
        assert!(throttle.admits("fresh", "::2", NOW));
    }

    #[test]
    fn a_success_clears_the_accounts_count_and_is_no_failure_of_the_address() {
        let throttle = SignInThrottle::new();
        for _ in 0..9 {
            throttle.admits("ada", "::1", NOW);
        }
        for _ in 0..200 {
            assert!(throttle.admits("ada", "::1", NOW));
            throttle.succeeded("ada", "::1");
        }
        for n in 0..91 {
            assert!(throttle.admits(&format!("user{n}"), "::1", NOW), "{n}");
        }
        assert!(!throttle.admits("fresh", "::1", NOW), "the failures before count on");
    }
}
