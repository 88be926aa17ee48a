//! Operators that are queries over their input.
//!
//! The query is written in the language and checked like any other. Its tables are relations of the calling query, which take
//! their places in the tree; everything in it gets new ids, so that it can stand anywhere in that query.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::visit::VisitMut;
use wardenry_kql_semantics::checked::{Column, ColumnId, Expr, Rel, RelKind, ScopeId};
use wardenry_kql_semantics::{CheckOptions, Schema, TableColumns, check};
use wardenry_kql_values::Value;

use crate::lower::Lowerer;
use crate::{RunError, Tables};

/// A query that is put into another one.
pub(super) struct Template<'t> {
    pub(super) text: &'t str,
    /// What the tables of the query are. Other tables are those of the deployment.
    pub(super) sources: Vec<Source>,
    /// Names that the query knows, and their values.
    pub(super) parameters: Vec<(&'t str, Value)>,
}

/// A relation of the calling query as a table.
pub(super) struct Source {
    pub(super) name: &'static str,
    pub(super) rows: Rel,
    /// The table's columns, over the relation's.
    pub(super) columns: Vec<(Arc<str>, Expr)>,
}

impl Template<'_> {
    /// The relation of the query. `None` if a table of the deployment is missing, or lacks a column that the query reads.
    pub(super) fn rel(self, lowerer: &mut Lowerer<'_>, span: Span) -> Result<Option<Rel>, RunError> {
        let mut text = String::new();
        for (name, value) in &self.parameters {
            let _infallible = writeln!(text, "declare query_parameters({name}: {});", value.scalar_type());
        }
        text.push_str(self.text);
        let parameters: BTreeMap<Box<str>, Value> =
            self.parameters.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let parsed = wardenry_kql_syntax::parse(&text);
        let schema = Sources { sources: &self.sources, tables: lowerer.tables() };
        let checked = check(&parsed.query, &schema, &CheckOptions { parameters, ..CheckOptions::default() });
        let Some(query) = checked.query else { return Ok(None) };
        let [statement] = <[_; 1]>::try_from(query.statements)
            .map_err(|_| RunError::internal("lowering", "a query of an operator is not one statement"))?;
        let mut rel = statement.rel;
        let mut renewed = Renew { lowerer, span, columns: HashMap::new(), scopes: HashMap::new() };
        rel.visit_mut(&mut renewed);
        rel.visit_mut(&mut Put { sources: &self.sources });
        Ok(Some(rel))
    }
}

/// Tables of the query, then those of the deployment.
struct Sources<'s> {
    sources: &'s [Source],
    tables: &'s dyn Tables,
}

impl Schema for Sources<'_> {
    fn table(&self, name: &str) -> Option<TableColumns> {
        match self.sources.iter().find(|source| source.name == name) {
            Some(source) => {
                Some(source.columns.iter().map(|(name, expr)| (Arc::clone(name), expr.scalar_type)).collect())
            }
            None => self.tables.table(name),
        }
    }

    fn table_names(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
}

/// Gives everything ids that the calling query does not use, and its place in the text.
struct Renew<'r, 'l> {
    lowerer: &'r mut Lowerer<'l>,
    span: Span,
    columns: HashMap<ColumnId, ColumnId>,
    scopes: HashMap<ScopeId, ScopeId>,
}

impl VisitMut for Renew<'_, '_> {
    fn rel(&mut self, rel: &mut Rel) {
        rel.span = self.span;
        if let RelKind::Summarize { aggregates, .. } = &mut rel.kind {
            for call in aggregates {
                call.span = self.span;
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        expr.span = self.span;
    }

    fn column(&mut self, id: &mut ColumnId) {
        let lowerer = &mut *self.lowerer;
        *id = *self.columns.entry(*id).or_insert_with(|| lowerer.new_id());
    }

    fn scope(&mut self, id: &mut ScopeId) {
        let lowerer = &mut *self.lowerer;
        *id = *self.scopes.entry(*id).or_insert_with(|| lowerer.new_scope());
    }
}

/// Puts the relations of the calling query where their tables stand.
struct Put<'s> {
    sources: &'s [Source],
}

impl VisitMut for Put<'_> {
    fn rel(&mut self, rel: &mut Rel) {
        let RelKind::Table { name } = &rel.kind else { return };
        let Some(source) = self.sources.iter().find(|source| *source.name == **name) else { return };
        let expr = |column: &Column| {
            let (_, expr) = source.columns.iter().find(|(name, _)| *name == column.name)?;
            Some(expr.clone())
        };
        let exprs = rel.columns.iter().filter_map(expr).collect();
        rel.kind = RelKind::Project { input: Box::new(source.rows.clone()), exprs };
    }
}
