//! What attackers did, and what the incidents know of it.

mod evidence;
mod oauth_app;
mod phishing;
mod ransomware;
mod traces;

use crate::event::Event;
use crate::stream::World;

/// Everything that is planted at the customer, in no particular order.
pub(crate) fn events(world: &World) -> Vec<Event> {
    let mut events = Vec::new();
    evidence::alerts(world, &mut events);
    traces::of_entities(world, &mut events);
    match world.customer.name {
        "Alder Foods" => {
            phishing::at_alder(world, &mut events);
            ransomware::at_alder(world, &mut events);
        }
        "Birch Clinics" => {
            phishing::at_birch(world, &mut events);
            oauth_app::at_birch(world, &mut events);
        }
        _ => phishing::at_cedar(world, &mut events),
    }
    events
}
