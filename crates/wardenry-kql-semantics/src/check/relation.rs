//! Relations while they are being checked.

use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::graph::Graph;
use crate::checked::visit::VisitMut;
use crate::checked::{Column, ColumnId, Expr, ExprKind, Rel, RelKind, ScopeId};

/// A relation with what its users must know.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) rel: Rel,
    /// Columns beside those listed may exist: nothing is said about unknown names.
    pub(super) open: bool,
    /// The order of the rows means something, so that windows may run over them.
    pub(super) ordered: bool,
    /// The table that the rows come from, unchanged in name.
    pub(super) source: Option<Arc<str>>,
    /// Operators beneath.
    pub(super) depth: u32,
    /// A graph that an operator made of the rows.
    pub(super) graph: Option<Box<Graph>>,
}

impl Relation {
    pub(super) fn new(kind: RelKind, columns: Vec<Column>, span: Span) -> Self {
        Self {
            rel: Rel { kind, columns, span },
            open: false,
            ordered: false,
            source: None,
            depth: 1,
            graph: None,
        }
    }

    /// What stands for a relation that was found wrong.
    pub(super) fn unknown(span: Span) -> Self {
        let mut relation = Self::new(RelKind::Values { rows: Vec::new() }, Vec::new(), span);
        relation.open = true;
        relation
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.rel.columns
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.rel.columns.iter().find(|column| &*column.name == name)
    }

    /// Puts an operator on top that keeps the columns, and the order of rows.
    pub(super) fn keep(self, span: Span, kind: impl FnOnce(Box<Rel>) -> RelKind) -> Self {
        let columns = self.rel.columns.clone();
        self.wrap(columns, span, kind)
    }

    /// Puts an operator on top that has other columns and keeps the order of rows.
    pub(super) fn wrap(
        self,
        columns: Vec<Column>,
        span: Span,
        kind: impl FnOnce(Box<Rel>) -> RelKind,
    ) -> Self {
        Self {
            rel: Rel { kind: kind(Box::new(self.rel)), columns, span },
            open: self.open,
            ordered: self.ordered,
            source: self.source,
            depth: self.depth.saturating_add(1),
            graph: None,
        }
    }

    #[must_use]
    pub(super) fn with_order(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    #[must_use]
    pub(super) fn closed(mut self) -> Self {
        self.open = false;
        self
    }
}

/// The expression that reads a column.
pub(super) fn read(column: &Column, span: Span) -> Expr {
    Expr { kind: ExprKind::Column(column.id), scalar_type: column.scalar_type, span }
}

impl Checker<'_> {
    pub(super) fn fresh_column(&mut self, name: impl Into<Arc<str>>, scalar_type: ScalarType) -> Column {
        Column { id: self.fresh_id(), name: name.into(), scalar_type }
    }

    pub(super) fn fresh_id(&mut self) -> ColumnId {
        let id = ColumnId(self.next_column);
        self.next_column += 1;
        id
    }

    pub(super) fn fresh_scope(&mut self) -> ScopeId {
        let id = ScopeId(self.next_scope);
        self.next_scope += 1;
        id
    }

    /// A projection to new columns, a name and an expression each. A column that is only read keeps its id.
    pub(super) fn project(&mut self, input: Relation, items: Vec<(Arc<str>, Expr)>, span: Span) -> Relation {
        self.charge(items.len(), span);
        let mut used = std::collections::HashSet::new();
        let mut columns = Vec::with_capacity(items.len());
        let mut exprs = Vec::with_capacity(items.len());
        for (name, expr) in items {
            let id = match expr.kind {
                ExprKind::Column(id) if used.insert(id) => id,
                _ => self.fresh_id(),
            };
            if self.is_unknown(&expr) {
                self.unknown.insert(id);
            }
            columns.push(Column { id, name, scalar_type: expr.scalar_type });
            exprs.push(expr);
        }
        input.wrap(columns, span, |input| RelKind::Project { input, exprs })
    }

    /// A copy of a relation with columns of its own.
    pub(super) fn instantiate(&mut self, template: &Relation, span: Span) -> Relation {
        let mut copy = template.clone();
        let mut renumber = Renumber {
            columns: std::collections::HashMap::new(),
            scopes: std::collections::HashMap::new(),
            next_column: self.next_column,
            next_scope: self.next_scope,
            nodes: 0,
        };
        copy.rel.visit_mut(&mut renumber);
        if let Some(graph) = &mut copy.graph {
            graph.visit_mut(&mut renumber);
        }
        let Renumber { columns, next_column, next_scope, nodes, .. } = renumber;
        self.next_column = next_column;
        self.next_scope = next_scope;
        for (old, new) in columns {
            if self.unknown.contains(&old) {
                self.unknown.insert(new);
            }
        }
        self.charge(nodes, span);
        copy
    }
}

struct Renumber {
    columns: std::collections::HashMap<ColumnId, ColumnId>,
    scopes: std::collections::HashMap<ScopeId, ScopeId>,
    next_column: u32,
    next_scope: u32,
    nodes: usize,
}

impl VisitMut for Renumber {
    fn rel(&mut self, rel: &mut Rel) {
        self.nodes += rel.columns.len() + 1;
    }

    fn expr(&mut self, _: &mut Expr) {
        self.nodes += 1;
    }

    fn column(&mut self, id: &mut ColumnId) {
        let next = &mut self.next_column;
        *id = *self.columns.entry(*id).or_insert_with(|| {
            *next += 1;
            ColumnId(*next - 1)
        });
    }

    fn scope(&mut self, id: &mut ScopeId) {
        let next = &mut self.next_scope;
        *id = *self.scopes.entry(*id).or_insert_with(|| {
            *next += 1;
            ScopeId(*next - 1)
        });
    }
}
