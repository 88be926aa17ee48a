//! Statements, and the query as a whole.

use std::collections::HashSet;
use std::rc::Rc;

use wardenry_diagnostic::{Diagnostic, Severity, Span};
use wardenry_kql_syntax::ast;

use super::branching::BranchResult;
use super::expr::Typed;
use super::relation::Relation;
use super::scope::{Binding, Cx, Env};
use super::{Checked, Checker, Pending, ResultColumn, StatementColumns};
use crate::checked::visit::VisitMut;
use crate::checked::{CheckedQuery, CheckedStatement, Rel, SharedId};
use crate::codes;

impl<'q> Checker<'q> {
    pub(super) fn query(mut self, query: &'q ast::Query) -> Checked {
        let mut env = Env::default();
        let block = self.fresh_block();
        let mut statements = Vec::new();
        let mut columns = Vec::new();
        for statement in &query.statements {
            match &statement.kind {
                ast::StatementKind::Expression(expr) => {
                    self.render = None;
                    self.statement_end = Some(expr.span.end);
                    let relation = self.statement(expr, env);
                    self.statement_end = None;
                    columns.push(self.statement_columns(&relation, statement.span));
                    statements.push(CheckedStatement { rel: relation.rel, render: self.render.take() });
                    for BranchResult { relation, render } in std::mem::take(&mut self.further_results) {
                        columns.push(self.statement_columns(&relation, statement.span));
                        statements.push(CheckedStatement { rel: relation.rel, render });
                    }
                    for (name, relation) in std::mem::take(&mut self.named) {
                        env = self.bind(env, block, name, Binding::Tabular(relation));
                    }
                }
                ast::StatementKind::Let(binding) => {
                    env = self.let_statement(binding, block, &Cx::constant(env));
                }
                ast::StatementKind::Set { name, value } => {
                    let value = value.as_ref().and_then(|value| self.constant_of(value, env));
                    self.properties.push((name.text.clone(), value));
                }
                ast::StatementKind::DeclareParameters(parameters) => {
                    for parameter in parameters {
                        env = self.query_parameter(parameter, env, block);
                    }
                }
                ast::StatementKind::Alias { .. } => self.unsupported_statement("`alias`", statement.span),
                ast::StatementKind::Restrict(_) => self.unsupported_statement("`restrict`", statement.span),
                ast::StatementKind::DeclarePattern { .. } => {
                    self.unsupported_statement("`declare pattern`", statement.span);
                }
                ast::StatementKind::Bogus => self.broken = true,
            }
        }
        if statements.is_empty() && !self.broken && self.diagnostics.is_empty() {
            let diagnostic = Diagnostic::error(codes::NO_RESULT, query.span, "the query returns nothing")
                .with_note("end it with a table, or with `print`");
            self.report(diagnostic);
        }
        self.pending_allowed = false;
        self.looking_only = true;
        for (function, env) in std::mem::take(&mut self.functions) {
            if !self.called.contains(&function.span) {
                self.check_uncalled(function, env);
            }
        }
        self.finish(statements, columns)
    }

    fn finish(mut self, mut statements: Vec<CheckedStatement>, columns: Vec<StatementColumns>) -> Checked {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
        let failed = self.broken
            || statements.is_empty()
            || self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        let pending = self.pending.take().filter(|_| !failed).map(|mut pending| {
            let mut used = UsedShared::default();
            if let Some(input) = &mut pending.plugin.input {
                input.visit_mut(&mut used);
            }
            for argument in &mut pending.plugin.arguments {
                match argument {
                    crate::checked::PluginArgument::Rel(rel) => rel.visit_mut(&mut used),
                    crate::checked::PluginArgument::Expr(expr) => expr.visit_mut(&mut used),
                    crate::checked::PluginArgument::Aggregate(aggregate) => aggregate.visit_mut(&mut used),
                }
            }
            Pending { shared: keep_used(self.shared.clone(), used), ..pending }
        });
        let query = (!failed && pending.is_none()).then(|| {
            let mut used = UsedShared::default();
            for statement in &mut statements {
                statement.rel.visit_mut(&mut used);
            }
            CheckedQuery {
                statements,
                shared: keep_used(std::mem::take(&mut self.shared), used),
                properties: std::mem::take(&mut self.properties),
            }
        });
        Checked { query, statements: columns, diagnostics: self.diagnostics, pending }
    }

    fn unsupported_statement(&mut self, what: &str, span: Span) {
        self.error(codes::NOT_SUPPORTED, span, format!("{what} statements are not supported"));
    }

    /// A statement that returns something: a table, or a single value, which becomes a table of one row.
    fn statement(&mut self, expr: &'q ast::Expr, env: Env) -> Relation {
        let cx = Cx::constant(env);
        let single_value = !self.is_tabular(expr, &cx)
            && match &expr.kind {
                ast::ExprKind::Call { name, .. } => {
                    matches!(self.lookup(env, &name.text), Some(Binding::Function { .. }))
                        || (crate::catalogue::scalar(&name.text).is_some() || &*name.text == "toscalar")
                }
                ast::ExprKind::Name(name) => {
                    matches!(
                        self.lookup(env, &name.text),
                        Some(Binding::Scalar { .. } | Binding::Function { .. })
                    )
                }
                ast::ExprKind::Bogus => return self.unreadable_table(expr.span),
                _ => false,
            };
        if single_value {
            return self.print(std::slice::from_ref(expr), expr.span, &cx);
        }
        self.table(expr, &cx)
    }

