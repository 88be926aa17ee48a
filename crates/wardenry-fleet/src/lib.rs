//! The partner's customers together: a [registry file](Registry) of tenants and how to reach them, and
//! calls [fanned out](fan_out) over all of them with every tenant's own outcome. And the other way: [files of events](Feed) on their way into a
//! server.
//!
//! Nothing here hides a failure: a result over several tenants always comes with one [`Outcome`] per
//! tenant, and a result that was cut short says so. This crate knows no server crate, reads no
//! environment and prints nothing.

mod fan_out;
mod feed;
mod hunt;
mod incident_queue;
mod registry;

pub use fan_out::{Outcome, fan_out};
pub use feed::{Feed, FeedBatch, FeedError, FeedSettings, Position, RefusedRecord, Start, TurnOver};
pub use hunt::{HuntMerge, MergedColumn, Share, TENANT_COLUMN, TypeConflict, hunt};
pub use incident_queue::{IncidentQueue, Member, QueuedIncident, list_incidents};
pub use registry::{AddError, Connection, Registry, RegistryError, TenantEntry};
