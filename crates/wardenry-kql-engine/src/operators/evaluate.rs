//! `evaluate`: plugins. One file for each.

mod activity;
mod bag_unpack;
mod found_columns;
mod ip_lookup;
mod narrow;
mod pivot;
mod rolling_percentile;

use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{CheckedPlugin, Column, Rel};

use crate::RunError;
use crate::lower::{Lowered, Lowerer};

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    plugin: &CheckedPlugin,
) -> Result<Lowered, RunError> {
    let unsupported =
        || RunError::Unsupported { what: format!("the plugin {}", plugin.name), span: rel.span };
    let input = plugin.input.as_deref().ok_or_else(unsupported)?;
    match plugin.name {
        "bag_unpack" => bag_unpack::lower(lowerer, rel, input, plugin),
        "pivot" => pivot::lower(lowerer, rel, input, plugin),
        "narrow" => narrow::lower(lowerer, rel, input),
        "ipv4_lookup" => ip_lookup::lower(lowerer, rel, input, plugin, "ipv4_is_in_range"),
        "ipv6_lookup" => ip_lookup::lower(lowerer, rel, input, plugin, "ipv6_is_in_range"),
        "sliding_window_counts" => activity::sliding_window_counts(lowerer, rel, input, plugin),
        "activity_counts_metrics" => activity::activity_counts_metrics(lowerer, rel, input, plugin),
        "rolling_percentile" => rolling_percentile::lower(lowerer, rel, input, plugin),
        "identity" => lowerer.rel(input),
        _ => Err(unsupported()),
    }
}

/// A relation of the names and types of the columns that a plugin yields, where these depend on rows.
pub(super) fn columns(
    lowerer: &mut Lowerer<'_>,
    plugin: &CheckedPlugin,
    span: Span,
) -> Result<(Lowered, [Column; 2]), RunError> {
    let unsupported = || RunError::Unsupported { what: format!("the plugin {}", plugin.name), span };
    let input = plugin.input.as_deref().ok_or_else(unsupported)?;
    match plugin.name {
        "bag_unpack" => {
            let members = bag_unpack::Members::new(input, plugin, span).ok_or_else(unsupported)?;
            let bag = bag_unpack::bag(plugin).ok_or_else(unsupported)?;
            found_columns::lower(lowerer, input, bag, Arc::new(members))
        }
        "pivot" => {
            let names = pivot::Names::new(input, plugin, span);
            let value = pivot::as_text(pivot::pivoted(plugin).ok_or_else(unsupported)?);
            found_columns::lower(lowerer, input, &value, Arc::new(names))
        }
        _ => Err(unsupported()),
    }
}
