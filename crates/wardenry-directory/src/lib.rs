//! The directory: tenants, users, applications, service principals, credentials and consent.
//!
//! [`Directory`] is the service; [`store::DirectoryStore`] is what it needs of a database. The service
//! answers the protocol's questions ([`wardenry_oauth::answers`]) from a cache that every write
//! empties, and changes the directory only on behalf of an authorization object that a check has
//! constructed. It knows neither HTTP nor SQL.

pub mod admin;
mod answer_cache;
mod answers;
pub mod audit;
pub mod client_address;
mod client_secret;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod consent;
pub mod customers;
mod directory;
pub mod enterprise;
mod error;
mod last_token;
mod master_key;
pub mod model;
pub mod offered;
pub mod own_sessions;
mod password;
pub mod registration;
pub mod sign_in;
mod sign_in_throttle;
pub mod signing_keys;
pub mod store;

pub use client_secret::is_generated_secret;
pub use directory::Directory;
pub use error::DirectoryError;
pub use master_key::MasterKey;
