//! Names of columns: those that expressions get by default, and how they are kept apart.

use std::collections::HashSet;
use std::sync::Arc;

use wardenry_kql_syntax::ast;
use wardenry_kql_values::Value;

use super::scope::{Binding, Cx};
use super::{Checker, constants};
use crate::catalogue::{self, ResultName};

/// The names of a relation that is being made.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<Arc<str>>,
    declared: HashSet<Arc<str>>,
    unnamed: usize,
}

impl Names {
    pub(super) fn with(names: impl IntoIterator<Item = Arc<str>>) -> Self {
        Self { taken: names.into_iter().collect(), ..Self::default() }
    }

    /// A name that the author wrote, `None` if it was written before. One that an expression got by default makes way
    /// for no other: the later one is numbered.
    pub(super) fn declare(&mut self, name: &str) -> Option<Arc<str>> {
        let name: Arc<str> = name.into();
        if !self.declared.insert(name.clone()) {
            return None;
        }
        Some(self.unique(&name))
    }

    /// The name itself if it is free, or with the first number that makes it free.
    pub(super) fn unique(&mut self, name: &str) -> Arc<str> {
        let mut candidate: Arc<str> = name.into();
        let mut number = 1;
        while self.taken.contains(&candidate) {
            candidate = format!("{name}{number}").into();
            number += 1;
        }
        self.taken.insert(candidate.clone());
        candidate
    }

    /// `Column1`, `Column2`, …
    pub(super) fn numbered(&mut self) -> Arc<str> {
        self.unnamed += 1;
        let name = format!("Column{}", self.unnamed);
        self.unique(&name)
    }

    pub(super) fn named(&mut self, name: Option<&str>) -> Arc<str> {
        match name {
            Some(name) => self.unique(name),
            None => self.numbered(),
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.taken.contains(name)
    }
}

impl<'q> Checker<'q> {
    /// The name that an unnamed column of an expression gets, if the expression gives one.
    /// [D named-expressions.md] and the binder of the reference implementation.
    pub(super) fn default_name(&self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Option<String> {
        match &expr.kind {
            ast::ExprKind::Name(name) => Some(name.text.to_string()),
            ast::ExprKind::Dollar(name) => Some(format!("${}", name.trim_start_matches('$'))),
            ast::ExprKind::Parenthesized(inner) => self.default_name(inner, cx),
            ast::ExprKind::Named { name, .. } => Some(name.text.to_string()),
            ast::ExprKind::Typed { name, .. } => Some(name.text.to_string()),
            ast::ExprKind::Member { base, name } => {
                let name = &name.text;
                if matches!(base.kind, ast::ExprKind::Dollar(_)) {
                    return Some(name.to_string());
                }
                Some(match self.default_name(base, cx) {
                    Some(base) => format!("{base}_{name}"),
                    None if matches!(base.kind, ast::ExprKind::DynamicLiteral(_)) => return None,
                    None => name.to_string(),
                })
            }
            ast::ExprKind::Index { base, index } => {
                let base = self.default_name(base, cx)?;
                let step = match &index.kind {
                    ast::ExprKind::Literal(Value::String(text)) => text.to_string(),
                    ast::ExprKind::Literal(Value::Long(Some(number))) => number.to_string(),
                    _ => String::new(),
                };
                Some(format!("{base}_{step}"))
            }
            ast::ExprKind::Call { name, arguments } => self.call_name(&name.text, arguments, cx),
            _ => None,
        }
    }

    fn call_name(&self, name: &str, arguments: &'q [ast::Expr], cx: &Cx<'_>) -> Option<String> {
        if matches!(self.lookup(cx.env, name), Some(Binding::Function { .. })) {
            return None;
        }
        let function = match cx.aggregation.and_then(|_| catalogue::aggregate(name)) {
            Some(function) => function,
            None => catalogue::scalar(name)?,
        };
        let first = arguments.first();
        if function.result_name == ResultName::FirstArgumentValue {
            return match &first?.kind {
                ast::ExprKind::Literal(Value::String(text)) => Some(text.to_string()),
                _ => self.default_name(first?, cx),
            };
        }
        let first = first.and_then(|first| self.default_name(first, cx));
        match function.canonical {
            "percentile" | "percentiles" | "percentilew" | "percentilesw" => {
                let position = if function.canonical.contains('w') { 2 } else { 1 };
                let percent = arguments.get(position).and_then(|percent| self.constant_of(percent, cx.env));
                Some(percentile_name(first.as_deref(), percent.as_ref()))
            }
            "percentiles_array" | "percentilesw_array" => {
                Some(format!("percentiles_{}", first.unwrap_or_default()))
            }
            "arg_max" | "arg_min" | "take_any" => first,
            _ => function.default_name(first.as_deref(), arguments.len()),
        }
    }

    /// The value of an expression that names or writes a constant.
    pub(super) fn constant_of(&self, expr: &ast::Expr, env: super::scope::Env) -> Option<Value> {
        match &expr.kind {
            ast::ExprKind::Literal(value) => Some(value.clone()),
            ast::ExprKind::HiddenString(text) => Some(Value::String(text.clone())),
            ast::ExprKind::Parenthesized(inner) => self.constant_of(inner, env),
            ast::ExprKind::Name(name) => match self.lookup(env, &name.text)? {
                Binding::Scalar { value, .. } => value.constant.clone(),
                _ => None,
            },
            ast::ExprKind::Unary { operator: ast::UnaryOperator::Minus, operand } => {
                constants::negate(&self.constant_of(operand, env)?)
            }
            _ => None,
        }
    }
}

/// `percentile_x_95`, `percentile_x_99_9`.
pub(super) fn percentile_name(first: Option<&str>, percent: Option<&Value>) -> String {
    let percent = match percent {
        Some(Value::Int(Some(number))) => number.to_string(),
        Some(Value::Long(Some(number))) => number.to_string(),
        Some(Value::Real(Some(number))) => number.to_string().replace('.', "_"),
        Some(Value::Decimal(Some(number))) => number.replace('.', "_"),
        _ => String::new(),
    };
    format!("percentile_{}_{percent}", first.unwrap_or_default())
}

/// Whether a name fits a pattern with `*` in it.
pub(super) fn matches_wildcard(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
