//! The surface from outside: a real router over a real database, tokens signed by the real key ring.

mod authorization;
mod get_incident;
mod incident_shape;
mod list_incidents;
mod paths;
mod test_api;
