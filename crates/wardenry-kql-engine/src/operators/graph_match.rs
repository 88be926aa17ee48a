//! `make-graph` and `graph-match`: the places of a graph that fit a pattern. [graph-match-operator.md], [make-graph-operator.md]
//!
//! It is put together from relations that there are already. Each edge of the pattern is a relation of its two ends, joined
//! with what is matched so far by the nodes that both have; an edge of variable length is the union of its paths
//! ([`edges`]). The properties of nodes come from their tables at the end ([`nodes`]). The conditions stand on top, and
//! find their way down to the edges and nodes like those of any join.

mod edges;
mod nodes;

use std::collections::HashMap;

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{
    Column, Cycles, Expr, ExprKind, GraphMatch, GraphPart, JoinKind, Rel, RelKind,
};
use wardenry_kql_values::{ScalarType, Value};

use self::edges::{Edge, EdgeTable};
use super::conversion::{call, converted, read};
use crate::RunError;
use crate::lower::{Lowered, Lowerer};

const OPERATOR: &str = "graph-match";

/// The most edges that a pattern may be made of, each length of a path counted by itself.
const MAX_EDGES: usize = 160;

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, graph: &GraphMatch) -> Result<Lowered, RunError> {
    let pattern = Pattern::read(graph, rel.span)?;
    let key_type = key_type(graph);
    let table = EdgeTable::new(lowerer, graph, key_type, pattern.cycles, pattern.total_edges(), rel.span);
    let mut edges = Vec::with_capacity(pattern.edges.len());
    for edge in &pattern.edges {
        edges.push(table.edge(lowerer, edge)?);
    }
    let mut matched = Matched::default();
    let mut open: Vec<(&PatternEdge<'_>, &Edge)> = pattern.edges.iter().zip(&edges).collect();
    while !open.is_empty() {
        let next =
            open.iter().position(|(edge, _)| matched.touches(edge)).ok_or_else(|| RunError::Unsupported {
                what: "graph-match of patterns that share no node".to_owned(),
                span: rel.span,
            })?;
        let (edge, relation) = open.remove(next);
        matched.join(edge, relation, rel.span);
    }
    let mut rows = match matched.rows.take() {
        Some(rows) => rows,
        // A pattern of one node and no edge.
        None => {
            let rows = nodes::all(lowerer, graph, key_type, rel.span);
            let key = rows.columns[0].clone();
            matched.nodes.extend(pattern.nodes.iter().map(|node| (*node, key.clone())));
            rows
        }
    };
    if pattern.nodes.iter().any(|node| !matched.nodes.contains_key(node)) || pattern.is_apart() {
        let what = "graph-match of patterns that share no node".to_owned();
        return Err(RunError::Unsupported { what, span: rel.span });
    }
    let keys: Vec<&Column> = pattern.nodes.iter().filter_map(|node| matched.nodes.get(node)).collect();
    for condition in edges::conditions(pattern.cycles, &edges, &keys, rel.span) {
        rows = filtered(rows, condition);
    }
    for node in &pattern.nodes {
        if let (Node::Named(name), Some(key)) = (node, matched.nodes.get(node)) {
            rows = nodes::with_properties(lowerer, rows, graph, name, key, rel.span);
        }
    }
    if let Some(predicate) = &graph.predicate {
        rows = filtered(rows, predicate.clone());
    }
    let kind = RelKind::Project { input: Box::new(rows), exprs: graph.project.clone() };
    lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span: rel.span })
}

/// A node of a pattern; those without a name are told apart by where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node<'g> {
    Named(&'g str),
    Unnamed(usize),
}

#[derive(Clone, Copy, Debug)]
struct PatternEdge<'g> {
    name: Option<&'g str>,
    /// From where the arrow comes.
    from: Node<'g>,
    to: Node<'g>,
    /// The arrow goes from right to left.
    reversed: bool,
    any_direction: bool,
    /// The lengths of the paths.
    range: Option<(u32, u32)>,
}

impl PatternEdge<'_> {
    fn lengths(&self) -> std::ops::RangeInclusive<u32> {
        let (least, most) = self.range.unwrap_or((1, 1));
        least..=most
    }
}

#[derive(Debug)]
struct Pattern<'g> {
    nodes: Vec<Node<'g>>,
    edges: Vec<PatternEdge<'g>>,
    cycles: Cycles,
}

impl<'g> Pattern<'g> {
    fn read(graph: &'g GraphMatch, span: Span) -> Result<Self, RunError> {
        let mut pattern = Self { nodes: Vec::new(), edges: Vec::new(), cycles: graph.cycles };
        for parts in &graph.patterns {
            let mut left: Option<Node<'g>> = None;
            let mut pending = None;
            for part in parts {
                match part {
                    GraphPart::Edge { .. } => pending = Some(part),
                    GraphPart::Node(name) => {
                        let node = match name {
                            Some(name) => Node::Named(name),
                            None => Node::Unnamed(pattern.nodes.len()),
                        };
                        if !pattern.nodes.contains(&node) {
                            pattern.nodes.push(node);
                        }
                        if let (
                            Some(left),
                            Some(GraphPart::Edge { variable, reversed, any_direction, range }),
                        ) = (left, pending.take())
                        {
                            let (from, to) = if *reversed { (node, left) } else { (left, node) };
                            pattern.edges.push(PatternEdge {
                                name: variable.as_deref(),
                                from,
                                to,
                                reversed: *reversed,
                                any_direction: *any_direction,
                                range: *range,
                            });
                        }
                        left = Some(node);
                    }
                }
            }
        }
        pattern.check(span)?;
        Ok(pattern)
    }

