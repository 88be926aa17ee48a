//! Operators with pipelines of their own.

use crate::ast::{FunctionBody, OperatorKind, PartitionBody, Pipe};
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn partition_body(&mut self) -> PartitionBody {
        match self.kind() {
            TokenKind::OpenParen => PartitionBody::Pipeline(self.parenthesized_body("before the pipeline")),
            TokenKind::OpenBrace => PartitionBody::Query(self.function_body()),
            _ => {
                self.expect(TokenKind::OpenParen, "(", "and a pipeline after the column");
                PartitionBody::Missing
            }
        }
    }

    pub(super) fn fork(&mut self) -> OperatorKind {
        let mut branches = Vec::new();
        loop {
            let name = self.at_name_before(TokenKind::Assign).then(|| {
                let name = self.name_declaration();
                self.bump();
                name
            });
            if !self.at(TokenKind::OpenParen) && (name.is_none() && !branches.is_empty()) {
                return OperatorKind::Fork(branches);
            }
            branches.push((name, self.parenthesized_body("before a branch")));
            if !self.at(TokenKind::OpenParen) && !self.at_name_before(TokenKind::Assign) {
                return OperatorKind::Fork(branches);
            }
        }
    }

    pub(super) fn facet(&mut self) -> OperatorKind {
        self.expect_word("by", "after `facet`");
        let by = self.list(Self::entity);
        let with = self.eat_word("with").then(|| {
            if self.at(TokenKind::OpenParen) {
                return Box::new(self.parenthesized_body("before the pipeline"));
            }
            Box::new(Pipe { source: None, operators: vec![self.operator()] })
        });
        OperatorKind::Facet { by, with }
    }

    pub(super) fn macro_expand(&mut self) -> OperatorKind {
        let group = Box::new(self.expression());
        self.expect_word("as", "and a name after the group");
        let name = self.any_name();
        let start = self.span().start;
        let statements = if self.at(TokenKind::OpenParen) {
            self.parenthesized(Self::macro_body)
        } else {
            self.expect(TokenKind::OpenParen, "(", "before the query");
            Vec::new()
        };
        let body = FunctionBody { statements, span: self.span_from(start) };
        OperatorKind::MacroExpand { group, name, body }
    }
}
