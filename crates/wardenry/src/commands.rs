//! The client commands, one file each.

pub(crate) mod apps;
pub(crate) mod consent;
pub(crate) mod doctor;
pub(crate) mod incidents;
pub(crate) mod tenants;
pub(crate) mod token;
