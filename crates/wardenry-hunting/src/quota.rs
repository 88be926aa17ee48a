//! What a tenant may ask for in a time: calls by the minute and by the hour, processor time by cycles.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wardenry_core::id::TenantId;
use wardenry_core::time::{Clock, Timestamp};

/// The length of the cycles in which processor time is counted.
pub const CPU_CYCLE: Duration = Duration::from_secs(15 * 60);

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Tenants after which those that have not called for an hour are forgotten.
const MANY_TENANTS: usize = 4096;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaSettings {
    pub calls_per_minute: u32,
    pub calls_per_hour: u32,
    /// Processor time of all threads together in one [`CPU_CYCLE`].
    pub cpu_per_cycle: Duration,
}

impl QuotaSettings {
    /// The documented numbers of calls, and a quarter of this many cores' time.
    pub fn for_cores(cores: usize) -> Self {
        let cores = u32::try_from(cores).unwrap_or(u32::MAX).max(1);
        Self {
            calls_per_minute: 45,
            calls_per_hour: 1500,
            cpu_per_cycle: CPU_CYCLE.saturating_mul(cores) / 4,
        }
    }
}

/// What a tenant may still ask for at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLeft {
    pub allowed: QuotaSettings,
    pub calls_left_in_minute: u32,
    pub calls_left_in_hour: u32,
    pub cpu_left: Duration,
    /// When the current cycle of processor time ends.
    pub cycle_ends: Timestamp,
}

/// A tenant has used up what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuotaExceeded {
    /// Too many calls. The sentence is the live service's, by which clients know the case.
    #[error("API calls quota exceeded! maximum allowed {allowed} per {}", clock_text(*per))]
    Calls { allowed: u32, per: Duration, retry_after: Duration },
    /// Too much processor time.
    #[error(
        "This query was not run because the tenant has used up the CPU resources allocated to it, {} of processor time in \
         15 minutes. Queries run again in {}",
        clock_text(*allowed),
        clock_text(*retry_after)
    )]
    Cpu { allowed: Duration, retry_after: Duration },
}

impl QuotaExceeded {
    /// After which time it is worth to ask again.
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Calls { retry_after, .. } | Self::Cpu { retry_after, .. } => *retry_after,
        }
    }
}

