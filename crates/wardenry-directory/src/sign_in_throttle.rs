//! Slowing down those who guess passwords.
//!
//! Failures are counted per account name and per source in a fixed window; past the limit every attempt is
//! refused without looking at the password, whether or not the account exists. A source is an IPv4 address
//! or a whole IPv6 network. Memory is bounded: the counters that were not needed for longest are dropped
//! first.

use std::net::IpAddr;
use std::time::Duration;

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use wardenry_core::time::Timestamp;

/// Failures after which attempts are refused.
const MAX_FAILURES_PER_ACCOUNT: u32 = 10;
const MAX_FAILURES_PER_SOURCE: u32 = 100;
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
    Source(String),
}

#[derive(Debug)]
pub(crate) struct SignInThrottle {
    failures: Cache<Counted, Failures>,
}

impl SignInThrottle {
    pub(crate) fn new() -> Self {
        let failures = Cache::builder()
            .max_capacity(CAPACITY)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(WINDOW)
            .build();
        Self { failures }
    }

    /// Counts an attempt and says whether it may be made.
    ///
    /// It is counted before the password is looked at, as if it failed, so that many attempts at the
    /// same time cannot overtake the count; [`succeeded`](Self::succeeded) takes it back.
    pub(crate) fn admits(&self, account: &str, address: &str, now: Timestamp) -> bool {
        let account = self.count(Counted::Account(account.to_owned()), now);
        let source = self.count(Counted::Source(source_of(address)), now);
        account <= MAX_FAILURES_PER_ACCOUNT && source <= MAX_FAILURES_PER_SOURCE
    }

    /// Forgets an account's failures after a success, and that the source made an attempt.
    pub(crate) fn succeeded(&self, account: &str, address: &str) {
        self.failures.invalidate(&Counted::Account(account.to_owned()));
        self.failures.entry(Counted::Source(source_of(address))).and_compute_with(|previous| match previous
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

/// What counts as one source: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has
/// one address of such a network has all of them.
fn source_of(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(address @ IpAddr::V4(_)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    #[test]
    fn an_account_is_closed_after_ten_failures_and_opens_after_the_window() {
        let throttle = SignInThrottle::new();
        for _ in 0..10 {
            assert!(throttle.admits("ada", "192.0.2.1", NOW));
        }
        assert!(!throttle.admits("ada", "192.0.2.2", NOW));
        assert!(throttle.admits("bob", "192.0.2.1", NOW));
        // Attempts while it is closed do not keep it closed.
        assert!(!throttle.admits("ada", "192.0.2.1", NOW.plus(WINDOW / 2)));
        assert!(throttle.admits("ada", "192.0.2.1", NOW.plus(WINDOW)));
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_closed_too() {
        let throttle = SignInThrottle::new();
        for n in 0..100 {
            assert!(throttle.admits(&format!("user{n}"), "192.0.2.1", NOW));
        }
        assert!(!throttle.admits("fresh", "192.0.2.1", NOW));
        assert!(throttle.admits("fresh", "192.0.2.2", NOW));
    }

    #[test]
    fn a_success_clears_the_accounts_count_and_is_no_failure_of_the_address() {
        let throttle = SignInThrottle::new();
        for _ in 0..9 {
            throttle.admits("ada", "192.0.2.1", NOW);
        }
        for _ in 0..200 {
            assert!(throttle.admits("ada", "192.0.2.1", NOW));
            throttle.succeeded("ada", "192.0.2.1");
        }
        for n in 0..91 {
            assert!(throttle.admits(&format!("user{n}"), "192.0.2.1", NOW), "{n}");
        }
        assert!(!throttle.admits("fresh", "192.0.2.1", NOW), "the failures before count on");
    }

    #[test]
    fn addresses_of_one_network_are_one_source() {
        let throttle = SignInThrottle::new();
        for n in 0..100 {
            assert!(throttle.admits(&format!("user{n}"), &format!("2001:db8:1:2::{n:x}"), NOW));
        }
        assert!(!throttle.admits("fresh", "2001:db8:1:2:ffff::1", NOW));
        assert!(throttle.admits("other", "2001:db8:1:3::1", NOW));
        assert_eq!(source_of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(source_of("unknown"), "unknown");
    }
}
