//! The whole program as its users run it: real servers, real commands, real data folders.

mod admin;
mod client;
mod demo;
#[cfg(feature = "hunting")]
mod hostile_batches;
#[cfg(feature = "hunting")]
mod hostile_queries;
#[cfg(feature = "hunting")]
mod hunt_and_ingest;
#[cfg(feature = "hunting")]
mod hunting;
mod process;
mod serve;
