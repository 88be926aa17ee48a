//! How much more a tenant's quarantine takes.
//!
//! A sender that has gone wrong sends nothing else, and as fast as it can. The quarantine is for finding out why, and has all that is
//! needed for that after some thousands of records.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts the records in a tenant's quarantine, by the day on which they came.
#[derive(Debug)]
pub(crate) struct Quarantine {
    per_day: u64,
    used: Mutex<Used>,
}

#[derive(Debug, Clone, Copy)]
struct Used {
    /// The last day on which there were any, in days since 1970-01-01.
    day: i32,
    records: u64,
}

impl Quarantine {
    pub(crate) fn new(per_day: u64) -> Self {
        Self { per_day, used: Mutex::new(Used { day: i32::MIN, records: 0 }) }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts records that are there already.
    pub(crate) fn add(&self, day: i32, records: u64) {
        let mut used = self.used();
        if used.day < day {
            *used = Used { day, records };
        } else if used.day == day {
            used.records = used.records.saturating_add(records);
        }
    }

    /// Whether there is room for one more, which is taken then. A day that is over does not come again, whatever the clock does.
    pub(crate) fn take(&self, day: i32) -> bool {
        let mut used = self.used();
        if used.day < day {
            *used = Used { day, records: 0 };
        }
        let is_room = used.records < self.per_day;
        used.records += u64::from(is_room);
        is_room
    }

    /// Gives room back: the records were not stored after all.
    pub(crate) fn give_back(&self, day: i32, records: u64) {
        let mut used = self.used();
        if used.day == day {
            used.records = used.records.saturating_sub(records);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_has_its_room_and_no_more() {
        let quarantine = Quarantine::new(3);
        quarantine.add(7, 5);
        quarantine.add(8, 2);
        quarantine.add(7, 5);
        assert_eq!([quarantine.take(8), quarantine.take(8)], [true, false]);
        quarantine.give_back(8, 1);
        quarantine.give_back(7, 1);
        assert_eq!([quarantine.take(8), quarantine.take(8)], [true, false]);
        assert!(quarantine.take(9));
        // The clock was set back.
        assert_eq!([quarantine.take(8), quarantine.take(8), quarantine.take(8)], [true, true, false]);
    }
}
