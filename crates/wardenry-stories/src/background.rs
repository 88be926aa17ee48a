//! What happens anyway.

pub(crate) mod cloud;
pub(crate) mod inventory;
pub(crate) mod machines;
pub(crate) mod mail;
mod office;
pub(crate) mod sign_in;

use crate::calendar::{self, DAY, HOUR, MINUTE};
use crate::event::Event;
use crate::fleet::Person;
use crate::stream::{SLOT, World};

/// What begins in the slot from `start` on.
pub(crate) fn slot(world: &World, start: i64, events: &mut Vec<Event>) {
    inventory::slot(world, start, events);
    for (number, device) in world.fleet.devices.iter().enumerate() {
        machines::slot(world, number, device, start, events);
    }
    for person in &world.fleet.people {
        let Some(day) = working_day(world, person, start) else { continue };
        office::slot(world, person, &day, start, events);
        mail::slot(world, person, &day, start, events);
        cloud::slot(world, person, &day, start, events);
    }
}

/// A person's day at work.
pub(crate) struct WorkingDay {
    /// The day's number in local time.
    number: i64,
    begins: i64,
    ends: i64,
}

impl WorkingDay {
    fn begins_in(&self, slot: i64) -> bool {
        (slot..slot + SLOT).contains(&self.begins)
    }

    fn covers(&self, slot: i64) -> bool {
        (self.begins..self.ends).contains(&slot)
    }
}

/// The day to which the slot belongs, if the person works then.
fn working_day(world: &World, person: &Person, slot: i64) -> Option<WorkingDay> {
    if person.is_service {
        return None;
    }
    let offset = world.customer.offset;
    let number = calendar::day_of(slot + offset);
    let mut random = world.random(&[3, person.key, number.unsigned_abs()]);
    if random.per_mille(if calendar::is_weekday(number) { 60 } else { 970 }) {
        return None;
    }
    let begins = number * DAY - offset + 7 * HOUR + random.range(0, 150 * MINUTE);
    let ends = begins + 8 * HOUR + random.range(0, 90 * MINUTE);
    let day = WorkingDay { number, begins, ends };
    (day.begins_in(slot) || day.covers(slot)).then_some(day)
}
