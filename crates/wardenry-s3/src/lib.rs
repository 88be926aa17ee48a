//! S3, and what speaks its protocol, as an [`ObjectStore`](object_store::ObjectStore).
//!
//! `object_store` has such a store itself, which brings a second HTTP client and a second provider of cryptography along. This one uses
//! those that are there. It has what a store of immutable files needs: objects are put as a whole or in parts, read as a whole or in
//! part, listed and removed. Copies, listings by folder and conditions are not there and say so.
//!
//! Requests are signed by AWS Signature Version 4 with the hash of their content. What may succeed later is tried again a few times; at
//! most [`REQUESTS_AT_ONCE`] requests are on their way. Answers are held in memory as a whole, because what is read by ranges is wanted so
//! anyway.

mod address;
mod answer;
mod client;
mod error;
mod signature;
mod store;
mod upload;

pub use address::{Address, AddressError};
pub use client::REQUESTS_AT_ONCE;
pub use error::{S3Error, S3SettingsError};
pub use signature::Credentials;
pub use store::{S3Settings, S3Store};
