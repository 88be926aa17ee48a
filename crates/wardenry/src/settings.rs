//! Where a client command goes, and as whom: flags and environment variables, an `--env-file`, or the
//! registry of tenants.

mod clients;
mod connection_args;
pub(crate) mod env_file;
mod tenant_args;

pub(crate) use self::clients::Clients;
pub(crate) use self::connection_args::{ConnectionArgs, KnownTenant};
pub(crate) use self::tenant_args::{TenantArg, TenantArgs, count};
