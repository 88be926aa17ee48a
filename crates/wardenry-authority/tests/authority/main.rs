//! The authority's own endpoints from outside: the real router in its real surroundings, over a real
//! database, with a clock that the tests move. One module per endpoint.

mod admin_consent;
mod answer;
mod authorize;
mod bad_input;
mod browser;
mod client_assertion;
mod client_key;
mod cloud;
mod consent;
mod error_codes;
mod error_lookup;
mod instance;
mod keys;
mod landing;
mod logout;
mod routes;
mod sign_in;
mod v1_metadata;
mod v1_token;
mod v2_metadata;
mod v2_token;
mod world;
