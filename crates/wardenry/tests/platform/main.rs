//! The whole program as its users run it: real servers, real commands, real data folders.

mod admin;
mod client;
mod demo;
#[cfg(feature = "hunting")]
mod hunt_and_ingest;
mod process;
mod serve;
