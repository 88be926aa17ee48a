//! `make-graph` and `graph-match`, which become one operator.

use std::cell::RefCell;
use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast::{self, EdgeDirection, GraphPatternPart, OperatorKind};
use wardenry_kql_values::ScalarType;

use super::names::Names;
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Cx, MemberVariable, Members};
use super::{Checker, constants};
use crate::checked::visit::VisitMut;
use crate::checked::{Column, ColumnId, Cycles, GraphMatch, GraphPart, Rel, RelKind};
use crate::codes;

/// The most edges that a part of variable length may match.
const MAX_EDGES: u32 = 16;

/// A graph: edges are the rows of the relation that has it.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    source: ColumnId,
    target: ColumnId,
    /// Tables of nodes with the column that an edge's end is compared with.
    nodes: Vec<(Rel, ColumnId)>,
}

impl Graph {
    pub(super) fn visit_mut(&mut self, visitor: &mut dyn VisitMut) {
        visitor.column(&mut self.source);
        visitor.column(&mut self.target);
        for (rel, key) in &mut self.nodes {
            rel.visit_mut(visitor);
            visitor.column(key);
        }
    }
}

impl<'q> Checker<'q> {
    pub(super) fn make_graph(&mut self, at: At<'q>, input: Relation) -> Relation {
        let OperatorKind::MakeGraph { source, target, nodes, node_id, partitioned_by } = &at.operator.kind
        else {
            return input;
        };
        let span = at.span();
        if partitioned_by.is_some() {
            return self.not_supported(at, "make-graph partitioned-by");
        }
        let end = |checker: &mut Self, name: &'q ast::Name| {
            let found = input.column(&name.text).cloned();
            if found.is_none() && !input.open {
                let message = format!("no column named `{}`", name.text);
                checker.error(codes::UNKNOWN_COLUMN, name.span, message);
            }
            found
        };
        let (source, target) = (end(self, source), end(self, target));
        let (Some(source), Some(target)) = (source, target) else { return Relation::unknown(span) };
        for column in [&source, &target] {
            if column.scalar_type == ScalarType::Dynamic {
                let message = format!("`{}` is dynamic and cannot tell nodes apart", column.name);
                self.report(
                    Diagnostic::error(codes::DYNAMIC_KEY, at.keyword(), message)
                        .with_note("wrap it in `tostring()` first"),
                );
            }
        }
        let mut checked = Vec::with_capacity(nodes.len());
        for (table, key) in nodes {
            let relation = self.table(table, &Cx::constant(at.env));
            match relation.column(&key.text) {
                Some(column) => {
                    let id = column.id;
                    checked.push((relation.rel, id));
                }
                None if relation.open => return Relation::unknown(span),
                None => {
                    let message = format!("no column named `{}`", key.text);
                    self.error(codes::UNKNOWN_COLUMN, key.span, message);
                    return Relation::unknown(span);
                }
            }
        }
        if let Some(node_id) = node_id {
            checked.push(self.nodes_of_edges(&input, &source, &target, node_id));
        }
        let mut graph = input;
        graph.graph = Some(Box::new(Graph { source: source.id, target: target.id, nodes: checked }));
        graph
    }

    /// The ends of all edges, each once.
    fn nodes_of_edges(
        &mut self,
        edges: &Relation,
        source: &Column,
        target: &Column,
        name: &ast::Name,
    ) -> (Rel, ColumnId) {
        let span = name.span;
        let ends = [source, target].map(|end| {
            let copy = self.instantiate(edges, span);
            let position = edges.columns().iter().position(|column| column.id == end.id).unwrap_or_default();
            let column = copy.rel.columns[position].clone();
            self.project(copy, vec![((&*name.text).into(), read(&column, span))], span)
        });
        let united = self.united(ends.into(), false, None, span);
        let column = united.rel.columns.first().cloned();
        let Some(column) = column else { return (united.rel, ColumnId(0)) };
        let key = read(&column, span);
        let fresh = self.fresh_column(column.name, column.scalar_type);
        let id = fresh.id;
        let nodes = united.wrap(vec![fresh], span, |input| RelKind::Summarize {
            input,
            keys: vec![key],
            aggregates: Vec::new(),
        });
        (nodes.rel, id)
    }

    pub(super) fn graph_match(&mut self, at: At<'q>, input: Relation) -> Relation {
        let OperatorKind::GraphMatch { patterns, predicate, project } = &at.operator.kind else {
            return input;
        };
        let span = at.span();
        let mut input = input;
        let Some(graph) = input.graph.take() else {
            if !input.open {
                let diagnostic = Diagnostic::error(
                    codes::GRAPH_EXPECTED,
                    at.keyword(),
                    "`graph-match` needs a graph before it",
                )
                .with_note("`make-graph Source --> Target` makes a graph of rows");
                self.report(diagnostic);
            }
            return Relation::unknown(span);
        };
        let members = RefCell::new(Members { variables: Vec::new(), used: Vec::new() });
        let mut checked_patterns = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            let parts = pattern
                .parts
                .iter()
                .map(|part| self.graph_part(part, &graph, &input, &mut members.borrow_mut(), at))
                .collect();
            checked_patterns.push(parts);
        }
        let cx = Cx { members: Some(&members), ..Cx::constant(at.env) };
        let predicate = predicate.as_ref().map(|predicate| self.condition(predicate, &cx));
        let mut names = Names::default();
        let mut columns = Vec::with_capacity(project.len());
        let mut exprs = Vec::with_capacity(project.len());
        for item in project {
            for value in self.values(item, &cx) {
                let name = match (value.declared, &value.default) {
                    (Some(name), _) => self.declare(&mut names, name),
                    (None, default) => Some(names.named(default.as_deref())),
                };
                let unknown = value.typed.unknown;
                let expr = self.hold(value.typed);
                let Some(name) = name else { continue };
                let column = self.fresh_column(name, expr.scalar_type);
                if unknown {
                    self.unknown.insert(column.id);
                }
                columns.push(column);
                exprs.push(expr);
            }
        }
        let members = members.into_inner();
        let properties = members
            .used
            .iter()
            .map(|(variable, column, id)| {
                let variable = &members.variables[*variable];
                (variable.name.clone(), (&*variable.columns[*column].0).into(), *id)
            })
            .collect();
        let cycles = self.cycles(at);
        let depth = input.depth.saturating_add(1);
        let Graph { source, target, nodes } = *graph;
        let kind = RelKind::GraphMatch(GraphMatch {
            edges: Box::new(input.rel),
            source,
            target,
            nodes,
            patterns: checked_patterns,
            cycles,
            properties,
            predicate,
            project: exprs,
        });
        let mut relation = Relation::new(kind, columns, span);
        relation.depth = depth;
        relation
    }

    fn cycles(&mut self, at: At<'q>) -> Cycles {
        let Some(option) = self.option(at, "cycles") else { return Cycles::default() };
        match &*self.option_text(option, at.env) {
            "all" => Cycles::All,
            "none" => Cycles::None,
            "unique_edges" => Cycles::UniqueEdges,
            _ => {
                let message = "`cycles` is `all`, `none` or `unique_edges`";
                self.error(codes::ARGUMENT_VALUE, option.span, message);
                Cycles::default()
            }
        }
    }

    fn graph_part(
        &mut self,
        part: &'q GraphPatternPart,
        graph: &Graph,
        edges: &Relation,
        members: &mut Members,
        at: At<'q>,
    ) -> GraphPart {
        match part {
            GraphPatternPart::Node { name, .. } => {
                if let Some(name) = name {
                    let columns = node_columns(graph);
                    add_variable(members, name, columns, false);
                }
                GraphPart::Node(name.as_ref().map(|name| name.text.clone()))
            }
            GraphPatternPart::Edge { name, direction, range, span } => {
                if let Some(name) = name {
                    let columns = edges
                        .columns()
                        .iter()
                        .map(|column| (column.name.clone(), column.scalar_type))
                        .collect();
                    add_variable(members, name, columns, range.is_some());
                }
                let range = range.as_ref().and_then(|(low, high)| {
                    let mut bound = |expr: &'q ast::Expr| {
                        let typed = self.scalar(expr, &Cx::constant(at.env));
                        let number = typed.constant.as_ref().and_then(constants::whole_number);
                        let number = number.and_then(|number| u32::try_from(number).ok());
                        if number.is_none_or(|number| number > MAX_EDGES) && !typed.unknown {
                            let message = format!("a number up to {MAX_EDGES} must stand here");
                            self.error(codes::CONSTANT_EXPECTED, expr.span, message);
                        }
                        number
                    };
                    let (low_bound, high_bound) = (bound(low)?, bound(high)?);
                    if low_bound > high_bound {
                        self.error(codes::ARGUMENT_VALUE, *span, "the range is empty");
                    }
                    Some((low_bound, high_bound))
                });
                GraphPart::Edge {
                    variable: name.as_ref().map(|name| name.text.clone()),
                    reversed: *direction == EdgeDirection::RightToLeft,
                    any_direction: *direction == EdgeDirection::Any,
                    range,
                }
            }
        }
    }
}

/// The properties of nodes: the columns of all their tables, by name.
fn node_columns(graph: &Graph) -> Vec<(Arc<str>, ScalarType)> {
    let mut columns: Vec<(Arc<str>, ScalarType)> = Vec::new();
    for column in graph.nodes.iter().flat_map(|(rel, _)| &rel.columns) {
        if !columns.iter().any(|(name, _)| *name == column.name) {
            columns.push((column.name.clone(), column.scalar_type));
        }
    }
    columns
}

/// A variable that stands twice is the same node.
fn add_variable(
    members: &mut Members,
    name: &ast::Name,
    columns: Vec<(Arc<str>, ScalarType)>,
    repeated: bool,
) {
    if !members.variables.iter().any(|variable| variable.name == name.text) {
        members.variables.push(MemberVariable { name: name.text.clone(), columns, repeated, open: false });
    }
}
