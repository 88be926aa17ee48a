//! Calls of functions that the query declares: their bodies are checked in the place of the call.

use std::rc::Rc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::Value;

use super::Checker;
use super::expr::Typed;
use super::relation::Relation;
use super::scope::{Binding, Cx, Env, Row};
use crate::checked::{ExprKind, RelKind};
use crate::codes;

impl<'q> Checker<'q> {
    /// A call whose value is a single one.
    pub(super) fn call_scalar_function(
        &mut self,
        name: &str,
        function: &'q ast::Function,
        env: Env,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let Some((env, block)) = self.bind_arguments(name, function, env, None, arguments, span, cx) else {
            return Typed::unknown(span);
        };
        let checked = self.nested(span, |checker| {
            checker.body(function, block, &Cx { env, ..*cx }, |checker, value, env| {
                let cx = Cx { env, ..*cx };
                if checker.is_tabular(value, &cx) {
                    let message = format!("`{name}` yields a table, not a single value");
                    checker.error(codes::SCALAR_EXPECTED, span, message);
                    return Typed::unknown(span);
                }
                checker.scalar(value, &cx)
            })
        });
        let mut typed = checked.flatten().unwrap_or_else(|| Typed::unknown(span));
        typed.expr.span = span;
        typed
    }

    /// A call whose value is a table. `input` is the table of `invoke`, which goes before the arguments.
    #[expect(clippy::too_many_arguments, reason = "the parts of a call, and where it stands")]
    pub(super) fn call_tabular_function(
        &mut self,
        name: &str,
        function: &'q ast::Function,
        env: Env,
        input: Option<Relation>,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Relation {
        let Some((env, block)) = self.bind_arguments(name, function, env, input, arguments, span, cx) else {
            return Relation::unknown(span);
        };
        let outer_rows = std::mem::take(&mut self.outer_rows);
        let checked = self.nested(span, |checker| {
            checker.body(function, block, &Cx::constant(env), |checker, value, env| {
                checker.table_or_graph(value, &Cx::constant(env))
            })
        });
        self.outer_rows = outer_rows;
        checked.flatten().unwrap_or_else(|| Relation::unknown(span))
    }

    /// Checks the statements of a body, and its value with `check`.
    fn body<T>(
        &mut self,
        function: &'q ast::Function,
        block: u32,
        cx: &Cx<'_>,
        check: impl FnOnce(&mut Self, &'q ast::Expr, Env) -> T,
    ) -> Option<T> {
        let mut env = cx.env;
        let mut value = None;
        for statement in &function.body.statements {
            match &statement.kind {
                ast::StatementKind::Let(binding) => {
                    env = self.let_statement(binding, block, &Cx { env, ..*cx });
                }
                ast::StatementKind::Expression(expr) => value = Some(expr),
                ast::StatementKind::Bogus => self.broken = true,
                _ => self.error(
                    codes::NOT_SUPPORTED,
                    statement.span,
                    "only `let` statements can stand in a function, before its value",
                ),
            }
        }
        let Some(value) = value else {
            self.error(codes::NO_RESULT, function.body.span, "the function yields nothing");
            return None;
        };
        Some(check(self, value, env))
    }

    /// Gives the parameters the values of the arguments.
    #[expect(clippy::too_many_arguments, reason = "the parts of a call, and where it stands")]
    fn bind_arguments(
        &mut self,
        name: &str,
        function: &'q ast::Function,
        env: Env,
        input: Option<Relation>,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Option<(Env, u32)> {
        self.called.insert(function.span);
        let parameters = &function.parameters;
        let mut given: Vec<Option<&'q ast::Expr>> = vec![None; parameters.len()];
        let taken = usize::from(input.is_some());
        let mut position = taken;
        for argument in arguments {
            if let ast::ExprKind::Named { name: label, value } = &argument.kind {
                let found = parameters.iter().position(|parameter| parameter.name.text == label.text);
                match found {
                    Some(found) if given[found].is_none() && found >= taken => given[found] = Some(value),
                    Some(_) => {
                        self.error(
                            codes::DUPLICATE_NAME,
                            label.span,
                            format!("`{}` is given twice", label.text),
                        );
                    }
                    None => self.error(
                        codes::ARGUMENT_VALUE,
                        label.span,
                        format!("`{name}` has no parameter named `{}`", label.text),
                    ),
                }
                position += 1;
                continue;
            }
            if let Some(slot) = given.get_mut(position) {
                *slot = Some(argument);
            }
            position += 1;
        }
        if position > parameters.len() {
            let message = format!("`{name}` takes {} arguments, not {}", parameters.len(), position);
            self.error(codes::ARGUMENT_COUNT, span, message);
        }
        let block = self.fresh_block();
        let mut bound = env;
        let mut input = input;
        let mut complete = true;
        for (parameter, argument) in parameters.iter().zip(given) {
            let value = argument.or(parameter.default.as_ref());
            let binding = match &parameter.kind {
                ast::ParameterKind::Tabular { columns, .. } => {
                    let relation = match (input.take(), value) {
                        (Some(input), _) => Some(input),
                        (None, Some(value)) => Some(self.subquery(value, cx)),
                        (None, None) => None,
                    };
                    relation.map(|relation| {
                        self.require_columns(name, &relation, columns, span);
                        Binding::Tabular(Rc::new(relation))
                    })
                }
                ast::ParameterKind::Scalar(type_name) => value.map(|value| {
                    let value_cx = if argument.is_some() { *cx } else { Cx::constant(env) };
                    let typed = self.scalar(value, &value_cx);
                    let typed = match type_name.scalar_type {
                        Some(to) => self.convert(typed, to),
                        None => typed,
                    };
                    Binding::Scalar { value: Rc::new(typed), parameter: true }
                }),
            };
            let binding = binding.unwrap_or_else(|| {
                complete = false;
                Binding::Unknown
            });
            bound = self.bind(bound, block, &parameter.name.text, binding);
        }
        if !complete {
            let required = parameters.iter().filter(|parameter| parameter.default.is_none()).count();
            let diagnostic = Diagnostic::error(
                codes::ARGUMENT_COUNT,
                span,
                format!("`{name}` needs {required} arguments, and {} are given", arguments.len() + taken),
            );
            self.report(diagnostic);
            return None;
        }
        Some((bound, block))
    }

    pub(super) fn fresh_block(&mut self) -> u32 {
        self.next_block += 1;
        self.next_block
    }

    /// A table that is given to a function must have the columns that the parameter declares.
    fn require_columns(
        &mut self,
        name: &str,
        relation: &Relation,
        declared: &[ast::ColumnDeclaration],
        span: Span,
    ) {
        for column in declared {
            let found = relation.column(&column.name.text);
            let message = match (found, column.type_name.scalar_type) {
                (None, _) if relation.open => continue,
                (None, _) => format!("`{name}` needs a table with a column `{}`", column.name.text),
                (Some(found), Some(declared))
                    if found.scalar_type != declared && !self.unknown.contains(&found.id) =>
                {
                    format!(
                        "`{name}` needs the column `{}` to be {declared}, not {}",
                        column.name.text, found.scalar_type
                    )
                }
                _ => continue,
            };
            self.error(codes::TABLE_SHAPE, span, message);
        }
    }

    /// Looks at the body of a function that nothing calls, with values of which only the types are known.
    pub(super) fn check_uncalled(&mut self, function: &'q ast::Function, env: Env) {
        let block = self.fresh_block();
        let mut bound = env;
        for parameter in &function.parameters {
            let span = parameter.span;
            let binding = match &parameter.kind {
                ast::ParameterKind::Scalar(type_name) => {
                    let typed = match type_name.scalar_type {
                        Some(scalar_type) => {
                            Typed::new(ExprKind::Literal(Value::null(scalar_type)), scalar_type, span)
                        }
                        None => Typed::unknown(span),
                    };
                    Binding::Scalar { value: Rc::new(typed), parameter: true }
                }
                ast::ParameterKind::Tabular { columns, .. } => {
                    let columns = columns
                        .iter()
                        .filter_map(|column| {
                            let scalar_type = column.type_name.scalar_type?;
                            Some(self.fresh_column(&*column.name.text, scalar_type))
                        })
                        .collect();
                    let mut relation = Relation::new(RelKind::Values { rows: Vec::new() }, columns, span);
                    relation.open = true;
                    relation.ordered = true;
                    Binding::Tabular(Rc::new(relation))
                }
            };
            bound = self.bind(bound, block, &parameter.name.text, binding);
        }
        let shared = self.shared.len();
        let span = function.span;
        self.nested(span, |checker| {
            checker.body(function, block, &Cx::constant(bound), |checker, value, env| {
                let cx = Cx::constant(env);
                if checker.is_tabular(value, &cx) {
                    checker.table(value, &cx);
                } else {
                    // A body that yields a single value may read the columns of wherever it is called.
                    let row = Row { columns: &[], open: true, ordered: true, relation: None };
                    checker.scalar(value, &Cx::row(env, &row));
                }
            })
        });
        self.shared.truncate(shared);
    }
}
