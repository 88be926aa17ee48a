//! `project` and its relatives, `extend`, `serialize`.

use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::expr::Typed;
use super::names::{Names, matches_wildcard};
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Cx, Row};
use crate::checked::{Column, Expr, ExprKind, RelKind};
use crate::codes;

/// A value of a list of expressions.
pub(super) struct NamedValue<'q> {
    /// The name that the author gave.
    pub(super) declared: Option<&'q ast::Name>,
    /// The name that the expression gives.
    pub(super) default: Option<String>,
    /// One of several values of a call.
    pub(super) is_tuple: bool,
    /// A column alone, under its own name.
    pub(super) is_column: bool,
    pub(super) typed: Typed,
}

impl<'q> Checker<'q> {
    /// The values of an item of a list: one, or those of a function that returns several.
    pub(super) fn values(&mut self, item: &'q ast::Expr, cx: &Cx<'_>) -> Vec<NamedValue<'q>> {
        let (names, value): (&'q [ast::Name], &'q ast::Expr) = match &item.kind {
            ast::ExprKind::Named { name, value } => (std::slice::from_ref(name), value),
            ast::ExprKind::NamedTuple { names, value } => (names, value),
            _ => (&[], item),
        };
        if let Some(values) = self.tuple(value, cx) {
            self.several_names(names, values.len());
            return values
                .into_iter()
                .enumerate()
                .map(|(position, (default, typed))| NamedValue {
                    declared: names.get(position),
                    default: Some(default),
                    is_tuple: true,
                    is_column: false,
                    typed,
                })
                .collect();
        }
        self.several_names(names, 1);
        let default = self.default_name(value, cx);
        let typed = self.scalar(value, cx);
        let is_column =
            names.is_empty() && matches!(value.kind, ast::ExprKind::Name(_) | ast::ExprKind::Dollar(_));
        vec![NamedValue { declared: names.first(), default, is_tuple: false, is_column, typed }]
    }

    /// Refuses names without a value.
    pub(super) fn several_names(&mut self, names: &'q [ast::Name], values: usize) {
        if let Some(name) = names.get(values) {
            let message = match values {
                1 => "the expression has one value, and several names are given".to_owned(),
                _ => format!("the expression has {values} values, and {} names are given", names.len()),
            };
            let diagnostic = Diagnostic::error(codes::SEVERAL_VALUES, name.span, message)
                .with_note("name each value by itself: `a = …, b = …`");
            self.report(diagnostic);
        }
    }

    /// A name that the author gave; the second time it is refused.
    pub(super) fn declare(&mut self, names: &mut Names, name: &ast::Name) -> Option<Arc<str>> {
        let declared = names.declare(&name.text);
        if declared.is_none() {
            self.error(
                codes::DUPLICATE_NAME,
                name.span,
                format!("the column `{}` is given twice", name.text),
            );
        }
        declared
    }

    /// An expression of a list, of which it is remembered if its type is not known.
    pub(super) fn hold(&mut self, typed: Typed) -> Expr {
        if typed.unknown && !self.is_unknown(&typed.expr) {
            let id = self.fresh_id();
            self.unknown.insert(id);
            return Expr {
                kind: ExprKind::Column(id),
                scalar_type: ScalarType::Dynamic,
                span: typed.expr.span,
            };
        }
        typed.expr
    }

    pub(super) fn project_operator(
        &mut self,
        at: At<'q>,
        input: Relation,
        items: &'q [ast::Expr],
    ) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let mut names = Names::default();
        let mut projected = Vec::with_capacity(items.len());
        for item in items {
            if let ast::ExprKind::Star = item.kind {
                for column in input.columns() {
                    if !names.contains(&column.name) {
                        names.unique(&column.name);
                        projected.push((column.name.clone(), read(column, item.span)));
                    }
                }
                continue;
            }
            for value in self.values(item, &cx) {
                let name = match (value.declared, &value.default) {
                    (Some(name), _) => self.declare(&mut names, name),
                    (None, Some(default)) if value.is_column => {
                        let declared = names.declare(default);
                        if declared.is_none() {
                            let message = format!("the column `{default}` is given twice");
                            self.error(codes::DUPLICATE_NAME, item.span, message);
                        }
                        declared
                    }
                    (None, default) => Some(names.named(default.as_deref())),
                };
                let expr = self.hold(value.typed);
                if let Some(name) = name {
                    projected.push((name, expr));
                }
            }
        }
        self.project(input, projected, at.span()).closed()
    }

    pub(super) fn extend(&mut self, at: At<'q>, input: Relation, items: &'q [ast::Expr]) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let mut result: Vec<(Arc<str>, Expr)> =
            input.columns().iter().map(|column| (column.name.clone(), read(column, at.span()))).collect();
        let mut declared = Names::default();
        let mut made: Vec<&'q str> = Vec::new();
        let mut unnamed = 0_usize;
        for item in items {
            self.refuse_names_made_here(at, item, &made, &row);
            for value in self.values(item, &cx) {
                let name: Arc<str> = match (value.declared, value.default) {
                    (Some(name), _) => {
                        made.push(&name.text);
                        match self.declare(&mut declared, name) {
                            Some(_) => (&*name.text).into(),
                            None => continue,
                        }
                    }
                    (None, Some(default)) => default.into(),
                    (None, None) => loop {
                        unnamed += 1;
                        let name = format!("Column{unnamed}");
                        if !result.iter().any(|(taken, _)| **taken == *name) {
                            break name.into();
                        }
                    },
                };
                let expr = self.hold(value.typed);
                match result.iter_mut().find(|(taken, _)| *taken == name) {
                    Some((_, existing)) => *existing = expr,
                    None => result.push((name, expr)),
                }
            }
        }
        self.project(input, result, at.span())
    }

    /// A name that the same `extend` makes is not known yet; say that rather than "unknown".
    fn refuse_names_made_here(&mut self, at: At<'q>, item: &'q ast::Expr, made: &[&'q str], row: &Row<'_>) {
        if made.is_empty() || row.open {
            return;
        }
        let value = match &item.kind {
            ast::ExprKind::Named { value, .. } | ast::ExprKind::NamedTuple { value, .. } => value,
            _ => item,
        };
        let mut found = Vec::new();
        names_in(value, 0, &mut |name| {
            if made.contains(&&*name.text) && row.find(&name.text).is_none() {
                found.push(name);
            }
        });
        for name in found {
            let is_outer = self.outer_rows.iter().flatten().any(|column| *column.name == *name.text);
            if is_outer || self.lookup(at.env, &name.text).is_some() {
                continue;
            }
            let diagnostic = Diagnostic::error(
                codes::COLUMN_USED_TOO_EARLY,
                name.span,
                format!("`{}` is made by this very `extend` and not known in it yet", name.text),
            )
            .with_note("use a second `extend`");
            self.report(diagnostic);
        }
    }

    /// The columns that a list of names and wildcards means, in the order of the list.
    fn named_columns(&mut self, at: At<'q>, input: &Relation, items: &'q [ast::Expr]) -> Vec<Column> {
        let row = Row::of(input);
        let cx = Cx::row(at.env, &row);
        let mut columns: Vec<Column> = Vec::new();
        for item in items {
            let found: Vec<Column> = match &item.kind {
                ast::ExprKind::Wildcard(pattern) => self.wildcard(input, pattern, item.span),
                ast::ExprKind::Star => input.columns().to_vec(),
                _ => self.column_name(item, &cx).into_iter().collect(),
            };
            for column in found {
                if !columns.iter().any(|other| other.id == column.id) {
                    columns.push(column);
                }
            }
        }
        columns
    }

    fn wildcard(&mut self, input: &Relation, pattern: &str, span: wardenry_diagnostic::Span) -> Vec<Column> {
        let found: Vec<Column> = input
            .columns()
            .iter()
            .filter(|column| matches_wildcard(pattern, &column.name))
            .cloned()
            .collect();
        if found.is_empty() && !input.open {
            self.error(codes::UNKNOWN_COLUMN, span, format!("no column matches `{pattern}`"));
        }
        found
    }

    fn keep_columns(&mut self, at: At<'q>, input: Relation, columns: Vec<Column>) -> Relation {
        let items = columns
            .into_iter()
            .map(|column| {
                let expr = read(&column, at.span());
                (column.name, expr)
            })
            .collect();
        self.project(input, items, at.span())
    }

    pub(super) fn project_away(&mut self, at: At<'q>, input: Relation, items: &'q [ast::Expr]) -> Relation {
        let away = self.named_columns(at, &input, items);
        let columns = input
            .columns()
            .iter()
            .filter(|column| !away.iter().any(|other| other.id == column.id))
            .cloned()
            .collect();
        self.keep_columns(at, input, columns)
    }

    pub(super) fn project_keep(&mut self, at: At<'q>, input: Relation, items: &'q [ast::Expr]) -> Relation {
        let kept = self.named_columns(at, &input, items);
        let columns = input
            .columns()
            .iter()
            .filter(|column| kept.iter().any(|other| other.id == column.id))
            .cloned()
            .collect();
        self.keep_columns(at, input, columns).closed()
    }

    pub(super) fn project_by_names(
        &mut self,
        at: At<'q>,
        input: Relation,
        items: &'q [ast::Expr],
    ) -> Relation {
        let mut columns: Vec<Column> = Vec::new();
        for item in items {
            let Some(Value::String(pattern)) = self.constant_of(item, at.env) else {
                self.error(
                    codes::CONSTANT_EXPECTED,
                    item.span,
                    "the name of a column must stand here as a text",
                );
                continue;
            };
            for column in input.columns() {
                if matches_wildcard(&pattern, &column.name) && !columns.contains(column) {
                    columns.push(column.clone());
                }
            }
        }
        self.keep_columns(at, input, columns).closed()
    }

    pub(super) fn project_rename(&mut self, at: At<'q>, input: Relation, items: &'q [ast::Expr]) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let mut renamed: Vec<(usize, &'q ast::Name)> = Vec::new();
        for item in items {
            let ast::ExprKind::Named { name, value } = &item.kind else {
                self.error(codes::COLUMN_EXPECTED, item.span, "`new = old` must stand here");
                continue;
            };
            let Some(column) = self.column_name(value, &cx) else { continue };
            let Some(position) = input.columns().iter().position(|other| other.id == column.id) else {
                continue;
            };
            let taken =
                input.columns().iter().any(|other| *other.name == *name.text && other.id != column.id)
                    || renamed.iter().any(|(_, other)| other.text == name.text);
            if taken {
                let message = format!("there is a column `{}` already", name.text);
                self.error(codes::DUPLICATE_NAME, name.span, message);
                continue;
            }
            renamed.push((position, name));
        }
        let items = input
            .columns()
            .iter()
            .enumerate()
            .map(|(position, column)| {
                let new = renamed.iter().find(|(other, _)| *other == position);
                let name = new.map_or_else(|| column.name.clone(), |(_, name)| (&*name.text).into());
                (name, read(column, at.span()))
            })
            .collect();
        self.project(input, items, at.span())
    }

    pub(super) fn project_reorder(
        &mut self,
        at: At<'q>,
        input: Relation,
        items: &'q [ast::ReorderItem],
    ) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        // Each column belongs to the first item that names it, and to a wildcard only if no item names it.
        let named: Vec<_> = items
            .iter()
            .filter_map(|item| match &item.expr.kind {
                ast::ExprKind::Wildcard(_) | ast::ExprKind::Star => None,
                _ => self.column_name(&item.expr, &cx).map(|column| column.id),
            })
            .collect();
        let mut columns: Vec<Column> = Vec::new();
        for item in items {
            let mut found: Vec<Column> = match &item.expr.kind {
                ast::ExprKind::Wildcard(pattern) => {
                    let found = self.wildcard(&input, pattern, item.expr.span);
                    found.into_iter().filter(|column| !named.contains(&column.id)).collect()
                }
                ast::ExprKind::Star => {
                    input.columns().iter().filter(|column| !named.contains(&column.id)).cloned().collect()
                }
                _ => self.column_name(&item.expr, &cx).into_iter().collect(),
            };
            match item.order {
                ast::ReorderOrder::AsListed => {}
                ast::ReorderOrder::Asc => found.sort_by(|a, b| a.name.cmp(&b.name)),
                ast::ReorderOrder::Desc => found.sort_by(|a, b| b.name.cmp(&a.name)),
                ast::ReorderOrder::GrannyAsc => found.sort_by(|a, b| granny(&a.name, &b.name)),
                ast::ReorderOrder::GrannyDesc => found.sort_by(|a, b| granny(&b.name, &a.name)),
            }
            for column in found {
                if !columns.iter().any(|other| other.id == column.id) {
                    columns.push(column);
                }
            }
        }
        for column in input.columns() {
            if !columns.iter().any(|other| other.id == column.id) {
                columns.push(column.clone());
            }
        }
        self.keep_columns(at, input, columns)
    }

    pub(super) fn serialize(&mut self, at: At<'q>, input: Relation, items: &'q [ast::Expr]) -> Relation {
        let ordered = input.keep(at.span(), |input| RelKind::Serialize { input }).with_order(true);
        if items.is_empty() { ordered } else { self.extend(at, ordered, items) }
    }
}

