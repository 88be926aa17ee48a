//! `[lake]` of the configuration file: how long events are kept, and what that may use up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use wardenry_core::id::TenantId;
use wardenry_lake::{DefinedTables, LakeSettings, ObjectStorage};

use super::bounded::Bounded;
use super::s3_config::S3Config;
use crate::failure::Failure;
use crate::host::Host;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A hundred years are as good as for ever.
type Days = Bounded<1, 36_500>;

/// What is absent has its default, see [`LakeSettings::at`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LakeConfig {
    retention_days: Option<Days>,
    #[serde(default)]
    tenant_retention_days: BTreeMap<TenantId, Days>,
    reserve_bytes: Option<Bounded<0, { 65_536 * GIB }>>,
    /// A batch has to fit, several times over while it is read.
    memory_bytes: Option<Bounded<{ 128 * MIB }, { 1024 * GIB }>>,
    flush_bytes: Option<Bounded<{ 64 << 10 }, { 16 * GIB }>>,
    flush_seconds: Option<Bounded<1, 86_400>>,
    compacted_files: Option<Bounded<2, 1000>>,
    compacted_rows: Option<Bounded<1000, 100_000_000>>,
    compacted_bytes: Option<Bounded<{ 64 << 10 }, { 16 * GIB }>>,
    quarantine_per_day: Option<Bounded<0, 100_000_000>>,
    /// Where the files are, if not in the data folder.
    storage: Option<String>,
    #[serde(default)]
    s3: S3Config,
}

impl LakeConfig {
    /// In a folder, with these tables besides the documented ones.
    pub(crate) fn settings(&self, folder: PathBuf, tables: DefinedTables) -> LakeSettings {
        let usual = LakeSettings::at(folder);
        let of_tenant = |(tenant, days): (&TenantId, &Days)| (*tenant, days.to());
        LakeSettings {
            tables,
            retention_days: self.retention_days.map_or(usual.retention_days, Bounded::to),
            tenant_retention_days: self.tenant_retention_days.iter().map(of_tenant).collect(),
            free_bytes: self.reserve_bytes.map_or(usual.free_bytes, Bounded::get),
            tail_bytes: self.memory_bytes.map_or(usual.tail_bytes, Bounded::to),
            flush_bytes: self.flush_bytes.map_or(usual.flush_bytes, Bounded::to),
            flush_interval: self.flush_seconds.map_or(usual.flush_interval, Bounded::secs),
            compacted_files: self.compacted_files.map_or(usual.compacted_files, Bounded::to),
            compacted_rows: self.compacted_rows.map_or(usual.compacted_rows, Bounded::get),
            compacted_bytes: self.compacted_bytes.map_or(usual.compacted_bytes, Bounded::get),
            quarantine_per_day: self.quarantine_per_day.map_or(usual.quarantine_per_day, Bounded::get),
            ..usual
        }
    }

    /// The object store that has the files, if there is one.
    pub(crate) fn objects(&self, host: &Host) -> Result<Option<ObjectStorage>, Failure> {
        let storage = self.storage.as_deref();
        storage.map(|storage| self.s3.open(storage, host, Host::variable)).transpose()
    }

    /// What is wrong with it as a whole.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.s3.check(self.storage.as_deref())?;
        let settings = self.settings(PathBuf::new(), DefinedTables::default());
        if settings.flush_bytes > settings.tail_bytes {
            return Err(format!(
                "lake.flush_bytes is {}, more than the {} bytes that the rows of all tenants may take in memory",
                settings.flush_bytes, settings.tail_bytes
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings(text: &str) -> LakeSettings {
        toml::from_str::<LakeConfig>(text).unwrap().settings("lake".into(), DefinedTables::default())
    }

    #[test]
    fn what_the_file_says_counts_and_the_rest_is_as_usual() {
        let found = settings(
            "retention_days = 90
             tenant_retention_days = { '11111111-1111-4111-8111-111111111111' = 7 }
             reserve_bytes = 0
             memory_bytes = 1_000_000_000
             flush_bytes = 65_536
             flush_seconds = 5
             compacted_files = 6
             compacted_rows = 7000
             compacted_bytes = 80_000
             quarantine_per_day = 9",
        );
        let tenant = "11111111-1111-4111-8111-111111111111".parse().unwrap();
        let expected = LakeSettings {
            retention_days: 90,
            tenant_retention_days: [(tenant, 7)].into(),
            free_bytes: 0,
            tail_bytes: 1_000_000_000,
            flush_bytes: 65_536,
            flush_interval: Duration::from_secs(5),
            compacted_files: 6,
            compacted_rows: 7000,
            compacted_bytes: 80_000,
            quarantine_per_day: 9,
            ..LakeSettings::at("lake")
        };
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
        assert_eq!(format!("{:?}", settings("")), format!("{:?}", LakeSettings::at("lake")));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (text, expected) in [
            ("retention_days = 0", "it must be from 1 to 36500, and is 0"),
            ("memory_bytes = 1000", "it must be from 134217728 to"),
            ("tenant_retention_days = { alder = 7 }", "alder"),
            ("retention = 7", "unknown field `retention`"),
        ] {
            let error = toml::from_str::<LakeConfig>(text).unwrap_err().to_string();
            assert!(error.contains("line 1, column") && error.contains(expected), "{error}");
        }
        let large: LakeConfig = toml::from_str("flush_bytes = 300_000_000").unwrap();
        assert_eq!(
            large.check().unwrap_err(),
            "lake.flush_bytes is 300000000, more than the 268435456 bytes that the rows of all tenants may take in memory"
        );
    }
}
