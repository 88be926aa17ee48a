//! KQL's operators that DataFusion does not have.
//!
//! One file an operator. Each lowers its relation: it lowers its input and its expressions with the [`Lowerer`], and puts a
//! [`crate::transform::Transform`] (or plain DataFusion nodes, where they do) on top.
//!
//! A subquery that runs per row or per key (`mv-apply`, `partition`) is lowered once, for all rows together: its rows
//! carry the hidden keys of their scope, and every operator in it works within rows of equal keys. Operators here
//! need not care: in a scope each instance of a transform sees the rows of one group only.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{CheckedPlugin, Column, Rel, RelKind};

use crate::RunError;
use crate::lower::{Lowered, Lowerer};

/// Lowers a relation that is not one of the relational basics.
pub(crate) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel) -> Result<Lowered, RunError> {
    let _ = lowerer;
    let what = match &rel.kind {
        RelKind::TableFunction { name, .. } => format!("the table function {name}"),
        RelKind::MvExpand(_) => "mv-expand".to_owned(),
        RelKind::MvApply(_) => "mv-apply".to_owned(),
        RelKind::Parse(_) => "parse".to_owned(),
        RelKind::ParseKv(_) => "parse-kv".to_owned(),
        RelKind::MakeSeries(_) => "make-series".to_owned(),
        RelKind::Scan(_) => "scan".to_owned(),
        RelKind::TopNested(_) => "top-nested".to_owned(),
        RelKind::TopHitters { .. } => "top-hitters".to_owned(),
        RelKind::Partition { .. } => "partition".to_owned(),
        RelKind::Reduce { .. } => "reduce".to_owned(),
        RelKind::Evaluate(plugin) => format!("the plugin {}", plugin.name),
        RelKind::GraphMatch(_) => "graph-match".to_owned(),
        _ => "this operator".to_owned(),
    };
    Err(RunError::Unsupported { what, span: rel.span })
}

/// Finds the columns of a plugin's result where they depend on rows (`bag_unpack`, `pivot`): a relation of two texts, the name and the
/// type of each column of the result, in order. The engine runs it and has the query checked again.
pub(crate) fn plugin_columns(
    lowerer: &mut Lowerer<'_>,
    plugin: &CheckedPlugin,
    span: Span,
) -> Result<(Lowered, [Column; 2]), RunError> {
    let _ = lowerer;
    Err(RunError::Unsupported { what: format!("the plugin {}", plugin.name), span })
}
