//! `parse`, `parse-where`, `parse-kv`.

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast::{self, NamedOption};
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::expr::Typed;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::{Column, Expr, Parse, ParseItem, ParseKv, ParseMode, RelKind};
use crate::codes;

impl<'q> Checker<'q> {
    pub(super) fn parse(
        &mut self,
        at: At<'q>,
        input: Relation,
        expr: &'q ast::Expr,
        pattern: &'q [ast::ParseItem],
        only_matches: bool,
    ) -> Relation {
        let row = Row::of(&input);
        let typed = self.scalar(expr, &Cx::row(at.env, &row));
        let expr = self.text_of(typed);
        let mode = self.parse_mode(at);
        let mut columns = input.rel.columns.clone();
        let mut made: Vec<Column> = Vec::new();
        let mut items = Vec::with_capacity(pattern.len());
        for item in pattern {
            match item {
                ast::ParseItem::Star(_) => items.push(ParseItem::Skip),
                ast::ParseItem::Literal { text, .. } => items.push(ParseItem::Literal(text.clone())),
                ast::ParseItem::Column { name, type_name } => {
                    if let Some(ParseItem::Column { .. }) = items.last() {
                        self.error(
                            codes::ARGUMENT_VALUE,
                            name.span,
                            "a text must stand between two columns, or where would the first one end",
                        );
                    }
                    let scalar_type = match type_name {
                        Some(type_name) => type_name.scalar_type.unwrap_or(ScalarType::String),
                        None => ScalarType::String,
                    };
                    let output = match made.iter().find(|column| *column.name == *name.text) {
                        Some(column) => column.id,
                        None => self.made_column(name, scalar_type, &mut columns, &mut made),
                    };
                    items.push(ParseItem::Column { output, scalar_type });
                }
            }
        }
        input.wrap(columns, at.span(), |input| {
            RelKind::Parse(Parse { input, expr, items, mode, only_matches })
        })
    }

    /// A column that an operator makes: in the place of one of the same name, or at the end.
    fn made_column(
        &mut self,
        name: &ast::Name,
        scalar_type: ScalarType,
        columns: &mut Vec<Column>,
        made: &mut Vec<Column>,
    ) -> crate::checked::ColumnId {
        let column = self.fresh_column(&*name.text, scalar_type);
        let id = column.id;
        made.push(column.clone());
        match columns.iter_mut().find(|existing| existing.name == column.name) {
            Some(existing) => *existing = column,
            None => columns.push(column),
        }
        id
    }

    fn text_of(&mut self, typed: Typed) -> Expr {
        self.convert(typed, ScalarType::String).expr
    }

    fn parse_mode(&mut self, at: At<'q>) -> ParseMode {
        let flags = self.option(at, "flags").map(|option| self.option_text(option, at.env));
        let Some(option) = self.option(at, "kind") else { return ParseMode::Simple };
        match &*self.option_text(option, at.env).to_ascii_lowercase() {
            "simple" => ParseMode::Simple,
            "relaxed" => ParseMode::Relaxed,
            "regex" => ParseMode::Regex { flags: flags.unwrap_or_default() },
            other => {
                let message = format!("no kind `{other}` of parse exists");
                self.report(
                    Diagnostic::error(codes::UNKNOWN_OPTION, option.span, message)
                        .with_note("there are `simple`, `relaxed` and `regex`"),
                );
                ParseMode::Simple
            }
        }
    }

    pub(super) fn parse_kv(
        &mut self,
        at: At<'q>,
        input: Relation,
        expr: &'q ast::Expr,
        declared: &'q [ast::ColumnDeclaration],
        with: &'q [NamedOption],
    ) -> Relation {
        let row = Row::of(&input);
        let typed = self.scalar(expr, &Cx::row(at.env, &row));
        let expr = self.text_of(typed);
        let mut columns = input.rel.columns.clone();
        let mut made: Vec<Column> = Vec::new();
        let mut keys = Vec::with_capacity(declared.len());
        for column in declared {
            let name = &column.name;
            if made.iter().any(|other| *other.name == *name.text) {
                self.error(
                    codes::DUPLICATE_NAME,
                    name.span,
                    format!("the column `{}` is given twice", name.text),
                );
                continue;
            }
            let scalar_type = column.type_name.scalar_type.unwrap_or(ScalarType::String);
            let id = self.made_column(name, scalar_type, &mut columns, &mut made);
            keys.push((name.text.clone(), id, scalar_type));
        }
        let options = with
            .iter()
            .map(|option| {
                let known = ["pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"];
                if !known.contains(&&*option.name) {
                    let message = format!("no option `{}` of parse-kv exists", option.name);
                    self.report(
                        Diagnostic::error(codes::UNKNOWN_OPTION, option.span, message)
                            .with_note(format!("there are `{}`", known.join("`, `"))),
                    );
                }
                (option.name.clone(), self.option_value(option, at.env))
            })
            .collect();
        input.wrap(columns, at.span(), |input| RelKind::ParseKv(ParseKv { input, expr, keys, options }))
    }
}
