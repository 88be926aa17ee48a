//! The edges of a pattern as relations.
//!
//! Where an edge may not match twice, edges have numbers: their places in the order of all of their columns. So the numbers
//! are the same wherever the edges are read; rows that are alike in everything are edges of their own, and which is
//! which does not matter.

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{
    Column, Cycles, Expr, ExprKind, GraphMatch, JoinKind, Rel, RelKind, SortKey, UnionInput,
};
use wardenry_kql_values::{ScalarType, Value};

use super::super::conversion::{call, converted, read};
use super::{PatternEdge, filtered, joined, key_of};
use crate::RunError;
use crate::lower::Lowerer;

/// An edge of the pattern.
pub(super) struct Edge {
    /// The ends, what tells the cycles, and the properties that are read.
    pub(super) rel: Rel,
    pub(super) from: Column,
    pub(super) to: Column,
    /// The number of the edge, or the array of the numbers of a path's edges.
    numbers: Option<Column>,
    /// The array of the nodes between the ends of a path.
    inner_nodes: Option<Column>,
}

/// The edges of the graph.
pub(super) struct EdgeTable<'g> {
    graph: &'g GraphMatch,
    key_type: ScalarType,
    cycles: Cycles,
    /// The edges, and the number of each if it is needed.
    rel: Rel,
    number: Option<Column>,
    span: Span,
}

impl<'g> EdgeTable<'g> {
    pub(super) fn new(
        lowerer: &mut Lowerer<'_>,
        graph: &'g GraphMatch,
        key_type: ScalarType,
        cycles: Cycles,
        total_edges: usize,
        span: Span,
    ) -> Self {
        let (rel, number) = if cycles == Cycles::UniqueEdges && total_edges > 1 {
            let (rel, number) = numbered(lowerer, &graph.edges, span);
            (rel, Some(number))
        } else {
            ((*graph.edges).clone(), None)
        };
        Self { graph, key_type, cycles, rel, number, span }
    }

    pub(super) fn edge(&self, lowerer: &mut Lowerer<'_>, edge: &PatternEdge<'_>) -> Result<Edge, RunError> {
        let properties = self.properties(edge.name)?;
        if edge.range.is_none() {
            let outputs =
                properties.iter().map(|(column, output)| (column.clone(), output.clone())).collect();
            return Ok(self.single(lowerer, edge, outputs));
        }
        self.paths(lowerer, edge, &properties)
    }

    /// The columns of the edges that are read by a name, with the columns as which they are read.
    fn properties(&self, name: Option<&str>) -> Result<Vec<(Column, Column)>, RunError> {
        let used = self.graph.properties.iter().filter(|(variable, ..)| Some(&**variable) == name);
        used.map(|(_, property, id)| {
            let column =
                self.graph.edges.columns.iter().find(|column| *column.name == **property).ok_or_else(
                    || RunError::internal("lowering", format!("edges have no column {property}")),
                )?;
            Ok((column.clone(), Column { id: *id, ..column.clone() }))
        })
        .collect()
    }

    /// One edge, with the properties as these columns.
    fn single(
        &self,
        lowerer: &mut Lowerer<'_>,
        edge: &PatternEdge<'_>,
        properties: Vec<(Column, Column)>,
    ) -> Edge {
        let span = self.span;
        let from = lowerer.new_column(self.key_type);
        let to = lowerer.new_column(self.key_type);
        let numbers = self.number.as_ref().map(|_| lowerer.new_column(ScalarType::Long));
        let columns: Vec<Column> = [&from, &to]
            .into_iter()
            .chain(&numbers)
            .chain(properties.iter().map(|(_, output)| output))
            .cloned()
            .collect();
        let key = |id| key_of(&self.graph.edges, id, self.key_type, span);
        let (source, target) = (key(self.graph.source), key(self.graph.target));
        let exprs = |from: &Expr, to: &Expr| -> Vec<Expr> {
            let rest = self.number.iter().chain(properties.iter().map(|(column, _)| column));
            [from.clone(), to.clone()].into_iter().chain(rest.map(|column| read(column, span))).collect()
        };
        let kind = if edge.any_direction {
            // An edge from a node to itself looks the same from both ends.
            let ends = vec![source.clone(), target.clone()];
            let proper = filtered(self.rel.clone(), call("!=", ends, ScalarType::Bool, span));
            RelKind::Union {
                inputs: vec![
                    UnionInput { rel: self.rel.clone(), exprs: exprs(&source, &target) },
                    UnionInput { rel: proper, exprs: exprs(&target, &source) },
                ],
            }
        } else {
            RelKind::Project { input: Box::new(self.rel.clone()), exprs: exprs(&source, &target) }
        };
        Edge { rel: Rel { kind, columns, span }, from, to, numbers, inner_nodes: None }
    }

