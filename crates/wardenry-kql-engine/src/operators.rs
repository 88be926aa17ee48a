//! KQL's operators that DataFusion does not have.
//!
//! One file an operator. Each lowers its relation: it lowers its input and its expressions with the [`Lowerer`], and puts a
//! [`crate::transform::Transform`] (or plain DataFusion nodes, where they do) on top.
//!
//! A subquery that runs per row or per key (`mv-apply`, `partition`) is lowered once, for all rows together: its rows
//! carry the hidden keys of their scope, and every operator in it works within rows of equal keys. Operators here
//! need not care: in a scope each instance of a transform sees the rows of one group only.

mod conversion;
mod evaluate;
mod graph_match;
mod make_series;
mod mv_apply;
mod mv_expand;
mod numbering;
mod parse;
mod parse_kv;
mod partition;
mod reduce;
mod scan;
mod table_function;
mod template;
mod top_hitters;
mod top_nested;

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{CheckedPlugin, Column, Rel, RelKind};

use crate::RunError;
use crate::lower::{Lowered, Lowerer};

/// Lowers a relation that is not one of the relational basics.
pub(crate) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel) -> Result<Lowered, RunError> {
    let what = match &rel.kind {
        RelKind::TableFunction { name, input, arguments } => {
            return table_function::lower(lowerer, rel, name, input.as_deref(), arguments);
        }
        RelKind::MvExpand(expand) => return mv_expand::lower(lowerer, rel, expand),
        RelKind::MvApply(apply) => return mv_apply::lower(lowerer, rel, apply),
        RelKind::Parse(parse) => return parse::lower(lowerer, rel, parse),
        RelKind::ParseKv(parse) => return parse_kv::lower(lowerer, rel, parse),
        RelKind::MakeSeries(series) => return make_series::lower(lowerer, rel, series),
        RelKind::Scan(scan) => return scan::lower(lowerer, rel, scan),
        RelKind::TopNested(nested) => return top_nested::lower(lowerer, rel, nested),
        RelKind::TopHitters { input, count, of, by } => {
            return top_hitters::lower(lowerer, rel, input, count, of, by.as_ref());
        }
        RelKind::Partition { input, by, scope, body } => {
            return partition::lower(lowerer, rel, input, by, *scope, body);
        }
        RelKind::GraphMatch(graph) => return graph_match::lower(lowerer, rel, graph),
        RelKind::Evaluate(plugin) => return evaluate::lower(lowerer, rel, plugin),
        RelKind::Reduce { input, of, options } => return reduce::lower(lowerer, rel, input, of, options),
        _ => "this operator",
    };
    Err(RunError::Unsupported { what: what.to_owned(), span: rel.span })
}

/// Finds the columns of a plugin's result where they depend on rows (`bag_unpack`, `pivot`): a relation of two texts, the name and the
/// type of each column of the result, in order. The engine runs it and has the query checked again.
pub(crate) fn plugin_columns(
    lowerer: &mut Lowerer<'_>,
    plugin: &CheckedPlugin,
    span: Span,
) -> Result<(Lowered, [Column; 2]), RunError> {
    evaluate::columns(lowerer, plugin, span)
}
