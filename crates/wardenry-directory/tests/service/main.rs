//! The service on the real database.

mod audit;
mod consent;
mod credentials;
mod isolation;
mod revocation;
mod sign_in;
mod signing_keys;
mod world;