    /// The paths of all lengths. Their properties are arrays.
    fn paths(
        &self,
        lowerer: &mut Lowerer<'_>,
        edge: &PatternEdge<'_>,
        properties: &[(Column, Column)],
    ) -> Result<Edge, RunError> {
        let span = self.span;
        let arrays: Vec<Column> = (properties.iter())
            .map(|(_, output)| Column { scalar_type: ScalarType::Dynamic, ..output.clone() })
            .collect();
        let from = lowerer.new_column(self.key_type);
        let to = lowerer.new_column(self.key_type);
        let numbers = self.number.as_ref().map(|_| lowerer.new_column(ScalarType::Dynamic));
        let inner_nodes = (self.cycles == Cycles::None).then(|| lowerer.new_column(ScalarType::Dynamic));
        let mut inputs = Vec::new();
        let mut path: Option<Path> = None;
        for length in 1..=*edge.lengths().end() {
            let outputs = (properties.iter())
                .map(|(column, _)| (column.clone(), lowerer.new_column(column.scalar_type)))
                .collect::<Vec<_>>();
            let step_properties: Vec<Column> = outputs.iter().map(|(_, output)| output.clone()).collect();
            let step = self.single(lowerer, edge, outputs);
            let longer = match path.take() {
                None => Path {
                    rel: step.rel,
                    nodes: vec![step.from, step.to],
                    numbers: step.numbers.into_iter().collect(),
                    properties: vec![step_properties],
                },
                Some(path) => path.longer(step, step_properties, self.cycles, span)?,
            };
            if edge.lengths().contains(&length) {
                inputs.push(longer.input(
                    edge,
                    properties.len(),
                    numbers.is_some(),
                    inner_nodes.is_some(),
                    span,
                ));
            }
            path = Some(longer);
        }
        let columns =
            [&from, &to].into_iter().chain(&numbers).chain(&inner_nodes).chain(&arrays).cloned().collect();
        let rel = Rel { kind: RelKind::Union { inputs }, columns, span };
        Ok(Edge { rel, from, to, numbers, inner_nodes })
    }
}

/// All paths of one length.
struct Path {
    rel: Rel,
    nodes: Vec<Column>,
    numbers: Vec<Column>,
    /// For each step.
    properties: Vec<Vec<Column>>,
}

impl Path {
    fn longer(
        mut self,
        step: Edge,
        properties: Vec<Column>,
        cycles: Cycles,
        span: Span,
    ) -> Result<Self, RunError> {
        let end = self.nodes.last().ok_or_else(|| RunError::internal("lowering", "a path without nodes"))?;
        let on = vec![(read(end, span), read(&step.from, span))];
        let mut rel = joined(JoinKind::Inner, self.rel, step.rel, on, span);
        let differ = |left: &Column, right: &Column| {
            call("!=", vec![read(left, span), read(right, span)], ScalarType::Bool, span)
        };
        match (cycles, &step.numbers) {
            (Cycles::None, _) => {
                for node in &self.nodes {
                    rel = filtered(rel, differ(node, &step.to));
                }
            }
            (Cycles::UniqueEdges, Some(number)) => {
                for other in &self.numbers {
                    rel = filtered(rel, differ(other, number));
                }
            }
            _ => {}
        }
        self.nodes.push(step.to);
        self.numbers.extend(step.numbers);
        self.properties.push(properties);
        Ok(Self { rel, ..self })
    }

