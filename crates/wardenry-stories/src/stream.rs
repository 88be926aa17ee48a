//! The stream of a customer's events.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::calendar::{DAY, MINUTE};
use crate::customer::Customer;
use crate::event::Event;
use crate::fleet::Fleet;
use crate::random::Random;
use crate::{background, planted};

/// How much is made up at a time. What begins in a slot may go on after its end.
pub(crate) const SLOT: i64 = 5 * MINUTE;

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Another one makes another background; what is planted stays.
    pub seed: u64,
    /// The end, in milliseconds since 1970. What the incidents tell happened so long before it.
    pub now: i64,
    /// How many days there are before the end.
    pub days: u32,
    /// Multiplies the people and their computers. At 1 a customer has some 20, and some 30,000 events in ten days.
    pub scale: u32,
}

impl Settings {
    /// Ten days at scale 1.
    pub fn ending_at(now: i64) -> Self {
        Self { seed: 1, now, days: 10, scale: 1 }
    }
}

/// The customer and who is there, for those who make up what happens.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) customer: &'static Customer,
    pub(crate) fleet: Fleet,
    pub(crate) seed: u64,
    pub(crate) now: i64,
}

impl World {
    /// The stream of random numbers for a purpose.
    pub(crate) fn random(&self, purpose: &[u64]) -> Random {
        Random::of(&[&[self.seed, crate::random::key(self.customer.domain)], purpose].concat())
    }
}

/// A customer's events in the order of time.
#[derive(Debug)]
pub struct Events {
    world: World,
    start: i64,
    /// Until where everything has been made up.
    horizon: i64,
    waiting: BinaryHeap<Reverse<Waiting>>,
    made: u64,
    yielded: i64,
}

/// An event that has been made up. The number makes the order the same on every machine.
#[derive(Debug)]
struct Waiting {
    number: u64,
    event: Event,
}

impl Events {
    pub(crate) fn of(customer: &'static Customer, settings: &Settings) -> Self {
        let start = settings.now - i64::from(settings.days) * DAY;
        let fleet = Fleet::of(customer, settings.scale);
        let mut events = Self {
            world: World { customer, fleet, seed: settings.seed, now: settings.now },
            start,
            horizon: start.div_euclid(SLOT) * SLOT,
            waiting: BinaryHeap::new(),
            made: 0,
            yielded: 0,
        };
        let planted = planted::events(&events.world);
        events.accept(planted);
        events
    }

    fn accept(&mut self, made: Vec<Event>) {
        for event in made {
            if (self.start..self.world.now).contains(&event.timestamp) {
                self.made += 1;
                self.waiting.push(Reverse(Waiting { number: self.made, event }));
            }
        }
    }

    /// Adds the number of the report, which tells events of one device and time apart.
    fn reported(&mut self, event: Event) -> Event {
        self.yielded += 1;
        if event.table.starts_with("Device") {
            return event.with("ReportId", self.yielded);
        }
        if event.table.starts_with("Alert") {
            return event;
        }
        let report = self.world.random(&[2, self.yielded.unsigned_abs()]).guid();
        event.with("ReportId", report)
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            let is_settled =
                self.waiting.peek().is_some_and(|Reverse(next)| next.event.timestamp < self.horizon);
            if is_settled || self.horizon >= self.world.now {
                let Reverse(next) = self.waiting.pop()?;
                return Some(self.reported(next.event));
            }
            let mut made = Vec::new();
            background::slot(&self.world, self.horizon, &mut made);
            self.horizon += SLOT;
            self.accept(made);
        }
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.event.timestamp, self.number).cmp(&(other.event.timestamp, other.number))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}
