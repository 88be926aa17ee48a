//! The graph operators.

use wardenry_diagnostic::{Diagnostic, Span};

use super::Parser;
use crate::ast::{
    EdgeDirection, Expr, GraphPart, GraphPattern, GraphPatternPart, Name, NamedOption, OperatorKind,
};
use crate::codes;
use crate::token::TokenKind;

/// What stands behind a pattern.
type MatchClauses = (Option<Expr>, Vec<Expr>);

impl Parser<'_> {
    /// `make-graph source --> target with Nodes on key, …`, at the source.
    pub(super) fn make_graph(&mut self) -> OperatorKind {
        let source = self.name_reference();
        let arrow = self.span();
        let dashes = (0..2).take_while(|_| self.eat(TokenKind::Minus)).count();
        if !self.eat(TokenKind::Greater) || dashes < 2 {
            let span = if dashes > 0 { self.span_from(arrow.start) } else { self.missing_here() };
            let span = Span::new(span.start.min(arrow.start), span.end);
            self.report(Diagnostic::error(
                codes::TOKEN_EXPECTED,
                span,
                "expected `-->` between the columns of the source and the target",
            ));
        }
        let target = self.name_reference();
        let mut nodes = Vec::new();
        let mut node_id = None;
        if self.eat_word("with") {
            nodes = self.list(|parser| {
                let table = parser.expression();
                parser.expect_word("on", "and the nodes' key");
                (table, parser.name_reference())
            });
        } else if self.at_word("with_node_id") && self.ahead(1).kind == TokenKind::Assign {
            self.bump();
            self.bump();
            node_id = Some(self.name_declaration());
        }
        let partitioned_by = (self.at_word("partitioned") && self.word_ahead(2, "by")).then(|| {
            for _ in 0..3 {
                self.bump();
            }
            let column = self.name_reference();
            (column, Box::new(self.parenthesized_body("and a pipeline after the column")))
        });
        OperatorKind::MakeGraph { source, target, nodes, node_id, partitioned_by }
    }

    pub(super) fn graph_match(&mut self) -> OperatorKind {
        let patterns = self.list(Self::graph_pattern);
        let (predicate, project) = self.match_clauses();
        OperatorKind::GraphMatch { patterns, predicate, project }
    }

    pub(super) fn graph_shortest_paths(&mut self) -> OperatorKind {
        let patterns = self.list(Self::graph_pattern);
        let (predicate, project) = self.match_clauses();
        OperatorKind::GraphShortestPaths { patterns, predicate, project }
    }

    fn match_clauses(&mut self) -> MatchClauses {
        let predicate = self.eat_word("where").then(|| self.predicate());
        let project = if self.eat_word("project") { self.named_expressions() } else { Vec::new() };
        (predicate, project)
    }

    /// `(a)-[e]->(b)`.
    fn graph_pattern(&mut self) -> GraphPattern {
        let start = self.span().start;
        let mut parts = vec![self.graph_node()];
        while matches!(self.kind(), TokenKind::Minus | TokenKind::Less) && !self.stopped {
            parts.push(self.graph_edge());
            parts.push(self.graph_node());
        }
        GraphPattern { parts, span: self.span_from(start) }
    }

    fn graph_node(&mut self) -> GraphPatternPart {
        let start = self.span().start;
        if !self.at(TokenKind::OpenParen) {
            self.expect(TokenKind::OpenParen, "(", "before a node's name");
            return GraphPatternPart::Node { name: None, span: Span::at(self.previous_end()) };
        }
        let name = self
            .parenthesized(|parser| (!parser.at(TokenKind::CloseParen)).then(|| parser.name_declaration()));
        GraphPatternPart::Node { name, span: self.span_from(start) }
    }

    /// `-[e]->`, `<-[e*1..3]-`, `-[e]-`, `-->`, `<--`, `--`.
    fn graph_edge(&mut self) -> GraphPatternPart {
        let start = self.span().start;
        let from_right = self.eat(TokenKind::Less);
        self.expect(TokenKind::Minus, "-", "of an edge");
        let (mut name, mut range) = (None, None);
        if self.at(TokenKind::OpenBracket) {
            let opening = self.bump();
            name = self.opt_edge_name();
            if self.eat(TokenKind::Star) {
                range = self.opt_edge_range();
            }
            self.close(opening, TokenKind::CloseBracket, ']');
        }
        self.expect(TokenKind::Minus, "-", "of an edge");
        let to_right = !from_right && self.eat(TokenKind::Greater);
        let direction = match (from_right, to_right) {
            (true, _) => EdgeDirection::RightToLeft,
            (false, true) => EdgeDirection::LeftToRight,
            (false, false) => EdgeDirection::Any,
        };
        GraphPatternPart::Edge { name, direction, range, span: self.span_from(start) }
    }

    fn opt_edge_name(&mut self) -> Option<Name> {
        (self.at(TokenKind::Word) || self.at_quoted_name()).then(|| self.name_declaration())
    }

    fn opt_edge_range(&mut self) -> Option<(Expr, Expr)> {
        if self.at(TokenKind::CloseBracket) {
            return None;
        }
        let least = self.operand();
        self.expect(TokenKind::DotDot, "..", "between the least and the greatest number of edges");
        Some((least, self.operand()))
    }

    /// `nodes as N with_node_id=x, edges as E`.
    pub(super) fn graph_to_table(&mut self) -> OperatorKind {
        OperatorKind::GraphToTable { outputs: self.list(Self::graph_output) }
    }

    fn graph_output(&mut self) -> (GraphPart, Option<Name>, Vec<NamedOption>) {
        let part = if self.eat_word("nodes") {
            GraphPart::Nodes
        } else {
            self.expect_word("edges", "or `nodes` after `graph-to-table`");
            GraphPart::Edges
        };
        let name = self.eat_word("as").then(|| self.name_declaration());
        let options = self.options(&["with_node_id", "with_source_id", "with_target_id"]);
        (part, name, options)
    }
}