/// `00:01:00`; parts of a second count as one.
fn clock_text(duration: Duration) -> String {
    let secs = whole_secs(duration);
    format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

fn whole_secs(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Counts what tenants use.
///
/// Calls are counted exactly: a window begins with each call, so that no minute and no hour ever holds more than is
/// allowed. Processor time is counted in cycles that begin at the full quarters of an hour; a query is charged when it has
/// ended, so that a tenant can go over by what its last queries used.
#[derive(Debug)]
pub struct Quotas {
    settings: QuotaSettings,
    clock: Arc<dyn Clock>,
    tenants: Mutex<HashMap<TenantId, Usage>>,
}

#[derive(Debug, Default)]
struct Usage {
    /// The calls of the last hour, the oldest first.
    calls: VecDeque<Timestamp>,
    /// The number of the cycle in which `cpu` was used.
    cycle: i64,
    cpu: Duration,
}

impl Quotas {
    pub fn new(settings: QuotaSettings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, tenants: Mutex::default() }
    }

    /// Counts a call if it is allowed. A refused one does not count.
    pub fn admit(&self, tenant: TenantId) -> Result<(), QuotaExceeded> {
        let now = self.clock.now();
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= MANY_TENANTS {
            tenants.retain(|_, usage| usage.calls.back().is_some_and(|last| now.since(*last) < HOUR));
        }
        let usage = tenants.entry(tenant).or_default();
        usage.forget(now);
        let QuotaSettings { calls_per_minute, calls_per_hour, cpu_per_cycle } = self.settings;
        for (allowed, per) in [(calls_per_minute, MINUTE), (calls_per_hour, HOUR)] {
            if let Some(retry_after) = usage.full(now, allowed, per) {
                return Err(QuotaExceeded::Calls { allowed, per, retry_after });
            }
        }
        if usage.cpu >= cpu_per_cycle {
            let ends = cycle_end(usage.cycle);
            return Err(QuotaExceeded::Cpu { allowed: cpu_per_cycle, retry_after: ends.since(now) });
        }
        usage.calls.push_back(now);
        Ok(())
    }

    /// What a tenant may still ask for. Asking is free.
    pub fn left(&self, tenant: TenantId) -> QuotaLeft {
        let now = self.clock.now();
        let allowed = self.settings;
        let cycle_ends = cycle_end(cycle_of(now));
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(usage) = tenants.get_mut(&tenant) else {
            return QuotaLeft {
                allowed,
                calls_left_in_minute: allowed.calls_per_minute,
                calls_left_in_hour: allowed.calls_per_hour,
                cpu_left: allowed.cpu_per_cycle,
                cycle_ends,
            };
        };
        usage.forget(now);
        let left = |calls: u32, per| calls.saturating_sub(usage.calls_within(now, per));
        QuotaLeft {
            allowed,
            calls_left_in_minute: left(allowed.calls_per_minute, MINUTE),
            calls_left_in_hour: left(allowed.calls_per_hour, HOUR),
            cpu_left: allowed.cpu_per_cycle.saturating_sub(usage.cpu),
            cycle_ends,
        }
    }

    /// Counts the processor time of a query that has ended.
    pub fn charge(&self, tenant: TenantId, cpu: Duration) {
        let now = self.clock.now();
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = tenants.entry(tenant).or_default();
        usage.forget(now);
        usage.cpu = usage.cpu.saturating_add(cpu);
    }
}

const CPU_CYCLE_SECS: i64 = 15 * 60;

fn cycle_of(now: Timestamp) -> i64 {
    now.unix_secs().div_euclid(CPU_CYCLE_SECS)
}

fn cycle_end(cycle: i64) -> Timestamp {
    Timestamp::from_unix_secs((cycle + 1).saturating_mul(CPU_CYCLE_SECS))
}

impl Usage {
    /// Drops what lies too far back to count.
    fn forget(&mut self, now: Timestamp) {
        while self.calls.front().is_some_and(|first| now.since(*first) >= HOUR) {
            self.calls.pop_front();
        }
        // The clock was set back: these calls were made a moment ago, whatever it said then.
        for call in self.calls.iter_mut().rev().take_while(|call| **call > now) {
            *call = now;
        }
        let cycle = cycle_of(now);
        if self.cycle != cycle {
            self.cycle = cycle;
            self.cpu = Duration::ZERO;
        }
    }

    fn calls_within(&self, now: Timestamp, per: Duration) -> u32 {
        let calls = self.calls.iter().rev().take_while(|call| now.since(**call) < per).count();
        u32::try_from(calls).unwrap_or(u32::MAX)
    }

    /// If there have been so many calls in this time, how long until there will have been fewer.
    fn full(&self, now: Timestamp, allowed: u32, per: Duration) -> Option<Duration> {
        let allowed = usize::try_from(allowed).unwrap_or(usize::MAX);
        let Some(nth) = allowed.checked_sub(1) else { return Some(per) };
        let oldest = self.calls.iter().rev().nth(nth)?;
        per.checked_sub(now.since(*oldest)).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use wardenry_core::time::ManualClock;

    use super::*;

    const ALDER: TenantId = TenantId::from_guid(uuid(1));
    const BIRCH: TenantId = TenantId::from_guid(uuid(2));

    const fn uuid(number: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(number)
    }

    fn quotas(calls_per_minute: u32, calls_per_hour: u32) -> (Quotas, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_unix_secs(1_800_000_000)));
        let settings =
            QuotaSettings { calls_per_minute, calls_per_hour, cpu_per_cycle: Duration::from_secs(10) };
        (Quotas::new(settings, Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    #[test]
    fn no_minute_holds_more_calls_than_allowed() {
        let (quotas, clock) = quotas(2, 100);
        assert_eq!(quotas.admit(ALDER), Ok(()));
        clock.advance(Duration::from_secs(40));
        assert_eq!(quotas.admit(ALDER), Ok(()));
        let refused = quotas.admit(ALDER).unwrap_err();
        assert_eq!(
            refused,
            QuotaExceeded::Calls { allowed: 2, per: MINUTE, retry_after: Duration::from_secs(20) }
        );
        assert_eq!(refused.to_string(), "API calls quota exceeded! maximum allowed 2 per 00:01:00");
        assert_eq!(quotas.admit(BIRCH), Ok(()), "another tenant has its own");
        clock.advance(refused.retry_after());
        assert_eq!(quotas.admit(ALDER), Ok(()));
        assert_eq!(quotas.admit(ALDER).unwrap_err().retry_after(), Duration::from_secs(40));
    }

    #[test]
    fn no_hour_holds_more_calls_than_allowed() {
        let (quotas, clock) = quotas(10, 3);
        for _ in 0..3 {
            assert_eq!(quotas.admit(ALDER), Ok(()));
            clock.advance(MINUTE);
        }
        let refused = quotas.admit(ALDER).unwrap_err();
        assert_eq!(refused.to_string(), "API calls quota exceeded! maximum allowed 3 per 01:00:00");
        assert_eq!(refused.retry_after(), Duration::from_secs(57 * 60));
        clock.advance(refused.retry_after());
        assert_eq!(quotas.admit(ALDER), Ok(()));
    }

    #[test]
    fn processor_time_is_free_again_in_the_next_quarter_of_an_hour() {
        let (quotas, clock) = quotas(100, 100);
        quotas.charge(ALDER, Duration::from_secs(9));
        assert_eq!(quotas.admit(ALDER), Ok(()));
        quotas.charge(ALDER, Duration::from_secs(3));
        clock.advance(Duration::from_secs(10));
        let refused = quotas.admit(ALDER).unwrap_err();
        assert_eq!(refused.retry_after(), Duration::from_secs(890));
        assert_eq!(
            refused.to_string(),
            "This query was not run because the tenant has used up the CPU resources allocated to it, 00:00:10 of processor \
             time in 15 minutes. Queries run again in 00:14:50"
        );
        assert_eq!(quotas.admit(BIRCH), Ok(()));
        clock.advance(refused.retry_after());
        assert_eq!(quotas.admit(ALDER), Ok(()));
    }

    #[test]
    fn what_is_left_is_told_and_comes_back() {
        let (quotas, clock) = quotas(2, 3);
        let left = |quotas: &Quotas| {
            let left = quotas.left(ALDER);
            (left.calls_left_in_minute, left.calls_left_in_hour, left.cpu_left.as_secs())
        };
        assert_eq!(left(&quotas), (2, 3, 10));
        quotas.admit(ALDER).unwrap();
        quotas.charge(ALDER, Duration::from_secs(4));
        assert_eq!(left(&quotas), (1, 2, 6));
        quotas.charge(ALDER, Duration::from_secs(40));
        assert_eq!(left(&quotas), (1, 2, 0));
        let ends = quotas.left(ALDER).cycle_ends;
        assert_eq!(ends, clock.now().plus(CPU_CYCLE), "the start is a full quarter of an hour");
        clock.advance(CPU_CYCLE);
        assert_eq!(left(&quotas), (2, 2, 10));
        assert_eq!(quotas.left(BIRCH).calls_left_in_hour, 3);
    }

    #[test]
    fn a_clock_that_is_set_back_blocks_nobody_for_longer_than_a_window() {
        let start = Timestamp::from_unix_secs(1_800_000_000);
        let mut usage = Usage::default();
        usage.calls.push_back(start);
        let earlier = start.minus(Duration::from_secs(86_400));
        usage.forget(earlier);
        assert_eq!(usage.full(earlier, 1, MINUTE), Some(MINUTE));
        assert_eq!(usage.full(earlier.plus(MINUTE), 1, MINUTE), None);
    }
}
