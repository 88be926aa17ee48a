//! What there is of one tenant.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::batch::Outcome;
use crate::error::LakeError;
use crate::rows::Rows;
use crate::tables::LakeTables;
use crate::tail::Tail;

/// The rows of one tenant.
#[derive(Debug, Default)]
pub(crate) struct TenantRows {
    tails: BTreeMap<Arc<str>, Tail>,
    /// The batches with an id, and how many rows each brought.
    batches: HashMap<Box<str>, u64>,
}

impl TenantRows {
    /// What to say of a batch that has been stored before.
    pub(crate) fn repeated(&self, id: &str) -> Option<Outcome> {
        let stored = *self.batches.get(id)?;
        Some(Outcome { stored, repeated: true, quarantined: Vec::new() })
    }

    pub(crate) fn add(&mut self, id: Option<Box<str>>, rows: Rows) -> Result<Outcome, LakeError> {
        for (table, batch) in rows.tables {
            let failed = |source: arrow::error::ArrowError| LakeError::Rows {
                table: (&*table).into(),
                action: "written",
                source: source.into(),
            };
            self.tails.entry(Arc::clone(&table)).or_default().push(batch).map_err(failed)?;
        }
        if let Some(id) = id {
            self.batches.insert(id, rows.stored);
        }
        Ok(Outcome { stored: rows.stored, repeated: false, quarantined: rows.quarantined })
    }

    pub(crate) fn snapshot(&self) -> LakeTables {
        let tables = self.tails.iter().map(|(name, tail)| (Arc::clone(name), tail.batches().into()));
        LakeTables { tables: Arc::new(tables.collect()) }
    }
}
