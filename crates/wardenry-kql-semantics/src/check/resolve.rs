//! Whether an expression is a table or a single value.

use wardenry_kql_syntax::ast;

use super::Checker;
use super::scope::{Binding, Cx, Env};

/// Names that a function's body declares itself, and whether they are tables.
type Locals<'q> = Vec<(&'q str, bool)>;

impl<'q> Checker<'q> {
    pub(super) fn is_tabular(&self, expr: &'q ast::Expr, cx: &Cx<'_>) -> bool {
        if let ast::ExprKind::Name(name) = &expr.kind {
            let is_parameter =
                matches!(self.lookup(cx.env, &name.text), Some(Binding::Scalar { parameter: true, .. }));
            if !is_parameter && self.find_column(&name.text, cx).is_some() {
                return false;
            }
        }
        self.is_table(expr, cx.env, &Vec::new())
    }

    fn is_table(&self, expr: &'q ast::Expr, env: Env, locals: &Locals<'q>) -> bool {
        let local = |text: &str| locals.iter().rev().find(|(name, _)| *name == text).map(|(_, table)| *table);
        match &expr.kind {
            ast::ExprKind::Pipe(_) => true,
            ast::ExprKind::Parenthesized(inner) => self.is_table(inner, env, locals),
            ast::ExprKind::MemberCall { .. } => true,
            ast::ExprKind::Member { base, .. } => match &base.kind {
                ast::ExprKind::Call { name, .. } => is_source_function(&name.text),
                ast::ExprKind::MemberCall { .. } => true,
                _ => false,
            },
            ast::ExprKind::Name(name) => {
                if let Some(table) = local(&name.text) {
                    return table;
                }
                match self.lookup(env, &name.text) {
                    Some(Binding::Tabular(_)) => true,
                    Some(Binding::Function { function, tabular, .. }) => {
                        function.parameters.is_empty() && *tabular
                    }
                    Some(_) => false,
                    None => self.schema.table(&name.text).is_some(),
                }
            }
            ast::ExprKind::Call { name, arguments } => {
                if let Some(table) = local(&name.text) {
                    return table;
                }
                match self.lookup(env, &name.text) {
                    Some(Binding::Function { tabular, .. }) => *tabular,
                    Some(_) => false,
                    None if &*name.text == "materialize" => {
                        arguments.first().is_some_and(|argument| self.is_table(argument, env, locals))
                    }
                    None => is_source_function(&name.text) || self.is_table_function(&name.text),
                }
            }
            _ => false,
        }
    }

    /// Whether the body of a function yields a table.
    pub(super) fn is_table_body(&self, function: &'q ast::Function, env: Env) -> bool {
        let mut locals: Locals<'q> = function
            .parameters
            .iter()
            .map(|parameter| {
                (&*parameter.name.text, matches!(parameter.kind, ast::ParameterKind::Tabular { .. }))
            })
            .collect();
        let mut table = false;
        for statement in &function.body.statements {
            match &statement.kind {
                ast::StatementKind::Let(binding) => {
                    let is_table = match &binding.value {
                        ast::LetValue::Expression(value) => self.is_table(value, env, &locals),
                        // A function in a function: what its body is, as far as it can be told without its own names.
                        ast::LetValue::Function(inner) => match inner.body.statements.last() {
                            Some(ast::Statement { kind: ast::StatementKind::Expression(value), .. }) => {
                                self.is_table(value, env, &locals)
                            }
                            _ => false,
                        },
                    };
                    locals.push((&binding.name.text, is_table));
                }
                ast::StatementKind::Expression(value) => table = self.is_table(value, env, &locals),
                _ => {}
            }
        }
        table
    }

    /// A function that the product provides and that yields a table.
    #[expect(clippy::unused_self, reason = "the list may come to depend on the schema")]
    pub(super) fn is_table_function(&self, name: &str) -> bool {
        super::invoke::TABLE_FUNCTIONS.iter().any(|function| function.name == name)
    }
}

/// Functions that stand for a table, or for a place that has tables.
pub(super) fn is_source_function(name: &str) -> bool {
    matches!(
        name,
        "table"
            | "database"
            | "cluster"
            | "workspace"
            | "app"
            | "resource"
            | "arg"
            | "adx"
            | "external_table"
            | "materialized_view"
            | "stored_query_result"
            | "graph"
            | "_GetWatchlist"
            | "_GetWatchlistAlias"
    )
}
