//! `search`: a union of filtered tables.

use wardenry_diagnostic::Span;
use wardenry_kql_syntax::ast::{self, BinaryOperator};
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::expr::Typed;
use super::pipeline::At;
use super::project::names_in;
use super::relation::{Relation, read};
use super::scope::{Cx, Row};
use crate::checked::{Column, Expr, RelKind};
use crate::codes;

impl<'q> Checker<'q> {
    pub(super) fn search(
        &mut self,
        at: At<'q>,
        input: Option<Relation>,
        tables: &'q [ast::Expr],
        predicate: &'q ast::Expr,
    ) -> Relation {
        let span = at.span();
        let case_sensitive = self
            .option(at, "kind")
            .is_some_and(|option| self.option_text(option, at.env).eq_ignore_ascii_case("case_sensitive"));
        let inputs = self.searched_tables(at, input, tables);
        let everywhere: Vec<Column> = inputs.iter().flat_map(|input| input.columns().to_vec()).collect();
        let mut filtered = Vec::with_capacity(inputs.len());
        for input in inputs {
            if self.exhausted {
                break;
            }
            let original = input.rel.columns.clone();
            let source = input.source.clone();
            let input = self.with_columns_of_others(input, predicate, &everywhere, span);
            let row = Row::of(&input);
            let cx = Cx::row(at.env, &row);
            let condition = self.search_condition(predicate, case_sensitive, &cx);
            let input = input.keep(span, |input| RelKind::Filter { input, predicate: condition });
            let mut input = if input.rel.columns.len() == original.len() {
                input
            } else {
                self.select(input, &original, span)
            };
            input.source = source;
            filtered.push(input);
        }
        self.united(filtered, false, Some("$table"), span)
    }

    /// The tables of `search` and `find`: the input, those named, or all that there are.
    pub(super) fn searched_tables(
        &mut self,
        at: At<'q>,
        input: Option<Relation>,
        tables: &'q [ast::Expr],
    ) -> Vec<Relation> {
        let mut inputs: Vec<Relation> = input.into_iter().collect();
        for table in tables {
            inputs.extend(self.union_input(table, at, false));
        }
        if inputs.is_empty() {
            inputs = self.tables_like("*", at.keyword(), &Cx::constant(at.env));
        }
        inputs
    }

    /// Adds the columns that a predicate names and only other tables have; here they are null.
    pub(super) fn with_columns_of_others(
        &mut self,
        input: Relation,
        predicate: &'q ast::Expr,
        everywhere: &[Column],
        span: Span,
    ) -> Relation {
        let mut added: Vec<Column> = Vec::new();
        names_in(predicate, 0, &mut |name| {
            let is_known = input.column(&name.text).is_some() || added.iter().any(|c| *c.name == *name.text);
            if !is_known && let Some(column) = everywhere.iter().find(|column| *column.name == *name.text) {
                added.push(column.clone());
            }
        });
        if added.is_empty() {
            return input;
        }
        let mut items: Vec<_> =
            input.columns().iter().map(|column| (column.name.clone(), read(column, span))).collect();
        items.extend(added.into_iter().map(|column| {
            let null = Typed::literal(Value::null(column.scalar_type), span).expr;
            (column.name, null)
        }));
        self.project(input, items, span)
    }

    /// A predicate in which a text alone is a term that any column may have.
    pub(super) fn search_condition(
        &mut self,
        expr: &'q ast::Expr,
        case_sensitive: bool,
        cx: &Cx<'_>,
    ) -> Expr {
        let span = expr.span;
        self.nested(span, |checker| checker.search_condition_inner(expr, case_sensitive, cx))
            .unwrap_or_else(|| Typed::literal(Value::Bool(None), span).expr)
    }

