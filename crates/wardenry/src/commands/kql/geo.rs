//! The database that says where addresses are.

use std::path::PathBuf;
use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_engine::{NO_GEO_DATABASE, RunOptions};
use wardenry_kql_files::MaxMindDatabase;

use crate::failure::Failure;
use crate::output;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct GeoArgs {
    /// A database in MaxMind's format (.mmdb), for example GeoLite2-City, for `geo_info_from_ip_address`.
    #[arg(long, value_name = "FILE", env = "WARDENRY_GEO_DATABASE", hide_env_values = true)]
    geo_database: Option<PathBuf>,
}

impl GeoArgs {
    /// Opens the database, if one is named, for the queries that run with these options.
    pub(super) fn open(&self, options: RunOptions) -> Result<RunOptions, Failure> {
        let Some(path) = &self.geo_database else { return Ok(options) };
        let database = MaxMindDatabase::open(path)?;
        Ok(RunOptions { geo_database: Some(Arc::new(database)), ..options })
    }
}

/// Says what to do where a query wants a database and there is none.
pub(super) fn hint_at_database(notices: &[Diagnostic]) {
    if notices.iter().any(|notice| notice.code == NO_GEO_DATABASE) {
        output::hint(
            "name a database in MaxMind's format, such as GeoLite2-City.mmdb, with --geo-database FILE",
        );
    }
}