    fn check(&self, span: Span) -> Result<(), RunError> {
        let unsupported = |what: &str| Err(RunError::Unsupported { what: what.to_owned(), span });
        if self.edges.iter().any(|edge| edge.range.is_some_and(|(least, _)| least == 0)) {
            return unsupported("graph-match with a path of no edge");
        }
        let names: Vec<_> = self.edges.iter().filter_map(|edge| edge.name).collect();
        if names.iter().enumerate().any(|(position, name)| names[..position].contains(name)) {
            return unsupported("graph-match with one name for several edges");
        }
        if self.total_edges() > MAX_EDGES {
            return Err(RunError::OperatorLimit {
                operator: OPERATOR,
                message: format!(
                    "the pattern comes to {} edges, {MAX_EDGES} are the most; a path of up to n edges counts as n²/2",
                    self.total_edges()
                ),
                span,
            });
        }
        Ok(())
    }

    /// Of all edges, each length of a path counted by itself.
    fn total_edges(&self) -> usize {
        self.edges.iter().flat_map(PatternEdge::lengths).fold(0, |total, length| total + length as usize)
    }

    /// Whether it has a node that no edge leads to, beside others.
    fn is_apart(&self) -> bool {
        let has_edge = |node: &Node<'_>| self.edges.iter().any(|edge| edge.from == *node || edge.to == *node);
        self.nodes.len() > 1 && !self.nodes.iter().all(has_edge)
    }
}

/// What is matched so far, and the column of each node in it.
#[derive(Default)]
struct Matched<'g> {
    rows: Option<Rel>,
    nodes: HashMap<Node<'g>, Column>,
}

impl<'g> Matched<'g> {
    fn touches(&self, edge: &PatternEdge<'g>) -> bool {
        self.rows.is_none() || self.nodes.contains_key(&edge.from) || self.nodes.contains_key(&edge.to)
    }

    fn join(&mut self, edge: &PatternEdge<'g>, relation: &Edge, span: Span) {
        let mut added = relation.rel.clone();
        if edge.from == edge.to {
            let ends = vec![read(&relation.from, span), read(&relation.to, span)];
            added = filtered(added, call("==", ends, ScalarType::Bool, span));
        }
        let mut on = Vec::new();
        for (node, column) in [(edge.from, &relation.from), (edge.to, &relation.to)] {
            match self.nodes.get(&node) {
                Some(known) if !relation.rel.columns.contains(known) => {
                    on.push((read(known, span), read(column, span)));
                }
                Some(_) => {}
                None => drop(self.nodes.insert(node, column.clone())),
            }
        }
        self.rows = Some(match self.rows.take() {
            None => added,
            Some(rows) => joined(JoinKind::Inner, rows, added, on, span),
        });
    }
}

/// The type in which the identifiers of nodes are compared: their own, or texts if they differ.
fn key_type(graph: &GraphMatch) -> ScalarType {
    let of = |rel: &Rel, id| {
        rel.columns
            .iter()
            .find(|column| column.id == id)
            .map_or(ScalarType::String, |column| column.scalar_type)
    };
    let first = of(&graph.edges, graph.source);
    let target = of(&graph.edges, graph.target);
    let nodes = graph.nodes.iter().map(|(rel, key)| of(rel, *key));
    if first != ScalarType::Dynamic && std::iter::once(target).chain(nodes).all(|other| other == first) {
        first
    } else {
        ScalarType::String
    }
}

/// A column of a relation as the identifier of a node.
fn key_of(
    rel: &Rel,
    id: wardenry_kql_semantics::checked::ColumnId,
    key_type: ScalarType,
    span: Span,
) -> Expr {
    match rel.columns.iter().find(|column| column.id == id) {
        Some(column) => converted(column, key_type, span),
        None => Expr { kind: ExprKind::Literal(Value::null(key_type)), scalar_type: key_type, span },
    }
}

fn filtered(rows: Rel, predicate: Expr) -> Rel {
    let (columns, span) = (rows.columns.clone(), rows.span);
    Rel { kind: RelKind::Filter { input: Box::new(rows), predicate }, columns, span }
}

fn joined(kind: JoinKind, left: Rel, right: Rel, on: Vec<(Expr, Expr)>, span: Span) -> Rel {
    let columns = left.columns.iter().chain(&right.columns).cloned().collect();
    let kind = RelKind::Join { kind, left: Box::new(left), right: Box::new(right), on };
    Rel { kind, columns, span }
}
