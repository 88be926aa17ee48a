//! The directory: tenants, users, applications, service principals, credentials and consent.
//!
//! [`Directory`] is the service; [`store::DirectoryStore`] is what it needs of a database. The service
//! answers the protocol's questions ([`wardenry_oauth::answers`]) from a cache that every write
//! empties, and changes the directory only on behalf of an authorization object that a check has
//! constructed. It knows neither HTTP nor SQL.

pub mod model;
pub mod store;
