//! Events of made-up customers, to hunt in: a believable background and planted attacks.
//!
//! [`Customer::events`] yields what the sensors of one of the demo's customers report over some days, in the order of
//! time, for the tables of advanced hunting. The same [`Settings`] give the same events, on any machine; nothing here
//! reads a clock. A stream holds the events of a few minutes, whatever its length, so tens of millions of rows are a
//! matter of time and not of memory.
//!
//! Whoever appears in the demo's incidents (`scenarios/demo-incidents.toml`) is the same here: alerts and their evidence
//! are read from that file, and so are the ids of people and devices. What has no alert is planted on top, so that a story
//! can be followed from its first mail to its last trace. `docs/hunting-tour.md` walks through the stories.
//!
//! Domains end in `.example`, outside addresses are from the ranges for documentation, and hashes are random numbers.
//!
//! ```
//! use wardenry_stories::{Customer, Settings};
//!
//! let settings = Settings::ending_at(1_772_719_200_000);
//! let first = Customer::ALDER.events(&settings).next().expect("there are events");
//! assert!(first.timestamp >= settings.now - 10 * 24 * 3_600_000);
//! ```

mod background;
mod calendar;
mod customer;
mod event;
mod fleet;
mod incidents;
mod planted;
mod process;
mod random;
mod software;
mod stream;
#[cfg(test)]
mod tests;

pub use calendar::text as time_text;
pub use customer::Customer;
pub use event::Event;
pub use stream::{Events, Settings};
