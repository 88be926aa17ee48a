//! The tree as text, for tests and for looking at it.
//!
//! Nodes in parentheses, one line for each statement and operator, no spans. Two texts with the same dump
//! mean the same.

mod operators;

use std::fmt::Write as _;

use wardenry_kql_values::Value;

use crate::ast::{
    ColumnDeclaration, Expr, ExprKind, FunctionBody, Let, LetValue, Name, Parameter, ParameterKind, Pipe,
    Query, Statement, StatementKind, TypeName, UnaryOperator,
};

/// Writes a tree.
pub fn dump(query: &Query) -> String {
    let mut dump = Dump { text: String::new(), indent: 0 };
    for statement in &query.statements {
        dump.statement(statement);
        dump.text.push('\n');
    }
    dump.text
}

/// Writes an expression on one line, but for pipelines in it.
pub fn dump_expr(expr: &Expr) -> String {
    let mut dump = Dump { text: String::new(), indent: 0 };
    dump.expr(expr);
    dump.text
}

struct Dump {
    text: String,
    indent: usize,
}

impl Dump {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.indent {
            self.text.push_str("  ");
        }
    }

    /// `(head …)`.
    fn node(&mut self, head: &str, inside: impl FnOnce(&mut Self)) {
        self.text.push('(');
        self.text.push_str(head);
        inside(self);
        self.text.push(')');
    }

    fn spaced(&mut self, expr: &Expr) {
        self.push(" ");
        self.expr(expr);
    }

    fn all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.spaced(expr);
        }
    }

    fn clause(&mut self, head: &str, exprs: &[Expr]) {
        if !exprs.is_empty() {
            self.push(" ");
            self.node(head, |dump| dump.all(exprs));
        }
    }

    fn optional(&mut self, head: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.push(" ");
            self.node(head, |dump| dump.spaced(expr));
        }
    }

    fn name(&mut self, name: &Name) {
        if name.quoted {
            _ = write!(self.text, "[{:?}]", name.text);
        } else if name.text.is_empty() {
            self.push("<missing>");
        } else {
            self.push(&name.text);
        }
    }

    fn spaced_name(&mut self, name: &Name) {
        self.push(" ");
        self.name(name);
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Expression(expr) => self.expr(expr),
            StatementKind::Let(Let { name, value }) => self.node("let", |dump| {
                dump.spaced_name(name);
                match value {
                    LetValue::Expression(expr) => dump.spaced(expr),
                    LetValue::Function(function) => {
                        dump.push(" ");
                        dump.node(if function.view { "view" } else { "function" }, |dump| {
                            dump.parameters(&function.parameters);
                            dump.body(&function.body);
                        });
                    }
                }
            }),
            StatementKind::Set { name, value } => self.node("set", |dump| {
                dump.spaced_name(name);
                if let Some(value) = value {
                    dump.spaced(value);
                }
            }),
            StatementKind::DeclareParameters(parameters) => {
                self.node("declare-query-parameters", |dump| dump.parameters(parameters));
            }
            StatementKind::Alias { name, value } => self.node("alias", |dump| {
                dump.spaced_name(name);
                dump.spaced(value);
            }),
            StatementKind::Restrict(items) => self.node("restrict", |dump| dump.all(items)),
            StatementKind::DeclarePattern { name } => self.node("declare-pattern", |dump| {
                if let Some(name) = name {
                    dump.spaced_name(name);
                }
            }),
            StatementKind::Bogus => self.push("<bogus>"),
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.push(" ");
            self.name(&parameter.name);
            self.push(":");
            match &parameter.kind {
                ParameterKind::Scalar(type_name) => self.type_name(type_name),
                ParameterKind::Tabular { columns, open } => self.schema(columns, *open),
            }
            if let Some(default) = &parameter.default {
                self.push("=");
                self.expr(default);
            }
        }
    }

    fn body(&mut self, body: &FunctionBody) {
        self.indent += 1;
        for statement in &body.statements {
            self.line();
            self.statement(statement);
        }
        self.indent -= 1;
    }

    fn type_name(&mut self, type_name: &TypeName) {
        self.push(type_name.scalar_type.map_or("<unknown>", wardenry_kql_values::ScalarType::name));
    }

    fn schema(&mut self, columns: &[ColumnDeclaration], star: bool) {
        self.push("[");
        if star {
            self.push("*");
        }
        for (at, column) in columns.iter().enumerate() {
            if at > 0 || star {
                self.push(" ");
            }
            self.name(&column.name);
            self.push(":");
            self.type_name(&column.type_name);
        }
        self.push("]");
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(value) => self.value(value),
            ExprKind::TimeToday(ticks) => {
                let time = wardenry_kql_values::timespan::text(*ticks);
                self.node("today", |dump| {
                    dump.push(" ");
                    dump.push(&time);
                });
            }
            ExprKind::HiddenString(text) => _ = write!(self.text, "h{text:?}"),
            ExprKind::DynamicLiteral(json) => {
                let json = json.as_deref().unwrap_or("null");
                self.node("dynamic", |dump| {
                    dump.push(" ");
                    dump.push(json);
                });
            }
            ExprKind::Typeof(schema) => self.node("typeof", |dump| {
                dump.push(" ");
                match schema.scalar_type {
                    Some(scalar_type) => dump.push(scalar_type.name()),
                    None => dump.schema(&schema.columns, schema.star),
                }
            }),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Wildcard(text) => self.node("wildcard", |dump| {
                dump.push(" ");
                dump.push(text);
            }),
            ExprKind::Star => self.push("*"),
            ExprKind::Call { name, arguments } => self.node("call", |dump| {
                dump.spaced_name(name);
                dump.all(arguments);
            }),
            ExprKind::Member { base, name } => self.node(".", |dump| {
                dump.spaced(base);
                dump.spaced_name(name);
            }),
            ExprKind::MemberCall { base, name, arguments } => self.node(".call", |dump| {
                dump.spaced(base);
                dump.spaced_name(name);
                dump.all(arguments);
            }),
            ExprKind::Index { base, index } => self.node("index", |dump| {
                dump.spaced(base);
                dump.spaced(index);
            }),
            ExprKind::Unary { operator, operand } => {
                let sign = match operator {
                    UnaryOperator::Plus => "+",
                    UnaryOperator::Minus => "-",
                };
                self.node(sign, |dump| dump.spaced(operand));
            }
            ExprKind::Binary { operator, left, right, .. } => self.node(operator.text(), |dump| {
                dump.spaced(left);
                dump.spaced(right);
            }),
            ExprKind::InList { operator, left, items, .. } => self.node(operator.text(), |dump| {
                dump.spaced(left);
                dump.push(" [");
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        dump.push(" ");
                    }
                    dump.expr(item);
                }
                dump.push("]");
            }),
            ExprKind::Between { negated, left, low, high } => {
                self.node(if *negated { "!between" } else { "between" }, |dump| {
                    dump.spaced(left);
                    dump.spaced(low);
                    dump.spaced(high);
                });
            }
            ExprKind::Named { name, value } => self.node("=", |dump| {
                dump.spaced_name(name);
                dump.spaced(value);
            }),
            ExprKind::NamedTuple { names, value } => self.node("=", |dump| {
                dump.push(" [");
                for (at, name) in names.iter().enumerate() {
                    if at > 0 {
                        dump.push(" ");
                    }
                    dump.name(name);
                }
                dump.push("]");
                dump.spaced(value);
            }),
            ExprKind::Typed { name, type_name } => {
                self.name(name);
                self.push(":");
                self.type_name(type_name);
            }
            ExprKind::Dollar(text) => self.push(text),
            ExprKind::Pipe(pipe) => self.pipe(pipe),
            ExprKind::Parenthesized(inner) => self.node("paren", |dump| dump.spaced(inner)),
            ExprKind::List(items) => self.node("list", |dump| dump.all(items)),
            ExprKind::Bogus => self.push("<bogus>"),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => _ = write!(self.text, "{text:?}"),
            Value::Long(Some(number)) => _ = write!(self.text, "{number}"),
            Value::Real(Some(number)) => _ = write!(self.text, "{number:?}"),
            Value::Bool(Some(value)) => _ = write!(self.text, "{value}"),
            _ => {
                let text = if value.is_null() { "null".to_owned() } else { value.text() };
                self.node(value.scalar_type().name(), |dump| {
                    dump.push(" ");
                    dump.push(&text);
                });
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe) {
        if pipe.source.is_none() && pipe.operators.len() == 1 {
            return self.operator(&pipe.operators[0]);
        }
        self.node("pipe", |dump| {
            dump.indent += 1;
            if let Some(source) = &pipe.source {
                dump.spaced(source);
            }
            for operator in &pipe.operators {
                dump.line();
                dump.operator(operator);
            }
            dump.indent -= 1;
        });
    }
}
