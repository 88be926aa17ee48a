//! `union`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::expr::Typed;
use super::names::{Names, matches_wildcard};
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Binding, Cx};
use crate::checked::{Column, Expr, RelKind, UnionInput};
use crate::codes;

/// A column of a union: its name and type in the inputs.
type Key = (Arc<str>, ScalarType);

impl<'q> Checker<'q> {
    pub(super) fn union(&mut self, at: At<'q>, input: Option<Relation>, tables: &'q [ast::Expr]) -> Relation {
        let fuzzy = self
            .option(at, "isfuzzy")
            .is_some_and(|option| self.option_value(option, at.env) == Value::Bool(Some(true)));
        let inner = match self.option(at, "kind") {
            None => false,
            Some(option) => match &*self.option_text(option, at.env).to_ascii_lowercase() {
                "inner" => true,
                "outer" => false,
                other => {
                    let message = format!("no kind `{other}` of union exists");
                    self.report(
                        Diagnostic::error(codes::UNKNOWN_OPTION, option.span, message)
                            .with_note("there are `inner` and `outer`"),
                    );
                    false
                }
            },
        };
        let source = ["withsource", "with_source"].iter().find_map(|name| self.option(at, name));
        let source = source.map(|option| self.option_text(option, at.env));
        let mut inputs: Vec<Relation> = input.into_iter().collect();
        for table in tables {
            inputs.extend(self.union_input(table, at, fuzzy));
        }
        if inputs.is_empty() {
            if fuzzy {
                self.error(codes::UNKNOWN_TABLE, at.keyword(), "none of the tables exists");
            }
            return Relation::unknown(at.span());
        }
        self.united(inputs, inner, source.as_deref(), at.span())
    }

    /// The relations that an operand means: one, or all tables that fit a wildcard, or none.
    pub(super) fn union_input(&mut self, table: &'q ast::Expr, at: At<'q>, fuzzy: bool) -> Vec<Relation> {
        let cx = Cx::constant(at.env);
        match &table.kind {
            ast::ExprKind::Parenthesized(inner) => {
                self.nested(table.span, |checker| checker.union_input(inner, at, fuzzy)).unwrap_or_default()
            }
            ast::ExprKind::Wildcard(pattern) => self.tables_like(pattern, table.span, &cx),
            ast::ExprKind::Star => self.tables_like("*", table.span, &cx),
            ast::ExprKind::Name(name) if fuzzy && self.lookup(at.env, &name.text).is_none() => {
                match self.stored_table(&name.text, name.span) {
                    Some(relation) => vec![relation],
                    None => {
                        self.report(Diagnostic::warning(
                            codes::TABLE_LEFT_OUT,
                            name.span,
                            format!("no table named `{}`: it is left out", name.text),
                        ));
                        Vec::new()
                    }
                }
            }
            _ if fuzzy => self.fuzzy_table(table, &cx),
            _ => vec![self.subquery(table, &cx)],
        }
    }

    /// A table whose source may be missing: then it is left out.
    fn fuzzy_table(&mut self, table: &'q ast::Expr, cx: &Cx<'_>) -> Vec<Relation> {
        let before = self.diagnostics.len();
        let relation = self.subquery(table, cx);
        let is_missing = |diagnostic: &Diagnostic| {
            matches!(diagnostic.code, codes::UNKNOWN_TABLE | codes::OTHER_SOURCE)
                && table.span.start <= diagnostic.span.start
                && diagnostic.span.end <= table.span.end
        };
        let missing: Vec<Span> =
            self.diagnostics[before..].iter().filter(|d| is_missing(d)).map(|d| d.span).collect();
        let Some(first) = missing.first().copied() else { return vec![relation] };
        self.diagnostics.truncate(before);
        self.report(Diagnostic::warning(
            codes::TABLE_LEFT_OUT,
            first,
            "a table does not exist: this part of the union is left out",
        ));
        Vec::new()
    }

