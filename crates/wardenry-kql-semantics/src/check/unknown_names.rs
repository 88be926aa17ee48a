//! What to say about a name that means nothing.

use std::ops::Range;

use wardenry_diagnostic::{Annotation, Diagnostic, Span};
use wardenry_kql_syntax::ast;

use super::expr::Typed;
use super::lost_columns::{self, Fate};
use super::relation::Relation;
use super::scope::{Binding, Cx};
use super::suggest::{listed, nearest, similar};
use super::{Checker, habits};
use crate::catalogue::{self, Function};
use crate::codes;
use crate::written_name;

/// How many columns a note lists.
const LISTED: usize = 10;

impl<'q> Checker<'q> {
    pub(super) fn unknown_name(&mut self, name: &'q ast::Name, cx: &Cx<'_>) -> Typed {
        let span = name.span;
        let text = &*name.text;
        if cx.row.is_some_and(|row| row.open) || self.reported.contains(&(codes::COLUMN_USED_TOO_EARLY, span))
        {
            return Typed::unknown(span);
        }
        if cx.aggregation.is_some_and(|aggregation| aggregation.row.find(text).is_some()) {
            let diagnostic = Diagnostic::error(
                codes::NOT_AGGREGATED,
                span,
                format!("`{text}` is a column, and rows are summarized here"),
            )
            .with_note("put it into an aggregate such as `take_any()`, or behind `by`");
            self.report(diagnostic);
            return Typed::unknown(span);
        }
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_COLUMN,
            span,
            match cx.row {
                Some(_) => format!("no column or variable named `{text}`"),
                None => format!("no variable named `{text}`"),
            },
        );
        let diagnostic = self.with_suggestion(diagnostic, name, cx);
        let reported = self.diagnostics.len();
        self.report(diagnostic);
        if self.diagnostics.len() > reported {
            self.missing.push((text, reported));
        }
        Typed::unknown(span)
    }

    /// Says of columns that earlier operators did not find that this one makes them.
    pub(super) fn made_too_late(&mut self, missing: Range<usize>, made: &Relation, keyword: Span) {
        for position in missing {
            let Some((name, diagnostic)) = self.missing.get(position).copied() else { return };
            if made.column(name).is_none() {
                continue;
            }
            if let Some(diagnostic) = self.diagnostics.get_mut(diagnostic)
                && diagnostic.annotations.is_empty()
            {
                diagnostic.annotations.push(Annotation {
                    span: keyword,
                    message: format!("`{name}` is only there behind this operator").into(),
                });
            }
        }
    }

    /// Adds what the author may have meant.
    fn with_suggestion(&self, diagnostic: Diagnostic, name: &ast::Name, cx: &Cx<'_>) -> Diagnostic {
        let (text, span) = (&*name.text, name.span);
        if text.eq_ignore_ascii_case("null") {
            return diagnostic
                .with_note("a null has a type: `int(null)`, `datetime(null)`, `dynamic(null)`")
                .with_note("`isnull()` and `isempty()` test for what is missing");
        }
        if let Some(days) = weeks_in_days(text) {
            let note = "the units are `d`, `h`, `m`, `s`, `ms`, `microsecond` and `tick`";
            return diagnostic.with_note(note).with_replacement(
                format!("use `{days}d`"),
                span,
                format!("{days}d"),
            );
        }
        let candidates = self.names_here(cx);
        let fate =
            cx.row.and_then(|row| row.relation).and_then(|relation| lost_columns::fate(relation, text));
        let replace = |diagnostic: Diagnostic, with: &str| {
            diagnostic.with_replacement(format!("use `{with}`"), span, written_name(with))
        };
        match fate {
            Some(Fate::Renamed(now)) => {
                return replace(diagnostic.with_note(format!("it is called `{now}` here")), &now);
            }
            Some(Fate::LeftOut(operator)) => {
                let diagnostic = diagnostic.with_annotation(operator, format!("`{text}` is left out here"));
                return match nearest(text, candidates) {
                    Some(near) => replace(diagnostic, near),
                    None => diagnostic,
                };
            }
            None => {}
        }
        if let Some(near) = nearest(text, candidates.iter().copied()) {
            return replace(diagnostic, near);
        }
        let columns: Vec<&str> = cx
            .row
            .map(|row| row.columns.iter().map(|column| &*column.name).filter(|name| !name.starts_with('\0')))
            .into_iter()
            .flatten()
            .collect();
        if let Some(habit) = habits::find(habits::COLUMNS, text)
            && let Some(column) = habit.instead.iter().find(|column| columns.contains(column))
        {
            return replace(diagnostic, column);
        }
        let similar = similar(text, candidates);
        if !similar.is_empty() {
            return diagnostic.with_note(format!("similar names: {}", listed(&similar)));
        }
        if matches!(text, "first" | "last" | "missing" | "asc" | "desc") {
            return diagnostic.with_note("words of the language are written `['…']` to be names");
        }
        if (1..=LISTED).contains(&columns.len()) {
            let are = if columns.len() == 1 { "the only column is" } else { "the columns are" };
            return diagnostic.with_note(format!("{are} {}", listed(&columns)));
        }
        diagnostic
    }

    /// The names that an expression may read.
    fn names_here<'a>(&'a self, cx: &Cx<'a>) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        if let Some(row) = cx.row {
            names.extend(
                row.columns.iter().map(|column| &*column.name).filter(|name| !name.starts_with('\0')),
            );
        }
        names.extend(self.outer_rows.iter().flatten().map(|column| &*column.name));
        names.extend(self.variables(cx.env, |binding| matches!(binding, Binding::Scalar { .. })));
        names
    }

    /// The name of a function whose parentheses are missing: `summarize count by X`.
    pub(super) fn uncalled_function(&mut self, name: &'q ast::Name, cx: &Cx<'_>) -> Option<Typed> {
        let text = &*name.text;
        let is_here = |other: &str| other.eq_ignore_ascii_case(text);
        if name.quoted || cx.row.is_some_and(|row| row.open) || self.names_here(cx).into_iter().any(is_here) {
            return None;
        }
        let (function, what): (&Function, &str) = match cx.aggregation {
            Some(aggregation) if aggregation.row.find(text).is_some() => return None,
            Some(_) if catalogue::aggregate(text).is_some() => (catalogue::aggregate(text)?, "an aggregate"),
            _ => (catalogue::scalar(text)?, "a function"),
        };
        let message = format!("`{text}` is {what} and is called with parentheses");
        let mut diagnostic = Diagnostic::error(codes::NOT_CALLED, name.span, message);
        if function.resolve(&[]).is_ok() {
            diagnostic =
                diagnostic.with_replacement(format!("write `{text}()`"), name.span, format!("{text}()"));
        } else {
            diagnostic = diagnostic.with_note(format!("it takes arguments: `{text}(…)`"));
        }
        self.report(diagnostic);
        Some(Typed::unknown(name.span))
    }

    /// `$right.Name` and `Table.Name` behind a join: columns have no table before their name.
    pub(super) fn column_of_a_side(
        &mut self,
        base: &'q ast::Expr,
        name: &'q ast::Name,
        span: Span,
        cx: &Cx<'_>,
    ) -> Option<Typed> {
        let row = cx.row.filter(|row| !row.open)?;
        let (side, message) = match &base.kind {
            ast::ExprKind::Dollar(side) if row.find(side).is_none() => {
                (&**side, format!("`{side}` means something in `on` only"))
            }
            ast::ExprKind::Name(table)
                if self.find_column(&table.text, cx).is_none()
                    && (matches!(self.lookup(cx.env, &table.text), Some(Binding::Tabular(_)))
                        || self.lookup(cx.env, &table.text).is_none()
                            && self.schema.table(&table.text).is_some()) =>
            {
                ("", format!("`{}` is a table, and columns are written without one", table.text))
            }
            _ => return None,
        };
        let right = || lost_columns::of_right_side(row.relation?, &name.text);
        let here = row.find(&name.text).map(|column| column.name.to_string());
        let column = if side == "$right" { right().or(here) } else { here };
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_COLUMN, base.span, message);
        if side.is_empty()
            && let (Some(first), Some(second)) = (&column, right())
            && *first != second
        {
            diagnostic = diagnostic.with_note(format!("the right side's column is called `{second}` here"));
        }
        if let Some(column) = &column {
            diagnostic = diagnostic.with_replacement(format!("use `{column}`"), span, written_name(column));
        }
        self.report(diagnostic);
        Some(Typed::unknown(span))
    }

    /// `x.contains("a")`: values have no methods.
    pub(super) fn refuse_method(
        &mut self,
        base: &'q ast::Expr,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
    ) -> Typed {
        let text = &*name.text;
        let message = format!("values have no methods, and `{text}` cannot be called on one");
        let mut diagnostic = Diagnostic::error(codes::NOT_CALLED, name.span, message);
        let lower = text.to_lowercase();
        let habit = habits::find(habits::FUNCTIONS, text);
        let function = catalogue::scalar(&lower)
            .map(|function| function.name)
            .or_else(|| habit.and_then(|habit| habit.instead.first().copied()));
        if let Some(operator) = catalogue::scalar_operator(&lower) {
            diagnostic = diagnostic.with_note(format!("`{0}` is an operator: `value {0} …`", operator.name));
        } else if let Some(function) = function {
            let rest = if arguments.is_empty() { "" } else { ", …" };
            diagnostic =
                diagnostic.with_note(format!("functions take the value first: `{function}(value{rest})`"));
            if arguments.is_empty() {
                let behind = Span::new(base.span.end, span.end);
                diagnostic = diagnostic.with_replacements(
                    format!("use `{function}()`"),
                    [(Span::at(base.span.start), format!("{function}(")), (behind, ")".to_owned())],
                );
            }
        } else if let Some(habit) = habit {
            diagnostic = diagnostic.with_note(habit.note);
        }
        self.report(diagnostic);
        Typed::unknown(span)
    }
}

/// `2w`, `1week`: the language has no unit beyond the day.
fn weeks_in_days(text: &str) -> Option<u32> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().ok()?;
    matches!(unit, "w" | "wk" | "week" | "weeks").then(|| number.checked_mul(7)).flatten()
}