    /// The paths as an input of the union of all lengths. Properties stand from left to right, whatever way the arrow goes.
    fn input(
        &self,
        edge: &PatternEdge<'_>,
        properties: usize,
        numbers: bool,
        inner_nodes: bool,
        span: Span,
    ) -> UnionInput {
        let array = |columns: &mut dyn Iterator<Item = &Column>| {
            call("pack_array", columns.map(|column| read(column, span)).collect(), ScalarType::Dynamic, span)
        };
        let mut exprs: Vec<Expr> =
            self.nodes.first().into_iter().chain(self.nodes.last()).map(|node| read(node, span)).collect();
        if numbers {
            exprs.push(array(&mut self.numbers.iter()));
        }
        if inner_nodes {
            exprs.push(array(&mut self.nodes.iter().skip(1).take(self.nodes.len().saturating_sub(2))));
        }
        for property in 0..properties {
            let mut steps = self.properties.iter().filter_map(|step| step.get(property));
            let mut backwards = self.properties.iter().rev().filter_map(|step| step.get(property));
            exprs.push(if edge.reversed { array(&mut backwards) } else { array(&mut steps) });
        }
        UnionInput { rel: self.rel.clone(), exprs }
    }
}

/// The edges with a number for each.
fn numbered(lowerer: &mut Lowerer<'_>, edges: &Rel, span: Span) -> (Rel, Column) {
    let number = lowerer.new_column(ScalarType::Long);
    let keys = (edges.columns.iter())
        .map(|column| {
            let comparable = match column.scalar_type {
                ScalarType::Dynamic => ScalarType::String,
                other => other,
            };
            SortKey { expr: converted(column, comparable, span), descending: false, nulls_first: true }
        })
        .collect();
    let sorted = Rel {
        kind: RelKind::Sort { input: Box::new(edges.clone()), keys },
        columns: edges.columns.clone(),
        span,
    };
    let row_number = Expr {
        kind: ExprKind::Window { function: "row_number", arguments: Vec::new() },
        scalar_type: ScalarType::Long,
        span,
    };
    let exprs = edges.columns.iter().map(|column| read(column, span)).chain([row_number]).collect();
    let columns = edges.columns.iter().chain([&number]).cloned().collect();
    (Rel { kind: RelKind::Project { input: Box::new(sorted), exprs }, columns, span }, number)
}

/// What keeps cycles out, between the edges of the pattern; within a path that has been seen to.
pub(super) fn conditions(cycles: Cycles, edges: &[Edge], nodes: &[&Column], span: Span) -> Vec<Expr> {
    let mut conditions = Vec::new();
    match cycles {
        Cycles::All => {}
        Cycles::UniqueEdges => {
            let numbers: Vec<&Column> = edges.iter().filter_map(|edge| edge.numbers.as_ref()).collect();
            pairwise(&numbers, span, &mut conditions);
        }
        Cycles::None => {
            pairwise(nodes, span, &mut conditions);
            let inner: Vec<&Column> = edges.iter().filter_map(|edge| edge.inner_nodes.as_ref()).collect();
            pairwise(&inner, span, &mut conditions);
            for inner in inner {
                conditions.extend(nodes.iter().map(|node| apart(node, inner, span)));
            }
        }
    }
    conditions
}

fn pairwise(columns: &[&Column], span: Span, conditions: &mut Vec<Expr>) {
    for (position, left) in columns.iter().enumerate() {
        conditions.extend(columns[..position].iter().map(|right| apart(left, right, span)));
    }
}

/// Whether two columns have nothing in common; an array stands for its elements.
fn apart(left: &Column, right: &Column, span: Span) -> Expr {
    let is_array = |column: &Column| column.scalar_type == ScalarType::Dynamic;
    let compare = |function, left, right| call(function, vec![left, right], ScalarType::Bool, span);
    let long = |value| Expr {
        kind: ExprKind::Literal(Value::Long(Some(value))),
        scalar_type: ScalarType::Long,
        span,
    };
    match (is_array(left), is_array(right)) {
        (false, false) => compare("!=", read(left, span), read(right, span)),
        (true, true) => {
            let arrays = vec![read(left, span), read(right, span)];
            let common = call("set_intersect", arrays, ScalarType::Dynamic, span);
            compare("==", call("array_length", vec![common], ScalarType::Long, span), long(0))
        }
        (left_is_array, _) => {
            let (array, value) = if left_is_array { (left, right) } else { (right, left) };
            let place =
                call("array_index_of", vec![read(array, span), read(value, span)], ScalarType::Long, span);
            compare("==", place, long(-1))
        }
    }
}