/// Compares names with the numbers in them as numbers: `a2` before `a10`.
fn granny(left: &str, right: &str) -> std::cmp::Ordering {
    let mut left = left.chars().peekable();
    let mut right = right.chars().peekable();
    loop {
        match (left.peek().copied(), right.peek().copied()) {
            (None, None) => return std::cmp::Ordering::Equal,
            (None, Some(_)) => return std::cmp::Ordering::Less,
            (Some(_), None) => return std::cmp::Ordering::Greater,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let digits = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                    let mut number = 0_u128;
                    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                        number = number.saturating_mul(10).saturating_add(u128::from(digit));
                        chars.next();
                    }
                    number
                };
                let ordering = digits(&mut left).cmp(&digits(&mut right));
                if ordering.is_ne() {
                    return ordering;
                }
            }
            (Some(a), Some(b)) => {
                let ordering = a.cmp(&b);
                if ordering.is_ne() {
                    return ordering;
                }
                left.next();
                right.next();
            }
        }
    }
}

/// Tells of the names that stand in an expression, down to a depth that people write.
pub(super) fn names_in<'q>(expr: &'q ast::Expr, depth: usize, tell: &mut impl FnMut(&'q ast::Name)) {
    if depth > 32 {
        return;
    }
    let mut each = |expr: &'q ast::Expr| names_in(expr, depth + 1, &mut *tell);
    match &expr.kind {
        ast::ExprKind::Name(name) => tell(name),
        ast::ExprKind::Call { arguments, .. } => arguments.iter().for_each(each),
        ast::ExprKind::Member { base, .. } => each(base),
        ast::ExprKind::Index { base, index } => {
            each(base);
            each(index);
        }
        ast::ExprKind::Unary { operand, .. } => each(operand),
        ast::ExprKind::Binary { left, right, .. } => {
            each(left);
            each(right);
        }
        ast::ExprKind::InList { left, items, .. } => {
            each(left);
            items.iter().for_each(each);
        }
        ast::ExprKind::Between { left, low, high, .. } => {
            each(left);
            each(low);
            each(high);
        }
        ast::ExprKind::Named { value, .. } => each(value),
        ast::ExprKind::Parenthesized(inner) => each(inner),
        _ => {}
    }
}