    fn search_condition_inner(&mut self, expr: &'q ast::Expr, case_sensitive: bool, cx: &Cx<'_>) -> Expr {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Parenthesized(inner) => self.search_condition(inner, case_sensitive, cx),
            ast::ExprKind::Binary {
                operator: operator @ (BinaryOperator::And | BinaryOperator::Or), ..
            } => {
                let mut operands = Vec::new();
                let mut first = expr;
                while let ast::ExprKind::Binary { operator: other, left, right, .. } = &first.kind
                    && other == operator
                {
                    operands.push(&**right);
                    first = left;
                }
                operands.push(first);
                let checked = operands
                    .into_iter()
                    .rev()
                    .map(|operand| self.search_condition(operand, case_sensitive, cx))
                    .collect();
                let function = if *operator == BinaryOperator::And { "and" } else { "or" };
                self.balanced(function, checked, span)
            }
            ast::ExprKind::Call { name, arguments } if &*name.text == "not" && arguments.len() == 1 => {
                let inner = self.search_condition(&arguments[0], case_sensitive, cx);
                let inner =
                    Typed { expr: inner, unknown: false, constant: None, literal: false, written: false };
                self.call_of("not", vec![inner], span).expr
            }
            ast::ExprKind::Binary { operator: BinaryOperator::Colon, left, right, .. } => {
                self.column_has_term(left, right, case_sensitive, span, cx)
            }
            _ => match self.search_term(expr, cx) {
                Some(term) => {
                    let typed = self.any_column(span, cx, |checker, column| {
                        checker.has_term(column, &term, case_sensitive, span)
                    });
                    typed.expr
                }
                None => self.condition(expr, cx),
            },
        }
    }

    /// The text of a term, if the expression is one: a literal, or a variable that holds a text.
    fn search_term(&self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Option<Box<str>> {
        if let ast::ExprKind::Name(name) = &expr.kind
            && self.find_column(&name.text, cx).is_some()
        {
            return None;
        }
        if matches!(expr.kind, ast::ExprKind::Star) {
            return Some("*".into());
        }
        match self.constant_of(expr, cx.env)? {
            Value::String(text) => Some(text),
            Value::Bool(_) | Value::Dynamic(_) => None,
            value => Some(value.text().into()),
        }
    }

    fn column_has_term(
        &mut self,
        left: &'q ast::Expr,
        right: &'q ast::Expr,
        case_sensitive: bool,
        span: Span,
        cx: &Cx<'_>,
    ) -> Expr {
        let Some(term) = self.search_term(right, cx) else {
            self.error(codes::CONSTANT_EXPECTED, right.span, "a text must stand here");
            return Typed::literal(Value::Bool(None), span).expr;
        };
        if matches!(left.kind, ast::ExprKind::Star) {
            let typed = self.any_column(span, cx, |checker, column| {
                checker.has_term(column, &term, case_sensitive, span)
            });
            return typed.expr;
        }
        let column = self.scalar(left, cx);
        let column = self.convert(column, ScalarType::String);
        self.has_term(column, &term, case_sensitive, span).expr
    }

    /// Whether a text has a term; `*` at its ends opens them. [D search-operator.md]
    fn has_term(&mut self, column: Typed, term: &str, case_sensitive: bool, span: Span) -> Typed {
        use BinaryOperator as B;
        let (start, rest) = match term.strip_prefix('*') {
            Some(rest) => (true, rest),
            None => (false, term),
        };
        let (end, rest) = match rest.strip_suffix('*') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        if rest.is_empty() && (start || end) {
            return Typed::literal(Value::Bool(Some(true)), span);
        }
        if rest.contains('*') {
            let parts: Vec<String> = rest.split('*').map(escape_regex).collect();
            let (start, end) = (if start { "" } else { r"\b" }, if end { "" } else { r"\b" });
            let flags = if case_sensitive { "" } else { "(?i)" };
            let regex = format!("{flags}{start}{}{end}", parts.join(".*"));
            let regex = Typed::literal(Value::String(regex.into()), span);
            return self.apply(B::MatchesRegex, span, column, regex, span);
        }
        let operator = match (start, end, case_sensitive) {
            (false, false, false) => B::Has,
            (false, false, true) => B::HasCs,
            (false, true, false) => B::HasPrefix,
            (false, true, true) => B::HasPrefixCs,
            (true, false, false) => B::HasSuffix,
            (true, false, true) => B::HasSuffixCs,
            (true, true, false) => B::Contains,
            (true, true, true) => B::ContainsCs,
        };
        let needle = Typed::literal(Value::String(rest.into()), span);
        self.apply(operator, span, column, needle, span)
    }
}

fn escape_regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
