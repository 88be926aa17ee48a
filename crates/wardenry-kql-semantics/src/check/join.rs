//! `join` and `lookup`.

use std::collections::HashSet;
use std::sync::Arc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::{self, BinaryOperator, JoinCondition};
use wardenry_kql_values::ScalarType;

use super::expr::Typed;
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::Cx;
use super::{Checker, suggest};
use crate::checked::{Column, Expr, JoinKind, RelKind};
use crate::codes;
use crate::written_name;

/// Columns that are compared, the left one and the right one.
type Pair = (Column, Column);

const KINDS: &[(&str, JoinKind)] = &[
    ("innerunique", JoinKind::InnerUnique),
    ("inner", JoinKind::Inner),
    ("leftouter", JoinKind::LeftOuter),
    ("rightouter", JoinKind::RightOuter),
    ("fullouter", JoinKind::FullOuter),
    ("leftsemi", JoinKind::LeftSemi),
    ("rightsemi", JoinKind::RightSemi),
    ("leftanti", JoinKind::LeftAnti),
    ("leftantisemi", JoinKind::LeftAnti),
    ("anti", JoinKind::LeftAnti),
    ("rightanti", JoinKind::RightAnti),
    ("rightantisemi", JoinKind::RightAnti),
];

impl<'q> Checker<'q> {
    pub(super) fn join(
        &mut self,
        at: At<'q>,
        left: Relation,
        kind: Option<&'q (Box<str>, Span)>,
        right: &'q ast::Expr,
        condition: &'q JoinCondition,
    ) -> Relation {
        let kind = match kind {
            None => JoinKind::InnerUnique,
            Some((word, span)) => self.join_kind(word, *span, KINDS),
        };
        let right = self.subquery(right, &Cx::constant(at.env));
        let pairs = self.join_condition(at, condition, &left, &right);
        let on = self.join_keys(pairs);
        let span = at.span();
        let depth = left.depth.max(right.depth).saturating_add(1);
        let (columns, open) = match kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => (left.rel.columns.clone(), left.open),
            JoinKind::RightSemi | JoinKind::RightAnti => (right.rel.columns.clone(), right.open),
            _ => (self.joined_columns(&left, &right.rel.columns), left.open || right.open),
        };
        let kind = RelKind::Join { kind, left: Box::new(left.rel), right: Box::new(right.rel), on };
        let mut relation = Relation::new(kind, columns, span);
        relation.open = open;
        relation.depth = depth;
        relation
    }

    pub(super) fn lookup_operator(
        &mut self,
        at: At<'q>,
        left: Relation,
        kind: Option<&'q (Box<str>, Span)>,
        right: &'q ast::Expr,
        condition: &'q JoinCondition,
    ) -> Relation {
        let kinds = [("leftouter", JoinKind::LeftOuter), ("inner", JoinKind::Inner)];
        let kind = match kind {
            None => JoinKind::LeftOuter,
            Some((word, span)) => self.join_kind(word, *span, &kinds),
        };
        let right = self.subquery(right, &Cx::constant(at.env));
        let pairs = self.join_condition(at, condition, &left, &right);
        let keys: HashSet<_> = pairs.iter().map(|(_, right)| right.id).collect();
        let on = self.join_keys(pairs);
        let span = at.span();
        let kept: Vec<Column> =
            right.rel.columns.iter().filter(|column| !keys.contains(&column.id)).cloned().collect();
        let result = self.joined_columns(&left, &kept);
        // The join below has all columns; those that are not kept have names that nobody sees.
        let mut all = result.clone();
        for column in right.rel.columns.iter().filter(|column| keys.contains(&column.id)) {
            all.push(Column { name: format!("\u{0}{}", column.name).into(), ..column.clone() });
        }
        let order: Vec<_> =
            left.rel.columns.iter().chain(&right.rel.columns).map(|column| column.id).collect();
        all.sort_by_key(|column| order.iter().position(|id| *id == column.id));
        let (open, depth) = (left.open || right.open, left.depth.max(right.depth).saturating_add(1));
        let kind = RelKind::Join { kind, left: Box::new(left.rel), right: Box::new(right.rel), on };
        let mut relation = Relation::new(kind, all, span);
        relation.open = open;
        relation.depth = depth;
        self.select(relation, &result, span)
    }

    fn join_kind(&mut self, word: &str, span: Span, kinds: &[(&str, JoinKind)]) -> JoinKind {
        if let Some((_, kind)) = kinds.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
            return *kind;
        }
        let names: Vec<String> = kinds.iter().map(|(name, _)| format!("`{name}`")).collect();
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_OPTION, span, format!("no kind `{word}` of join exists here"));
        diagnostic = match suggest::nearest(word, kinds.iter().map(|(name, _)| *name)) {
            Some(nearest) => diagnostic.with_replacement(format!("use `{nearest}`"), span, nearest),
            None => diagnostic.with_note(format!("there are {}", names.join(", "))),
        };
        self.report(diagnostic);
        kinds[0].1
    }

    /// The left's columns, then the right's; a right name that is taken gets the next number that is free on both sides.
    pub(super) fn joined_columns(&mut self, left: &Relation, right: &[Column]) -> Vec<Column> {
        self.charge(right.len() + left.rel.columns.len(), left.rel.span);
        let mut columns = left.rel.columns.clone();
        let lefts: HashSet<Arc<str>> = columns.iter().map(|column| column.name.clone()).collect();
        let mut taken: HashSet<Arc<str>> = lefts.clone();
        taken.extend(right.iter().map(|column| column.name.clone()));
        for column in right {
            let mut column = column.clone();
            if lefts.contains(&column.name) {
                let mut number = 1;
                let free = loop {
                    let candidate: Arc<str> = format!("{}{number}", column.name).into();
                    if taken.insert(candidate.clone()) {
                        break candidate;
                    }
                    number += 1;
                };
                column.name = free;
            }
            columns.push(column);
        }
        columns
    }

    fn join_condition(
        &mut self,
        at: At<'q>,
        condition: &'q JoinCondition,
        left: &Relation,
        right: &Relation,
    ) -> Vec<Pair> {
        let items = match condition {
            JoinCondition::On(items) => items,
            JoinCondition::Where(predicate) => {
                self.error(
                    codes::JOIN_CONDITION,
                    predicate.span,
                    "a join needs `on` with the columns that are equal",
                );
                return Vec::new();
            }
            JoinCondition::Missing => {
                let diagnostic =
                    Diagnostic::error(codes::JOIN_CONDITION, at.keyword(), "the join has no condition")
                        .with_note("add `on` with the columns that are equal");
                self.report(diagnostic);
                return Vec::new();
            }
        };
        let mut pairs = Vec::new();
        for item in items {
            self.join_item(item, left, right, &mut pairs);
        }
        pairs
    }

    fn join_item(&mut self, item: &'q ast::Expr, left: &Relation, right: &Relation, pairs: &mut Vec<Pair>) {
        match &item.kind {
            ast::ExprKind::Parenthesized(inner) => {
                self.nested(item.span, |checker| checker.join_item(inner, left, right, pairs));
            }
            ast::ExprKind::Binary { operator: BinaryOperator::And, left: first, right: second, .. } => {
                self.nested(item.span, |checker| {
                    checker.join_item(first, left, right, pairs);
                    checker.join_item(second, left, right, pairs);
                });
            }
            ast::ExprKind::Name(name) => {
                let in_left = self.side_column(name, left, "left");
                let in_right = self.side_column(name, right, "right");
                if let (Some(in_left), Some(in_right)) = (in_left, in_right) {
                    self.push_pair(pairs, in_left, in_right, item.span);
                }
            }
            ast::ExprKind::Binary { operator: BinaryOperator::Equal, left: first, right: second, .. } => {
                match (side(first), side(second)) {
                    (Some((Side::Left, a)), Some((Side::Right, b)))
                    | (Some((Side::Right, b)), Some((Side::Left, a))) => {
                        let in_left = self.side_column(a, left, "left");
                        let in_right = self.side_column(b, right, "right");
                        if let (Some(in_left), Some(in_right)) = (in_left, in_right) {
                            self.push_pair(pairs, in_left, in_right, item.span);
                        }
                    }
                    _ => self.refuse_condition(item.span, meant_condition(first, second, left, right)),
                }
            }
            ast::ExprKind::Bogus => self.broken = true,
            _ => self.refuse_condition(item.span, None),
        }
    }

    fn refuse_condition(&mut self, span: Span, meant: Option<String>) {
        let diagnostic = Diagnostic::error(
            codes::JOIN_CONDITION,
            span,
            "a join compares columns: `on Name` or `on $left.A == $right.B`",
        );
        self.report(match meant {
            Some(meant) => diagnostic.with_replacement(format!("write `{meant}`"), span, meant),
            None => diagnostic.with_note("compute a column with `extend` first if it is not there"),
        });
    }

    fn side_column(&mut self, name: &ast::Name, side: &Relation, which: &str) -> Option<Column> {
        if let Some(column) = side.column(&name.text) {
            return Some(column.clone());
        }
        if side.open {
            return None;
        }
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_COLUMN,
            name.span,
            format!("no column named `{}` on the {which} side", name.text),
        );
        if let Some(nearest) = suggest::nearest(&name.text, side.columns().iter().map(|column| &*column.name))
        {
            diagnostic =
                diagnostic.with_replacement(format!("use `{nearest}`"), name.span, written_name(nearest));
        }
        self.report(diagnostic);
        None
    }

    fn push_pair(&mut self, pairs: &mut Vec<Pair>, left: Column, right: Column, span: Span) {
        let known = !self.unknown.contains(&left.id) && !self.unknown.contains(&right.id);
        if known {
            if left.scalar_type == ScalarType::Dynamic || right.scalar_type == ScalarType::Dynamic {
                let diagnostic = Diagnostic::error(
                    codes::DYNAMIC_KEY,
                    span,
                    format!("rows cannot be joined by a dynamic value, and `{}` is one", left.name),
                )
                .with_note("make a column with `tostring()` first");
                self.report(diagnostic);
            } else if left.scalar_type != right.scalar_type
                && !(left.scalar_type.is_integer() && right.scalar_type.is_integer())
            {
                let diagnostic = Diagnostic::error(
                    codes::JOIN_TYPES,
                    span,
                    format!(
                        "`{}` is {} and `{}` is {}",
                        left.name, left.scalar_type, right.name, right.scalar_type
                    ),
                )
                .with_note("convert one of them with `extend` first");
                self.report(diagnostic);
            }
        }
        pairs.push((left, right));
    }

    fn join_keys(&mut self, pairs: Vec<Pair>) -> Vec<(Expr, Expr)> {
        pairs
            .into_iter()
            .map(|(left, right)| {
                let wide = (left.scalar_type != right.scalar_type).then_some(ScalarType::Long);
                let mut key = |column: Column| {
                    let span = Span::default();
                    let expr = read(&column, span);
                    let typed =
                        Typed { expr, unknown: false, constant: None, literal: false, written: false };
                    self.convert_as(typed, wide)
                };
                (key(left), key(right))
            })
            .collect()
    }
}