    fn statement_columns(&self, relation: &Relation, span: Span) -> StatementColumns {
        let columns = relation
            .columns()
            .iter()
            .map(|column| ResultColumn {
                name: column.name.clone(),
                scalar_type: (!self.unknown.contains(&column.id)).then_some(column.scalar_type),
            })
            .collect();
        StatementColumns { span, columns, open: relation.open }
    }

    /// Declares a variable or function. `cx` is where it stands: in a function its value may depend on the row that the
    /// function is called for.
    pub(super) fn let_statement(&mut self, binding: &'q ast::Let, block: u32, cx: &Cx<'_>) -> Env {
        let env = cx.env;
        let name = &binding.name;
        if self.is_declared(env, block, &name.text) {
            self.error(codes::DECLARED_TWICE, name.span, format!("`{}` is declared twice", name.text));
        }
        let bound = match &binding.value {
            ast::LetValue::Function(function) => {
                self.parameters_are_distinct(&function.parameters);
                self.functions.push((function, env));
                let tabular = self.is_table_body(function, env);
                Binding::Function { function, env, tabular }
            }
            ast::LetValue::Expression(value) => self.let_value(value, cx),
        };
        self.bind(env, block, &name.text, bound)
    }

    fn parameters_are_distinct(&mut self, parameters: &'q [ast::Parameter]) {
        let mut seen = HashSet::new();
        for parameter in parameters {
            let name = &parameter.name;
            if !seen.insert(&*name.text) {
                self.error(codes::DECLARED_TWICE, name.span, format!("`{}` is declared twice", name.text));
            }
        }
    }

    fn let_value(&mut self, value: &'q ast::Expr, cx: &Cx<'_>) -> Binding<'q> {
        let env = cx.env;
        if self.is_tabular(value, cx) {
            let render = self.render.take();
            let relation = self.table_or_graph(value, &Cx::constant(env));
            self.render = render;
            return Binding::Tabular(Rc::new(relation));
        }
        if self.is_unknown_table(value, env) {
            // What looks like a table that does not exist is one: whoever uses the name wants a table.
            let relation = self.table(value, &Cx::constant(env));
            return Binding::Tabular(Rc::new(relation));
        }
        let in_let = std::mem::replace(&mut self.in_let, true);
        let typed = self.scalar(value, cx);
        self.in_let = in_let;
        Binding::Scalar { value: Rc::new(typed), parameter: false }
    }

    /// A bare name that nothing is known of, and that is written as tables are.
    fn is_unknown_table(&self, value: &ast::Expr, env: Env) -> bool {
        match &value.kind {
            ast::ExprKind::Name(name) => {
                self.lookup(env, &name.text).is_none() && name.text.starts_with(|c: char| c.is_uppercase())
            }
            _ => false,
        }
    }

    fn query_parameter(&mut self, parameter: &'q ast::Parameter, env: Env, block: u32) -> Env {
        let name = &parameter.name;
        if self.is_declared(env, block, &name.text) {
            self.error(codes::DECLARED_TWICE, name.span, format!("`{}` is declared twice", name.text));
        }
        let binding = match &parameter.kind {
            ast::ParameterKind::Scalar(type_name) => {
                let given = self.options.parameters.get(&*name.text).cloned();
                let typed = match (given, &parameter.default) {
                    (Some(value), _) => Some(Typed::literal(value, name.span)),
                    (None, Some(default)) => Some(self.scalar(default, &Cx::constant(env))),
                    (None, None) => None,
                };
                match (typed, type_name.scalar_type) {
                    (Some(typed), Some(to)) => {
                        Binding::Scalar { value: Rc::new(self.convert(typed, to)), parameter: false }
                    }
                    (None, Some(_)) => {
                        let message = format!("the parameter `{}` has no value", name.text);
                        self.error(codes::PARAMETER_MISSING, name.span, message);
                        Binding::Unknown
                    }
                    _ => Binding::Unknown,
                }
            }
            ast::ParameterKind::Tabular { .. } => {
                self.error(codes::NOT_SUPPORTED, parameter.span, "a query parameter cannot be a table");
                Binding::Unknown
            }
        };
        self.bind(env, block, &name.text, binding)
    }
}

#[derive(Default)]
struct UsedShared(HashSet<SharedId>);

impl VisitMut for UsedShared {
    fn shared(&mut self, id: &mut SharedId) {
        self.0.insert(*id);
    }
}

/// The shared relations that something reads, directly or through others.
fn keep_used(mut shared: Vec<(SharedId, Rel)>, mut used: UsedShared) -> Vec<(SharedId, Rel)> {
    for (id, rel) in shared.iter_mut().rev() {
        if used.0.contains(id) {
            rel.visit_mut(&mut used);
        }
    }
    shared.retain(|(id, _)| used.0.contains(id));
    shared
}
