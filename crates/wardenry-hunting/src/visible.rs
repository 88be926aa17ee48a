//! The tables as one query sees them: those of its permission, and of these the rows of its time span.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::catalog::view::ViewTable;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlanBuilder, ident, lit};
use wardenry_core::time::Timestamp;
use wardenry_kql_engine::Tables;
use wardenry_kql_semantics::Schema;
use wardenry_kql_values::{ScalarType, UNIX_EPOCH};
use wardenry_lake::LakeTables;

use crate::access::TableSet;
use crate::window::Window;

/// The time column of documented tables that the lake does not sort by one.
const TIME_GENERATED: &str = "TimeGenerated";

type Columns = Arc<[(Arc<str>, ScalarType)]>;

/// Narrows what a snapshot of the lake shows.
#[derive(Debug)]
pub(crate) struct Visible {
    pub(crate) tables: LakeTables,
    pub(crate) set: TableSet,
    pub(crate) window: Option<Window>,
}

impl Schema for Visible {
    fn table(&self, name: &str) -> Option<Columns> {
        if self.set.has(name) { self.tables.table(name) } else { None }
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        let mut names = self.tables.table_names();
        names.retain(|name| self.set.has(name));
        names
    }
}

impl Tables for Visible {
    fn provider(&self, name: &str) -> Option<Arc<dyn TableProvider>> {
        let columns = self.table(name)?;
        let provider = self.tables.provider(name)?;
        let Some(window) = self.window else { return Some(provider) };
        let generated = || {
            let is_generated = |(name, of_type): &&(Arc<str>, ScalarType)| {
                **name == *TIME_GENERATED && *of_type == ScalarType::Datetime
            };
            columns.iter().find(is_generated).map(|(name, _)| Arc::clone(name))
        };
        let time_column = self.tables.time_column(name).or_else(generated);
        match time_column {
            Some(time_column) => within(name, provider, &time_column, window),
            // Tables of states and of knowledge have no time to be restricted by.
            None => Some(provider),
        }
    }

    fn ingestion_time(&self, name: &str) -> Option<Arc<str>> {
        if self.set.has(name) { self.tables.ingestion_time(name) } else { None }
    }
}

/// A view with a filter, which the optimiser pushes into the table as if the query had written it.
fn within(
    name: &str,
    provider: Arc<dyn TableProvider>,
    time_column: &str,
    window: Window,
) -> Option<Arc<dyn TableProvider>> {
    let time = ident(time_column);
    let filter =
        time.clone().gt_eq(lit(engine_ticks(window.from))).and(time.lt_eq(lit(engine_ticks(window.to))));
    let plan = LogicalPlanBuilder::scan(name, provider_as_source(provider), None)
        .and_then(|plan| plan.filter(filter))
        .and_then(LogicalPlanBuilder::build)
        .inspect_err(|error| tracing::error!("a table cannot be restricted to a time span: {error}"))
        .ok()?;
    Some(Arc::new(ViewTable::new(plan, None)))
}

/// Ticks since 0001-01-01, as the engine counts.
pub(crate) fn engine_ticks(at: Timestamp) -> i64 {
    UNIX_EPOCH.saturating_add(at.unix_ticks())
}
