//! `find` and `search`.

use crate::ast::{Expr, ExprKind, FindProject, OperatorKind};
use crate::parser::Parser;
use crate::token::TokenKind;

impl<'t> Parser<'t> {
    /// `in (A, B*)`, if it stands here.
    pub(super) fn opt_in_tables(&mut self) -> Vec<Expr> {
        if !self.at_word("in") || self.ahead(1).kind != TokenKind::OpenParen {
            return Vec::new();
        }
        self.bump();
        self.parenthesized(|parser| {
            parser.list(|parser| match parser.opt_wildcard() {
                Some(wildcard) => wildcard,
                None => parser.tabular_expression(),
            })
        })
    }

    pub(super) fn find(&mut self) -> OperatorKind {
        let tables = self.opt_in_tables();
        self.eat_word("where");
        let predicate = Box::new(self.predicate());
        let mut project = FindProject::Default;
        let mut project_away = Vec::new();
        loop {
            let (word, tokens) = if self.at(TokenKind::Word) { self.find_clause_word() } else { ("", 0) };
            match word {
                "project" => {
                    self.bump();
                    project = FindProject::Columns(self.list(Self::find_column));
                }
                "project-smart" | "project-away" | "__projectAway" => {
                    let smart = word == "project-smart";
                    for _ in 0..tokens {
                        self.bump();
                    }
                    if smart {
                        project = FindProject::Smart;
                    } else {
                        project_away = self.list(Self::column_pattern);
                    }
                }
                _ => return OperatorKind::Find { tables, predicate, project, project_away },
            }
        }
    }

    pub(super) fn find_clause_word(&self) -> (&'t str, usize) {
        let joined = self.ahead(1).kind == TokenKind::Minus && self.ahead(2).kind == TokenKind::Word;
        let tokens = if joined && self.at_word("project") { 3 } else { 1 };
        (self.text_of(self.span().to(self.ahead(tokens - 1).span)), tokens)
    }

    /// `name`, `name:type`, `pack(*)`.
    pub(super) fn find_column(&mut self) -> Expr {
        let start = self.span().start;
        if self.at_word("pack") && self.ahead(1).kind == TokenKind::OpenParen {
            return self.expression();
        }
        let name = self.name_declaration();
        let kind = if self.eat(TokenKind::Colon) {
            ExprKind::Typed { name, type_name: self.type_name() }
        } else {
            ExprKind::Name(name)
        };
        Expr { kind, span: self.span_from(start) }
    }

    pub(super) fn search(&mut self) -> OperatorKind {
        let mut tables = self.opt_in_tables();
        if tables.is_empty() {
            // `kind=` may stand on either side of the tables.
            tables = self.opt_in_tables();
        }
        let predicate = Box::new(self.star_or_expression());
        OperatorKind::Search { tables, predicate }
    }
}
