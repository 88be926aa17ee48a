//! The client commands as a user runs them, where no server is needed: exit status, standard output and
//! standard error together.

mod connection;
mod consent;
mod hunt;
mod ingest;
#[cfg(feature = "hunting")]
mod kql;
mod run;
mod stub;
mod tenants;
mod token;
mod usage;
