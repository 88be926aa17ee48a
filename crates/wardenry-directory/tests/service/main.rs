//! The service on the real database.

mod audit;
mod consent;
mod credentials;
mod customers;
mod enterprise;
mod isolation;
mod new_resources;
mod revocation;
mod sign_in;
mod signing_keys;
mod world;