    /// The stored tables and the views of the query that a pattern fits.
    pub(super) fn tables_like(&mut self, pattern: &str, span: Span, cx: &Cx<'_>) -> Vec<Relation> {
        let mut names = self.schema.table_names();
        names.sort();
        let mut found: Vec<Relation> = names
            .iter()
            .filter(|name| matches_wildcard(pattern, name))
            .filter_map(|name| self.stored_table(name, span))
            .collect();
        let views = self.variables(cx.env, |binding| {
            matches!(binding, Binding::Function { function, tabular: true, .. }
                if function.view && function.parameters.is_empty())
        });
        for view in views.into_iter().filter(|view| matches_wildcard(pattern, view)) {
            if let Some(Binding::Function { function, env, .. }) = self.lookup(cx.env, view).cloned() {
                let mut relation = self.call_tabular_function(view, function, env, None, &[], span, cx);
                relation.source = Some(view.into());
                found.push(relation);
            }
        }
        if found.is_empty() {
            self.error(codes::UNKNOWN_TABLE, span, format!("no table matches `{pattern}`"));
        }
        found
    }

    /// Puts relations together by the names of their columns. [D union-operator.md]
    pub(super) fn united(
        &mut self,
        inputs: Vec<Relation>,
        inner: bool,
        source: Option<&str>,
        span: Span,
    ) -> Relation {
        let open = inputs.iter().any(|input| input.open);
        let depth = inputs.iter().map(|input| input.depth).max().unwrap_or_default().saturating_add(1);
        let keys = united_columns(&inputs, inner);
        let mut types: HashMap<&str, usize> = HashMap::new();
        for (name, _) in &keys {
            *types.entry(name).or_default() += 1;
        }
        let mut names = Names::default();
        let mut columns = Vec::with_capacity(keys.len() + 1);
        if let Some(source) = source {
            columns.push(self.fresh_column(names.unique(source), ScalarType::String));
        }
        for (name, scalar_type) in &keys {
            let unique = match types[&**name] {
                1 => names.unique(name),
                _ => names.unique(&format!("{name}_{scalar_type}")),
            };
            columns.push(self.fresh_column(unique, *scalar_type));
        }
        let mut united = Vec::with_capacity(inputs.len());
        for (position, input) in inputs.into_iter().enumerate() {
            self.charge(columns.len(), span);
            let mut exprs = Vec::with_capacity(columns.len());
            if source.is_some() {
                let label: Box<str> = match &input.source {
                    Some(table) => (&**table).into(),
                    None => format!("union_arg{position}").into(),
                };
                exprs.push(Typed::literal(Value::String(label), span).expr);
            }
            let by_name: HashMap<&str, &Column> =
                input.rel.columns.iter().map(|column| (&*column.name, column)).collect();
            for (key, output) in keys.iter().zip(&columns[usize::from(source.is_some())..]) {
                let found = by_name.get(&*key.0).filter(|column| column.scalar_type == key.1);
                exprs.push(match found {
                    Some(column) => {
                        if self.unknown.contains(&column.id) {
                            self.unknown.insert(output.id);
                        }
                        read(column, span)
                    }
                    None => missing(key.1, span),
                });
            }
            united.push(UnionInput { rel: input.rel, exprs });
        }
        let mut relation = Relation::new(RelKind::Union { inputs: united }, columns, span);
        relation.open = open;
        relation.depth = depth;
        relation
    }
}

fn missing(scalar_type: ScalarType, span: Span) -> Expr {
    Typed::literal(Value::null(scalar_type), span).expr
}

/// The columns of a union: in the order in which the names come up, the types of a name side by side.
fn united_columns(inputs: &[Relation], inner: bool) -> Vec<Key> {
    let mut order: Vec<Arc<str>> = Vec::new();
    let mut types: HashMap<Arc<str>, Vec<ScalarType>> = HashMap::new();
    for column in inputs.iter().flat_map(|input| &input.rel.columns) {
        let known = types.entry(column.name.clone()).or_insert_with(|| {
            order.push(column.name.clone());
            Vec::new()
        });
        if !known.contains(&column.scalar_type) {
            known.push(column.scalar_type);
        }
    }
    let keys = order.into_iter().flat_map(|name| {
        let types = types.remove(&name).unwrap_or_default();
        types.into_iter().map(move |scalar_type| (name.clone(), scalar_type))
    });
    if !inner {
        return keys.collect();
    }
    let sets: Vec<HashSet<(&str, ScalarType)>> = inputs
        .iter()
        .map(|input| input.rel.columns.iter().map(|column| (&*column.name, column.scalar_type)).collect())
        .collect();
    keys.filter(|(name, scalar_type)| sets.iter().all(|set| set.contains(&(&**name, *scalar_type)))).collect()
}
