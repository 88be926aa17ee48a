//! The nodes of a graph: the rows of its tables of nodes, and the ends of its edges.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{
    AggregateCall, Column, Expr, GraphMatch, JoinKind, Rel, RelKind, UnionInput,
};
use wardenry_kql_values::ScalarType;

use super::super::conversion::{converted, null, read};
use super::{joined, key_of};
use crate::lower::Lowerer;

/// The identifiers of all nodes, each once.
pub(super) fn all(lowerer: &mut Lowerer<'_>, graph: &GraphMatch, key_type: ScalarType, span: Span) -> Rel {
    let ends = [graph.source, graph.target].map(|end| (&*graph.edges, end));
    let tables = graph.nodes.iter().map(|(rel, key)| (rel, *key));
    let inputs = ends
        .into_iter()
        .chain(tables)
        .map(|(rel, id)| UnionInput { rel: rel.clone(), exprs: vec![key_of(rel, id, key_type, span)] })
        .collect();
    let found = lowerer.new_column(key_type);
    let united = Rel { kind: RelKind::Union { inputs }, columns: vec![found.clone()], span };
    let key = lowerer.new_column(key_type);
    let kind = RelKind::Summarize {
        input: Box::new(united),
        keys: vec![read(&found, span)],
        aggregates: Vec::new(),
    };
    Rel { kind, columns: vec![key], span }
}

/// Adds the properties that are read of a node. A node that has no row in the tables has none; of several rows for a node it
/// is left open which counts.
pub(super) fn with_properties(
    lowerer: &mut Lowerer<'_>,
    rows: Rel,
    graph: &GraphMatch,
    name: &str,
    key: &Column,
    span: Span,
) -> Rel {
    let used: Vec<(&str, Column)> = graph
        .properties
        .iter()
        .filter(|(variable, ..)| **variable == *name)
        .filter_map(|(_, property, id)| {
            let column = column_of(graph, property)?;
            Some((&**property, Column { id: *id, ..column.clone() }))
        })
        .collect();
    if used.is_empty() {
        return rows;
    }
    let inputs = (graph.nodes.iter())
        .map(|(rel, id)| {
            let mut exprs = vec![key_of(rel, *id, key.scalar_type, span)];
            exprs.extend(used.iter().map(|(property, output)| property_of(rel, property, output, span)));
            UnionInput { rel: rel.clone(), exprs }
        })
        .collect();
    let found_key = lowerer.new_column(key.scalar_type);
    let found: Vec<Column> = used.iter().map(|(_, output)| lowerer.new_column(output.scalar_type)).collect();
    let united = Rel {
        kind: RelKind::Union { inputs },
        columns: std::iter::once(&found_key).chain(&found).cloned().collect(),
        span,
    };
    let node = lowerer.new_column(key.scalar_type);
    let aggregates = (found.iter())
        .map(|column| AggregateCall {
            function: "take_any",
            arguments: vec![read(column, span)],
            scalar_type: column.scalar_type,
            span,
        })
        .collect();
    let nodes = Rel {
        kind: RelKind::Summarize { input: Box::new(united), keys: vec![read(&found_key, span)], aggregates },
        columns: std::iter::once(&node).chain(used.iter().map(|(_, output)| output)).cloned().collect(),
        span,
    };
    let on = vec![(read(key, span), read(&node, span))];
    joined(JoinKind::LeftOuter, rows, nodes, on, span)
}

/// The first column with this name in the tables of nodes: it gives the property its type.
fn column_of<'g>(graph: &'g GraphMatch, property: &str) -> Option<&'g Column> {
    graph.nodes.iter().flat_map(|(rel, _)| &rel.columns).find(|column| *column.name == *property)
}

fn property_of(rel: &Rel, property: &str, output: &Column, span: Span) -> Expr {
    match rel.columns.iter().find(|column| *column.name == *property) {
        Some(column) => converted(column, output.scalar_type, span),
        None => null(output.scalar_type, span),
    }
}