enum Side {
    Left,
    Right,
}

/// The condition that `A == B` or `T.A == U.B` stands for, if each side has its column.
fn meant_condition(
    first: &ast::Expr,
    second: &ast::Expr,
    left: &Relation,
    right: &Relation,
) -> Option<String> {
    let (a, b) = (column_alone(first)?, column_alone(second)?);
    let pairs = |a: &str, b: &str| left.column(a).is_some() && right.column(b).is_some();
    let (a, b) = if pairs(a, b) { (a, b) } else { (b, a) };
    if !pairs(a, b) {
        return None;
    }
    Some(if a == b {
        written_name(a)
    } else {
        format!("$left.{} == $right.{}", written_name(a), written_name(b))
    })
}

/// The column of `Name`, `Table.Name` and `$left.Name`.
fn column_alone(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        ast::ExprKind::Name(name) => Some(&name.text),
        ast::ExprKind::Member { base, name } => {
            matches!(base.kind, ast::ExprKind::Name(_) | ast::ExprKind::Dollar(_)).then_some(&*name.text)
        }
        _ => None,
    }
}

/// `$left.name` or `$right.name`.
fn side(expr: &ast::Expr) -> Option<(Side, &ast::Name)> {
    match &expr.kind {
        ast::ExprKind::Parenthesized(inner) => side(inner),
        ast::ExprKind::Member { base, name } => match &base.kind {
            ast::ExprKind::Dollar(text) => match text.trim_start_matches('$') {
                "left" => Some((Side::Left, name)),
                "right" => Some((Side::Right, name)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
