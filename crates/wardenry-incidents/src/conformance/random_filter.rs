//! Random incidents and filters from a seed, the same ones at every run.

use std::time::Duration;

use crate::filter::{Comparison, Equality, Filter};
use crate::model::{Incident, IncidentId, IncidentStatus, Severity};
use crate::test_incident::{CREATED, incident};
use wardenry_core::time::Timestamp;

/// A small generator of pseudo-random numbers (xorshift), good enough to choose cases with.
pub(super) struct Dice(u64);

/// Few values, so that comparisons often meet equal ones. Some differ in letter case only, some carry
/// characters that mean something in SQL.
const OWNERS: [Option<&str>; 7] = [
    None,
    Some("ana@example.org"),
    Some("Ana@Example.org"),
    Some("bo'b@example.org"),
    Some("100%_@example.org"),
    Some("Zoë@example.org"),
    Some(""),
];

/// Names and tags, some with characters that mean something in SQL and JSON.
const NAMES: [&str; 7] =
    ["Ransomware", "Phishing in \"mail\"", "phish", "100%_sure", "O'Brien", "Zoë \\ 1", ""];

impl Dice {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("a remainder is below its divisor")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn time(&mut self) -> Timestamp {
        CREATED.plus(Duration::from_secs(self.below(12) as u64))
    }

    pub(super) fn incident(&mut self, id: i64) -> Incident {
        let status = self.pick(IncidentStatus::ALL);
        let created = self.time();
        Incident {
            created,
            last_updated: created.plus(Duration::from_secs(self.below(5) as u64)),
            assigned_to: self.pick(&OWNERS).map(str::to_owned),
            status,
            severity: self.pick(Severity::ALL),
            name: self.pick(&NAMES).to_owned(),
            tags: (0..self.below(3)).map(|_| self.pick(&NAMES).to_owned()).collect(),
            redirected_to: (status == IncidentStatus::Redirected).then(|| IncidentId::from_number(id + 1)),
            ..incident(id)
        }
    }

    /// A filter with at most `depth` connectives above one another.
    pub(super) fn filter(&mut self, depth: u32) -> Filter {
        let comparison = self.pick(&Comparison::ALL);
        let equality = self.pick(&[Equality::Equal, Equality::NotEqual]);
        match self.below(if depth == 0 { 7 } else { 14 }) {
            0 => Filter::Created(comparison, self.time()),
            1 => Filter::LastUpdated(comparison, self.time()),
            2 => Filter::Status(equality, self.pick(IncidentStatus::ALL)),
            3 => Filter::AssignedTo(comparison, self.pick(&OWNERS).unwrap_or("bo").to_owned()),
            4 => Filter::Unassigned(equality),
            5 => Filter::Severity(equality, self.pick(Severity::ALL)),
            6 => Filter::Mentions(
                self.pick(&["ransom", "PHISH", "%", "_", "'", "\"", "1", "17", "Zoë", "zoË", ""]).to_owned(),
            ),
            7 | 8 => self.filter(depth - 1).negated(),
            9..=11 => self.filter(depth - 1).and(self.filter(depth - 1)),
            _ => self.filter(depth - 1).or(self.filter(depth - 1)),
        }
    }
}
