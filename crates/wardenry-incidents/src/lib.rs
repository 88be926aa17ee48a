//! Incidents, alerts, devices and evidence: what they are, who may read them, and the trait behind
//! which they are stored.
//!
//! The entry type is [`Incidents`]. Each of its functions takes a proof instead of a tenant id: an
//! [`IncidentReader`], which only a checked token yields, or an [`IncidentSeeder`], which only the
//! composition root makes. The crate knows neither HTTP nor SQL; the wire forms are built in
//! `wardenry-api`, and the storage trait is implemented in `wardenry-store`.
//!
//! ```
//! use wardenry_incidents::filter::{Equality, Filter};
//! use wardenry_incidents::model::IncidentStatus;
//!
//! let open = Filter::Status(Equality::NotEqual, IncidentStatus::Resolved);
//! let mine = open.and(Filter::Unassigned(Equality::Equal));
//! ```

mod access;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod filter;
pub mod model;
pub mod queue;
pub mod scenario;
mod service;
mod store;
#[cfg(any(test, feature = "conformance"))]
pub mod test_incident;

pub use access::{IncidentReader, IncidentSeeder, READER_ROLES, ReadRefusal};
pub use service::{Incidents, SeedError};
pub use store::{IncidentPage, IncidentStore, IncidentStoreError, PageRequest};
