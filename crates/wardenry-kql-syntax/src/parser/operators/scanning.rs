//! `scan`.

use crate::ast::{OperatorKind, Scan, ScanStep};
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn scan(&mut self) -> OperatorKind {
        let mut scan =
            Scan { order_by: Vec::new(), partition_by: Vec::new(), declare: Vec::new(), steps: Vec::new() };
        if self.eat_word("order") {
            self.expect_word("by", "after `order`");
            scan.order_by = self.list(Self::sort_item);
        }
        if self.eat_word("partition") {
            self.expect_word("by", "after `partition`");
            scan.partition_by = self.list(Self::expression);
        }
        if self.eat_word("declare") {
            scan.declare = self.parameters();
        }
        self.expect_word("with", "and the steps in parentheses");
        if self.at(TokenKind::OpenParen) {
            scan.steps = self.parenthesized(|parser| {
                let mut steps = Vec::new();
                while parser.at_word("step") {
                    steps.push(parser.scan_step());
                }
                if steps.is_empty() {
                    parser.expect_word("step", "in the parentheses");
                }
                steps
            });
        } else {
            self.expect(TokenKind::OpenParen, "(", "before the steps");
        }
        OperatorKind::Scan(Box::new(scan))
    }

    pub(super) fn scan_step(&mut self) -> ScanStep {
        let start = self.bump().start;
        let name = self.name_declaration();
        let optional = self.eat_word("optional");
        let output = self.eat_word("output").then(|| {
            self.expect(TokenKind::Assign, "=", "after `output`");
            self.any_name()
        });
        self.expect(TokenKind::Colon, ":", "before the step's condition");
        let condition = self.expression();
        let assignments = if self.eat(TokenKind::Arrow) {
            self.list(|parser| {
                let name = parser.name_declaration();
                parser.expect(TokenKind::Assign, "=", "after the name");
                (name, parser.expression())
            })
        } else {
            Vec::new()
        };
        let span = self.span_from(start);
        self.expect(TokenKind::Semicolon, ";", "after the step");
        ScanStep { name, optional, output, condition, assignments, span }
    }
}
