//! The commands, one file each.

pub(crate) mod admin;
pub(crate) mod apps;
pub(crate) mod consent;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod hunt;
pub(crate) mod incidents;
pub(crate) mod ingest;
#[cfg(feature = "hunting")]
pub(crate) mod kql;
pub(crate) mod serve;
pub(crate) mod tenants;
pub(crate) mod token;
