use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wardenry_core::id::TenantId;
use wardenry_core::time::Clock;
use wardenry_lake_catalogue::Catalogue;

use crate::batch::{Batch, Outcome};
use crate::error::{IngestError, LakeError};
use crate::rows::{Rows, Rules, Written};
use crate::settings::LakeSettings;
use crate::tables::LakeTables;
use crate::tenant::TenantRows;

/// The rows of all tenants. Clones share it.
#[derive(Clone, Debug)]
pub struct Lake {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: LakeSettings,
    #[expect(dead_code, reason = "files come with the next step")]
    catalogue: Arc<dyn Catalogue>,
    clock: Arc<dyn Clock>,
    tenants: Mutex<HashMap<TenantId, Arc<Mutex<TenantRows>>>>,
}

impl Lake {
    /// Opens the lake in a folder, making it when it is missing.
    pub async fn open(
        settings: LakeSettings,
        catalogue: Arc<dyn Catalogue>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LakeError> {
        let shared = Shared { settings, catalogue, clock, tenants: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Stores a batch. `Ok` means that it is on the disk and that every later query sees it.
    pub async fn ingest(&self, tenant: TenantId, batch: Batch) -> Result<Outcome, IngestError> {
        let settings = &self.shared.settings;
        let too_large = |found, allowed, unit| {
            if found > allowed { Err(IngestError::TooLarge { found, allowed, unit }) } else { Ok(()) }
        };
        too_large(batch.records.len(), settings.batch_records, "records")?;
        let json: Vec<String> = batch
            .records
            .iter()
            .map(|record| serde_json::Value::from(record.properties.clone()).to_string())
            .collect();
        too_large(json.iter().map(String::len).sum(), settings.batch_bytes, "bytes")?;
        let rules = Rules {
            now: self.shared.clock.now(),
            retention_days: settings.retention_days,
            record_bytes: u32::try_from(settings.record_bytes).unwrap_or(u32::MAX),
        };
        let records: Vec<_> =
            batch.records.iter().zip(&json).map(|(record, json)| Written { record, json }).collect();
        let rows = Rows::of(batch.id.as_deref(), &records, &rules).map_err(|source| {
            let table = Box::from("a batch");
            IngestError::Storage(LakeError::Rows { table, action: "written", source: source.into() })
        })?;
        let tenant = self.tenant(tenant);
        let mut tenant = tenant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = batch.id.as_deref().and_then(|id| tenant.repeated(id)) {
            return Ok(outcome);
        }
        tenant.add(batch.id, rows).map_err(IngestError::Storage)
    }

    /// The tables of a tenant, as they are now.
    pub async fn tables(&self, tenant: TenantId) -> Result<LakeTables, LakeError> {
        let tenant = self.tenant(tenant);
        let tenant = tenant.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tenant.snapshot())
    }

    /// Ends the work in the background. What was acknowledged is on the disk anyway.
    pub async fn close(self) {}

    fn tenant(&self, tenant: TenantId) -> Arc<Mutex<TenantRows>> {
        let mut tenants = self.shared.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tenants.entry(tenant).or_default())
    }
}
